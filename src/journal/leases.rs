//! Who polls an agent now, so that others can read instead. A lease forbids nobody to write.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::agents::AgentRef;
use super::coverage::word;
use super::runs::{self, PROCESS, RunRef, RunRow};
use super::unreadable::text;
use super::{Journal, JournalError, millis, moment};
use crate::floor::event::FollowedPart;
use crate::floor::timeline::CoverageStep;

/// A holder beats as often as this.
pub(crate) const BEAT: Duration = Duration::from_secs(5);
/// After so many beats that did not come, a lease is void.
const MISSED_BEATS: u32 = 3;
/// An answer that is older than so many cadences is to be joined by one of our own.
const STALE: u32 = 3;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lease {
    pub(crate) agent: AgentRef,
    pub(crate) run: RunRef,
    /// What is polled.
    pub(crate) parts: Vec<FollowedPart>,
    pub(crate) cadence: Duration,
    pub(crate) beat_at: Timestamp,
    /// When the newest good answer came.
    pub(crate) newest_answer: Option<Timestamp>,
    /// Whether its holder goes on, by its process, or else by its beats.
    pub(crate) is_alive: bool,
}

impl Lease {
    /// Whether its holder was at work just now: no beat is missing.
    pub(crate) fn has_beaten(&self, now: Timestamp) -> bool {
        now.duration_since(self.beat_at).unsigned_abs() < BEAT * 2
    }

    /// Whether its holder polls these parts and is answered, so that the journal has what the server would answer.
    pub(crate) fn covers(&self, parts: &[FollowedPart], now: Timestamp) -> bool {
        self.is_alive
            && is_recent(self.newest_answer, self.cadence, now)
            && parts.iter().all(|part| self.parts.contains(part))
    }
}

/// Whether an answer of somebody who polls at this cadence is recent enough to be read instead of polling. One from before
/// the clock was set back is not.
pub(crate) fn is_recent(newest_answer: Option<Timestamp>, cadence: Duration, now: Timestamp) -> bool {
    newest_answer.is_some_and(|answer| now.duration_since(answer).unsigned_abs() <= cadence * STALE)
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// Nobody had it.
    New,
    /// This run had it already.
    Own,
    /// From a holder who is gone.
    Over(Lease),
    /// Somebody else holds it.
    No(Lease),
}

impl Journal {
    /// Takes the lease of an agent, unless another run holds it.
    pub(crate) fn take_lease(
        &self,
        agent: AgentRef,
        run: RunRef,
        parts: &[FollowedPart],
        cadence: Duration,
        now: Timestamp,
    ) -> Result<Taken, JournalError> {
        self.write(now, |change| {
            let known = self.lease_in(change, agent, now)?;
            let taken = match known {
                None => Taken::New,
                Some(lease) if lease.run == run => Taken::Own,
                Some(lease) if lease.is_alive => return Ok(Taken::No(lease)),
                Some(lease) => Taken::Over(lease),
            };
            let mut put = change.prepare_cached(
                "INSERT INTO lease (agent, run, parts, cadence, beat_at, newest_answer)
                 VALUES (?1, ?2, ?3, ?4, ?5, (SELECT newest_answer FROM lease WHERE agent = ?1))
                 ON CONFLICT (agent) DO UPDATE SET run = excluded.run, parts = excluded.parts,
                     cadence = excluded.cadence, beat_at = excluded.beat_at",
            )?;
            let parts: Vec<_> = parts.iter().map(|part| part.word()).collect();
            let cadence = i64::try_from(cadence.as_millis()).unwrap_or(i64::MAX);
            put.execute(params![agent.0, run.0, parts.join(","), cadence, millis(now)])?;
            Ok(taken)
        })
    }

    /// Shows that the holder lives, as each round that it records does; returns the agents whose leases it still has.
    #[cfg(test)]
    pub(crate) fn beat(&self, run: RunRef, now: Timestamp) -> Result<Vec<AgentRef>, JournalError> {
        self.write(now, |change| {
            beat(change, run, now)?;
            let mut held = change.prepare_cached("SELECT agent FROM lease WHERE run = ?1 ORDER BY agent")?;
            held.query_map([run.0], |row| row.get(0).map(AgentRef))?.collect()
        })
    }

