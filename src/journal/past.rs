//! What a report about a time of the past is made of: no more than it needs, however much was recorded since.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::params;

use super::agents::AgentRef;
use super::coverage::first_answer_from;
use super::events::{NEXT, STARTS};
use super::{Journal, JournalError, millis, moment};
use crate::floor::event::FollowedPart;
use crate::floor::pause::{MARGIN, WINDOW};
use crate::floor::timeline::gaps::without_lost;
use crate::floor::timeline::{Coverage, Recorded};

/// So long after the first answers that follow a window, what happened in it still arrives: notifications that the server
/// repeats, a break that a second answer has to confirm.
const LATE: Duration = WINDOW.saturating_add(MARGIN);

/// Of what a report about a time of an agent is made.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RecordedWindow {
    /// By their numbers, those of the time itself with no more than a report needs.
    pub(crate) events: Vec<Recorded>,
    pub(crate) coverage: Vec<Coverage>,
}

impl Journal {
    /// The events and the coverage of which a report about the time of an agent from `from` to `to` is made. What went on at
    /// `to` may have no end among them, but the coverage reaches beyond.
    pub(crate) fn of_window(
        &self,
        agent: AgentRef,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<RecordedWindow, JournalError> {
        let until = self.known_by(agent, to)?;
        let brief = self.in_brief(agent, from, until)?;
        let next = self.number(NEXT, params![agent.0, millis(until)])?;
        let numbers =
            brief.iter().fold((next, next), |(first, last), it| (first.min(it.seq), last.max(it.seq)));
        let mut events = self.states_before(agent, from, numbers, &STARTS, "")?;
        events.extend(brief);
        events.sort_by_key(|recorded| recorded.seq);
        let coverage = self.coverage(agent, from, until)?;
        let coverage = without_lost(coverage, events.iter().map(|recorded| &recorded.event));
        Ok(RecordedWindow { events, coverage })
    }

    /// When nothing more was learned of what happened before `at`.
    fn known_by(&self, agent: AgentRef, at: Timestamp) -> Result<Timestamp, JournalError> {
        let mut known = at;
        for part in [FollowedPart::Tags, FollowedPart::Breaks, FollowedPart::Wrapups] {
            let answered = first_answer_from(&self.connection, agent, part, at);
            known = known.max(answered.map_err(|error| self.fault(error))?.map_or(at, moment));
        }
        Ok(known.checked_add(LATE).unwrap_or(Timestamp::MAX))
    }
}
