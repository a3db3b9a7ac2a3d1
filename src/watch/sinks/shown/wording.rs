//! Prepares texts of the server for a display: masks, cuts and makes them harmless, in this order.

use std::borrow::Cow;

use jiff::{Timestamp, tz::TimeZone};

use crate::json;
use crate::json::{Layout, Raw};
use crate::output::formats::sentence::words;
use crate::output::presentation::TimeStyle;
use crate::output::text::mask::{mask_json, mask_text};
use crate::output::text::times;
use crate::output::text::width::pad_left;
use crate::report::{Meaning, Sentence};

/// In bytes. No screen shows more, and a longer text would be processed again for each frame.
const LONGEST_TEXT: usize = 2_000;
/// No phone number with its spaces and brackets is longer.
const LONGEST_NUMBER: usize = 100;

pub(crate) struct Wording<'a> {
    pub(crate) zone: &'a TimeZone,
    pub(crate) mask: bool,
    /// How the times of events and tags are shown.
    pub(crate) time: TimeStyle,
    pub(crate) wall: Timestamp,
    /// What makes a text harmless where it is shown: a terminal is spared more than a browser.
    pub(crate) harmless: for<'t> fn(&'t str) -> Cow<'t, str>,
}

impl Wording<'_> {
    pub(crate) fn text(&self, text: &str) -> String {
        self.value(text, Meaning::Text)
    }

    /// A name, which is never masked.
    pub(crate) fn name(&self, name: &str) -> String {
        (self.harmless)(start_of(name, LONGEST_TEXT)).into_owned()
    }

    pub(crate) fn phone(&self, phone: &str) -> String {
        self.value(phone, Meaning::Phone)
    }

    /// The names of icons, with commas between them.
    pub(crate) fn icons(&self, names: &str) -> String {
        self.value(names, Meaning::Icons)
    }

    /// Masked before it is cut, because half a phone number would not be recognised as one.
    fn value(&self, text: &str, meaning: Meaning) -> String {
        let start = start_of(text, LONGEST_TEXT + LONGEST_NUMBER);
        let shown = if self.mask { mask_text(start, meaning) } else { start.into() };
        (self.harmless)(start_of(&shown, LONGEST_TEXT)).into_owned()
    }

    /// JSON on one line, as the server wrote it.
    pub(crate) fn json(&self, raw: &Raw, key: &str) -> String {
        let shown = if self.mask { mask_json(raw.get(), key) } else { raw.get().into() };
        let mut compact = Vec::new();
        json::write_raw(&shown, Layout::Compact, 0, &mut compact);
        let text = String::from_utf8_lossy(&compact);
        let start = start_of(&text, LONGEST_TEXT);
        let cut = if start.len() < text.len() { " … (cut here)" } else { "" };
        format!("{}{cut}", (self.harmless)(start))
    }

    pub(crate) fn sentence(&self, sentence: &Sentence) -> String {
        (self.harmless)(&words(sentence, self.wall, self.zone, self.mask)).into_owned()
    }

    pub(crate) fn clock(&self, moment: Timestamp) -> String {
        times::clock(moment, self.wall, self.zone)
    }

    /// A time of a list, as wide as the others of the same day.
    pub(crate) fn time(&self, moment: Timestamp) -> String {
        self.time_in(self.time, moment)
    }

    pub(crate) fn time_in(&self, style: TimeStyle, moment: Timestamp) -> String {
        let clock = || pad_left(&self.clock(moment), "00:00".len());
        let age = || pad_left(&self.age(moment), "59 min".len());
        match style {
            TimeStyle::Relative => age(),
            TimeStyle::Clock => clock(),
            TimeStyle::Both => format!("{} {}", clock(), age()),
        }
    }

    /// In one unit, so that it never takes more than six columns in its first day.
    fn age(&self, moment: Timestamp) -> String {
        let seconds = self.wall.duration_since(moment).as_secs();
        match seconds {
            ..5 => "now".to_owned(),
            5..60 => format!("{seconds} s"),
            60..3_600 => format!("{} min", seconds / 60),
            3_600..86_400 => format!("{} h", seconds / 3_600),
            _ => format!("{} d", seconds / 86_400),
        }
    }
}

fn start_of(text: &str, longest: usize) -> &str {
    text.char_indices().nth(longest).map_or(text, |(end, _)| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::text::sanitize::sanitize;

    #[test]
    fn a_value_is_masked_as_everywhere_and_before_it_is_cut() {
        let time = TimeStyle::Both;
        let wording = Wording {
            zone: &TimeZone::UTC,
            mask: true,
            time,
            wall: Timestamp::UNIX_EPOCH,
            harmless: sanitize,
        };
        for (text, meaning) in [
            ("call 9876543210", Meaning::Text),
            ("1764000000", Meaning::Text),
            ("1764000000", Meaning::Phone),
            ("9876543210", Meaning::Id),
            ("r1-919876543210", Meaning::Id),
        ] {
            assert_eq!(wording.value(text, meaning), mask_text(text, meaning), "{text} {meaning:?}");
        }
        assert_eq!(wording.icons("1764000000, 98765 43210"), "1764000000, ••••• ••210");
        for before in LONGEST_TEXT - 10..LONGEST_TEXT {
            let shown = wording.text(&format!("{}9876543210", " ".repeat(before)));
            assert_eq!(shown.chars().count(), LONGEST_TEXT, "{before}");
            assert!(
                !shown.contains('9') && (shown.contains('•') || shown.ends_with(' ')),
                "{before}: {shown}"
            );
        }
    }

    #[test]
    fn a_time_is_a_distance_a_time_of_day_or_both_in_columns_that_stay() {
        let now = Timestamp::from_second(1_800_000_000).expect("a moment");
        let ago = |seconds: i64| Timestamp::from_second(1_800_000_000 - seconds).expect("a moment");
        let zone = TimeZone::UTC;
        let wording = |time| Wording { zone: &zone, mask: false, time, wall: now, harmless: sanitize };
        for (seconds, age, clock) in [
            (-60, "   now", "08:01"),
            (4, "   now", "07:59"),
            (59, "  59 s", "07:59"),
            (3_599, "59 min", "07:00"),
            (3_600, "   1 h", "07:00"),
            (86_399, "  23 h", "Thu 08:00"),
            (864_000, "  10 d", "5 Jan 08:00"),
        ] {
            assert_eq!(wording(TimeStyle::Relative).time(ago(seconds)), age);
            assert_eq!(wording(TimeStyle::Clock).time(ago(seconds)), clock);
            assert_eq!(wording(TimeStyle::Both).time(ago(seconds)), format!("{clock} {age}"));
        }
    }
}
