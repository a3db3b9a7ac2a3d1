use unicode_width::UnicodeWidthChar;

use super::*;

#[test]
fn a_kind_is_marked_by_its_most_telling_word() {
    for (kind, mark) in [
        ("missed_call", MISSED),
        ("Missed Incoming Call", MISSED),
        ("UNANSWERED", MISSED),
        ("no-answer", MISSED),
        ("Call Back", CALLBACK),
        ("call_back", CALLBACK),
        ("voiceMail", VOICEMAIL),
        ("transferred", TRANSFER),
        ("answered", ANSWERED),
        ("incoming call", INCOMING),
        ("OUTBOUND", OUTGOING),
        ("break", ON_BREAK),
        ("wrap-up", IN_WRAPUP),
        ("note", ORDINARY),
        ("", ORDINARY),
        ("सूचना", ORDINARY),
    ] {
        assert_eq!(mark_of_kind(kind), mark, "{kind}");
    }
}

#[test]
fn a_state_is_marked_only_while_it_holds() {
    assert_eq!(mark_of_state("on_break", true), ON_BREAK);
    assert_eq!(mark_of_state("in_wrapup", true), IN_WRAPUP);
    assert_eq!(mark_of_state("default", true), CHOSEN);
    assert_eq!(mark_of_state("ok", true), ANSWERED);
    assert_eq!(mark_of_state("other", true), NOTABLE);
    assert_eq!(mark_of_state("on_break", false), ORDINARY);
}

#[test]
fn every_symbol_is_one_column_wide() {
    let all = [ORDINARY, ANSWERED, CHOSEN, NOTABLE, WRONG, UNKNOWN];
    for mark in KINDS.iter().map(|(_, mark)| mark).chain(&all) {
        assert_eq!(mark.symbol.width(), Some(1), "{}", mark.symbol);
    }
}

#[test]
fn colour_comes_from_a_small_fixed_set_of_codes() {
    let fixed = [
        "",
        "\u{1b}[1m",
        "\u{1b}[2m",
        "\u{1b}[31m",
        "\u{1b}[32m",
        "\u{1b}[33m",
        "\u{1b}[36m",
        "\u{1b}[1m\u{1b}[33m",
        "\u{1b}[1m\u{1b}[36m",
        "\u{1b}[1m\u{1b}[31m",
    ];
    for tint in Tint::ALL {
        let style = tint.style();
        assert!(fixed.contains(&style.render().to_string().as_str()), "{tint:?}");
        assert!(["", "\u{1b}[0m"].contains(&style.render_reset().to_string().as_str()));
        assert!(tint.style_if(false).is_plain());
    }
}
