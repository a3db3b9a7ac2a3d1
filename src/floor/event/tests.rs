use std::collections::HashSet;

use super::*;
use crate::floor::samples::{at, every_event, raw, silent_state, tag};
use crate::report::Value;

fn event(kind: EventKind) -> Event {
    Event { at: at(0), server_time: None, profile: Some("asha".into()), kind }
}

#[test]
fn every_event_has_a_value_for_each_of_its_words() {
    for words in EventWords::ALL {
        let examples = every_event().into_iter().filter(|event| event.kind.words().name == words.name);
        let rows: Vec<Row> = examples.map(|event| event.row()).collect();
        for field in words.fields {
            assert!(
                rows.iter().any(|row| !row.get(field.key).is_absent()),
                "{} of {}",
                field.key,
                words.name
            );
        }
        for row in rows {
            let keys: Vec<&str> = row.iter().map(|(field, _)| field.key).collect();
            assert_eq!(&keys[..3], ["type", "at", "profile"]);
            assert!(keys.iter().eq(words.fields.iter().map(|field| &field.key)), "{}", words.name);
            assert!(matches!(row.get("type"), Value::Text(name) if name == words.name));
        }
    }
}

#[test]
fn every_type_is_in_the_table_once_and_has_an_example_here() {
    let names: Vec<&str> = EventWords::ALL.iter().map(|words| words.name).collect();
    let distinct: HashSet<&str> = names.iter().copied().collect();
    assert_eq!(names.len(), distinct.len());
    let examples: HashSet<&str> = every_event().iter().map(|event| event.kind.words().name).collect();
    assert_eq!(examples, distinct);
}

#[test]
fn no_type_names_a_key_twice() {
    for words in EventWords::ALL {
        let keys: Vec<&str> = words.fields.iter().map(|field| field.key).collect();
        let distinct: HashSet<&&str> = keys.iter().collect();
        assert_eq!(keys.len(), distinct.len(), "{}", words.name);
    }
}

#[test]
fn what_the_server_did_not_say_is_absent() {
    let event = event(EventKind::State(Box::new(silent_state())));
    assert!(event.row().iter().skip(4).all(|(_, value)| value.is_absent()));
}

#[test]
fn a_tag_carries_what_the_server_wrote() {
    let mut tag = tag("x1");
    tag.fields = raw(r#"{ "_id": "x1",  "n": 1e400 }"#);
    tag.icons = vec![raw(r#"{"name":"phone"}"#)];
    tag.icon_names = vec!["phone".into()];
    let row = event(EventKind::Tag(Box::new(ReportedTag { tag, initial: false, changed: false }))).row();
    let value = |key: &str| row.get(key);
    assert!(matches!(value("fields"), Value::Raw(raw) if raw.get() == r#"{ "_id": "x1",  "n": 1e400 }"#));
    assert!(matches!(value("icons"), Value::RawList(list) if list.label == "phone" && list.items.len() == 1));
    assert!(matches!(value("initial"), Value::Flag(false)));
}
