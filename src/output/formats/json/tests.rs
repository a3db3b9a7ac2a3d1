use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use jiff::tz::{Offset, TimeZone};
use proptest::prelude::*;
use serde_json::json;

use super::{Layout, write_document, write_ndjson, write_problem, write_raw, write_string};
use crate::json::{Raw, any_json};
use crate::output::payloads::{assert_harmless, payloads};
use crate::report::{Document, Field, Meaning, Problem, RawList, Report, Row, Shape, Shown, Value};

const fn field(key: &'static str, meaning: Meaning) -> Field {
    Field { key, title: "", meaning, shown: Shown::OnRequest, about: "" }
}

static TAGS: Document = Document {
    name: "tags",
    rows_key: "tags",
    head: &[field("as_of", Meaning::Time)],
    fields: &[
        field("profile", Meaning::Name),
        field("time", Meaning::Time),
        field("message", Meaning::Text),
        field("customer", Meaning::Phone),
        field("left", Meaning::Remaining),
        field("on_break", Meaning::State),
        field("icons", Meaning::Icons),
        field("fields", Meaning::Raw),
    ],
    tail: &[field("icons", Meaning::Icons)],
    shape: Shape::List,
    has_failures: true,
    extra_fields: None,
    empty: "no tags",
};

fn raw(json: &str) -> Raw {
    Raw::of(json)
}

fn time(text: &str) -> Value {
    Value::Time(text.parse().unwrap())
}

fn icons(items: &[&str]) -> Value {
    RawList { label: "".into(), items: items.iter().map(|item| raw(item)).collect() }.into()
}

fn row(message: &str, fields: &str) -> Row {
    Row::new(TAGS.fields)
        .with("profile", "asha")
        .with("time", time("2026-11-23T04:45:30.5Z"))
        .with("message", message)
        .with("customer", "919876543210")
        .with("left", Value::Seconds(-7))
        .with("on_break", true)
        .with("icons", icons(&["{ \"name\" : \"star\" }"]))
        .with("fields", raw(fields))
}

fn report(rows: Vec<Row>) -> Report {
    let head = Row::new(TAGS.head).with("as_of", time("2026-11-23T04:46:00Z"));
    let tail = Row::new(TAGS.tail).with("icons", icons(&[]));
    Report { head, tail, ..Report::new(&TAGS, rows) }
}

fn problem() -> Problem {
    Problem {
        profile: Some("ravi".to_owned()),
        kind: "sign_in",
        code: Some(1044),
        message: "session of 9876543210 is gone\n".to_owned(),
        causes: vec!["first".to_owned(), "second".to_owned()],
        hints: vec!["run `deepcall login`".to_owned(), "or wait".to_owned()],
    }
}

fn ist() -> TimeZone {
    TimeZone::fixed(Offset::from_seconds(19_800).unwrap())
}

