//! A sentence that a terminal shows instead of a table, with a mark that shows its tone.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use jiff::{Timestamp, tz::TimeZone};

use crate::output::presentation::Presentation;
use crate::output::text::mask::mask_text;
use crate::output::text::sanitize::sanitize;
use crate::output::text::style::{Mark, NOTABLE, WRONG};
use crate::output::text::times;
use crate::report::{Meaning, Part, Sentence, Tone};

/// Writes the sentence on one line, with a mark before it unless its tone is usual.
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
    match mark(sentence.tone) {
        None => writeln!(out, "{words}"),
        Some(Mark { symbol, tint }) => {
            let style = tint.style_if(*color);
            writeln!(out, "{style}{symbol} {words}{style:#}")
        }
    }
}

/// The sentence without mark and colour, made harmless, for notices and titles.
#[must_use]
pub(crate) fn words(sentence: &Sentence, now: Timestamp, zone: &TimeZone, mask: bool) -> String {
    let part = |part| -> Cow<'_, str> {
        match part {
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
    let joined: String = sentence.parts.iter().map(part).collect();
    // After joining, because parts that are harmless alone can form a control sequence together.
    sanitize(&joined).into_owned()
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
