//! Erasing an agent, wherever there is something about it.

use std::path::PathBuf;

use jiff::Timestamp;
use rusqlite::params;

use super::agents::AgentRef;
use super::place::Place;
use super::{Journal, JournalError, damage};

const SLICE: i64 = 1000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Forgotten {
    pub(crate) events: usize,
    /// Damaged files and copies. Of those nobody can erase a part, so they were deleted.
    pub(crate) deleted: Vec<PathBuf>,
    /// Whether the write-ahead log was emptied, too. While another process reads, it cannot be; it is, when that ends.
    pub(crate) log_is_empty: bool,
}

impl Journal {
    /// Erases an agent with its events and coverage. What was there is overwritten.
    pub(crate) fn forget(&self, agent: AgentRef, now: Timestamp) -> Result<Forgotten, JournalError> {
        let mut events = 0;
        loop {
            let slice = self.write(now, |change| {
                let mut delete = change.prepare_cached(
                    "DELETE FROM event WHERE seq IN (SELECT seq FROM event WHERE agent = ?1 LIMIT ?2)",
                )?;
                delete.execute(params![agent.0, SLICE])
            })?;
            events += slice;
            if slice == 0 {
                break;
            }
        }
        events += self.write(now, |change| {
            // What somebody recorded since the last slice.
            let late = change.execute("DELETE FROM event WHERE agent = ?1", [agent.0])?;
            change.execute("DELETE FROM coverage WHERE agent = ?1", [agent.0])?;
            change.execute("DELETE FROM lease WHERE agent = ?1", [agent.0])?;
            change.execute("DELETE FROM cursor WHERE agent = ?1", [agent.0])?;
            change.execute("DELETE FROM agent WHERE id = ?1", [agent.0])?;
            // From now on it is known who is not to be held.
            change.execute("DELETE FROM meta WHERE key = ?1", [damage::AGENTS_LOST])?;
            Ok(late)
        })?;
        self.agents.borrow_mut().clear();
        let deleted: Vec<PathBuf> = self.damaged().into_iter().chain(self.copies()).collect();
        deleted.iter().try_for_each(|path| Place::remove(path))?;
        let log_is_empty = self.write_back()?;
        Ok(Forgotten { events, deleted, log_is_empty })
    }
}
