//! What is too old, or too much, is deleted: the oldest first, in slices, so that others can write in between.

use std::fs;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use super::agents::AgentRef;
use super::place::Place;
use super::verify::count;
use super::{Journal, JournalError, millis, moment};

/// Rows that are deleted at a time.
const SLICE: i64 = 1000;

/// How often old events are deleted and old numbers masked: a number stays whole so much longer than it may, at most.
pub(crate) const TIDYING: SignedDuration = SignedDuration::from_hours(1);

/// What a journal may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) keep: Duration,
    /// In bytes.
    pub(crate) max_size: u64,
}

impl Limits {
    /// What was before is not kept.
    fn oldest(self, now: Timestamp) -> Timestamp {
        let keep = SignedDuration::try_from(self.keep).unwrap_or(SignedDuration::MAX);
        now.checked_sub(keep).unwrap_or(Timestamp::MIN)
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pruned {
    /// How many events were deleted, or would be.
    pub(crate) events: u64,
    /// In how many events numbers were masked, or would be; those that are then deleted are among them.
    pub(crate) masked: u64,
    /// Whether that of events is about right only: how much room events take is known once they are deleted.
    pub(crate) is_estimate: bool,
    /// What is kept begins here; `None` if nothing is deleted.
    pub(crate) kept_from: Option<Timestamp>,
    pub(crate) size_before: u64,
    /// Not known of what is only tried.
    pub(crate) size_after: Option<u64>,
}

impl Journal {
    /// Masks old numbers, deletes what is older than `keep`, then the oldest until the file is small enough; damaged files
    /// that are older than `keep`, too. With `dry_run`, only counts what would be deleted.
    pub(crate) fn prune(
        &self,
        limits: Limits,
        dry_run: bool,
        now: Timestamp,
    ) -> Result<Pruned, JournalError> {
        let fault = |error| self.fault(error);
        let mut pruned = Pruned { size_before: self.size(), ..Pruned::default() };
        if dry_run {
            let oldest = limits.oldest(now);
            let begins = self.begins_by(oldest, limits.max_size).map_err(fault)?;
            let mut older = self.statement("SELECT count(*) FROM event WHERE at < ?1")?;
            let older: i64 = older.query_row([millis(begins)], |row| row.get(0)).map_err(fault)?;
            pruned.events = older.unsigned_abs();
            pruned.masked = self.count_old_numbers(now)?;
            pruned.is_estimate = begins > oldest;
            pruned.kept_from = (older > 0).then_some(begins);
            return Ok(pruned);
        }
        loop {
            let slice = self.mask_slice(now)?;
            pruned.masked += slice.altered;
            if slice.looked_at == 0 {
                break;
            }
        }
        let mut begins = None;
        while let Some(deleted) = self.step(limits, &mut begins, now, now)? {
            if deleted > 0 {
                pruned.events += deleted;
                pruned.kept_from = begins;
            }
        }
        pruned.size_after = Some(self.size());
        Ok(pruned)
    }

    /// Whether whoever records is to take a step of [`Self::tidy`]. It is as late after the clock was set back by as much.
    pub(crate) fn is_to_tidy(&self, now: Timestamp) -> Result<bool, JournalError> {
        let last = self.noted("pruned")?.map_or_else(|| self.noted("created"), |pruned| Ok(Some(pruned)))?;
        Ok(last.is_none_or(|last| now.duration_since(last).abs() >= TIDYING))
    }

    /// Takes the next small step of masking old numbers and of deleting what is too old, or too much; whether there may be
    /// more to do.
    pub(crate) fn tidy(&self, limits: Limits, now: Timestamp) -> Result<bool, JournalError> {
        self.step(limits, &mut None, self.confirmed(now)?, now).map(|deleted| deleted.is_some())
    }

    /// The present moment for what is deleted or masked unasked: no later than the last answers say it is. A clock that was set
    /// forth by months would else erase what is to be kept. Where a server sends no time, our clock is all there is.
    pub(super) fn confirmed(&self, now: Timestamp) -> Result<Timestamp, JournalError> {
        let newest = "SELECT max(server_at) FROM (SELECT server_at FROM event ORDER BY seq DESC LIMIT 100)";
        let newest: Option<i64> =
            self.statement(newest)?.query_row([], |row| row.get(0)).map_err(|error| self.fault(error))?;
        Ok(newest.map_or(now, |newest| moment(newest).min(now)))
    }

    /// Masks some old numbers, or deletes some of what is before `begins`, or gives pages back; how many events it deleted,
    /// and `None` once there is nothing more to do. `begins` is looked for anew whenever nothing is left before it. Limits count
    /// back from `today`.
    fn step(
        &self,
        limits: Limits,
        begins: &mut Option<Timestamp>,
        today: Timestamp,
        now: Timestamp,
    ) -> Result<Option<u64>, JournalError> {
        let fault = |error| self.fault(error);
        if self.mask_some_numbers(today)? > 0 {
            return Ok(Some(0));
        }
        if let Some(known) = *begins
            && let Some(deleted) = self.delete_some(known, now)?
        {
            return Ok(Some(deleted));
        }
        let oldest = limits.oldest(today);
        // How large an event is, is only estimated: of a small file, the tables are a large part.
        let next = self.begins_by(oldest, limits.max_size).map_err(fault)?;
        let next = begins.map_or(next, |known| known.max(next));
        *begins = Some(next);
        if let Some(deleted) = self.delete_some(next, now)? {
            return Ok(Some(deleted));
        }
        if self.give_back().map_err(fault)? {
            return Ok(Some(0));
        }
        self.end_pruning(next, oldest, now)?;
        Ok(None)
    }

    /// Deletes a slice of one agent's; `None` if of nobody anything is left to delete.
    fn delete_some(&self, begins: Timestamp, now: Timestamp) -> Result<Option<u64>, JournalError> {
        let older = "SELECT held.id FROM agent AS held
             WHERE EXISTS (SELECT 1 FROM event WHERE event.agent = held.id AND at < ?1)
             OR EXISTS (SELECT 1 FROM coverage WHERE coverage.agent = held.id AND from_at < ?1) LIMIT 1";
        let agent = self.statement(older)?.query_row([millis(begins)], |row| row.get(0).map(AgentRef));
        let Some(agent) = agent.optional().map_err(|error| self.fault(error))? else { return Ok(None) };
        let deleted = self.write(now, |change| delete_slice(change, agent, millis(begins)))?;
        Ok(Some(u64::try_from(deleted).unwrap_or(u64::MAX)))
    }

    /// Once all events are deleted that are not to be kept.
    fn end_pruning(&self, begins: Timestamp, oldest: Timestamp, now: Timestamp) -> Result<(), JournalError> {
        self.write(now, |change| {
            change.execute("DELETE FROM run WHERE ended < ?1", [millis(begins)])?;
            let noted = params![millis(now).to_le_bytes()];
            change.execute("INSERT OR REPLACE INTO meta VALUES ('pruned', ?1)", noted).map(|_| ())
        })?;
        self.delete_damaged(oldest)?;
        // What was deleted or masked is overwritten in the write-ahead log too.
        self.write_back().map(|_| ())
    }

    /// The moment before which nothing is to be kept.
    fn begins_by(&self, oldest: Timestamp, max_size: u64) -> rusqlite::Result<Timestamp> {
        let number = |name: &str| self.connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        let used = (number("page_count")? - number("freelist_count")?) * number("page_size")?;
        let excess = u64::try_from(used).unwrap_or(0).saturating_sub(max_size);
        if excess == 0 {
            return Ok(oldest);
        }
        let events = count(&self.connection, "event")?;
        if events == 0 {
            return Ok(oldest);
        }
        // Events are of much the same size, and the file is as good as nothing else.
        let each = u64::try_from(used).unwrap_or(0).div_ceil(events).max(1);
        let surplus = i64::try_from(excess.div_ceil(each).min(events)).unwrap_or(i64::MAX);
        let mut find = self
            .connection
            .prepare_cached("SELECT max(at) FROM (SELECT at FROM event ORDER BY at LIMIT ?1)")?;
        let last: i64 = find.query_row([surplus], |row| row.get(0))?;
        Ok(oldest.max(moment(last.saturating_add(1))))
    }

    /// Makes the file smaller by some of the pages that are free; whether it did.
    fn give_back(&self) -> rusqlite::Result<bool> {
        let free = || self.connection.pragma_query_value(None, "freelist_count", |row| row.get::<_, i64>(0));
        let before = free()?;
        if before == 0 {
            return Ok(false);
        }
        let mut vacuum = self.connection.prepare(&format!("PRAGMA incremental_vacuum({SLICE})"))?;
        let mut rows = vacuum.query([])?;
        while rows.next()?.is_some() {}
        drop(rows);
        Ok(free()? < before)
    }

    fn delete_damaged(&self, oldest: Timestamp) -> Result<(), JournalError> {
        for path in self.damaged() {
            let changed = fs::metadata(&path).and_then(|metadata| metadata.modified());
            let changed = changed.ok().and_then(|changed| Timestamp::try_from(changed).ok());
            if changed.is_some_and(|changed| changed < oldest) {
                Place::remove(&path)?;
            }
        }
        Ok(())
    }
}

/// Deletes the oldest events of an agent that are before this moment. Coverage says what is kept, so it is cut with them.
pub(super) fn delete_slice(change: &Connection, agent: AgentRef, before: i64) -> rusqlite::Result<usize> {
    let mut last = change.prepare_cached(
        "SELECT at + 1 FROM event INDEXED BY event_of_agent WHERE agent = ?1 AND at < ?2 ORDER BY at LIMIT 1 OFFSET ?3",
    )?;
    let last: Option<i64> =
        last.query_row(params![agent.0, before, SLICE - 1], |row| row.get(0)).optional()?;
    let until = last.unwrap_or(before);
    let mut events = change.prepare_cached("DELETE FROM event WHERE agent = ?1 AND at < ?2")?;
    let mut ended = change.prepare_cached("DELETE FROM coverage WHERE agent = ?1 AND to_at < ?2")?;
    let mut cut =
        change.prepare_cached("UPDATE coverage SET from_at = ?2 WHERE agent = ?1 AND from_at < ?2")?;
    let deleted = events.execute(params![agent.0, until])?;
    ended.execute(params![agent.0, until])?;
    cut.execute(params![agent.0, until])?;
    Ok(deleted)
}
