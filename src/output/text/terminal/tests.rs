use proptest::prelude::*;

use super::*;
use crate::output::payloads::{assert_harmless, payloads};
use crate::output::text::width::{clusters, width};

#[test]
fn what_terminals_disagree_on_is_dropped_or_shown_by_its_number() {
    for (text, shown) in [
        ("👨‍👩‍👧‍👦", "👨👩👧👦"),
        ("👩🏽‍💻", "👩💻"),
        ("👍🏽", "👍"),
        ("👍🏽🏾", "👍"),
        ("☝🏿", "☝"),
        ("👮‍♀️", "👮♀"),
        ("❤️‍🔥", "❤🔥"),
        ("❤️", "❤"),
        ("⌚\u{fe0e}", "⌚"),
        ("1️⃣", "1\u{20e3}"),
        ("🏽", "\\u{1f3fd}"),
        ("a🏽", "a\\u{1f3fd}"),
        ("क्‍ष", "क्ष"),
        ("നന്‍മ", "നന്മ"),
        ("🩷", "\\u{1fa77}"),
        ("☰", "\\u{2630}"),
        ("\u{6dd}1", "\\u{6dd}1"),
    ] {
        assert_eq!(sanitize_for_terminal(text), shown, "{text}");
    }
}

#[test]
fn names_that_terminals_agree_on_are_borrowed_unchanged() {
    for text in [
        "Asha Rao",
        "अनीता",
        "রিনা সেন",
        "கார்த்திக்",
        "ജോസഫ്",
        "محمد",
        "می‌خواهم",
        "日本語",
        "ｶﾞ",
        "한국어",
        "\u{1112}\u{1161}\u{11ab}",
        "🇮🇳",
        "👍 ❤ ✗ ‖ ◔ …",
        "葛\u{e0100}城",
        "e\u{301}",
    ] {
        assert!(matches!(sanitize_for_terminal(text), Cow::Borrowed(same) if same == text), "{text}");
    }
}

#[test]
fn hostile_text_stays_harmless() {
    for (name, text) in payloads() {
        assert_harmless("a terminal", name, &sanitize_for_terminal(&text));
    }
}

proptest! {
    #[test]
    fn a_second_time_changes_nothing(text in "[👍👨❤☝a1क ्ष ി\u{200c}\u{200d}\u{fe0e}\u{fe0f}\u{1f3fb}-\u{1f3ff}\u{20e3}\u{301}\u{1f1e6}-\u{1f1ff}]*|\\PC*") {
        let once = sanitize_for_terminal(&text).into_owned();
        prop_assert_eq!(&*sanitize_for_terminal(&once), &once);
    }

    /// No cluster is a matter of taste: it is as wide as its characters one by one.
    #[test]
    fn the_width_does_not_depend_on_what_is_joined(text in "\\PC*") {
        let text = sanitize_for_terminal(&text);
        let apart: usize = text.chars().map(|each| width(each.encode_utf8(&mut [0; 4]))).sum();
        prop_assert_eq!(clusters(&text).map(|(_, columns)| columns).sum::<usize>(), apart);
    }
}
