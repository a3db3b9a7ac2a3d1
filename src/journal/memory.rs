//! What a run knows of an agent as it begins.

use std::collections::HashSet;
use std::ops::ControlFlow;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Row, params};

use super::agents::AgentRef;
use super::ahead::ReadAhead;
use super::events::{BEHIND, COLUMNS, OF_STATE};
use super::schema::KNOWN_BY;
use super::{Journal, JournalError, millis, moment};
use crate::floor::answer::Tag;
use crate::floor::diff::Memory;
use crate::floor::diff::restored::REMEMBERED;
use crate::floor::event::EventKind;
use crate::floor::pause::OwnClocks;
use crate::floor::poll_result::PollResult;
use crate::floor::timeline::{Coverage, Recorded};
use crate::output::text::mask::HIDDEN_DIGIT;

/// What an answer says, with which a memory is to be compared.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Compared<'a> {
    pub(crate) tags: Option<&'a [Tag]>,
    pub(crate) breaks: bool,
    pub(crate) wrapups: bool,
}

impl<'a> Compared<'a> {
    pub(crate) fn with(answer: &'a PollResult) -> Self {
        Self {
            tags: answer.tags.as_deref(),
            breaks: answer.break_state.is_some(),
            wrapups: answer.wrapup.is_some(),
        }
    }
}

/// The notifications that are remembered: those noticed `from` a moment on, or recorded since the `first` of these.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RememberedSince {
    pub(crate) from: Timestamp,
    first: i64,
}

pub(crate) struct Remembered {
    pub(crate) memory: Memory,
    pub(crate) coverage: Vec<Coverage>,
    pub(crate) recorded: Vec<Recorded>,
}

