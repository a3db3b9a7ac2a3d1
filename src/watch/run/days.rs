//! What of today was counted for a board or a wall, and what is to be counted anew.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::floor::event::EventKind;
use crate::floor::shift::DayRules;
use crate::watch::view::AgentView;

/// How old the figures of a break that goes on may be, or that there are none.
const OPEN: Duration = Duration::from_secs(5);

/// How old others may be.
const CLOSED: Duration = Duration::from_secs(60);

/// What of today was counted, and when.
pub(super) struct Days {
    pub(super) rules: Arc<DayRules>,
    /// When the day began that is counted.
    pub(super) began: Option<Timestamp>,
    /// Of each agent, when it was last counted.
    pub(super) counted: Vec<Option<Duration>>,
    pub(super) is_counting: bool,
}

impl Days {
    pub(super) fn new(rules: DayRules, agents: usize) -> Self {
        Self { rules: Arc::new(rules), began: None, counted: vec![None; agents], is_counting: false }
    }

    /// Notes what changes the figures of an agent.
    pub(super) fn note(&mut self, index: usize, kind: &EventKind) {
        let is_about_breaks = matches!(
            kind,
            EventKind::BreakStarted(_)
                | EventKind::BreakChanged(_)
                | EventKind::BreakEnded(_)
                | EventKind::AgentChanged(_)
        );
        if is_about_breaks {
            self.counted[index] = None;
        }
    }

    /// Whether the figures of an agent are too old.
    pub(super) fn is_due(&self, index: usize, agent: &AgentView, now: Duration) -> bool {
        let is_open = agent.today.as_ref().is_none_or(|today| today.breaks.is_open());
        let oldest = if is_open && !agent.is_over() { OPEN } else { CLOSED };
        self.counted[index].is_none_or(|counted| now.saturating_sub(counted) >= oldest)
    }
}
