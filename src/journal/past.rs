//! What a report about a time of the past is made of: no more than it needs, however much was recorded since.

use std::time::Duration;

use jiff::Timestamp;

use super::agents::AgentRef;
use super::coverage::first_answer_from;
use super::{Journal, JournalError, moment};
use crate::floor::event::FollowedPart;
use crate::floor::pause::{MARGIN, WINDOW};
use crate::floor::timeline::gaps::without_lost;
use crate::floor::timeline::{Coverage, Recorded};

/// So long after the first answers that follow a window, what happened in it still arrives: notifications that the server
/// repeats, a break that a second answer has to confirm.
const LATE: Duration = WINDOW.saturating_add(MARGIN);

impl Journal {
    /// The events and the coverage of an agent of which a report about the time from `from` to `to` is made. What went on at
    /// `to` may have no end among them, but the coverage reaches beyond.
    pub(crate) fn of_window(
        &self,
        agent: AgentRef,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<(Vec<Recorded>, Vec<Coverage>), JournalError> {
        let until = self.known_by(agent, to)?;
        let events = self.recorded_between(agent, from, until)?;
        let coverage = self.coverage(agent, from, until)?;
        let coverage = without_lost(coverage, events.iter().map(|recorded| &recorded.event));
        Ok((events, coverage))
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
