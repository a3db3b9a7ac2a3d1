//! Measures, cuts, wraps and pads text by the columns that a terminal paints for it. The text must be sanitized, because control
//! characters have no defined width.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// The sum of the widths of the grapheme clusters. The width of the whole string would count a ligature of two letters
/// (Arabic lam-alef) as one column, but terminals paint two.
#[must_use]
pub fn width(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    clusters(text).map(|(_, columns)| columns).sum::<usize>()
}

/// The grapheme clusters, each with its columns.
pub(crate) fn clusters(text: &str) -> impl Iterator<Item = (&str, usize)> {
    text.graphemes(true).map(|cluster| (cluster, columns_of(cluster)))
}

/// `unicode-width` follows a rule of Unicode by which some spacing marks (category Mc), such as the Bengali vowel sign aa,
/// take no column. tmux, xterm and VTE give a column to each of them, and two to the tone marks of Hangul.
fn columns_of(cluster: &str) -> usize {
    static SPACING_MARK: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\p{Mc}").ok());
    let more = |mark: &str| match mark {
        "\u{302e}" | "\u{302f}" => 2,
        _ => usize::from(mark.width() == 0),
    };
    // Most clusters are one character, which the library measures as terminals do.
    if cluster.chars().nth(1).is_none() {
        return cluster.width();
    }
    let marks = SPACING_MARK.iter().flat_map(|regex| regex.find_iter(cluster));
    cluster.width() + marks.map(|mark| more(mark.as_str())).sum::<usize>()
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
            used += columns_of(cluster);
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
            if used > 0 && used + columns_of(cluster) > columns {
                lines.push(String::new());
                used = 0;
            }
            if let Some(line) = lines.last_mut() {
                line.push_str(cluster);
            }
            used += columns_of(cluster);
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
