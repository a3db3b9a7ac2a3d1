//! Ends a command from outside: at Ctrl-C, SIGTERM, a hang-up, the end of `--timeout`, and once the reader of stdout has
//! left.
//!
//! A thread beside the command waits for all of these at once. It asks the command to stop, gives it [`GRACE`] to end in
//! order, and then ends the process. So it does not matter what the command waits for: the network, stdin, a reader that
//! does not read, a lock, a keyring, an endless `--jq`.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::app::console::Stderr;
use crate::app::signals;
use crate::app::signals::{HeldSignals, Poller, StopReason, Waker};
use crate::failure::{ExitStatus, Failure};
use crate::watch::sinks::board;

/// How long a command that was asked to stop has for the `end` event, the terminal and the rest of an answer.
const GRACE: Duration = Duration::from_millis(500);

/// How long the error of a command that did not stop may take: nobody may be reading stderr either.
const ERROR_LIMIT: Duration = Duration::from_millis(300);

/// What the supervisor has to know of the command.
#[derive(Default)]
struct Supervision {
    has_ended: bool,
    /// When `--timeout` ends, and how long it is.
    timeout: Option<(Instant, Duration)>,
    outlives_reader: bool,
    /// Makes the supervisor look at this again.
    waker: Option<Waker>,
}

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Supervision>>);

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Supervision> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) struct Supervisor {
    command: Shared,
    stop: watch::Sender<Option<StopReason>>,
}

/// The command's side: it learns when to stop, and sets its time limit.
pub(crate) struct Supervised {
    command: Shared,
    stop: watch::Receiver<Option<StopReason>>,
}

pub(crate) fn supervision() -> (Supervisor, Supervised) {
    let command = Shared::default();
    let (stop, stopped) = watch::channel(None);
    (Supervisor { command: command.clone(), stop }, Supervised { command, stop: stopped })
}

impl Supervisor {
    /// Begins to wait beside the command. Where the system gives no thread or no stream, signals do what they do without.
    ///
    /// Only the command of a process of its own, `owns_process`, is ended by signals and without its consent; that is then
    /// reported on `stderr`.
    pub(crate) fn start(self, stderr: Stderr, owns_process: bool) {
        let Ok((mut poller, waker)) = Poller::open(owns_process) else { return };
        let command = self.command.clone();
        command.lock().waker = Some(waker);
        let held = owns_process.then(HeldSignals::hold);
        let (handlers, handlers_exist) = mpsc::channel::<()>();
        let supervise = move || {
            if let Some(held) = held {
                let _ = handlers_exist.recv();
                held.release();
            }
            let Some(reason) = self.next_stop(&mut poller) else { return };
            self.stop.send_replace(Some(reason));
            if owns_process && !self.ends_within(GRACE, &mut poller) {
                let failure = Failure::from(reason);
                board::give_terminal_back_by_force();
                report_within(ERROR_LIMIT, stderr, failure.clone());
                end_process(failure.status);
            }
        };
        let started = thread::Builder::new().name("supervisor".to_owned()).spawn(supervise);
        if let (true, Some(waker)) = (started.is_ok() && owns_process, &command.lock().waker) {
            waker.wake_at_signals();
        }
        drop(handlers);
        if let Some(held) = held {
            held.release();
        }
    }

    /// What ends the command from outside; `None` if it ended by itself.
    fn next_stop(&self, poller: &mut Poller) -> Option<StopReason> {
        loop {
            let Supervision { has_ended, timeout, outlives_reader, .. } = *self.command.lock();
            if has_ended {
                return None;
            }
            if outlives_reader {
                poller.ignore_reader();
            }
            let left = timeout.map(|(at, _)| at.saturating_duration_since(Instant::now()));
            match (poller.poll(left), timeout) {
                (Some(reason), _) => return Some(reason),
                (None, Some((at, limit))) if at <= Instant::now() => {
                    return Some(StopReason::TimedOut(limit));
                }
                (None, _) => {}
            }
        }
    }

    fn ends_within(&self, limit: Duration, poller: &mut Poller) -> bool {
        let until = Instant::now() + limit;
        while !self.command.lock().has_ended {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            poller.poll(Some(left));
        }
        true
    }
}

/// Writes the error on a thread that is left behind if it takes too long.
fn report_within(limit: Duration, stderr: Stderr, failure: Failure) {
    if failure.is_silent() {
        return;
    }
    let (sender, written) = mpsc::channel();
    let write = move || {
        stderr.error(&failure.problem);
        let _ = sender.send(());
    };
    if thread::Builder::new().name("error".to_owned()).spawn(write).is_ok() {
        let _ = written.recv_timeout(limit);
    }
}

#[expect(clippy::exit, reason = "the command does not return")]
fn end_process(status: ExitStatus) {
    std::process::exit(status.code().into());
}

impl Drop for Supervised {
    fn drop(&mut self) {
        self.change(|command| command.has_ended = true);
    }
}

impl Supervised {
    /// Begins the time that `--timeout` allows.
    pub(crate) fn begin_timeout(&self, limit: Option<Duration>) {
        // A moment too far away to be counted is never.
        let timeout = limit.and_then(|limit| Some((Instant::now().checked_add(limit)?, limit)));
        if timeout.is_some() {
            self.change(|command| command.timeout = timeout);
        }
    }

    /// The command goes on without a reader of stdout.
    pub(crate) fn outlive_reader(&self) {
        self.change(|command| command.outlives_reader = true);
    }

    fn change(&self, change: impl FnOnce(&mut Supervision)) {
        let mut command = self.command.lock();
        change(&mut command);
        if let Some(waker) = &command.waker {
            waker.wake();
        }
    }

    /// Waits until the command is to stop.
    pub(crate) async fn stopped(&self) -> StopReason {
        let mut stop = self.stop.clone();
        match stop.wait_for(Option::is_some).await.map(|reason| *reason) {
            Ok(Some(reason)) => reason,
            // Nobody supervises.
            Ok(None) | Err(_) => std::future::pending().await,
        }
    }

    /// Runs a future to its end, or until the command is to stop.
    ///
    /// # Errors
    /// The future's own failure; interrupted (130), terminated (143), timed out (124), no reader (141).
    pub(crate) fn run<T>(&self, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        signals::on_one_thread(async {
            tokio::select! {
                biased;
                reason = self.stopped() => Err(reason.into()),
                outcome = work => outcome,
            }
        })
    }
}

#[cfg(test)]
mod tests;
