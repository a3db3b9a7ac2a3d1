//! Passes on JSON as the server wrote it: numbers, escapes, key order byte for byte; only the
//! white space between tokens is ours, and raw characters that a terminal obeys or hides are
//! escaped. It must not know what the JSON means.

use crate::eight;
use crate::output::text::sanitize::is_bidi_control;

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

    /// What stands between a key and its value.
    pub(crate) fn colon(self) -> &'static [u8] {
        if self == Self::Compact { b":" } else { b": " }
    }
}

/// Writes valid JSON so that it takes part in a document at this depth.
pub fn write_raw(json: &str, layout: Layout, depth: usize, out: &mut Vec<u8>) {
    let mut pass = Pass { json, copied: 0, out };
    match layout {
        Layout::Compact => pass.compactly(),
        Layout::Indented => pass.indented(depth),
    }
    pass.copy_until(json.len());
}

/// Writes text of our own as a JSON string, with the same characters escaped.
pub fn write_string(text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b"\"");
    let mut pass = Pass { json: text, copied: 0, out };
    let mut at = 0;
    while let Some(stop) = find_in_string(text, at) {
        let character = pass.character(stop);
        at = stop + character.len_utf8();
        let short: &[u8] = match character {
            '"' => b"\\\"",
            '\\' => b"\\\\",
            '\n' => b"\\n",
            '\r' => b"\\r",
            '\t' => b"\\t",
            _ => {
                pass.escape_if_harmful(stop);
                continue;
            }
        };
        pass.copy_until(stop);
        pass.out.extend_from_slice(short);
        pass.copied = at;
    }
    pass.copy_until(text.len());
    pass.out.push(b'"');
}

/// Bytes at which a scan stops.
type Stops = [bool; 256];

/// In a string: a quotation mark, a backslash, a control character, or the first byte of a
/// character that is perhaps harmful.
static IN_STRING: Stops = {
    let mut stops = stops_at(b"\"\\\x7f\xc2\xd8\xe2\xef");
    let mut control = 0;
    while control < 0x20 {
        stops[control] = true;
        control += 1;
    }
    stops
};
static TOKEN_OR_SPACE: Stops = stops_at(b"\"{}[],: \t\r\n");

const fn stops_at(bytes: &[u8]) -> Stops {
    let mut stops = [false; 256];
    let mut at = 0;
    while at < bytes.len() {
        stops[bytes[at] as usize] = true;
        at += 1;
    }
    stops
}

/// The place of the first such byte.
fn find(stops: &Stops, json: &str, from: usize) -> Option<usize> {
    let rest = json.as_bytes().get(from..)?;
    rest.iter().position(|&byte| stops[usize::from(byte)]).map(|length| from + length)
}

/// The place of the first stop in a string. Most strings have none but their end.
fn find_in_string(json: &str, mut from: usize) -> Option<usize> {
    let bytes = json.as_bytes();
    while let Some(word) = eight::from(bytes, from) {
        let perhaps = eight::below(word, b' ')
            | eight::equal(word, b'"')
            | eight::equal(word, b'\\')
            | eight::above(word, b'~');
        if let Some(first) = eight::first(perhaps) {
            from += first;
            if IN_STRING[usize::from(bytes[from])] {
                return Some(from);
            }
            // Letters of another script, which rarely come alone.
            let other =
                bytes[from..].iter().position(|byte| byte.is_ascii() || IN_STRING[usize::from(*byte)]);
            from += other?;
        } else {
            from += 8;
        }
    }
    find(&IN_STRING, json, from)
}

/// Whether JSON may hold the character raw, but a terminal would obey or hide it.
fn is_harmful(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}')
        || is_bidi_control(character)
}

struct Pass<'p> {
    json: &'p str,
    /// How much has been written, or left out on purpose.
    copied: usize,
    out: &'p mut Vec<u8>,
}

impl Pass<'_> {
    fn compactly(&mut self) {
        let mut at = 0;
        while let Some(byte) = self.json.as_bytes().get(at) {
            match byte {
                b'"' => at = self.string(at),
                b' ' | b'\t' | b'\r' | b'\n' => {
                    self.copy_until(at);
                    at += 1;
                    self.copied = at;
                }
                _ => at += 1,
            }
        }
    }

    fn indented(&mut self, mut depth: usize) {
        let layout = Layout::Indented;
        let mut at = 0;
        while let Some(stop) = find(&TOKEN_OR_SPACE, self.json, at) {
            at = stop + 1;
            match self.json.as_bytes()[stop] {
                b'"' => at = self.string(stop),
                b'{' | b'[' => {
                    self.copy_until(at);
                    at = self.skip_space(at);
                    if matches!(self.json.as_bytes().get(at), Some(b'}' | b']')) {
                        at += 1;
                    } else {
                        depth += 1;
                        layout.begin_line(depth, self.out);
                    }
                }
                b'}' | b']' => {
                    self.copy_until(stop);
                    depth = depth.saturating_sub(1);
                    layout.begin_line(depth, self.out);
                }
                b',' => {
                    self.copy_until(at);
                    layout.begin_line(depth, self.out);
                }
                b':' => {
                    self.copy_until(at);
                    self.out.extend_from_slice(b" ");
                }
                _ => at = self.skip_space(stop),
            }
        }
    }

    /// Goes over the string that opens at this place, and returns the place after it.
    fn string(&mut self, open: usize) -> usize {
        let mut at = open + 1;
        while let Some(stop) = find_in_string(self.json, at) {
            match self.json.as_bytes()[stop] {
                b'"' => return stop + 1,
                b'\\' => at = stop + 2,
                _ => at = self.escape_if_harmful(stop),
            }
        }
        self.json.len()
    }

    /// Returns the place after the character.
    fn escape_if_harmful(&mut self, place: usize) -> usize {
        let character = self.character(place);
        let after = place + character.len_utf8();
        if is_harmful(character) {
            self.copy_until(place);
            self.out.extend_from_slice(format!("\\u{:04x}", u32::from(character)).as_bytes());
            self.copied = after;
        }
        after
    }

    fn character(&self, place: usize) -> char {
        self.json[place..].chars().next().unwrap_or_default()
    }

    fn skip_space(&mut self, from: usize) -> usize {
        self.copy_until(from);
        let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
        self.copied = from + self.json.as_bytes()[from..].iter().take_while(|byte| is_space(byte)).count();
        self.copied
    }

    fn copy_until(&mut self, end: usize) {
        if self.copied < end {
            self.out.extend_from_slice(&self.json.as_bytes()[self.copied..end]);
            self.copied = end;
        }
    }
}

#[cfg(test)]
mod tests;
