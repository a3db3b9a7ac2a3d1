//! What a run knows of an agent as it begins.

use jiff::{SignedDuration, Timestamp};
use rusqlite::params;

use super::agents::AgentRef;
use super::events::{COLUMNS, OF_STATE};
use super::{Journal, JournalError, millis};
use crate::floor::diff::Memory;
use crate::floor::diff::restored::REMEMBERED;
use crate::floor::pause::OwnClocks;
use crate::floor::timeline::{Coverage, Recorded};

pub(crate) struct Remembered {
    pub(crate) memory: Memory,
    pub(crate) coverage: Vec<Coverage>,
    pub(crate) recorded: Vec<Recorded>,
    /// Since when all notifications are among what was recorded, if they are wanted.
    pub(crate) from: Timestamp,
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
        let from = remembered_from(now);
        let recorded = self.to_remember(agent, from)?.into_iter();
        let recorded = recorded.filter(|recorded| recorded.seq <= base).collect();
        self.restored(agent, recorded, from, clocks)
    }

    /// The same memory, without notifications unless it `wants_tags`, and made of no more than it needs: a shift has a
    /// hundred wrap-ups that are over.
    pub(crate) fn memory_of_present(
        &self,
        agent: AgentRef,
        base: i64,
        wants_tags: bool,
        now: Timestamp,
        clocks: &OwnClocks,
    ) -> Result<Remembered, JournalError> {
        let from = remembered_from(now);
        let recorded = self.present(agent, base, wants_tags.then_some(from))?;
        self.restored(agent, recorded, from, clocks)
    }

    fn restored(
        &self,
        agent: AgentRef,
        recorded: Vec<Recorded>,
        from: Timestamp,
        clocks: &OwnClocks,
    ) -> Result<Remembered, JournalError> {
        let events = recorded.iter().map(|recorded| &recorded.event);
        let coverage = self.coverage_to_remember(agent, from)?;
        let agent_id = self.row(agent)?.and_then(|row| row.agent_id);
        let memory = Memory::hiding(self.hiding()).restored(agent_id.as_deref(), events, &coverage, clocks);
        Ok(Remembered { memory, coverage, recorded, from })
    }

    /// Up to the event `base`: the notifications since `tags_from`, and however old it is, what says which break and
    /// wrap-up go on, and for whom the session answers.
    fn present(
        &self,
        agent: AgentRef,
        base: i64,
        tags_from: Option<Timestamp>,
    ) -> Result<Vec<Recorded>, JournalError> {
        // The last by its number: by its time it may be an earlier one, if the clock was set back.
        let since_last = |first: &str, types: &str| {
            format!(
                "SELECT {COLUMNS} FROM event INDEXED BY event_of_state
                     WHERE agent = ?1 AND type IN ({types}) AND {OF_STATE} AND seq <= ?2 AND seq >= coalesce((
                         SELECT max(seq) FROM event INDEXED BY event_of_state
                         WHERE agent = ?1 AND type = '{first}' AND {OF_STATE} AND seq <= ?2), 0)"
            )
        };
        let sql = format!(
            "SELECT {COLUMNS} FROM event INDEXED BY event_of_agent
                 WHERE agent = ?1 AND at >= ?3 AND type = 'tag' AND seq <= ?2
             UNION ALL {} UNION ALL {} UNION ALL {} ORDER BY seq",
            since_last("agent_changed", "'agent_changed'"),
            since_last("break_started", "'break_started', 'break_changed', 'break_ended'"),
            since_last("wrapup_started", "'wrapup_started', 'wrapup_ended'"),
        );
        // No moment is so late.
        let tags_from = tags_from.map_or(i64::MAX, millis);
        self.read(&sql, params![agent.0, base, tags_from])
    }
}

fn remembered_from(now: Timestamp) -> Timestamp {
    let remembered = SignedDuration::try_from(REMEMBERED).unwrap_or(SignedDuration::MAX);
    now.checked_sub(remembered).unwrap_or(Timestamp::MIN)
}
