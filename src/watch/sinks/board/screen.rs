//! The terminal while the board is on it: raw mode, alternate screen, no cursor; and as it was before
//! once the guard is gone, whether by an end, an error or a panic.

use std::io::{self, Write};
#[cfg(unix)]
use std::io::{PipeReader, PipeWriter, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, Once, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use crossterm::cursor::{Hide, Show};
use crossterm::event::Event;
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use crossterm::{execute, queue};
#[cfg(unix)]
use rustix::event::{PollFd, PollFlags, Timespec, poll};
#[cfg(unix)]
use rustix::process::Signal;
#[cfg(unix)]
use tokio::signal::unix::{self, SignalKind, signal};
use tokio::sync::mpsc;

use crate::watch::sinks::display::Input;

/// Keys pressed faster than the board takes them wait in the terminal.
const INPUTS_WAITING: usize = 16;

/// Whether the terminal is the board's. Global because a terminal is, and a panic must know.
static IS_ENTERED: AtomicBool = AtomicBool::new(false);

/// Held while something is written to the terminal, so that a panic elsewhere gives it back between two writes of the
/// board and not within one.
static WRITING: Mutex<()> = Mutex::new(());

/// A panic waits for the board's write for so long: one into a terminal that takes no bytes never ends.
const LONGEST_WRITE: Duration = Duration::from_millis(500);

/// What frames are written to. The first failure is told; then it takes everything: the screen library shows the
/// cursor when it is dropped, and panics where a terminal that has hung up can take neither that nor its complaint.
pub(crate) struct Surface {
    out: Box<dyn Write>,
    has_failed: bool,
    is_screen: bool,
}

impl Surface {
    /// What is written to `out`, which is the board's terminal or stands for one.
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
    /// If it is none, or refuses.
    pub(crate) fn enter(out: &mut impl Write) -> io::Result<Self> {
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

/// Asks the whole job to stop, as the terminal would at Ctrl-Z: a script around the watch must stop as well. The board is
/// told of it like everybody else in the job, by a signal.
///
/// # Errors
/// If the job cannot be asked.
#[cfg(unix)]
pub(crate) fn ask_job_to_stop() -> io::Result<()> {
    Ok(rustix::process::kill_current_process_group(Signal::TSTP)?)
}

/// There are no jobs to stop.
#[cfg(not(unix))]
pub(crate) fn ask_job_to_stop() -> io::Result<()> {
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
    let entered = queue!(out, EnterAlternateScreen, Hide).and_then(|()| out.flush());
    entered.inspect_err(|_| {
        let _ = give_terminal_back();
    })
}

/// Gives back what can be given back without a byte written: the terminal takes none.
pub(crate) fn give_up() {
    let _ = disable_raw_mode();
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
            let began = Instant::now();
            // It may also be this thread's own write that has panicked.
            let held = loop {
                match WRITING.try_lock() {
                    Ok(held) => break Some(held),
                    Err(TryLockError::Poisoned(held)) => break Some(held.into_inner()),
                    Err(TryLockError::WouldBlock) if began.elapsed() < LONGEST_WRITE => {
                        std::thread::sleep(LONGEST_WRITE / 50);
                    }
                    Err(TryLockError::WouldBlock) => break None,
                }
            };
            let _ = give_terminal_back();
            drop(held);
            tell(panic);
        }));
    });
}

/// SIGTSTP is waited for, and so it stops nothing any more. SIGTTOU stops where that would have: unlike SIGSTOP not where
/// nobody could continue the process, as behind `ssh -t`, where the watch is all that runs on the terminal.
#[cfg(unix)]
fn stop_process() -> io::Result<()> {
    signal_hook::low_level::raise(Signal::TTOU.as_raw())
}

#[cfg(not(unix))]
fn stop_process() -> io::Result<()> {
    Ok(())
}

/// What the terminal says, to be called where signals can be waited for. Listens from the call on: a board that is there
/// is certain to be put away when the process is asked to stop, unless it is not to be stopped. The channel closes when
/// the terminal hangs up.
#[must_use]
pub fn keyboard(may_be_stopped: bool) -> mpsc::Receiver<Input> {
    let (sender, inputs) = mpsc::channel(INPUTS_WAITING);
    #[cfg(not(unix))]
    let _ = may_be_stopped;
    #[cfg(unix)]
    let Ok((resized, resizing)) = io::pipe() else { return inputs };
    #[cfg(unix)]
    if let Ok(signals) = Signals::listen(may_be_stopped) {
        tokio::spawn(signals.tell(sender.downgrade(), resizing));
    }
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

/// What comes by signals: another size, a stop and its end.
#[cfg(unix)]
struct Signals {
    resized: unix::Signal,
    asked_to_stop: Option<unix::Signal>,
    continued: unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen(may_be_stopped: bool) -> io::Result<Self> {
        let listen = |wanted: Signal| signal(SignalKind::from_raw(wanted.as_raw()));
        Ok(Self {
            resized: listen(Signal::WINCH)?,
            asked_to_stop: may_be_stopped.then(|| listen(Signal::TSTP)).transpose()?,
            continued: listen(Signal::CONT)?,
        })
    }

    async fn tell(mut self, inputs: mpsc::WeakSender<Input>, mut resizing: PipeWriter) {
        loop {
            let asked_to_stop = async {
                match &mut self.asked_to_stop {
                    Some(signal) => signal.recv().await,
                    None => std::future::pending().await,
                }
            };
            let input = tokio::select! {
                _ = self.resized.recv() => match resizing.write_all(&[0]) {
                    Ok(()) => continue,
                    Err(_) => return,
                },
                _ = asked_to_stop => Input::Stop,
                _ = self.continued.recv() => Input::Continued,
            };
            let Some(inputs) = inputs.upgrade() else { return };
            if inputs.send(input).await.is_err() {
                return;
            }
        }
    }
}
