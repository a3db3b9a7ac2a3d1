//! A terminal of Unix sends bytes, and signals for all else.

use std::io;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::OFlags;
use rustix::io::Errno;
use rustix::process::Signal;
use tokio::signal::unix::{self, SignalKind, signal};
use tokio::sync::mpsc;

use crate::floor::event::EndReason;
use crate::watch::sinks::display::{Input, Key};

use key_reader::KeyReader;

mod key_reader;

/// Otherwise this would be noticed only at the first key.
///
/// # Errors
/// If stdin is not open for reading.
pub(super) fn check_stdin() -> io::Result<()> {
    if rustix::fs::fcntl_getfl(io::stdin())?.contains(OFlags::WRONLY) {
        Err(Errno::BADF.into())
    } else {
        Ok(())
    }
}

/// Sends keys until the terminal ends the watch, or (`None`) the board is gone.
pub(super) fn read_keys(inputs: &mpsc::UnboundedSender<Input>) -> io::Result<Option<EndReason>> {
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

#[derive(Clone, Copy, PartialEq, Eq)]
enum Arrival {
    Nothing,
    Bytes,
    HangUp,
}

/// Without a limit, waits for ever.
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

fn has_hung_up() -> io::Result<bool> {
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    Ok(await_bytes(Some(&at_once))? == Arrival::HangUp)
}

/// A new size, a stop, and its end.
pub(super) struct Signals {
    resized: unix::Signal,
    stopped: Option<unix::Signal>,
    continued: unix::Signal,
}

impl Signals {
    pub(super) fn listen(may_be_stopped: bool) -> io::Result<Self> {
        let listen = |wanted: Signal| signal(SignalKind::from_raw(wanted.as_raw()));
        Ok(Self {
            resized: listen(Signal::WINCH)?,
            stopped: may_be_stopped.then(|| listen(Signal::TSTP)).transpose()?,
            continued: listen(Signal::CONT)?,
        })
    }

    pub(super) async fn forward(mut self, inputs: mpsc::WeakUnboundedSender<Input>) {
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
