//! A sentence in place of a table: times and lengths worded, the whole marked by its tone.
//! For terminals only; it must not know which command speaks.

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

/// Writes the sentence on a line of its own, with a mark before it unless all is as usual.
///
/// # Errors
/// What the writer answers.
pub fn write_sentence(
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

/// The sentence without mark and colour, made harmless, as a notice or a title may show it.
#[must_use]
pub fn words(sentence: &Sentence, now: Timestamp, zone: &TimeZone, mask: bool) -> String {
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
    let said: String = sentence.parts.iter().map(part).collect();
    // After joining: what is harmless in parts may do harm together.
    sanitize(&said).into_owned()
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
