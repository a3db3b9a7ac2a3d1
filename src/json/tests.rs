use proptest::prelude::*;
use serde_json::Value;

use super::*;

mod contents;
mod depth;

fn nested(depth: usize) -> String {
    format!("{}{}", "[".repeat(depth), "]".repeat(depth))
}

/// The verdict in a form that can be compared.
fn verdict(text: &str) -> Result<(), &'static str> {
    check(text).map(|_| ()).map_err(|error| match error {
        Malformed::Syntax(_) => "syntax",
        Malformed::TooDeep => "too deep",
        Malformed::LoneSurrogate => "lone surrogate",
    })
}

#[test]
fn json_is_found_without_the_space_around_it() {
    for (text, found) in [
        ("\n {\"a\" : [ ] } \t", r#"{"a" : [ ] }"#),
        (" -0.0e-10 ", "-0.0e-10"),
        (r#""\u00e9\/\"""#, r#""\u00e9\/\"""#),
        (r#"[[],{},{"":{"":[[]]}}]"#, r#"[[],{},{"":{"":[[]]}}]"#),
    ] {
        assert_eq!(check(text).unwrap().get(), found);
    }
}

/// In the manner of JSONTestSuite: what must be accepted, and what must not.
#[test]
fn what_is_json_is_what_the_parser_takes_for_it() {
    let accepted = [
        "0",
        "-0",
        "1E400",
        "1e-7",
        "0.1",
        "-1.5e+3",
        "true",
        "false",
        "null",
        "\"\"",
        "\" \\b\\f\\n\\r\\t\"",
        "[]",
        "{}",
        "[ ]",
        "{ }",
        "[1,2]",
        "{\"a\":1,\"a\":2}",
        "\"\u{7f}\u{2028}\u{feff}é😀\"",
        "\r\n\t 1 \r\n\t",
        "\"12345678\\n12345678\"",
        "[null,[null,{\"a\":null}],null]",
        "{\"\\u0061\":{\"b\":[]},\"c\":[{}]}",
    ];
    let refused = [
        "",
        " ",
        "-",
        "+1",
        "01",
        "-01",
        "1.",
        ".5",
        "1.e5",
        "1e",
        "1e+",
        "0x1",
        "1_000",
        "Infinity",
        "NaN",
        "nul",
        "nulll",
        "True",
        "'a'",
        "\"",
        "\"a",
        "\"\\\"",
        "\"\\x41\"",
        "\"\\u12\"",
        "\"\\u+123\"",
        "\"\\u12g4\"",
        "\"\n\"",
        "\"\t\"",
        "\"\0\"",
        "\"1234567\u{1f}\"",
        "[",
        "]",
        "[1",
        "[1,",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[1}",
        "{",
        "}",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,",
        "{\"a\":1,}",
        "{,}",
        "{1:2}",
        "{a:1}",
        "{\"a\" 1}",
        "{\"a\":1]",
        "{\"a\"::1}",
        "1 2",
        "[] []",
        "{}x",
        "\u{feff}1",
        "\u{a0}1",
        "/**/1",
        "1//",
        "[\u{b}]",
        "[1,\"a]",
        "{\"a\":{\"b\":[1,2}}",
        "[[[]]",
    ];
    for text in accepted {
        assert_eq!(verdict(text), Ok(()), "{text:?}");
    }
    for text in refused {
        assert_eq!(verdict(text), Err("syntax"), "{text:?}");
    }
    for text in accepted.into_iter().chain(refused) {
        assert_eq!(check(text).is_ok(), serde_json::from_str::<&RawValue>(text).is_ok(), "{text:?}");
    }
}

#[test]
fn brackets_in_strings_and_beside_each_other_are_not_depth() {
    assert_eq!(verdict(&format!("[\"{}\"]", "[".repeat(1000))), Ok(()));
    assert_eq!(verdict(&format!("[{}1]", "[],".repeat(1000))), Ok(()));
    assert_eq!(verdict(&format!("[\"\\\"{}\"]", "{".repeat(1000))), Ok(()));
}

#[test]
fn half_a_character_is_refused() {
    let table = [
        (r#""\ud83d\ude00""#, Ok(())),
        (r#""\u0000""#, Ok(())),
        (r#""\\ud800""#, Ok(())),
        (r#""\ud800""#, Err("lone surrogate")),
        (r#""\udc00""#, Err("lone surrogate")),
        (r#""\ud800\u0041""#, Err("lone surrogate")),
        (r#""\ud800x""#, Err("lone surrogate")),
        (r#"{"\uD800":1}"#, Err("lone surrogate")),
    ];
    for (text, wanted) in table {
        assert_eq!(verdict(text), wanted, "{text}");
    }
}

#[test]
fn a_string_says_what_it_means() {
    for (json, wanted) in [
        (r#""asha""#, Some("asha")),
        (r#""""#, Some("")),
        (r#""\u0062\n\/\ud83d\ude00""#, Some("b\n/😀")),
        (r#""\ud83d""#, None),
        ("1", None),
        ("null", None),
    ] {
        assert_eq!(string(json).as_deref(), wanted, "{json}");
    }
    assert!(matches!(string("\"as it stands\""), Some(Cow::Borrowed(_))), "nothing is copied");
}

#[test]
fn members_come_in_their_order_and_equal_keys_twice() {
    let object = Raw::of(r#"{"a":1, "\u0062\n" : [2], "":{"c":3}, "a":-0}"#);
    let members = members(&object, 4).unwrap();
    let members: Vec<_> = members.iter().map(|(key, value)| (&**key, value.get())).collect();
    assert_eq!(members, [("a", "1"), ("b\n", "[2]"), ("", r#"{"c":3}"#), ("a", "-0")]);
}

#[test]
fn a_path_leads_to_a_value_as_it_was_written() {
    let value = Raw::of(r#"{"a":{"b":[1, {"c": 1e400}]},"a\u0062":2,"x":1,"x":{"y":null}}"#);
    let path = |path: &str| path.split('.').map(str::to_owned).collect::<Vec<_>>();
    for (steps, wanted) in [
        ("a.b.1.c", Some("1e400")),
        ("a.b.1", Some(r#"{"c": 1e400}"#)),
        ("ab", Some("2")),
        ("x.y", Some("null")),
        ("a.b.2", None),
        ("a.b.c", None),
        ("ab.c", None),
        ("z", None),
    ] {
        assert_eq!(find(&value, &path(steps)).map(RawValue::get), wanted, "{steps}");
    }
    assert_eq!(find(&value, &[]).map(RawValue::get), Some(value.get()));
}

#[test]
fn more_than_was_allowed_is_not_taken_apart() {
    let (object, list) = (Raw::of(r#"{"a":1,"a":2}"#), Raw::of("[1,2]"));
    assert!(members(&object, 2).is_ok() && elements(&list, 2).is_ok());
    assert_eq!(members(&object, 1).map(|_| ()), Err(TooMany));
    assert_eq!(elements(&list, 1).map(|_| ()), Err(TooMany));
    let mut seen = 0;
    assert!(!each_member(&object, |_, _| {
        seen += 1;
        false
    }));
    assert_eq!(seen, 1);
}

#[test]
fn what_is_neither_list_nor_object_has_no_inside() {
    for json in ["1", "\"[]\"", "\"{}\"", "null", "1e400"] {
        assert!(members(&Raw::of(json), 0).unwrap().is_empty(), "{json}");
        assert!(elements(&Raw::of(json), 0).unwrap().is_empty(), "{json}");
    }
    assert!(members(&Raw::of("[1]"), 0).unwrap().is_empty());
    assert!(elements(&Raw::of(r#"{"a":1}"#), 0).unwrap().is_empty());
}

#[test]
fn what_is_kept_goes_through_serde_byte_for_byte() {
    #[derive(Serialize, Deserialize)]
    struct Line {
        fields: Raw,
    }
    let json = r#"{"fields":{"n": 1e400,"b":18446744073709551616,"a":"\u00e9","a":-0}}"#;
    let line: Line = serde_json::from_str(json).unwrap();
    assert_eq!(serde_json::to_string(&line).unwrap(), json);
    let deep = format!("{}{}", "[".repeat(DEPTH + 1), "]".repeat(DEPTH + 1));
    for refused in ["{", r#""\ud800""#, &deep] {
        assert!(serde_json::from_str::<Raw>(refused).is_err(), "{refused}");
    }
}

/// The depth and surrogates of a text, a byte at a time and without any idea of JSON's grammar.
fn depth_and_surrogates_are_fine(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (mut depth, mut in_string, mut at) = (0, false, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'"' => in_string = !in_string,
            b'\\' if in_string => {
                let unit = |at: usize| u16::from_str_radix(text.get(at + 2..at + 6)?, 16).ok();
                match unit(at).filter(|_| bytes[at + 1] == b'u') {
                    Some(0xD800..=0xDBFF) => {
                        let is_whole = text.get(at + 6..at + 8) == Some("\\u");
                        if !is_whole || !matches!(unit(at + 6), Some(0xDC00..=0xDFFF)) {
                            return false;
                        }
                        at += 7;
                    }
                    Some(0xDC00..=0xDFFF) => return false,
                    _ => at += 1,
                }
            }
            b'[' | b'{' if !in_string => depth += 1,
            b']' | b'}' if !in_string => depth -= 1,
            _ => {}
        }
        if depth > 128 {
            return false;
        }
        at += 1;
    }
    true
}

/// Any JSON value, with text that matters.
pub(crate) fn any_json() -> impl Strategy<Value = Value> {
    let text = "[a\"\\\\/ \n\u{1b}\u{7f}\u{9b}\u{202e}\u{feff}é“,:{}क]{0,8}";
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<i32>().prop_map(|eighths| Value::from(f64::from(eighths) / 8.0)),
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((text, inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// JSON as it is written by somebody: with space anywhere, or with a byte too many, too few or another.
fn nearly_json() -> impl Strategy<Value = String> {
    let change = (any::<prop::sample::Index>(), "[]\\[{}\",:0-9eE.+\\\\u \n\u{1}dDtn-]{0,2}", 0_usize..3);
    (any_json(), any::<bool>(), prop::option::of(change)).prop_map(|(value, is_spaced, change)| {
        let mut json =
            if is_spaced { serde_json::to_string_pretty(&value).unwrap() } else { value.to_string() };
        if let Some((place, with, less)) = change {
            let places: Vec<usize> = json.char_indices().map(|(at, _)| at).collect();
            let at = places[place.index(places.len())];
            let end = json[at..].char_indices().nth(less).map_or(json.len(), |(length, _)| at + length);
            json.replace_range(at..end, &with);
        }
        json
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn one_pass_says_what_the_parser_and_the_check_say(json in nearly_json()) {
        let is_json = serde_json::from_str::<&RawValue>(&json).is_ok();
        let wanted = is_json && depth_and_surrogates_are_fine(&json);
        prop_assert_eq!(verdict(&json).is_ok(), wanted, "{}", json);
    }

    #[test]
    fn strings_with_escapes_are_found_without_a_look_at_the_others(value in any_json(), is_spaced in any::<bool>()) {
        let json = if is_spaced { serde_json::to_string_pretty(&value).unwrap() } else { value.to_string() };
        let has_escape = |token: &&str| token.starts_with('"') && token.contains('\\');
        let wanted: Vec<_> = tokens::tokens(&json).map(|(_, token)| token).filter(has_escape).collect();
        prop_assert_eq!(escaped_strings(&json).collect::<Vec<_>>(), wanted);
    }

    #[test]
    fn noise_is_judged_as_the_parser_judges_it(text in "[]\\[{}\",:a01 \\\\u-]{0,40}") {
        let wanted = serde_json::from_str::<&RawValue>(&text).is_ok() && depth_and_surrogates_are_fine(&text);
        prop_assert_eq!(verdict(&text).is_ok(), wanted);
    }

    #[test]
    fn every_string_the_parser_can_decode_passes(text in "(\\\\u[dD][89abcdefABCDEF][0-9a-f]{2}|x){0,6}") {
        let json = format!("\"{text}\"");
        let decodes = serde_json::from_str::<String>(&json).is_ok();
        prop_assert_eq!(verdict(&json).is_ok(), decodes);
    }

    #[test]
    fn members_and_elements_are_those_that_the_parser_finds(value in any_json()) {
        let json = serde_json::to_string_pretty(&value).unwrap();
        prop_assert_eq!(rebuilt(check(&json).unwrap()), value);
    }

    #[test]
    fn tokens_and_the_space_between_them_are_the_whole(text in nearly_json()) {
        let mut end = 0;
        for (at, token) in tokens::tokens(&text) {
            prop_assert!(!token.is_empty() && text[end..at].trim_matches([' ', '\t', '\r', '\n']).is_empty());
            prop_assert_eq!(&text[at..at + token.len()], token);
            end = at + token.len();
        }
        prop_assert!(text[end..].trim_matches([' ', '\t', '\r', '\n']).is_empty());
    }
}

/// The value, taken apart to its leaves.
fn rebuilt(value: &RawValue) -> Value {
    match value.get().as_bytes()[0] {
        b'{' => {
            let members = members(value, usize::MAX).unwrap();
            Value::Object(
                members.into_iter().map(|(key, value)| (key.into_owned(), rebuilt(value))).collect(),
            )
        }
        b'[' => Value::Array(elements(value, usize::MAX).unwrap().into_iter().map(rebuilt).collect()),
        _ => serde_json::from_str(value.get()).unwrap(),
    }
}
