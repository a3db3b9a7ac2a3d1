//! Reading what a command will list, before the answers of servers come.

use std::collections::HashMap;
use std::ops::ControlFlow;

use jiff::Timestamp;

use super::agents::AgentRef;
use super::events::EventQuery;
use super::{Journal, JournalError};
use crate::floor::timeline::Recorded;

/// Notifications of one agent, all that were noticed since a moment, by a clock that was right or behind, and recorded up to
/// an event.
#[derive(Debug)]
pub(crate) struct ReadAhead {
    pub(crate) from: Timestamp,
    pub(crate) last: i64,
    /// By their numbers.
    pub(crate) tags: Vec<Recorded>,
}

impl Journal {
    /// The notifications of each of these agents that were noticed from `from` on.
    pub(crate) fn read_ahead(
        &self,
        agents: &[AgentRef],
        from: Timestamp,
    ) -> Result<HashMap<AgentRef, ReadAhead>, JournalError> {
        let last = self.last_seq()?;
        let nothing = |agent: &AgentRef| (*agent, ReadAhead { from, last, tags: vec![] });
        let mut read: HashMap<AgentRef, ReadAhead> = agents.iter().map(nothing).collect();
        let query = EventQuery {
            agents: Some(agents.to_vec()),
            from: Some(from),
            with_clock_behind: true,
            types: &["tag"],
            ..EventQuery::default()
        };
        self.events(&query, &mut |agent, recorded| {
            if recorded.seq > last {
                return ControlFlow::Break(());
            }
            if let Some(of_agent) = read.get_mut(&agent) {
                of_agent.tags.push(recorded);
            }
            ControlFlow::Continue(())
        })?;
        Ok(read)
    }
}
