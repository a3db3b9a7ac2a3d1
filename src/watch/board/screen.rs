//! The terminal while the board is on it: raw mode, alternate screen, no cursor; and as it was before
//! once the guard is gone, whether by an end, an error or a panic.

use std::io::{self, Write};
#[cfg(unix)]
use std::io::{PipeReader, PipeWriter, Read};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
#[cfg(unix)]
use std::time::Duration;

use crossterm::cursor::{Hide, Show};
use crossterm::event::Event;
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use crossterm::{execute, queue};
#[cfg(unix)]
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tokio::sync::mpsc;

use crate::watch::sink::Input;

/// Keys pressed faster than the board takes them wait in the terminal.
const INPUTS_WAITING: usize = 16;

/// Whether the terminal is the board's. Global because a terminal is, and a panic must know.
static IS_ENTERED: AtomicBool = AtomicBool::new(false);

/// What frames are written to. The first failure is told; then it takes everything: the screen library shows the
/// cursor when it is dropped, and panics where a terminal that has hung up can take neither that nor its complaint.
pub(super) struct Surface {
    out: Box<dyn Write>,
    has_failed: bool,
}

impl Surface {
    pub(super) fn new(out: impl Write + 'static) -> Self {
        Self { out: Box::new(out), has_failed: false }
    }

    fn note<T>(&mut self, done: io::Result<T>) -> io::Result<T> {
        done.inspect_err(|error| self.has_failed = error.kind() != io::ErrorKind::Interrupted)
    }
}

impl Write for Surface {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.has_failed {
            return Ok(bytes.len());
        }
        let written = self.out.write(bytes);
        self.note(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.has_failed {
            return Ok(());
        }
        let flushed = self.out.flush();
        self.note(flushed)
    }
}

/// Gives the terminal back when dropped.
#[derive(Debug)]
pub(super) struct Screen(());

impl Screen {
    /// Takes the terminal for the board.
    ///
    /// # Errors
    /// If it is none, or refuses.
    pub(super) fn enter(out: &mut impl Write) -> io::Result<Self> {
        give_back_before_a_panic_is_told();
        take_terminal(out)?;
        Ok(Self(()))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // A terminal that is gone needs no restoring.
        let _ = give_terminal_back();
    }
}

/// Lets the shell have the terminal until the process is continued.
///
/// # Errors
/// If the terminal refuses, or the process cannot stop itself.
pub(super) fn suspend(out: &mut impl Write) -> io::Result<()> {
    give_terminal_back()?;
    stop_job()?;
    take_terminal(out)
}

/// Takes the terminal anew after the process was stopped from outside: the shell has had it since.
///
/// # Errors
/// If the terminal refuses.
pub(super) fn enter_again(out: &mut impl Write) -> io::Result<()> {
    give_terminal_back()?;
    take_terminal(out)
}

fn take_terminal(out: &mut impl Write) -> io::Result<()> {
    enable_raw_mode()?;
    IS_ENTERED.store(true, Ordering::SeqCst);
    let entered = queue!(out, EnterAlternateScreen, Hide).and_then(|()| out.flush());
    entered.inspect_err(|_| {
        let _ = give_terminal_back();
    })
}

/// Does nothing the second time. Writes to stdout itself: the board's own buffer may be half full.
fn give_terminal_back() -> io::Result<()> {
    if !IS_ENTERED.swap(false, Ordering::SeqCst) {
        return Ok(());
    }
    let left = execute!(io::stdout(), LeaveAlternateScreen, Show);
    disable_raw_mode().and(left)
}

/// Else the message would stand on the alternate screen, and be gone with it.
fn give_back_before_a_panic_is_told() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let tell = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let _ = give_terminal_back();
            tell(panic);
        }));
    });
}

/// The whole job stops, as if the terminal had asked: a script around the watch must stop as well.
#[cfg(unix)]
fn stop_job() -> io::Result<()> {
    use rustix::process::{Signal, kill_current_process_group};
    Ok(kill_current_process_group(Signal::TSTP)?)
}

#[cfg(not(unix))]
fn stop_job() -> io::Result<()> {
    Ok(())
}

/// What the terminal says, to be called where signals can be waited for. The channel closes when the terminal hangs up.
#[must_use]
pub fn keyboard() -> mpsc::Receiver<Input> {
    let (sender, inputs) = mpsc::channel(INPUTS_WAITING);
    #[cfg(unix)]
    let Ok((resized, resizing)) = io::pipe() else { return inputs };
    #[cfg(unix)]
    tokio::spawn(tell_signals(sender.downgrade(), resizing));
    std::thread::spawn(move || {
        loop {
            #[cfg(unix)]
            let event = next_event(&resized);
            #[cfg(not(unix))]
            let event = crossterm::event::read();
            let Ok(event) = event else { break };
            if sender.blocking_send(Input::Event(event)).is_err() {
                break;
            }
        }
    });
    inputs
}

/// The library reads for ever from a terminal that has hung up, as fast as it can; so it only reads from one that has not.
#[cfg(unix)]
fn next_event(resized: &PipeReader) -> io::Result<Event> {
    loop {
        await_input(resized, Some(NOW))?;
        if crossterm::event::poll(Duration::ZERO)? {
            return crossterm::event::read();
        }
        await_input(resized, None)?;
    }
}

#[cfg(unix)]
const NOW: Timespec = Timespec { tv_sec: 0, tv_nsec: 0 };

/// Waits until something is typed, or the terminal has another size: were that left to lie, the library would take
/// it for the next key, and lose the key.
#[cfg(unix)]
fn await_input(mut resized: &PipeReader, limit: Option<Timespec>) -> io::Result<()> {
    let stdin = io::stdin();
    let mut streams = [PollFd::new(&stdin, PollFlags::IN), PollFd::new(resized, PollFlags::IN)];
    match poll(&mut streams, limit.as_ref()) {
        Ok(_) | Err(rustix::io::Errno::INTR) => {}
        Err(error) => return Err(error.into()),
    }
    let is_gone = streams[0].revents().intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL);
    if is_gone || streams[1].revents().contains(PollFlags::HUP) {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    if streams[1].revents().contains(PollFlags::IN) {
        let _ = resized.read(&mut [0; 64])?;
    }
    Ok(())
}

/// Sizes and the end of a stop come by signals.
#[cfg(unix)]
async fn tell_signals(inputs: mpsc::WeakSender<Input>, mut resizing: PipeWriter) {
    use tokio::signal::unix::{SignalKind, signal};
    let continued = SignalKind::from_raw(rustix::process::Signal::CONT.as_raw());
    let (Ok(mut resized), Ok(mut continued)) = (signal(SignalKind::window_change()), signal(continued))
    else {
        return;
    };
    loop {
        let told = tokio::select! {
            _ = resized.recv() => resizing.write_all(&[0]).is_ok(),
            _ = continued.recv() => match inputs.upgrade() {
                Some(inputs) => inputs.send(Input::Continued).await.is_ok(),
                None => false,
            },
        };
        if !told {
            return;
        }
    }
}
