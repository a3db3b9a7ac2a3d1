//! Whether the file is whole, and whether what it says can be true.

use rusqlite::{Connection, Row};

use super::{Journal, JournalError, agents, body, customers, moment, numbers, record};
use crate::floor::event::ReadError;

/// So many faults are shown.
const SHOWN: usize = 10;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Verified {
    pub(crate) events: u64,
    pub(crate) coverage_rows: u64,
    /// The first ones, as sentences; none in a good file.
    pub(crate) faults: Vec<String>,
    /// Whether the file itself is, and not only what it says.
    pub(crate) is_damaged: bool,
}

/// Events that only an answer can lead to, each with the part that was answered.
const ANSWERED: [(&str, &str); 6] = [
    ("tag", "tags"),
    ("break_started", "breaks"),
    ("break_changed", "breaks"),
    ("break_ended", "breaks"),
    ("wrapup_started", "wrapups"),
    ("wrapup_ended", "wrapups"),
];

impl Verified {
    /// Of a file that SQLite cannot read.
    pub(crate) fn damaged() -> Self {
        Self { faults: vec![DAMAGED.to_owned()], is_damaged: true, ..Self::default() }
    }
}

const DAMAGED: &str = "the file is damaged: a part of it cannot be read";

impl Journal {
    /// Looks at all of it and changes nothing. What is damaged is a fault like any other.
    pub(crate) fn verify(&self) -> Result<Verified, JournalError> {
        let mut verified = Verified::default();
        let checks = [
            Self::check_file,
            Self::check_agents,
            Self::check_coverage,
            Self::check_answers,
            Self::check_events,
        ];
        for check in checks {
            let left = SHOWN - verified.faults.len();
            if left == 0 {
                break;
            }
            match check(self, &mut verified).map_err(|error| self.fault(error)) {
                Ok(()) => {}
                Err(JournalError::Damaged { .. }) => {
                    verified.faults.push(DAMAGED.to_owned());
                    verified.is_damaged = true;
                    break;
                }
                Err(error) => return Err(error),
            }
        }
        verified.faults.truncate(SHOWN);
        Ok(verified)
    }

    fn check_file(&self, verified: &mut Verified) -> rusqlite::Result<()> {
        let text = |row: &Row<'_>| row.get::<_, String>(0);
        let found = sentences(&self.connection, "PRAGMA quick_check(10)", text)?;
        verified.faults.extend(found.into_iter().filter(|found| found != "ok"));
        verified.is_damaged |= !verified.faults.is_empty();
        Ok(())
    }

    fn check_agents(&self, verified: &mut Verified) -> rusqlite::Result<()> {
        let found = sentences(&self.connection, "PRAGMA foreign_key_check", |row| {
            Ok(format!("row {} of `{}` names no agent", row.get::<_, i64>(1)?, row.get::<_, String>(0)?))
        })?;
        verified.faults.extend(found.into_iter().take(SHOWN));
        Ok(())
    }

    fn check_coverage(&self, verified: &mut Verified) -> rusqlite::Result<()> {
        verified.coverage_rows = count(&self.connection, "coverage")?;
        let overlapping = "
            SELECT part, from_at, to_at, coalesce((SELECT profile FROM agent WHERE id = agent), agent)
            FROM (SELECT *, lag(to_at) OVER (PARTITION BY agent, part ORDER BY from_at, to_at) AS before FROM coverage)
            WHERE to_at < from_at OR before > from_at LIMIT 10";
        let found = sentences(&self.connection, overlapping, |row| {
            let (part, who): (String, String) = (row.get(0)?, row.get(3)?);
            let (from, to) = (moment(row.get(1)?), moment(row.get(2)?));
            Ok(format!(
                "the coverage of {part} of {who} from {from} to {to} overlaps another, or ends before it begins"
            ))
        })?;
        verified.faults.extend(found);
        Ok(())
    }

    fn check_answers(&self, verified: &mut Verified) -> rusqlite::Result<()> {
        for (name, part) in ANSWERED {
            let uncovered = format!(
                "SELECT seq, at FROM event WHERE type = '{name}' AND NOT EXISTS (
                     SELECT 1 FROM coverage WHERE coverage.agent = event.agent AND part = '{part}'
                     AND from_at <= at AND to_at >= at) LIMIT 10"
            );
            let found = sentences(&self.connection, &uncovered, |row| {
                let (seq, at): (i64, i64) = (row.get(0)?, row.get(1)?);
                Ok(format!("event {seq} (`{name}` at {}) is from a time without answers", moment(at)))
            })?;
            verified.faults.extend(found);
        }
        Ok(())
    }

    /// Each event can be read, and its identity follows from it, unless it was altered.
    fn check_events(&self, verified: &mut Verified) -> rusqlite::Result<()> {
        let known = agents::all(&self.connection)?;
        let mut all = self
            .connection
            .prepare_cached("SELECT seq, agent, type, at, nth, altered, uid, body FROM event ORDER BY seq")?;
        let mut rows = all.query([])?;
        while let Some(row) = rows.next()? {
            verified.events += 1;
            let (seq, agent): (i64, i64) = (row.get(0)?, row.get(1)?);
            let Some(of) = known.iter().find(|row| row.agent.0 == agent) else { continue };
            let profile = numbers::profile(&known, agent);
            let (name, text) = (row.get_ref(2)?.as_str()?, row.get_ref(7)?.as_str()?);
            let fault = match body::read(name, moment(row.get(3)?), profile, text) {
                // Of a later version.
                Err(ReadError::UnknownType { .. }) => None,
                Err(ReadError::Line(error)) => {
                    Some(format!("event {seq} (`{name}`) cannot be read: {error}"))
                }
                Ok(_) if row.get(5)? => None,
                Ok(event) => {
                    let id = record::identity(of, &event, row.get(4)?).bytes();
                    let stored = row.get_ref(6)?.as_blob()?;
                    (stored != id).then(|| {
                        let stored = customers::hex(stored);
                        format!(
                            "event {seq} (`{name}`) is not the one that its identity {stored} was made of"
                        )
                    })
                }
            };
            if verified.faults.len() < SHOWN {
                verified.faults.extend(fault);
            }
        }
        Ok(())
    }
}

fn sentences(
    connection: &Connection,
    sql: &str,
    sentence: impl FnMut(&Row<'_>) -> rusqlite::Result<String>,
) -> rusqlite::Result<Vec<String>> {
    connection.prepare(sql)?.query_map([], sentence)?.collect()
}

pub(super) fn count(connection: &Connection, table: &str) -> rusqlite::Result<u64> {
    let count: i64 = connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))?;
    Ok(count.unsigned_abs())
}
