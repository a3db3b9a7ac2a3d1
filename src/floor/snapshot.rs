//! What is known of one profile's break and wrap-up, how long each has held, and what a newer answer
//! changes. Nothing is derived that the server did not say.

use std::time::Duration;

use jiff::Timestamp;

use crate::floor::event::EventKind;
use crate::floor::look::{BreakSeen, Look, WrapupSeen};

#[cfg(test)]
mod tests;

/// Starts that differ by less are one start, computed anew by the server for each answer.
const SAME_START_SECONDS: u64 = 2;

/// What is known of one profile.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// Break or no break; `None` until it was said.
    pub break_state: Option<Standing<BreakSeen>>,
    /// Wrap-up or no wrap-up; `None` until it was said.
    pub wrapup: Option<Standing<WrapupSeen>>,
}

/// A state that holds, and since when the watch knows it. Lengths count on between polls by our
/// monotonic clock, so neither clock's being wrong or set disturbs them.
#[derive(Clone, Debug)]
pub struct Standing<S> {
    /// What the server said last about it.
    pub said: S,
    /// When the watch saw this state first, by our monotonic clock.
    pub seen_from: Duration,
    looked_at: Duration,
    server_now: Timestamp,
}

impl<S> Standing<S> {
    fn new(said: S, seen_from: Duration, look: &Look) -> Self {
        Self { said, seen_from, looked_at: look.monotonic, server_now: look.server_now() }
    }

    /// Seconds from `moment`, which the server named, until `now`; negative if it is still to come.
    fn seconds_from(&self, moment: Timestamp, now: Duration) -> i64 {
        let at_look = self.server_now.duration_since(moment).as_secs();
        at_look.saturating_add(whole_seconds(now.saturating_sub(self.looked_at)))
    }

    fn seconds_seen(&self, now: Duration) -> i64 {
        whole_seconds(now.saturating_sub(self.seen_from))
    }
}

impl Standing<BreakSeen> {
    /// Seconds since the start that the server gave, at the monotonic moment `now`.
    #[must_use]
    pub fn seconds_said(&self, now: Duration) -> Option<i64> {
        self.said.since.map(|since| self.seconds_from(since, now).max(0))
    }

    /// Seconds for which the state has held at least: since the start given, or since it was first seen.
    #[must_use]
    pub fn seconds_held(&self, now: Duration) -> i64 {
        self.seconds_said(now).unwrap_or_default().max(self.seconds_seen(now))
    }
}

impl Standing<WrapupSeen> {
    /// Seconds until the end that the server gave; negative once it has passed.
    #[must_use]
    pub fn seconds_left(&self, now: Duration) -> Option<i64> {
        self.said.ends_at.map(|end| self.seconds_from(end, now).saturating_neg())
    }

    /// Seconds since it was first seen: the server does not say when a wrap-up began.
    #[must_use]
    pub fn seconds_held(&self, now: Duration) -> i64 {
        self.seconds_seen(now)
    }

    /// The monotonic moment of the end that the server gave, if it is still to come: worth a poll.
    #[must_use]
    pub fn ends(&self, now: Duration) -> Option<Duration> {
        let left = u64::try_from(self.seconds_left(now)?).ok()?;
        self.said.in_wrapup.then(|| now + Duration::from_secs(left))
    }
}

impl Snapshot {
    /// What is known after `look`, and the events that tell the difference. What was not known before
    /// is no event.
    #[must_use]
    pub fn after(&self, look: &Look) -> (Self, Vec<EventKind>) {
        let mut events = Vec::new();
        let mut next = self.clone();
        if let Some(said) = &look.break_state {
            next.break_state = Some(break_after(self.break_state.as_ref(), said, look, &mut events));
        }
        if let Some(said) = &look.wrapup {
            next.wrapup = Some(wrapup_after(self.wrapup.as_ref(), said, look, &mut events));
        }
        (next, events)
    }
}

fn break_after(
    before: Option<&Standing<BreakSeen>>,
    said: &BreakSeen,
    look: &Look,
    events: &mut Vec<EventKind>,
) -> Standing<BreakSeen> {
    let fresh = || Standing::new(said.clone(), look.monotonic, look);
    let Some(before) = before else { return fresh() };
    let old = &before.said;
    if is_same_break(old, said) {
        // A later answer may leave out what an earlier one said about this same break.
        let merged = BreakSeen {
            on_break: said.on_break,
            reason: said.reason.clone().or_else(|| old.reason.clone()),
            since: old.since.or(said.since),
            detail: said.detail.clone().or_else(|| old.detail.clone()),
        };
        let merged = if said.on_break { merged } else { said.clone() };
        return Standing::new(merged, before.seen_from, look);
    }
    if old.on_break {
        let end = said.since.filter(|_| said.on_break).unwrap_or_else(|| look.server_now());
        let lasted_seconds = old.since.map(|since| end.duration_since(since).as_secs().max(0));
        events.push(EventKind::BreakEnded { reason: old.reason.clone(), since: old.since, lasted_seconds });
    }
    if said.on_break {
        events.push(EventKind::BreakStarted { seen: Box::new(said.clone()) });
    }
    fresh()
}

fn is_same_break(old: &BreakSeen, new: &BreakSeen) -> bool {
    if !(old.on_break && new.on_break) {
        return old.on_break == new.on_break;
    }
    let same_start = match (old.since, new.since) {
        (Some(old), Some(new)) => old.duration_since(new).as_secs().unsigned_abs() <= SAME_START_SECONDS,
        _ => true,
    };
    same_start && !are_told_apart(old.reason.as_ref(), new.reason.as_ref())
}

fn wrapup_after(
    before: Option<&Standing<WrapupSeen>>,
    said: &WrapupSeen,
    look: &Look,
    events: &mut Vec<EventKind>,
) -> Standing<WrapupSeen> {
    let fresh = Standing::new(said.clone(), look.monotonic, look);
    let Some(before) = before else { return fresh };
    let old = &before.said;
    let both = old.in_wrapup && said.in_wrapup;
    if both && !are_told_apart(old.call_id.as_ref(), said.call_id.as_ref()) {
        let merged = WrapupSeen {
            in_wrapup: true,
            ends_at: said.ends_at.or(old.ends_at),
            call_id: said.call_id.clone().or_else(|| old.call_id.clone()),
            customer: said.customer.clone().or_else(|| old.customer.clone()),
        };
        return Standing::new(merged, before.seen_from, look);
    }
    if !old.in_wrapup && !said.in_wrapup {
        return Standing { seen_from: before.seen_from, ..fresh };
    }
    if old.in_wrapup {
        events.push(EventKind::WrapupEnded { seen: old.clone() });
    }
    if said.in_wrapup {
        let remaining_seconds = fresh.seconds_left(look.monotonic);
        events.push(EventKind::WrapupStarted { seen: said.clone(), remaining_seconds });
    }
    fresh
}

/// Whether both are said, and differ.
fn are_told_apart(old: Option<&String>, new: Option<&String>) -> bool {
    old.zip(new).is_some_and(|(old, new)| old != new)
}

fn whole_seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}
