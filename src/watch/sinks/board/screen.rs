//! Sets up the terminal for the board: raw mode, alternate screen, no cursor, marked pastes. Restores it at every end: of
//! the watch, by an error, a panic or a signal that kills.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, MutexGuard, Once, PoisonError, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::terminal::{
    EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{execute, queue};

use crate::system::signals::before_they_kill;
use crate::system::terminal::{discard_output, stop_process};

pub(crate) use crate::system::terminal::stop_job;

/// Whether the board has the terminal. Global, because the terminal is, and a panic must restore it.
static IS_ENTERED: AtomicBool = AtomicBool::new(false);

/// Locked during a write to the terminal, so that another thread restores it between two writes of the board and not
/// within one.
static WRITING: Mutex<()> = Mutex::new(());

/// Locked while the terminal is taken; whether it may not be taken any more, because the process is about to end.
static IS_GIVEN_UP: Mutex<bool> = Mutex::new(false);

/// The longest wait for a write of the board, which never ends if the terminal takes no bytes.
const LONGEST_WRITE: Duration = Duration::from_millis(250);

/// Frames are written to this. It returns the first failure, and then accepts everything: when the screen library is
/// dropped it shows the cursor, and panics if it can write neither that nor its error to a terminal that has hung up.
pub(crate) struct Surface {
    out: Box<dyn Write>,
    has_failed: bool,
    is_screen: bool,
}

impl Surface {
    pub(crate) fn new(out: impl Write + 'static, is_screen: bool) -> Self {
        Self { out: Box::new(out), has_failed: false, is_screen }
    }

    /// Whether a write would fail, or go to a terminal that is the shell's again.
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

/// Restores the terminal when dropped.
#[derive(Debug)]
pub(crate) struct Screen(());

impl Screen {
    /// # Errors
    /// If `out` is not a terminal or fails, or if signals cannot be handled.
    pub(crate) fn enter(out: &mut impl Write) -> io::Result<Self> {
        give_back_before_a_panic_is_reported();
        before_they_kill(give_terminal_back_by_force)?;
        take_terminal(out)?;
        Ok(Self(()))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // A terminal that is gone cannot be restored.
        let _ = give_terminal_back();
    }
}

/// Lets the shell have the terminal until the process is continued.
///
/// # Errors
/// If the terminal fails, or the process cannot stop itself.
pub(crate) fn stop(out: &mut impl Write) -> io::Result<()> {
    give_terminal_back()?;
    stop_process()?;
    take_terminal(out)
}

/// Sets up the terminal again after the process was stopped from outside, because the shell has used it since.
///
/// # Errors
/// If the terminal fails.
pub(crate) fn enter_again(out: &mut impl Write) -> io::Result<()> {
    give_terminal_back()?;
    take_terminal(out)
}

/// Waits for the end of the process if the terminal was given back for it.
fn take_terminal(out: &mut impl Write) -> io::Result<()> {
    let is_given_up = IS_GIVEN_UP.lock().unwrap_or_else(PoisonError::into_inner);
    if *is_given_up {
        drop(is_given_up);
        loop {
            thread::park();
        }
    }
    enable_raw_mode()?;
    IS_ENTERED.store(true, Ordering::SeqCst);
    drop(is_given_up);
    let entered = queue!(out, EnterAlternateScreen, Hide, EnableBracketedPaste).and_then(|()| out.flush());
    entered.inspect_err(|_| {
        let _ = give_terminal_back();
    })
}

/// For the end of the process, while the board may be in a write to a terminal that takes no bytes. Then unread output is
/// discarded until there is room for the last bytes. A board that was about to begin does not take the terminal any more:
/// nobody would give it back.
pub(crate) fn give_terminal_back_by_force() {
    if let Some(mut is_given_up) = locked_within(&IS_GIVEN_UP, LONGEST_WRITE) {
        *is_given_up = true;
    }
    let _ = disable_raw_mode();
    if !IS_ENTERED.load(Ordering::SeqCst) {
        return;
    }
    let (done, is_done) = mpsc::channel();
    let give_back = move || {
        let held = locked_within(&WRITING, LONGEST_WRITE);
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
                // The last bytes may have been discarded too.
                let _ = if has_discarded { leave() } else { Ok(()) };
                return;
            }
        }
    }
}

/// `None` if whoever has locked it is stuck, as a write of the board may be; it may also be the thread that has panicked.
fn locked_within<T>(mutex: &'static Mutex<T>, limit: Duration) -> Option<MutexGuard<'static, T>> {
    let began = Instant::now();
    loop {
        match mutex.try_lock() {
            Ok(held) => return Some(held),
            Err(TryLockError::Poisoned(held)) => return Some(held.into_inner()),
            Err(TryLockError::WouldBlock) if began.elapsed() < limit => thread::sleep(limit / 25),
            Err(TryLockError::WouldBlock) => return None,
        }
    }
}

/// Does nothing the second time. Writes to stdout itself, because the board's buffer may contain half a frame.
fn give_terminal_back() -> io::Result<()> {
    if !IS_ENTERED.swap(false, Ordering::SeqCst) {
        return Ok(());
    }
    let left = leave();
    disable_raw_mode().and(left)
}

/// Ends a frame that may have begun: until then, the terminal would show nothing that the shell writes.
fn leave() -> io::Result<()> {
    execute!(io::stdout(), EndSynchronizedUpdate, DisableBracketedPaste, LeaveAlternateScreen, Show)
}

/// Otherwise the message would disappear with the alternate screen.
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
