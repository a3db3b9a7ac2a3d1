//! Writes failures and notes for a person on stderr: `error`, `caused by`, `hint` and `note`, one line each.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use crate::output::text::mask::mask_free_text;
use crate::output::text::sanitize::sanitize;
use crate::output::text::style::Tint;
use crate::report::Problem;

#[derive(Clone, Copy, Debug)]
pub(crate) struct MessageStyle {
    pub(crate) color: bool,
    /// Whether phone numbers are hidden: a message of the server may contain one.
    pub(crate) mask: bool,
}

/// Writes a failure with its causes and hints.
///
/// # Errors
/// If `out` cannot be written.
pub(crate) fn write_problem(problem: &Problem, style: MessageStyle, out: &mut dyn Write) -> io::Result<()> {
    let profile = problem.profile.as_deref();
    write_line("error", Tint::Alarm, profile, &problem.message, style, out)?;
    for cause in &problem.causes {
        write_line("  caused by", Tint::Plain, None, cause, style, out)?;
    }
    problem.hints.iter().try_for_each(|hint| write_line("hint", Tint::Advice, None, hint, style, out))
}

/// Writes a fact that is no failure but that the reader should know, such as how many rows were left out.
///
/// # Errors
/// If `out` cannot be written.
pub(crate) fn write_note(note: &str, style: MessageStyle, out: &mut dyn Write) -> io::Result<()> {
    write_line("note", Tint::Strong, None, note, style, out)
}

/// Names of profiles are never masked.
fn write_line(
    label: &str,
    tint: Tint,
    profile: Option<&str>,
    text: &str,
    style: MessageStyle,
    out: &mut dyn Write,
) -> io::Result<()> {
    let text = if style.mask { mask_free_text(text) } else { Cow::Borrowed(text) };
    let style = tint.style_if(style.color);
    let text = profile.map_or(Cow::Borrowed(&*text), |profile| Cow::Owned(format!("{profile}: {text}")));
    writeln!(out, "{style}{label}:{style:#} {}", sanitize(&text))
}

#[cfg(test)]
mod tests;
