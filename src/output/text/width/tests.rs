use proptest::prelude::*;

use super::*;

#[test]
fn text_is_as_wide_as_it_is_painted() {
    for (text, columns) in [
        ("", 0),
        ("Asha", 4),
        ("é", 1),
        ("e\u{301}", 1),
        ("नमस्ते", 4),
        ("अमित", 4),
        ("தமிழ்", 4),
        ("কাজল", 4),
        ("রাজা", 4),
        ("ক\u{9d7}", 2),
        ("மாலா", 4),
        ("കാ", 2),
        ("ಕೂ", 2),
        ("ක\u{dcf}", 2),
        ("한\u{302e}", 4),
        ("क्षत्रिय", 6),
        ("日本語", 6),
        ("ｱｲｳ", 3),
        ("ｶﾞ", 2),
        ("👍", 2),
        ("👍🏽", 4),
        ("👨‍👩‍👧‍👦", 8),
        ("🇮🇳", 2),
        ("❤️", 1),
        ("صلاح", 4),
        ("\u{301}", 0),
        ("✗ missed", 8),
        ("x1️⃣y", 3),
        ("\u{1112}\u{1161}\u{11ab}", 2),
        ("\u{d4e}ക", 2),
    ] {
        assert_eq!(width(text), columns, "{text}");
    }
}

#[test]
fn text_is_cut_between_grapheme_clusters() {
    for (text, columns, expected) in [
        ("Asha", 4, "Asha"),
        ("Ashaa", 4, "Ash…"),
        ("Asha", 1, "…"),
        ("Asha", 0, ""),
        ("", 0, ""),
        ("日本語", 6, "日本語"),
        ("日本語", 5, "日本…"),
        ("日本語", 4, "日…"),
        ("日本語", 2, "…"),
        ("a👨‍👩‍👧‍👦b", 9, "a…"),
        ("a👨‍👩‍👧‍👦bc", 10, "a👨‍👩‍👧‍👦…"),
        ("a🇮🇳bc", 4, "a🇮🇳…"),
        ("a🇮🇳bc", 3, "a…"),
        ("cafe\u{301}s", 5, "cafe\u{301}s"),
        ("cafe\u{301}s", 4, "caf…"),
        ("cafe\u{301} x", 5, "cafe\u{301}…"),
        ("नमस्ते", 3, "नम…"),
        ("মালা", 3, "মা…"),
        ("মালা", 2, "…"),
    ] {
        assert_eq!(cut(text, columns), expected, "{text} in {columns}");
    }
}

#[test]
fn padding_counts_columns_not_characters() {
    assert_eq!(pad_right("日本", 6), "日本  ");
    assert_eq!(pad_left("日本", 6), "  日本");
    assert_eq!(pad_right("👨👩👧", 7), "👨👩👧 ");
    assert_eq!(pad_left("Asha", 2), "Asha");
}

proptest! {
    #[test]
    fn ascii_is_as_wide_as_it_is_long(text in "[ -~]*") {
        prop_assert_eq!(width(&text), clusters(&text).map(|(_, columns)| columns).sum::<usize>());
    }

    #[test]
    fn a_cut_text_never_exceeds_its_columns(text in ".*", columns in 0_usize..40) {
        let cut = cut(&text, columns);
        prop_assert!(width(&cut) <= columns);
        if width(&text) <= columns {
            prop_assert_eq!(cut, text.as_str());
        } else if let Some(kept) = cut.strip_suffix('…') {
            prop_assert!(text.starts_with(kept));
        } else {
            prop_assert_eq!(columns, 0);
        }
    }

    #[test]
    fn a_padded_text_fills_its_columns(text in "\\PC*", columns in 0_usize..60) {
        let wanted = columns.max(width(&text));
        prop_assert_eq!(width(&pad_right(&text, columns)), wanted);
    }
}

#[test]
fn a_wrapped_text_loses_nothing_and_no_line_is_too_wide() {
    for text in [
        "",
        "one",
        "the quick brown fox",
        "a-word-that-is-longer-than-any-line of text",
        "日本語の文 and नमस्ते",
        "a  b",
    ] {
        for columns in 2..30 {
            let lines = wrap(text, columns);
            assert!(lines.iter().all(|line| width(line) <= columns), "{lines:?} at {columns}");
            assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""), "at {columns}");
        }
    }
    assert_eq!(wrap("the quick brown fox", 10), ["the quick", "brown fox"]);
}
