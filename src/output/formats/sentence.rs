//! A sentence that a terminal shows instead of a table, with a mark that shows its tone.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use jiff::{Timestamp, tz::TimeZone};

use crate::output::presentation::Presentation;
use crate::output::text::mask::mask_text;
use crate::output::text::sanitize::sanitize;
use crate::output::text::style::{Mark, NOTABLE, Tint, WRONG};
use crate::output::text::terminal::sanitize_for_terminal;
use crate::output::text::times;
use crate::output::text::width::wrap;
use crate::report::{Meaning, Part, Sentence, Tone};

/// Writes the sentence with a mark before it unless its tone is usual. On a terminal it is wrapped between words.
///
/// # Errors
/// If `out` cannot be written.
pub(crate) fn write_sentence(
    sentence: &Sentence,
    presentation: &Presentation,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Presentation { now, zone, mask, color, .. } = presentation;
    let words = words(sentence, *now, zone, *mask);
    let (first, indent, tint) = match mark(sentence.tone) {
        None => (String::new(), "", Tint::Plain),
        Some(Mark { symbol, tint }) => (format!("{symbol} "), "  ", tint),
    };
    let room = presentation.width.unwrap_or(usize::MAX).saturating_sub(indent.len());
    let style = tint.style_if(*color);
    let shown =
        |line| if presentation.is_for_terminal() { sanitize_for_terminal(line) } else { Cow::Borrowed(line) };
    for (at, line) in words.lines().map(shown).flat_map(|line| wrap(&line, room)).enumerate() {
        writeln!(out, "{style}{}{line}{style:#}", if at == 0 { &first } else { indent })?;
    }
    Ok(())
}

/// The sentence without mark and colour, made harmless, for notices and titles.
#[must_use]
pub(crate) fn words(sentence: &Sentence, now: Timestamp, zone: &TimeZone, mask: bool) -> String {
    let part = |part| -> Cow<'_, str> {
        match part {
            &Part::NewLine => Cow::Borrowed(""),
            &Part::Words(words) => Cow::Borrowed(words),
            Part::Text(text) if mask => mask_text(text, Meaning::Text),
            Part::Phone(phone) if mask => mask_text(phone, Meaning::Phone),
            Part::Id(id) if mask => mask_text(id, Meaning::Id),
            Part::Icons(names) if mask => mask_text(names, Meaning::Icons),
            Part::Text(text) | Part::Phone(text) | Part::Id(text) | Part::Icons(text) | Part::Name(text) => {
                Cow::Borrowed(text)
            }
            Part::Clock(moment) => Cow::Owned(times::clock(*moment, now, zone)),
            Part::Length(seconds) => Cow::Owned(times::length(*seconds)),
        }
    };
    let lines = sentence.parts.split(|part| matches!(part, Part::NewLine)).map(|parts| {
        let joined: String = parts.iter().map(part).collect();
        // After joining, because parts that are harmless alone can form a control sequence together.
        sanitize(&joined).into_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn mark(tone: Tone) -> Option<Mark> {
    match tone {
        Tone::Usual => None,
        Tone::Notable => Some(NOTABLE),
        Tone::Bad => Some(WRONG),
    }
}

#[cfg(test)]
mod tests;
