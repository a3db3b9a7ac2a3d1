//! Measures, cuts, wraps and pads text by the columns that a terminal paints for it. The text must be sanitized, because control
//! characters have no defined width.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthChar;

/// The sum of the columns of the characters, as terminals count. Of texts that went through
/// [`sanitize_for_terminal`](super::terminal::sanitize_for_terminal) this is what every terminal paints.
#[must_use]
pub fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { columns_of(text) }
}

/// The grapheme clusters, each with its columns.
pub(crate) fn clusters(text: &str) -> impl Iterator<Item = (&str, usize)> {
    text.graphemes(true).map(|cluster| (cluster, columns_of(cluster)))
}

/// A terminal gives columns to characters, whatever they form together.
fn columns_of(cluster: &str) -> usize {
    cluster.chars().map(columns_of_character).sum()
}

/// `unicode-width` follows a rule of Unicode by which some spacing marks, such as the Bengali vowel sign aa, and some letters
/// before others take no column. Terminals give one to each of them, and two to a few marks.
fn columns_of_character(character: char) -> usize {
    // Without the vowels and finals of Hangul, which are painted into the columns of the consonant before them.
    static TAKES_SPACE: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"[[\p{Mc}\p{Lo}\p{Po}]--[\x{1160}-\x{11ff}\x{d7b0}-\x{d7ff}]]").ok());
    let takes_space = |text: &str| TAKES_SPACE.as_ref().is_some_and(|regex| regex.is_match(text));
    match character {
        '\u{302e}' | '\u{302f}' | '\u{16ff0}' | '\u{16ff1}' => 2,
        _ => match character.width().unwrap_or(0) {
            0 => usize::from(takes_space(character.encode_utf8(&mut [0; 4]))),
            columns => columns,
        },
    }
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
