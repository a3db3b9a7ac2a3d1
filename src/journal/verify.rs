//! Whether the file is whole, and whether what it says can be true.

use std::collections::HashMap;
use std::panic::resume_unwind;
use std::thread;

use rusqlite::{Connection, Row};

use super::connection::{another, is_alone};
use super::unreadable::{is_of_another_version, readable, text};
use super::{Journal, JournalError, agents, coverage, customers, moment, record};
use crate::floor::event::{Event, ReadError};

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

impl Verified {
    /// Of a file that SQLite cannot read.
    pub(crate) fn damaged() -> Self {
        Self { faults: vec![DAMAGED.to_owned()], is_damaged: true, ..Self::default() }
    }

    fn add(&mut self, fault: String) {
        if self.faults.len() < SHOWN {
            self.faults.push(fault);
        }
    }
}

const DAMAGED: &str = "the file is damaged: a part of it cannot be read";

/// Events that only an answer can lead to, each with the part that was answered.
const ANSWERED: [(&str, &str); 6] = [
    ("tag", "tags"),
    ("break_started", "breaks"),
    ("break_changed", "breaks"),
    ("break_ended", "breaks"),
    ("wrapup_started", "wrapups"),
    ("wrapup_ended", "wrapups"),
];

impl Journal {
    /// Looks at all of it and changes nothing. What is damaged is a fault like any other.
    pub(crate) fn verify(&self) -> Result<Verified, JournalError> {
        let is_alone = is_alone(&self.connection).map_err(|error| self.fault(error))?;
        let (file, meaning) = if is_alone {
            (check_file(&self.connection), self.check_meaning())
        } else {
            // SQLite's own check takes as long as everything else: it has a thread and a connection of its own.
            thread::scope(|scope| {
                let path = self.path();
                let file = scope.spawn(move || check_file(&another(path)?));
                let meaning = self.check_meaning();
                (file.join().unwrap_or_else(|panic| resume_unwind(panic)), meaning)
            })
        };
        let (mut verified, found) = meaning;
        let mut faults = vec![];
        for checked in [file, found.map(|()| vec![])] {
            match checked.map_err(|error| self.fault(error)) {
                Ok(found) => {
                    verified.is_damaged |= !found.is_empty();
                    faults.extend(found);
                }
                Err(JournalError::Damaged { .. }) => {
                    verified.is_damaged = true;
                    verified.faults.push(DAMAGED.to_owned());
                }
                Err(error) => return Err(error),
            }
        }
        faults.append(&mut verified.faults);
        faults.dedup();
        faults.truncate(SHOWN);
        verified.faults = faults;
        Ok(verified)
    }

    /// What is found before the first error is returned with it.
    fn check_meaning(&self) -> (Verified, rusqlite::Result<()>) {
        let mut verified = Verified::default();
        // One state of the file, whoever writes meanwhile.
        let checked = self.connection.unchecked_transaction().and_then(|reading| {
            let mut covered = Covered::default();
            check_agents(&reading, &mut verified)?;
            check_coverage(&reading, &mut covered, &mut verified)?;
            check_events(&reading, &covered, &mut verified)
        });
        (verified, checked)
    }
}

fn check_file(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let found = sentences(connection, "PRAGMA quick_check(10)", |row| text(row, 0))?;
    Ok(found.into_iter().filter(|found| found != "ok").collect())
}

/// Which agents the rows are about. That of an event is looked for with the event.
fn check_agents(connection: &Connection, verified: &mut Verified) -> rusqlite::Result<()> {
    for table in ["coverage", "lease", "cursor"] {
        let found = sentences(connection, &format!("PRAGMA foreign_key_check({table})"), |row| {
            let row: Option<i64> = row.get(1)?;
            let which = row.map_or_else(|| "a row".to_owned(), |row| format!("row {row}"));
            Ok(format!("{which} of `{table}` names no agent"))
        })?;
        verified.faults.extend(found.into_iter().take(SHOWN));
    }
    let mut all = connection.prepare("SELECT id, server, key, profile, agent_id FROM agent")?;
    let mut rows = all.query([])?;
    while let Some(row) = rows.next()? {
        let values = || -> rusqlite::Result<Option<String>> {
            (1..=3).try_for_each(|index| row.get::<_, String>(index).map(drop))?;
            row.get(4)
        };
        if readable(values())?.is_none() {
            verified.add(format!("row {} of `agent` cannot be read", row.get::<_, i64>(0)?));
        }
    }
    Ok(())
}

