//! Writing: one commit for each round of answers, and only if nobody else has written meanwhile what the round did not know.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rusqlite::{Connection, OptionalExtension, params};

use super::agents::{AgentRef, AgentRow};
use super::runs::{RunRef, Writer};
use super::{Journal, JournalError, Numbers, body, coverage, leases, millis, moment, runs};
use crate::floor::diff::Memory;
use crate::floor::event::{Event, EventKind, ReportedTag};
use crate::floor::identity::fingerprint::{Fingerprint, uid};
use crate::floor::pause::OwnClocks;
use crate::floor::timeline::{CoverageStep, NewEvent, Recorded};
use crate::output::text::times::rfc3339;

/// What one round of answers adds.
#[derive(Clone, Debug)]
pub(crate) struct Round {
    pub(crate) by: Writer,
    /// The present moment. The leases of the run beat with it.
    pub(crate) at: Timestamp,
    pub(crate) entries: Vec<Entry>,
    /// The last event that stdout took.
    pub(crate) stdout_took: Option<i64>,
}

/// What it adds about one agent.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) agent: AgentRef,
    /// The last event that the memory knew from which the difference was made. All recorded after it about this agent is
    /// to be learned first.
    pub(crate) base: i64,
    pub(crate) events: Vec<NewEvent>,
    pub(crate) coverage: Vec<CoverageStep>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Outcome {
    Written {
        run: RunRef,
        /// For each event, entry by entry, its number; `None` where the journal knew it already: it is not shown either.
        seqs: Vec<Option<i64>>,
        /// Up to here the agents of the round are known now.
        last: i64,
    },
    /// Others wrote about these agents, and nothing was written. With these events learned, the difference is to be made
    /// anew.
    Overtaken(Vec<(AgentRef, Recorded)>),
}

/// An event as it will stand in its row.
struct Prepared<'e> {
    agent: &'e AgentRow,
    event: &'e NewEvent,
    body: String,
    /// Whether its phone numbers have been looked at.
    masked: bool,
    /// Whether it differs from what was received.
    altered: bool,
    customer: Option<[u8; 16]>,
}

impl Journal {
    /// Writes a round in one commit, or nothing of it.
    pub(crate) fn record(&self, round: &Round) -> Result<Outcome, JournalError> {
        let agents: Vec<Arc<AgentRow>> =
            round.entries.iter().map(|entry| self.known_agent(entry.agent)).collect::<Result<_, _>>()?;
        // Outside the transaction, in which others wait.
        let entries: Vec<Vec<Prepared<'_>>> = round
            .entries
            .iter()
            .zip(&agents)
            .map(|(entry, agent)| entry.events.iter().map(|event| self.prepare(agent, event)).collect())
            .collect();
        let mut bases: Vec<_> = round.entries.iter().map(|entry| (entry.agent, entry.base)).collect();
        loop {
            let last = self.last_seq()?;
            match self.write(round.at, |change| write(self, change, round, &entries, &bases)) {
                Ok(Some((run, seqs, last))) => return Ok(Outcome::Written { run, seqs, last }),
                Ok(None) => {
                    let by = self.newer(&bases)?;
                    if !by.is_empty() {
                        return Ok(Outcome::Overtaken(by));
                    }
                    // All of it is of a later version: there is nothing that this one could learn.
                    for (_, base) in &mut bases {
                        *base = last.max(*base);
                    }
                }
                Err(error) => return Err(self.unless_forgotten(error)),
            }
        }
    }

    /// An agent that was erased while this process went on.
    fn unless_forgotten(&self, error: JournalError) -> JournalError {
        match error {
            JournalError::Unusable { path, source }
                if source.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation) =>
            {
                self.agents.borrow_mut().clear();
                JournalError::Forgotten { path }
            }
            error => error,
        }
    }

    fn prepare<'e>(&self, agent: &'e AgentRow, event: &'e NewEvent) -> Prepared<'e> {
        let whole = body::of_event(&event.event, false);
        let is_never = self.numbers == Numbers::Never;
        let shown = if is_never { body::of_event(&event.event, true) } else { whole.clone() };
        let body = body::redacted(&shown, &self.redactor).into_owned();
        let customer = if is_never && shown != whole { self.customer(&event.event) } else { None };
        Prepared { agent, event, masked: is_never, altered: body != whole, body, customer }
    }

    /// The number of the row, or `None` where the journal knows what the event says.
    fn insert(
        &self,
        change: &Connection,
        run: RunRef,
        prepared: &Prepared<'_>,
    ) -> rusqlite::Result<Option<i64>> {
        let Prepared { agent, event: new, .. } = prepared;
        if new.is_numbered_by_the_journal() {
            return put(change, run, prepared, free(change, agent, &new.event)?);
        }
        if let Some(seq) = put(change, run, prepared, (identity(agent, &new.event, new.twin), new.twin))? {
            return Ok(Some(seq));
        }
        // Whoever recorded it does not remember the notification, and so not that this state of it is another one.
        let Some(other) = new.as_change() else { return Ok(None) };
        if !self.lacks(change, agent, &other)? {
            return Ok(None);
        }
        put(change, run, &self.prepare(agent, &other), free(change, agent, &other.event)?)
    }

    /// Whether none of the states of a notification that are recorded is this one.
    fn lacks(&self, change: &Connection, agent: &AgentRow, new: &NewEvent) -> rusqlite::Result<bool> {
        let EventKind::Tag(reported) = &new.event.kind else { return Ok(false) };
        let mut find = change.prepare_cached("SELECT type, at, body FROM event WHERE uid = ?1")?;
        let mut memory = Memory::hiding(self.hiding());
        for changed in [false, true] {
            let kind = EventKind::Tag(Box::new(ReportedTag { changed, ..(**reported).clone() }));
            let one = Event { kind, ..new.event.clone() };
            for nth in u32::from(changed).. {
                let id = identity(agent, &one, nth);
                let mut rows = find.query([id.bytes()])?;
                let Some(row) = rows.next()? else { break };
                let at = moment(row.get(1)?);
                let read = body::read(row.get_ref(0)?.as_str()?, at, "", row.get_ref(2)?.as_str()?);
                // What cannot be read may be this very state.
                let Ok(known) = read else { return Ok(false) };
                memory.learn(&known, &OwnClocks::after_past(at));
            }
        }
        Ok(!memory.has_shown_tag(&reported.tag))
    }

    /// Which customer an event is about, the same whether the number is still whole or was masked.
    pub(crate) fn customer_of(&self, recorded: &Recorded) -> Option<[u8; 16]> {
        recorded.customer.or_else(|| self.customer(&recorded.event))
    }

    pub(super) fn customer(&self, event: &Event) -> Option<[u8; 16]> {
        self.secret.of_customer(&body::customer(event)?)
    }
}

