use proptest::prelude::*;
use serde_json::json;

use super::*;

fn shape(reply: &str) -> Value {
    shape_of(json::check(reply).unwrap(), |code| code == 1044 || code == 200)
}

#[test]
fn a_reply_is_shown_by_its_keys_types_and_lengths() {
    let reply = r#"{"status":"success","code":200,"data":[
        {"agentName":"Asha","ext":"101","since":1754661511,"talkTime":12.5,"onCall":true,"queue":null,"tags":[]},
        {"agentName":"Ravi Kumar","ext":"7","since":1754661512,"talkTime":-3,"queue":{"queueId":"q1"},"tags":["a","bb"]}
    ],"updated_at":"2025-08-08 19:28:31","raw":"{\"callId\":\"c1\"}"}"#;
    assert_eq!(
        shape(reply),
        json!({
            "status": "success",
            "code": 200,
            "data": ["<2 items>", {
                "agentName": "string(4, letters) | string(10, words)",
                "ext": "string(1 to 3, digits)",
                "onCall?": "boolean",
                "queue": {"<one of>": ["null", {"queueId": "string(2, letters and digits)"}]},
                "since": "number(10 digits, like Unix seconds)",
                "tags": ["<0 to 2 items>", "string(1 to 2, letters)"],
                "talkTime": "number(3 digits, decimal) | number(1 digit, integer, negative)",
            }],
            "raw": {"<JSON in a string>": {"callId": "string(2, letters and digits)"}},
            "updated_at": "string(19, YYYY-MM-DD HH:MM:SS)",
        })
    );
}

