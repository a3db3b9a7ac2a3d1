//! Each event as one sentence that can be read aloud.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::floor::event::{
    AgentChanged, Alert, AlertChange, AlertWhat, EndReason, Event, EventKind, FollowedPart, Gap, GapCause,
    Heartbeat, JournalRestored, Level, ReportedTag, State, StateCause,
};
use crate::output::formats;
use crate::report::{Part, Sentence, Tone};

/// The event as one sentence, for pipes, `--log`, notices and screen readers.
#[must_use]
pub(crate) fn sentence(event: &Event) -> Sentence {
    let mut parts = Vec::new();
    if is_about_a_profile(&event.kind) {
        parts.push(event.profile.clone().map_or(Part::Words("the agent"), Part::Name));
    }
    add_event(&event.kind, &mut parts);
    Sentence { tone: tone(&event.kind), parts }
}

/// The sentence as text. Times are relative to the moment of the event, because the text may be read much later.
#[must_use]
pub(crate) fn words(event: &Event, zone: &TimeZone, mask: bool) -> String {
    formats::sentence::words(&sentence(event), event.at, zone, mask)
}

fn is_about_a_profile(kind: &EventKind) -> bool {
    !matches!(
        kind,
        EventKind::Start(_)
            | EventKind::Heartbeat(_)
            | EventKind::JournalLost(_)
            | EventKind::JournalRestored(_)
            | EventKind::End(_)
    )
}

fn tone(kind: &EventKind) -> Tone {
    match kind {
        EventKind::Start(_)
        | EventKind::Tag(_)
        | EventKind::BreakChanged(_)
        | EventKind::BreakEnded(_)
        | EventKind::WrapupEnded(_)
        | EventKind::ConnectionRestored(_)
        | EventKind::SessionRenewed(_)
        | EventKind::Heartbeat(_) => Tone::Usual,
        EventKind::JournalRestored(restored) if restored.missing == 0 => Tone::Usual,
        EventKind::State(state) => match state.because {
            StateCause::FirstLook if !is_away(state) => Tone::Usual,
            _ => Tone::Notable,
        },
        EventKind::BreakStarted(_) | EventKind::WrapupStarted(_) | EventKind::AgentChanged(_) => {
            Tone::Notable
        }
        EventKind::Alert(alert) if alert.change == AlertChange::Cleared => Tone::Usual,
        EventKind::Alert(alert) if alert.level == Level::Warn => Tone::Notable,
        EventKind::Alert(_)
        | EventKind::Gap(_)
        | EventKind::ConnectionLost(_)
        | EventKind::SessionExpired(_)
        | EventKind::ProfileEnded(_)
        | EventKind::JournalLost(_)
        | EventKind::JournalRestored(_) => Tone::Bad,
        EventKind::End(end) => match end.reason {
            EndReason::ConditionMet | EndReason::Interrupted | EndReason::Terminated => Tone::Usual,
            EndReason::Timeout | EndReason::ReaderGone => Tone::Notable,
            EndReason::SessionExpired | EndReason::Unreachable | EndReason::Untrusted | EndReason::Failed => {
                Tone::Bad
            }
        },
    }
}

fn is_away(state: &State) -> bool {
    state.on_break == Some(true) || state.in_wrapup == Some(true)
}

