//! Escapes as text that says something, wherever they are: in JSON, and in strings that hold JSON themselves.

use memchr::memchr;

use super::mend::{ESCAPE, unit};

/// The text with what its escapes stand for in their places; `None` where it has none. A backslash that begins no escape
/// stays.
#[must_use]
pub fn unescaped(text: &str) -> Option<String> {
    let mut said = String::new();
    let (mut copied, mut at) = (0, 0);
    while let Some(distance) = text.as_bytes().get(at..).and_then(|rest| memchr(b'\\', rest)) {
        at += distance;
        let Some((character, length)) = escape(text, at) else {
            at += 1;
            continue;
        };
        said.push_str(&text[copied..at]);
        said.push(character);
        at += length;
        copied = at;
    }
    (copied > 0).then(|| said + &text[copied..])
}

/// What the escape at this place stands for, and how long it is.
fn escape(text: &str, at: usize) -> Option<(char, usize)> {
    let character = match *text.as_bytes().get(at + 1)? {
        letter @ (b'"' | b'\\' | b'/') => char::from(letter),
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => {
            let units = [unit(text, at)?].into_iter().chain(unit(text, at + ESCAPE));
            let character = char::decode_utf16(units).next()?.ok()?;
            return Some((character, character.len_utf16() * ESCAPE));
        }
        _ => return None,
    };
    Some((character, 2))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_no_escape_stays() {
        for text in ["", "plain", "C:\\dir\\xy", "\\", "\\u00g9", "\\ud83d", "\\ud83d\\u0041"] {
            let without_its_a = text.strip_suffix("\\u0041").map(|rest| format!("{rest}A"));
            assert_eq!(unescaped(text), without_its_a, "{text}");
        }
        assert_eq!(unescaped("\\d\\\\d \\ud83d\\ude00\\/").as_deref(), Some("\\d\\d 😀/"));
    }

    proptest! {
        #[test]
        fn the_inside_of_a_string_says_what_serde_reads(text in any::<String>(), is_by_number in any::<bool>()) {
            let by_number = |text: &str| {
                text.encode_utf16().fold(String::new(), |escaped, unit| escaped + &format!("\\u{unit:04x}"))
            };
            let json =
                if is_by_number { format!("\"{}\"", by_number(&text)) } else { serde_json::json!(text).to_string() };
            let inside = &json[1..json.len() - 1];
            let said = unescaped(inside).unwrap_or_else(|| inside.to_owned());
            prop_assert_eq!(&said, &serde_json::from_str::<String>(&json).unwrap());
            prop_assert_eq!(said, text);
        }
    }
}
