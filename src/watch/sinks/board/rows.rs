//! One row per profile: its state, how long that has lasted, and which row comes first.

use std::time::Duration;

use crate::floor::alerts::Limit;
use crate::floor::answer::{Break, Tag, Wrapup};
use crate::floor::event::{AlertWhat, Level};
use crate::floor::overview::{Overview, StateName, Urgency};
use crate::floor::state::StateSince;
use crate::output::text::style::{
    IN_WRAPUP, Mark, NOTABLE, ON_BREAK, ORDINARY, Tint, UNKNOWN, WRONG, mark_of_kind,
};
use crate::output::text::times;
use crate::watch::sinks::board::wording::Wording;
use crate::watch::view::{AgentView, FloorView, Phase};

/// Polls fail, and the row shows the last answer.
pub(crate) const RECONNECTING: Mark = Mark { symbol: '↻', tint: Tint::Notable };

/// One profile on the board. Every text is harmless.
#[derive(Clone, Debug)]
pub(crate) struct RowView {
    /// As it is stored, and not harmless: it identifies the profile.
    pub(crate) profile: String,
    pub(crate) mark: Mark,
    pub(crate) agent: String,
    pub(crate) state: &'static str,
    /// Of the state's word and of what is left.
    pub(crate) tint: Tint,
    pub(crate) reason: String,
    pub(crate) held: String,
    pub(crate) left: String,
    pub(crate) since: String,
    pub(crate) last_tag: String,
    urgency: Urgency,
}

/// In the order in which the profiles are followed.
pub(crate) fn rows(view: &FloorView, limits: &[Limit], wording: &Wording<'_>) -> Vec<RowView> {
    view.agents.iter().map(|agent| row(agent, view.now, limits, wording)).collect()
}

/// Sorts by urgency, or in the frozen order with newer rows at the end.
pub(crate) fn sort(rows: &mut [RowView], frozen: Option<&[String]>) {
    let Some(order) = frozen else { return rows.sort_by_key(|row| row.urgency) };
    rows.sort_by_key(|row| order.iter().position(|name| *name == row.profile).unwrap_or(usize::MAX));
}

impl RowView {
    /// Whether name, state or reason contains the text; upper and lower case do not matter.
    pub(crate) fn contains(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        [self.agent.as_str(), self.state, self.reason.as_str()]
            .iter()
            .any(|cell| cell.to_lowercase().contains(&text))
    }
}

pub(crate) fn row(agent: &AgentView, now: Duration, limits: &[Limit], wording: &Wording<'_>) -> RowView {
    let overview = Overview::of(&agent.state, now);
    let Overview { breaking, wrapping, seconds, .. } = overview;
    let measured = measured(agent, limits, now);
    let known_since = breaking.and_then(|since| since.state.since);
    let at_least = if known_since.is_some() { "" } else { "≥ " };
    RowView {
        profile: agent.profile.clone(),
        mark: mark(agent, measured.level),
        agent: Wording::name(&agent.profile),
        state: state_word(agent),
        tint: state_tint(agent, measured.level),
        reason: reason(agent, breaking, wrapping, wording),
        held: seconds.map_or_else(String::new, |seconds| format!("{at_least}{}", times::length(seconds))),
        left: measured.left.map_or_else(String::new, times::length),
        since: known_since.map_or_else(String::new, |since| wording.clock(since)),
        last_tag: last(agent, now, wording),
        urgency: overview.urgency(measured.level, now),
    }
}

/// A break and a wrap-up against their limits.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Measured {
    /// The highest level that is exceeded.
    pub(crate) level: Option<Level>,
    /// Seconds until the limit; negative when over.
    left: Option<i64>,
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

fn mark(agent: &AgentView, level: Option<Level>) -> Mark {
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
fn state_tint(agent: &AgentView, level: Option<Level>) -> Tint {
    match (level, state_word(agent)) {
        (_, "ended") | (Some(Level::Critical), _) => WRONG.tint,
        (Some(Level::Warn), _) => Tint::Urgent,
        (None, "on break" | "break + wrap-up") => ON_BREAK.tint,
        (None, "wrap-up") => IN_WRAPUP.tint,
        (None, "unknown") => UNKNOWN.tint,
        (None, _) => Tint::Plain,
    }
}

fn reason(
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

/// The newest tag, or how long polls have failed, because no tag can arrive then.
fn last(agent: &AgentView, now: Duration, wording: &Wording<'_>) -> String {
    if let Some(since) = agent.health.failing_since() {
        let seconds = i64::try_from(now.saturating_sub(since).as_secs()).unwrap_or(i64::MAX);
        return format!("no answer for {}", times::length(seconds));
    }
    agent.tags.front().map_or_else(String::new, |tag| {
        let age = tag.time.map_or_else(String::new, |time| format!(", {}", wording.ago(time)));
        let kind = tag.kind.as_deref().map_or_else(|| "tag".to_owned(), |kind| wording.text(kind));
        format!("{} {kind}{age}", tag_mark(tag).symbol)
    })
}

pub(crate) fn tag_mark(tag: &Tag) -> Mark {
    tag.kind.as_deref().map_or(ORDINARY, mark_of_kind)
}
