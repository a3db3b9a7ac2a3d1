//! Looks and notifications for tests.

use std::time::Duration;

use jiff::Timestamp;

use crate::floor::look::{BreakSeen, Look, SeenTag, WrapupSeen};
use crate::report::Raw;

/// A moment in seconds after the beginning of the test's day.
pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).expect("a moment within range")
}

pub(crate) fn raw(json: &str) -> Raw {
    Raw::of(json)
}

/// A notification with an id, dated like the second it is named after.
pub(crate) fn tag(id: &str) -> SeenTag {
    let second = id.trim_start_matches(|letter: char| !letter.is_ascii_digit()).parse().ok();
    SeenTag { id: Some(id.into()), time: second.map(at), ..nameless(&format!(r#"{{"_id":"{id}"}}"#)) }
}

/// A notification without id.
pub(crate) fn nameless(json: &str) -> SeenTag {
    SeenTag {
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

/// A look at which every clock agrees, and nothing was asked for.
pub(crate) fn look(second: u64) -> Look {
    let wall = at(second.cast_signed());
    Look {
        profile: Some("asha".into()),
        taken_at: wall,
        monotonic: Duration::from_secs(second),
        server_time: Some(wall),
        tags: None,
        break_state: None,
        wrapup: None,
        read_was_cut: false,
    }
}

pub(crate) fn tags(second: u64, tags: &[SeenTag]) -> Look {
    Look { tags: Some(tags.to_vec()), ..look(second) }
}

pub(crate) fn on_break(reason: Option<&str>, since: Option<i64>) -> BreakSeen {
    BreakSeen { on_break: true, reason: reason.map(Into::into), since: since.map(at), detail: None }
}

pub(crate) fn working() -> BreakSeen {
    BreakSeen { on_break: false, reason: None, since: None, detail: None }
}

pub(crate) fn in_wrapup(call: Option<&str>, end: Option<i64>) -> WrapupSeen {
    WrapupSeen {
        in_wrapup: true,
        ends_at: end.map(at),
        call_id: call.map(Into::into),
        customer: Some("919812345678".into()),
    }
}

pub(crate) fn not_in_wrapup() -> WrapupSeen {
    WrapupSeen { in_wrapup: false, ends_at: None, call_id: None, customer: None }
}
