//! What the JSON parser leaves unchecked in text that it only skips: depth and surrogates.
//! Raw pieces are parsed again later, so both have to hold everywhere. Linear, without recursion.

use super::budget::DEPTH;

/// Why a text is refused before it is parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Nested beyond [`DEPTH`].
    #[error("it is nested more than {DEPTH} levels deep")]
    TooDeep,
    /// `\ud800` without its other half: no text can hold it.
    #[error("it escapes half of a character")]
    LoneSurrogate,
}

/// Checks depth and surrogate escapes; all other rules of JSON are the parser's business.
///
/// # Errors
/// Says which of the two is broken.
pub fn check(text: &str) -> Result<(), Malformed> {
    let bytes = text.as_bytes();
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => at = end_of_string(bytes, at + 1)?,
            b'[' | b'{' => {
                depth += 1;
                if depth > DEPTH {
                    return Err(Malformed::TooDeep);
                }
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
    }
    Ok(())
}

/// The position of the closing quote, or the end of the text.
fn end_of_string(bytes: &[u8], mut at: usize) -> Result<usize, Malformed> {
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => return Ok(at),
            b'\\' => match unit(bytes, at) {
                Some(0xD800..=0xDBFF) => {
                    let Some(0xDC00..=0xDFFF) = unit(bytes, at + 6) else {
                        return Err(Malformed::LoneSurrogate);
                    };
                    at += 12;
                }
                Some(0xDC00..=0xDFFF) => return Err(Malformed::LoneSurrogate),
                _ => at += 2,
            },
            _ => at += 1,
        }
    }
    Ok(at)
}

/// The UTF-16 unit of a `\uXXXX` escape at this place.
fn unit(bytes: &[u8], at: usize) -> Option<u16> {
    let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
    let digits = std::str::from_utf8(digits).ok().filter(|digits| !digits.starts_with('+'))?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn nested(depth: usize) -> String {
        format!("{}{}", "[".repeat(depth), "]".repeat(depth))
    }

    #[test]
    fn the_depth_limit_is_exact_and_holds_for_any_depth() {
        assert_eq!(check(&nested(DEPTH)), Ok(()));
        assert_eq!(check(&nested(DEPTH + 1)), Err(Malformed::TooDeep));
        assert_eq!(check(&nested(100_000)), Err(Malformed::TooDeep));
        assert_eq!(check(&"{\"a\":".repeat(DEPTH + 1)), Err(Malformed::TooDeep));
    }

    #[test]
    fn brackets_in_strings_and_beside_each_other_are_not_depth() {
        assert_eq!(check(&format!("[\"{}\"]", "[".repeat(1000))), Ok(()));
        assert_eq!(check(&format!("[{}]", "[],".repeat(1000))), Ok(()));
        assert_eq!(check(&format!("[\"\\\"{}\"]", "{".repeat(1000))), Ok(()));
    }

    #[test]
    fn half_a_character_is_refused() {
        let table = [
            (r#""\ud83d\ude00""#, Ok(())),
            (r#""\u0000""#, Ok(())),
            (r#""\\ud800""#, Ok(())),
            (r#""\ud800""#, Err(Malformed::LoneSurrogate)),
            (r#""\udc00""#, Err(Malformed::LoneSurrogate)),
            (r#""\ud800\u0041""#, Err(Malformed::LoneSurrogate)),
            (r#""\ud800x""#, Err(Malformed::LoneSurrogate)),
            (r#"{"\uD800":1}"#, Err(Malformed::LoneSurrogate)),
        ];
        for (text, verdict) in table {
            assert_eq!(check(text), verdict, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_the_parser_accepts_is_refused_only_for_depth(text in "[\\[\\]{}\",:a0\\\\u]{0,60}") {
            if serde_json::from_str::<serde_json::Value>(&text).is_ok() {
                prop_assert_eq!(check(&text), Ok(()));
            }
        }

        #[test]
        fn every_string_the_parser_can_decode_passes(text in "(\\\\u[dD][89abcdefABCDEF][0-9a-f]{2}|x){0,6}") {
            let json = format!("\"{text}\"");
            let decodes = serde_json::from_str::<String>(&json).is_ok();
            prop_assert_eq!(check(&json).is_ok(), decodes);
        }
    }
}
