//! A tag or a news event on one line.

use jiff::Timestamp;

use crate::floor::answer::Tag;
use crate::floor::event::Event;
use crate::output::event_view;
use crate::output::text::style::{NOTABLE, Tint, WRONG};
use crate::output::text::width::{cut, pad_right, width};
use crate::report::{Sentence, Tone};
use crate::watch::sinks::board::paint::Line;
use crate::watch::sinks::board::rows::tag_mark;
use crate::watch::sinks::board::wording::Wording;

/// The width of the times: a time of another day has its date.
pub(crate) fn times_width<'t>(tags: impl IntoIterator<Item = &'t Tag>, wording: &Wording<'_>) -> usize {
    let times = tags.into_iter().filter_map(|tag| tag.time);
    times.map(|time| width(&wording.clock(time))).max().unwrap_or(0).max(width("00:00"))
}

/// A notification on one line: mark, time, agent, kind, customer, message, icons.
pub(crate) fn tag_line(tag: &Tag, times: usize, agent: Option<&str>, wording: &Wording<'_>) -> Line {
    let mark = tag_mark(tag);
    let time = tag.time.map_or_else(String::new, |time| wording.clock(time));
    let mut line =
        Line::of(format!(" {} ", mark.symbol), mark.tint).with(pad_right(&time, times + 2), Tint::Quiet);
    if let Some(agent) = agent {
        line = line.with(format!("{}  ", pad_right(&cut(agent, 14), 14)), Tint::Plain);
    }
    let kind = tag.kind.as_deref().map_or_else(|| "tag".to_owned(), |kind| wording.text(kind));
    // As wide as the usual kinds, so that lines are aligned; a longer kind takes more.
    line = line.with(pad_right(&kind, 9), mark.tint);
    if !tag.icon_names.is_empty() {
        let icons = format!("[{}]", wording.icons(&tag.icon_names.join(", ")));
        line = line.with(format!("  {}", pad_right(&icons, 11)), Tint::Plain);
    }
    if let Some(phone) = &tag.customer {
        line = line.with(format!("  {}", pad_right(&wording.phone(phone), 13)), Tint::Plain);
    }
    let message = tag.message.as_deref().map(|message| format!("  {}", wording.text(message)));
    line.with(message.unwrap_or_default(), Tint::Quiet)
}

pub(crate) fn news_line(event: &Event, wording: &Wording<'_>) -> Line {
    sentence_line(event.at, &event_view::sentence(event), wording)
}

pub(crate) fn sentence_line(at: Timestamp, sentence: &Sentence, wording: &Wording<'_>) -> Line {
    let (symbol, tint) = match sentence.tone {
        Tone::Usual => (' ', Tint::Plain),
        Tone::Notable => (NOTABLE.symbol, NOTABLE.tint),
        Tone::Bad => (WRONG.symbol, WRONG.tint),
    };
    Line::of(format!(" {symbol} {}  {}", wording.clock(at), wording.sentence(sentence)), tint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::samples::{at, tag};

    #[test]
    fn tags_of_the_day_before_make_room_for_their_day() {
        let zone = jiff::tz::TimeZone::UTC;
        let wording = Wording { zone: &zone, wall: at(1_000), mask: false };
        let yesterday = Tag { time: Some(at(-40_000)), ..tag("a1") };
        assert_eq!(times_width([], &wording), 5);
        assert_eq!(times_width([&tag("a900"), &Tag { time: None, ..tag("a2") }], &wording), 5);
        assert_eq!(times_width([&tag("a900"), &yesterday], &wording), "Thu 20:53".len());
    }
}
