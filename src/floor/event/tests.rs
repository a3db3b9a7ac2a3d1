use std::collections::HashSet;

use super::*;
use crate::floor::samples::{at, every_event, raw, tag};

fn event(kind: EventKind) -> Event {
    Event { at: at(0), profile: Some("asha".into()), kind }
}

#[test]
fn every_event_has_one_value_for_each_of_its_words() {
    for event in every_event() {
        let words = event.kind.words();
        assert_eq!(values::of(&event.kind).len(), words.fields.len(), "{}", words.name);
        let fields = event.fields();
        let keys: Vec<&str> = fields.iter().map(|(key, _)| *key).collect();
        let expected: Vec<&str> =
            EventWords::COMMON.iter().chain(words.fields).map(|field| field.key).collect();
        assert_eq!(keys, expected);
        assert!(matches!(&fields[0].1, Value::Text(name) if name == words.name));
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
        let keys: Vec<&str> = EventWords::COMMON.iter().chain(words.fields).map(|field| field.key).collect();
        let distinct: HashSet<&&str> = keys.iter().collect();
        assert_eq!(keys.len(), distinct.len(), "{}", words.name);
    }
}

#[test]
fn what_the_server_did_not_say_is_absent() {
    let silent = State {
        because: StateCause::FirstLook,
        break_state: None,
        wrapup: None,
        clock_skew_seconds: None,
        tags_repeat: None,
    };
    let event = event(EventKind::State(Box::new(silent)));
    assert!(event.fields()[4..].iter().all(|(_, value)| value.is_absent()));
}

#[test]
fn a_tag_carries_what_the_server_wrote() {
    let mut tag = tag("x1");
    tag.fields = raw(r#"{ "_id": "x1",  "n": 1e400 }"#);
    tag.icons = vec![raw(r#"{"name":"phone"}"#)];
    tag.icon_names = vec!["phone".into()];
    let fields = event(EventKind::Tag { tag: Box::new(tag), initial: false, changed: false }).fields();
    let value = |key: &str| &fields.iter().find(|(name, _)| *name == key).expect("the key").1;
    assert!(matches!(value("fields"), Value::Raw(raw) if raw.get() == r#"{ "_id": "x1",  "n": 1e400 }"#));
    assert!(
        matches!(value("icons"), Value::RawList { label, items } if label == "phone" && items.len() == 1)
    );
    assert!(matches!(value("initial"), Value::Flag(false)));
}
