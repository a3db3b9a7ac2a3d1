//! How far a script has read (`tags --new NAME`), for each agent by itself: a script may ask for other agents the next time.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::agents::AgentRef;
use super::{Journal, JournalError, millis, moment};

/// What a script has had of an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// Up to this event.
    pub(crate) seq: i64,
    pub(crate) moved_at: Timestamp,
}

impl Journal {
    /// How far the script of this name has read an agent.
    pub(crate) fn cursor(&self, name: &str, agent: AgentRef) -> Result<Option<Cursor>, JournalError> {
        let mut find = self.statement("SELECT seq, moved_at FROM cursor WHERE name = ?1 AND agent = ?2")?;
        let found = find.query_row(params![name, agent.0], |row| {
            Ok(Cursor { seq: row.get(0)?, moved_at: moment(row.get(1)?) })
        });
        let found = found.optional();
        found.map_err(|error| self.fault(error))
    }

    /// Moves it on, for several agents at once; never back.
    pub(crate) fn move_cursors(
        &self,
        name: &str,
        had: &[(AgentRef, i64)],
        now: Timestamp,
    ) -> Result<(), JournalError> {
        self.write(now, |change| {
            let mut put = change.prepare_cached(
                "INSERT INTO cursor (name, agent, seq, moved_at) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (name, agent)
                     DO UPDATE SET seq = max(seq, excluded.seq), moved_at = excluded.moved_at",
            )?;
            for (agent, seq) in had {
                put.execute(params![name, agent.0, seq, millis(now)])?;
            }
            Ok(())
        })
    }
}
