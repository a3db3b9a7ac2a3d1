//! What a run knows of an agent as it begins.

use std::collections::HashSet;
use std::ops::ControlFlow;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Row, params};

use super::agents::AgentRef;
use super::ahead::ReadAhead;
use super::events::{COLUMNS, OF_STATE};
use super::schema::KNOWN_BY;
use super::{Journal, JournalError, millis, moment};
use crate::floor::answer::Tag;
use crate::floor::diff::Memory;
use crate::floor::diff::restored::REMEMBERED;
use crate::floor::event::EventKind;
use crate::floor::pause::OwnClocks;
use crate::floor::timeline::{Coverage, Recorded};
use crate::output::text::mask::HIDDEN_DIGIT;

pub(crate) struct Remembered {
    pub(crate) memory: Memory,
    pub(crate) coverage: Vec<Coverage>,
    pub(crate) recorded: Vec<Recorded>,
}

impl Journal {
    /// A memory of what was recorded of an agent up to the event `base`, and what it was made of.
    pub(crate) fn memory(
        &self,
        agent: AgentRef,
        base: i64,
        now: Timestamp,
        clocks: &OwnClocks,
    ) -> Result<Remembered, JournalError> {
        let from = remembered_from(now);
        let mut recorded = self.to_remember(agent, from)?;
        recorded.extend(self.tags_of_a_clock_behind(agent, from)?);
        recorded.retain(|one| one.seq <= base);
        recorded.sort_by_key(|one| one.seq);
        let (memory, coverage) = self.restored(agent, recorded.iter(), from, clocks)?;
        Ok(Remembered { memory, coverage, recorded })
    }

    /// The same memory, made of no more than is needed to compare it with one answer, which has these `tags` or is not about
    /// tags: a shift has a hundred wrap-ups that are over, and hundreds of notifications that no answer repeats. Of these, only
    /// those that were read `ahead`, or recorded since then in the same window, are among what was `recorded`.
    pub(crate) fn memory_for(
        &self,
        tags: Option<&[Tag]>,
        ahead: Option<ReadAhead>,
        agent: AgentRef,
        base: i64,
        now: Timestamp,
        clocks: &OwnClocks,
    ) -> Result<Remembered, JournalError> {
        let from = remembered_from(now);
        let answered: HashSet<&str> =
            tags.iter().copied().flatten().filter_map(|tag| tag.id.as_deref()).collect();
        let is_other = |id: &str| !answered.contains(id) && !id.contains(HIDDEN_DIGIT);
        let listed_from = ahead.as_ref().map(|ahead| ahead.from);
        let mut was_noticed = false;
        let is_needed = |at: Timestamp, id: Option<&str>| {
            let is_last = !was_noticed && !clocks.is_ahead(at);
            was_noticed |= is_last;
            is_last || listed_from.is_some_and(|from| from <= at) || !id.is_some_and(is_other)
        };
        let recorded = self.present(agent, base, tags.map(|_| (from, is_needed)), ahead)?;
        // When the last of them was noticed counts, whichever that is.
        let is_past = |one: &&Recorded| !clocks.is_ahead(one.event.at);
        let noticed =
            recorded.iter().filter(|one| is_tag(one)).filter(is_past).max_by_key(|one| one.event.at);
        let noticed = noticed.map(|one| one.seq);
        let matters = |one: &&Recorded| match &one.event.kind {
            EventKind::Tag(reported) => {
                Some(one.seq) == noticed || !reported.tag.id.as_deref().is_some_and(is_other)
            }
            _ => true,
        };
        let (memory, coverage) = self.restored(agent, recorded.iter().filter(matters), from, clocks)?;
        Ok(Remembered { memory, coverage, recorded })
    }