fn document(report: &Report, mask: bool, layout: Layout) -> String {
    let mut out = Vec::new();
    write_document(report, &ist(), mask, layout, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

const ROW: &str = r#"{"profile":"asha","time":"2026-11-23T10:15:30.500+05:30","message":"hi","customer":"919876543210","left":-7,"on_break":true,"icons":[{"name":"star"}],"fields":{"n":1e400,"a":-0}}"#;

#[test]
fn a_list_is_one_object_with_its_keys_in_order() {
    let mut report = report(vec![row("hi", "{\"n\": 1e400,\n\"a\": -0}")]);
    report.failures.problems.push(problem());
    report.failures.problems.push(Problem { profile: None, code: None, hints: Vec::new(), ..problem() });
    let failures = r#"[{"profile":"ravi","kind":"sign_in","code":1044,"message":"session of 9876543210 is gone\n","hint":"run `deepcall login`; or wait"},{"profile":null,"kind":"sign_in","code":null,"message":"session of 9876543210 is gone\n","hint":null}]"#;
    let expected = format!(
        "{{\"as_of\":\"2026-11-23T10:16:00.000+05:30\",\"tags\":[{ROW}],\"icons\":[],\"failures\":{failures}}}\n"
    );
    assert_eq!(document(&report, false, Layout::Compact), expected);
}

#[test]
fn an_absent_value_is_null_and_no_rows_are_an_empty_list() {
    let mut report = report(Vec::new());
    report.head = Row::new(TAGS.head);
    let empty = "{\"as_of\":null,\"tags\":[],\"icons\":[],\"failures\":[]}\n";
    assert_eq!(document(&report, false, Layout::Compact), empty);
    report.rows = vec![Row::new(TAGS.fields)];
    report.single = true;
    let row: serde_json::Value = serde_json::from_str(&document(&report, false, Layout::Compact)).unwrap();
    assert_eq!(row["fields"], json!(null));
    assert_eq!(row.as_object().unwrap().len(), TAGS.fields.len());
}

#[test]
fn a_single_report_is_the_row_itself() {
    let mut report = report(vec![row("hi", "{\"n\":1e400,\"a\":-0}")]);
    report.single = true;
    assert_eq!(document(&report, false, Layout::Compact), format!("{ROW}\n"));
}

#[test]
fn ndjson_is_one_row_a_line() {
    let mut out = Vec::new();
    let row = || row("hi", "{\"n\":1e400,\"a\":-0}");
    write_ndjson(&report(vec![row(), row()]), &ist(), false, &mut out).unwrap();
    assert_eq!(String::from_utf8(out).unwrap(), format!("{ROW}\n{ROW}\n"));
}

#[test]
fn an_indented_document_reads_well() {
    let row = Row::new(TAGS.fields).with("profile", "asha").with("fields", raw("{\"a\":[1]}"));
    let mut report = report(vec![row]);
    report.tail = report.tail.with("icons", icons(&["{\"b\":2}"]));
    let expected = r#"{
  "as_of": "2026-11-23T10:16:00.000+05:30",
  "tags": [
    {
      "profile": "asha",
      "time": null,
      "message": null,
      "customer": null,
      "left": null,
      "on_break": null,
      "icons": null,
      "fields": {
        "a": [
          1
        ]
      }
    }
  ],
  "icons": [
    {
      "b": 2
    }
  ],
  "failures": []
}
"#;
    assert_eq!(document(&report, false, Layout::Indented), expected);
}

#[test]
fn a_mask_hides_numbers_everywhere() {
    let fields = r#"{"cNumber":919876543210,"time":1764000000,"text":"call 9876543210"}"#;
    let row = row("from 9876543210", fields)
        .with("customer", Value::Number(919_876_543_210))
        .with("icons", icons(&["{\"phone\":\"9876543210\"}"]));
    let mut report = report(vec![row]);
    report.failures.problems.push(problem());
    let masked = document(&report, true, Layout::Compact);
    assert!(!masked.contains("876543"), "{masked}");
    assert_eq!(masked.matches("•210").count(), 6, "{masked}");
    assert!(masked.contains("1764000000"), "{masked}");
}

#[test]
fn a_problem_is_one_line() {
    let written = |mask| {
        let mut out = Vec::new();
        write_problem(&problem(), mask, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    let expected = r#"{"error":{"kind":"sign_in","code":1044,"message":"session of 9876543210 is gone\n","causes":["first","second"],"hints":["run `deepcall login`","or wait"],"profile":"ravi"}}"#;
    assert_eq!(written(false), format!("{expected}\n"));
    assert_eq!(written(true), format!("{}\n", expected.replace("9876543210", "•••••••210")));
}

#[test]
fn every_payload_is_harmless_in_every_place() {
    for (name, text) in payloads() {
        let server = serde_json::to_string(&text).unwrap();
        let mut report = report(vec![row(&text, &server)]);
        report.failures.problems.push(Problem {
            message: text.clone(),
            hints: vec![text.clone()],
            ..problem()
        });
        for layout in [Layout::Compact, Layout::Indented] {
            let written = document(&report, false, layout);
            assert_harmless("json", name, &written);
            let read: serde_json::Value = serde_json::from_str(&written).unwrap();
            assert_eq!(read["tags"][0]["message"], text, "{name}");
            assert_eq!(read["tags"][0]["fields"], text, "{name}");
            assert_eq!(read["failures"][0]["hint"], text, "{name}");
        }
        let mut lines = Vec::new();
        write_ndjson(&report, &ist(), false, &mut lines).unwrap();
        let lines = String::from_utf8(lines).unwrap();
        assert_harmless("ndjson", name, &lines);
        assert_eq!(lines.matches('\n').count(), 1, "{name}");
    }
}

#[test]
fn many_rows_are_written_in_linear_time() {
    let fields =
        r#"{"_id":"5f3a9c0b1234567890abcdef","message":"Missed call","cNumber":"919876543210","n":1}"#;
    let report = report(vec![row("Missed call from the main queue", fields); 20_000]);
    for mask in [false, true] {
        let (sender, written) = channel();
        let report = report.clone();
        thread::spawn(move || sender.send(document(&report, mask, Layout::Compact).len()));
        // A time that grows with the square of the rows would be an hour.
        assert!(written.recv_timeout(Duration::from_secs(60)).is_ok_and(|length| length > 5_000_000));
    }
}

proptest! {
    #[test]
    fn what_the_server_wrote_means_the_same_in_every_layout(value in any_json(), message in any::<String>()) {
        let report = report(vec![row(&message, &serde_json::to_string_pretty(&value).unwrap())]);
        for layout in [Layout::Compact, Layout::Indented] {
            let written = document(&report, false, layout);
            let read: serde_json::Value = serde_json::from_str(&written).unwrap();
            prop_assert_eq!(&read["tags"][0]["fields"], &value);
            prop_assert_eq!(&read["tags"][0]["message"], &message);
            prop_assert_eq!(read["tags"][0]["time"].as_str(), Some("2026-11-23T10:15:30.500+05:30"));
        }
    }
}

fn passed(json: &str, layout: Layout) -> String {
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
fn every_payload_is_harmless_and_means_the_same() {
    for (name, text) in payloads() {
        let own = own_string(&text);
        assert_harmless("write_string", name, &own);
        assert_eq!(serde_json::from_str::<String>(&own).unwrap(), text, "{name}");
        let server = json!(text).to_string();
        for layout in [Layout::Compact, Layout::Indented] {
            let passed = passed(&server, layout);
            assert_harmless("write_raw", name, &passed);
            assert_eq!(serde_json::from_str::<String>(&passed).unwrap(), text, "{name}");
        }
    }
}

proptest! {
    #[test]
    fn every_layout_and_every_string_is_harmless(value in any_json(), text in any::<String>()) {
        for json in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
            assert_harmless("write_raw", "generated", &passed(&json, Layout::Compact));
            assert_harmless("write_raw", "generated", &passed(&json, Layout::Indented));
        }
        assert_harmless("write_string", "generated", &own_string(&text));
    }
}
