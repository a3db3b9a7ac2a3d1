//! What is known of one agent's break and wrap-up, how long each has lasted, and what a newer answer changes.
//! Nothing is concluded that the server did not say.

use std::time::Duration;

use jiff::Timestamp;

use crate::floor::answer::{Break, Wrapup};
use crate::floor::event::{BreakEnded, BreakStarted, EventKind, WrapupEnded, WrapupStarted};
use crate::floor::poll_result::PollResult;

#[cfg(test)]
mod tests;

/// Starts that differ by less are one start, computed anew by the server for each answer.
const SAME_START_SECONDS: u64 = 2;

/// What is known of one profile.
#[derive(Clone, Debug, Default)]
pub struct AgentState {
    /// Break or no break; `None` until the server answered.
    pub break_state: Option<StateSince<Break>>,
    /// Wrap-up or no wrap-up; `None` until the server answered.
    pub wrapup: Option<StateSince<Wrapup>>,
}

/// A state, and since when the watch has seen it. Lengths count on between polls by our monotonic clock, so that it
/// disturbs them neither if a clock is wrong nor if one is set.
#[derive(Clone, Debug)]
pub struct StateSince<S> {
    /// The last answer about it.
    pub state: S,
    /// When the watch saw this state first, by our monotonic clock.
    pub seen_from: Duration,
    polled_at: Duration,
    server_now: Timestamp,
}

impl<S> StateSince<S> {
    fn new(state: S, seen_from: Duration, poll: &PollResult) -> Self {
        Self { state, seen_from, polled_at: poll.monotonic, server_now: poll.server_now() }
    }

    /// Seconds from `moment`, which the server named, until `now`; negative if it is still to come.
    fn seconds_from(&self, moment: Timestamp, now: Duration) -> i64 {
        let at_poll = self.server_now.duration_since(moment).as_secs();
        at_poll.saturating_add(whole_seconds(now.saturating_sub(self.polled_at)))
    }

    fn seconds_seen(&self, now: Duration) -> i64 {
        whole_seconds(now.saturating_sub(self.seen_from))
    }
}

impl StateSince<Break> {
    /// Seconds since the start that the server gave, at the monotonic moment `now`.
    #[must_use]
    pub fn seconds_since_start(&self, now: Duration) -> Option<i64> {
        self.state.since.map(|since| self.seconds_from(since, now).max(0))
    }

    /// Seconds for which the state has held at least: since the start given, or since it was first seen.
    #[must_use]
    pub fn seconds_at_least(&self, now: Duration) -> i64 {
        self.seconds_since_start(now).unwrap_or_default().max(self.seconds_seen(now))
    }
}

impl StateSince<Wrapup> {
    /// Seconds until the end that the server gave; negative once it has passed.
    #[must_use]
    pub fn seconds_left(&self, now: Duration) -> Option<i64> {
        self.state.ends_at.map(|end| self.seconds_from(end, now).saturating_neg())
    }

    /// Seconds since it was first seen: the server does not say when a wrap-up began.
    #[must_use]
    pub fn seconds_at_least(&self, now: Duration) -> i64 {
        self.seconds_seen(now)
    }

    /// The monotonic moment of the end that the server gave, if it is still to come: worth a poll.
    #[must_use]
    pub fn ends_at(&self, now: Duration) -> Option<Duration> {
        let left = u64::try_from(self.seconds_left(now)?).ok()?;
        self.state.in_wrapup.then(|| now + Duration::from_secs(left))
    }
}

impl AgentState {
    /// What is known after `poll`, and the events that tell the difference. What was not known before
    /// is no event.
    #[must_use]
    pub fn after(&self, poll: &PollResult) -> (Self, Vec<EventKind>) {
        let mut events = Vec::new();
        let mut next = self.clone();
        if let Some(new) = &poll.break_state {
            next.break_state = Some(break_after(self.break_state.as_ref(), new, poll, &mut events));
        }
        if let Some(new) = &poll.wrapup {
            next.wrapup = Some(wrapup_after(self.wrapup.as_ref(), new, poll, &mut events));
        }
        (next, events)
    }
}

fn break_after(
    before: Option<&StateSince<Break>>,
    new: &Break,
    poll: &PollResult,
    events: &mut Vec<EventKind>,
) -> StateSince<Break> {
    let fresh = || StateSince::new(new.clone(), poll.monotonic, poll);
    let Some(before) = before else { return fresh() };
    let old = &before.state;
    if is_same_break(old, new) {
        // A later answer may leave out what an earlier one held about this same break.
        let merged = Break {
            reason: new.reason.clone().or_else(|| old.reason.clone()),
            since: old.since.or(new.since),
            detail: new.detail.clone().or_else(|| old.detail.clone()),
            ..new.clone()
        };
        let merged = if new.on_break { merged } else { new.clone() };
        return StateSince::new(merged, before.seen_from, poll);
    }
    if old.on_break {
        let end = new.since.filter(|_| new.on_break).unwrap_or_else(|| poll.server_now());
        let lasted_seconds = old.since.map(|since| end.duration_since(since).as_secs().max(0));
        let ended = BreakEnded { reason: old.reason.clone(), since: old.since, lasted_seconds };
        events.push(EventKind::BreakEnded(ended));
    }
    if new.on_break {
        let Break { reason, since, detail, .. } = new.clone();
        events.push(EventKind::BreakStarted(BreakStarted { reason, since, detail }));
    }
    fresh()
}

fn is_same_break(old: &Break, new: &Break) -> bool {
    if !(old.on_break && new.on_break) {
        return old.on_break == new.on_break;
    }
    let same_start = match (old.since, new.since) {
        (Some(old), Some(new)) => old.duration_since(new).as_secs().unsigned_abs() <= SAME_START_SECONDS,
        _ => true,
    };
    same_start && !differ(old.reason.as_ref(), new.reason.as_ref())
}

fn wrapup_after(
    before: Option<&StateSince<Wrapup>>,
    new: &Wrapup,
    poll: &PollResult,
    events: &mut Vec<EventKind>,
) -> StateSince<Wrapup> {
    let fresh = StateSince::new(new.clone(), poll.monotonic, poll);
    let Some(before) = before else { return fresh };
    let old = &before.state;
    let both = old.in_wrapup && new.in_wrapup;
    if both && !differ(old.call_id.as_ref(), new.call_id.as_ref()) {
        let merged = Wrapup {
            ends_at: new.ends_at.or(old.ends_at),
            call_id: new.call_id.clone().or_else(|| old.call_id.clone()),
            customer: new.customer.clone().or_else(|| old.customer.clone()),
            ..new.clone()
        };
        return StateSince::new(merged, before.seen_from, poll);
    }
    if !old.in_wrapup && !new.in_wrapup {
        return StateSince { seen_from: before.seen_from, ..fresh };
    }
    if old.in_wrapup {
        let Wrapup { ends_at, call_id, customer, .. } = old.clone();
        events.push(EventKind::WrapupEnded(WrapupEnded { ends_at, call_id, customer }));
    }
    if new.in_wrapup {
        let remaining_seconds = fresh.seconds_left(poll.monotonic);
        let Wrapup { ends_at, call_id, customer, .. } = new.clone();
        let started = WrapupStarted { ends_at, remaining_seconds, call_id, customer };
        events.push(EventKind::WrapupStarted(started));
    }
    fresh
}

/// Whether both are known, and differ.
fn differ(old: Option<&String>, new: Option<&String>) -> bool {
    old.zip(new).is_some_and(|(old, new)| old != new)
}

fn whole_seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}
