//! Polls, answers and events for tests.

pub(crate) mod measures;
pub(crate) mod today;

use std::time::Duration;

use jiff::Timestamp;

use crate::floor::answer::{Break, Tag, Wrapup};
use crate::floor::event::{
    AgentChanged, Alert, AlertChange, AlertWhat, BreakChanged, BreakEnded, BreakStarted, ConnectionLost,
    ConnectionRestored, End, EndReason, Event, EventKind, FollowedPart, Gap, GapCause, Heartbeat,
    JournalLost, JournalRestored, Level, ProfileEndReason, ProfileEnded, ReportedTag, SessionExpired,
    SessionRenewed, Start, State, StateCause, WrapupEnded, WrapupStarted,
};
use crate::floor::health::PollFailure;
use crate::floor::poll_result::PollResult;
use crate::floor::timeline::Coverage;
use crate::json::Raw;

/// A moment in seconds after the beginning of the test's day.
pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).expect("a moment within range")
}

/// Answers about a part, every five seconds.
pub(crate) fn row(part: FollowedPart, from: i64, to: i64) -> Coverage {
    Coverage {
        part,
        from: at(from),
        to: at(to),
        server_time: None,
        cadence: Duration::from_secs(5),
        ended: None,
        repeats: None,
    }
}

pub(crate) fn raw(json: &str) -> Raw {
    Raw::of(json)
}

