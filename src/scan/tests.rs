use proptest::prelude::*;
use serde_json::Value;
use serde_json::value::RawValue;

use super::*;

fn nested(depth: usize) -> String {
    format!("{}{}", "[".repeat(depth), "]".repeat(depth))
}

fn check(text: &str) -> Result<(), Malformed> {
    whole(text).map(|_| ())
}

#[test]
fn json_is_found_without_the_space_around_it() {
    for (text, found) in [
        ("\n {\"a\" : [ ] } \t", r#"{"a" : [ ] }"#),
        (" -0.0e-10 ", "-0.0e-10"),
        (r#""\u00e9\/\"""#, r#""\u00e9\/\"""#),
        (r#"[[],{},{"":{"":[[]]}}]"#, r#"[[],{},{"":{"":[[]]}}]"#),
    ] {
        assert_eq!(whole(text).map(Piece::get), Ok(found), "{text}");
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
        assert_eq!(check(text), Ok(()), "{text:?}");
    }
    for text in refused {
        assert_eq!(check(text), Err(Malformed::Syntax), "{text:?}");
    }
    for text in accepted.into_iter().chain(refused) {
        assert_eq!(check(text).is_ok(), serde_json::from_str::<&RawValue>(text).is_ok(), "{text:?}");
    }
}

#[test]
fn the_depth_limit_is_exact_and_holds_for_any_depth() {
    let limit = DEPTH as usize;
    assert_eq!(check(&nested(limit)), Ok(()));
    assert_eq!(check(&nested(limit + 1)), Err(Malformed::TooDeep));
    assert_eq!(check(&nested(100_000)), Err(Malformed::TooDeep));
    assert_eq!(check(&"{\"a\":".repeat(limit + 1)), Err(Malformed::TooDeep));
    let mixed = format!("{}1{}", "[{\"a\":".repeat(limit / 2), "}]".repeat(limit / 2));
    assert_eq!(check(&mixed), Ok(()));
    assert_eq!(check(&format!("[{mixed}]")), Err(Malformed::TooDeep));
    // Levels that were gone over one by one count as well.
    let mut scan = Scan::of(&mixed);
    assert_eq!(scan.elements(|scan| scan.members(|scan, _| scan.value().map(|_| ()))), Ok(()));
    let deeper = mixed.replace('1', "[1]");
    let mut scan = Scan::of(&deeper);
    let deep = scan.elements(|scan| scan.members(|scan, _| scan.value().map(|_| ())));
    assert_eq!(deep, Err(Malformed::TooDeep));
}

#[test]
fn brackets_in_strings_and_beside_each_other_are_not_depth() {
    assert_eq!(check(&format!("[\"{}\"]", "[".repeat(1000))), Ok(()));
    assert_eq!(check(&format!("[{}1]", "[],".repeat(1000))), Ok(()));
    assert_eq!(check(&format!("[\"\\\"{}\"]", "{".repeat(1000))), Ok(()));
}

#[test]
fn half_a_character_is_refused() {
    let table = [
        (r#""\ud83d\ude00""#, Ok(())),
        (r#""\u0000""#, Ok(())),
        (r#""\\ud800""#, Ok(())),
        (r#""\ud800""#, Err(Malformed::LoneSurrogate)),
        (r#""\udc00""#, Err(Malformed::LoneSurrogate)),
        (r#""\ud800\u0041""#, Err(Malformed::LoneSurrogate)),
        (r#""\ud800x""#, Err(Malformed::LoneSurrogate)),
        (r#"{"\uD800":1}"#, Err(Malformed::LoneSurrogate)),
    ];
    for (text, verdict) in table {
        assert_eq!(check(text), verdict, "{text}");
    }
}

#[test]
fn a_key_says_what_it_means_and_how_it_was_written() {
    let mut keys = vec![];
    let mut scan = Scan::of(r#"{"a":1, "\u0062\n" : [2], "":{"c":3}}"#);
    let done = scan.members(|scan, key| {
        let (key, value) = (scan.key(key), scan.value()?);
        keys.push((key.written(), key.text(), scan.piece(value).get()));
        Ok(())
    });
    assert_eq!(done, Ok(()));
    assert_eq!(
        keys,
        [("a", "a".into(), "1"), (r"\u0062\n", "b\n".into(), "[2]"), ("", "".into(), r#"{"c":3}"#)]
    );
}

#[test]
fn what_is_neither_list_nor_object_has_no_inside() {
    for json in ["1", "\"[]\"", "[]", ""] {
        assert_eq!(Scan::of(json).members(|_, _| panic!("{json}")), Err(Malformed::Syntax), "{json}");
    }
    assert_eq!(Scan::of("{}").elements(|_| panic!("no element")), Err(Malformed::Syntax));
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
        prop_assert_eq!(check(&json).is_ok(), wanted, "{}", json);
    }

    #[test]
    fn noise_is_judged_as_the_parser_judges_it(text in "[]\\[{}\",:a01 \\\\u-]{0,40}") {
        let wanted = serde_json::from_str::<&RawValue>(&text).is_ok() && depth_and_surrogates_are_fine(&text);
        prop_assert_eq!(check(&text).is_ok(), wanted);
    }

    #[test]
    fn every_string_the_parser_can_decode_passes(text in "(\\\\u[dD][89abcdefABCDEF][0-9a-f]{2}|x){0,6}") {
        let json = format!("\"{text}\"");
        let decodes = serde_json::from_str::<String>(&json).is_ok();
        prop_assert_eq!(check(&json).is_ok(), decodes);
    }

    #[test]
    fn members_and_elements_are_those_that_the_parser_finds(value in any_json()) {
        let json = serde_json::to_string_pretty(&value).unwrap();
        prop_assert_eq!(rebuilt(&mut Scan::of(&json)).unwrap(), value);
    }
}

/// The value, taken apart to its leaves.
fn rebuilt(scan: &mut Scan<'_>) -> Result<Value, Malformed> {
    match scan.peek() {
        Some(b'{') => {
            let mut members = serde_json::Map::new();
            scan.members(|scan, key| {
                let key = scan.key(key).text().into_owned();
                members.insert(key, rebuilt(scan)?);
                Ok(())
            })?;
            Ok(Value::Object(members))
        }
        Some(b'[') => {
            let mut elements = vec![];
            scan.elements(|scan| {
                elements.push(rebuilt(scan)?);
                Ok(())
            })?;
            Ok(Value::Array(elements))
        }
        _ => {
            let value = scan.value()?;
            Ok(serde_json::from_str(scan.piece(value).get()).unwrap())
        }
    }
}
