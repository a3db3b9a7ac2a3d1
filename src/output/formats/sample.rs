//! A small document, its reports and presentations, for the tests of this layer.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde_json::Map;

use crate::output::presentation::{Format, Presentation};
use crate::output::text::style::Tint;
use crate::report::{Document, Field, Meaning, Raw, Report, Row, Shape, ShowUnnamed, Shown, Value};

pub(crate) static CALLS: Document = Document {
    name: "calls",
    rows_key: "calls",
    head: &[],
    fields: &[
        field("profile", "PROFILE", Meaning::Name, Shown::WhenVaried(4)),
        field("time", "TIME", Meaning::Time, Shown::Always(0)),
        field("kind", "KIND", Meaning::Kind, Shown::Always(1)),
        field("customer", "CUSTOMER", Meaning::Phone, Shown::WhenSaid(3)),
        field("message", "MESSAGE", Meaning::Text, Shown::Always(2)),
        field("on_break", "ON BREAK", Meaning::State, Shown::WhenSaid(6)),
        field("remaining", "LEFT", Meaning::Remaining, Shown::WhenSaid(5)),
        field("call_id", "CALL", Meaning::Id, Shown::OnRequest),
        field("icons", "ICONS", Meaning::Icons, Shown::WhenSaid(7)),
        field("fields", "FIELDS", Meaning::Raw, Shown::OnRequest),
    ],
    tail: &[],
    shape: Shape::List,
    has_failures: false,
    unnamed: Some(show_unnamed),
    empty: "no calls in this time",
};

const fn field(key: &'static str, title: &'static str, meaning: Meaning, shown: Shown) -> Field {
    Field { key, title, meaning, shown, about: "" }
}

fn show_unnamed<'r>(rows: &'r [Row], show: &mut ShowUnnamed<'_, 'r>) {
    for (at, row) in rows.iter().enumerate() {
        let Some(Value::Raw(raw)) = row.0.last() else { continue };
        let fields: Map<String, serde_json::Value> = serde_json::from_str(raw.get()).unwrap_or_default();
        for (key, value) in fields {
            match value {
                serde_json::Value::String(text) => show(at, key.into(), text.into()),
                serde_json::Value::Number(number) => show(at, key.into(), number.to_string().into()),
                _ => {}
            }
        }
    }
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

/// A call that says nothing but when it was, of what kind, and its message.
pub(crate) fn call(seconds_ago: i64, kind: &str, message: &str) -> Row {
    Row(vec![
        Value::Text("asha".into()),
        Value::Time(now() - SignedDuration::from_secs(seconds_ago)),
        Value::Text(kind.into()),
        Value::Absent,
        Value::Text(message.into()),
        Value::Absent,
        Value::Absent,
        Value::Absent,
        Value::RawList { label: "".into(), items: Box::default() },
        Value::Absent,
    ])
}

impl Row {
    /// The same row with another value under a key of [`CALLS`].
    pub(crate) fn with(mut self, key: &str, value: Value) -> Self {
        let index = CALLS.fields.iter().position(|field| field.key == key).expect("a known key");
        self.0[index] = value;
        self
    }
}

pub(crate) fn report(rows: Vec<Row>) -> Report {
    Report {
        document: &CALLS,
        head: Vec::new(),
        rows,
        tail: Vec::new(),
        single: false,
        failures: Vec::new(),
        sentence: None,
        notes: Vec::new(),
    }
}

pub(crate) fn terminal(width: usize) -> Presentation {
    Presentation { terminal: true, width: Some(width), ..piped() }
}

pub(crate) fn piped() -> Presentation {
    Presentation {
        format: Format::Table,
        terminal: false,
        width: None,
        color: false,
        zone: india(),
        now: now(),
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
