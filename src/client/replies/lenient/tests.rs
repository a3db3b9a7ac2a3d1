use proptest::prelude::*;

use super::*;
use crate::json::Raw;

fn raw(json: &str) -> Raw {
    Raw::of(json)
}

#[test]
fn text_is_read_from_whatever_holds_it() {
    let table = [
        (r#""asha""#, Some("asha")),
        (r#""""#, None),
        (r#"" ""#, Some(" ")),
        (r#""00123""#, Some("00123")),
        ("123", Some("123")),
        ("1.50", Some("1.50")),
        ("18446744073709551616", Some("18446744073709551616")),
        ("true", None),
        ("null", None),
        ("[]", None),
        ("{}", None),
        (r#"{"$oid":"65ab"}"#, Some("65ab")),
        (r#"{"$numberLong":"12"}"#, Some("12")),
        (r#"{"$oid":{"$oid":"65ab"}}"#, None),
        (r#"{"$oid":"65ab","more":1}"#, None),
        (r#"{"name":"asha"}"#, None),
        (r#""\u0000a""#, Some("\0a")),
    ];
    for (json, wanted) in table {
        assert_eq!(text(&raw(json)).as_deref(), wanted, "{json}");
    }
}

#[test]
fn a_flag_is_read_from_whatever_holds_it() {
    for json in ["true", "1", "1.0", r#""1""#, r#""true""#, r#""TRUE""#, r#""yes""#, r#"" 1 ""#, "2"] {
        assert_eq!(flag(&raw(json)), Some(true), "{json}");
    }
    for json in ["false", "0", "0.0", r#""0""#, r#""false""#, r#""no""#, r#""off""#, "-0"] {
        assert_eq!(flag(&raw(json)), Some(false), "{json}");
    }
    for json in ["null", r#""""#, "[]", "{}", r#""perhaps""#, r#""NaN""#, r#""inf""#] {
        assert_eq!(flag(&raw(json)), None, "{json}");
    }
}

#[test]
fn an_integer_is_read_only_if_nothing_is_lost() {
    let table = [
        ("12", Some(12)),
        (r#""12""#, Some(12)),
        ("12.0", Some(12)),
        ("1.2e1", Some(12)),
        ("-3", Some(-3)),
        ("9223372036854775807", Some(i64::MAX)),
        ("9223372036854775808", None),
        ("1e400", None),
        ("12.5", None),
        (r#""twelve""#, None),
        (r#""""#, None),
        ("null", None),
        ("true", None),
    ];
    for (json, wanted) in table {
        assert_eq!(integer(&raw(json)), wanted, "{json}");
    }
}

#[test]
fn json_in_a_string_is_unpacked() {
    let table = [
        (r#"{"a":1}"#, Some(r#"{"a":1}"#)),
        (r#""{\"a\":1}""#, Some(r#"{"a":1}"#)),
        (r#""[]""#, Some("[]")),
        (r#""null""#, None),
        ("null", None),
        (r#""""#, None),
        (r#""Lunch""#, None),
    ];
    for (json, wanted) in table {
        assert_eq!(structure(&raw(json)).map(|inner| inner.get().to_owned()).as_deref(), wanted, "{json}");
    }
    let damaged = raw(r#""{\"a\":\"\\ud83d\"}""#);
    let unpacked = structure(&damaged).unwrap();
    assert_eq!((unpacked.get(), unpacked.is_mended), (r#"{"a":"\ufffd"}"#, true));
    let deep = serde_json::to_string(&"[".repeat(100_000)).unwrap();
    assert!(structure(&raw(&deep)).is_none());
}

#[test]
fn of_equal_keys_the_last_one_counts() {
    let json = raw(r#"{"a":1,"\u0062":2,"a":3}"#);
    let object = Object::read(&json).unwrap();
    assert_eq!(object.get("a").map(RawValue::get), Some("3"));
    assert_eq!(object.get("b").map(RawValue::get), Some("2"));
    assert!(object.get("c").is_none());
    assert_eq!(object.read_as("a", integer), Some(3));
    assert_eq!(object.read_as("c", integer), None);
}

#[test]
fn an_item_with_too_many_keys_and_a_list_with_too_many_items_are_refused() {
    let item = |keys: usize| {
        let members: Vec<_> = (0..keys).map(|key| format!("\"{key}\":0")).collect();
        raw(&format!("{{{}}}", members.join(",")))
    };
    assert_eq!(Object::read(&item(KEYS_PER_ITEM)).unwrap().0.len(), KEYS_PER_ITEM);
    assert_eq!(
        Object::read(&item(KEYS_PER_ITEM + 1)).unwrap_err().to_string(),
        "an item has more keys than 500"
    );

    let list = |items: usize| raw(&format!("[{}]", vec!["0"; items].join(",")));
    assert_eq!(elements(&list(ITEMS)).unwrap().len(), ITEMS);
    assert_eq!(elements(&list(ITEMS + 1)).unwrap_err().to_string(), "a list has more items than 20000");
}

proptest! {
    #[test]
    fn any_integer_survives_as_number_and_as_text(number: i64) {
        prop_assert_eq!(integer(&raw(&number.to_string())), Some(number));
        prop_assert_eq!(integer(&raw(&format!("\"{number}\""))), Some(number));
        prop_assert_eq!(text(&raw(&number.to_string())), Some(number.to_string()));
    }

    #[test]
    fn any_text_is_read_as_it_is(wanted in "\\PC+") {
        let json = serde_json::to_string(&wanted).unwrap();
        prop_assert_eq!(text(&raw(&json)), Some(wanted));
    }
}
