//! Input from the board's terminal: keys, and by signals a new size, a stop and its end.

use std::io;
use std::thread;

use tokio::sync::{mpsc, oneshot};

use crate::floor::event::EndReason;
use crate::watch::sinks::display::Input;

#[cfg(unix)]
mod unix;
#[cfg(unix)]
use unix as system;
#[cfg(windows)]
mod windows;
#[cfg(windows)]
use windows as system;

/// The terminal, read on its own thread.
#[derive(Debug)]
pub(crate) struct Keyboard {
    /// Unbounded: if keys had to wait for a board whose terminal takes no bytes, Ctrl-C would wait too.
    pub(crate) inputs: mpsc::UnboundedReceiver<Input>,
    /// Why the terminal ends the watch: Ctrl-C, a hang-up, or a failure. Dropped if the board is gone first.
    pub(crate) end: oneshot::Receiver<io::Result<EndReason>>,
}

impl Keyboard {
    /// Reads the terminal of stdin. Call it in a runtime that handles signals, and before the board is shown, so that
    /// SIGTSTP always restores the terminal first, unless the process may not be stopped.
    ///
    /// # Errors
    /// If stdin is not open for reading, or the system gives no thread or no signals.
    pub(crate) fn open(may_be_stopped: bool) -> io::Result<Self> {
        system::check_stdin()?;
        let (sender, inputs) = mpsc::unbounded_channel();
        tokio::spawn(system::Signals::listen(may_be_stopped)?.forward(sender.downgrade()));
        let (end, ended) = oneshot::channel();
        thread::Builder::new().name("keyboard".to_owned()).spawn(move || {
            if let Some(reason) = system::read_keys(&sender).transpose() {
                // Nobody receives this once the watch is over.
                let _ = end.send(reason);
            }
        })?;
        Ok(Self { inputs, end: ended })
    }
}
