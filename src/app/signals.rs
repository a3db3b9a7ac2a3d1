//! What ends a command from outside: Ctrl-C, SIGTERM, a terminal that hangs up, a reader that has left, `--timeout`.
//! How a process learns of these on Unix and elsewhere is known here alone.

use std::time::Duration;

use crate::failure::Failure;

pub(crate) use system::{Continued, hang_up, may_be_stopped, stdout_reader_is_gone, stop};

/// Runs a command to its end, or to Ctrl-C, SIGTERM or `--timeout`, whichever comes first.
///
/// # Errors
/// The command's own failure; interrupted (130), terminated (143), timed out (124).
pub(crate) fn run<T>(
    timeout: Option<Duration>,
    command: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    on_one_thread(async {
        tokio::select! {
            biased;
            failure = stop() => Err(failure),
            outcome = command => outcome,
            failure = reached(timeout) => Err(failure),
        }
    })
}

/// Runs work that listens to signals itself.
///
/// # Errors
/// The work's own failure.
pub(crate) fn on_one_thread<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let cannot_start = |error: std::io::Error| Failure::failed("runtime", "cannot start").caused_by(&error);
    #[cfg(unix)]
    look_for_descriptors().map_err(cannot_start)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(cannot_start)?;
    let outcome = runtime.block_on(work);
    // A name look-up that hangs in a thread of its own must not hold up the exit.
    runtime.shutdown_background();
    outcome
}

/// The runtime takes six descriptors, four of them for signals. Where it finds none for these it panics, so
/// they are looked for first.
#[cfg(unix)]
fn look_for_descriptors() -> std::io::Result<()> {
    let (one, _other) = std::os::unix::net::UnixStream::pair()?;
    (0..4).map(|_| one.try_clone()).collect::<std::io::Result<Vec<_>>>()?;
    Ok(())
}

async fn reached(timeout: Option<Duration>) -> Failure {
    match timeout {
        Some(limit) => {
            tokio::time::sleep(limit).await;
            Failure::timed_out(limit)
        }
        None => std::future::pending().await,
    }
}

#[cfg(unix)]
mod system {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::process::Signal;
    use tokio::signal::unix;
    use tokio::signal::unix::{SignalKind, signal};

    use crate::failure::Failure;

    /// Resolves at Ctrl-C or SIGTERM. It listens from the call on, not from when it is first waited for: a terminal
    /// that is changed afterwards is certain to be restored.
    pub(crate) fn stop() -> impl Future<Output = Failure> {
        let (interrupt, terminate) = (listen(Signal::INT), listen(Signal::TERM));
        async {
            tokio::select! {
                () = interrupt => Failure::interrupted(),
                () = terminate => Failure::terminated(),
            }
        }
    }

    /// Resolves when the terminal goes away, for what has more to do then than to end. Listens from the call on.
    /// Whoever started the program with `nohup` wants it to outlive the terminal; to listen would undo that.
    pub(crate) fn hang_up() -> impl Future<Output = ()> {
        let hang_up = (!is_ignored(Signal::HUP)).then(|| listen(Signal::HUP));
        async {
            match hang_up {
                Some(hang_up) => hang_up.await,
                None => std::future::pending().await,
            }
        }
    }

    /// Each time that the process goes on after Ctrl-Z.
    pub(crate) struct Continued(std::io::Result<unix::Signal>);

    impl Continued {
        pub(crate) fn listen() -> Self {
            Self(signal(kind(Signal::CONT)))
        }

        pub(crate) async fn next(&mut self) {
            match &mut self.0 {
                Ok(heard) => _ = heard.recv().await,
                Err(_) => std::future::pending().await,
            }
        }
    }

    /// Whether Ctrl-Z stops the process: whoever hangs a board on a wall may not want that.
    pub(crate) fn may_be_stopped() -> bool {
        !is_ignored(Signal::TSTP)
    }

    /// Whether the reader of stdout went away, as far as the system can tell without a write.
    pub(crate) fn stdout_reader_is_gone() -> bool {
        let stdout = std::io::stdout();
        let mut streams = [PollFd::new(&stdout, PollFlags::empty())];
        let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
        let gone = PollFlags::ERR | PollFlags::HUP;
        poll(&mut streams, Some(&at_once)).is_ok() && streams[0].revents().intersects(gone)
    }

    /// Where the system refuses to listen, the signal does what it does without.
    fn listen(wanted: Signal) -> impl Future<Output = ()> {
        let heard = signal(kind(wanted));
        async {
            match heard {
                Ok(mut heard) => _ = heard.recv().await,
                Err(_) => std::future::pending().await,
            }
        }
    }

    fn kind(signal: Signal) -> SignalKind {
        SignalKind::from_raw(signal.as_raw())
    }

    /// Whether the process was started to ignore this signal. Known on Linux only; elsewhere it counts as not ignored.
    fn is_ignored(signal: Signal) -> bool {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
        ignored >> (signal.as_raw() - 1) & 1 == 1
    }
}

#[cfg(not(unix))]
mod system {
    use crate::failure::Failure;

    pub(crate) async fn stop() -> Failure {
        match tokio::signal::ctrl_c().await {
            Ok(()) => Failure::interrupted(),
            Err(_) => std::future::pending().await,
        }
    }

    pub(crate) fn hang_up() -> impl Future<Output = ()> {
        std::future::pending()
    }

    pub(crate) struct Continued;

    impl Continued {
        pub(crate) fn listen() -> Self {
            Self
        }

        pub(crate) async fn next(&mut self) {
            std::future::pending().await
        }
    }

    pub(crate) fn may_be_stopped() -> bool {
        false
    }

    /// The next write tells.
    pub(crate) fn stdout_reader_is_gone() -> bool {
        false
    }
}
