//! A small document with reports and presentations, for the tests of `output`.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use proptest::prelude::*;
use serde_json::Map;

use crate::json::Raw;
use crate::output::presentation::{Format, Presentation, TimeStyle};
use crate::output::text::style::Tint;
use crate::report::{Document, ExtraFields, Field, Meaning, RawList, Report, Row, Shape, Shown, Value};

pub(crate) static CALLS: Document = Document {
    name: "calls",
    rows_key: "calls",
    head: &[],
    fields: &[
        field("profile", "PROFILE", Meaning::Name, Shown::WhenDifferent(4)),
        field("time", "TIME", Meaning::Time, Shown::Always(0)),
        field("kind", "KIND", Meaning::Kind, Shown::Always(1)),
        field("customer", "CUSTOMER", Meaning::Phone, Shown::WhenPresent(3)),
        field("message", "MESSAGE", Meaning::Text, Shown::Always(2)),
        field("on_break", "ON BREAK", Meaning::State, Shown::WhenPresent(6)),
        field("remaining", "LEFT", Meaning::Remaining, Shown::WhenPresent(5)),
        field("call_id", "CALL", Meaning::Id, Shown::OnRequest),
        field("icons", "ICONS", Meaning::Icons, Shown::WithRoom(7)),
        field("fields", "FIELDS", Meaning::Raw, Shown::OnRequest),
    ],
    tail: &[],
    shape: Shape::List,
    has_failures: false,
    extra_fields: Some(extra_fields),
    empty: "no calls in this time",
};

const fn field(key: &'static str, title: &'static str, meaning: Meaning, shown: Shown) -> Field {
    Field { key, title, meaning, shown, about: "" }
}

fn extra_fields(row: &Row) -> ExtraFields {
    let Value::Raw(raw) = row.get("fields") else { return Vec::new() };
    let fields: Map<String, serde_json::Value> = serde_json::from_str(raw.get()).unwrap_or_default();
    let text = |value| match value {
        serde_json::Value::String(text) => Some(text),
        serde_json::Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    fields.into_iter().filter_map(|(key, value)| Some((key, text(value)?))).collect()
}

pub(crate) fn now() -> Timestamp {
    "2026-11-23T13:30:00+05:30".parse().expect("a moment")
}

pub(crate) fn india() -> TimeZone {
    TimeZone::posix("IST-5:30").expect("a zone")
}

pub(crate) fn raw(json: &str) -> Raw {
    Raw::of(json)
}

/// A call with its time, kind and message only.
pub(crate) fn call(seconds_ago: i64, kind: &str, message: &str) -> Row {
    Row::new(CALLS.fields)
        .with("profile", "asha")
        .with("time", now() - SignedDuration::from_secs(seconds_ago))
        .with("kind", kind)
        .with("message", message)
        .with("icons", RawList { label: "".into(), items: Vec::new() })
}

/// What supervisors see on a good day and on a bad one.
pub(crate) fn floor() -> Report {
    report(vec![
        call(30, "missed_call", "Called twice, wants to be rung back before six")
            .with("customer", text("919876543210"))
            .with("fields", Value::Raw(raw(r#"{"queue":"sales"}"#))),
        call(200, "Callback", "नमस्ते, कृपया वापस कॉल करें")
            .with("profile", text("रवि"))
            .with("remaining", Value::Seconds(-45)),
        call(4000, "incoming", "日本語のとても長いメッセージです").with("on_break", Value::Flag(true)),
        call(90_000, "note", "👨‍👩‍👧‍👦 plan \u{1b}[2J\u{202e}evil\nerror: fake row")
            .with("customer", text("+91 98765 43210"))
            .with("on_break", Value::Flag(false)),
    ])
}

pub(crate) fn text(text: &str) -> Value {
    Value::Text(text.into())
}

/// Texts of many scripts, and hostile ones.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        ".{0,40}",
        "[a-zA-Z ,]{0,60}",
        "[\u{1b}\u{9b}\r\n\t\u{7f}\u{202e}\u{200d}\u{301}\u{fe0f}a ]{0,30}",
        "[अआइकखगनमरलसह्ािीुे ]{0,30}",
        "[日本語中文ＡＢ👨👩👧🏽❤🇮🇳\u{200d}\u{fe0f}]{0,20}",
        "[صلاحمد ]{0,20}",
    ]
}

pub(crate) fn any_calls() -> impl Strategy<Value = Vec<Row>> {
    let row =
        (0_i64..200_000, prop::array::uniform4(any_text()), any::<i32>()).prop_map(|(ago, texts, left)| {
            let [kind, message, customer, profile] = texts.each_ref().map(String::as_str);
            call(ago, kind, message)
                .with("customer", text(customer))
                .with("profile", text(profile))
                .with("remaining", Value::Seconds(left.into()))
        });
    prop::collection::vec(row, 0..8)
}

pub(crate) fn report(rows: Vec<Row>) -> Report {
    Report::new(&CALLS, rows)
}

pub(crate) fn terminal(width: usize) -> Presentation {
    Presentation { width: Some(width), time: Some(TimeStyle::Relative), ..piped() }
}

pub(crate) fn piped() -> Presentation {
    Presentation {
        format: Format::Table,
        width: None,
        color: false,
        zone: india(),
        now: now(),
        time: None,
        mask: false,
        headers: true,
        columns: None,
        guard: true,
    }
}

/// The text without our own colour codes; any other escape sequence stays in it.
pub(crate) fn without_colour(text: &str) -> String {
    Tint::ALL.iter().fold(text.replace("\u{1b}[0m", ""), |text, tint| {
        let codes = tint.style().render().to_string();
        if codes.is_empty() { text } else { text.replace(&codes, "") }
    })
}
