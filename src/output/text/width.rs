//! Measures, cuts, wraps and pads text by the columns that a terminal paints for it. The text must be sanitized, because control
//! characters have no defined width.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// The sum of the widths of the grapheme clusters. The width of the whole string would count a ligature of two letters
/// (Arabic lam-alef) as one column, but terminals paint two.
#[must_use]
pub fn width(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    text.graphemes(true).map(UnicodeWidthStr::width).sum::<usize>()
}

/// The text in at most `columns` columns, cut between grapheme clusters and marked with `…`.
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

/// The text in lines of at most `columns` columns, broken between words, and within words that are longer. There is at
/// least one line.
#[must_use]
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split(' ') {
        let wide = width(word);
        let gap = usize::from(used > 0);
        let line = lines.len() - 1;
        if used + gap + wide <= columns {
            lines[line].extend([&" "[..gap], word]);
            used += gap + wide;
            continue;
        }
        if used > 0 {
            lines.push(String::new());
            used = 0;
        }
        for cluster in word.graphemes(true) {
            if used > 0 && used + cluster.width() > columns {
                lines.push(String::new());
                used = 0;
            }
            if let Some(line) = lines.last_mut() {
                line.push_str(cluster);
            }
            used += cluster.width();
        }
    }
    lines
}

/// The text with spaces after it, `columns` wide.
#[must_use]
pub fn pad_right(text: &str, columns: usize) -> String {
    let spaces = columns.saturating_sub(width(text));
    format!("{text}{:spaces$}", "")
}

/// The text with spaces before it, `columns` wide.
#[must_use]
pub fn pad_left(text: &str, columns: usize) -> String {
    let spaces = columns.saturating_sub(width(text));
    format!("{:spaces$}{text}", "")
}

#[cfg(test)]
mod tests;
