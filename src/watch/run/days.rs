//! When the breaks of today are to be counted anew for a board or a wall.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::floor::event::EventKind;
use crate::floor::shift::DayRules;
use crate::watch::run::agent::WatchedAgent;

/// How old the figures of a break that goes on may be, or that there are none.
const OPEN: Duration = Duration::from_secs(5);

/// How old others may be.
const CLOSED: Duration = Duration::from_secs(60);

/// How the breaks of today are counted.
pub(super) struct Days {
    pub(super) rules: Arc<DayRules>,
    /// When the day began that is counted.
    pub(super) began: Option<Timestamp>,
    pub(super) is_counting: bool,
}

impl Days {
    pub(super) fn new(rules: DayRules) -> Self {
        Self { rules: Arc::new(rules), began: None, is_counting: false }
    }
}

impl<S> WatchedAgent<S> {
    /// Notes what changes the figures of today.
    pub(super) fn note_of_today(&mut self, kind: &EventKind) {
        let is_about_breaks = matches!(
            kind,
            EventKind::BreakStarted(_)
                | EventKind::BreakChanged(_)
                | EventKind::BreakEnded(_)
                | EventKind::AgentChanged(_)
        );
        if is_about_breaks {
            self.today_counted = None;
        }
    }

    /// Whether the figures of today are too old.
    pub(super) fn is_today_due(&self, now: Duration) -> bool {
        let is_open = self.view.today.as_ref().is_none_or(|today| today.breaks.is_open());
        let oldest = if is_open && !self.view.is_over() { OPEN } else { CLOSED };
        self.today_counted.is_none_or(|counted| now.saturating_sub(counted) >= oldest)
    }
}
