//! What the stream writes can be read again, and is written again as it was.

use compact_str::CompactString;
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use proptest::prelude::*;

use crate::floor::answer::Tag;
use crate::floor::event::{
    AgentChanged, Alert, AlertChange, AlertWhat, BreakChanged, BreakEnded, BreakStarted, ConnectionLost,
    ConnectionRestored, End, EndReason, Event, EventKind, EventWords, FollowedPart, Gap, GapCause, Heartbeat,
    JournalLost, JournalRestored, Level, ProfileEndReason, ProfileEnded, ReportedTag, SessionExpired,
    SessionRenewed, Start, State, StateCause, WrapupEnded, WrapupStarted,
};
use crate::floor::samples::{every_event, raw};
use crate::json::Raw;
use crate::output::formats::json::write_line;

/// The line of an event as `watch --json` writes it.
fn line(event: &Event, zone: &TimeZone) -> String {
    let mut line = Vec::new();
    write_line(&event.row(), zone, false, &mut line).unwrap();
    String::from_utf8(line).unwrap()
}

/// An event as it is read: what can be read out of its fields again is not written.
fn without_names(mut event: Event) -> Event {
    if let EventKind::Tag(reported) = &mut event.kind {
        reported.tag.icon_names.clear();
    }
    event
}

#[test]
fn keys_of_a_later_version_are_skipped() {
    for event in every_event() {
        let written = line(&event, &TimeZone::UTC);
        let longer = written.replacen('{', "{\"new_key\":{\"type\":\"x\"},", 1);
        assert_eq!(Event::read(&longer).unwrap(), without_names(event));
    }
}

#[test]
fn a_line_that_is_no_event_is_an_error_that_says_why() {
    let of_later = r#"{"type":"lunar_eclipse","at":"2026-11-28T09:00:00+00:00","profile":null}"#;
    let message = Event::read(of_later).unwrap_err().to_string();
    assert!(
        message.contains("\"lunar_eclipse\" is unknown") && message.contains("break_started"),
        "{message}"
    );
    let wrong_word = r#"{"type":"gap","at":"2026-11-28T09:00:00Z","profile":"a","from":"2026-11-28T09:00:00Z","to":"2026-11-28T09:00:00Z","why":"rain"}"#;
    let error = Event::read(wrong_word).unwrap_err();
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("`rain`") && cause.contains("answer_lost"), "{cause}");
    for line in ["", "7", "{}", r#"{"type":"gap"}"#, r#"{"type":"end","at":"yesterday","profile":null}"#] {
        assert!(Event::read(line).is_err(), "{line}");
    }
}

fn text() -> BoxedStrategy<String> {
    ".*".boxed()
}

/// As finely as documents write it.
fn time() -> BoxedStrategy<Timestamp> {
    (0_i64..4_000_000_000, prop_oneof![Just(0), 0_i64..1_000])
        .prop_map(|(second, millis)| Timestamp::from_millisecond(second * 1_000 + millis).unwrap())
        .boxed()
}

