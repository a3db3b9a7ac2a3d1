//! What there is in a journal.

use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};
use rusqlite::OptionalExtension;

use super::agents::AgentRow;
use super::leases::Lease;
use super::place::Place;
use super::unreadable::readable;
use super::{Journal, JournalError, migration, moment};

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Status {
    pub(crate) path: PathBuf,
    /// Of the tables in the file.
    pub(crate) version: i64,
    /// Bytes on the disk, with the write-ahead log.
    pub(crate) size: u64,
    pub(crate) events: u64,
    pub(crate) created: Option<Timestamp>,
    pub(crate) first: Option<Timestamp>,
    pub(crate) last: Option<Timestamp>,
    /// When the first and the last answer came whose coverage is kept.
    pub(crate) answers: Option<(Timestamp, Timestamp)>,
    pub(crate) last_pruned: Option<Timestamp>,
    pub(crate) agents: Vec<AgentStatus>,
    /// Copies from before a migration, and when they are deleted.
    pub(crate) copies: Vec<PathBuf>,
    pub(crate) copies_deleted_at: Option<Timestamp>,
    /// Who else could touch it, with what to do.
    pub(crate) dangers: Vec<String>,
    /// Damaged files that were set aside.
    pub(crate) damaged: Vec<PathBuf>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AgentStatus {
    pub(crate) row: AgentRow,
    pub(crate) events: u64,
    pub(crate) first: Option<Timestamp>,
    pub(crate) last: Option<Timestamp>,
    /// As in [`Status::answers`].
    pub(crate) answers: Option<(Timestamp, Timestamp)>,
    /// Who records it.
    pub(crate) lease: Option<Lease>,
}

impl Journal {
    pub(crate) fn status(&self, now: Timestamp) -> Result<Status, JournalError> {
        let fault = |error| self.fault(error);
        let mut span = self.statement("SELECT count(*), min(at), max(at) FROM event WHERE agent = ?1")?;
        let mut covered = self.statement("SELECT min(from_at), max(to_at) FROM coverage WHERE agent = ?1")?;
        let mut agents = vec![];
        for row in self.agents()? {
            let (events, first, last): (i64, Option<i64>, Option<i64>) = span
                .query_row([row.agent.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                .map_err(fault)?;
            let (from, to): (Option<i64>, Option<i64>) =
                covered.query_row([row.agent.0], |row| Ok((row.get(0)?, row.get(1)?))).map_err(fault)?;
            let answers = from.map(moment).zip(to.map(moment));
            let lease = self.lease_of(row.agent, now)?;
            let (first, last) = (first.map(moment), last.map(moment));
            agents.push(AgentStatus { row, events: events.unsigned_abs(), first, last, answers, lease });
        }
        let copied = migration::copied_at(&self.connection).map_err(fault)?;
        let kept = SignedDuration::try_from(migration::KEPT).unwrap_or(SignedDuration::MAX);
        let version = self.connection.pragma_query_value(None, "user_version", |row| row.get(0));
        Ok(Status {
            path: self.path().to_owned(),
            version: version.map_err(fault)?,
            size: self.size(),
            events: agents.iter().map(|agent| agent.events).sum(),
            created: self.noted("created")?,
            first: agents.iter().filter_map(|agent| agent.first).min(),
            last: agents.iter().filter_map(|agent| agent.last).max(),
            answers: agents.iter().filter_map(|agent| agent.answers).reduce(hull),
            last_pruned: self.noted("pruned")?,
            agents,
            copies: self.copies(),
            copies_deleted_at: copied.and_then(|copied| copied.checked_add(kept).ok()),
            dangers: self.place.as_ref().map_or_else(Vec::new, Place::dangers),
            damaged: self.damaged(),
        })
    }

    /// A moment that was noted under this name.
    pub(super) fn noted(&self, name: &str) -> Result<Option<Timestamp>, JournalError> {
        let mut find = self.statement("SELECT value FROM meta WHERE key = ?1")?;
        let found = find.query_row([name], |row| row.get(0)).optional();
        let found = readable(found).map_err(|error| self.fault(error))?.flatten();
        Ok(found.map(|bytes| moment(i64::from_le_bytes(bytes))))
    }
}

fn hull(one: (Timestamp, Timestamp), other: (Timestamp, Timestamp)) -> (Timestamp, Timestamp) {
    (one.0.min(other.0), one.1.max(other.1))
}
