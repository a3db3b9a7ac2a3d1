//! The values of an event, by the keys that the table of words names.

use crate::floor::answer::Tag;
use crate::floor::event::{Alert, Event, EventKind, EventWords, State};
use crate::report::{Row, Value};

/// A row of the event's fields.
pub(crate) fn of(event: &Event) -> Row {
    let words = event.kind.words();
    let row = Row::new(EventWords::COMMON.iter().chain(words.fields))
        .with("type", words.name)
        .with("at", event.at)
        .with("profile", event.profile.clone());
    match &event.kind {
        EventKind::Start { profiles, interval_seconds } => {
            row.with("profiles", count(*profiles)).with("interval_seconds", Value::Seconds(*interval_seconds))
        }
        EventKind::State(state) => of_state(state, row),
        EventKind::Tag { tag, initial, changed } => {
            of_tag(tag, row).with("initial", *initial).with("changed", *changed)
        }
        EventKind::BreakStarted { seen } => row
            .with("reason", seen.reason.clone())
            .with("since", seen.since)
            .with("detail", seen.detail.clone()),
        EventKind::BreakEnded { reason, since, lasted_seconds } => row
            .with("reason", reason.clone())
            .with("since", *since)
            .with("lasted_seconds", lasted_seconds.map(Value::Seconds)),
        EventKind::WrapupStarted { seen, remaining_seconds } => row
            .with("ends_at", seen.ends_at)
            .with("remaining_seconds", remaining_seconds.map(Value::Seconds))
            .with("call_id", seen.call_id.clone())
            .with("customer", seen.customer.clone()),
        EventKind::WrapupEnded { seen } => row
            .with("ends_at", seen.ends_at)
            .with("call_id", seen.call_id.clone())
            .with("customer", seen.customer.clone()),
        EventKind::Alert(alert) => of_alert(alert, row),
        EventKind::Gap { from, to, why } => row.with("from", *from).with("to", *to).with("why", why.word()),
        EventKind::ConnectionLost { failure, code, message, last_ok } => row
            .with("failure", failure.as_str())
            .with("code", code.map(Value::Number))
            .with("message", message.as_str())
            .with("last_ok", *last_ok),
        EventKind::ConnectionRestored { down_seconds, failures } => row
            .with("down_seconds", Value::Seconds(*down_seconds))
            .with("failures", Value::Number(i64::from(*failures))),
        EventKind::SessionExpired { code, message } => {
            row.with("code", code.map(Value::Number)).with("message", message.as_str())
        }
        EventKind::SessionRenewed => row,
        EventKind::Heartbeat { last_ok, lag_seconds, failures } => row
            .with("last_ok", *last_ok)
            .with("lag_seconds", lag_seconds.map(Value::Seconds))
            .with("failures", Value::Number(i64::from(*failures))),
        EventKind::End { reason, exit_code } => {
            row.with("reason", reason.word()).with("exit_code", Value::Number(i64::from(*exit_code)))
        }
    }
}

fn of_state(state: &State, row: Row) -> Row {
    let on_break = state.break_state.as_ref();
    let wrapup = state.wrapup.as_ref();
    row.with("because", state.because.word())
        .with("on_break", on_break.map(|seen| seen.on_break))
        .with("reason", on_break.and_then(|seen| seen.reason.clone()))
        .with("since", on_break.and_then(|seen| seen.since))
        .with("in_wrapup", wrapup.map(|seen| seen.in_wrapup))
        .with("ends_at", wrapup.and_then(|seen| seen.ends_at))
        .with("call_id", wrapup.and_then(|seen| seen.call_id.clone()))
        .with("customer", wrapup.and_then(|seen| seen.customer.clone()))
        .with("clock_skew_seconds", state.clock_skew_seconds.map(Value::Seconds))
        .with("tags_repeat", state.tags_repeat)
}

fn of_tag(tag: &Tag, row: Row) -> Row {
    let label = tag.icon_names.join(", ");
    row.with("id", tag.id.clone())
        .with("time", tag.time)
        .with("kind", tag.kind.clone())
        .with("message", tag.message.clone())
        .with("agent_id", tag.agent_id.clone())
        .with("call_id", tag.call_id.clone())
        .with("customer", tag.customer.clone())
        .with("icons", Value::RawList { label, items: tag.icons.clone().into() })
        .with("fields", tag.fields.clone())
}

fn of_alert(alert: &Alert, row: Row) -> Row {
    row.with("what", alert.what.word())
        .with("reason", alert.reason.clone())
        .with("level", alert.level.word())
        .with("change", alert.change.word())
        .with("limit_seconds", Value::Seconds(alert.limit_seconds))
        .with("value_seconds", Value::Seconds(alert.value_seconds))
}

fn count(count: usize) -> Value {
    i64::try_from(count).map_or(Value::Absent, Value::Number)
}