#[test]
fn an_error_keeps_its_code_and_loses_its_message() {
    let reply = r#"{"status":"error","code":1044,"message":"SSID file of 919812345678 does not exist"}"#;
    assert_eq!(shape(reply), json!({"status": "error", "code": 1044, "message": "string(33 to 64, words)"}));
    assert_eq!(
        shape(r#"{"status":"asha","code":4711,"errCode":"1044"}"#),
        json!({"status": "string(4, letters)", "code": "number(4 digits, integer)", "errCode": 1044})
    );
    assert_eq!(
        shape(r#"{"data":{"code":200,"status":"success"}}"#)["data"]["code"],
        "number(3 digits, integer)"
    );
}

#[test]
fn forms_of_times_and_texts_are_recognised() {
    for (value, shown) in [
        (r#""2025-08-08T19:28:31+05:30""#, "string(25, RFC 3339)"),
        (r#""2025-08-08""#, "string(10, YYYY-MM-DD)"),
        (r#""08-08-2025""#, "string(10, DD-MM-YYYY)"),
        (r#""19:28:31""#, "string(8, HH:MM:SS)"),
        (r#""19:28""#, "string(5, HH:MM)"),
        (r#""1754661511""#, "string(10, like Unix seconds)"),
        ("1754661511518", "number(13 digits, like Unix milliseconds)"),
        (r#""9812345678""#, "string(10, digits)"),
        ("9812345678", "number(10 digits, integer)"),
        (r#""+91 98123-45678""#, "string(15, digits and signs)"),
        (r#""65ab0123456789abcdef0123""#, "string(24, hexadecimal)"),
        (r#""https://x.example/y""#, "string(19, URL)"),
        (r#""asha@x.example""#, "string(14, no spaces)"),
        (r#""आशा शर्मा""#, "string(9, beyond ASCII)"),
        (r#""""#, "string(empty)"),
        ("null", "null"),
        ("1e3", "number(2 digits, with an exponent)"),
    ] {
        assert_eq!(shape(&format!(r#"{{"status":{value}}}"#))["status"], shown, "{value}");
    }
    let long = format!(r#"{{"status":"{}"}}"#, "a b".repeat(30));
    assert_eq!(shape(&long)["status"], "string(65 to 128, words)");
}

#[test]
fn keys_that_are_data_are_not_shown() {
    for (reply, shown) in [
        (r#"{"asha":3,"ravi":5}"#, json!({"<2 keys>": "number(1 digit, integer)"})),
        (
            r#"{"101":{"calls":3},"total":{"calls":4}}"#,
            json!({
                "total": {"calls": "number(1 digit, integer)"}, "<1 key>": {"calls": "number(1 digit, integer)"}
            }),
        ),
        (
            r#"{"agentAsha":{"calls":1},"agentRavi":{"calls":2},"agentMeena":{"calls":3}}"#,
            json!({
                "<3 keys>": {"calls": "number(1 digit, integer)"}
            }),
        ),
        (
            r#"{"total":1,"Asha":"x","919812345678":true,"asha@x":1.5,"आशा":null}"#,
            json!({
                "total": "number(1 digit, integer)",
                "<4 keys>": "boolean | null | number(2 digits, decimal) | string(1, letters)",
            }),
        ),
        (
            r#"{"status":"x","names":["Asha"],"asha":{"calls":1}}"#,
            json!({
                "status": "string(1, letters)",
                "names": ["<1 item>", "string(4, letters)"],
                "<1 key>": {"calls": "number(1 digit, integer)"},
            }),
        ),
        (
            r#"{"incoming":3,"xfers":4}"#,
            json!({
                "incoming": "number(1 digit, integer)", "xfers": "number(1 digit, integer)"
            }),
        ),
    ] {
        assert_eq!(shape(reply), shown, "{reply}");
    }
}

/// A text that no list of words has; short ones count too.
const PLANTED: &str = "[zqxj]{2,6}[0-9]{0,12}|[zqxj]{3} [zqxj]{3}|Zq[zqxj]{1,4}";

fn planted() -> impl Strategy<Value = Value> {
    let leaf =
        prop_oneof![PLANTED.prop_map(Value::from), Just(Value::Null), any::<bool>().prop_map(Value::from)];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let map = proptest::collection::btree_map("[kvwy]{2,6}", inner.clone(), 0..4)
            .prop_map(|members| Value::Object(members.into_iter().collect()));
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            map,
            inner.prop_map(|inside| Value::from(inside.to_string())),
        ]
    })
}

fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => {
            found.push(text.clone());
            if let Ok(inside) = serde_json::from_str(text) {
                texts(&inside, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(members) => members.values().for_each(|item| texts(item, found)),
        _ => {}
    }
}

proptest! {
    #[test]
    fn no_text_of_a_reply_comes_out(value in planted(), other in planted()) {
        let reply = json!({"status": value, "data": [other, value]});
        let written = shape(&reply.to_string()).to_string();
        let mut found = vec![];
        texts(&reply, &mut found);
        for text in found.iter().filter(|text| text.contains(['z', 'q', 'x', 'j'])) {
            prop_assert!(!written.contains(text.as_str()), "{text:?} of {reply} is in {written}");
        }
    }

    #[test]
    fn a_map_by_names_shows_none_of_them(
        names in proptest::collection::btree_set("[zqxj]{2,8}", 1..8), number in any::<u32>()
    ) {
        let map: Map<String, Value> = names.iter().map(|name| (name.clone(), Value::from(number))).collect();
        let written = shape(&json!({"data": map}).to_string()).to_string();
        prop_assert!(names.iter().all(|name| !written.contains(name.as_str())), "{written}");
        prop_assert!(!written.contains(&number.to_string()) || number < 10, "{written}");
    }

    #[test]
    fn the_order_of_keys_makes_no_difference(names in proptest::collection::vec("[a-z]{1,9}", 0..9)) {
        let write = |names: &mut dyn Iterator<Item = &String>| {
            let map: Map<String, Value> = names.map(|name| (name.clone(), Value::from(name.len()))).collect();
            shape(&json!({"total": "x", "data": map}).to_string()).to_string()
        };
        prop_assert_eq!(write(&mut names.iter()), write(&mut names.iter().rev()));
    }
}
