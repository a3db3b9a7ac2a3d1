//! How many columns a terminal paints for a text, and texts cut and padded by that measure.
//! It expects text that `sanitize` has been through: a control character has no width to speak of.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Columns of a text: the sum over its grapheme clusters. Unlike the width of the string as a
/// whole, this leaves out ligatures of neighbouring letters (Arabic lam-alef), which terminals
/// paint as two cells.
#[must_use]
pub fn width(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    text.graphemes(true).map(UnicodeWidthStr::width).sum::<usize>()
}

/// The text in at most so many columns, cut between grapheme clusters, with `…` where it was cut.
#[must_use]
pub fn cut(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let Some(room) = columns.checked_sub(1) else {
        return Cow::Borrowed("");
    };
    let mut used = 0;
    let end = text
        .grapheme_indices(true)
        .find(|(_, cluster)| {
            used += cluster.width();
            used > room
        })
        .map_or(text.len(), |(start, _)| start);
    Cow::Owned(format!("{}…", &text[..end]))
}

/// The text with spaces after it up to so many columns.
#[must_use]
pub fn pad_right(text: &str, columns: usize) -> String {
    let spaces = columns.saturating_sub(width(text));
    format!("{text}{:spaces$}", "")
}

/// The text with spaces before it up to so many columns.
#[must_use]
pub fn pad_left(text: &str, columns: usize) -> String {
    let spaces = columns.saturating_sub(width(text));
    format!("{:spaces$}{text}", "")
}

#[cfg(test)]
mod tests;
