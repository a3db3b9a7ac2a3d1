//! For which times answers came. The rows of one part of one agent never overlap, whoever writes them.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, Row, ToSql, params};
use serde::Deserialize;
use serde::de::value::{Error as WordError, StrDeserializer};

use super::agents::AgentRef;
use super::unreadable::{readable, text};
use super::{EventQuery, Journal, JournalError, millis, moment};
use crate::floor::event::{Event, FollowedPart, GapCause};
use crate::floor::timeline::gaps::without_lost;
use crate::floor::timeline::{Coverage, CoverageStep, Span};

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

    /// What is covered of each agent in its window. It is less than the rows say where an answer was lost while others were
    /// answered.
    pub(crate) fn covered(&self, spans: &[(AgentRef, Span)]) -> Result<Vec<Vec<Coverage>>, JournalError> {
        let Some(from) = spans.iter().map(|(_, span)| span.from).min() else { return Ok(vec![]) };
        // A gap is recorded at its end. To look for those of all agents takes as long as for those of one.
        let query = EventQuery {
            agents: Some(spans.iter().map(|(agent, _)| *agent).collect()),
            from: Some(from),
            types: &["gap"],
            ..EventQuery::default()
        };
        let mut gaps: HashMap<AgentRef, Vec<Event>> = HashMap::new();
        self.events(&query, &mut |agent, recorded| {
            gaps.entry(agent).or_default().push(recorded.event);
            ControlFlow::Continue(())
        })?;
        let covered = |(agent, span): &(AgentRef, Span)| {
            let rows = self.coverage(*agent, span.from, span.to)?;
            Ok(without_lost(rows, gaps.get(agent).into_iter().flatten()))
        };
        spans.iter().map(covered).collect()
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
    let step = in_millis(step);
    let known = around(change, agent, &step)?;
    let mut rows: Vec<Coverage> = known.iter().map(|(_, row)| row.clone()).collect();
    Coverage::take(&mut rows, &step);
    let mut changed = known.iter().filter(|(_, row)| !rows.contains(row));
    for row in rows.iter().filter(|row| known.iter().all(|(_, known)| known != *row)) {
        match changed.next() {
            Some((id, before)) => update(change, *id, before, row)?,
            None => insert(change, agent, row)?,
        }
    }
    Ok(())
}

/// The step with its moments as they are stored.
fn in_millis(step: &CoverageStep) -> CoverageStep {
    let stored = |at: Timestamp| moment(millis(at));
    let mut step = step.clone();
    match &mut step {
        CoverageStep::Lengthen { from, to, server_time, .. }
        | CoverageStep::Begin { coverage: Coverage { from, to, server_time, .. }, .. } => {
            (*from, *to, *server_time) = (stored(*from), stored(*to), server_time.map(stored));
        }
    }
    step
}

/// The rows that a step may change, and those before and after them, by their beginnings.
fn around(
    change: &Connection,
    agent: AgentRef,
    step: &CoverageStep,
) -> rusqlite::Result<Vec<(i64, Coverage)>> {
    let (CoverageStep::Lengthen { part, from, to, .. }
    | CoverageStep::Begin { coverage: Coverage { part, from, to, .. }, .. }) = step;
    let mut find = change.prepare_cached(
        "SELECT part, from_at, to_at, cadence, ended, repeats, server_at, id FROM coverage
         WHERE agent = ?1 AND part = ?2
             AND from_at >= coalesce((SELECT max(from_at) FROM coverage WHERE agent = ?1 AND part = ?2 AND from_at < ?3), ?3)
             AND from_at <= coalesce((SELECT min(from_at) FROM coverage WHERE agent = ?1 AND part = ?2 AND from_at > ?4), ?4)
         ORDER BY from_at, id",
    )?;
    let mut rows = find.query(params![agent.0, part.word(), millis(*from), millis(*to)])?;
    let mut around = vec![];
    while let Some(row) = rows.next()? {
        if let Some(coverage) = readable(read(row))?.flatten() {
            around.push((row.get(7)?, coverage));
        }
    }
    Ok(around)
}

/// Changes a row of `before`. An index holds its beginning, which few changes are about.
fn update(change: &Connection, id: i64, before: &Coverage, row: &Coverage) -> rusqlite::Result<()> {
    let Coverage { to, server_time, cadence, ended, repeats, .. } = row;
    let mut update = change.prepare_cached(
        "UPDATE coverage SET to_at = ?2, server_at = ?3, cadence = ?4, ended = ?5, repeats = ?6 WHERE id = ?1",
    )?;
    let ended = ended.map(GapCause::word);
    update.execute(params![id, millis(*to), server_time.map(millis), stored(*cadence), ended, repeats])?;
    if before.from != row.from {
        let mut begin = change.prepare_cached("UPDATE coverage SET from_at = ?2 WHERE id = ?1")?;
        begin.execute(params![id, millis(row.from)])?;
    }
    Ok(())
}

fn insert(change: &Connection, agent: AgentRef, row: &Coverage) -> rusqlite::Result<()> {
    let Coverage { part, from, to, server_time, cadence, ended, repeats } = row;
    let mut insert = change.prepare_cached(
        "INSERT INTO coverage (agent, part, from_at, to_at, server_at, cadence, ended, repeats)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    let (server_time, ended) = (server_time.map(millis), ended.map(GapCause::word));
    let (from, to) = (millis(*from), millis(*to));
    insert.execute(params![agent.0, part.word(), from, to, server_time, stored(*cadence), ended, repeats])?;
    Ok(())
}

fn stored(cadence: Duration) -> i64 {
    i64::try_from(cadence.as_millis()).unwrap_or(i64::MAX)
}

/// The first answer at `at` or later, in milliseconds.
pub(super) fn first_answer_from(
    connection: &Connection,
    agent: AgentRef,
    part: FollowedPart,
    at: Timestamp,
) -> rusqlite::Result<Option<i64>> {
    let mut find = connection.prepare_cached(
        "SELECT CASE WHEN (SELECT to_at FROM coverage WHERE agent = ?1 AND part = ?2 AND from_at <= ?3
                           ORDER BY from_at DESC, id DESC LIMIT 1) >= ?3
                THEN ?3 ELSE (SELECT min(from_at) FROM coverage WHERE agent = ?1 AND part = ?2 AND from_at > ?3) END",
    )?;
    find.query_row(params![agent.0, part.word(), millis(at)], |row| row.get(0))
}