/// The run, the numbers of the events, and that of the last of all.
type Written = (RunRef, Vec<Option<i64>>, i64);

/// `None` if others have written, and nothing was.
fn write(
    journal: &Journal,
    change: &Connection,
    round: &Round,
    entries: &[Vec<Prepared<'_>>],
    bases: &[(AgentRef, i64)],
) -> rusqlite::Result<Option<Written>> {
    if has_newer(change, bases)? {
        return Ok(None);
    }
    let run = runs::writer(change, &journal.me, round.by, round.at)?;
    let mut seqs = vec![];
    for (entry, events) in round.entries.iter().zip(entries) {
        for event in events {
            seqs.push(journal.insert(change, run, event)?);
        }
        for step in &entry.coverage {
            coverage::take(change, entry.agent, step)?;
        }
        leases::note_answer(change, run, entry.agent, &entry.coverage)?;
    }
    leases::beat(change, run, round.at)?;
    if let Some(seq) = round.stdout_took {
        runs::stdout_took(change, run, seq)?;
    }
    Ok(Some((run, seqs, last(change)?)))
}

fn has_newer(change: &Connection, bases: &[(AgentRef, i64)]) -> rusqlite::Result<bool> {
    // Looked for from the last back: usually there is none.
    let mut newer = change
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM event NOT INDEXED WHERE seq > ?2 AND agent = ?1)")?;
    for (agent, base) in bases {
        if newer.query_row(params![agent.0, base], |row| row.get(0))? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn last(change: &Connection) -> rusqlite::Result<i64> {
    let mut last = change.prepare_cached("SELECT seq FROM sqlite_sequence WHERE name = 'event'")?;
    Ok(last.query_row([], |row| row.get(0)).optional()?.unwrap_or(0))
}

/// The number of the row, or `None` where this event is there already.
fn put(
    change: &Connection,
    run: RunRef,
    prepared: &Prepared<'_>,
    (id, nth): (Fingerprint, u32),
) -> rusqlite::Result<Option<i64>> {
    let Prepared { agent, event: NewEvent { event, .. }, .. } = prepared;
    // A conflict would use up a number.
    let mut insert = change.prepare_cached(
        "INSERT INTO event (uid, agent, run, type, at, server_at, nth, masked, altered, customer, body)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11 WHERE NOT EXISTS (SELECT 1 FROM event WHERE uid = ?1)",
    )?;
    let inserted = insert.execute(params![
        id.bytes(),
        agent.agent.0,
        run.0,
        event.kind.words().name,
        millis(event.at),
        event.server_time.map(millis),
        nth,
        prepared.masked,
        prepared.altered,
        prepared.customer,
        prepared.body,
    ])?;
    Ok((inserted == 1).then(|| change.last_insert_rowid()))
}

/// The identity of an event as it is read again: a time in milliseconds.
pub(super) fn identity(agent: &AgentRow, event: &Event, nth: u32) -> Fingerprint {
    let of = |event: &Event| uid(&agent.server, &agent.key, event, nth);
    if let EventKind::Tag(reported) = &event.kind
        && let Some(time) = reported.tag.time
        && time.subsec_nanosecond() % 1_000_000 != 0
    {
        let mut stored = reported.clone();
        stored.tag.time = rfc3339(time, &TimeZone::UTC).parse().ok();
        return of(&Event { kind: EventKind::Tag(stored), ..event.clone() });
    }
    of(event)
}

/// The next number of a change that is free.
fn free(change: &Connection, agent: &AgentRow, event: &Event) -> rusqlite::Result<(Fingerprint, u32)> {
    let mut known = change.prepare_cached("SELECT EXISTS (SELECT 1 FROM event WHERE uid = ?1)")?;
    let mut nth = 1;
    loop {
        let id = identity(agent, event, nth);
        if nth == u32::MAX || !known.query_row([id.bytes()], |row| row.get(0))? {
            return Ok((id, nth));
        }
        nth += 1;
    }
}
