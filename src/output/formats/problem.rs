//! Writes failures and notes for a person on stderr: `error`, `caused by`, `hint` and `note`, one line each, which a
//! terminal gets as several if it is long.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use crate::output::text::mask::mask_free_text;
use crate::output::text::profiles::{names, share};
use crate::output::text::redact::Redactor;
use crate::output::text::sanitize::sanitize;
use crate::output::text::style::Tint;
use crate::output::text::width::width;
use crate::report::{Failures, Problem};

#[derive(Clone, Copy)]
pub(crate) struct MessageStyle<'a> {
    pub(crate) color: bool,
    /// Whether phone numbers are hidden: a message of the server may contain one.
    pub(crate) mask: bool,
    /// On a terminal, how many columns it has, and what hides secrets: one that is broken into two lines is not found again.
    pub(crate) terminal: Option<(usize, &'a Redactor)>,
}

/// Writes a failure with its causes and hints.
///
/// # Errors
/// If `out` cannot be written.
pub(crate) fn write_problem(
    problem: &Problem,
    style: MessageStyle<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    write_alike(&Alike::only(problem), style, out)
}

fn write_alike(alike: &Alike<'_>, style: MessageStyle<'_>, out: &mut dyn Write) -> io::Result<()> {
    let Alike { problem, .. } = alike;
    let (before, after) = alike.names();
    write_line("error", Tint::Alarm, &before, &problem.message, &after, style, out)?;
    for cause in &problem.causes {
        write_line("  caused by", Tint::Plain, "", cause, "", style, out)?;
    }
    alike.hints.iter().try_for_each(|hint| write_line("hint", Tint::Advice, "", hint, "", style, out))
}

/// Writes the failures of several profiles. What failed alike is written once.
///
/// # Errors
/// If `out` cannot be written.
pub(crate) fn write_problems(
    failures: &Failures,
    style: MessageStyle<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    alike(failures).iter().try_for_each(|alike| write_alike(alike, style, out))
}

/// Profiles that failed alike.
pub(crate) struct Alike<'a> {
    problem: &'a Problem,
    profiles: Vec<&'a str>,
    /// Of a group, without the name of a profile.
    hints: Vec<Cow<'a, str>>,
    queried: usize,
}

impl<'a> Alike<'a> {
    fn only(problem: &'a Problem) -> Self {
        let hints = problem.hints.iter().map(|hint| Cow::Borrowed(hint.as_str())).collect();
        Self { problem, profiles: problem.profile.as_deref().into_iter().collect(), hints, queried: 1 }
    }

    fn is_like(&self, other: &Problem) -> bool {
        let Problem { profile: _, kind, code, message, causes, hints: _ } = other;
        let own = self.problem;
        (own.kind, own.code, &own.message, &own.causes) == (*kind, *code, message, causes)
            && own.profile.is_some()
            && other.profile.is_some()
            && general_hints(own) == general_hints(other)
    }

    fn add(&mut self, other: &'a Problem) {
        self.profiles.extend(other.profile.as_deref());
        self.hints = general_hints(self.problem);
    }

    /// What comes before the message and after it.
    fn names(&self) -> (String, String) {
        match self.profiles.as_slice() {
            [] => (String::new(), String::new()),
            [only] => (format!("{only}: "), String::new()),
            all if all.len() >= self.queried => {
                (format!("{}: ", share(all.len(), self.queried)), String::new())
            }
            some => (format!("{}: ", share(some.len(), self.queried)), format!(": {}", names(some))),
        }
    }

    /// For a note: the profiles, what happened, and what to do first.
    pub(crate) fn note(&self) -> String {
        let (before, after) = self.names();
        let hint = self.hints.first().map_or_else(String::new, |hint| format!(" ({hint})"));
        format!("{before}{}{after}{hint}", self.problem.message)
    }
}

/// Groups the failures by what happened, in the order in which it happened first.
pub(crate) fn alike(failures: &Failures) -> Vec<Alike<'_>> {
    let mut groups: Vec<Alike<'_>> = vec![];
    for problem in &failures.problems {
        match groups.iter_mut().find(|group| group.is_like(problem)) {
            Some(group) => group.add(problem),
            None => groups.push(Alike { queried: failures.queried, ..Alike::only(problem) }),
        }
    }
    groups
}

/// A hint that names its own profile to a command is the same for every profile.
fn general_hints(problem: &Problem) -> Vec<Cow<'_, str>> {
    let own = problem.profile.as_ref().map(|profile| format!("--profile {profile}`"));
    let general = |hint| match &own {
        Some(own) => Cow::Owned(str::replace(hint, own, "--profile NAME`")),
        None => Cow::Borrowed(hint),
    };
    problem.hints.iter().map(|hint| general(hint)).collect()
}

/// Writes a fact that is no failure but that the reader should know, such as how many rows were left out.
///
/// # Errors
/// If `out` cannot be written.
pub(crate) fn write_note(note: &str, style: MessageStyle<'_>, out: &mut dyn Write) -> io::Result<()> {
    write_line("note", Tint::Strong, "", note, "", style, out)
}

/// Names of profiles are `before` and `after` the text; they are never masked.
fn write_line(
    label: &str,
    tint: Tint,
    before: &str,
    text: &str,
    after: &str,
    style: MessageStyle<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let text = if style.mask { mask_free_text(text) } else { Cow::Borrowed(text) };
    let text = format!("{before}{text}{after}");
    let text = sanitize(&text);
    let tint = tint.style_if(style.color);
    write!(out, "{tint}{label}:{tint:#} ")?;
    let Some((columns, redactor)) = style.terminal else { return writeln!(out, "{text}") };
    let indent = width(label) + 2;
    let lines = broken(&redactor.redact(&text), columns.saturating_sub(indent));
    writeln!(out, "{}", lines.join(&format!("\n{:indent$}", "")))
}

/// The text in lines of at most `columns` columns, broken between words. A longer word, and a command in backticks, stays
/// whole, so that it can be copied.
fn broken(text: &str, columns: usize) -> Vec<String> {
    let mut is_command = false;
    let words = text.split(|letter| {
        is_command ^= letter == '`';
        letter == ' ' && !is_command
    });
    let mut lines: Vec<String> = vec![];
    let mut used = 0;
    for word in words {
        let wide = width(word);
        if let Some(line) = lines.last_mut().filter(|_| used + 1 + wide <= columns) {
            line.extend([" ", word]);
            used += 1 + wide;
        } else {
            lines.push(word.to_owned());
            used = wide;
        }
    }
    lines
}

#[cfg(test)]
mod tests;
