//! Limits on how long a break or a wrap-up may be, and the events that report crossing them.
//! Pure: a function of limits, states and the monotonic moment, so that it counts on between polls.

use std::time::Duration;

use crate::floor::event::{Alert, AlertChange, AlertWhat, EventKind, Level};
use crate::floor::state::AgentState;

mod limit;

pub use limit::{Limit, LimitError};

#[cfg(test)]
mod tests;

/// Which limits of one profile were reported as crossed. Copy it, and keep the copy once its events are written.
#[derive(Clone, Debug, Default)]
pub struct CrossedLimits {
    break_alert: Option<Crossing>,
    wrapup_alert: Option<Crossing>,
}

/// A crossing that was reported, and is not over.
#[derive(Clone, Debug)]
struct Crossing {
    alert: Alert,
    /// Which break or wrap-up it is: another one has another beginning.
    state: Duration,
    reported_at: Duration,
}

/// A state with its limits.
struct Measured {
    what: AlertWhat,
    reason: Option<String>,
    state: Duration,
    seconds: i64,
}

impl CrossedLimits {
    /// The highest level at which the break is over its limit.
    #[must_use]
    pub fn break_level(&self) -> Option<Level> {
        self.break_alert.as_ref().map(|crossing| crossing.alert.level)
    }

    /// The highest level at which the wrap-up is over its limit.
    #[must_use]
    pub fn wrapup_level(&self) -> Option<Level> {
        self.wrapup_alert.as_ref().map(|crossing| crossing.alert.level)
    }
}

/// The events at the monotonic moment `now`, and what is reported once they are written. A state goes over no limit while answers
/// about it are missing for longer than `patience`: nobody knows whether it still goes on.
///
/// Each level is reported once for each break or wrap-up. It is taken back only when that state ends, never
/// because a start was corrected: that is the hysteresis.
#[must_use]
pub fn evaluate(
    limits: &[Limit],
    state: &AgentState,
    crossed: &CrossedLimits,
    now: Duration,
    patience: Duration,
) -> (Vec<EventKind>, CrossedLimits) {
    // Called for every agent at every answer: without limits there is nothing to measure.
    if limits.is_empty() {
        return (Vec::new(), CrossedLimits::default());
    }
    let mut events = Vec::new();
    let on_break = measured_break(state, now, patience);
    let wrapup = measured_wrapup(state, now, patience);
    let next = CrossedLimits {
        break_alert: follow(limits, on_break, crossed.break_alert.as_ref(), now, &mut events),
        wrapup_alert: follow(limits, wrapup, crossed.wrapup_alert.as_ref(), now, &mut events),
    };
    (events, next)
}

/// The moment after `now` at which the next limit is crossed if nothing changes: when it is worth looking again.
#[must_use]
pub fn next_crossing(limits: &[Limit], state: &AgentState, now: Duration) -> Option<Duration> {
    if limits.is_empty() {
        return None;
    }
    [measured_break(state, now, Duration::MAX), measured_wrapup(state, now, Duration::MAX)]
        .into_iter()
        .flatten()
        .filter_map(|measured| {
            let limit = Limit::for_state(limits, measured.what, measured.reason.as_deref())?;
            let next = limit.next_after(measured.seconds)?;
            let left = u64::try_from(next.saturating_sub(measured.seconds)).ok()?;
            Some(now + Duration::from_secs(left))
        })
        .min()
}

fn measured_break(state: &AgentState, now: Duration, patience: Duration) -> Option<Measured> {
    let since = state.break_state.as_ref().filter(|since| since.state.on_break)?;
    Some(Measured {
        what: AlertWhat::Break,
        reason: since.state.reason.clone(),
        state: since.seen_from,
        seconds: since.seconds_at_least(since.known_until(now, patience)),
    })
}

fn measured_wrapup(state: &AgentState, now: Duration, patience: Duration) -> Option<Measured> {
    let since = state.wrapup.as_ref().filter(|since| since.state.in_wrapup)?;
    Some(Measured {
        what: AlertWhat::Wrapup,
        reason: None,
        state: since.seen_from,
        seconds: since.seconds_at_least(since.known_until(now, patience)),
    })
}

fn follow(
    limits: &[Limit],
    measured: Option<Measured>,
    before: Option<&Crossing>,
    now: Duration,
    events: &mut Vec<EventKind>,
) -> Option<Crossing> {
    let same =
        before.filter(|crossing| measured.as_ref().is_some_and(|measured| measured.state == crossing.state));
    if let (Some(crossing), None) = (before, same) {
        events.push(EventKind::Alert(crossing.cleared(now)));
    }
    let Some(crossed) = measured.and_then(|measured| crossing_of(limits, measured, now)) else {
        return same.cloned();
    };
    if same.is_some_and(|same| same.alert.level >= crossed.alert.level) {
        return same.cloned();
    }
    events.push(EventKind::Alert(crossed.alert.clone()));
    Some(crossed)
}

fn crossing_of(limits: &[Limit], measured: Measured, now: Duration) -> Option<Crossing> {
    let limit = Limit::for_state(limits, measured.what, measured.reason.as_deref())?;
    let (level, limit_seconds) = limit.level_at(measured.seconds)?;
    let alert = Alert {
        what: measured.what,
        reason: measured.reason,
        level,
        change: AlertChange::Over,
        limit_seconds,
        value_seconds: measured.seconds,
    };
    Some(Crossing { alert, state: measured.state, reported_at: now })
}

impl Crossing {
    fn cleared(&self, now: Duration) -> Alert {
        let since_then = i64::try_from(now.saturating_sub(self.reported_at).as_secs()).unwrap_or(i64::MAX);
        Alert {
            change: AlertChange::Cleared,
            value_seconds: self.alert.value_seconds.saturating_add(since_then),
            ..self.alert.clone()
        }
    }
}
