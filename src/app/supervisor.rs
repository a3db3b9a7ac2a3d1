//! Ends a command from outside: at Ctrl-C, SIGTERM, a hang-up, the end of `--timeout`, and once the reader of stdout has
//! left.
//!
//! A thread beside the command waits for these. It asks the command to stop, gives it [`GRACE`] to end in order, and then
//! ends the process. So it does not matter what the command waits for: the network, stdin, a reader that does not read, a
//! lock, a keyring, an endless `--jq`.

use std::sync::mpsc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::app::console::Stderr;
use crate::app::signals;
use crate::app::signals::StopReason;
use crate::failure::{ExitStatus, Failure};
use crate::watch::sinks::board;

/// How long a command that was asked to stop has for the `end` event, the terminal and the rest of an answer.
const GRACE: Duration = Duration::from_millis(500);

/// How long the error of a command that did not stop may take: nobody may be reading stderr either.
const ERROR_LIMIT: Duration = Duration::from_millis(300);

/// What the supervisor waits for.
#[derive(Clone, Copy, Debug)]
enum Message {
    Ended,
    Stop(StopReason),
    /// `--timeout` is known, and begins.
    Timeout(Duration),
    ReaderIsOptional,
}

pub(crate) struct Supervisor {
    messages: Receiver<Message>,
    stop: watch::Sender<Option<StopReason>>,
}

/// The command's side: it learns when to stop, and sets its time limit.
pub(crate) struct Supervised {
    sender: Sender<Message>,
    stop: watch::Receiver<Option<StopReason>>,
}

pub(crate) fn supervision() -> (Supervisor, Supervised) {
    let (sender, messages) = mpsc::channel();
    let (stop, stopped) = watch::channel(None);
    (Supervisor { messages, stop }, Supervised { sender, stop: stopped })
}

impl Supervisor {
    /// Begins to wait beside the command. Where the system gives no thread, signals do what they do without.
    ///
    /// Only the command of a process of its own, `owns_process`, is ended by signals and without its consent; that is then
    /// reported on `stderr`.
    pub(crate) fn start(self, supervised: &Supervised, stderr: Stderr, owns_process: bool) {
        let supervise = move || {
            let Some(reason) = self.next_stop() else { return };
            self.stop.send_replace(Some(reason));
            if owns_process && !self.ends_within(GRACE) {
                let failure = Failure::from(reason);
                board::give_terminal_back_by_force();
                report_within(ERROR_LIMIT, stderr, failure.clone());
                end_process(failure.status);
            }
        };
        let started = thread::Builder::new().name("supervisor".to_owned()).spawn(supervise);
        if started.is_ok() && owns_process {
            let sender = supervised.sender.clone();
            signals::on_stop(move |reason| _ = sender.send(Message::Stop(reason)));
        }
    }

    /// What ends the command from outside; `None` if it ended by itself.
    fn next_stop(&self) -> Option<StopReason> {
        let mut timeout: Option<(Instant, Duration)> = None;
        let mut needs_reader = true;
        loop {
            let message = match timeout {
                None => self.messages.recv().map_err(RecvTimeoutError::from),
                Some((at, _)) => self.messages.recv_timeout(at.saturating_duration_since(Instant::now())),
            };
            match message {
                // A moment too far away to be counted is never.
                Ok(Message::Timeout(limit)) => {
                    timeout = Instant::now().checked_add(limit).map(|at| (at, limit));
                }
                Ok(Message::ReaderIsOptional) => needs_reader = false,
                Ok(Message::Stop(StopReason::ReaderGone)) if !needs_reader => {}
                Ok(Message::Stop(reason)) => return Some(reason),
                Ok(Message::Ended) | Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => {
                    return timeout.map(|(_, limit)| StopReason::TimedOut(limit));
                }
            }
        }
    }

    fn ends_within(&self, limit: Duration) -> bool {
        let until = Instant::now() + limit;
        loop {
            match self.messages.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(Message::Ended) | Err(RecvTimeoutError::Disconnected) => return true,
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => return false,
            }
        }
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
        let _ = self.sender.send(Message::Ended);
    }
}

impl Supervised {
    /// Begins the time that `--timeout` allows.
    pub(crate) fn begin_timeout(&self, limit: Option<Duration>) {
        if let Some(limit) = limit {
            let _ = self.sender.send(Message::Timeout(limit));
        }
    }

    /// The command goes on without a reader of stdout.
    pub(crate) fn outlive_reader(&self) {
        let _ = self.sender.send(Message::ReaderIsOptional);
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
