use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value as Json, json};

use super::schema;
use crate::json::Raw;
use crate::output::formats::json::{Layout, write_document};
use crate::report::{Document, Field, Meaning, Problem, RawList, Report, Row, Shape, Shown, Value};

const fn field(key: &'static str, meaning: Meaning, about: &'static str) -> Field {
    Field { key, title: "", meaning, shown: Shown::OnRequest, about }
}

static TAGS: Document = Document {
    name: "tags",
    rows_key: "tags",
    head: &[field("as_of", Meaning::Time, "when the request was sent")],
    fields: &[
        field("profile", Meaning::Name, "the profile"),
        field("on_break", Meaning::State, "whether on break"),
        field("left", Meaning::Remaining, "seconds left"),
        field("fields", Meaning::Raw, "as the server sent it"),
    ],
    tail: &[field("icons", Meaning::Icons, "icons of no tag")],
    shape: Shape::List,
    has_failures: true,
    extra_fields: None,
    empty: "",
};

static BREAKS: Document = Document {
    name: "break-status",
    rows_key: "break_status",
    shape: Shape::ListOrOne,
    head: &[],
    tail: &[],
    ..TAGS
};

fn report(document: &'static Document, single: bool) -> Json {
    let raw = |json: &str| Raw::of(json);
    let silent = Row::new(document.fields);
    let full = silent.clone().with("profile", "asha").with("on_break", true).with("left", Value::Seconds(7));
    let full = full.with("fields", raw("{\"any\":[1]}"));
    let problem = Problem {
        profile: None,
        kind: "sign_in",
        code: Some(1044),
        message: "gone".to_owned(),
        causes: vec![],
        hints: vec![],
    };
    let rows = if single { vec![full] } else { vec![full, silent] };
    let mut report = Report { single, ..Report::new(document, rows) };
    if document.name == TAGS.name {
        let icons = RawList { label: "".into(), items: [raw("1")].into() };
        report.head = report.head.with("as_of", Timestamp::UNIX_EPOCH);
        report.tail = report.tail.with("icons", icons);
    }
    report.failures.problems =
        vec![problem.clone(), Problem { profile: Some("ravi".to_owned()), code: None, ..problem }];
    let mut out = Vec::new();
    write_document(&report, &TimeZone::UTC, false, Layout::Compact, &mut out).unwrap();
    serde_json::from_slice(&out).unwrap()
}

/// Whether keys that a schema does not name are allowed.
#[derive(Clone, Copy, PartialEq)]
enum OtherKeys {
    /// As the schema has it.
    Allowed,
    /// As this version writes.
    None,
}

/// As much of a validator as these schemas need.
fn fits(value: &Json, schema: &Json, root: &Json, others: OtherKeys) -> bool {
    if let Some(path) = schema["$ref"].as_str() {
        return fits(value, root.pointer(&path[1..]).unwrap(), root, others);
    }
    if let Some(shapes) = schema["oneOf"].as_array() {
        return shapes.iter().filter(|shape| fits(value, shape, root, others)).count() == 1;
    }
    let is_of = |kind: &Json| match kind.as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.is_i64(),
        Some("null") => value.is_null(),
        other => panic!("{other:?}"),
    };
    let of_type = match &schema["type"] {
        Json::Null => true,
        Json::Array(kinds) => kinds.iter().any(is_of),
        kind => is_of(kind),
    };
    let items_fit = schema["items"].is_null()
        || value
            .as_array()
            .is_none_or(|items| items.iter().all(|item| fits(item, &schema["items"], root, others)));
    let keys_fit = value.as_object().is_none_or(|object| {
        let Some(properties) = schema["properties"].as_object() else { return true };
        assert!(schema.get("additionalProperties").is_none(), "schemas are open");
        schema["required"].as_array().unwrap().iter().all(|key| object.contains_key(key.as_str().unwrap()))
            && object.iter().all(|(key, value)| match properties.get(key) {
                Some(schema) => fits(value, schema, root, others),
                None => others == OtherKeys::Allowed,
            })
    });
    of_type && items_fit && keys_fit
}

#[test]
fn a_document_fits_its_own_schema_in_both_shapes() {
    for (document, single) in [(&TAGS, false), (&BREAKS, false), (&BREAKS, true)] {
        let schema = schema(document);
        let value = report(document, single);
        for others in [OtherKeys::Allowed, OtherKeys::None] {
            assert!(fits(&value, &schema, &schema, others), "{value}\n{schema}");
        }
    }
}

type Change = fn(&mut Json);

#[test]
fn a_document_with_a_missing_or_a_wrong_key_does_not_fit() {
    let schema = schema(&TAGS);
    let value = report(&TAGS, false);
    let changes: [(&str, Change); 4] = [
        ("missing", |value| drop(value.as_object_mut().unwrap().remove("icons"))),
        ("missing in a row", |value| drop(value["tags"][1].as_object_mut().unwrap().remove("left"))),
        ("wrong", |value| value["tags"][0]["on_break"] = json!("yes")),
        ("wrong in a failure", |value| value["failures"][1]["kind"] = json!(null)),
    ];
    for (name, change) in changes {
        let mut other = value.clone();
        change(&mut other);
        assert!(!fits(&other, &schema, &schema, OtherKeys::Allowed), "{name}");
    }
    assert!(!fits(&report(&BREAKS, true), &schema, &schema, OtherKeys::Allowed));
}

#[test]
fn a_key_of_a_later_version_fits_and_one_without_a_schema_is_found() {
    let schema = schema(&TAGS);
    let value = report(&TAGS, false);
    let changes: [(&str, Change); 3] = [
        ("new", |value| value["new"] = json!(1)),
        ("new in a row", |value| value["tags"][0]["new"] = json!({"deep": [null]})),
        ("new in a failure", |value| value["failures"][0]["new"] = json!(1)),
    ];
    for (name, change) in changes {
        let mut other = value.clone();
        change(&mut other);
        assert!(fits(&other, &schema, &schema, OtherKeys::Allowed), "{name}");
        assert!(!fits(&other, &schema, &schema, OtherKeys::None), "{name}");
    }
}

#[test]
fn a_schema_has_a_title_and_describes_every_field() {
    let schema = schema(&TAGS);
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(schema["title"], "tags");
    let described = |properties: &Json| {
        properties
            .as_object()
            .unwrap()
            .iter()
            .map(|(key, field)| format!("{key}: {}", field["description"]))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        described(&schema["$defs"]["row"]["properties"]),
        [
            "profile: \"the profile\"",
            "on_break: \"whether on break\"",
            "left: \"seconds left\"",
            "fields: \"as the server sent it\""
        ]
    );
    assert_eq!(schema["properties"]["as_of"]["format"], "date-time");
    assert_eq!(schema["properties"]["as_of"]["type"], json!(["string", "null"]));
}
