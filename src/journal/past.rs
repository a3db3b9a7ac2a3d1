//! What a report about a time of the past is made of: no more than it needs, however much was recorded since.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::params;

use super::agents::AgentRef;
use super::coverage::first_answer_from;
use super::events::{COLUMNS, Detail, FIRST_TYPES, OF_STATE, SeqRange};
use super::unreadable::readable;
use super::{Journal, JournalError, millis, moment};
use crate::floor::event::FollowedPart;
use crate::floor::pause::{MARGIN, WINDOW};
use crate::floor::timeline::gaps::without_lost;
use crate::floor::timeline::{Coverage, Recorded};

/// So long after the first answers that follow a window, what happened in it still arrives: notifications that the server
/// repeats, a break that a second answer has to confirm.
const LATE: Duration = WINDOW.saturating_add(MARGIN);

/// Where an index finds them one by one, each event costs as much as so many that are passed over in the order of the file.
const SCANNED_FOR_ONE_FOUND: i64 = 8;

/// Of what a report about a time of an agent is made.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Past {
    /// By their numbers. Notifications have neither icons nor fields.
    pub(crate) events: Vec<Recorded>,
    pub(crate) coverage: Vec<Coverage>,
}

/// What is to be read of an agent.
struct Wanted {
    agent: AgentRef,
    /// When nothing more is learned of the window.
    until: Timestamp,
    range: SeqRange,
}

impl Journal {
    /// The events and the coverage of each of these agents of which a report about the time from `from` to `to` is made. What
    /// went on at `to` may have no end among them, but the coverage reaches beyond.
    pub(crate) fn of_window(
        &self,
        agents: &[AgentRef],
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Past>, JournalError> {
        let wanted = |agent: &AgentRef| -> Result<Wanted, JournalError> {
            let until = self.known_by(*agent, to)?;
            Ok(Wanted { agent: *agent, until, range: self.range_between(*agent, from, until)? })
        };
        let wanted: Vec<Wanted> = agents.iter().map(wanted).collect::<Result<_, _>>()?;
        let found = |it: &Wanted| self.recorded_between(it.agent, from, it.until, Detail::WithoutFields);
        let events: Vec<Vec<Recorded>> = match self.range_of_most(&wanted)? {
            Some(range) => self.scanned(&wanted, from, range)?,
            None => wanted.iter().map(found).collect::<Result<_, _>>()?,
        };
        let pasts = wanted.iter().zip(events).map(|(it, events)| {
            let coverage = self.coverage(it.agent, from, it.until)?;
            let coverage = without_lost(coverage, events.iter().map(|recorded| &recorded.event));
            Ok(Past { events, coverage })
        });
        pasts.collect()
    }

    /// The numbers between which most events are wanted: what many agents did at about the same time lies together in the
    /// file, and what one of them did does not.
    fn range_of_most(&self, wanted: &[Wanted]) -> Result<Option<(i64, i64)>, JournalError> {
        let ranges = || wanted.iter().map(|it| it.range).filter(|range| range.count > 0);
        let Some(first) = ranges().map(|range| range.first).min() else { return Ok(None) };
        let last = ranges().map(|range| range.last).max().unwrap_or(first).min(self.last_seq()?);
        let count: i64 = ranges().map(|range| range.count).sum();
        Ok((last - first < count.saturating_mul(SCANNED_FOR_ONE_FOUND)).then_some((first, last)))
    }

    /// The same as [`Self::recorded_between`] of each, where their windows lie between these numbers: the file is gone through
    /// once.
    fn scanned(
        &self,
        wanted: &[Wanted],
        from: Timestamp,
        (first, last): (i64, i64),
    ) -> Result<Vec<Vec<Recorded>>, JournalError> {
        let before = wanted.iter().map(|Wanted { agent, range, .. }| {
            let before = SeqRange { last: range.first.saturating_sub(1), ..*range };
            self.states_before(*agent, from, before, &FIRST_TYPES, "")
        });
        let mut events: Vec<Vec<Recorded>> = before.collect::<Result<_, _>>()?;
        let places: HashMap<AgentRef, usize> = wanted.iter().map(|it| it.agent).zip(0..).collect();
        let fault = |error| self.fault(error);
        let sql = format!(
            "SELECT {COLUMNS} FROM event NOT INDEXED
             WHERE seq BETWEEN ?1 AND ?2 AND (at >= ?3 OR {OF_STATE})"
        );
        let mut statement = self.statement(&sql)?;
        let mut rows = statement.query(params![first, last, millis(from)]).map_err(fault)?;
        while let Some(row) = rows.next().map_err(fault)? {
            let agent = readable(row.get(1)).map_err(fault)?.map(AgentRef);
            let Some(place) = agent.and_then(|agent| places.get(&agent)).copied() else { continue };
            let Wanted { until, range, .. } = &wanted[place];
            if let Some((_, recorded)) = self.recorded(row, Detail::WithoutFields)?
                && (range.first..=range.last).contains(&recorded.seq)
                && recorded.event.at < *until
            {
                events[place].push(recorded);
            }
        }
        for events in &mut events {
            events.sort_by_key(|recorded| recorded.seq);
        }
        Ok(events)
    }

    /// When nothing more was learned of what happened before `at`.
    fn known_by(&self, agent: AgentRef, at: Timestamp) -> Result<Timestamp, JournalError> {
        let mut known = at;
        for part in [FollowedPart::Tags, FollowedPart::Breaks, FollowedPart::Wrapups] {
            let answered = first_answer_from(&self.connection, agent, part, at);
            known = known.max(answered.map_err(|error| self.fault(error))?.map_or(at, moment));
        }
        Ok(known.checked_add(LATE).unwrap_or(Timestamp::MAX))
    }
}