/// A notification with an id, dated like the second it is named after.
pub(crate) fn tag(id: &str) -> Tag {
    let second = id.trim_start_matches(|letter: char| !letter.is_ascii_digit()).parse().ok();
    Tag { id: Some(id.into()), time: second.map(at), ..nameless(&format!(r#"{{"_id":"{id}"}}"#)) }
}

/// A notification without id.
pub(crate) fn nameless(json: &str) -> Tag {
    Tag {
        id: None,
        time: None,
        kind: Some("missed".into()),
        message: None,
        customer: Some("919812345678".into()),
        call_id: None,
        agent_id: None,
        icon_names: Vec::new(),
        icons: Vec::new(),
        fields: raw(json),
    }
}

/// A poll at which every clock agrees, and nothing was asked for.
pub(crate) fn poll(second: u64) -> PollResult {
    let wall = at(second.cast_signed());
    PollResult {
        profile: Some("asha".into()),
        taken_at: wall,
        monotonic: Duration::from_secs(second),
        elapsed: Duration::from_secs(second),
        took: Duration::ZERO,
        server_time: Some(wall),
        tags: None,
        break_state: None,
        wrapup: None,
        read_was_cut: false,
        was_resent: false,
    }
}

pub(crate) fn tags(second: u64, tags: &[Tag]) -> PollResult {
    PollResult { tags: Some(tags.to_vec()), ..poll(second) }
}

/// A poll to which no answer came.
pub(crate) fn no_answer() -> PollFailure {
    PollFailure {
        kind: "timeout",
        code: None,
        message: "no answer within 15 s".to_owned(),
        answer_was_lost: false,
        session_ended: false,
        retry_after: None,
    }
}

pub(crate) fn on_break(reason: Option<&str>, since: Option<i64>) -> Break {
    Break { on_break: true, reason: reason.map(Into::into), since: since.map(at), ..Break::default() }
}

pub(crate) fn working() -> Break {
    Break::default()
}

pub(crate) fn in_wrapup(call: Option<&str>, end: Option<i64>) -> Wrapup {
    Wrapup {
        in_wrapup: true,
        ends_at: end.map(at),
        call_id: call.map(Into::into),
        customer: Some("919812345678".into()),
        ..Wrapup::default()
    }
}

pub(crate) fn not_in_wrapup() -> Wrapup {
    Wrapup::default()
}

fn state(because: StateCause) -> EventKind {
    EventKind::State(Box::new(State {
        because,
        on_break: Some(true),
        reason: Some("Lunch".into()),
        since: Some(at(0)),
        in_wrapup: Some(true),
        ends_at: Some(at(90)),
        call_id: Some("c1".into()),
        customer: Some("919812345678".into()),
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
    EventKind::Gap(Gap { from: at(0), to: at(4000), why })
}

/// An event of every type, and of every way to word it.
pub(crate) fn every_event() -> Vec<Event> {
    let mut missed = tag("m60");
    missed.message = Some("call back".into());
    missed.agent_id = Some("a1".into());
    missed.call_id = Some("c1".into());
    missed.icon_names = vec!["phone".into(), "star".into()];
    let detail = Some(raw(r#"{"on":true}"#));
    let kinds = vec![
        EventKind::Start(Start { profiles: 3, interval_seconds: 5 }),
        state(StateCause::FirstLook),
        state(StateCause::ClockSkew),
        state(StateCause::ReadOnce),
        EventKind::Tag(Box::new(ReportedTag { tag: missed.clone(), initial: true, changed: false })),
        EventKind::Tag(Box::new(ReportedTag { tag: missed, initial: false, changed: true })),
        EventKind::BreakStarted(BreakStarted { reason: Some("Lunch".into()), since: None, detail: None }),
        EventKind::BreakStarted(BreakStarted { reason: None, since: Some(at(0)), detail }),
        EventKind::BreakChanged(BreakChanged {
            reason: Some("Tea".into()),
            previous_reason: "Lunch".into(),
            since: Some(at(0)),
        }),
        EventKind::BreakEnded(BreakEnded {
            reason: Some("Lunch".into()),
            since: Some(at(0)),
            lasted_seconds: Some(720),
        }),
        EventKind::WrapupStarted(WrapupStarted {
            ends_at: Some(at(60)),
            remaining_seconds: Some(60),
            call_id: Some("c1".into()),
            customer: Some("919812345678".into()),
        }),
        EventKind::WrapupEnded(WrapupEnded {
            ends_at: Some(at(60)),
            call_id: Some("c1".into()),
            customer: Some("919812345678".into()),
        }),
        EventKind::AgentChanged(AgentChanged { from: Some("13".into()), to: Some("14".into()) }),
        alert(AlertChange::Over),
        alert(AlertChange::Cleared),
        gap(GapCause::Sleep),
        gap(GapCause::MemoryFull),
        gap(GapCause::NotRunning),
        gap(GapCause::TakenOver),
        gap(GapCause::Journal),
        EventKind::ConnectionLost(ConnectionLost {
            failure: "timeout".into(),
            code: Some(1009),
            message: "no answer".into(),
            last_ok: Some(at(0)),
        }),
        EventKind::ConnectionRestored(ConnectionRestored { down_seconds: 31, failures: 4 }),
        EventKind::SessionExpired(SessionExpired { code: Some(1044), message: "SSID file not exist".into() }),
        EventKind::SessionRenewed(SessionRenewed {}),
        EventKind::ProfileEnded(ProfileEnded {
            reason: ProfileEndReason::Refused,
            part: Some(FollowedPart::Breaks),
            code: Some(1501),
            message: "Agent not exist".into(),
        }),
        EventKind::ProfileEnded(ProfileEnded {
            reason: ProfileEndReason::LoggedOut,
            part: None,
            code: None,
            message: "its session was removed from this machine".into(),
        }),
        EventKind::JournalLost(JournalLost {
            failure: "disk_full".into(),
            message: "no space left on device".into(),
        }),
        EventKind::JournalRestored(JournalRestored { down_seconds: 90, missing: 0 }),
        EventKind::JournalRestored(JournalRestored { down_seconds: 9000, missing: 12 }),
        EventKind::Heartbeat(Heartbeat { last_ok: Some(at(0)), lag_seconds: Some(3), failures: 1 }),
        EventKind::End(End { reason: EndReason::Timeout, exit_code: 124 }),
    ];
    let event = |kind| Event { at: at(0), server_time: None, profile: Some("asha".into()), kind };
    kinds.into_iter().map(event).collect()
}

/// The state of a profile whose first answer says nothing about it.
pub(crate) fn silent_state() -> State {
    State {
        because: StateCause::FirstLook,
        on_break: None,
        reason: None,
        since: None,
        in_wrapup: None,
        ends_at: None,
        call_id: None,
        customer: None,
        clock_skew_seconds: None,
        tags_repeat: None,
    }
}
