//! The values of an event, in the order in which the table of words names them.

use crate::floor::event::{Alert, EventKind, State};
use crate::floor::look::SeenTag;
use crate::report::Value;

/// One value for each of the event's fields.
pub(crate) fn of(kind: &EventKind) -> Vec<Value> {
    match kind {
        EventKind::Start { profiles, interval_seconds } => {
            vec![count(*profiles), Value::Seconds(*interval_seconds)]
        }
        EventKind::State(state) => of_state(state),
        EventKind::Tag { tag, initial, changed } => of_tag(tag, *initial, *changed),
        EventKind::BreakStarted { seen } => {
            vec![Value::text(seen.reason.clone()), Value::time(seen.since), Value::raw(seen.detail.clone())]
        }
        EventKind::BreakEnded { reason, since, lasted_seconds } => {
            vec![Value::text(reason.clone()), Value::time(*since), Value::seconds(*lasted_seconds)]
        }
        EventKind::WrapupStarted { seen, remaining_seconds } => vec![
            Value::time(seen.ends_at),
            Value::seconds(*remaining_seconds),
            Value::text(seen.call_id.clone()),
            Value::text(seen.customer.clone()),
        ],
        EventKind::WrapupEnded { seen } => vec![
            Value::time(seen.ends_at),
            Value::text(seen.call_id.clone()),
            Value::text(seen.customer.clone()),
        ],
        EventKind::Alert(alert) => of_alert(alert),
        EventKind::Gap { from, to, why } => {
            vec![Value::Time(*from), Value::Time(*to), word(why.word())]
        }
        EventKind::ConnectionLost { failure, code, message, last_ok } => vec![
            word(failure),
            code.map_or(Value::Absent, Value::Number),
            Value::Text(message.as_str().into()),
            Value::time(*last_ok),
        ],
        EventKind::ConnectionRestored { down_seconds, failures } => {
            vec![Value::Seconds(*down_seconds), Value::Number(i64::from(*failures))]
        }
        EventKind::SessionExpired { code, message } => {
            vec![code.map_or(Value::Absent, Value::Number), Value::Text(message.as_str().into())]
        }
        EventKind::SessionRenewed => Vec::new(),
        EventKind::Heartbeat { last_ok, lag_seconds, failures } => {
            vec![Value::time(*last_ok), Value::seconds(*lag_seconds), Value::Number(i64::from(*failures))]
        }
        EventKind::End { reason, exit_code } => {
            vec![word(reason.word()), Value::Number(i64::from(*exit_code))]
        }
    }
}

fn of_state(state: &State) -> Vec<Value> {
    let on_break = state.break_state.as_ref();
    let wrapup = state.wrapup.as_ref();
    vec![
        word(state.because.word()),
        on_break.map_or(Value::Absent, |seen| Value::Flag(seen.on_break)),
        Value::text(on_break.and_then(|seen| seen.reason.clone())),
        Value::time(on_break.and_then(|seen| seen.since)),
        wrapup.map_or(Value::Absent, |seen| Value::Flag(seen.in_wrapup)),
        Value::time(wrapup.and_then(|seen| seen.ends_at)),
        Value::text(wrapup.and_then(|seen| seen.call_id.clone())),
        Value::text(wrapup.and_then(|seen| seen.customer.clone())),
        Value::seconds(state.clock_skew_seconds),
        state.tags_repeat.map_or(Value::Absent, Value::Flag),
    ]
}

fn of_tag(tag: &SeenTag, initial: bool, changed: bool) -> Vec<Value> {
    vec![
        Value::text(tag.id.clone()),
        Value::time(tag.time),
        Value::text(tag.kind.clone()),
        Value::text(tag.message.clone()),
        Value::text(tag.agent_id.clone()),
        Value::text(tag.call_id.clone()),
        Value::text(tag.customer.clone()),
        Value::RawList { label: tag.icon_names.join(", "), items: tag.icons.clone().into() },
        Value::Raw(tag.fields.clone()),
        Value::Flag(initial),
        Value::Flag(changed),
    ]
}

fn of_alert(alert: &Alert) -> Vec<Value> {
    vec![
        word(alert.what.word()),
        Value::text(alert.reason.clone()),
        word(alert.level.word()),
        word(alert.change.word()),
        Value::Seconds(alert.limit_seconds),
        Value::Seconds(alert.value_seconds),
    ]
}

fn word(word: &str) -> Value {
    Value::Text(word.into())
}

fn count(count: usize) -> Value {
    i64::try_from(count).map_or(Value::Absent, Value::Number)
}
