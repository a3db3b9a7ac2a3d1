//! One row for each time that the program ran and recorded: which process it was, and how far its stdout came.

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use super::unreadable::{readable, text};
use super::{Journal, JournalError, millis, moment};
use crate::system::process::Identity;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RunRef(pub(super) i64);

/// Who writes a round.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Writer {
    Run(RunRef),
    /// A run of this command that takes single answers and holds no lease. It is noted, as one that has ended, in the commit of
    /// its first round, because each commit waits for the disk.
    Single(&'static str),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RunRow {
    pub(crate) run: RunRef,
    /// What was run, as its caller names it.
    pub(crate) command: String,
    pub(crate) process: Identity,
    pub(crate) started: Timestamp,
    /// `None` while it goes on, and for one that was killed.
    pub(crate) ended: Option<Timestamp>,
    /// The last event that its stdout took.
    pub(crate) stdout_took: Option<i64>,
    /// Whether it goes on, as far as can be known.
    pub(crate) is_alive: Option<bool>,
}

pub(super) const PROCESS: &str = "pid, process_started, boot, namespace";

impl Journal {
    pub(crate) fn begin_run(&self, command: &str, now: Timestamp) -> Result<RunRef, JournalError> {
        self.write(now, |change| insert(change, &self.me, command, now, None))
    }

    /// Ends it and gives its leases back.
    pub(crate) fn end_run(&self, run: RunRef, now: Timestamp) -> Result<(), JournalError> {
        self.write(now, |change| {
            change.prepare_cached("DELETE FROM lease WHERE run = ?1")?.execute([run.0])?;
            let mut end = change.prepare_cached("UPDATE run SET ended = ?2 WHERE id = ?1")?;
            end.execute(params![run.0, millis(now)]).map(|_| ())
        })
    }

    /// Notes the last event that stdout took, where no round is written that could carry it.
    pub(crate) fn stdout_took(&self, run: RunRef, seq: i64, now: Timestamp) -> Result<(), JournalError> {
        self.write(now, |change| stdout_took(change, run, seq))
    }

    /// All that are known, the newest first.
    pub(crate) fn runs(&self) -> Result<Vec<RunRow>, JournalError> {
        let sql =
            format!("SELECT {PROCESS}, id, command, started, ended, stdout_took FROM run ORDER BY id DESC");
        let mut statement = self.statement(&sql)?;
        let rows = statement.query_map([], |row| {
            let process = process(row)?;
            let ended: Option<i64> = row.get(7)?;
            let is_alive = if ended.is_some() { Some(false) } else { process.is_alive(&self.me) };
            Ok(RunRow {
                run: RunRef(row.get(4)?),
                command: text(row, 5)?,
                started: moment(row.get(6)?),
                ended: ended.map(moment),
                stdout_took: row.get(8)?,
                process,
                is_alive,
            })
        });
        rows.and_then(Iterator::collect).map_err(|error| self.fault(error))
    }
}

/// Notes the run that writes, if it is not known yet.
pub(super) fn writer(
    change: &Connection,
    me: &Identity,
    writer: Writer,
    now: Timestamp,
) -> rusqlite::Result<RunRef> {
    match writer {
        Writer::Run(run) => Ok(run),
        Writer::Single(command) => insert(change, me, command, now, Some(now)),
    }
}

fn insert(
    change: &Connection,
    me: &Identity,
    command: &str,
    now: Timestamp,
    ended: Option<Timestamp>,
) -> rusqlite::Result<RunRef> {
    let mut insert = change.prepare_cached(&format!(
        "INSERT INTO run (command, program, started, ended, {PROCESS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
    ))?;
    let Identity { pid, started, boot, namespace } = me;
    let (program, ended) = (env!("CARGO_PKG_VERSION"), ended.map(millis));
    let row = params![command, program, millis(now), ended, pid, started, boot, namespace];
    insert.insert(row).map(RunRef)
}

/// The process of a row that begins with [`PROCESS`].
pub(super) fn process(row: &Row<'_>) -> rusqlite::Result<Identity> {
    let (boot, namespace) = (readable(row.get(2))?.flatten(), readable(row.get(3))?.flatten());
    Ok(Identity { pid: row.get(0)?, started: row.get(1)?, boot, namespace })
}

pub(super) fn stdout_took(change: &Connection, run: RunRef, seq: i64) -> rusqlite::Result<()> {
    let mut took = change
        .prepare_cached("UPDATE run SET stdout_took = max(coalesce(stdout_took, 0), ?2) WHERE id = ?1")?;
    took.execute(params![run.0, seq]).map(|_| ())
}
