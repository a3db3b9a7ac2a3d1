//! Looks and notifications for tests.

use std::time::Duration;

use jiff::Timestamp;

use crate::output::report::Raw;
use crate::watch::look::{BreakSeen, Look, SeenTag, WrapupSeen};

/// A moment in seconds after the beginning of the test's day.
pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).expect("a moment within range")
}

pub(super) fn raw(json: &str) -> Raw {
    Raw::of(json)
}

/// A notification with an id, dated like the second it is named after.
pub(super) fn tag(id: &str) -> SeenTag {
    let second = id.trim_start_matches(|letter: char| !letter.is_ascii_digit()).parse().ok();
    SeenTag { id: Some(id.into()), time: second.map(at), ..nameless(&format!(r#"{{"_id":"{id}"}}"#)) }
}

/// A notification without id.
pub(super) fn nameless(json: &str) -> SeenTag {
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
pub(super) fn look(second: u64) -> Look {
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

pub(super) fn tags(second: u64, tags: &[SeenTag]) -> Look {
    Look { tags: Some(tags.to_vec().into()), ..look(second) }
}

pub(super) fn on_break(reason: Option<&str>, since: Option<i64>) -> BreakSeen {
    BreakSeen { on_break: true, reason: reason.map(Into::into), since: since.map(at), detail: None }
}

pub(super) fn working() -> BreakSeen {
    BreakSeen { on_break: false, reason: None, since: None, detail: None }
}

pub(super) fn in_wrapup(call: Option<&str>, end: Option<i64>) -> WrapupSeen {
    WrapupSeen {
        in_wrapup: true,
        ends_at: end.map(at),
        call_id: call.map(Into::into),
        customer: Some("919812345678".into()),
    }
}

pub(super) fn not_in_wrapup() -> WrapupSeen {
    WrapupSeen { in_wrapup: false, ends_at: None, call_id: None, customer: None }
}
