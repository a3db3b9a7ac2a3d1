//! What was recorded of an agent.

use jiff::{SignedDuration, Timestamp};

use crate::app::journal::keeper::Keeper;
use crate::floor::answer::Tag;
use crate::floor::event::{Event, EventKind, FollowedPart};
use crate::floor::pause::{OwnClocks, PAST};
use crate::floor::shift::{DayRules, Today};
use crate::floor::state::AgentState;
use crate::floor::timeline::intervals::{Interval, intervals};
use crate::floor::timeline::tags::into_latest;
use crate::floor::timeline::{Coverage, Span};
use crate::journal::{Compared, EventQuery, MARGIN, with_margin};

/// How far back notifications are looked through for the agent's id.
const LATELY: SignedDuration = SignedDuration::from_hours(8);

/// Breaks and wrap-ups that were recorded.
pub(crate) struct PastStates {
    pub(crate) intervals: Vec<Interval>,
    /// All of the agent's.
    pub(crate) coverage: Vec<Coverage>,
    /// Since when the session answers for the agent of now; `None` if it never answered for another one.
    pub(crate) agent_since: Option<Timestamp>,
}

impl Keeper<'_> {
    /// When the newest answer about these parts came, if another process polls them now: the journal has it.
    pub(crate) fn polled_at(&self, profile: &str, parts: &[FollowedPart]) -> Option<Timestamp> {
        let now = self.app.clock.now();
        let lease = self.unless_trouble(self.journal().lease_of(self.agent(profile)?, now))??;
        lease.newest_answer.filter(|_| lease.covers(parts, now))
    }

    /// What was recorded of an agent, as if the server had answered so just now; its monotonic present is [`PAST`].
    pub(crate) fn state(&self, profile: &str) -> Option<AgentState> {
        let agent = self.agent(profile)?;
        let now = self.app.clock.now();
        let clocks = OwnClocks::after_past(now);
        let states = Compared { tags: None, breaks: true, wrapups: true };
        let since = self.unless_trouble(self.journal().remembered_since(&[], now))?;
        let known = self.journal().memory_for(states, None, agent, i64::MAX, since, &clocks);
        let known = self.unless_trouble(known)?;
        let mut state = known.memory.state().clone();
        if let Some(since) = &mut state.wrapup {
            since.state.remaining_seconds = since.seconds_left(PAST);
        }
        if let Some(since) = &mut state.break_state {
            since.state.agent_id = since.state.agent_id.take().or_else(|| self.agent_id(profile));
        }
        Some(state)
    }

    /// The notifications of an agent that may belong to a window that begins at `from`, each once in its latest state.
    pub(crate) fn tags(&self, profile: &str, from: Timestamp) -> Vec<Tag> {
        into_latest(self.reported_tags(profile, from), &*self.hiding())
    }

    /// The same as events.
    fn reported_tags(&self, profile: &str, from: Timestamp) -> Vec<Event> {
        let Some(agent) = self.agent(profile) else { return vec![] };
        let from = with_margin(from);
        let ahead = self.take_ahead(agent, |ahead| ahead.from == from);
        let window = EventQuery { from: Some(from), with_clock_behind: true, ..EventQuery::default() };
        let (rest, read) = match ahead {
            Some(ahead) => (EventQuery { after_seq: ahead.last, ..EventQuery::default() }, ahead.tags),
            None => (window, vec![]),
        };
        let query = EventQuery { agents: Some(vec![agent]), types: &["tag"], ..rest };
        let events = self.unless_trouble(self.journal().list_events(&query));
        // Who was erased since then is not listed.
        if self.unless_trouble(self.journal().row(agent)).flatten().is_none() {
            return vec![];
        }
        read.into_iter().chain(events.into_iter().flatten()).map(|recorded| recorded.event).collect()
    }

    /// What is covered in the window of each of these profiles that the journal holds.
    pub(crate) fn coverage<'p>(&self, windows: &[(&'p str, Span)]) -> Vec<(&'p str, Span, Vec<Coverage>)> {
        let held = windows.iter().filter_map(|(profile, window)| {
            let to = window.to.checked_add(MARGIN).unwrap_or(Timestamp::MAX);
            Some(((*profile, *window), (self.agent(profile)?, Span { to, ..*window })))
        });
        let (held, asked): (Vec<_>, Vec<_>) = held.unzip();
        let covered = self.unless_trouble(self.journal().covered(&asked)).unwrap_or_default();
        held.into_iter().zip(covered).map(|((profile, window), rows)| (profile, window, rows)).collect()
    }

    /// The breaks and wrap-ups of an agent that were going on at `from` or later.
    pub(crate) fn intervals(&self, profile: &str, from: Timestamp) -> Option<PastStates> {
        let agent = self.agent(profile)?;
        let events = self.unless_trouble(self.journal().to_remember(agent, from))?;
        let coverage = self.unless_trouble(self.journal().coverage(agent, Timestamp::MIN, Timestamp::MAX))?;
        let events = || events.iter().map(|recorded| &recorded.event);
        let mut changes = events().filter(|event| matches!(event.kind, EventKind::AgentChanged(_)));
        let agent_since = changes.next_back().map(|event| event.at);
        Some(PastStates { intervals: intervals(events(), &coverage), coverage, agent_since })
    }

    /// The agent as the server named it last: for the session, or else in all notifications of the last hours.
    pub(crate) fn agent_id(&self, profile: &str) -> Option<String> {
        let row = self.unless_trouble(self.journal().row(self.agent(profile)?))?;
        row.and_then(|row| row.agent_id).or_else(|| {
            let lately = self.app.clock.now().checked_sub(LATELY).unwrap_or(Timestamp::MIN);
            let mut ids =
                self.reported_tags(profile, lately).into_iter().filter_map(|event| match event.kind {
                    EventKind::Tag(reported) => reported.tag.agent_id,
                    _ => None,
                });
            let first = ids.next()?;
            ids.all(|id| id == first).then(|| first.into())
        })
    }

    /// The breaks of an agent today; `None` if the journal does not hold the agent, or no answer of today.
    pub(crate) fn today(&self, profile: &str, rules: &DayRules, now: Timestamp) -> Option<Today> {
        self.unless_trouble(self.journal().today(self.agent(profile)?, rules, now))?
    }

    /// When the server answered last about this part.
    pub(crate) fn last_answer(&self, profile: &str, part: FollowedPart) -> Option<Timestamp> {
        let agent = self.agent(profile)?;
        let rows = self.unless_trouble(self.journal().coverage(agent, Timestamp::MIN, Timestamp::MAX))?;
        rows.iter().filter(|row| row.part == part).map(|row| row.to).max()
    }
}
