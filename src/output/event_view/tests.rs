use crate::floor::event::{BreakStarted, Event, EventKind};
use crate::floor::samples::{at, every_event, silent_state};
use crate::output::event_view::{sentence, words};
use crate::report::Part;
use jiff::Timestamp;
use jiff::tz::TimeZone;

mod stream;

/// One for each of [`every_event`].
const SENTENCES: [&str; 31] = [
    "watching 3 profiles every 5 s",
    "asha: on break: Lunch, since 08:00; in wrap-up after the call with 919812345678, until 08:01",
    "asha: the server's clock is 120 s behind this machine's",
    "asha: the server sends each notification only once; other programs that use this session take some of them",
    "asha: missed, 919812345678: call back [phone, star], at 08:01 (before the watch began)",
    "asha: changed: missed, 919812345678: call back [phone, star], at 08:01",
    "asha went on break: Lunch",
    "asha went on break, since 08:00",
    "asha is still on break: Tea, since 08:00; before: Lunch",
    "asha came back from break: Lunch, after 720 s",
    "asha went into wrap-up after the call with 919812345678, until 08:01",
    "asha left wrap-up",
    "asha: the session answers for another agent now: 14 instead of 13",
    "asha is over the limit for a break: Lunch, 930 s of 900 s",
    "asha is no longer over the limit for a break: Lunch, 930 s of 900 s",
    "asha: notifications may be missing between 08:00 and 09:06: this machine slept for too long",
    "asha: notifications may be reported again between 08:00 and 09:06: there are too many to remember",
    "asha: notifications may be missing between 08:00 and 09:06: deepcall did not record then",
    "asha: notifications may be missing between 08:00 and 09:06: the process that recorded broke off, and another continued",
    "asha: notifications may be missing between 08:00 and 09:06: the journal could not be written",
    "asha: connection lost: no answer; last answer at 08:00",
    "asha: connection restored after 31 s",
    "asha: session expired: SSID file not exist",
    "asha: a new session was found; the watch continues",
    "asha: breaks are no longer followed: Agent not exist",
    "asha is no longer followed: its session was removed from this machine",
    "the journal cannot be written; deepcall continues without it: no space left on device",
    "the journal is written again after 90 s",
    "the journal is written again after 9000 s; events that are missing in it: 12",
    "still watching; last answer 3 s ago, failed polls: 1",
    "the watch ends: the time limit was reached",
];

fn spoken(event: &Event) -> String {
    let clock = |time: &Timestamp| time.strftime("%H:%M").to_string();
    let speak = |part: &Part| match part {
        Part::NewLine => "\n".to_owned(),
        Part::Words(words) => (*words).to_owned(),
        Part::Text(text) | Part::Phone(text) | Part::Name(text) | Part::Id(text) | Part::Icons(text) => {
            text.clone()
        }
        Part::Clock(time) => clock(time),
        Part::Length(seconds) => format!("{seconds} s"),
    };
    sentence(event).parts.iter().map(speak).collect()
}

#[test]
fn every_event_can_be_read_aloud() {
    let events = every_event();
    assert_eq!(events.iter().map(spoken).collect::<Vec<_>>(), SENTENCES);
}

#[test]
fn a_time_is_seen_from_the_day_of_the_event() {
    let seen = |since, now| {
        let started = BreakStarted { reason: None, since: Some(at(since)), detail: None };
        let kind = EventKind::BreakStarted(started);
        let event = Event { at: at(now), server_time: None, profile: Some("asha".into()), kind };
        words(&event, &TimeZone::UTC, false)
    };
    let day = 24 * 60 * 60;
    assert_eq!(seen(0, 60), "asha went on break, since 08:00");
    assert_eq!(seen(day, day + 60), "asha went on break, since 08:00");
    assert_ne!(seen(0, day), "asha went on break, since 08:00");
}

#[test]
fn a_phone_number_is_never_mere_text() {
    for event in every_event() {
        let sentence = sentence(&event);
        let bare =
            sentence.parts.iter().any(|part| matches!(part, Part::Text(text) if text.contains("9198")));
        assert!(!bare, "{:?}", sentence.parts);
    }
}

#[test]
fn a_first_answer_without_a_state_is_an_answer() {
    let kind = EventKind::State(Box::new(silent_state()));
    assert_eq!(
        spoken(&Event { at: at(0), server_time: None, profile: Some("asha".into()), kind }),
        "asha: answers"
    );
}