    fn restored<'r>(
        &self,
        agent: AgentRef,
        recorded: impl Iterator<Item = &'r Recorded>,
        from: Timestamp,
        clocks: &OwnClocks,
    ) -> Result<(Memory, Vec<Coverage>), JournalError> {
        let events = recorded.map(|recorded| &recorded.event);
        let coverage = self.coverage_to_remember(agent, from)?;
        let agent_id = self.row(agent)?.and_then(|row| row.agent_id);
        let memory = Memory::hiding(self.hiding()).restored(agent_id.as_deref(), events, &coverage, clocks);
        Ok((memory, coverage))
    }

    /// Up to the event `base`: the notifications since a moment that are needed, which are looked through from the last one back,
    /// those that were read `ahead`, and however old it is, what says which break and wrap-up go on, and for whom the session
    /// answers.
    fn present(
        &self,
        agent: AgentRef,
        base: i64,
        tags: Option<(Timestamp, impl FnMut(Timestamp, Option<&str>) -> bool)>,
        ahead: Option<ReadAhead>,
    ) -> Result<Vec<Recorded>, JournalError> {
        let mut recorded = vec![];
        if let Some((from, mut is_needed)) = tags {
            let ahead = ahead.unwrap_or(ReadAhead { from: Timestamp::MAX, last: 0, tags: vec![] });
            let wanted = params![agent.0, millis(from), base, millis(ahead.from), ahead.last];
            let is_needed = |row: &Row<'_>| {
                let found =
                    || -> rusqlite::Result<_> { Ok((row.get(1)?, row.get_ref(2)?.as_str_or_null()?)) };
                // One that cannot be read is noted where it is read.
                found().map_or(true, |(at, id)| is_needed(moment(at), id))
            };
            self.found(&sql_of_tags(), wanted, is_needed, &mut |_, tag| {
                recorded.push(tag);
                ControlFlow::Continue(())
            })?;
            recorded.extend(ahead.tags);
            recorded.extend(self.tags_of_a_clock_behind(agent, from)?);
            recorded.retain(|one| one.seq <= base);
        }
        // The last by its number: by its time it may be an earlier one, if the clock was set back.
        let since_last = |first: &str, types: &str| {
            format!(
                "SELECT {COLUMNS} FROM event INDEXED BY event_of_state
                 WHERE agent = ?1 AND type IN ({types}) AND {OF_STATE} AND seq <= ?2 AND seq >= coalesce((
                     SELECT max(seq) FROM event INDEXED BY event_of_state
                     WHERE agent = ?1 AND type = '{first}' AND {OF_STATE} AND seq <= ?2), 0)"
            )
        };
        let state = format!(
            "{} UNION ALL {} UNION ALL {}",
            since_last("agent_changed", "'agent_changed'"),
            since_last("break_started", "'break_started', 'break_changed', 'break_ended'"),
            since_last("wrapup_started", "'wrapup_started', 'wrapup_ended'"),
        );
        recorded.extend(self.read(&state, params![agent.0, base])?);
        // Cheaper than to have them sorted with all that is in them.
        recorded.sort_by_key(|one| one.seq);
        Ok(recorded)
    }
}

/// Of an agent (?1), the notifications that were noticed from a moment (?2) on and recorded up to an event (?3), but not from
/// another moment (?4) on and up to another event (?5): their numbers, when they were noticed and their ids, from the last one
/// back. The index has all of it, and to read a notification takes longer than to find it.
pub(super) fn sql_of_tags() -> String {
    format!(
        "SELECT seq, at, {KNOWN_BY} FROM event INDEXED BY event_of_agent
         WHERE agent = ?1 AND at >= ?2 AND type = 'tag' AND seq <= ?3 AND NOT (at >= ?4 AND seq <= ?5) ORDER BY at DESC"
    )
}

/// Since when all notifications are read for a memory.
pub(crate) fn remembered_from(now: Timestamp) -> Timestamp {
    let remembered = SignedDuration::try_from(REMEMBERED).unwrap_or(SignedDuration::MAX);
    now.checked_sub(remembered).unwrap_or(Timestamp::MIN)
}

fn is_tag(recorded: &Recorded) -> bool {
    matches!(recorded.event.kind, EventKind::Tag(_))
}
