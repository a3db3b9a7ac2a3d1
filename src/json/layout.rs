//! Writes JSON on one line or on many. Only the white space between tokens is ours, and raw characters that a terminal
//! obeys or hides are escaped.

use std::borrow::Cow;
use std::io::Write;

use memchr::memchr_iter;

use super::tokens::{each_span, tokens};

/// How a JSON document is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// On one line, without white space.
    Compact,
    /// One key or item per line, by two spaces per level.
    Indented,
}

impl Layout {
    /// Begins a line at this depth, where lines are begun at all.
    pub(crate) fn begin_line(self, depth: usize, out: &mut Vec<u8>) {
        if self == Self::Compact {
            return;
        }
        out.push(b'\n');
        out.resize(out.len() + depth * 2, b' ');
    }

    /// The separator of a key and its value.
    pub(crate) fn colon(self) -> &'static [u8] {
        if self == Self::Compact { b":" } else { b": " }
    }
}

/// Writes checked JSON so that it takes part in a document at this depth.
pub fn write_raw(json: &str, layout: Layout, mut depth: usize, out: &mut Vec<u8>) {
    if layout == Layout::Compact {
        // Most values are harmless, and on one line already.
        if may_be_harmful(json) {
            each_span(json, |span| write_harmless(span, out));
        } else if may_have_space_between_tokens(json) {
            each_span(json, |span| out.extend_from_slice(span.as_bytes()));
        } else {
            out.extend_from_slice(json.as_bytes());
        }
        return;
    }
    let mut tokens = tokens(json).map(|(_, token)| token).peekable();
    while let Some(token) = tokens.next() {
        match token {
            "{" | "[" => {
                out.extend_from_slice(token.as_bytes());
                if let Some(close) = tokens.next_if(|next| matches!(*next, "}" | "]")) {
                    out.extend_from_slice(close.as_bytes());
                } else {
                    depth += 1;
                    layout.begin_line(depth, out);
                }
            }
            "}" | "]" => {
                depth = depth.saturating_sub(1);
                layout.begin_line(depth, out);
                out.extend_from_slice(token.as_bytes());
            }
            "," => {
                out.push(b',');
                layout.begin_line(depth, out);
            }
            ":" => out.extend_from_slice(layout.colon()),
            _ => write_harmless(token, out),
        }
    }
}

/// Checked JSON on one line, as [`write_raw`] writes it.
#[must_use]
pub fn compact(json: &str) -> Cow<'_, str> {
    if !may_be_harmful(json) && !may_have_space_between_tokens(json) {
        return Cow::Borrowed(json);
    }
    let mut compact = Vec::with_capacity(json.len());
    write_raw(json, Layout::Compact, 0, &mut compact);
    Cow::Owned(String::from_utf8_lossy(&compact).into_owned())
}

/// Writes text of our own as a JSON string, with the same characters escaped.
pub fn write_string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| !PLAIN[usize::from(byte)]) {
        let (plain, other) = rest.split_at(at);
        out.extend_from_slice(plain.as_bytes());
        let mut others = other.chars();
        match others.next() {
            Some('"') => out.extend_from_slice(b"\\\""),
            Some('\\') => out.extend_from_slice(b"\\\\"),
            Some('\n') => out.extend_from_slice(b"\\n"),
            Some('\r') => out.extend_from_slice(b"\\r"),
            Some('\t') => out.extend_from_slice(b"\\t"),
            character => character.into_iter().for_each(|character| push_harmless(character, out)),
        }
        rest = others.as_str();
    }
    out.extend_from_slice(rest.as_bytes());
    out.push(b'"');
}

/// Whether a byte of text stands for itself in a JSON string, whatever follows it.
static PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = u8::MAX;
    while byte > 0 {
        plain[byte as usize] = !matches!(byte, b'"' | b'\\') && !may_begin_harmful(byte);
        byte -= 1;
    }
    plain
};

fn write_harmless(text: &str, out: &mut Vec<u8>) {
    if !may_be_harmful(text) {
        return out.extend_from_slice(text.as_bytes());
    }
    let mut rest = text;
    while let Some(at) = rest.bytes().position(may_begin_harmful) {
        let (harmless, other) = rest.split_at(at);
        out.extend_from_slice(harmless.as_bytes());
        let mut others = other.chars();
        others.next().into_iter().for_each(|character| push_harmless(character, out));
        rest = others.as_str();
    }
    out.extend_from_slice(rest.as_bytes());
}

/// Whether checked JSON without control characters may have a space outside of its strings. There one stands beside a bracket,
/// a comma or a colon, or at an end, for two values never follow each other; the others need not be gone over byte by byte.
fn may_have_space_between_tokens(json: &str) -> bool {
    let bytes = json.as_bytes();
    let is_between = |at: Option<usize>| {
        at.and_then(|at| bytes.get(at))
            .is_none_or(|byte| matches!(byte, b'{' | b'}' | b'[' | b']' | b',' | b':'))
    };
    memchr_iter(b' ', bytes).any(|at| is_between(at.checked_sub(1)) || is_between(at.checked_add(1)))
}

fn push_harmless(character: char, out: &mut Vec<u8>) {
    if is_harmful(character) {
        // A vector takes whatever is written.
        let _ = write!(out, "\\u{:04x}", u32::from(character));
    } else {
        out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

/// Most text has nothing to escape, and is found to be so many bytes at a time: without an early end, compilers compare
/// them at once.
fn may_be_harmful(text: &str) -> bool {
    text.bytes().fold(false, |found, byte| found | may_begin_harmful(byte))
}

/// Whether a character that begins with this byte may be harmful.
const fn may_begin_harmful(byte: u8) -> bool {
    byte < b' ' || matches!(byte, 0x7f | 0xc2 | 0xd8 | 0xe2 | 0xef)
}

/// Whether JSON may contain the character raw, but a terminal would obey or hide it.
fn is_harmful(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}')
        || is_bidi_control(character)
}

/// Whether the character changes the direction of the text around it (CVE-2021-42574).
pub(crate) fn is_bidi_control(character: char) -> bool {
    matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests;
