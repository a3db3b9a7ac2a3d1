//! How a process learns of signals and of a reader that has left, on Unix and elsewhere; and the runtime of a command.

use std::time::Duration;

use crate::failure::Failure;

pub(crate) use system::{Continued, may_be_stopped, on_stop, stdout_reader_is_gone};

/// What ends a command from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StopReason {
    Interrupted,
    /// By SIGTERM, or because the terminal hung up.
    Terminated,
    TimedOut(Duration),
    ReaderGone,
}

impl From<StopReason> for Failure {
    fn from(reason: StopReason) -> Self {
        match reason {
            StopReason::Interrupted => Self::interrupted(),
            StopReason::Terminated => Self::terminated(),
            StopReason::TimedOut(limit) => Self::timed_out(limit),
            StopReason::ReaderGone => Self::closed_pipe(),
        }
    }
}

/// Runs a future on this thread.
///
/// # Errors
/// The future's own failure, or that there is no runtime.
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

#[cfg(unix)]
mod system {
    use std::io::{IsTerminal, Read};
    use std::os::fd::IntoRawFd;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::process::Signal;
    use tokio::signal::unix;
    use tokio::signal::unix::{SignalKind, signal};

    use crate::app::signals::StopReason;
    use crate::fatal_signals::IgnoredSignals;

    /// Calls `stop`, from threads of its own, at Ctrl-C, at SIGTERM, when the terminal hangs up, and once the reader of
    /// stdout has left. A signal that was ignored when the process started stays so: that is how `nohup` and shells
    /// without job control start what is to outlive them. Where the system refuses, a signal does what it does without.
    pub(crate) fn on_stop(stop: impl Fn(StopReason) + Clone + Send + 'static) {
        let ignored = IgnoredSignals::read();
        let all = [Signal::INT, Signal::TERM, Signal::HUP].map(Signal::as_raw);
        // Not the iterator of the library, which panics where it cannot read.
        if let Ok((mut wakes, waker)) = std::io::pipe() {
            let (waker, was_interrupt) = (waker.into_raw_fd(), Arc::new(AtomicBool::new(false)));
            for signal in all.into_iter().filter(|signal| !ignored.contain(*signal)) {
                if signal == Signal::INT.as_raw() {
                    let _ = signal_hook::flag::register(signal, Arc::clone(&was_interrupt));
                }
                let _ = signal_hook::low_level::pipe::register_raw(signal, waker);
            }
            let stop = stop.clone();
            in_background("signals", move || {
                while wakes.read_exact(&mut [0]).is_ok() {
                    let is_interrupt = was_interrupt.swap(false, Ordering::SeqCst);
                    stop(if is_interrupt { StopReason::Interrupted } else { StopReason::Terminated });
                }
            });
        }
        // A terminal that goes away hangs up, which asks the programs on it to end, whether they get the signal or not.
        let is_terminal = std::io::stdout().is_terminal();
        in_background("reader", move || {
            if await_reader_gone() {
                stop(if is_terminal { StopReason::Terminated } else { StopReason::ReaderGone });
            }
        });
    }

    fn in_background(name: &str, work: impl FnOnce() + Send + 'static) {
        let _ = std::thread::Builder::new().name(name.to_owned()).spawn(work);
    }

    /// Waits until the reader of stdout has left; `false` if that cannot be known.
    fn await_reader_gone() -> bool {
        loop {
            match stdout_events(None) {
                Ok(events) => return events.intersects(PollFlags::ERR | PollFlags::HUP),
                Err(rustix::io::Errno::INTR) => {}
                Err(_) => return false,
            }
        }
    }

    /// What has happened to stdout apart from reads and writes.
    fn stdout_events(limit: Option<&Timespec>) -> rustix::io::Result<PollFlags> {
        let stdout = std::io::stdout();
        let mut streams = [PollFd::new(&stdout, PollFlags::empty())];
        poll(&mut streams, limit)?;
        Ok(streams[0].revents())
    }

    /// Each time that the process goes on after Ctrl-Z.
    pub(crate) struct Continued(std::io::Result<unix::Signal>);

    impl Continued {
        pub(crate) fn listen() -> Self {
            Self(signal(SignalKind::from_raw(Signal::CONT.as_raw())))
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
        !IgnoredSignals::read().contain(Signal::TSTP.as_raw())
    }

    /// Whether the reader of stdout went away, as far as the system can tell without a write.
    pub(crate) fn stdout_reader_is_gone() -> bool {
        let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
        stdout_events(Some(&at_once)).is_ok_and(|events| events.intersects(PollFlags::ERR | PollFlags::HUP))
    }
}

#[cfg(not(unix))]
mod system {
    use crate::app::signals::StopReason;

    /// Calls `stop` at Ctrl-C. The reader of stdout shows by the next write that it has left.
    pub(crate) fn on_stop(stop: impl Fn(StopReason) + Clone + Send + 'static) {
        let wait = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            if runtime.is_ok_and(|runtime| runtime.block_on(tokio::signal::ctrl_c()).is_ok()) {
                stop(StopReason::Interrupted);
            }
        };
        let _ = std::thread::Builder::new().name("signals".to_owned()).spawn(wait);
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
