//! The terminal while the board is on it: raw mode, alternate screen, no cursor; and as it was before
//! once the guard is gone, whether by an end, an error or a panic.

use std::io::{self, Write};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::cursor::{Hide, Show};
use crossterm::event::Event;
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use crossterm::{execute, queue};
use tokio::sync::mpsc;

/// Keys pressed faster than the board takes them wait in the terminal.
const KEYS_WAITING: usize = 16;

/// Whether the terminal is the board's. Global because a terminal is, and a panic must know.
static IS_ENTERED: AtomicBool = AtomicBool::new(false);

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

/// The terminal's events, read by a thread that ends with the process or the terminal. The channel
/// closes when the terminal is gone.
#[must_use]
pub fn keyboard() -> mpsc::Receiver<Event> {
    let (sender, keys) = mpsc::channel(KEYS_WAITING);
    std::thread::spawn(move || {
        while let Ok(event) = crossterm::event::read() {
            if sender.blocking_send(event).is_err() {
                break;
            }
        }
    });
    keys
}