/// JSON as it was written, which is not how this program would write it.
fn json() -> BoxedStrategy<Raw> {
    prop::sample::select(vec![r#"{"a":1e400,"b":[1.0,-0],"a":null}"#, "[]", r#""x\u0041""#, "12.50"])
        .prop_map(raw)
        .boxed()
}

fn some<T: std::fmt::Debug + Clone + 'static>(value: BoxedStrategy<T>) -> BoxedStrategy<Option<T>> {
    prop::option::of(value).boxed()
}

fn tag() -> BoxedStrategy<EventKind> {
    let texts = prop::array::uniform6(some(text()));
    let rest = (some(time()), prop::collection::vec(json(), 0..3), json(), any::<bool>(), any::<bool>());
    (texts, rest)
        .prop_map(|(texts, (time, icons, fields, initial, changed))| {
            let texts = texts.map(|text| text.map(CompactString::from));
            let [id, kind, message, agent_id, call_id, customer] = texts;
            let icon_names = vec![];
            let tag = Tag { id, time, kind, message, agent_id, call_id, customer, icons, icon_names, fields };
            EventKind::Tag(Box::new(ReportedTag { tag, initial, changed }))
        })
        .boxed()
}

fn state() -> BoxedStrategy<EventKind> {
    use StateCause::{ClockSkew, FirstLook, ReadOnce};
    let because = prop::sample::select(vec![FirstLook, ClockSkew, ReadOnce]);
    let flags = prop::array::uniform3(any::<Option<bool>>());
    let times = prop::array::uniform2(some(time()));
    (because, flags, times, prop::array::uniform3(some(text())), any::<Option<i64>>())
        .prop_map(|(because, flags, times, texts, clock_skew_seconds)| {
            let ([on_break, in_wrapup, tags_repeat], [since, ends_at]) = (flags, times);
            let [reason, call_id, customer] = texts;
            EventKind::State(Box::new(State {
                because,
                on_break,
                reason,
                since,
                in_wrapup,
                ends_at,
                call_id,
                customer,
                clock_skew_seconds,
                tags_repeat,
            }))
        })
        .boxed()
}

fn alert() -> BoxedStrategy<EventKind> {
    let what = prop::sample::select(vec![AlertWhat::Break, AlertWhat::Wrapup]);
    let level = prop::sample::select(vec![Level::Warn, Level::Critical]);
    let change = prop::sample::select(vec![AlertChange::Over, AlertChange::Cleared]);
    (what, some(text()), level, change, any::<i64>(), any::<i64>())
        .prop_map(|(what, reason, level, change, limit_seconds, value_seconds)| {
            EventKind::Alert(Alert { what, reason, level, change, limit_seconds, value_seconds })
        })
        .boxed()
}

fn end() -> BoxedStrategy<EventKind> {
    use EndReason::{
        ConditionMet, Failed, Interrupted, ReaderGone, SessionExpired, Terminated, Timeout, Unreachable,
        Untrusted,
    };
    let reasons = vec![
        ConditionMet,
        Timeout,
        Interrupted,
        Terminated,
        ReaderGone,
        SessionExpired,
        Unreachable,
        Untrusted,
        Failed,
    ];
    (prop::sample::select(reasons), any::<u8>())
        .prop_map(|(reason, exit_code)| EventKind::End(End { reason, exit_code }))
        .boxed()
}

fn ended() -> BoxedStrategy<ProfileEndReason> {
    prop::sample::select(vec![ProfileEndReason::LoggedOut, ProfileEndReason::Refused]).boxed()
}

fn part() -> BoxedStrategy<FollowedPart> {
    prop::sample::select(vec![FollowedPart::Tags, FollowedPart::Breaks, FollowedPart::Wrapups]).boxed()
}

/// One strategy for each type of event, in the order of the table.
fn kinds() -> Vec<BoxedStrategy<EventKind>> {
    use GapCause::{AnswerLost, Journal, MemoryFull, NotRunning, Outage, Sleep, TakenOver};
    let causes = vec![Outage, Sleep, AnswerLost, MemoryFull, NotRunning, TakenOver, Journal];
    let why = prop::sample::select(causes);
    vec![
        any::<(u32, i64)>()
            .prop_map(|(profiles, interval_seconds)| EventKind::Start(Start { profiles, interval_seconds }))
            .boxed(),
        state(),
        tag(),
        (some(text()), some(time()), some(json()))
            .prop_map(|(reason, since, detail)| {
                EventKind::BreakStarted(BreakStarted { reason, since, detail })
            })
            .boxed(),
        (some(text()), some(time()), any::<Option<i64>>())
            .prop_map(|(reason, since, lasted_seconds)| {
                EventKind::BreakEnded(BreakEnded { reason, since, lasted_seconds })
            })
            .boxed(),
        (some(time()), any::<Option<i64>>(), some(text()), some(text()))
            .prop_map(|(ends_at, remaining_seconds, call_id, customer)| {
                EventKind::WrapupStarted(WrapupStarted { ends_at, remaining_seconds, call_id, customer })
            })
            .boxed(),
        (some(time()), some(text()), some(text()))
            .prop_map(|(ends_at, call_id, customer)| {
                EventKind::WrapupEnded(WrapupEnded { ends_at, call_id, customer })
            })
            .boxed(),
        alert(),
        (time(), time(), why).prop_map(|(from, to, why)| EventKind::Gap(Gap { from, to, why })).boxed(),
        (text(), any::<Option<i64>>(), text(), some(time()))
            .prop_map(|(failure, code, message, last_ok)| {
                EventKind::ConnectionLost(ConnectionLost { failure, code, message, last_ok })
            })
            .boxed(),
        any::<(i64, u32)>()
            .prop_map(|(down_seconds, failures)| {
                EventKind::ConnectionRestored(ConnectionRestored { down_seconds, failures })
            })
            .boxed(),
        (any::<Option<i64>>(), text())
            .prop_map(|(code, message)| EventKind::SessionExpired(SessionExpired { code, message }))
            .boxed(),
        Just(EventKind::SessionRenewed(SessionRenewed {})).boxed(),
        (some(time()), any::<Option<i64>>(), any::<u32>())
            .prop_map(|(last_ok, lag_seconds, failures)| {
                EventKind::Heartbeat(Heartbeat { last_ok, lag_seconds, failures })
            })
            .boxed(),
        end(),
        (some(text()), text(), some(time()))
            .prop_map(|(reason, previous_reason, since)| {
                EventKind::BreakChanged(BreakChanged { reason, previous_reason, since })
            })
            .boxed(),
        (some(text()), some(text()))
            .prop_map(|(from, to)| EventKind::AgentChanged(AgentChanged { from, to }))
            .boxed(),
        (ended(), some(part()), any::<Option<i64>>(), text())
            .prop_map(|(reason, part, code, message)| {
                EventKind::ProfileEnded(ProfileEnded { reason, part, code, message })
            })
            .boxed(),
        (text(), text())
            .prop_map(|(failure, message)| EventKind::JournalLost(JournalLost { failure, message }))
            .boxed(),
        any::<(i64, u32)>()
            .prop_map(|(down_seconds, missing)| {
                EventKind::JournalRestored(JournalRestored { down_seconds, missing })
            })
            .boxed(),
    ]
}

proptest! {
    #[test]
    fn every_event_comes_back_and_is_written_as_it_was(
        kinds in kinds(),
        at in time(),
        profile in some(text()),
        minutes in -14 * 60..=14 * 60,
    ) {
        let zone = TimeZone::fixed(Offset::from_seconds(minutes * 60).unwrap());
        prop_assert_eq!(kinds.len(), EventWords::ALL.len());
        for (kind, words) in kinds.into_iter().zip(EventWords::ALL) {
            prop_assert_eq!(kind.words().name, words.name);
            let event = Event { at, server_time: None, profile: profile.clone(), kind };
            let written = line(&event, &zone);
            let read = Event::read(&written).unwrap();
            prop_assert_eq!(line(&read, &zone), written);
            prop_assert_eq!(read, event);
        }
    }
}
