//! The terminal while the board is on it: raw mode, alternate screen, no cursor, pastes marked as such; and as it was
//! before at each end: the watch's own, an error, a panic, a signal that kills.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, MutexGuard, Once, PoisonError, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use crossterm::{execute, queue};
#[cfg(unix)]
use rustix::process::Signal;

use crate::fatal_signals;

/// Whether the terminal is the board's. Global because a terminal is, and a panic must know.
static IS_ENTERED: AtomicBool = AtomicBool::new(false);

/// Held while something is written to the terminal, so that another thread gives it back between two writes of the board
/// and not within one.
static WRITING: Mutex<()> = Mutex::new(());

/// The board's write is waited for so long: one into a terminal that takes no bytes never ends.
const LONGEST_WRITE: Duration = Duration::from_millis(250);

/// What frames are written to. The first failure is returned; then it takes everything: the screen library shows the
/// cursor when it is dropped, and panics where a terminal that has hung up can take neither that nor its complaint.
pub(crate) struct Surface {
    out: Box<dyn Write>,
    has_failed: bool,
    is_screen: bool,
}

impl Surface {
    pub(crate) fn new(out: impl Write + 'static, is_screen: bool) -> Self {
        Self { out: Box::new(out), has_failed: false, is_screen }
    }

    /// Whether what is written now would go nowhere, or to a terminal that is the shell's again.
    fn is_closed(&self) -> bool {
        self.has_failed || (self.is_screen && !IS_ENTERED.load(Ordering::SeqCst))
    }

    fn note<T>(&mut self, done: io::Result<T>) -> io::Result<T> {
        done.inspect_err(|error| self.has_failed = error.kind() != io::ErrorKind::Interrupted)
    }
}

impl Write for Surface {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _held = writing();
        if self.is_closed() {
            return Ok(bytes.len());
        }
        let written = self.out.write(bytes);
        self.note(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let _held = writing();
        if self.is_closed() {
            return Ok(());
        }
        let flushed = self.out.flush();
        self.note(flushed)
    }
}

fn writing() -> MutexGuard<'static, ()> {
    WRITING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Gives the terminal back when dropped.
#[derive(Debug)]
pub(crate) struct Screen(());

impl Screen {
    /// Takes the terminal for the board.
    ///
    /// # Errors
    /// If it is none, or refuses; or the system gives no signals.
    pub(crate) fn enter(out: &mut impl Write) -> io::Result<Self> {
        give_back_before_a_panic_is_reported();
        fatal_signals::before_they_kill(give_terminal_back_by_force)?;
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

/// Stops the whole job, as the terminal would at Ctrl-Z: a script around the watch must stop as well. The board gets the
/// signal like every process of the job.
///
/// # Errors
/// If the signal cannot be sent.
#[cfg(unix)]
pub(crate) fn stop_job() -> io::Result<()> {
    Ok(rustix::process::kill_current_process_group(Signal::TSTP)?)
}

#[cfg(not(unix))]
pub(crate) fn stop_job() -> io::Result<()> {
    Ok(())
}

/// Lets the shell have the terminal until the process is continued.
///
/// # Errors
/// If the terminal refuses, or the process cannot stop itself.
pub(crate) fn stop(out: &mut impl Write) -> io::Result<()> {
    give_terminal_back()?;
    stop_process()?;
    take_terminal(out)
}

/// Takes the terminal anew after the process was stopped from outside: the shell has had it since.
///
/// # Errors
/// If the terminal refuses.
pub(crate) fn enter_again(out: &mut impl Write) -> io::Result<()> {
    give_terminal_back()?;
    take_terminal(out)
}

fn take_terminal(out: &mut impl Write) -> io::Result<()> {
    enable_raw_mode()?;
    IS_ENTERED.store(true, Ordering::SeqCst);
    let entered = queue!(out, EnterAlternateScreen, Hide, EnableBracketedPaste).and_then(|()| out.flush());
    entered.inspect_err(|_| {
        let _ = give_terminal_back();
    })
}

/// For the end of the process, while the board may be in a write that does not end because the terminal takes no bytes.
/// Then what is unread is thrown away, until there is room for the last bytes.
pub(crate) fn give_terminal_back_by_force() {
    let _ = disable_raw_mode();
    if !IS_ENTERED.load(Ordering::SeqCst) {
        return;
    }
    let (done, is_done) = mpsc::channel();
    let give_back = move || {
        let held = writing_within(LONGEST_WRITE);
        let _ = give_terminal_back();
        drop(held);
        let _ = done.send(());
    };
    if thread::Builder::new().name("screen".to_owned()).spawn(give_back).is_err() {
        return;
    }
    let began = Instant::now();
    let mut has_discarded = false;
    while began.elapsed() < 2 * LONGEST_WRITE {
        match is_done.recv_timeout(LONGEST_WRITE / 10) {
            Err(RecvTimeoutError::Timeout) => {
                let _ = discard_output();
                has_discarded = true;
            }
            Ok(()) | Err(RecvTimeoutError::Disconnected) => {
                // The last bytes may have been thrown away as well.
                let _ = if has_discarded { leave() } else { Ok(()) };
                return;
            }
        }
    }
}

/// Linux does not wake a write that waits for room when output is thrown away, but does when output is resumed.
#[cfg(unix)]
fn discard_output() -> io::Result<()> {
    use rustix::termios::{Action, QueueSelector, tcflow, tcflush};
    let terminal = io::stdout();
    tcflush(&terminal, QueueSelector::OFlush)?;
    tcflow(&terminal, Action::OOff)?;
    Ok(tcflow(&terminal, Action::OOn)?)
}

#[cfg(not(unix))]
fn discard_output() -> io::Result<()> {
    Ok(())
}

/// `None` where the board's write does not end; it may also be the one that has panicked.
fn writing_within(limit: Duration) -> Option<MutexGuard<'static, ()>> {
    let began = Instant::now();
    loop {
        match WRITING.try_lock() {
            Ok(held) => return Some(held),
            Err(TryLockError::Poisoned(held)) => return Some(held.into_inner()),
            Err(TryLockError::WouldBlock) if began.elapsed() < limit => thread::sleep(limit / 25),
            Err(TryLockError::WouldBlock) => return None,
        }
    }
}

/// Does nothing the second time. Writes to stdout itself: the board's own buffer may be half full.
fn give_terminal_back() -> io::Result<()> {
    if !IS_ENTERED.swap(false, Ordering::SeqCst) {
        return Ok(());
    }
    let left = leave();
    disable_raw_mode().and(left)
}

fn leave() -> io::Result<()> {
    execute!(io::stdout(), DisableBracketedPaste, LeaveAlternateScreen, Show)
}

/// Else the message would be on the alternate screen, and gone with it.
fn give_back_before_a_panic_is_reported() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let report = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            give_terminal_back_by_force();
            report(panic);
        }));
    });
}

/// SIGTSTP has a handler by now. SIGTTOU stops the process wherever SIGTSTP would have: unlike SIGSTOP, not where no shell
/// could continue it, as behind `ssh -t`.
#[cfg(unix)]
fn stop_process() -> io::Result<()> {
    signal_hook::low_level::raise(Signal::TTOU.as_raw())
}

#[cfg(not(unix))]
fn stop_process() -> io::Result<()> {
    Ok(())
}
