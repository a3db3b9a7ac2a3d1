//! The terminal as Unix has it: its modes, its job, its queue.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::os::fd::AsFd;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::fs::{FileType, OFlags, fcntl_getfl, fstat, stat};
use rustix::process::{Signal, kill_current_process_group};
use rustix::termios::{
    Action, LocalModes, OptionalActions, QueueSelector, Termios, tcflow, tcflush, tcgetattr, tcsetattr,
};

/// The terminal's modes from before the prompt. Global, because the terminal is, and a signal that kills must
/// restore them.
static MODES_BEFORE: Mutex<Option<Termios>> = Mutex::new(None);

/// The line, which is not empty; `None` at the end of input, whatever was typed before it.
pub(crate) fn prompt(question: &str) -> io::Result<Option<String>> {
    let mut out = io::stderr();
    loop {
        write!(out, "{question}, not shown while you type: ")?;
        out.flush()?;
        // Large enough for any secret: a growing buffer would leave copies in memory.
        let mut typed = String::with_capacity(8 * 1024);
        io::stdin().read_line(&mut typed)?;
        // The terminal did not echo the end of the line either.
        writeln!(out)?;
        if !typed.ends_with('\n') {
            drop(zeroize::Zeroizing::new(typed));
            return Ok(None);
        }
        if !typed.trim().is_empty() {
            return Ok(Some(typed));
        }
    }
}

/// Input from before the prompt is discarded: it is no answer.
pub(crate) fn hide() -> io::Result<()> {
    let before = tcgetattr(io::stdin())?;
    *modes_before() = Some(before.clone());
    Ok(without_echo(before, OptionalActions::Flush)?)
}

/// After Ctrl-Z, the shell has turned echo on.
pub(crate) fn hide_again() {
    if modes_before().is_some()
        && let Ok(modes) = tcgetattr(io::stdin())
    {
        let _ = without_echo(modes, OptionalActions::Now);
    }
}

/// Input after the answer is discarded: a shell would run it.
pub(crate) fn show_again() {
    if let Some(modes) = modes_before().take() {
        let _ = tcsetattr(io::stdin(), OptionalActions::Flush, &modes);
    }
}

fn without_echo(mut modes: Termios, when: OptionalActions) -> rustix::io::Result<()> {
    modes.local_modes.remove(LocalModes::ECHO);
    tcsetattr(io::stdin(), when, &modes)
}

fn modes_before() -> MutexGuard<'static, Option<Termios>> {
    MODES_BEFORE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether this process was given no stdout, so that nothing of what is written arrives. Rust opens the null device in its
/// place, for reading as well, which no shell does where output is thrown away.
pub(crate) fn stdout_is_closed() -> bool {
    let stdout = io::stdout();
    let is_readable = fcntl_getfl(&stdout).is_ok_and(|flags| flags & OFlags::ACCMODE == OFlags::RDWR);
    let (Ok(given), Ok(null)) = (fstat(&stdout), stat("/dev/null")) else { return false };
    let is_device = FileType::from_raw_mode(given.st_mode) == FileType::CharacterDevice;
    is_readable && is_device && given.st_rdev == null.st_rdev
}

/// The value of `TERM` where it is not set.
pub(crate) fn usual_kind() -> Option<&'static str> {
    None
}

/// Stops the whole job, as the terminal does at Ctrl-Z, because a script around the watch must stop too. The board gets
/// the signal like every process of the job.
///
/// # Errors
/// If the signal cannot be sent.
pub(crate) fn stop_job() -> io::Result<()> {
    Ok(kill_current_process_group(Signal::TSTP)?)
}

/// SIGTSTP has a handler now. SIGTTOU stops the process under the same conditions, unlike SIGSTOP, which would also stop it
/// where no shell can continue it, as with `ssh -t`.
pub(crate) fn stop_process() -> io::Result<()> {
    signal_hook::low_level::raise(Signal::TTOU.as_raw())
}

/// Linux does not wake a blocked write when output is discarded, but does when output is resumed.
pub(crate) fn discard_output() -> io::Result<()> {
    let terminal = io::stdout();
    tcflush(&terminal, QueueSelector::OFlush)?;
    tcflow(&terminal, Action::OOff)?;
    Ok(tcflow(&terminal, Action::OOn)?)
}

/// Stdout without the lock around Rust's own: a board's write waits while its terminal takes no bytes, and the flush at
/// the end of the program would wait with it. Each flush is one write, so that no half frame is seen.
pub(crate) fn unlocked_stdout(step: usize) -> Box<dyn Write + Send> {
    match io::stdout().as_fd().try_clone_to_owned() {
        Ok(own) => Box::new(BufWriter::with_capacity(step, File::from(own))),
        Err(_) => Box::new(io::stdout()),
    }
}
