use std::borrow::Cow;

use proptest::prelude::*;
use unicode_width::UnicodeWidthStr;

use super::{MARKS_PER_BASE, sanitize, sanitize_keeping, sanitize_lines};
use crate::output::payloads::{assert_harmless, payloads};

#[test]
fn harmful_characters_are_shown_not_dropped() {
    for (text, shown) in [
        ("\x1b[2J", "␛[2J"),
        ("a\0b\x7f", "a␀b␡"),
        ("\u{9b}2J", "\\u{9b}2J"),
        ("a\r\n\tb", "a␍␊␉b"),
        ("a\u{2028}b\u{85}", "a\\u{2028}b\\u{85}"),
        ("\u{202e}exe", "\\u{202e}exe"),
        ("abc\u{202e}gnp.exe", "abc\\u{202e}gnp.exe"),
        ("a\u{200f}b\u{61c}c", "a\\u{200f}b\\u{61c}c"),
        ("pay\u{200b}pal\u{feff}", "pay\\u{200b}pal\\u{feff}"),
        ("🏴\u{e0067}", "🏴\\u{e0067}"),
        ("soft\u{ad}hyphen", "soft\\u{ad}hyphen"),
        ("\u{3164}", "\\u{3164}"),
        ("\u{301}x", "\\u{301}x"),
        ("\u{200d}", "\\u{200d}"),
        ("a \u{200d}b", "a \\u{200d}b"),
        ("a\u{fe0f}\u{fe0f}", "a\u{fe0f}\\u{fe0f}"),
        (" \u{fe0f}", " \\u{fe0f}"),
        ("\u{a0}\u{fe0f}", "\u{a0}\\u{fe0f}"),
    ] {
        assert_eq!(sanitize(text), shown, "{text:?}");
    }
}

#[test]
fn plain_text_of_any_language_is_borrowed_unchanged() {
    for text in [
        "",
        "Asha Rao <asha@example.in> \\u{9b}",
        "क्षमा कीजिए, आशा जी",
        "क्‍ष और क्‌ष", // ZWJ and ZWNJ between consonants
        "র‍্যাব",      // ZWJ before a virama
        "അവന്‍ വന്നു",  // an old chillu: ZWJ at the end of a word
        "நன்றி, மீண்டும் சந்திப்போம்",
        "می‌خواهم", // ZWNJ between letters
        "السلام عليكم",
        "שלום",
        "é e\u{301} ế",
        "한국어 각",
        "👩‍👩‍👧‍👦 👩🏽‍⚕️ ❤️‍🔥 🏳️‍🌈 🇮🇳 1️⃣",
        "葛\u{e0100}城",
        "ᠮᠣᠩᠭᠣᠯ\u{180b}",
    ] {
        assert!(matches!(sanitize(text), Cow::Borrowed(same) if same == text), "{text}");
    }
}

#[test]
fn line_feeds_stay_only_where_asked() {
    assert_eq!(sanitize_lines("a\n\tb\r\n"), "a\n␉b␍\n");
    assert_eq!(sanitize_keeping("a\n\tb\r", &['\n', '\t']), "a\n\tb␍");
    assert_eq!(sanitize_lines("a\n\u{301}"), "a\n\\u{301}");
}

#[test]
fn a_pile_of_marks_is_cut_down_to_eight() {
    let piled = format!("Z{}", "\u{301}".repeat(10));
    let kept = format!("Z{}\\u{{301}}\\u{{301}}", "\u{301}".repeat(MARKS_PER_BASE));
    assert_eq!(sanitize(&piled), kept);
    // Neither a joiner nor a selector begins a new pile.
    let full = format!("Z{}", "\u{301}".repeat(MARKS_PER_BASE));
    for (more, shown) in [
        ("\u{200d}\u{301}", "\u{200d}\\u{301}"),
        ("\u{fe0f}\u{301}", "\u{fe0f}\\u{301}"),
        ("\u{fe0f}\u{200d}\u{301}", "\u{fe0f}\\u{200d}\\u{301}"),
    ] {
        assert_eq!(sanitize(&format!("{full}{more}")), format!("{full}{shown}"), "{more:?}");
    }
}

#[test]
fn every_payload_becomes_harmless_and_visible() {
    for (name, text) in payloads() {
        let safe = sanitize(&text);
        assert_harmless("sanitize", name, &safe);
        assert!(!safe.contains('\n'), "{name}");
        assert!(safe.width() > 0, "{name}");
        assert_eq!(sanitize(&safe), safe, "{name}");
    }
}

/// Text full of what matters here.
fn hostile() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        prop::sample::select(
            "\x1b\u{9b}\r\n\t\0\x7f\u{200b}\u{200c}\u{200d}\u{200d}\u{fe0f}\u{e0101}\u{202e}\u{feff}\u{301}\u{94d}कषa1 \\}👩❤\u{1160}\u{e0061}"
                .chars()
                .collect::<Vec<_>>()
        ),
        any::<char>(),
    ];
    prop::collection::vec(character, 0..60).prop_map(String::from_iter)
}

proptest! {
    #[test]
    fn sanitising_twice_is_sanitising_once(text in hostile()) {
        let once = sanitize(&text).into_owned();
        prop_assert_eq!(sanitize(&once), once.as_str());
        let lines = sanitize_lines(&text).into_owned();
        prop_assert_eq!(sanitize_lines(&lines), lines.as_str());
    }

    #[test]
    fn nothing_harmful_remains(text in hostile()) {
        let safe = sanitize(&text);
        assert_harmless("sanitize", "generated text", &safe);
        prop_assert!(!safe.contains('\n'));
    }

    #[test]
    fn nothing_is_dropped(text in hostile()) {
        prop_assert!(sanitize(&text).chars().count() >= text.chars().count());
    }

    #[test]
    fn printable_ascii_is_never_changed(text in "[ -~]{0,80}") {
        prop_assert_eq!(sanitize(&text), text.as_str());
    }
}
