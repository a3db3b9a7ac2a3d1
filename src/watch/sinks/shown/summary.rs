//! The board's heading: how many agents are in which state, and how old the data is.

use std::time::Duration;

use crate::floor::alerts::Limit;
use crate::floor::event::Level;
use crate::output::text::style::{IN_WRAPUP, Mark, NOTABLE, ON_BREAK, ORDINARY, Tint, UNKNOWN, WRONG};
use crate::output::text::times;
use crate::watch::sinks::shown::agent::{RECONNECTING, measured};
use crate::watch::source::WatchScope;
use crate::watch::view::{FloorView, Phase};

/// As in `status`, each agent counts once, and a break goes before a wrap-up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) on_break: usize,
    pub(crate) wrapup: usize,
    pub(crate) neither: usize,
    pub(crate) unknown: usize,
    pub(crate) over: usize,
    /// The highest level among those.
    pub(crate) level: Option<Level>,
}

/// Counts the newest answers. A profile that is no longer followed counts as unknown, and so does one of which an answer
/// is missing that is to be watched.
pub(crate) fn tally(view: &FloorView, only: WatchScope, limits: &[Limit]) -> Tally {
    let mut tally = Tally::default();
    let is_denied = |is_wanted: bool, answer: Option<bool>| !is_wanted || answer == Some(false);
    for one in &view.agents {
        let state = &one.state;
        let on_break = state.break_state.as_ref().map(|since| since.state.on_break);
        let in_wrapup = state.wrapup.as_ref().map(|since| since.state.in_wrapup);
        let (on_break, in_wrapup) = if one.is_over() { (None, None) } else { (on_break, in_wrapup) };
        let are_denied = is_denied(only.breaks, on_break) && is_denied(only.wrapups, in_wrapup);
        let count = match (on_break, in_wrapup) {
            (Some(true), _) => &mut tally.on_break,
            (_, Some(true)) => &mut tally.wrapup,
            _ if are_denied => &mut tally.neither,
            _ => &mut tally.unknown,
        };
        *count += 1;
        let level = measured(one, limits, one.seen_at(view.now, view.interval)).level;
        tally.over += usize::from(level.is_some());
        tally.level = tally.level.max(level);
    }
    tally
}

/// What a heading lists, each count with its mark and word: what is followed, and first what is over a limit, if anything
/// is.
pub(crate) fn counts(tally: Tally, only: WatchScope) -> impl Iterator<Item = (Mark, &'static str, usize)> {
    let with_states = only.breaks || only.wrapups;
    let over = if tally.level == Some(Level::Warn) { Mark { tint: Tint::Urgent, ..NOTABLE } } else { WRONG };
    let neither = match (only.breaks, only.wrapups) {
        (true, false) => "no break",
        (false, true) => "no wrap-up",
        _ => "neither",
    };
    let counts = [
        (tally.over > 0, over, "over", tally.over),
        (only.breaks, ON_BREAK, "on break", tally.on_break),
        (only.wrapups, IN_WRAPUP, "wrap-up", tally.wrapup),
        (with_states, Mark { tint: Tint::Plain, ..ORDINARY }, neither, tally.neither),
        (with_states, UNKNOWN, "unknown", tally.unknown),
    ];
    counts.into_iter().filter(|(is_wanted, ..)| *is_wanted).map(|(_, mark, word, count)| (mark, word, count))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Liveness {
    /// No answer yet, and no failure either.
    Starting,
    /// Every profile answered lately.
    Live,
    /// At least one answer is older than it should be.
    Stale,
    /// Polls of this many profiles fail.
    Reconnecting(usize),
    /// No profile is followed any more.
    Ended,
}

/// The worst of all profiles that are still followed.
pub(crate) fn liveness(view: &FloorView) -> Liveness {
    let alive = || view.agents.iter().filter(|one| !one.is_over());
    let failing = alive().filter(|one| one.health.failing_since().is_some()).count();
    if alive().next().is_none() {
        Liveness::Ended
    } else if failing > 0 {
        Liveness::Reconnecting(failing)
    } else if alive().any(|one| one.is_silent(view.now, view.interval)) {
        Liveness::Stale
    } else if alive().any(|one| one.health.last_ok().is_none()) {
        Liveness::Starting
    } else {
        Liveness::Live
    }
}

impl Liveness {
    pub(crate) fn mark(self) -> Mark {
        match self {
            Self::Starting => ORDINARY,
            Self::Live => Mark { symbol: '●', tint: Tint::Good },
            Self::Stale => Mark { symbol: '○', tint: Tint::Notable },
            Self::Reconnecting(_) => RECONNECTING,
            Self::Ended => WRONG,
        }
    }

    pub(crate) fn words(self, profiles: usize) -> String {
        match self {
            Self::Starting => "starting".to_owned(),
            Self::Live => "live".to_owned(),
            Self::Stale => "stale".to_owned(),
            Self::Reconnecting(_) if profiles == 1 => "reconnecting".to_owned(),
            Self::Reconnecting(failing) => format!("reconnecting {failing} of {profiles}"),
            Self::Ended => "ended".to_owned(),
        }
    }
}

/// The age of the oldest answer among those shown; `None` before the first.
pub(crate) fn age(view: &FloorView) -> Option<String> {
    let lags = view.agents.iter().filter(|one| !one.is_over()).filter_map(|one| one.health.lag(view.now));
    lags.max().map(seconds_of).map(times::length)
}

/// When this watch polls next, or who does instead.
pub(crate) fn next_poll(view: &FloorView) -> Option<String> {
    if view.agents.iter().any(|one| matches!(one.phase, Phase::Polling(_))) {
        return Some("polling now".to_owned());
    }
    if let Some(due) = view.agents.iter().filter_map(|one| one.due()).min() {
        return Some(format!("next in {}", times::length(seconds_of(due.saturating_sub(view.now)))));
    }
    // When the other process polls next, only that knows.
    view.agents.iter().any(|one| one.phase == Phase::Read).then(|| "from the journal".to_owned())
}

fn seconds_of(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}
