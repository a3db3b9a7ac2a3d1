use super::*;

#[test]
fn colour_follows_the_option_then_the_variables_then_the_stream() {
    use ColorWhen::{Always, Auto, Never};
    for (choice, is_terminal, no_color, force, term, wanted) in [
        (Auto, true, None, None, Some("xterm"), true),
        (Auto, true, None, None, None, true),
        (Auto, false, None, None, Some("xterm"), false),
        (Auto, true, None, None, Some("dumb"), false),
        (Auto, true, Some("1"), None, Some("xterm"), false),
        (Auto, true, Some("0"), None, Some("xterm"), false),
        (Auto, true, Some(""), None, Some("xterm"), true),
        (Auto, false, None, Some("1"), Some("xterm"), true),
        (Auto, false, None, Some("1"), Some("dumb"), true),
        (Auto, false, None, Some("0"), Some("xterm"), false),
        (Auto, true, None, Some("0"), Some("xterm"), true),
        (Auto, false, None, Some(""), Some("xterm"), false),
        (Auto, true, Some("1"), Some("1"), Some("xterm"), false),
        (Always, false, Some("1"), None, Some("dumb"), true),
        (Always, false, None, None, None, true),
        (Never, true, None, Some("1"), Some("xterm"), false),
        (Never, true, None, None, None, false),
    ] {
        assert_eq!(
            colour_wanted(choice, is_terminal, no_color, force, term),
            wanted,
            "{choice:?} terminal {is_terminal} NO_COLOR {no_color:?} CLICOLOR_FORCE {force:?} TERM {term:?}"
        );
    }
}

#[test]
fn every_choice_is_read_back_from_its_word() {
    for format in Format::ALL {
        assert_eq!(format.word().parse(), Ok(format));
    }
    for choice in ColorWhen::ALL {
        assert_eq!(choice.word().parse(), Ok(choice));
    }
}

#[test]
fn an_unknown_word_is_an_error_with_the_known_ones() {
    let error = "yaml".parse::<Format>().expect_err("no such format");
    assert_eq!(error.to_string(), "\"yaml\" is unknown; known are table, json, ndjson, csv, tsv");
    let error = "Always".parse::<ColorWhen>().expect_err("no such choice");
    assert_eq!(error.to_string(), "\"Always\" is unknown; known are auto, always, never");
}
