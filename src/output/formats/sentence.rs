//! A sentence that a terminal shows instead of a table, with a mark that shows its tone.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use jiff::{Timestamp, tz::TimeZone};

use crate::output::presentation::Presentation;
use crate::output::text::mask::{mask_free_text, mask_phone};
use crate::output::text::sanitize::sanitize;
use crate::output::text::style::{Mark, NOTABLE, WRONG};
use crate::output::text::times;
use crate::report::{Part, Sentence, Tone};

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
            Part::Text(text) if mask => mask_free_text(text),
            Part::Text(text) => Cow::Borrowed(text),
            Part::Phone(phone) if mask => Cow::Owned(mask_phone(phone)),
            Part::Phone(phone) => Cow::Borrowed(phone),
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
