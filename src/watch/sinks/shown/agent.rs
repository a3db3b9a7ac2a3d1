//! What a row about an agent shows, on the terminal and in a browser: its state, its mark and what is left of its limit.

use std::time::Duration;

use crate::floor::alerts::Limit;
use crate::floor::answer::{Break, Tag, Wrapup};
use crate::floor::event::{AlertWhat, EventKind, Level};
use crate::floor::overview::{Overview, StateName};
use crate::floor::state::StateSince;
use crate::output::text::style::{IN_WRAPUP, Mark, NOTABLE, ON_BREAK, ORDINARY, Tint, UNKNOWN, WRONG};
use crate::watch::sinks::shown::wording::Wording;
use crate::watch::view::{AgentView, Phase};

/// Polls fail, and the row shows the last answer.
pub(crate) const RECONNECTING: Mark = Mark { symbol: '↻', tint: Tint::Notable };

/// The newest first.
pub(crate) fn tags(agent: &AgentView) -> impl Iterator<Item = &Tag> {
    agent.history.newest_first().filter_map(|event| match &event.kind {
        EventKind::Tag(reported) => Some(&reported.tag),
        _ => None,
    })
}

/// A break and a wrap-up against their limits.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Measured {
    /// The highest level that is exceeded.
    pub(crate) level: Option<Level>,
    /// Seconds until the limit; negative when over.
    pub(crate) left: Option<i64>,
}

/// What is left is the time until the agent should be back, so it never counts to a warning. Where the person has set no
/// limit for wrap-ups, that is the end that the server gave.
pub(crate) fn measured(agent: &AgentView, limits: &[Limit], now: Duration) -> Measured {
    if agent.is_over() {
        return Measured::default();
    }
    let against = |what, reason: Option<&str>, held: i64| {
        let limit = Limit::for_state(limits, what, reason)?;
        let level = limit.level_at(held).map(|(level, _)| level);
        Some(Measured { level, left: Some(limit.critical().saturating_sub(held)) })
    };
    let Overview { breaking, wrapping, .. } = Overview::of(&agent.state, now);
    let of_break = breaking.and_then(|since| {
        against(AlertWhat::Break, since.state.reason.as_deref(), since.seconds_at_least(now))
    });
    let of_wrapup = wrapping.map(|since| {
        against(AlertWhat::Wrapup, None, since.seconds_at_least(now))
            .unwrap_or(Measured { level: None, left: since.seconds_left(now) })
    });
    let both = || of_break.into_iter().chain(of_wrapup);
    Measured {
        level: both().filter_map(|one| one.level).max(),
        left: both().filter_map(|one| one.left).min(),
    }
}

/// As the server reports it: neither on break nor in wrap-up does not mean that somebody works.
pub(crate) fn state_word(agent: &AgentView) -> &'static str {
    let state = &agent.state;
    let on_break = state.break_state.as_ref().map(|since| since.state.on_break);
    let in_wrapup = state.wrapup.as_ref().map(|since| since.state.in_wrapup);
    if agent.is_over() {
        return "ended";
    }
    match (StateName::of(on_break, in_wrapup), on_break, in_wrapup) {
        (StateName::OnBreak, _, Some(true)) => "break + wrap-up",
        (StateName::OnBreak, ..) => "on break",
        // With --only wrapups, nobody knows of breaks.
        (StateName::InWrapup, ..) | (_, _, Some(true)) => "wrap-up",
        (StateName::Neither, ..) => "neither",
        (StateName::Unknown, Some(_), _) => "no break",
        (StateName::Unknown, None, Some(false)) => "no wrap-up",
        (StateName::Unknown, None, None) => "unknown",
    }
}

pub(crate) fn mark(agent: &AgentView, level: Option<Level>) -> Mark {
    match (level, state_word(agent)) {
        (_, "ended") | (Some(Level::Critical), _) => WRONG,
        (Some(Level::Warn), _) => NOTABLE,
        (None, _) if agent.health.failing_since().is_some() => RECONNECTING,
        (None, "on break" | "break + wrap-up") => ON_BREAK,
        (None, "wrap-up") => IN_WRAPUP,
        (None, "unknown") => UNKNOWN,
        (None, _) => ORDINARY,
    }
}

/// Each state has a tint of its own, whatever else the mark shows.
pub(crate) fn state_tint(agent: &AgentView, level: Option<Level>) -> Tint {
    match (level, state_word(agent)) {
        (_, "ended") | (Some(Level::Critical), _) => WRONG.tint,
        (Some(Level::Warn), _) => Tint::Urgent,
        (None, "on break" | "break + wrap-up") => ON_BREAK.tint,
        (None, "wrap-up") => IN_WRAPUP.tint,
        (None, "unknown") => UNKNOWN.tint,
        (None, _) => Tint::Plain,
    }
}

pub(crate) fn reason(
    agent: &AgentView,
    breaking: Option<&StateSince<Break>>,
    wrapping: Option<&StateSince<Wrapup>>,
    wording: &Wording<'_>,
) -> String {
    if let Phase::Over(why) = &agent.phase {
        return wording.text(why);
    }
    let of_break = breaking.and_then(|since| since.state.reason.as_deref());
    let customer = wrapping.and_then(|since| since.state.customer.as_deref());
    match (of_break, customer) {
        (Some(reason), _) => wording.text(reason),
        (None, Some(phone)) => wording.phone(phone),
        (None, None) => String::new(),
    }
}
