//! What went wrong, as a person reads it on stderr: `error`, `caused by`, `hint`, `note`, one line
//! each. It must not know exit codes, nor where errors come from.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use crate::output::text::mask::mask_free_text;
use crate::output::text::sanitize::sanitize;
use crate::output::text::style::Tint;
use crate::report::Problem;

/// How stderr is written.
#[derive(Clone, Copy, Debug)]
pub struct MessageStyle {
    /// Whether colour is wanted on stderr.
    pub color: bool,
    /// Whether phone numbers are hidden: a server's message may repeat one.
    pub mask: bool,
}

/// Writes a failure: what happened, what lay behind it, what to do about it.
///
/// # Errors
/// What the writer answers.
pub fn write_problem(problem: &Problem, style: MessageStyle, out: &mut dyn Write) -> io::Result<()> {
    let message = match &problem.profile {
        Some(profile) => Cow::Owned(format!("{profile}: {}", problem.message)),
        None => Cow::Borrowed(&problem.message),
    };
    write_line("error", Tint::Alarm, &message, style, out)?;
    for cause in &problem.causes {
        write_line("  caused by", Tint::Plain, cause, style, out)?;
    }
    problem.hints.iter().try_for_each(|hint| write_line("hint", Tint::Advice, hint, style, out))
}

/// Writes what is no failure but should be known: what was cut, what cannot be promised.
///
/// # Errors
/// What the writer answers.
pub fn write_note(note: &str, style: MessageStyle, out: &mut dyn Write) -> io::Result<()> {
    write_line("note", Tint::Strong, note, style, out)
}

fn write_line(
    label: &str,
    tint: Tint,
    text: &str,
    style: MessageStyle,
    out: &mut dyn Write,
) -> io::Result<()> {
    let text = if style.mask { mask_free_text(text) } else { Cow::Borrowed(text) };
    let style = tint.style_if(style.color);
    writeln!(out, "{style}{label}:{style:#} {}", sanitize(&text))
}

#[cfg(test)]
mod tests;