fn check_coverage(
    connection: &Connection,
    covered: &mut Covered,
    verified: &mut Verified,
) -> rusqlite::Result<()> {
    let all = "SELECT part, from_at, to_at, cadence, ended, repeats, server_at, coverage.agent,
                   coalesce(profile, coverage.agent), coverage.id FROM coverage
               LEFT JOIN agent ON agent.id = coverage.agent ORDER BY coverage.agent, part, from_at, to_at";
    let mut all = connection.prepare(all)?;
    let mut rows = all.query([])?;
    while let Some(row) = rows.next()? {
        verified.coverage_rows += 1;
        let values = || -> rusqlite::Result<(&str, i64, i64, i64)> {
            row.get::<_, Option<String>>(4)?;
            coverage::read(row)?;
            Ok((row.get_ref(0)?.as_str()?, row.get(1)?, row.get(2)?, row.get(7)?))
        };
        let Some((part, from, to, agent)) = readable(values())? else {
            verified.add(format!("row {} of `coverage` cannot be read", row.get::<_, i64>(9)?));
            continue;
        };
        if !covered.add(agent, part, from, to) {
            let (who, from, to) = (text(row, 7)?, moment(from), moment(to));
            verified.add(format!(
                "the coverage of {part} of {who} from {from} to {to} overlaps another, or ends before it begins"
            ));
        }
    }
    Ok(())
}

/// When answers came, by agent and part.
#[derive(Default)]
struct Covered(HashMap<i64, HashMap<String, Vec<(i64, i64)>>>);

impl Covered {
    /// The rows of a part of an agent come in the order of their beginnings. Returns whether this one may be there.
    fn add(&mut self, agent: i64, part: &str, from: i64, to: i64) -> bool {
        let rows = self.0.entry(agent).or_default().entry(part.to_owned()).or_default();
        let before = rows.last().map_or(i64::MIN, |(_, to)| *to);
        // What begins before a moment and ends after it covers the moment, whichever row it is.
        rows.push((from, to.max(before)));
        from <= to && before <= from
    }

    fn holds(&self, agent: i64, part: &str, at: i64) -> bool {
        let rows = self.0.get(&agent).and_then(|parts| parts.get(part)).map_or(&[][..], Vec::as_slice);
        let begun = &rows[..rows.partition_point(|(from, _)| *from <= at)];
        begun.last().is_some_and(|(_, to)| at <= *to)
    }
}

/// Each event is from a time of answers, it can be read, and its identity follows from it, unless it was altered.
fn check_events(connection: &Connection, covered: &Covered, verified: &mut Verified) -> rusqlite::Result<()> {
    let agents = agents::all(connection)?;
    let mut all =
        connection.prepare("SELECT seq, agent, type, at, nth, altered, uid, body FROM event ORDER BY seq")?;
    let mut rows = all.query([])?;
    while let Some(row) = rows.next()? {
        verified.events += 1;
        let seq: i64 = row.get(0)?;
        let names = || -> rusqlite::Result<(i64, &str, i64, &str)> {
            Ok((row.get(1)?, row.get_ref(2)?.as_str()?, row.get(3)?, row.get_ref(7)?.as_str()?))
        };
        let identity = || -> rusqlite::Result<(u32, bool, &[u8])> {
            Ok((row.get(4)?, row.get(5)?, row.get_ref(6)?.as_blob()?))
        };
        let (Some((agent, name, at, body)), Some((nth, is_altered, stored))) =
            (readable(names())?, readable(identity())?)
        else {
            let why = "it holds what is no text, or nothing where there is always something";
            verified.add(format!("event {seq} cannot be read: {why}"));
            continue;
        };
        let Some(of) = agents.iter().find(|row| row.agent.0 == agent) else {
            verified.add(format!("row {seq} of `event` names no agent"));
            continue;
        };
        let part = ANSWERED.iter().find(|(answered, _)| *answered == name).map(|(_, part)| part);
        if part.is_some_and(|part| !covered.holds(agent, part, at)) {
            verified.add(format!("event {seq} (`{name}` at {}) is from a time without answers", moment(at)));
        }
        match Event::of_parts(name, moment(at), None, body) {
            Err(ReadError::UnknownType { .. }) if is_of_another_version(connection, seq)? => {}
            Err(ReadError::UnknownType { .. }) => {
                verified.add(format!("event {seq} cannot be read: its type {name:?} is unknown"));
            }
            Err(ReadError::Line(error)) => verified.add(format!("event {seq} cannot be read: {error}")),
            Ok(_) if is_altered => {}
            Ok(event) => {
                if stored != record::identity(of, &event, nth).bytes() {
                    let stored = customers::hex(stored);
                    verified.add(format!(
                        "event {seq} (`{name}`) is not the one that its identity {stored} was made of"
                    ));
                }
            }
        }
    }
    Ok(())
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
