use super::*;
use crate::output::formats::sample::{call, india, now, piped, raw, terminal};
use crate::report::RawList;

fn exact(value: &Value, meaning: Meaning) -> String {
    Cell::new(value, meaning, "key").exact(&india(), false).into_owned()
}

fn display(value: &Value, meaning: Meaning, key: &str) -> (String, Tint) {
    let DisplayText { text, tint } =
        Cell::new(value, meaning, key).display(&terminal(80), TimeStyle::Relative);
    (text, tint)
}

#[test]
fn machines_get_exact_text() {
    let label = RawList { label: "missed, callback".into(), items: [raw("{}")].into() };
    for (value, meaning, text) in [
        (Value::Absent, Meaning::Time, ""),
        (Value::Text("Missed".into()), Meaning::Kind, "Missed"),
        (Value::Number(-7), Meaning::Text, "-7"),
        (Value::Flag(true), Meaning::State, "true"),
        (Value::Flag(false), Meaning::Text, "false"),
        (Value::Time(now()), Meaning::Time, "2026-11-23T13:30:00.000+05:30"),
        (Value::Seconds(-90), Meaning::Remaining, "-90"),
        (Value::About(Value::Seconds(90).into()), Meaning::Elapsed, "90"),
        (label.into(), Meaning::Icons, "missed, callback"),
    ] {
        assert_eq!(exact(&value, meaning), text, "{value:?}");
    }
}

#[test]
fn tables_show_the_words_of_a_value_and_programs_the_value() {
    let open = Value::worded("23–25 min*", Value::Seconds(1440));
    assert_eq!(exact(&open, Meaning::Elapsed), "1440");
    assert_eq!(display(&open, Meaning::Elapsed, "key").0, "23–25 min*");
    assert_eq!(Cell::new(&open, Meaning::Elapsed, "key").plain(&piped()), "23–25 min*");
    let over = Value::worded("by 9 min", Value::Seconds(540));
    assert_eq!(display(&over, Meaning::Overrun, "key"), ("by 9 min".to_owned(), Tint::Bad));
    // A cell holds no list.
    let list = Value::worded("Tea, Lunch", vec![]);
    assert_eq!(exact(&list, Meaning::List(&[])), "Tea, Lunch");
    assert!(Value::worded("nothing", Value::Absent).is_absent());
    let number = Value::worded("of 9876543210", Value::Number(1));
    let masked =
        Cell::new(&number, Meaning::Text, "key").plain(&Presentation { mask: true, ..piped() }).into_owned();
    assert!(!masked.contains("98765"), "{masked}");
}

