//! Each event as one sentence that can be read aloud.

use jiff::tz::TimeZone;

use crate::floor::answer::{Break, Tag, Wrapup};
use crate::floor::event::{
    Alert, AlertChange, AlertWhat, EndReason, Event, EventKind, GapCause, Level, State, StateCause,
};
use crate::output::formats;
use crate::report::{Part, Sentence, Tone};

/// The event as one sentence: for pipes, `--log`, notices and screen readers.
#[must_use]
pub fn sentence(event: &Event) -> Sentence {
    let mut parts = Vec::new();
    if speaks_of_a_profile(&event.kind) {
        parts.push(event.profile.clone().map_or(Part::Words("the agent"), Part::Text));
    }
    tell(&event.kind, &mut parts);
    Sentence { tone: tone(&event.kind), parts }
}

/// The sentence as text, seen from the moment of the event: it may be read much later.
#[must_use]
pub fn words(event: &Event, zone: &TimeZone, mask: bool) -> String {
    formats::sentence::words(&sentence(event), event.at, zone, mask)
}

fn speaks_of_a_profile(kind: &EventKind) -> bool {
    !matches!(kind, EventKind::Start { .. } | EventKind::Heartbeat { .. } | EventKind::End { .. })
}

fn tone(kind: &EventKind) -> Tone {
    match kind {
        EventKind::Start { .. }
        | EventKind::Tag { .. }
        | EventKind::BreakEnded { .. }
        | EventKind::WrapupEnded { .. }
        | EventKind::ConnectionRestored { .. }
        | EventKind::SessionRenewed
        | EventKind::Heartbeat { .. } => Tone::Usual,
        EventKind::State(state) => match state.because {
            StateCause::FirstLook if !is_away(state) => Tone::Usual,
            _ => Tone::Notable,
        },
        EventKind::BreakStarted { .. } | EventKind::WrapupStarted { .. } => Tone::Notable,
        EventKind::Alert(alert) if alert.change == AlertChange::Cleared => Tone::Usual,
        EventKind::Alert(alert) if alert.level == Level::Warn => Tone::Notable,
        EventKind::Alert(_)
        | EventKind::Gap { .. }
        | EventKind::ConnectionLost { .. }
        | EventKind::SessionExpired { .. } => Tone::Bad,
        EventKind::End { reason, .. } => match reason {
            EndReason::ConditionMet | EndReason::Interrupted | EndReason::Terminated => Tone::Usual,
            EndReason::Timeout | EndReason::ReaderGone => Tone::Notable,
            EndReason::SessionExpired | EndReason::Unreachable | EndReason::Untrusted | EndReason::Failed => {
                Tone::Bad
            }
        },
    }
}

fn is_away(state: &State) -> bool {
    state.break_state.as_ref().is_some_and(|seen| seen.on_break)
        || state.wrapup.as_ref().is_some_and(|seen| seen.in_wrapup)
}

fn tell(kind: &EventKind, parts: &mut Vec<Part>) {
    match kind {
        EventKind::Start { profiles, interval_seconds } => parts.extend([
            Part::Words("watching "),
            Part::Text(profiles.to_string()),
            Part::Words(if *profiles == 1 { " profile every " } else { " profiles every " }),
            Part::Length(*interval_seconds),
        ]),
        EventKind::State(state) => tell_state(state, parts),
        EventKind::Tag { tag, initial, changed } => tell_tag(tag, *initial, *changed, parts),
        EventKind::BreakStarted { seen } => {
            parts.push(Part::Words(" went on break"));
            tell_break(seen, parts);
        }
        EventKind::BreakEnded { reason, lasted_seconds, .. } => {
            parts.push(Part::Words(" came back from break"));
            tell_reason(reason.as_ref(), parts);
            if let Some(seconds) = lasted_seconds {
                parts.extend([Part::Words(", after "), Part::Length(*seconds)]);
            }
        }
        EventKind::WrapupStarted { seen, .. } => {
            parts.push(Part::Words(" went into wrap-up"));
            tell_wrapup(seen, parts);
        }
        EventKind::WrapupEnded { .. } => parts.push(Part::Words(" left wrap-up")),
        EventKind::Alert(alert) => tell_alert(alert, parts),
        EventKind::Gap { from, to, why } => parts.extend([
            Part::Words(match why {
                GapCause::MemoryFull => ": notifications may be told again between ",
                _ => ": notifications may be missing between ",
            }),
            Part::Clock(*from),
            Part::Words(" and "),
            Part::Clock(*to),
            Part::Words(match why {
                GapCause::Outage => ": the server could not be asked for too long",
                GapCause::Sleep => ": this machine slept for too long",
                GapCause::AnswerLost => ": an answer was lost on the way",
                GapCause::MemoryFull => ": there are too many to remember",
            }),
        ]),
        EventKind::ConnectionLost { message, last_ok, .. } => {
            parts.extend([Part::Words(": connection lost: "), Part::Text(message.clone())]);
            if let Some(moment) = last_ok {
                parts.extend([Part::Words("; last answer at "), Part::Clock(*moment)]);
            }
        }
        EventKind::ConnectionRestored { down_seconds, .. } => {
            parts.extend([Part::Words(": connection restored after "), Part::Length(*down_seconds)]);
        }
        EventKind::SessionExpired { message, .. } => {
            parts.extend([Part::Words(": session expired: "), Part::Text(message.clone())]);
        }
        EventKind::SessionRenewed => parts.push(Part::Words(": a new session was found, the watch goes on")),
        EventKind::Heartbeat { lag_seconds, failures, .. } => tell_heartbeat(*lag_seconds, *failures, parts),
        EventKind::End { reason, .. } => parts.push(Part::Words(ending(*reason))),
    }
}

