//! JSON as its tokens.

use std::borrow::Cow;

use memchr::{memchr, memchr2};

/// The tokens of a text with their places: brackets, commas, colons, strings with their quotation marks, numbers and
/// words. Of a text that is no JSON it makes some tokens as well, and comes to an end.
pub(super) fn tokens(json: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        at += json.as_bytes()[at..].iter().take_while(|byte| is_space(**byte)).count();
        let start = at;
        let rest = &json.as_bytes()[start..];
        at += match rest.first()? {
            b'{' | b'}' | b'[' | b']' | b',' | b':' => 1,
            b'"' => length_of_string(rest),
            _ => rest.iter().position(|byte| ends_word(*byte)).unwrap_or(rest.len()),
        };
        Some((start, &json[start..at]))
    })
}

pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

fn ends_word(byte: u8) -> bool {
    is_space(byte) || matches!(byte, b'{' | b'}' | b'[' | b']' | b',' | b':' | b'"')
}

/// Bytes from a quotation mark to the one that ends the string, or to the end of a text that never ends it.
pub(super) fn length_of_string(from_quote: &[u8]) -> usize {
    let mut at = 1;
    while let Some(run) = from_quote.get(at..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        at += run;
        if from_quote[at] == b'"' {
            return at + 1;
        }
        // What is escaped ends nothing.
        at += 2;
    }
    from_quote.len()
}

/// The strings of checked JSON, with their quotation marks, in which something is escaped. The others say what is written.
pub fn escaped_strings(json: &str) -> impl Iterator<Item = &str> {
    let mut rest = json;
    std::iter::from_fn(move || {
        let escape = memchr(b'\\', rest.as_bytes())?;
        // A quotation mark before the first escape of a string is the one that begins it.
        let (_, from_quote) = rest.split_at(rest[..escape].rfind('"')?);
        let (string, after) = from_quote.split_at(length_of_string(from_quote.as_bytes()));
        rest = after;
        Some(string)
    })
}

/// Goes over the pieces of checked JSON between its white space.
pub(super) fn each_span(json: &str, mut visit: impl FnMut(&str)) {
    let bytes = json.as_bytes();
    let (mut start, mut at) = (0, 0);
    while let Some(byte) = bytes.get(at) {
        at += match byte {
            b'"' => length_of_string(&bytes[at..]),
            b' ' | b'\t' | b'\r' | b'\n' => {
                visit(&json[start..at]);
                start = at + 1;
                1
            }
            _ => 1,
        };
    }
    visit(&json[start..]);
}

/// Writes other tokens in place of strings and numbers of checked JSON; every other byte stays where it is.
///
/// Each value has the role that its key gives it: `role_of` is given the key and the role of the object around it, and
/// the whole has the role `root`. `other` is given a string or a number with its role, or a key with none.
pub fn replace<R: Copy>(
    json: &str,
    root: R,
    role_of: impl Fn(&str, R) -> R,
    other: impl Fn(Option<R>, &str) -> Option<String>,
) -> Cow<'_, str> {
    let mut replaced = String::new();
    let mut copied = 0;
    let mut role = root;
    // Of the lists and objects around, the innermost last.
    let mut around: Vec<R> = Vec::new();
    let mut tokens = tokens(json).peekable();
    while let Some((at, token)) = tokens.next() {
        let outer = around.last().copied().unwrap_or(root);
        let with = match token.as_bytes() {
            [b'{' | b'[', ..] => {
                around.push(role);
                None
            }
            [b'}' | b']', ..] => {
                around.pop();
                None
            }
            [b',', ..] => {
                role = outer;
                None
            }
            [b'"', ..] if tokens.peek().is_some_and(|(_, next)| *next == ":") => {
                role = role_of(&super::string(token).unwrap_or_default(), outer);
                other(None, token)
            }
            [b'"' | b'-' | b'0'..=b'9', ..] => other(Some(role), token),
            _ => None,
        };
        if let Some(with) = with {
            replaced.push_str(&json[copied..at]);
            replaced.push_str(&with);
            copied = at + token.len();
        }
    }
    if copied == 0 {
        return Cow::Borrowed(json);
    }
    replaced.push_str(&json[copied..]);
    Cow::Owned(replaced)
}
