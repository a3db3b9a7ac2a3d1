//! Escapes that are half of a character, as they come from servers that cut text by UTF-16 units.

use std::borrow::Cow;

use memchr::memchr;

/// `\ufffd` in place of each escape that is half of a surrogate pair without the other half. Every other byte stays as
/// it is.
#[must_use]
pub fn mend(text: &str) -> Cow<'_, str> {
    let mut mended = String::new();
    let (mut copied, mut at) = (0, 0);
    while let Some(distance) = text.as_bytes().get(at..).and_then(|rest| memchr(b'\\', rest)) {
        at += distance;
        at += match unit(text, at) {
            Some(0xd800..=0xdbff) if matches!(unit(text, at + ESCAPE), Some(0xdc00..=0xdfff)) => 2 * ESCAPE,
            Some(0xd800..=0xdfff) => {
                mended.push_str(&text[copied..at]);
                mended.push_str("\\ufffd");
                copied = at + ESCAPE;
                ESCAPE
            }
            // Whatever is escaped: a backslash there begins no escape.
            _ => 2,
        };
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    mended.push_str(&text[copied..]);
    Cow::Owned(mended)
}

/// The length of `\ud83d`.
pub(super) const ESCAPE: usize = 6;

/// The unit of UTF-16 that is escaped at this place.
pub(super) fn unit(text: &str, at: usize) -> Option<u16> {
    let digits = text.get(at..at + ESCAPE)?.strip_prefix("\\u")?;
    // The parser of numbers takes a sign as well.
    digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::check;
    use super::*;

    #[test]
    fn half_a_character_becomes_the_sign_of_a_lost_one_and_nothing_else_changes() {
        for (text, wanted) in [
            (r#""\ud83d""#, r#""\ufffd""#),
            (r#""\UD83D \ud83d\ude00 \uDE00""#, r#""\UD83D \ud83d\ude00 \ufffd""#),
            (r#""\ude00\ud83d""#, r#""\ufffd\ufffd""#),
            (r#""\ud83d\ud83d\ude00""#, r#""\ufffd\ud83d\ude00""#),
            (r#""\ud83d\u0041\n\ud83dx""#, r#""\ufffd\u0041\n\ufffdx""#),
            (r#"{"\udead":["क\ud83dक"]}"#, r#"{"\ufffd":["क\ufffdक"]}"#),
            (r#""\\ud83d \\\ud83d""#, r#""\\ud83d \\\ufffd""#),
            (r#""\ud83"#, r#""\ud83"#),
            (r#""\ud83d\"#, r#""\ufffd\"#),
            (r#""\ud83d\u+e00""#, r#""\ufffd\u+e00""#),
            ("\\क\\ud83d", "\\क\\ufffd"),
            ("\\", "\\"),
        ] {
            assert_eq!(mend(text), wanted, "{text}");
        }
        assert!(matches!(mend(r#""\ud83d\ude00 \\ud83d""#), Cow::Borrowed(_)), "whole text is not copied");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn what_is_mended_is_json_wherever_the_rest_is(text in "(\\\\u[dD][89abcdefABCDEF][0-9a-f]{2}|\\\\\\\\|\\\\n|x|क){0,8}") {
            let json = format!("\"{text}\"");
            let mended = mend(&json);
            prop_assert!(check(&mended).is_ok(), "{}", mended);
            prop_assert_eq!(mended.len(), json.len());
            prop_assert_eq!(matches!(mended, Cow::Borrowed(_)), check(&json).is_ok());
        }

        #[test]
        fn any_text_is_taken(text in "(\\PC|\\\\|u|d8){0,40}") {
            prop_assert_eq!(mend(&text).len(), text.len());
        }
    }
}
