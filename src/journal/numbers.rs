//! Customers' numbers: whole for a while, so that somebody can call back; then masked where they stand. What was there is
//! overwritten (`secure_delete`), in the write-ahead log too.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, params};

use super::agents::AgentRow;
use super::customers::Hash;
use super::events::{EventQuery, list};
use super::{Journal, JournalError, Numbers, agents, body, millis, moment};
use crate::floor::event::Event;

/// Rows that are changed at a time: others write in between.
const SLICE: i64 = 1000;

impl Journal {
    /// Masks the numbers that have been whole for long enough; returns in how many events it looked.
    pub(crate) fn mask_old_numbers(&self, now: Timestamp) -> Result<usize, JournalError> {
        let mut looked_at = 0;
        loop {
            let slice = self.mask_some_numbers(now)?;
            looked_at += slice;
            if slice == 0 {
                break;
            }
        }
        if looked_at > 0 {
            // If somebody reads at this moment, the log is overwritten later.
            self.write_back()?;
        }
        Ok(looked_at)
    }

    /// One slice of [`Self::mask_old_numbers`].
    pub(super) fn mask_some_numbers(&self, now: Timestamp) -> Result<usize, JournalError> {
        let until = match self.numbers {
            Numbers::Keep => return Ok(0),
            Numbers::Never => Timestamp::MAX,
            Numbers::For(length) => {
                let length = SignedDuration::try_from(length).unwrap_or(SignedDuration::MAX);
                now.checked_sub(length).unwrap_or(Timestamp::MIN)
            }
        };
        self.write(now, |change| self.mask_slice(change, millis(until)))
    }

    fn mask_slice(&self, change: &Connection, until: i64) -> rusqlite::Result<usize> {
        let agents = agents::all(change)?;
        let mut find = change.prepare_cached(
            "SELECT seq, agent, type, at, body FROM event INDEXED BY event_not_masked
             WHERE masked = 0 AND at < ?1 LIMIT ?2",
        )?;
        let mut mask = change.prepare_cached(
            "UPDATE event SET masked = 1, altered = altered OR ?2, customer = ?3, body = ?4 WHERE seq = ?1",
        )?;
        let mut rows = find.query(params![until, SLICE])?;
        // Read first: a row that is changed leaves the index that is being read.
        let mut masked = vec![];
        while let Some(row) = rows.next()? {
            let seq: i64 = row.get(0)?;
            let (agent, at): (i64, i64) = (row.get(1)?, row.get(3)?);
            let profile = profile(&agents, agent);
            let (name, whole) = (row.get_ref(2)?.as_str()?, row.get_ref(4)?.as_str()?);
            let hidden = body::masked(name, moment(at), profile, whole);
            let is_altered = hidden != whole;
            let event = body::read(name, moment(at), profile, whole).ok().filter(|_| is_altered);
            let customer = event.and_then(|event| self.customer(&event));
            masked.push((seq, is_altered, customer, hidden));
        }
        drop(rows);
        for (seq, is_altered, customer, hidden) in &masked {
            mask.execute(params![seq, is_altered, customer, hidden])?;
        }
        Ok(masked.len())
    }

    /// A key that is the same for all events about one customer, and tells nobody which; `None` where the event names none
    /// or the number is masked.
    pub(crate) fn customer_key(&self, event: &Event) -> Option<Hash> {
        self.customer(event)
    }

    /// The same for the events whose number is masked by now, by their `seq`.
    pub(crate) fn masked_customers(&self, query: &EventQuery) -> Result<Vec<(i64, Hash)>, JournalError> {
        let agents = match &query.agents {
            Some(agents) => agents.clone(),
            None => self.agents()?.into_iter().map(|row| row.agent).collect(),
        };
        let mut find = self.statement(
            "SELECT seq, customer FROM event WHERE customer IS NOT NULL AND seq > ?1 AND at >= ?2 AND at < ?3
             AND agent IN (SELECT value FROM json_each(?4)) ORDER BY seq",
        )?;
        let from = query.from.map_or(i64::MIN, millis);
        let until = query.until.map_or(i64::MAX, millis);
        let rows = find.query_map(params![query.after_seq, from, until, list(&agents)], |row| {
            Ok((row.get(0)?, row.get(1)?))
        });
        rows.and_then(Iterator::collect).map_err(|error| self.fault(error))
    }
}

/// What the events of an agent call it.
pub(super) fn profile(agents: &[AgentRow], agent: i64) -> &str {
    agents.iter().find(|row| row.agent.0 == agent).map_or("", |row| &row.profile)
}
