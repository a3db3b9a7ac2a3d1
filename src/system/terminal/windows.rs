//! The console of Windows.

use std::io::{self, Write};
use std::os::windows::io::AsRawHandle;

/// The library does not distinguish the end of input from an empty line, and prompts again.
pub(crate) fn prompt(question: &str) -> io::Result<Option<String>> {
    let answer = dialoguer::Password::new().with_prompt(question).report(false).interact();
    answer.map(Some).map_err(io::Error::other)
}

/// The library hides what is typed, and shows it again.
#[expect(clippy::unnecessary_wraps, reason = "a terminal of Unix may fail")]
pub(crate) fn hide() -> io::Result<()> {
    Ok(())
}

pub(crate) fn hide_again() {}

pub(crate) fn show_again() {}

/// The value of `TERM` where it is not set. A console of Windows 10 and later understands sequences, such as those of
/// colours, once it is asked to.
pub(crate) fn usual_kind() -> Option<&'static str> {
    Some(if crossterm::ansi_support::supports_ansi() { "windows" } else { "dumb" })
}

/// A console has no jobs.
#[expect(clippy::unnecessary_wraps, reason = "Unix may refuse")]
pub(crate) fn stop_job() -> io::Result<()> {
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "Unix may refuse")]
pub(crate) fn stop_process() -> io::Result<()> {
    Ok(())
}

/// A console keeps no queue.
#[expect(clippy::unnecessary_wraps, reason = "a terminal of Unix may fail")]
pub(crate) fn discard_output() -> io::Result<()> {
    Ok(())
}

pub(crate) fn unlocked_stdout(step: usize) -> Box<dyn Write + Send> {
    Box::new(io::BufWriter::with_capacity(step, io::stdout()))
}

/// Whether this process was given no stdout, so that nothing of what is written arrives.
pub(crate) fn stdout_is_closed() -> bool {
    io::stdout().as_raw_handle().is_null()
}