fn tell_state(state: &State, parts: &mut Vec<Part>) {
    match state.because {
        StateCause::ClockSkew => {
            let seconds = state.clock_skew_seconds.unwrap_or_default();
            parts.extend([
                Part::Words(": the server's clock is "),
                Part::Length(seconds.saturating_abs()),
                Part::Words(if seconds < 0 { " behind ours" } else { " ahead of ours" }),
            ]);
        }
        StateCause::ReadOnce => parts.push(Part::Words(
            ": the server tells each notification only once; whoever else reads with this session takes some away",
        )),
        StateCause::FirstLook => tell_standing(state, parts),
    }
}

fn tell_standing(state: &State, parts: &mut Vec<Part>) {
    let mut lead = ": ";
    if let Some(seen) = &state.break_state {
        parts.push(Part::Words(lead));
        parts.push(Part::Words(if seen.on_break { "on break" } else { "not on break" }));
        if seen.on_break {
            tell_break(seen, parts);
        }
        lead = "; ";
    }
    if let Some(seen) = &state.wrapup {
        parts.push(Part::Words(lead));
        parts.push(Part::Words(if seen.in_wrapup { "in wrap-up" } else { "not in wrap-up" }));
        if seen.in_wrapup {
            tell_wrapup(seen, parts);
        }
        lead = "; ";
    }
    if lead == ": " {
        parts.push(Part::Words(": answers"));
    }
}

fn tell_tag(tag: &Tag, initial: bool, changed: bool, parts: &mut Vec<Part>) {
    parts.push(Part::Words(if changed { ": changed: " } else { ": " }));
    parts.push(tag.kind.clone().map_or(Part::Words("notification"), Part::Text));
    if let Some(phone) = &tag.customer {
        parts.extend([Part::Words(", "), Part::Phone(phone.clone())]);
    }
    if let Some(message) = &tag.message {
        parts.extend([Part::Words(": "), Part::Text(message.clone())]);
    }
    if !tag.icon_names.is_empty() {
        parts.extend([Part::Words(" ["), Part::Text(tag.icon_names.join(", ")), Part::Words("]")]);
    }
    if let Some(time) = tag.time {
        parts.extend([Part::Words(", at "), Part::Clock(time)]);
    }
    if initial {
        parts.push(Part::Words(" (before the watch began)"));
    }
}

fn tell_break(seen: &Break, parts: &mut Vec<Part>) {
    tell_reason(seen.reason.as_ref(), parts);
    if let Some(since) = seen.since {
        parts.extend([Part::Words(", since "), Part::Clock(since)]);
    }
}

fn tell_reason(reason: Option<&String>, parts: &mut Vec<Part>) {
    if let Some(reason) = reason {
        parts.extend([Part::Words(": "), Part::Text(reason.clone())]);
    }
}

fn tell_wrapup(seen: &Wrapup, parts: &mut Vec<Part>) {
    if let Some(phone) = &seen.customer {
        parts.extend([Part::Words(" after the call with "), Part::Phone(phone.clone())]);
    }
    if let Some(end) = seen.ends_at {
        parts.extend([Part::Words(", until "), Part::Clock(end)]);
    }
}

fn tell_alert(alert: &Alert, parts: &mut Vec<Part>) {
    parts.push(Part::Words(match (alert.change, alert.level) {
        (AlertChange::Over, Level::Warn) => " is over the warning limit for a ",
        (AlertChange::Over, Level::Critical) => " is over the limit for a ",
        (AlertChange::Cleared, Level::Warn) => " is no longer over the warning limit for a ",
        (AlertChange::Cleared, Level::Critical) => " is no longer over the limit for a ",
    }));
    parts.push(Part::Words(match alert.what {
        AlertWhat::Break => "break",
        AlertWhat::Wrapup => "wrap-up",
    }));
    tell_reason(alert.reason.as_ref(), parts);
    parts.extend([
        Part::Words(", "),
        Part::Length(alert.value_seconds),
        Part::Words(" of "),
        Part::Length(alert.limit_seconds),
    ]);
}

fn tell_heartbeat(lag: Option<i64>, failures: u32, parts: &mut Vec<Part>) {
    match lag {
        Some(seconds) => parts.extend([
            Part::Words("still watching; last answer "),
            Part::Length(seconds),
            Part::Words(" ago"),
        ]),
        None => parts.push(Part::Words("still watching; no answer yet")),
    }
    if failures > 0 {
        parts.extend([Part::Words(", failed polls: "), Part::Text(failures.to_string())]);
    }
}

fn ending(reason: EndReason) -> &'static str {
    match reason {
        EndReason::ConditionMet => "the watch ends: what it waited for has happened",
        EndReason::Timeout => "the watch ends: its time is up",
        EndReason::Interrupted => "the watch ends: interrupted",
        EndReason::Terminated => "the watch ends: the system asked it to",
        EndReason::ReaderGone => "the watch ends: nobody reads its output any more",
        EndReason::SessionExpired => "the watch ends: the session has expired",
        EndReason::Unreachable => "the watch ends: no answer for too long",
        EndReason::Untrusted => "the watch ends: the answers cannot be trusted or understood",
        EndReason::Failed => "the watch ends: it failed",
    }
}
