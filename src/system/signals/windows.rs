//! What ends a program on Windows: the keys of its console, its closing, and the end of the login.

use std::io;
use std::sync::mpsc;
use std::sync::mpsc::{Receiver, Sender};
use std::thread;
use std::time::Duration;

use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_logoff, ctrl_shutdown};

use crate::system::signals::StopReason;

/// Waits for what ends a program and for a [`Waker`]. The reader of stdout shows by the next write that it has left.
pub(crate) struct Poller(Receiver<Option<StopReason>>);

/// Wakes its [`Poller`].
pub(crate) struct Waker(Sender<Option<StopReason>>);

impl Poller {
    #[expect(clippy::unnecessary_wraps, reason = "Unix may refuse")]
    pub(crate) fn open(_watches_stdout: bool) -> io::Result<(Self, Waker)> {
        let (sender, receiver) = mpsc::channel();
        Ok((Self(receiver), Waker(sender)))
    }

    pub(crate) fn ignore_reader(&mut self) {}

    /// Waits for a reason to stop; `None` at the limit and at the waker.
    pub(crate) fn poll(&mut self, limit: Option<Duration>) -> Option<StopReason> {
        match limit {
            Some(limit) => self.0.recv_timeout(limit).ok()?,
            None => self.0.recv().ok()?,
        }
    }
}

impl Waker {
    pub(crate) fn wake(&self) {
        let _ = self.0.send(None);
    }

    /// From now on Ctrl-C and Ctrl-Break wake, and so do the closing of the console, the end of the login and of the
    /// system; Windows gives a program some seconds at these. By its documentation it sends the last two to services only,
    /// and to no program that has loaded `user32.dll`, as the board's keys need. Where the system refuses, they do what they
    /// do without.
    pub(crate) fn wake_at_signals(&self) {
        let sender = self.0.clone();
        let wait = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let (mut interrupted, mut broken) = (ctrl_c()?, ctrl_break()?);
                let (mut closed, mut logged_off, mut shut_down) =
                    (ctrl_close()?, ctrl_logoff()?, ctrl_shutdown()?);
                loop {
                    let reason = tokio::select! {
                        _ = interrupted.recv() => StopReason::Interrupted,
                        _ = broken.recv() => StopReason::Interrupted,
                        _ = closed.recv() => StopReason::Terminated,
                        _ = logged_off.recv() => StopReason::Terminated,
                        _ = shut_down.recv() => StopReason::Terminated,
                    };
                    if sender.send(Some(reason)).is_err() {
                        return io::Result::Ok(());
                    }
                }
            })
        };
        let _ = thread::Builder::new().name("signals".to_owned()).spawn(wait);
    }
}

/// A process of Windows does not go on, because it was not stopped.
/// Nothing is lost here before its handler exists.
#[derive(Clone, Copy)]
pub(crate) struct HeldSignals;

impl HeldSignals {
    pub(crate) fn hold() -> Self {
        Self
    }

    pub(crate) fn release(self) {}
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

/// The next write shows it.
pub(crate) fn stdout_reader_is_gone() -> bool {
    false
}

/// A write that failed because nobody reads any more. A pipe with a name, such as other programs give for stdout, and each
/// pipe of Wine fails as one that is not connected, which the standard library has no kind for.
pub(crate) fn is_of_gone_reader(error: &io::Error) -> bool {
    const ERROR_PIPE_NOT_CONNECTED: i32 = 233;
    error.kind() == io::ErrorKind::BrokenPipe || error.raw_os_error() == Some(ERROR_PIPE_NOT_CONNECTED)
}

/// No other signal kills.
#[expect(clippy::unnecessary_wraps, reason = "Unix may refuse")]
pub(crate) fn before_they_kill(_give_back: fn()) -> io::Result<()> {
    Ok(())
}

/// The runtime needs none.
#[expect(clippy::unnecessary_wraps, reason = "Unix may have too few")]
pub(crate) fn look_for_descriptors() -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_to_a_pipe_that_nobody_reads_is_of_a_gone_reader() {
        let fails_with = |code| is_of_gone_reader(&io::Error::from_raw_os_error(code));
        assert!(fails_with(109) && fails_with(232) && fails_with(233));
        assert!(!fails_with(112), "a disk is full");
    }
}
