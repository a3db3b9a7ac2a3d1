use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::json::any_json;

fn written(json: &str, layout: Layout) -> String {
    let mut out = Vec::new();
    write_raw(json, layout, 0, &mut out);
    String::from_utf8(out).unwrap()
}

fn own_string(text: &str) -> String {
    let mut out = Vec::new();
    write_string(text, &mut out);
    String::from_utf8(out).unwrap()
}

#[test]
fn numbers_escapes_and_key_order_stay_byte_for_byte() {
    for json in [
        "18446744073709551616",
        "1e400",
        "-0",
        "1.10",
        "1234567890123456789012345678901234567890",
        r#"{"b":1,"a":2,"b":3}"#,
        r#""\u0000 \u001b \/ \ud83d\ude00 \" é 😀 क्‍ष""#,
        r#"["a b : , {}"]"#,
        "\"\u{fe0f}“quoted”…\"",
    ] {
        assert_eq!(written(json, Layout::Compact), json);
    }
}

#[test]
fn white_space_between_tokens_goes() {
    let json = " { \"a\" :\t[ 1 , 2.0\r\n, \" x \" ] ,\n\"b\" : { } } ";
    assert_eq!(written(json, Layout::Compact), r#"{"a":[1,2.0," x "],"b":{}}"#);
}

#[test]
fn raw_characters_that_a_terminal_obeys_are_escaped() {
    for (character, escaped) in [
        ('\u{7f}', "\\u007f"),
        ('\u{80}', "\\u0080"),
        ('\u{9f}', "\\u009f"),
        ('\u{61c}', "\\u061c"),
        ('\u{200e}', "\\u200e"),
        ('\u{2028}', "\\u2028"),
        ('\u{202e}', "\\u202e"),
        ('\u{2069}', "\\u2069"),
        ('\u{feff}', "\\ufeff"),
    ] {
        let expected = format!("\"é{escaped}x\"");
        assert_eq!(written(&format!("\"é{character}x\""), Layout::Compact), expected);
        assert_eq!(written(&format!("\"é{character}x\""), Layout::Indented), expected);
        assert_eq!(own_string(&format!("é{character}x")), expected);
    }
}

#[test]
fn an_indented_document_reads_well() {
    let json = r#"{"a":[1,{"b":[]}, { } ],"c":"x,{y}:"}"#;
    let expected =
        "{\n  \"a\": [\n    1,\n    {\n      \"b\": []\n    },\n    {}\n  ],\n  \"c\": \"x,{y}:\"\n}";
    assert_eq!(written(json, Layout::Indented), expected);
    let mut deeper = Vec::new();
    write_raw("[1]", Layout::Indented, 40, &mut deeper);
    assert_eq!(deeper, format!("[\n{}1\n{}]", " ".repeat(82), " ".repeat(80)).as_bytes());
}

#[test]
fn a_large_document_passes_in_linear_time() {
    let json = format!(
        "[{}1]",
        r#"{"_id":"5f3a9c0b1234567890abcdef","message":"Missed call","n":12345.5},"#.repeat(100_000)
    );
    let (sender, written) = channel();
    thread::spawn(move || {
        let mut out = Vec::with_capacity(json.len());
        write_raw(&json, Layout::Compact, 0, &mut out);
        sender.send(out.len())
    });
    // A time that grows with the square of the text would be hours.
    assert!(written.recv_timeout(Duration::from_secs(60)).is_ok());
}

proptest! {
    #[test]
    fn every_layout_means_the_same(value in any_json()) {
        for json in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
            let compact = written(&json, Layout::Compact);
            prop_assert_eq!(&serde_json::from_str::<Value>(&compact).unwrap(), &value);
            prop_assert!(!compact.contains('\n'));
            let indented = written(&json, Layout::Indented);
            prop_assert_eq!(&serde_json::from_str::<Value>(&indented).unwrap(), &value);
            prop_assert_eq!(written(&indented, Layout::Compact), compact);
        }
    }

    /// Wherever it stands, and whatever the strings beside it hold.
    #[test]
    fn spaces_between_tokens_go(value in any_json(), spaces in prop::collection::vec(0_usize..3, 1..20)) {
        let json = value.to_string();
        let mut spaces = spaces.into_iter().cycle();
        let mut spaced = String::new();
        for (_, token) in tokens(&json) {
            spaced += &" ".repeat(spaces.next().unwrap_or_default());
            spaced += token;
        }
        spaced += &" ".repeat(spaces.next().unwrap_or_default());
        prop_assert_eq!(written(&spaced, Layout::Compact), written(&json, Layout::Compact));
        prop_assert_eq!(compact(&spaced), written(&json, Layout::Compact));
    }

    #[test]
    fn an_own_string_means_the_same(text in any::<String>()) {
        prop_assert_eq!(serde_json::from_str::<String>(&own_string(&text)).unwrap(), text);
    }
}