    /// Gives the lease of one agent back, if this run has it.
    pub(crate) fn release_lease(
        &self,
        agent: AgentRef,
        run: RunRef,
        now: Timestamp,
    ) -> Result<(), JournalError> {
        self.write(now, |change| {
            let mut release = change.prepare_cached("DELETE FROM lease WHERE agent = ?1 AND run = ?2")?;
            release.execute(params![agent.0, run.0]).map(|_| ())
        })
    }

    /// The runs that poll somebody now.
    pub(crate) fn recorders(&self, now: Timestamp) -> Result<Vec<RunRow>, JournalError> {
        let mut holders = vec![];
        for row in self.agents()? {
            holders
                .extend(self.lease_of(row.agent, now)?.filter(|lease| lease.is_alive).map(|lease| lease.run));
        }
        let mut runs = self.runs()?;
        runs.retain(|run| holders.contains(&run.run));
        Ok(runs)
    }

    /// Who polls this agent.
    pub(crate) fn lease_of(&self, agent: AgentRef, now: Timestamp) -> Result<Option<Lease>, JournalError> {
        self.lease_in(&self.connection, agent, now).map_err(|error| self.fault(error))
    }

    fn lease_in(
        &self,
        connection: &Connection,
        agent: AgentRef,
        now: Timestamp,
    ) -> rusqlite::Result<Option<Lease>> {
        let mut find = connection.prepare_cached(&format!(
            "SELECT {PROCESS}, run.ended, lease.run, parts, cadence, beat_at, newest_answer
             FROM lease JOIN run ON run.id = lease.run WHERE agent = ?1"
        ))?;
        find.query_row([agent.0], |row| self.read_lease(row, agent, now)).optional()
    }

    fn read_lease(&self, row: &Row<'_>, agent: AgentRef, now: Timestamp) -> rusqlite::Result<Lease> {
        let holder = runs::process(row)?;
        let has_ended = row.get::<_, Option<i64>>(4)?.is_some();
        let beat_at = moment(row.get(8)?);
        let parts = text(row, 6)?;
        // A clock that was set back leaves beats in the future; the holder's next beat mends that.
        let silence = now.duration_since(beat_at).unsigned_abs();
        let is_alive =
            !has_ended && silence <= BEAT * MISSED_BEATS && holder.is_alive(&self.me) != Some(false);
        Ok(Lease {
            agent,
            run: RunRef(row.get(5)?),
            parts: parts.split(',').filter_map(word).collect(),
            cadence: Duration::from_millis(row.get::<_, i64>(7)?.unsigned_abs()),
            beat_at,
            newest_answer: row.get::<_, Option<i64>>(9)?.map(moment),
            is_alive,
        })
    }
}

pub(super) fn beat(change: &Connection, run: RunRef, now: Timestamp) -> rusqlite::Result<()> {
    let mut beat = change.prepare_cached("UPDATE lease SET beat_at = ?2 WHERE run = ?1")?;
    beat.execute(params![run.0, millis(now)]).map(|_| ())
}

/// Notes when the newest answer came that a round has brought about an agent.
pub(super) fn note_answer(
    change: &Connection,
    run: RunRef,
    agent: AgentRef,
    steps: &[CoverageStep],
) -> rusqlite::Result<()> {
    let moments = steps.iter().map(|step| match step {
        CoverageStep::Lengthen { to, .. } => *to,
        CoverageStep::Begin { coverage, .. } => coverage.to,
    });
    let Some(newest) = moments.max() else { return Ok(()) };
    let mut note =
        change.prepare_cached("UPDATE lease SET newest_answer = ?3 WHERE agent = ?1 AND run = ?2")?;
    note.execute(params![agent.0, run.0, millis(newest)]).map(|_| ())
}
