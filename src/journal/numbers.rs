//! Customers' numbers: whole for a while, so that somebody can call back; then masked where they stand. What was there is
//! overwritten (`secure_delete`), in the write-ahead log too.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, params};

use super::agents::AgentRow;
use super::unreadable::text;
use super::{Journal, JournalError, Numbers, agents, body, millis, moment};

/// Rows that are changed at a time: others write in between.
const SLICE: i64 = 1000;

/// What a step of masking has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Slice {
    pub(super) looked_at: usize,
    /// In how many of these events there were numbers.
    pub(super) altered: u64,
}

impl Journal {
    /// Masks all numbers that have been whole for long enough; returns in how many events it looked.
    #[cfg(test)]
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

    /// Masks some of the numbers that have been whole for long enough, where nobody tidies up.
    pub(crate) fn mask_some_unasked(&self, now: Timestamp) -> Result<(), JournalError> {
        self.mask_some_numbers(self.confirmed(now)?).map(drop)
    }

    /// Masks some of the numbers that have been whole for long enough; returns in how many events it looked.
    pub(super) fn mask_some_numbers(&self, now: Timestamp) -> Result<usize, JournalError> {
        self.mask_slice(now).map(|slice| slice.looked_at)
    }

    pub(super) fn mask_slice(&self, now: Timestamp) -> Result<Slice, JournalError> {
        match self.whole_until(now) {
            Some(until) => self.write(now, |change| self.mask_in(change, millis(until))),
            None => Ok(Slice::default()),
        }
    }

    /// In how many events numbers would be masked now.
    pub(super) fn count_old_numbers(&self, now: Timestamp) -> Result<u64, JournalError> {
        let Some(until) = self.whole_until(now) else { return Ok(0) };
        let count = || -> rusqlite::Result<u64> {
            let agents = agents::all(&self.connection)?;
            let mut find = self.connection.prepare_cached(
                "SELECT type, agent, at, body FROM event INDEXED BY event_not_masked WHERE masked = 0 AND at < ?1",
            )?;
            let mut rows = find.query([millis(until)])?;
            let mut count = 0;
            while let Some(row) = rows.next()? {
                let (name, whole) = (text(row, 0)?, text(row, 3)?);
                let (profile, at) = (profile(&agents, row.get(1)?), moment(row.get(2)?));
                count += u64::from(body::masked(&name, at, profile, &whole) != whole);
            }
            Ok(count)
        };
        count().map_err(|error| self.fault(error))
    }

    /// Numbers from before this moment are to be masked; `None` if they stay whole.
    fn whole_until(&self, now: Timestamp) -> Option<Timestamp> {
        match self.numbers {
            Numbers::Keep => None,
            Numbers::Never => Some(Timestamp::MAX),
            Numbers::For(length) => {
                let length = SignedDuration::try_from(length).unwrap_or(SignedDuration::MAX);
                Some(now.checked_sub(length).unwrap_or(Timestamp::MIN))
            }
        }
    }

    fn mask_in(&self, change: &Connection, until: i64) -> rusqlite::Result<Slice> {
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
            let (name, whole) = (text(row, 2)?, text(row, 4)?);
            let hidden = body::masked(&name, moment(at), profile, &whole);
            let is_altered = hidden != whole;
            let event = body::read(&name, moment(at), profile, &whole).ok().filter(|_| is_altered);
            let customer = event.and_then(|event| self.customer(&event));
            masked.push((seq, is_altered, customer, hidden));
        }
        drop(rows);
        for (seq, is_altered, customer, hidden) in &masked {
            mask.execute(params![seq, is_altered, customer, hidden])?;
        }
        let altered = masked.iter().filter(|(_, is_altered, ..)| *is_altered).count();
        Ok(Slice { looked_at: masked.len(), altered: altered as u64 })
    }
}

/// What the events of an agent call it.
pub(super) fn profile(agents: &[AgentRow], agent: i64) -> &str {
    agents.iter().find(|row| row.agent.0 == agent).map_or("", |row| &row.profile)
}
