//! From a line of the stream back to the event, for whatever reads a stream or a file of events.

use jiff::Timestamp;
use serde::Deserialize;

use crate::floor::answer::{Break, Tag, Wrapup};
use crate::floor::event::{
    Alert, AlertChange, AlertWhat, EndReason, Event, EventKind, EventWords, GapCause, Level, State,
    StateCause,
};
use crate::json::Raw;

/// Why a line is not an event.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is not JSON, or a value is missing or of a wrong kind.
    #[error("it is not a line of the stream")]
    Line(#[from] serde_json::Error),
    /// Its `type` is none of this version's.
    #[error("the event type {name:?} is unknown; known are {}", known())]
    UnknownType {
        /// The type that the line names.
        name: String,
    },
}

fn known() -> String {
    EventWords::ALL.iter().map(|words| words.name).collect::<Vec<_>>().join(", ")
}

#[derive(Deserialize)]
struct Head {
    r#type: String,
    at: Timestamp,
    profile: Option<String>,
}

pub(super) fn event(line: &str) -> Result<Event, ReadError> {
    let Head { r#type, at, profile } = serde_json::from_str(line)?;
    Ok(Event { at, profile, kind: kind(r#type, line)? })
}

fn kind(name: String, line: &str) -> Result<EventKind, ReadError> {
    Ok(match &*name {
        "start" => {
            let Start { profiles, interval_seconds } = serde_json::from_str(line)?;
            EventKind::Start { profiles, interval_seconds }
        }
        "state" => EventKind::State(Box::new(serde_json::from_str::<StateLine>(line)?.into())),
        "tag" => {
            let TagLine { initial, changed } = serde_json::from_str(line)?;
            EventKind::Tag { tag: Box::new(serde_json::from_str::<Tag>(line)?), initial, changed }
        }
        "break_started" => {
            let BreakStarted { reason, since, detail } = serde_json::from_str(line)?;
            EventKind::BreakStarted {
                seen: Box::new(Break { on_break: true, reason, since, detail, ..Break::default() }),
            }
        }
        "break_ended" => {
            let BreakEnded { reason, since, lasted_seconds } = serde_json::from_str(line)?;
            EventKind::BreakEnded { reason, since, lasted_seconds }
        }
        "wrapup_started" => {
            let line: WrapupLine = serde_json::from_str(line)?;
            EventKind::WrapupStarted { remaining_seconds: line.remaining_seconds, seen: line.into() }
        }
        "wrapup_ended" => EventKind::WrapupEnded { seen: serde_json::from_str::<WrapupLine>(line)?.into() },
        "alert" => {
            let AlertLine { what, reason, level, change, limit_seconds, value_seconds } =
                serde_json::from_str(line)?;
            EventKind::Alert(Alert { what, reason, level, change, limit_seconds, value_seconds })
        }
        "gap" => {
            let Gap { from, to, why } = serde_json::from_str(line)?;
            EventKind::Gap { from, to, why }
        }
        "connection_lost" => {
            let ConnectionLost { failure, code, message, last_ok } = serde_json::from_str(line)?;
            EventKind::ConnectionLost { failure, code, message, last_ok }
        }
        "connection_restored" => {
            let ConnectionRestored { down_seconds, failures } = serde_json::from_str(line)?;
            EventKind::ConnectionRestored { down_seconds, failures }
        }
        "session_expired" => {
            let SessionExpired { code, message } = serde_json::from_str(line)?;
            EventKind::SessionExpired { code, message }
        }
        "session_renewed" => EventKind::SessionRenewed,
        "heartbeat" => {
            let Heartbeat { last_ok, lag_seconds, failures } = serde_json::from_str(line)?;
            EventKind::Heartbeat { last_ok, lag_seconds, failures }
        }
        "end" => {
            let End { reason, exit_code } = serde_json::from_str(line)?;
            EventKind::End { reason, exit_code }
        }
        _ => return Err(ReadError::UnknownType { name }),
    })
}

#[derive(Deserialize)]
struct Start {
    profiles: usize,
    interval_seconds: i64,
}

#[derive(Deserialize)]
struct StateLine {
    because: StateCause,
    on_break: Option<bool>,
    reason: Option<String>,
    since: Option<Timestamp>,
    in_wrapup: Option<bool>,
    ends_at: Option<Timestamp>,
    call_id: Option<String>,
    customer: Option<String>,
    clock_skew_seconds: Option<i64>,
    tags_repeat: Option<bool>,
}

impl From<StateLine> for State {
    fn from(line: StateLine) -> Self {
        let StateLine { reason, since, ends_at, call_id, customer, .. } = line;
        let on_break = line.on_break;
        let wrapup = |in_wrapup| Wrapup { in_wrapup, ends_at, call_id, customer, ..Wrapup::default() };
        Self {
            because: line.because,
            break_state: on_break.map(|on_break| Break { on_break, reason, since, ..Break::default() }),
            wrapup: line.in_wrapup.map(wrapup),
            clock_skew_seconds: line.clock_skew_seconds,
            tags_repeat: line.tags_repeat,
        }
    }
}

/// What a line adds to the notification itself.
#[derive(Deserialize)]
struct TagLine {
    initial: bool,
    changed: bool,
}

#[derive(Deserialize)]
struct BreakStarted {
    reason: Option<String>,
    since: Option<Timestamp>,
    detail: Option<Raw>,
}

#[derive(Deserialize)]
struct BreakEnded {
    reason: Option<String>,
    since: Option<Timestamp>,
    lasted_seconds: Option<i64>,
}

#[derive(Deserialize)]
struct WrapupLine {
    ends_at: Option<Timestamp>,
    remaining_seconds: Option<i64>,
    call_id: Option<String>,
    customer: Option<String>,
}

impl From<WrapupLine> for Wrapup {
    fn from(line: WrapupLine) -> Self {
        let WrapupLine { ends_at, remaining_seconds, call_id, customer } = line;
        Self { in_wrapup: true, ends_at, remaining_seconds, call_id, customer, detail: None }
    }
}

#[derive(Deserialize)]
struct AlertLine {
    what: AlertWhat,
    reason: Option<String>,
    level: Level,
    change: AlertChange,
    limit_seconds: i64,
    value_seconds: i64,
}

#[derive(Deserialize)]
struct Gap {
    from: Timestamp,
    to: Timestamp,
    why: GapCause,
}

#[derive(Deserialize)]
struct ConnectionLost {
    failure: String,
    code: Option<i64>,
    message: String,
    last_ok: Option<Timestamp>,
}

#[derive(Deserialize)]
struct ConnectionRestored {
    down_seconds: i64,
    failures: u32,
}

#[derive(Deserialize)]
struct SessionExpired {
    code: Option<i64>,
    message: String,
}

#[derive(Deserialize)]
struct Heartbeat {
    last_ok: Option<Timestamp>,
    lag_seconds: Option<i64>,
    failures: u32,
}

#[derive(Deserialize)]
struct End {
    reason: EndReason,
    exit_code: u8,
}
