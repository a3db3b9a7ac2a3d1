//! Input from the board's terminal: keys, and by signals a new size, a stop and its end.

use std::io;
use std::thread;

#[cfg(unix)]
use rustix::event::{PollFd, PollFlags, Timespec, poll};
#[cfg(unix)]
use rustix::fs::OFlags;
#[cfg(unix)]
use rustix::io::Errno;
#[cfg(unix)]
use rustix::process::Signal;
#[cfg(unix)]
use tokio::signal::unix::{self, SignalKind, signal};
use tokio::sync::{mpsc, oneshot};

use crate::floor::event::EndReason;
#[cfg(unix)]
use crate::watch::sinks::board::key_reader::KeyReader;
use crate::watch::sinks::display::{Input, Key};

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
        // Otherwise this would be noticed only at the first key.
        #[cfg(unix)]
        if rustix::fs::fcntl_getfl(io::stdin())?.contains(OFlags::WRONLY) {
            return Err(Errno::BADF.into());
        }
        let (sender, inputs) = mpsc::unbounded_channel();
        #[cfg(unix)]
        tokio::spawn(Signals::listen(may_be_stopped)?.forward(sender.downgrade()));
        #[cfg(not(unix))]
        let _ = may_be_stopped;
        let (end, ended) = oneshot::channel();
        thread::Builder::new().name("keyboard".to_owned()).spawn(move || {
            if let Some(reason) = read_keys(&sender).transpose() {
                // Nobody receives this once the watch is over.
                let _ = end.send(reason);
            }
        })?;
        Ok(Self { inputs, end: ended })
    }
}

/// Sends keys until the terminal ends the watch, or (`None`) the board is gone.
#[cfg(unix)]
fn read_keys(inputs: &mpsc::UnboundedSender<Input>) -> io::Result<Option<EndReason>> {
    let mut reader = KeyReader::default();
    let mut bytes = [0; 4096];
    loop {
        let limit = reader.patience().map(Timespec::try_from).transpose().map_err(io::Error::other)?;
        let keys = match await_bytes(limit.as_ref())? {
            Arrival::Nothing => reader.give_up().into_iter().collect(),
            Arrival::HangUp => return Ok(Some(EndReason::Terminated)),
            Arrival::Bytes => match rustix::io::read(io::stdin(), &mut bytes) {
                Ok(count) => reader.read(&bytes[..count]),
                Err(Errno::INTR | Errno::AGAIN) => continue,
                // A terminal that has hung up returns this; so does the terminal of another job, which is a failure.
                Err(Errno::IO) if has_hung_up()? => return Ok(Some(EndReason::Terminated)),
                Err(error) => return Err(error.into()),
            },
        };
        for key in keys {
            if key == Key::Interrupt {
                return Ok(Some(EndReason::Interrupted));
            }
            if inputs.send(Input::Key(key)).is_err() {
                return Ok(None);
            }
        }
    }
}

#[cfg(unix)]
#[derive(Clone, Copy, PartialEq, Eq)]
enum Arrival {
    Nothing,
    Bytes,
    HangUp,
}

/// Without a limit, waits for ever.
#[cfg(unix)]
fn await_bytes(limit: Option<&Timespec>) -> io::Result<Arrival> {
    let stdin = io::stdin();
    let mut streams = [PollFd::new(&stdin, PollFlags::IN)];
    match poll(&mut streams, limit) {
        Ok(_) | Err(Errno::INTR) => {}
        Err(error) => return Err(error.into()),
    }
    match streams[0].revents() {
        found if found.contains(PollFlags::NVAL) => Err(Errno::BADF.into()),
        found if found.intersects(PollFlags::HUP | PollFlags::ERR) => Ok(Arrival::HangUp),
        found if found.contains(PollFlags::IN) => Ok(Arrival::Bytes),
        _ => Ok(Arrival::Nothing),
    }
}

#[cfg(unix)]
fn has_hung_up() -> io::Result<bool> {
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    Ok(await_bytes(Some(&at_once))? == Arrival::HangUp)
}

/// Elsewhere the library reads keys, because a terminal sends no bytes.
#[cfg(not(unix))]
fn read_keys(inputs: &mpsc::UnboundedSender<Input>) -> io::Result<Option<EndReason>> {
    use crossterm::event::{Event, KeyCode, KeyEventKind, KeyModifiers};
    loop {
        let input = match crossterm::event::read()? {
            Event::Resize(..) => Input::Resized,
            Event::Paste(text) => Input::Key(Key::Paste(text)),
            Event::Key(key) if key.kind != KeyEventKind::Release => {
                let is_control = key.modifiers == KeyModifiers::CONTROL;
                let is_plain = (key.modifiers - KeyModifiers::SHIFT).is_empty();
                Input::Key(match key.code {
                    KeyCode::Char('c') if is_control => return Ok(Some(EndReason::Interrupted)),
                    KeyCode::Char('l') if is_control => Key::Redraw,
                    KeyCode::Char(letter) if is_plain => Key::Letter(letter),
                    KeyCode::Up if is_plain => Key::Up,
                    KeyCode::Down if is_plain => Key::Down,
                    KeyCode::Left if is_plain => Key::Left,
                    KeyCode::Right if is_plain => Key::Right,
                    KeyCode::PageUp if is_plain => Key::PageUp,
                    KeyCode::PageDown if is_plain => Key::PageDown,
                    KeyCode::Home if is_plain => Key::Home,
                    KeyCode::End if is_plain => Key::End,
                    KeyCode::Enter if is_plain => Key::Enter,
                    KeyCode::Esc if is_plain => Key::Escape,
                    KeyCode::Backspace if is_plain => Key::Backspace,
                    _ => continue,
                })
            }
            _ => continue,
        };
        if inputs.send(input).is_err() {
            return Ok(None);
        }
    }
}

/// A new size, a stop, and its end.
#[cfg(unix)]
struct Signals {
    resized: unix::Signal,
    stopped: Option<unix::Signal>,
    continued: unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen(may_be_stopped: bool) -> io::Result<Self> {
        let listen = |wanted: Signal| signal(SignalKind::from_raw(wanted.as_raw()));
        Ok(Self {
            resized: listen(Signal::WINCH)?,
            stopped: may_be_stopped.then(|| listen(Signal::TSTP)).transpose()?,
            continued: listen(Signal::CONT)?,
        })
    }

    async fn forward(mut self, inputs: mpsc::WeakUnboundedSender<Input>) {
        loop {
            let stopped = async {
                match &mut self.stopped {
                    Some(signal) => signal.recv().await,
                    None => std::future::pending().await,
                }
            };
            let input = tokio::select! {
                _ = self.resized.recv() => Input::Resized,
                _ = stopped => Input::Stop,
                _ = self.continued.recv() => Input::Continued,
            };
            let Some(inputs) = inputs.upgrade() else { return };
            if inputs.send(input).is_err() {
                return;
            }
        }
    }
}
