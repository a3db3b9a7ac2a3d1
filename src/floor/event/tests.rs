use std::collections::HashSet;

use super::*;
use crate::floor::samples::{at, in_wrapup, on_break, raw, tag};
use crate::report::Part;

fn state(because: StateCause) -> EventKind {
    EventKind::State(Box::new(State {
        because,
        break_state: Some(on_break(Some("Lunch"), Some(0))),
        wrapup: Some(in_wrapup(None, Some(90))),
        clock_skew_seconds: Some(-120),
        tags_repeat: Some(false),
    }))
}

fn alert(change: AlertChange) -> EventKind {
    EventKind::Alert(Alert {
        what: AlertWhat::Break,
        reason: Some("Lunch".into()),
        level: Level::Critical,
        change,
        limit_seconds: 900,
        value_seconds: 930,
    })
}

fn gap(why: GapCause) -> EventKind {
    EventKind::Gap { from: at(0), to: at(4000), why }
}

/// One event of each type, and of each way to say it, with its sentence.
fn every_kind() -> Vec<(EventKind, &'static str)> {
    let mut missed = tag("m60");
    missed.message = Some("call back".into());
    missed.icon_names = vec!["phone".into(), "star".into()];
    let missed = Box::new(missed);
    vec![
        (EventKind::Start { profiles: 3, interval_seconds: 5 }, "watching 3 profiles every 5 s"),
        (
            state(StateCause::FirstLook),
            "asha: on break: Lunch, since 08:00; in wrap-up after the call with 919812345678, until 08:01",
        ),
        (state(StateCause::ClockSkew), "asha: the server's clock is 120 s behind ours"),
        (
            state(StateCause::ReadOnce),
            "asha: the server tells each notification only once; whoever else reads with this session takes some away",
        ),
        (
            EventKind::Tag { tag: missed.clone(), initial: true, changed: false },
            "asha: missed, 919812345678: call back [phone, star], at 08:01 (before the watch began)",
        ),
        (
            EventKind::Tag { tag: missed, initial: false, changed: true },
            "asha: changed: missed, 919812345678: call back [phone, star], at 08:01",
        ),
        (
            EventKind::BreakStarted { seen: Box::new(on_break(Some("Lunch"), None)) },
            "asha went on break: Lunch",
        ),
        (
            EventKind::BreakEnded {
                reason: Some("Lunch".into()),
                since: Some(at(0)),
                lasted_seconds: Some(720),
            },
            "asha came back from break: Lunch, after 720 s",
        ),
        (
            EventKind::WrapupStarted { seen: in_wrapup(None, Some(60)), remaining_seconds: Some(60) },
            "asha went into wrap-up after the call with 919812345678, until 08:01",
        ),
        (EventKind::WrapupEnded { seen: in_wrapup(None, None) }, "asha left wrap-up"),
        (alert(AlertChange::Over), "asha is over the limit for a break: Lunch, 930 s of 900 s"),
        (alert(AlertChange::Cleared), "asha is no longer over the limit for a break: Lunch, 930 s of 900 s"),
        (
            gap(GapCause::Sleep),
            "asha: notifications may be missing between 08:00 and 09:06: this machine slept for too long",
        ),
        (
            gap(GapCause::MemoryFull),
            "asha: notifications may be told again between 08:00 and 09:06: there are too many to remember",
        ),
        (
            EventKind::ConnectionLost {
                failure: "timeout",
                code: Some(1009),
                message: "no answer".into(),
                last_ok: Some(at(0)),
            },
            "asha: connection lost: no answer; last answer at 08:00",
        ),
        (
            EventKind::ConnectionRestored { down_seconds: 31, failures: 4 },
            "asha: connection restored after 31 s",
        ),
        (
            EventKind::SessionExpired { code: Some(1044), message: "SSID file not exist".into() },
            "asha: session expired: SSID file not exist",
        ),
        (EventKind::SessionRenewed, "asha: a new session was found, the watch goes on"),
        (
            EventKind::Heartbeat { last_ok: Some(at(0)), lag_seconds: Some(3), failures: 1 },
            "still watching; last answer 3 s ago, failed polls: 1",
        ),
        (EventKind::End { reason: EndReason::Timeout, exit_code: 124 }, "the watch ends: its time is up"),
    ]
}

fn event(kind: EventKind) -> Event {
    Event { at: at(0), profile: Some("asha".into()), kind }
}

fn spoken(event: &Event) -> String {
    let clock = |time: &Timestamp| time.strftime("%H:%M").to_string();
    let speak = |part: &Part| match part {
        Part::Words(words) => (*words).to_owned(),
        Part::Text(text) | Part::Phone(text) => text.clone(),
        Part::Clock(time) => clock(time),
        Part::Length(seconds) => format!("{seconds} s"),
    };
    event.sentence().parts.iter().map(speak).collect()
}

#[test]
fn every_event_can_be_read_aloud() {
    for (kind, sentence) in every_kind() {
        assert_eq!(spoken(&event(kind)), sentence);
    }
}

#[test]
fn a_phone_number_is_never_mere_text() {
    for (kind, _) in every_kind() {
        let sentence = event(kind).sentence();
        let bare =
            sentence.parts.iter().any(|part| matches!(part, Part::Text(text) if text.contains("9198")));
        assert!(!bare, "{:?}", sentence.parts);
    }
}

#[test]
fn every_event_has_one_value_for_each_of_its_words() {
    for (kind, _) in every_kind() {
        let words = kind.words();
        assert_eq!(values::of(&kind).len(), words.fields.len(), "{}", words.name);
        let fields = event(kind).fields();
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
    let examples: HashSet<&str> = every_kind().iter().map(|(kind, _)| kind.words().name).collect();
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
    assert_eq!(spoken(&event), "asha: answers");
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
