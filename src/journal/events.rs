//! Reading what was recorded, in the order in which it was.

use std::ops::ControlFlow;

use jiff::{SignedDuration, Timestamp};
use rusqlite::types::Value;
use rusqlite::{OptionalExtension, Params, Row, ToSql, params};

use super::agents::AgentRef;
use super::unreadable::{is_of_another_version, readable};
use super::{Journal, JournalError, body, millis, moment};
use crate::floor::event::{Event, EventKind, ReadError};
use crate::floor::timeline::Recorded;

/// How far before a window the events are looked for that may belong to it: the clocks of servers differ, and coverage of
/// tags reaches back.
pub(crate) const MARGIN: SignedDuration = SignedDuration::from_hours(1);

pub(crate) fn with_margin(from: Timestamp) -> Timestamp {
    from.checked_sub(MARGIN).unwrap_or(Timestamp::MIN)
}

/// Which events are wanted; by default all of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct EventQuery {
    /// Of these agents; `None` for all.
    pub(crate) agents: Option<Vec<AgentRef>>,
    /// Recorded after this one.
    pub(crate) after_seq: i64,
    /// Noticed at this moment or later.
    pub(crate) from: Option<Timestamp>,
    /// Or recorded since the first of these, although it was noticed up to a day before by a clock that was behind. A new
    /// notification without a time of its own is not among these: it counts by when it was noticed.
    pub(crate) with_clock_behind: bool,
    /// Noticed before this moment.
    pub(crate) until: Option<Timestamp>,
    /// Of these types; empty for all.
    pub(crate) types: &'static [&'static str],
}

impl EventQuery {
    /// Whether an event that was found is one of these.
    fn is_wanted(&self, event: &Event) -> bool {
        match &event.kind {
            EventKind::Tag(reported) if !reported.changed && reported.tag.time.is_none() => {
                self.from.is_none_or(|from| millis(from) <= millis(event.at))
            }
            _ => true,
        }
    }
}

/// What an agent's break, wrap-up and identity follow from, as the index of them has it.
pub(super) const OF_STATE: &str = "type IN ('agent_changed', 'break_started', 'break_changed', 'break_ended', 'wrapup_started', 'wrapup_ended')";

/// With which a state begins.
pub(super) const STARTS: [&str; 2] = ["break_started", "wrapup_started"];

pub(super) const COLUMNS: &str = "seq, agent, type, at, body, server_at, customer";

/// Of a list of agents (?1), the first number of what was noticed from a moment (?2) on, or the largest that there is.
const FIRST_SINCE: &str = "
    SELECT coalesce(min(seq), 9223372036854775807) FROM event INDEXED BY event_of_agent
    WHERE agent IN (SELECT value FROM json_each(?1)) AND at >= ?2";

/// By so much, in milliseconds, may a clock have been behind.
pub(super) const BEHIND: i64 = 24 * 60 * 60 * 1000;

/// Of an agent (?1), the number of what was noticed first from a moment (?2) on, or the largest that there is.
pub(super) const NEXT: &str = "
    SELECT coalesce((
        SELECT seq FROM event INDEXED BY event_of_agent WHERE agent = ?1 AND at >= ?2 ORDER BY at LIMIT 1), 9223372036854775807)";

/// Of an agent (?1), what was noticed from a moment (?2) on.
fn sql_since(wanted: &str) -> String {
    format!("SELECT {COLUMNS} FROM event INDEXED BY event_of_agent WHERE agent = ?1 AND at >= ?2 {wanted}")
}

/// Of an agent (?1), what states follow from that began before a moment (?2), and was recorded up to a number (?4): since the
/// last of each of `starts` that was recorded before another number (?3).
pub(super) fn sql_of_states(starts: &[&str], wanted: &str) -> String {
    // The last by its number: by its time it may be an earlier one, if the clock was set back.
    let last = |start: &&str| {
        format!(
            "coalesce((SELECT max(seq) FROM event INDEXED BY event_of_state
                 WHERE agent = ?1 AND type = '{start}' AND {OF_STATE} AND at < ?2 AND seq < ?3), ?3)"
        )
    };
    let lasts: Vec<String> = starts.iter().map(last).collect();
    format!(
        "SELECT {COLUMNS} FROM event INDEXED BY event_of_state WHERE agent = ?1 AND {OF_STATE} AND at < ?2
             {wanted} AND seq >= (SELECT min(?3, {})) AND seq <= ?4",
        lasts.join(", ")
    )
}

