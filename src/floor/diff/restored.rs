//! A memory that goes on with what other runs, or other processes, have recorded. What it cannot know again is listed in
//! `docs/architecture.md`, "What makes things the same".

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::floor::answer::Tag;
use crate::floor::delivery_mode::DeliveryEvidence;
use crate::floor::diff::{Interrupted, Memory, Shown, state_event};
use crate::floor::event::{Event, EventKind, FollowedPart, Gap, GapCause, StateCause};
use crate::floor::identity::hidden::Hiding;
use crate::floor::identity::seen::Seen;
use crate::floor::pause::{Moment, OwnClocks};
use crate::floor::poll_result::PollResult;
use crate::floor::state::{AgentState, Unbroken};
use crate::floor::timeline::{AnswerMark, Coverage, NewEvent};

#[cfg(test)]
mod tests;

/// So much of what was recorded of an agent has to be handed to [`Memory::restored`], counted back from now. What was
/// reported earlier and is still in an answer, a journal knows by its `uid`.
pub const REMEMBERED: Duration = Duration::from_secs(24 * 60 * 60);

impl Memory {
    /// A memory to be restored from a journal that leaves something out: without `hiding`, each notification that it keeps
    /// so would count as another one, or as changed.
    #[must_use]
    pub fn hiding(hiding: Arc<dyn Hiding>) -> Self {
        Self { seen: Seen::hiding(hiding), ..Self::default() }
    }

