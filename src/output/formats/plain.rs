//! Recognises most of what there is to show: text that is harmless as it stands, and as wide as its characters are one
//! by one. It must not know what becomes of the rest: that is for `sanitize` and `width`.

use unicode_width::UnicodeWidthChar;

use crate::eight;
use crate::output::text::sanitize::MARKS_PER_BASE;

/// How many columns a terminal paints for the text, if `sanitize` would change nothing in it, and no characters of it
/// flow together. `None` may also mean that this is not known: to find out for every script takes ten times as long.
#[must_use]
pub fn columns(text: &str) -> Option<usize> {
    let is_other = |byte: u8| !matches!(byte, b' '..=b'~');
    if !eight::any(text.as_bytes(), others, is_other) {
        return Some(text.len());
    }
    let ascii = text.bytes().take_while(|&byte| !is_other(byte)).count();
    Some(ascii + of_letters(&text[ascii..], ascii > 0)?)
}

/// Marks what is no printable ASCII.
const fn others(word: u64) -> u64 {
    eight::below(word, b' ') | eight::above(word, b'~')
}

/// `is_after_base`: whether something stands before the text that marks may be painted onto.
fn of_letters(text: &str, is_after_base: bool) -> Option<usize> {
    let mut columns = 0;
    let mut marks_left = if is_after_base { MARKS_PER_BASE } else { 0 };
    for character in text.chars() {
        let width = if is_letter(character) { character.width()? } else { return None };
        if width == 0 {
            marks_left = marks_left.checked_sub(1)?;
        } else {
            marks_left = MARKS_PER_BASE;
        }
        columns += width;
    }
    Some(columns)
}

/// A character of a script in which none is obeyed or hidden, and none flows together with another.
fn is_letter(character: char) -> bool {
    matches!(
        character,
        ' '..='~'
            // Latin with accents, Greek, Cyrillic, Armenian.
            | '\u{a1}'..='\u{ac}'
            | '\u{ae}'..='\u{2ff}'
            | '\u{370}'..='\u{58f}'
            // The scripts of India and Sri Lanka.
            | '\u{900}'..='\u{dff}'
            // Chinese, Japanese, Korean.
            | '\u{3041}'..='\u{3096}'
            | '\u{30a1}'..='\u{30fa}'
            | '\u{4e00}'..='\u{9fff}'
            | '\u{ac00}'..='\u{d7a3}'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::output::text::sanitize::sanitize;
    use crate::output::text::width::width;

    #[test]
    fn most_text_is_plain() {
        for (text, expected) in [
            ("", 0),
            ("Call 12 from Asha Traders", 25),
            ("आशा शर्मा", 8),
            ("Mr. शर्मा", 8),
            ("k\u{94d}", 1),
            ("தமிழ்", 4),
            ("Müller", 6),
            ("日本", 4),
        ] {
            assert_eq!((columns(text), width(text)), (Some(expected), expected), "{text}");
        }
    }

    #[test]
    fn what_is_not_known_to_be_plain_is_left_to_others() {
        for text in [
            "\n",
            "a\x1b[2Jb",
            "\u{94d}",
            "क\u{200d}ष",
            "👍",
            "❤\u{fe0f}",
            "صلاح",
            "e\u{301}",
            "\u{202e}",
            "\u{ad}",
        ] {
            assert_eq!(columns(text), None, "{}", text.escape_unicode());
        }
        let pile = |marks| format!("क{}", "\u{94d}".repeat(marks));
        assert_eq!(columns(&pile(MARKS_PER_BASE)), Some(1));
        assert_eq!(columns(&pile(MARKS_PER_BASE + 1)), None);
    }

    proptest! {
        #[test]
        fn plain_text_is_harmless_and_as_wide_as_it_is_painted(
            text in prop_oneof![
                "[ -~¡-¬®-˿Ͱ-֏ऀ-෿ぁ-ゖァ-ヺ一-鿿가-힣]{0,8}",
                "[कष\u{94d}\u{93e}\u{900}a ]{0,24}",
                "[ -~]{0,20}\\PC{0,2}[ऀ-෿]{0,4}",
                ".*",
            ]
        ) {
            if let Some(columns) = columns(&text) {
                prop_assert_eq!(sanitize(&text), text.as_str(), "{}", text.escape_unicode());
                prop_assert_eq!(width(&text), columns, "{}", text.escape_unicode());
            }
        }
    }
}