fn add_event(kind: &EventKind, parts: &mut Vec<Part>) {
    match kind {
        EventKind::Start(start) => parts.extend([
            Part::Words("watching "),
            Part::Text(start.profiles.to_string()),
            Part::Words(if start.profiles == 1 { " profile every " } else { " profiles every " }),
            Part::Length(start.interval_seconds),
        ]),
        EventKind::State(state) => add_state(state, parts),
        EventKind::Tag(reported) => add_tag(reported, parts),
        EventKind::BreakStarted(started) => {
            parts.push(Part::Words(" went on break"));
            add_break(started.reason.as_ref(), started.since, parts);
        }
        EventKind::BreakChanged(changed) => {
            parts.push(Part::Words(" is still on break"));
            add_break(changed.reason.as_ref(), changed.since, parts);
            parts.extend([Part::Words("; before: "), Part::Text(changed.previous_reason.clone())]);
        }
        EventKind::BreakEnded(ended) => {
            parts.push(Part::Words(" came back from break"));
            add_reason(ended.reason.as_ref(), parts);
            if let Some(seconds) = ended.lasted_seconds {
                parts.extend([Part::Words(", after "), Part::Length(seconds)]);
            }
        }
        EventKind::WrapupStarted(started) => {
            parts.push(Part::Words(" went into wrap-up"));
            add_wrapup(started.customer.as_ref(), started.ends_at, parts);
        }
        EventKind::WrapupEnded(_) => parts.push(Part::Words(" left wrap-up")),
        EventKind::Alert(alert) => add_alert(alert, parts),
        EventKind::Gap(gap) => add_gap(gap, parts),
        EventKind::ConnectionLost(lost) => {
            parts.extend([Part::Words(": connection lost: "), Part::Text(lost.message.clone())]);
            if let Some(moment) = lost.last_ok {
                parts.extend([Part::Words("; last answer at "), Part::Clock(moment)]);
            }
        }
        EventKind::ConnectionRestored(restored) => {
            parts.extend([Part::Words(": connection restored after "), Part::Length(restored.down_seconds)]);
        }
        EventKind::SessionExpired(expired) => {
            parts.extend([Part::Words(": session expired: "), Part::Text(expired.message.clone())]);
        }
        EventKind::SessionRenewed(_) => {
            parts.push(Part::Words(": a new session was found; the watch continues"));
        }
        EventKind::AgentChanged(changed) => add_agent(changed, parts),
        EventKind::ProfileEnded(ended) => {
            parts.push(Part::Words(match ended.part {
                None => " is no longer followed: ",
                Some(FollowedPart::Tags) => ": notifications are no longer followed: ",
                Some(FollowedPart::Breaks) => ": breaks are no longer followed: ",
                Some(FollowedPart::Wrapups) => ": wrap-ups are no longer followed: ",
            }));
            parts.push(Part::Text(ended.message.clone()));
        }
        EventKind::JournalLost(lost) => parts.extend([
            Part::Words("the journal cannot be written; deepcall continues without it: "),
            Part::Text(lost.message.clone()),
        ]),
        EventKind::JournalRestored(restored) => add_journal(restored, parts),
        EventKind::Heartbeat(beat) => add_heartbeat(beat, parts),
        EventKind::End(end) => parts.push(Part::Words(ending(end.reason))),
    }
}

fn add_agent(changed: &AgentChanged, parts: &mut Vec<Part>) {
    parts.push(Part::Words(": the session answers for another agent now"));
    if let Some(to) = &changed.to {
        parts.extend([Part::Words(": "), Part::Id(to.clone())]);
    }
    if let Some(from) = &changed.from {
        parts.extend([Part::Words(" instead of "), Part::Id(from.clone())]);
    }
}

fn add_journal(restored: &JournalRestored, parts: &mut Vec<Part>) {
    parts.extend([Part::Words("the journal is written again after "), Part::Length(restored.down_seconds)]);
    if restored.missing > 0 {
        parts.extend([
            Part::Words("; events that are missing in it: "),
            Part::Text(restored.missing.to_string()),
        ]);
    }
}

fn add_gap(gap: &Gap, parts: &mut Vec<Part>) {
    parts.extend([
        Part::Words(match gap.why {
            GapCause::MemoryFull => ": notifications may be reported again between ",
            _ => ": notifications may be missing between ",
        }),
        Part::Clock(gap.from),
        Part::Words(" and "),
        Part::Clock(gap.to),
        Part::Words(match gap.why {
            GapCause::Outage => ": the server could not be reached for too long",
            GapCause::Sleep => ": this machine slept for too long",
            GapCause::AnswerLost => ": an answer was lost on the way",
            GapCause::MemoryFull => ": there are too many to remember",
            GapCause::NotRunning => ": deepcall did not record then",
            GapCause::TakenOver => ": the process that recorded broke off, and another continued",
            GapCause::Journal => ": the journal could not be written",
        }),
    ]);
}

fn add_state(state: &State, parts: &mut Vec<Part>) {
    match state.because {
        StateCause::ClockSkew => {
            let seconds = state.clock_skew_seconds.unwrap_or_default();
            parts.extend([
                Part::Words(": the server's clock is "),
                Part::Length(seconds.saturating_abs()),
                Part::Words(if seconds < 0 { " behind this machine's" } else { " ahead of this machine's" }),
            ]);
        }
        StateCause::ReadOnce => parts.push(Part::Words(
            ": the server sends each notification only once; other programs that use this session take some of them",
        )),
        StateCause::FirstLook => add_first_state(state, parts),
    }
}