#[test]
fn json_of_the_server_keeps_its_digits() {
    for (json, text) in [
        ("null", ""),
        (" true", "true"),
        ("1e400", "1e400"),
        ("-0", "-0"),
        ("18446744073709551616", "18446744073709551616"),
        ("1234567890123456789012345678901234567890", "1234567890123456789012345678901234567890"),
        (r#""plain""#, "plain"),
        (r#""a \"b\" \u0905""#, r#"a "b" अ"#),
        (r#""\ud800 lone""#, r#""\ud800 lone""#),
        ("[ 1, 2 ]", "[1,2]"),
        ("{ \"a b\" :\t\"x \\\" y\\\\\" , \"c\": [ ] }", "{\"a b\":\"x \\\" y\\\\\",\"c\":[]}"),
        ("{\"b\":1,\"a\":1.10}", "{\"b\":1,\"a\":1.10}"),
        // What a terminal obeys is escaped as JSON has it, so that programs can still read it.
        ("{\"a\":\"\u{202e}b\"}", r#"{"a":"\u202eb"}"#),
    ] {
        assert_eq!(exact(&Value::Raw(raw(json)), Meaning::Raw), text, "{json}");
    }
}

#[test]
fn people_get_words_and_marks() {
    for (value, meaning, key, words, tint) in [
        (Value::Absent, Meaning::Kind, "kind", "", Tint::Plain),
        ("".into(), Meaning::Kind, "kind", "", Tint::Plain),
        (Value::Text("missed_call".into()), Meaning::Kind, "kind", "✗ missed_call", Tint::Bad),
        (Value::Text("note".into()), Meaning::Kind, "kind", "· note", Tint::Quiet),
        (Value::Text("missed".into()), Meaning::Text, "message", "missed", Tint::Plain),
        (Value::Flag(true), Meaning::State, "on_break", "‖ yes", Tint::Notable),
        (Value::Flag(true), Meaning::State, "in_wrapup", "◔ yes", Tint::Passing),
        (Value::Flag(false), Meaning::State, "on_break", "· no", Tint::Quiet),
        (Value::Flag(true), Meaning::State, "open", "· yes", Tint::Quiet),
        (Value::Flag(true), Meaning::State, "repeats", "· yes", Tint::Quiet),
        (Value::Flag(true), Meaning::Text, "default", "yes", Tint::Plain),
        (Value::Time(now()), Meaning::Time, "time", "just now", Tint::Plain),
        (Value::Seconds(600), Meaning::Elapsed, "for", "10 min", Tint::Plain),
        (Value::Seconds(45), Meaning::Remaining, "left", "45 s", Tint::Plain),
        (Value::Seconds(-45), Meaning::Remaining, "left", "-45 s", Tint::Bad),
        (Value::Number(12), Meaning::Text, "count", "12", Tint::Plain),
        (Value::About(Value::Seconds(600).into()), Meaning::Elapsed, "for", "~10 min", Tint::Plain),
    ] {
        assert_eq!(display(&value, meaning, key), (words.to_owned(), tint), "{value:?}");
    }
}

#[test]
fn a_time_in_a_table_has_the_style_that_is_chosen() {
    let value = Value::Time(now() - jiff::SignedDuration::from_mins(2));
    let cell = Cell::new(&value, Meaning::Time, "time");
    for (style, words) in [
        (TimeStyle::Relative, "2 min ago"),
        (TimeStyle::Clock, "13:28"),
        (TimeStyle::Both, "2 min ago · 13:28"),
    ] {
        assert_eq!(cell.clone().display(&terminal(80), style).text, words);
        assert_eq!(cell.clone().plain(&Presentation { time: Some(style), ..piped() }), words);
    }
    assert_eq!(cell.plain(&piped()), "2026-11-23T13:28:00.000+05:30");
    let number = Value::Number(7);
    let typed = Presentation { time: Some(TimeStyle::Clock), ..piped() };
    assert_eq!(Cell::new(&number, Meaning::Count, "count").plain(&typed), "7", "other values stay exact");
    let brief = Value::from(call(0, "missed", "x"));
    let cell = Cell::new(&brief, Meaning::Text, "last_tag");
    assert_eq!(cell.clone().plain(&typed), "missed 13:30");
    assert_eq!(cell.plain(&piped()), "missed 2026-11-23T13:30:00.000+05:30");
}

#[test]
fn phone_numbers_are_hidden_when_asked() {
    let text = |text: &str| Value::Text(text.into());
    for (value, meaning, hidden) in [
        (text("919876543210"), Meaning::Phone, "•••••••••210"),
        (text("call 919876543210 back"), Meaning::Text, "call •••••••••210 back"),
        (Value::Raw(raw(r#"{"n":"919876543210"}"#)), Meaning::Raw, r#"{"n":"•••••••••210"}"#),
        (Value::Raw(raw(r#"{ "from": 919876543210 }"#)), Meaning::Raw, r#"{"from":"•••••••••210"}"#),
        (Value::Raw(raw(r#"{"t":1764000000}"#)), Meaning::Raw, r#"{"t":1764000000}"#),
        (Value::Raw(raw("919876543210")), Meaning::Raw, "•••••••••210"),
        (Value::Raw(raw("1764000000")), Meaning::Raw, "1764000000"),
        (text("919876543210"), Meaning::Id, "919876543210"),
    ] {
        let cell = Cell::new(&value, meaning, "key");
        let masked = Presentation { mask: true, ..terminal(80) };
        assert_eq!(cell.clone().exact(&india(), true), hidden);
        assert_eq!(cell.display(&masked, TimeStyle::Relative).text, hidden);
    }
    let number = Cell::new(&Value::Number(919_876_543_210), Meaning::Phone, "customer").exact(&india(), true);
    assert_eq!(number, "•••••••••210");
}

#[test]
fn a_moment_is_as_far_away_as_the_row_shows_whatever_the_clock_says_since() {
    for (seconds, words) in [(42, "in 42 s"), (41, "in 41 s"), (-30, "30 s ago"), (90, "in 1 min")] {
        let end = Value::away(now(), Some(seconds));
        assert_eq!(display(&end, Meaning::Time, "ends_at").0, words);
        let typed = Presentation { time: Some(TimeStyle::Relative), ..piped() };
        assert_eq!(Cell::new(&end, Meaning::Time, "ends_at").plain(&typed), words);
        assert_eq!(exact(&end, Meaning::Time), exact(&Value::Time(now()), Meaning::Time));
    }
    assert_eq!(display(&Value::away(now(), None), Meaning::Time, "ends_at").0, "just now");
}