impl Journal {
    /// Hands each event to `visit`, by `seq`, until that breaks off. What a later version recorded and this one does not
    /// know is passed over, and so is what cannot be read.
    pub(crate) fn events(
        &self,
        query: &EventQuery,
        visit: &mut dyn FnMut(AgentRef, Recorded) -> ControlFlow<()>,
    ) -> Result<(), JournalError> {
        let agents = match &query.agents {
            Some(agents) => agents.clone(),
            None => self.agents()?.into_iter().map(|row| row.agent).collect(),
        };
        let mut wanted = "agent IN (SELECT value FROM json_each(?))".to_owned();
        let mut values: Vec<Value> = vec![list(&agents).into()];
        // None that is not asked for: each is looked at for thousands of events.
        let mut add = |condition: &str, of: &[i64]| {
            wanted += " AND ";
            wanted += condition;
            values.extend(of.iter().copied().map(Value::from));
        };
        match query.from.map(millis) {
            Some(from) if query.with_clock_behind => {
                let first = self.first_since(&agents, from)?;
                add("at >= ?", &[from.saturating_sub(BEHIND)]);
                add("(at >= ? OR seq >= ?)", &[from, first]);
            }
            Some(from) => add("at >= ?", &[from]),
            None => {}
        }
        if let Some(until) = query.until {
            add("at < ?", &[millis(until)]);
        }
        if query.after_seq > 0 {
            add("seq > ?", &[query.after_seq]);
        }
        if !query.types.is_empty() {
            add(&format!("type IN ('{}')", query.types.join("', '")), &[]);
        }
        let visit = &mut |agent, recorded: Recorded| {
            if query.is_wanted(&recorded.event) { visit(agent, recorded) } else { ControlFlow::Continue(()) }
        };
        let values: Vec<&dyn ToSql> = values.iter().map(|value| value as &dyn ToSql).collect();
        let values = values.as_slice();
        // A window is a small part of the file, found by agent and time. What was recorded after something is a smaller one, at
        // its end.
        if query.after_seq == 0 && query.from.is_some() {
            let sql = format!("SELECT seq FROM event INDEXED BY event_of_agent WHERE {wanted}");
            return self.found(&sql, values, |_| true, visit);
        }
        let sql = format!("SELECT {COLUMNS} FROM event NOT INDEXED WHERE {wanted} ORDER BY seq");
        let mut statement = self.statement(&sql)?;
        let fault = |error| self.fault(error);
        let mut rows = statement.query(values).map_err(fault)?;
        while let Some(row) = rows.next().map_err(fault)? {
            let Some((agent, recorded)) = self.recorded(row)? else { continue };
            if visit(agent, recorded).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Finds numbers of events in an index, the first column of a statement, and hands the events to `visit` by `seq`, so that
    /// each page of the table is met once. Of a row that the statement finds, `is_needed` says whether its event is to be read.
    ///
    /// # Errors
    /// If the table has no event of a number that the index has: the file is damaged.
    pub(super) fn found(
        &self,
        sql: &str,
        values: &[&dyn ToSql],
        mut is_needed: impl FnMut(&Row<'_>) -> bool,
        visit: &mut dyn FnMut(AgentRef, Recorded) -> ControlFlow<()>,
    ) -> Result<(), JournalError> {
        let fault = |error| self.fault(error);
        // What another process deletes meanwhile is still there.
        let snapshot = self.connection.unchecked_transaction().map_err(fault)?;
        let mut numbers: Vec<i64> = vec![];
        let mut index = self.statement(sql)?;
        let mut rows = index.query(values).map_err(fault)?;
        while let Some(row) = rows.next().map_err(fault)? {
            if is_needed(row) {
                numbers.push(row.get(0).map_err(fault)?);
            }
        }
        drop(rows);
        numbers.sort_unstable();
        let mut event = self.statement(&format!("SELECT {COLUMNS} FROM event WHERE seq = ?1"))?;
        for seq in numbers {
            let mut rows = event.query([seq]).map_err(fault)?;
            let Some(row) = rows.next().map_err(fault)? else {
                let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT_INDEX);
                return Err(fault(rusqlite::Error::SqliteFailure(code, None)));
            };
            let Some((agent, recorded)) = self.recorded(row)? else { continue };
            if visit(agent, recorded).is_break() {
                break;
            }
        }
        snapshot.finish().map_err(fault)
    }

    /// The same events as a list.
    pub(crate) fn list_events(&self, query: &EventQuery) -> Result<Vec<Recorded>, JournalError> {
        let mut events = vec![];
        self.events(query, &mut |_, recorded| {
            events.push(recorded);
            ControlFlow::Continue(())
        })?;
        Ok(events)
    }

    /// What a memory of an agent is restored from, and what went on in a window: what was noticed from `from` on, and
    /// however old it is, what says which break and wrap-up went on at `from`, and for whom the session answered.
    pub(crate) fn to_remember(
        &self,
        agent: AgentRef,
        from: Timestamp,
    ) -> Result<Vec<Recorded>, JournalError> {
        let [of_breaks, of_wrapups] = STARTS;
        self.since(agent, from, &["agent_changed", of_breaks, of_wrapups], "")
    }

    /// The first number of what was noticed of these agents from a moment on, in milliseconds; the largest if there is none.
    pub(super) fn first_since(&self, agents: &[AgentRef], from: i64) -> Result<i64, JournalError> {
        self.number(FIRST_SINCE, params![list(agents), from])
    }

    /// The notifications that were recorded since the first of what was noticed from `from` on, but noticed before by a clock
    /// that was behind.
    pub(super) fn tags_of_a_clock_behind(
        &self,
        agent: AgentRef,
        from: Timestamp,
    ) -> Result<Vec<Recorded>, JournalError> {
        let from = millis(from);
        let first = self.first_since(&[agent], from)?;
        let tags = sql_since("AND at < ?3 AND seq >= ?4 AND type = 'tag'");
        self.read(&tags, params![agent.0, from.saturating_sub(BEHIND), from, first])
    }

    /// What breaks in a window that begins at `from` follow from: of hundreds of events of a day, some twenty.
    pub(super) fn breaks_since(
        &self,
        agent: AgentRef,
        from: Timestamp,
    ) -> Result<Vec<Recorded>, JournalError> {
        let of_breaks = "AND type IN ('agent_changed', 'break_started', 'break_changed', 'break_ended')";
        self.since(agent, from, &["break_started"], of_breaks)
    }

    /// What was noticed from `from` on, and what states follow from since the last of each of `starts` before that; only
    /// of the `wanted_types`.
    fn since(
        &self,
        agent: AgentRef,
        from: Timestamp,
        starts: &[&str],
        wanted_types: &str,
    ) -> Result<Vec<Recorded>, JournalError> {
        let since = (agent.0, millis(from));
        let first = self.first_since(&[agent], millis(from))?;
        let mut events = self.states_before(agent, from, (first, i64::MAX), starts, wanted_types)?;
        events.extend(self.read(&sql_since(wanted_types), since)?);
        // Cheaper than to have them sorted with all that is in them.
        events.sort_by_key(|recorded| recorded.seq);
        Ok(events)
    }

    /// What went on at `from` follows from, if what was recorded since then has these numbers, the first and the last. It has
    /// no earlier ones, even where the clock, set back since, shows less; and were all that was recorded later looked through,
    /// a window of last month would take ten times as long as one of today.
    pub(super) fn states_before(
        &self,
        agent: AgentRef,
        from: Timestamp,
        (first, last): (i64, i64),
        starts: &[&str],
        wanted_types: &str,
    ) -> Result<Vec<Recorded>, JournalError> {
        self.read(&sql_of_states(starts, wanted_types), params![agent.0, millis(from), first, last])
    }

    pub(super) fn number(&self, sql: &str, of: impl Params) -> Result<i64, JournalError> {
        let mut statement = self.statement(sql)?;
        statement.query_row(of, |row| row.get(0)).map_err(|error| self.fault(error))
    }

    /// The events that a statement finds, which are rows of [`COLUMNS`].
    pub(super) fn read(&self, sql: &str, wanted: impl Params) -> Result<Vec<Recorded>, JournalError> {
        let fault = |error| self.fault(error);
        let mut statement = self.statement(sql)?;
        let mut rows = statement.query(wanted).map_err(fault)?;
        let mut events = vec![];
        while let Some(row) = rows.next().map_err(fault)? {
            events.extend(self.recorded(row)?.map(|(_, recorded)| recorded));
        }
        Ok(events)
    }

    /// The event of this number; `None` if there is none, or it cannot be read.
    pub(super) fn numbered(&self, seq: i64) -> Result<Option<Recorded>, JournalError> {
        Ok(self.read(&format!("SELECT {COLUMNS} FROM event WHERE seq = ?1"), [seq])?.pop())
    }

    /// The event of a row of [`COLUMNS`]; `None` for one of a later version, and for one that cannot be read.
    pub(super) fn recorded(&self, row: &Row<'_>) -> Result<Option<(AgentRef, Recorded)>, JournalError> {
        let fault = |error| self.fault(error);
        let seq: i64 = row.get(0).map_err(fault)?;
        let values = || -> rusqlite::Result<(i64, &str, i64, &str)> {
            Ok((row.get(1)?, row.get_ref(2)?.as_str()?, row.get(3)?, row.get_ref(4)?.as_str()?))
        };
        if let Some((agent, name, at, body)) = readable(values()).map_err(fault)? {
            // Without it, the event is one all the same.
            let server_time: Option<i64> = readable(row.get(5)).map_err(fault)?.flatten();
            let agent = AgentRef(agent);
            let profile = &self.known_agent(agent)?.profile;
            let read = body::read_with(&mut self.icon_names.borrow_mut(), name, moment(at), profile, body);
            match read {
                Ok(event) => {
                    let event = Event { server_time: server_time.map(moment), ..event };
                    let customer: Option<[u8; 16]> = readable(row.get(6)).map_err(fault)?.flatten();
                    return Ok(Some((agent, Recorded { seq, event, customer })));
                }
                Err(ReadError::UnknownType { .. })
                    if is_of_another_version(&self.connection, seq).map_err(fault)? =>
                {
                    return Ok(None);
                }
                Err(_) => {}
            }
        }
        self.note_unreadable();
        Ok(None)
    }

    /// The events of these agents that were recorded after the one that each of them is known up to.
    pub(super) fn newer(&self, bases: &[(AgentRef, i64)]) -> Result<Vec<(AgentRef, Recorded)>, JournalError> {
        let Some(after_seq) = bases.iter().map(|(_, base)| *base).min() else { return Ok(vec![]) };
        let agents = bases.iter().map(|(agent, _)| *agent).collect();
        let query = EventQuery { agents: Some(agents), after_seq, ..EventQuery::default() };
        let mut newer = vec![];
        self.events(&query, &mut |agent, recorded| {
            if bases.iter().any(|(known, base)| *known == agent && recorded.seq > *base) {
                newer.push((agent, recorded));
            }
            ControlFlow::Continue(())
        })?;
        Ok(newer)
    }

    /// The number of the last event that was recorded, were it pruned since; 0 before the first.
    pub(crate) fn last_seq(&self) -> Result<i64, JournalError> {
        let mut statement = self.statement("SELECT seq FROM sqlite_sequence WHERE name = 'event'")?;
        let last = statement.query_row([], |row| row.get(0)).optional();
        Ok(last.map_err(|error| self.fault(error))?.unwrap_or(0))
    }
}

/// A list of agents as one parameter.
pub(super) fn list(agents: &[AgentRef]) -> String {
    let ids: Vec<String> = agents.iter().map(|agent| agent.0.to_string()).collect();
    format!("[{}]", ids.join(","))
}