fn add_first_state(state: &State, parts: &mut Vec<Part>) {
    let mut lead = ": ";
    if let Some(on_break) = state.on_break {
        parts.push(Part::Words(lead));
        parts.push(Part::Words(if on_break { "on break" } else { "not on break" }));
        if on_break {
            add_break(state.reason.as_ref(), state.since, parts);
        }
        lead = "; ";
    }
    if let Some(in_wrapup) = state.in_wrapup {
        parts.push(Part::Words(lead));
        parts.push(Part::Words(if in_wrapup { "in wrap-up" } else { "not in wrap-up" }));
        if in_wrapup {
            add_wrapup(state.customer.as_ref(), state.ends_at, parts);
        }
        lead = "; ";
    }
    if lead == ": " {
        parts.push(Part::Words(": answers"));
    }
}

fn add_tag(reported: &ReportedTag, parts: &mut Vec<Part>) {
    let tag = &reported.tag;
    parts.push(Part::Words(if reported.changed { ": changed: " } else { ": " }));
    parts.push(tag.kind.as_ref().map_or(Part::Words("notification"), |kind| Part::Text(kind.to_string())));
    if let Some(phone) = &tag.customer {
        parts.extend([Part::Words(", "), Part::Phone(phone.to_string())]);
    }
    if let Some(message) = &tag.message {
        parts.extend([Part::Words(": "), Part::Text(message.to_string())]);
    }
    if !tag.icon_names.is_empty() {
        parts.extend([Part::Words(" ["), Part::Icons(tag.icon_names.join(", ")), Part::Words("]")]);
    }
    if let Some(time) = tag.time {
        parts.extend([Part::Words(", at "), Part::Clock(time)]);
    }
    if reported.initial {
        parts.push(Part::Words(" (before the watch began)"));
    }
}

fn add_break(reason: Option<&String>, since: Option<Timestamp>, parts: &mut Vec<Part>) {
    add_reason(reason, parts);
    if let Some(since) = since {
        parts.extend([Part::Words(", since "), Part::Clock(since)]);
    }
}

fn add_reason(reason: Option<&String>, parts: &mut Vec<Part>) {
    if let Some(reason) = reason {
        parts.extend([Part::Words(": "), Part::Text(reason.clone())]);
    }
}

fn add_wrapup(customer: Option<&String>, ends_at: Option<Timestamp>, parts: &mut Vec<Part>) {
    if let Some(phone) = customer {
        parts.extend([Part::Words(" after the call with "), Part::Phone(phone.clone())]);
    }
    if let Some(end) = ends_at {
        parts.extend([Part::Words(", until "), Part::Clock(end)]);
    }
}

fn add_alert(alert: &Alert, parts: &mut Vec<Part>) {
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
    add_reason(alert.reason.as_ref(), parts);
    parts.extend([
        Part::Words(", "),
        Part::Length(alert.value_seconds),
        Part::Words(" of "),
        Part::Length(alert.limit_seconds),
    ]);
}

fn add_heartbeat(beat: &Heartbeat, parts: &mut Vec<Part>) {
    match beat.lag_seconds {
        Some(seconds) => parts.extend([
            Part::Words("still watching; last answer "),
            Part::Length(seconds),
            Part::Words(" ago"),
        ]),
        None => parts.push(Part::Words("still watching; no answer yet")),
    }
    if beat.failures > 0 {
        parts.extend([Part::Words(", failed polls: "), Part::Text(beat.failures.to_string())]);
    }
}

fn ending(reason: EndReason) -> &'static str {
    match reason {
        EndReason::ConditionMet => "the watch ends: the awaited event happened",
        EndReason::Timeout => "the watch ends: the time limit was reached",
        EndReason::Interrupted => "the watch ends: interrupted",
        EndReason::Terminated => "the watch ends: terminated",
        EndReason::ReaderGone => "the watch ends: its output is no longer read",
        EndReason::SessionExpired => "the watch ends: the session has expired",
        EndReason::Unreachable => "the watch ends: no answer for too long",
        EndReason::Untrusted => "the watch ends: the answers cannot be trusted or understood",
        EndReason::Failed => "the watch ends: it failed",
    }
}
