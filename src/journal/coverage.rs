//! For which times answers came. The rows of one part of one agent never overlap, whoever writes them.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};
use serde::Deserialize;
use serde::de::value::{Error as WordError, StrDeserializer};

use super::agents::AgentRef;
use super::unreadable::{readable, text};
use super::{EventQuery, Journal, JournalError, millis, moment};
use crate::floor::event::FollowedPart;
use crate::floor::timeline::gaps::without_lost;
use crate::floor::timeline::{Coverage, CoverageStep};

impl Journal {
    /// The rows of an agent that reach into the window, by part and time.
    pub(crate) fn coverage(
        &self,
        agent: AgentRef,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Coverage>, JournalError> {
        self.rows_of_coverage(
            "agent = ?1 AND from_at <= ?3 AND to_at >= ?2",
            params![agent.0, millis(from), millis(to)],
        )
    }

    /// What is covered of an agent in the window. It is less than its rows say where an answer was lost while others were
    /// answered.
    pub(crate) fn covered(
        &self,
        agent: AgentRef,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Coverage>, JournalError> {
        // A gap is recorded at its end.
        let gaps = EventQuery {
            agents: Some(vec![agent]),
            from: Some(from),
            types: &["gap"],
            ..EventQuery::default()
        };
        let gaps = self.list_events(&gaps)?;
        Ok(without_lost(self.coverage(agent, from, to)?, gaps.iter().map(|recorded| &recorded.event)))
    }

    /// The rows of an agent with which a run goes on, as [`Coverage::to_remember`] has them.
    pub(super) fn coverage_to_remember(
        &self,
        agent: AgentRef,
        from: Timestamp,
    ) -> Result<Vec<Coverage>, JournalError> {
        self.rows_of_coverage(
            "agent = ?1 AND (to_at >= ?2 OR from_at =
                 (SELECT max(from_at) FROM coverage AS own WHERE own.agent = ?1 AND own.part = coverage.part))",
            params![agent.0, millis(from)],
        )
    }

    fn rows_of_coverage(
        &self,
        condition: &str,
        values: &[&dyn ToSql],
    ) -> Result<Vec<Coverage>, JournalError> {
        let mut statement = self.statement(&format!(
            "SELECT part, from_at, to_at, cadence, ended, repeats, server_at FROM coverage
             WHERE {condition} ORDER BY part, from_at"
        ))?;
        let fault = |error| self.fault(error);
        let mut rows = statement.query(values).map_err(fault)?;
        let mut coverage = vec![];
        while let Some(row) = rows.next().map_err(fault)? {
            match readable(read(row)).map_err(fault)? {
                Some(row) => coverage.extend(row),
                None => self.note_unreadable(),
            }
        }
        Ok(coverage)
    }
}

/// `None` for a part that a later version follows.
pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Option<Coverage>> {
    let Some(part) = word(row.get_ref(0)?.as_str()?) else { return Ok(None) };
    // Without its reason, or the time of the server, it is coverage all the same.
    let ended = text(row, 4)?;
    Ok(Some(Coverage {
        part,
        from: moment(row.get(1)?),
        to: moment(row.get(2)?),
        server_time: readable(row.get::<_, Option<i64>>(6))?.flatten().map(moment),
        cadence: Duration::from_millis(row.get::<_, i64>(3)?.unsigned_abs()),
        ended: word(&ended),
        repeats: row.get(5)?,
    }))
}

/// A word of the stream.
pub(super) fn word<'w, T: Deserialize<'w>>(text: &'w str) -> Option<T> {
    T::deserialize(StrDeserializer::<WordError>::new(text)).ok()
}

/// Adds what one answer covers. What another process has covered meanwhile is not covered twice.
pub(super) fn take(change: &Connection, agent: AgentRef, step: &CoverageStep) -> rusqlite::Result<()> {
    match step {
        CoverageStep::Lengthen { part, from, to, server_time, cadence, repeats } => {
            let rest = |from| Coverage {
                part: *part,
                from,
                to: *to,
                server_time: *server_time,
                cadence: *cadence,
                ended: None,
                repeats: *repeats,
            };
            // The row of that beginning; or the one that it has become, if what is old in it was pruned.
            let Some(row) = at_or_before(change, agent, *part, millis(*to))? else {
                return insert(change, agent, &rest(*to));
            };
            let row = at_or_before(change, agent, *part, millis(*from))?.unwrap_or(row);
            let next = after(change, agent, *part, row.from)?.filter(|next| *next < millis(*to));
            let mut lengthen = change.prepare_cached(
                "UPDATE coverage SET to_at = max(to_at, ?2), cadence = ?3, repeats = coalesce(?4, repeats),
                     server_at = coalesce(max(server_at, ?5), server_at, ?5)
                 WHERE id = ?1",
            )?;
            let server_time = server_time.map(millis);
            let end = next.unwrap_or(millis(*to));
            lengthen.execute(params![row.id, end, stored(*cadence), repeats, server_time])?;
            // What another process has begun meanwhile may end before this answer.
            next.map_or(Ok(()), |next| insert(change, agent, &rest(moment(next))))
        }
        CoverageStep::Begin { coverage, ended } => {
            if let Some((from, why)) = ended
                && let Some(row) = at_or_before(change, agent, coverage.part, millis(*from))?
            {
                let mut end = change.prepare_cached("UPDATE coverage SET ended = ?2 WHERE id = ?1")?;
                end.execute(params![row.id, why.word()])?;
            }
            insert(change, agent, coverage)
        }
    }
}

fn stored(cadence: Duration) -> i64 {
    i64::try_from(cadence.as_millis()).unwrap_or(i64::MAX)
}

/// A row that is there.
struct Known {
    id: i64,
    from: i64,
    to: i64,
}

fn at_or_before(
    change: &Connection,
    agent: AgentRef,
    part: FollowedPart,
    at: i64,
) -> rusqlite::Result<Option<Known>> {
    let mut find = change.prepare_cached(
        "SELECT id, from_at, to_at FROM coverage WHERE agent = ?1 AND part = ?2 AND from_at <= ?3
         ORDER BY from_at DESC, id DESC LIMIT 1",
    )?;
    let known = |row: &Row<'_>| Ok(Known { id: row.get(0)?, from: row.get(1)?, to: row.get(2)? });
    find.query_row(params![agent.0, part.word(), at], known).optional()
}

/// The first answer at `at` or later, in milliseconds.
pub(super) fn first_answer_from(
    connection: &Connection,
    agent: AgentRef,
    part: FollowedPart,
    at: Timestamp,
) -> rusqlite::Result<Option<i64>> {
    let at = millis(at);
    match at_or_before(connection, agent, part, at)? {
        Some(row) if at <= row.to => Ok(Some(at)),
        _ => after(connection, agent, part, at),
    }
}

/// Where the next row begins.
fn after(change: &Connection, agent: AgentRef, part: FollowedPart, at: i64) -> rusqlite::Result<Option<i64>> {
    let mut find = change.prepare_cached(
        "SELECT min(from_at) FROM coverage WHERE agent = ?1 AND part = ?2 AND from_at > ?3",
    )?;
    find.query_row(params![agent.0, part.word(), at], |row| row.get(0))
}

/// Inserts what is not covered yet, between the rows before and after it.
fn insert(change: &Connection, agent: AgentRef, coverage: &Coverage) -> rusqlite::Result<()> {
    let Coverage { part, server_time, cadence, repeats, .. } = coverage;
    let server_time = server_time.map(millis);
    let mut insert = change.prepare_cached(
        "INSERT INTO coverage (agent, part, from_at, to_at, cadence, repeats, server_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    let mut from = millis(coverage.from);
    let to = millis(coverage.to).max(from);
    loop {
        while let Some(before) = at_or_before(change, agent, *part, from)? {
            if to <= before.to {
                return Ok(());
            }
            if before.to <= from {
                break;
            }
            from = before.to;
        }
        let next = after(change, agent, *part, from)?;
        let end = next.map_or(to, |next| next.min(to));
        insert.execute(params![agent.0, part.word(), from, end, stored(*cadence), repeats, server_time])?;
        match next {
            Some(next) if next < to => from = next,
            _ => return Ok(()),
        }
    }
}