    /// What is known of an agent of whom these events and this coverage were recorded, in their order. `agent_id` is for
    /// whom the session answered last. The events are those of the last [`REMEMBERED`], and however old they are, all
    /// from the last `agent_changed`, `break_started` and `wrapup_started` on.
    ///
    /// The moments of `clocks` have to reach back as far: see [`OwnClocks::after_past`].
    #[must_use]
    pub fn restored<'e>(
        self,
        agent_id: Option<&str>,
        events: impl IntoIterator<Item = &'e Event>,
        coverage: &[Coverage],
        clocks: &OwnClocks,
    ) -> Self {
        let state = AgentState::of_agent(agent_id);
        let mut memory = Self { state, last: clocks.moment(), ..self };
        let mut another_since = Timestamp::MIN;
        for event in events {
            if let EventKind::AgentChanged(_) = event.kind {
                another_since = event.at;
            }
            memory.learn(event, clocks);
        }
        for part in [FollowedPart::Tags, FollowedPart::Breaks, FollowedPart::Wrapups] {
            let rows = || coverage.iter().filter(|row| row.part == part);
            let repeats = rows().filter(|row| row.repeats.is_some()).max_by_key(|row| row.to);
            // What lies ahead as a whole is from before our clock was set back, and so not the last.
            let is_past = |row: &&Coverage| !clocks.is_ahead(row.from);
            let last = rows().filter(is_past).max_by_key(|row| row.to).or(rows().max_by_key(|row| row.to));
            if let Some(row) = last.filter(|row| row.to >= another_since) {
                // One that is still to come by our clock counts as now: nothing but the server's shows how long ago it was.
                memory.attend_at(
                    &Coverage { repeats: repeats.and_then(|row| row.repeats), ..row.clone() },
                    clocks,
                );
            }
        }
        memory.interrupt(GapCause::NotRunning);
        memory
    }

    /// Takes an event that another process has recorded, or an opening of its own.
    pub fn learn(&mut self, event: &Event, clocks: &OwnClocks) {
        let moment = clocks.moment_of(event.at, event.server_time);
        match &event.kind {
            EventKind::Tag(reported) => {
                self.seen.learn(&reported.tag, reported.changed);
                if !clocks.is_ahead(event.at) {
                    self.read_tags_at(moment);
                }
            }
            kind => self.state.learn(kind, event.server_time.unwrap_or(event.at), moment),
        }
    }

    /// Takes that another process was answered until the end of this coverage, and that the last answer showed no more than
    /// the events that were learned. Of one that is still to come by our clock nobody knows how old it is: it is not of now.
    pub fn attend(&mut self, row: &Coverage, clocks: &OwnClocks) {
        if !clocks.is_ahead(row.to) {
            self.attend_at(row, clocks);
        }
    }

    fn attend_at(&mut self, row: &Coverage, clocks: &OwnClocks) {
        let Coverage { part, to: at, server_time, repeats, .. } = *row;
        let moment = clocks.moment_of(at, server_time);
        let since = clocks.moment_of(row.from, None).monotonic();
        let unbroken = Unbroken { since, pause: row.longest_pause() };
        self.state.attend(part, server_time.unwrap_or(at), moment, unbroken);
        if part == FollowedPart::Tags {
            self.read_tags_at(moment);
            if repeats.is_some() && repeats != self.delivery.repeats() {
                self.delivery = DeliveryEvidence::known(repeats);
            }
        }
        if self.last_answer.is_none_or(|last| last.monotonic() < moment.monotonic()) {
            self.last_answer = Some(moment);
        }
    }

    fn read_tags_at(&mut self, moment: Moment) {
        if !self.tags_were_read || self.last.monotonic() < moment.monotonic() {
            self.last = moment;
        }
        self.tags_were_read = true;
    }

    /// Says why the next answer does not continue what is known, if it comes too late for that: what was recorded ended
    /// with another run, or with another process.
    pub fn interrupt(&mut self, why: GapCause) {
        self.interrupted = Interrupted { tags: Some(why), breaks: Some(why), wrapups: Some(why) };
    }

    /// An answer of this run may be lost: what was in it arrived after the last one that is known now.
    pub fn lose_answer(&mut self) {
        self.lost_since.get_or_insert((self.last, self.tags_were_read));
    }

    /// Goes on instead of another process that has died. What it received and did not record came after the answer of
    /// `newest`, its last, whoever was answered since.
    pub fn take_over(&mut self, newest: Option<Timestamp>, clocks: &OwnClocks) {
        self.interrupt(GapCause::TakenOver);
        let newest = newest.filter(|at| !clocks.is_ahead(*at)).map(|at| clocks.moment_of(at, None));
        let before = newest.filter(|newest| newest.monotonic() < self.last.monotonic()).unwrap_or(self.last);
        if self.lost_since.is_none_or(|(known, _)| before.monotonic() < known.monotonic()) {
            self.lost_since = Some((before, self.tags_were_read || newest.is_some()));
        }
    }

    /// What is known, as the `state` with which a run begins that reads what another process records.
    pub fn first_look(&mut self, profile: &str, at: Timestamp) -> Event {
        let (breaks, wrapups) = (self.state.break_state.is_some(), self.state.wrapup.is_some());
        self.shown = Shown { any: true, breaks, wrapups };
        let repeats = self.delivery.repeats();
        let kind = state_event(StateCause::FirstLook, &self.state, self.shown, repeats, None);
        Event { at, server_time: None, profile: Some(profile.to_owned()), kind }
    }

    /// Takes an answer that `known`, which knew nothing of what was recorded, has reported already. Returns what is to be
    /// recorded of it, and what it covers.
    pub fn catch_up(&mut self, poll: &PollResult, known: &Self) -> (Vec<NewEvent>, Vec<AnswerMark>) {
        // The answer lacks what is known to have been repeated, so it shows nothing of how the server delivers.
        self.delivery = known.delivery;
        let difference = self.diff(poll);
        let news = difference.to_record().collect();
        self.commit(difference.change);
        (news, difference.marks)
    }

    /// Goes on with the notifications that another memory knows, which has caught up with this one.
    pub fn share_notifications_of(&mut self, other: Self) {
        self.seen = other.seen;
    }

    /// Whether a notification was reported as it is.
    #[must_use]
    pub fn has_shown_tag(&self, tag: &Tag) -> bool {
        self.seen.compare(std::slice::from_ref(tag), Duration::ZERO).news.is_empty()
    }

    /// Whether this run has shown a `state`.
    #[must_use]
    pub fn has_shown(&self) -> bool {
        self.shown.any
    }

    /// What goes on, as events that have it begin at `at`, which is now: with them a journal begins that knows nothing of
    /// it yet.
    #[must_use]
    pub fn openings(&self, profile: &str, at: Timestamp, now: Duration) -> Vec<Event> {
        let kinds = [self.state.opening_break(), self.state.opening_wrapup(now)];
        let event = |kind| Event { at, server_time: None, profile: Some(profile.to_owned()), kind };
        kinds.into_iter().flatten().map(event).collect()
    }

    /// What `poll` shows for the first time although it has begun earlier.
    pub(super) fn openings_of(
        &self,
        state: &AgentState,
        is_another_agent: bool,
        poll: &PollResult,
    ) -> Vec<EventKind> {
        let is_new_break = is_another_agent || self.state.break_state.is_none();
        let is_new_wrapup = is_another_agent || self.state.wrapup.is_none();
        let new_break = state.opening_break().filter(|_| is_new_break);
        let new_wrapup = state.opening_wrapup(poll.monotonic).filter(|_| is_new_wrapup);
        new_break.into_iter().chain(new_wrapup).collect()
    }

    /// What `poll` covers. An answer that may be about somebody else, another break or another wrap-up covers nothing.
    pub(super) fn marks(
        &self,
        state: &AgentState,
        events: &[Event],
        delivery: DeliveryEvidence,
        poll: &PollResult,
    ) -> Vec<AnswerMark> {
        let slept = self.last_answer.is_some_and(|last| Moment::of(poll).since(&last).includes_sleep());
        let usual = if slept { GapCause::Sleep } else { GapCause::Outage };
        // What is reported as a gap is not covered, whatever its cause: behind a pause that is long enough to be one, an
        // answer may have been lost as well. One that says how long a memory reaches is about no notification.
        let missed = events.iter().find_map(|event| match &event.kind {
            EventKind::Gap(Gap { why, .. }) => Some(*why).filter(|why| *why != GapCause::MemoryFull),
            _ => None,
        });
        let mark = |part, cause: Option<GapCause>| AnswerMark {
            part,
            at: poll.taken_at,
            server_time: poll.server_time,
            repeats: None,
            hole: cause.unwrap_or(usual),
            lost: false,
        };
        let shows = Shown::default().after(state, poll);
        let tags = poll.tags.as_ref().map(|_| AnswerMark {
            repeats: delivery.repeats(),
            lost: missed.is_some(),
            ..mark(FollowedPart::Tags, missed.or(self.interrupted.tags))
        });
        // Whoever goes on is to meet another break or wrap-up as this one has: for the first time.
        let shows_break = shows.breaks && !state.may_be_another_break();
        let shows_wrapup = shows.wrapups && !state.may_be_another_wrapup(poll.wrapup.as_ref());
        let breaks = shows_break.then(|| mark(FollowedPart::Breaks, self.interrupted.breaks));
        let wrapups = shows_wrapup.then(|| mark(FollowedPart::Wrapups, self.interrupted.wrapups));
        tags.into_iter().chain(breaks).chain(wrapups).collect()
    }
}

impl Shown {
    pub(super) fn after(self, state: &AgentState, poll: &PollResult) -> Self {
        let now = poll.monotonic;
        // What was learned may be of the same moment.
        let breaks = |known: bool| self.breaks || (known && poll.break_state.is_some());
        let wrapups = |known: bool| self.wrapups || (known && poll.wrapup.is_some());
        Self {
            any: true,
            breaks: state.break_state.as_ref().is_some_and(|known| breaks(known.is_of(now))),
            wrapups: state.wrapup.as_ref().is_some_and(|known| wrapups(known.is_of(now))),
        }
    }

    pub(super) fn is_less_than(self, then: Self) -> bool {
        (then.any && !self.any) || (then.breaks && !self.breaks) || (then.wrapups && !self.wrapups)
    }
}

impl Interrupted {
    pub(super) fn end_where_it_is_answered(&mut self, state: &AgentState, answer: Moment) {
        let now = answer.monotonic();
        if state.break_state.as_ref().is_some_and(|known| known.is_of(now)) {
            self.breaks = None;
        }
        if state.wrapup.as_ref().is_some_and(|known| known.is_of(now)) {
            self.wrapups = None;
        }
    }
}
