use std::borrow::Cow;

use proptest::prelude::*;

use super::{Role, mask_free_text, mask_json, mask_phone, mask_text};
use crate::report::Meaning;

#[test]
fn a_phone_number_keeps_its_shape_and_its_last_three_digits() {
    for (phone, masked) in [
        ("919876543210", "•••••••••210"),
        ("+91 98765 43210", "+•• ••••• ••210"),
        ("(022) 2345-6789", "(•••) ••••-•789"),
        ("९८७६५४३२१०", "•••••••२१०"),
        ("101", "101"),
        ("anonymous", "anonymous"),
        ("", ""),
    ] {
        assert_eq!(mask_phone(phone), masked);
    }
}

#[test]
fn phone_numbers_are_found_in_any_text() {
    for (text, masked) in [
        ("Missed call from 919876543210.", "Missed call from •••••••••210."),
        ("call +91 98765 43210 back", "call +•• ••••• ••210 back"),
        ("call +91-98765-43210, or (022) 2345 6789!", "call +••-•••••-••210, or (•••) •••• •789!"),
        ("+1 (555) 010-0199", "+• (•••) •••-•199"),
        ("9876543210/9123456780", "•••••••210/•••••••780"),
        ("9876543210 9123456780", "•••••••210 •••••••780"),
        ("98765 43210 91234 56780", "••••• ••210 ••••• ••780"),
        ("9876543210-9123456780", "•••••••210-•••••••780"),
        ("Phone:9876543210", "Phone:•••••••210"),
        ("tel9876543210x12", "tel•••••••210x12"),
        ("rec_919876543210_2.mp3", "rec_•••••••••210_2.mp3"),
        ("{\"number\":919876543210}", "{\"number\":\"•••••••••210\"}"),
        (
            "POST x: body {\"t\":1764000000,\"to\":9876543210}\n",
            "POST x: body {\"t\":1764000000,\"to\":\"•••••••210\"}\n",
        ),
        ("{\"cut\":[1764000000,", "{\"cut\":[•••••••000,"),
        ("http://[::1]/ [1764000000, 9876543210]", "http://[::1]/ [1764000000, \"•••••••210\"]"),
        ("sip:919876543210@host", "sip:•••••••••210@host"),
        ("नंबर9876543210पर", "नंबर•••••••210पर"),
        ("कॉल ९८७६५४३२१० से", "कॉल •••••••२१० से"),
        ("at 10:15 98 76 54 32 10", "at 10:15 •• •• •• •2 10"),
        ("98765.43210 or 987.654.3210", "•••••.••210 or •••.•••.•210"),
        ("+91.98765.43210", "+••.•••••.••210"),
        ("98765\u{200b}43210 98765\u{ad}-43210", "•••••\u{200b}••210 •••••\u{ad}-••210"),
        ("98765/43210 or +91 98765/43210", "•••••/••210 or +•• •••••/••210"),
        ("987654/32109, 9876543210/22", "••••••/••109, •••••••210/22"),
        ("2345678/2345679", "••••678/••••679"),
        ("2345678", "••••678"),
        ("1764000000", "•••••••000"),
    ] {
        assert_eq!(mask_free_text(text), masked);
    }
}

#[test]
fn other_digits_are_left_alone() {
    for text in [
        "2026-11-23T10:15:30+05:30",
        "2026-11-23 10:15:30.123456 UTC",
        "from 23-11-2026 10:15 to 24-11-2026 11:15",
        "23/11/2026 1015",
        "11/2026/12345 and 261123/101530",
        "12345/2026 12345/678/12345",
        "on 20261123 at 20261123101530 and 20261123T101530Z",
        "5f3a9c0b1234567890abcdef",
        "id 1234567890123456",
        "a1b2c3d4-5678-1234-9876-123456789012",
        "abcdefab-5678-1234-9876-123456789012",
        "192.168.100.200 and 1764000000.123",
        "1,234,567,890",
        "12.9715987 and 103.8198320",
        "1.234.567.890 and 12345.6789",
        "version 1.22.333.4444",
        "1 of 2, 3 of 4, 5 of 6, 7 of 8",
        "10 15 20 25",
        "agent 101 waited 300 s",
        "A98-76543",
    ] {
        assert!(matches!(mask_free_text(text), Cow::Borrowed(same) if same == text), "{text}");
    }
}