/// The same, for one answer.
pub(crate) struct RememberedFor {
    pub(crate) memory: Memory,
    pub(crate) coverage: Vec<Coverage>,
    /// What was read ahead, with what was recorded since.
    pub(crate) ahead: Option<ReadAhead>,
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
        let (memory, coverage) = self.restored(agent, &recorded, from, clocks)?;
        Ok(Remembered { memory, coverage, recorded })
    }

    /// Since when notifications are remembered. `agents` are those whose answers are about notifications; without any, nothing is
    /// looked for.
    pub(crate) fn remembered_since(
        &self,
        agents: &[AgentRef],
        now: Timestamp,
    ) -> Result<RememberedSince, JournalError> {
        let from = remembered_from(now);
        Ok(RememberedSince { from, first: self.first_since(agents, millis(from))? })
    }

    /// The same memory, made of no more than is needed to compare it with one `answer`: a shift has a hundred wrap-ups that
    /// are over, and hundreds of notifications that no answer repeats.
    pub(crate) fn memory_for(
        &self,
        answer: Compared<'_>,
        ahead: Option<ReadAhead>,
        agent: AgentRef,
        base: i64,
        since: RememberedSince,
        clocks: &OwnClocks,
    ) -> Result<RememberedFor, JournalError> {
        let answered: HashSet<&str> =
            answer.tags.iter().copied().flatten().filter_map(|tag| tag.id.as_deref()).collect();
        let is_other = |id: &str| !answered.contains(id) && !id.contains(HIDDEN_DIGIT);
        let mut was_noticed = false;
        let is_needed = |at: Timestamp, id: Option<&str>| {
            let is_last = !was_noticed && !clocks.is_ahead(at);
            was_noticed |= is_last;
            is_last || !id.is_some_and(is_other)
        };
        let ahead = ahead.map(|ahead| self.carried_on(ahead, agent, base)).transpose()?;
        let mut others = self.states(agent, base, answer)?;
        if answer.tags.is_some() {
            let until = ahead.as_ref().map_or(Timestamp::MAX, |ahead| ahead.from);
            others.extend(self.tags_before(until, agent, base, since, is_needed)?);
        }
        let read_ahead = ahead.iter().flat_map(|ahead| &ahead.tags);
        let mut recorded: Vec<_> = others.iter().chain(read_ahead).filter(|one| one.seq <= base).collect();
        recorded.sort_by_key(|one| one.seq);
        // What a clock that was behind noticed is found in two ways.
        recorded.dedup_by_key(|one| one.seq);
        // When the last of them was noticed counts, whichever that is.
        let is_past = |one: &&&Recorded| !clocks.is_ahead(one.event.at);
        let noticed =
            recorded.iter().filter(|one| is_tag(one)).filter(is_past).max_by_key(|one| one.event.at);
        let noticed = noticed.map(|one| one.seq);
        recorded.retain(|one| match &one.event.kind {
            EventKind::Tag(reported) => {
                Some(one.seq) == noticed || !reported.tag.id.as_deref().is_some_and(is_other)
            }
            _ => true,
        });
        let (memory, coverage) = self.restored(agent, recorded, since.from, clocks)?;
        Ok(RememberedFor { memory, coverage, ahead })
    }

    /// With what was recorded since it was read, up to the event `base`.
    fn carried_on(
        &self,
        mut ahead: ReadAhead,
        agent: AgentRef,
        base: i64,
    ) -> Result<ReadAhead, JournalError> {
        let newer = self.newer(&[(agent, ahead.last)])?.into_iter().map(|(_, one)| one);
        ahead.tags.extend(newer.filter(|one| is_tag(one) && one.seq <= base));
        ahead.last = ahead.last.max(base);
        Ok(ahead)
    }

    fn restored<'r>(
        &self,
        agent: AgentRef,
        recorded: impl IntoIterator<Item = &'r Recorded>,
        from: Timestamp,
        clocks: &OwnClocks,
    ) -> Result<(Memory, Vec<Coverage>), JournalError> {
        let events = recorded.into_iter().map(|recorded| &recorded.event);
        let coverage = self.coverage_to_remember(agent, from)?;
        let agent_id = self.row(agent)?.and_then(|row| row.agent_id);
        let memory = Memory::hiding(self.hiding()).restored(agent_id.as_deref(), events, &coverage, clocks);
        Ok((memory, coverage))
    }

    /// The notifications that are needed of those that were noticed before `until`, which are looked through from the last one
    /// back.
    fn tags_before(
        &self,
        until: Timestamp,
        agent: AgentRef,
        base: i64,
        since: RememberedSince,
        mut is_needed: impl FnMut(Timestamp, Option<&str>) -> bool,
    ) -> Result<Vec<Recorded>, JournalError> {
        let from = millis(since.from);
        let wanted = params![agent.0, from.saturating_sub(BEHIND), millis(until), base, from, since.first];
        let is_needed = |row: &Row<'_>| {
            let found = || -> rusqlite::Result<_> { Ok((row.get(1)?, row.get_ref(2)?.as_str_or_null()?)) };
            // One that cannot be read is noted where it is read.
            found().map_or(true, |(at, id)| is_needed(moment(at), id))
        };
        let mut tags = vec![];
        self.found(&sql_of_tags(), wanted, is_needed, &mut |_, tag| {
            tags.push(tag);
            ControlFlow::Continue(())
        })?;
        Ok(tags)
    }

    /// Up to the event `base`, and however old it is, what says for whom the session answers, and which break and wrap-up
    /// go on, as far as the `answer` is about these.
    pub(super) fn states(
        &self,
        agent: AgentRef,
        base: i64,
        answer: Compared<'_>,
    ) -> Result<Vec<Recorded>, JournalError> {
        // The last by its number: by its time it may be an earlier one, if the clock was set back.
        let since_last = |first: &str, types: &str| {
            format!(
                "SELECT {COLUMNS} FROM event INDEXED BY event_of_state
                 WHERE agent = ?1 AND type IN ({types}) AND {OF_STATE} AND seq <= ?2 AND seq >= coalesce((
                     SELECT max(seq) FROM event INDEXED BY event_of_state
                     WHERE agent = ?1 AND type = '{first}' AND {OF_STATE} AND seq <= ?2), 0)"
            )
        };
        let mut states =
            self.read(&since_last("agent_changed", "'agent_changed'"), params![agent.0, base])?;
        if answer.breaks {
            let of_breaks = since_last("break_started", "'break_started', 'break_changed', 'break_ended'");
            states.extend(self.read(&of_breaks, params![agent.0, base])?);
        }
        if answer.wrapups {
            let of_wrapups = since_last("wrapup_started", "'wrapup_started', 'wrapup_ended'");
            states.extend(self.read(&of_wrapups, params![agent.0, base])?);
        }
        Ok(states)
    }
}

/// Of an agent (?1), the notifications that were noticed from a moment (?2) on and before another (?3) and recorded up to an
/// event (?4): those noticed from a third moment (?5) on, or recorded since an event (?6). Their numbers, when they were
/// noticed and their ids, from the last one back. The index has all of it, and to read a notification takes longer than to
/// find it.
pub(super) fn sql_of_tags() -> String {
    format!(
        "SELECT seq, at, {KNOWN_BY} FROM event INDEXED BY event_of_agent
         WHERE agent = ?1 AND at >= ?2 AND at < ?3 AND type = 'tag' AND seq <= ?4 AND (at >= ?5 OR seq >= ?6)
         ORDER BY at DESC"
    )
}

/// Since when all notifications are read for a memory.
pub(super) fn remembered_from(now: Timestamp) -> Timestamp {
    let remembered = SignedDuration::try_from(REMEMBERED).unwrap_or(SignedDuration::MAX);
    now.checked_sub(remembered).unwrap_or(Timestamp::MIN)
}

fn is_tag(recorded: &Recorded) -> bool {
    matches!(recorded.event.kind, EventKind::Tag(_))
}
