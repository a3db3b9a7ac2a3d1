//! What waits to be reported, and what it becomes.

use std::time::Duration;

use jiff::Timestamp;

use crate::floor::answer::Break;
use crate::floor::diff::Change;
use crate::floor::event::{EndReason, Event};
use crate::floor::health::{Health, PollFailure};
use crate::floor::poll_result::PollResult;
use crate::watch::recorder::Addition;
use crate::watch::source::Refusal;

/// One thing that has arrived since the last report.
pub(super) enum Arrival {
    Answer(Box<Answer>),
    /// What has happened to an agent beside its answers.
    Event {
        index: usize,
        event: Event,
        /// Why the watch ends, if nothing can come any more.
        ends: Option<EndReason>,
    },
}

impl Arrival {
    /// Whom it is about.
    pub(super) fn index(&self) -> usize {
        match self {
            Self::Answer(answer) => answer.index,
            Self::Event { index, .. } => *index,
        }
    }

    /// What it answers about breaks.
    pub(super) fn break_state(&self) -> Option<&Break> {
        match self {
            Self::Answer(answer) => answer.result.as_ref()?.break_state.as_ref(),
            Self::Event { .. } => None,
        }
    }
}

/// What a poll has brought.
pub(super) struct Answer {
    pub(super) index: usize,
    /// When the poll started, by our monotonic clock.
    pub(super) since: Duration,
    /// When it ended, by both of our clocks.
    pub(super) at: Duration,
    pub(super) wall: Timestamp,
    /// With the moment at which it came.
    pub(super) result: Option<PollResult>,
    pub(super) failure: Option<PollFailure>,
    pub(super) refused: Vec<Refusal>,
}

/// The events of one arrival, and what follows once they are written. It is made anew if the memory has learnt something
/// meanwhile.
pub(super) struct Report {
    pub(super) events: Vec<Event>,
    /// What a journal takes of it: of the events those that it keeps, in their order, and then what only it is told.
    pub(super) addition: Addition,
    pub(super) step: Option<Step>,
    pub(super) ends: Option<EndReason>,
}

/// What an answer changes once its events are written.
pub(super) struct Step {
    pub(super) index: usize,
    pub(super) since: Duration,
    pub(super) change: Option<Change>,
    pub(super) health: Health,
    pub(super) failure: Option<PollFailure>,
}