#[test]
fn the_meaning_of_a_field_decides() {
    let phone = "call 12345 98765";
    assert_eq!(mask_text("x12345", Meaning::Phone), "x••345");
    assert_eq!(mask_text(phone, Meaning::Text), "call ••••• ••765");
    assert_eq!(mask_text("9876543210", Meaning::Id), "9876543210");
    assert_eq!(mask_text("r1.+919876543210", Meaning::Id), "r1.+•••••••••210");
    assert_eq!(
        mask_text("9876543210, 1764000000, 98765 43210", Meaning::Icons),
        "•••••••210, 1764000000, ••••• ••210"
    );
    assert_eq!(mask_text("9876543210", Meaning::Name), "9876543210");
}

#[test]
fn json_is_masked_by_key_and_by_shape_and_keeps_every_other_byte() {
    for (json, masked) in [
        (r#"{"cNumber" : "919876543210", "a":1e400}"#, r#"{"cNumber" : "•••••••••210", "a":1e400}"#),
        (r#"{"cNumber10":9876543210,"b":-0}"#, r#"{"cNumber10":"•••••••210","b":-0}"#),
        (
            r#"{"phones":["98765",{"mobile_no":9876543210}]}"#,
            r#"{"phones":["••765",{"mobile_no":"•••••••210"}]}"#,
        ),
        (r#"{"message":"call \u0039876543210 \u001b"}"#, r#"{"message":"call •••••••210 \u001b"}"#),
        (r#"{"919876543210":{"x":1}}"#, r#"{"•••••••••210":{"x":1}}"#),
        (
            r#"[{"customer":{"total":9876543210}},[9876543210]]"#,
            r#"[{"customer":{"total":9876543210}},["•••••••210"]]"#,
        ),
        (r#"{"did":"\ud800 9876543210"}"#, r#"{"did":"•••"}"#),
        (r#"{"note":"\"9876543210\""}"#, r#"{"note":"\"•••••••210\""}"#),
    ] {
        assert_eq!(mask_json(json, "fields"), masked);
    }
}

#[test]
fn json_keeps_times_and_identifiers() {
    for json in [
        r#"{"time":1764000000,"wrapETime":"1764000000","created_at":"1764000000000","startedAt":"1764000000"}"#,
        r#"{"createdAt":{"$date":{"$numberLong":"1764000000000"}},"expiresOn":"1764000000"}"#,
        r#"{"callId":"17546615115","_id":"5f3a9c0b1234567890abcdef","user_id":"12345678"}"#,
        r#"{"total":9876543210,"18446744073709551616":[]}"#,
        r#"{"numbers":[1,2,3],"number":null,"customer":"Asha"}"#,
        r#"{"meta":{"x":1764000000,"y":"1764000000518","z":[1764000000,1764000000.25],"day":20261123}}"#,
        r#"{"meta":"{\"x\":1764000000}","duration":9876543210,"bytes":"9876543210","retryCount":9876543210}"#,
        "null",
    ] {
        assert!(matches!(mask_json(json, "detail"), Cow::Borrowed(same) if same == json), "{json}");
    }
}

/// The same value, as a text and as a number, under keys of each sort.
#[test]
fn a_number_is_judged_as_its_text_is_and_becomes_a_string() {
    let plain = ["from", "to", "x", "src", "orderNumber", "agentName", "iconId", "iconIds", "0"];
    let phone = [
        "altContact",
        "alt_contact_no",
        "contact",
        "customer",
        "cNumber10",
        "Caller-ID",
        "secondaryPhone",
        "tel",
        "landline",
        "mobiles",
        "fax2",
        "toNumber",
    ];
    let other =
        ["createdAt", "ts", "call_id", "agentId", "duration", "ms", "total", "retry_count", "expires"];
    let numbers = [
        ("9876543210", "•••••••210"),
        ("919876543210", "•••••••••210"),
        ("2345678", "••••678"),
        ("9876543210.0", "••••••••10.0"),
        ("1722345678", "•••••••678"),
    ];
    for (number, hidden) in numbers {
        let is_time = number.starts_with("17");
        for key in plain {
            for json in [format!("{{\"{key}\":{number}}}"), format!("{{\"{key}\":[\"{number}\"]}}")] {
                let shown = mask_json(&json, "fields");
                assert_eq!(shown.contains(number), is_time, "{json} → {shown}");
                assert_eq!(shown.contains(&format!("\"{hidden}\"")), !is_time, "{json} → {shown}");
            }
        }
        for key in phone {
            for json in [format!("{{\"{key}\":{number}}}"), format!("{{\"{key}\":[\"{number}\"]}}")] {
                let shown = mask_json(&json, "fields");
                assert!(shown.contains(&format!("\"{hidden}\"")), "{json} → {shown}");
            }
        }
        for key in other {
            for json in [format!("{{\"{key}\":{number}}}"), format!("{{\"{key}\":[\"{number}\"]}}")] {
                assert_eq!(mask_json(&json, "fields"), json);
            }
        }
    }
}

#[test]
fn a_path_into_a_value_has_the_role_of_its_place() {
    let json =
        crate::json::Raw::of(r#"{"phones":[{"x":"1"},"2"],"at":{"$date":{"$numberLong":"3"}},"0":[4]}"#);
    for (path, role) in [
        ("phones", Role::Phone),
        ("phones.1", Role::Phone),
        ("phones.0.x", Role::Plain),
        ("at.$date.$numberLong", Role::Other),
        ("0.0", Role::Plain),
        ("nothing.at", Role::Other),
    ] {
        let path: Vec<String> = path.split('.').map(str::to_owned).collect();
        assert_eq!(Role::Plain.along(&json, &path), role, "{path:?}");
    }
}

#[test]
fn the_key_of_the_whole_counts_too() {
    assert_eq!(mask_json("919876543210", "customer"), "\"•••••••••210\"");
    assert_eq!(mask_json("[\"9876543210\"]", "callers"), "[\"•••••••210\"]");
    assert_eq!(mask_json("\"1764000000\"", "time"), "\"1764000000\"");
}

proptest! {
    #[test]
    fn no_bare_number_of_ten_to_fifteen_digits_gets_through(
        before in "[ क:,;(\"]{0,3}", number in "[1-9][0-9]{9,14}", after in "[ क,;)\"]{0,3}"
    ) {
        prop_assume!(number.len() != 14);
        let text = format!("{before}{number}{after}");
        let shown = format!("{}{}", "•".repeat(number.len() - 3), &number[number.len() - 3..]);
        prop_assert_eq!(mask_free_text(&text), format!("{before}{shown}{after}"));
    }

    #[test]
    fn masking_changes_nothing_but_digits(text in "[0-9+() a-f:./-]{0,60}") {
        let masked = mask_free_text(&text);
        prop_assert_eq!(masked.chars().count(), text.chars().count());
        for (was, is) in text.chars().zip(masked.chars()) {
            prop_assert!(was == is || (is == '•' && was.is_numeric()));
        }
    }

    #[test]
    fn masked_json_is_json_of_the_same_shape(
        keys in prop::collection::vec("cNumber|time|note|[a-z]{1,4}", 1..4),
        values in prop::collection::vec("[0-9]{1,17}|\"[0-9 a-c]{0,14}\"|\\[1,\"9876543210\"\\]", 4),
    ) {
        let members: Vec<_> = keys.iter().zip(&values).map(|(key, value)| {
            let value = if value.starts_with('0') { "7" } else { value };
            format!("\"{key}\":{value}")
        }).collect();
        let json = format!("{{{}}}", members.join(" , "));
        let masked: serde_json::Map<_, _> = serde_json::from_str(&mask_json(&json, "fields")).unwrap();
        let plain: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&json).unwrap();
        prop_assert!(masked.keys().eq(plain.keys()));
    }
}
