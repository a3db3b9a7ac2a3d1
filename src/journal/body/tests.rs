use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::output::text::redact::encodings;

fn redactor(secret: &str) -> Redactor {
    let redactor = Redactor::default();
    redactor.hide(secret);
    redactor
}

/// The text and what it says as JSON, and what the strings of that say.
fn said(text: &str) -> Vec<String> {
    fn strings(value: Value) -> Vec<String> {
        match value {
            Value::String(text) => vec![text],
            Value::Array(values) => values.into_iter().flat_map(strings).collect(),
            Value::Object(members) => {
                members.into_iter().flat_map(|(key, value)| [vec![key], strings(value)].concat()).collect()
            }
            _ => vec![],
        }
    }
    let strings = serde_json::from_str(text).map(strings).unwrap_or_default();
    let deeper = strings.iter().flat_map(|inner| said(inner));
    std::iter::once(text.to_owned()).chain(deeper).collect()
}

/// With every character as `\uXXXX`.
fn escaped(text: &str) -> String {
    text.encode_utf16().fold(String::new(), |escaped, unit| escaped + &format!("\\u{unit:04x}"))
}

#[test]
fn a_secret_is_not_kept_where_only_the_text_of_a_string_shows_it() {
    let redactor = redactor("ab\"cd\\ef");
    // Reversed, then escaped; letter by letter; and as JSON within a string.
    let reversed = json!("fe\\dc\"ba").to_string();
    let by_letter = format!("\"x {}\"", escaped("ab\"cd\\ef"));
    let nested = json!(format!("x {by_letter}")).to_string();
    let text = r#"{"message":"m","fields":{"a":REVERSED,"b":BY_LETTER,"c":NESTED,"d":"a\/b \\d \"q\""}}"#;
    let body =
        text.replace("REVERSED", &reversed).replace("BY_LETTER", &by_letter).replace("NESTED", &nested);
    let kept = r#"{"message":"m","fields":{"a":"••••","b":"x ••••","c":"••••","d":"a\/b \\d \"q\""}}"#;
    assert_eq!(redacted(&body, &redactor), kept);
}

#[test]
fn a_key_that_says_a_secret_is_not_kept() {
    let body = format!("{{\"message\":\"m\",\"fields\":{{\"{}\":1}}}}", escaped("s3cret"));
    assert_eq!(said(&redacted(&body, &redactor("s3cret"))).join(" ").find("s3cret"), None);
}

#[test]
fn escapes_that_say_nothing_secret_stay_as_they_are() {
    let redactor = redactor("ab\"cd\\ef");
    for body in [
        r#"{"fields":{"url":"https:\/\/x\/y","path":"C:\\new\\u","half":"\ud83d \\ud83d","json":"{\"a\":\"\\u00e9\\\\\"}"}}"#,
        r#"{"fields":"\\\\\\\\ \\\\x5c \u005c\u005c \u00e9\ud83d\ude00 \\u00zz \\u{e9} \\"}"#,
    ] {
        assert!(matches!(redacted(body, &redactor), Cow::Borrowed(kept) if kept == body), "{body}");
    }
}

/// Each reading of such a text leaves one escape more to be read.
#[test]
fn what_is_escaped_over_and_over_is_not_read_for_ever_and_not_kept() {
    let body = format!(r#"{{"message":"\u005c{}","fields":1}}"#, "u005c".repeat(100_000));
    assert_eq!(redacted(&body, &redactor("s3cret")), r#"{"message":"••••","fields":1}"#);
}

proptest! {
    #[test]
    fn neither_what_is_kept_nor_what_its_strings_say_holds_a_secret_in_any_spelling(
        secret in "[a-c\"\\\\é/+~* ]{6,9}|[a-c\"\\\\é/+~* ]{24,30}",
        nth in any::<prop::sample::Index>(),
        layers in 0..3_usize,
    ) {
        let redactor = redactor(&secret);
        let spellings: Vec<String> =
            encodings::of(&secret).iter().map(|bytes| String::from_utf8(bytes.to_vec()).unwrap()).collect();
        let inner = |text: String, _| json!({ "x": text, "y": [1] }).to_string();
        let text = (0..layers).fold(format!("<{}>", nth.get(&spellings)), inner);
        let values = json!({ "message": text, "fields": { "a": [text], (text.clone()): 1 }, "icons": text });
        let by_letter = format!("{{\"message\":\"{0}\",\"fields\":\"{0}\"}}", escaped(&text));
        for body in [values.to_string(), values.to_string().replace('/', "\\/"), by_letter] {
            let kept = redacted(&body, &redactor);
            prop_assert!(serde_json::from_str::<Value>(&kept).is_ok(), "{}", kept);
            for text in said(&kept) {
                let found = spellings.iter().find(|spelling| text.contains(spelling.as_str()));
                prop_assert_eq!(found, None, "{} of {}", text, kept);
            }
        }
    }
}
