//! The page that explains keys, words and symbols.

use crate::output::text::style::{CALLBACK, IN_WRAPUP, NOTABLE, ON_BREAK, ORDINARY, Tint, UNKNOWN, WRONG};
use crate::output::text::width::pad_right;
use crate::watch::sinks::board::keys;
use crate::watch::sinks::board::paint::Line;
use crate::watch::sinks::shown::agent::RECONNECTING;

const WORDS: [(&str, &str); 6] = [
    ("sort: away", "over the limit first, then breaks and wrap-ups, the longest first"),
    ("neither", "not on break and not in wrap-up, as far as the server reports"),
    ("unknown", "an answer is missing, or the profile is no longer followed"),
    ("≥ 5 min", "at least this long: the server sent no start"),
    ("breaks", "how many today, and how long in all; ≥ and none seen: there may have been more"),
    ("left", "until the limit, or the end of a wrap-up without one; negative once over"),
];

pub(crate) fn lines() -> Vec<Line> {
    let marks = [
        (WRONG, "over its limit, or no longer followed"),
        (NOTABLE, "over its warning limit"),
        (RECONNECTING, "polls fail; the row shows the last answer"),
        (ON_BREAK, "on break"),
        (IN_WRAPUP, "in wrap-up"),
        (ORDINARY, "neither of these"),
        (UNKNOWN, "the server has not answered yet"),
        (CALLBACK, "a tag; each kind has a symbol"),
    ];
    let entry = |name: &str, words: &str| {
        Line::of(format!(" {}  ", pad_right(name, 10)), Tint::Strong).with(words.to_owned(), Tint::Plain)
    };
    let mut lines: Vec<Line> = keys::all().map(|(name, words)| entry(name, words)).collect();
    lines.push(Line::default());
    lines.extend(WORDS.map(|(name, words)| entry(name, words)));
    lines.push(Line::default());
    lines.extend(marks.map(|(mark, words)| {
        Line::of(format!(" {}  ", pad_right(&mark.symbol.to_string(), 10)), mark.tint)
            .with(words, Tint::Plain)
    }));
    lines
}
