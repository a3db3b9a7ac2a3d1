//! What a run knows of an agent as it begins.

use jiff::{SignedDuration, Timestamp};

use super::agents::AgentRef;
use super::{Journal, JournalError};
use crate::floor::diff::Memory;
use crate::floor::diff::restored::REMEMBERED;
use crate::floor::pause::OwnClocks;
use crate::floor::timeline::{Coverage, Recorded};

pub(crate) struct Remembered {
    pub(crate) memory: Memory,
    pub(crate) coverage: Vec<Coverage>,
    pub(crate) recorded: Vec<Recorded>,
}

impl Journal {
    /// A memory of what was recorded of an agent up to the event `base`, and what it was made of.
    pub(crate) fn memory(
        &self,
        agent: AgentRef,
        base: i64,
        now: Timestamp,
        clocks: &OwnClocks,
    ) -> Result<Remembered, JournalError> {
        let remembered = SignedDuration::try_from(REMEMBERED).unwrap_or(SignedDuration::MAX);
        let from = now.checked_sub(remembered).unwrap_or(Timestamp::MIN);
        let recorded = self.to_remember(agent, from)?.into_iter();
        let recorded: Vec<Recorded> = recorded.filter(|recorded| recorded.seq <= base).collect();
        let events = recorded.iter().map(|recorded| &recorded.event);
        let coverage = self.coverage_to_remember(agent, from)?;
        let agent_id = self.row(agent)?.and_then(|row| row.agent_id);
        let memory = Memory::hiding(self.hiding()).restored(agent_id.as_deref(), events, &coverage, clocks);
        Ok(Remembered { memory, coverage, recorded })
    }
}
