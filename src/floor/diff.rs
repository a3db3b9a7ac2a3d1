//! From what was reported so far and one poll to the events that report the difference.
//! The memory moves forward only by [`Memory::commit`], once the sink has taken the events.

use std::time::Duration;

use jiff::Timestamp;

use crate::floor::answer::Tag;
use crate::floor::delivery_mode::{DeliveryEvidence, DeliveryMode};
use crate::floor::event::{Event, EventKind, Gap, GapCause, ReportedTag, State, StateCause};
use crate::floor::identity::comparison::News;
use crate::floor::identity::seen::{Appearance, Comparison, FORGET_AFTER, Seen};
use crate::floor::pause::{MARGIN, Moment, Pause, WINDOW};
use crate::floor::poll_result::PollResult;
use crate::floor::state::AgentState;
use crate::floor::timeline;
use crate::floor::timeline::{AnswerMark, NewEvent};

pub mod restored;

#[cfg(test)]
mod promises;
#[cfg(test)]
mod tests;

/// Clocks further apart than this are reported.
pub(crate) const SKEW_SECONDS: i64 = 60;

/// What was reported of one profile, and what is known of it. At first it holds nothing.
#[derive(Debug, Default)]
pub struct Memory {
    state: AgentState,
    seen: Seen,
    delivery: DeliveryEvidence,
    /// The last good answer about tags, or the start of the watch.
    last: Moment,
    tags_were_read: bool,
    skew_was_reported: bool,
    shown: Shown,
    /// When the last good answer of any part came.
    last_answer: Option<Moment>,
    interrupted: Interrupted,
    /// When an answer may have been lost, the last one before it, and whether there was any. What others are answered
    /// meanwhile does not have what was in it.
    lost_since: Option<(Moment, bool)>,
}

/// Of what this run has reported a state. What was learned from other runs, it has not.
#[derive(Clone, Copy, Debug, Default)]
struct Shown {
    any: bool,
    breaks: bool,
    wrapups: bool,
}

/// Of each part, why the next answer does not continue what is known.
#[derive(Clone, Copy, Debug, Default)]
struct Interrupted {
    tags: Option<GapCause>,
    breaks: Option<GapCause>,
    wrapups: Option<GapCause>,
}

/// What a poll adds.
#[derive(Debug)]
pub struct Difference {
    /// The events, in the order in which they are to be reported.
    pub events: Vec<Event>,
    /// What began before it was seen for the first time: no news, but a journal has to know it.
    pub openings: Vec<Event>,
    /// What the answer covers.
    pub marks: Vec<AnswerMark>,
    /// What to commit once they are written.
    pub change: Change,
    /// Of each event, which of its twins it is.
    twins: Vec<u32>,
}

impl Difference {
    /// What a journal is to take: the events that it keeps, in their order, and then the openings.
    pub fn to_record(&self) -> impl Iterator<Item = NewEvent> {
        let twins = self.twins.iter().copied().chain(std::iter::repeat(0));
        let events = self.events.iter().chain(&self.openings).zip(twins);
        let kept = events.filter(|(event, _)| timeline::is_kept(&event.kind));
        kept.map(|(event, twin)| NewEvent { event: event.clone(), twin })
    }
}

/// The step a memory takes. It holds what one answer showed, not a copy of the memory.
#[derive(Debug)]
pub struct Change {
    state: AgentState,
    tags: Option<TagsChange>,
    skew_was_reported: bool,
    shown: Shown,
    answer: Moment,
}

#[derive(Debug)]
struct TagsChange {
    appearance: Appearance,
    delivery: DeliveryEvidence,
    read: Moment,
}

impl Memory {
    /// What is known of the profile's break and wrap-up.
    #[must_use]
    pub fn state(&self) -> &AgentState {
        &self.state
    }

    /// How the server hands out notifications; `None` while its answers have not shown it.
    #[must_use]
    pub fn delivery_mode(&self) -> Option<DeliveryMode> {
        self.delivery.mode()
    }

    /// The difference that `poll` makes. Called again for the same poll without a commit in between, it
    /// gives the same events.
    #[must_use]
    pub fn diff(&self, poll: &PollResult) -> Difference {
        let poll = &*self.state.in_order(poll);
        let mut news = Vec::new();
        let tags = poll.tags.as_ref().map(|tags| self.read_tags(tags, poll, &mut news));
        let (state, changes) = self.state.after(poll);
        let skew = self.skew(poll);
        let delivery = tags.as_ref().map_or(self.delivery, |tags| tags.delivery);
        let shown = self.shown.after(&state, poll);
        let is_another_agent = changes.iter().any(|change| matches!(change, EventKind::AgentChanged(_)));
        let state_event = |because| (state_event(because, &state, shown, delivery.repeats(), Some(poll)), 0);

        let mut kinds = Vec::new();
        if self.shown.is_less_than(shown) && !is_another_agent {
            kinds.push(state_event(StateCause::FirstLook));
        }
        if skew.is_some() {
            kinds.push(state_event(StateCause::ClockSkew));
        }
        if self.shows_to_deliver_once(delivery) {
            kinds.push(state_event(StateCause::ReadOnce));
        }
        kinds.append(&mut news);
        kinds.extend(changes.into_iter().map(|change| (change, 0)));
        if is_another_agent {
            kinds.push(state_event(StateCause::FirstLook));
        }

        let event = |kind| Event {
            at: poll.taken_at,
            server_time: poll.server_time,
            profile: poll.profile.clone(),
            kind,
        };
        let (kinds, twins): (Vec<EventKind>, Vec<u32>) = kinds.into_iter().unzip();
        let events: Vec<Event> = kinds.into_iter().map(event).collect();
        Difference {
            openings: self.openings_of(&state, is_another_agent, poll).into_iter().map(event).collect(),
            marks: self.marks(&state, &events, delivery, poll),
            events,
            change: Change {
                state,
                tags,
                skew_was_reported: self.skew_was_reported || skew.is_some(),
                shown,
                answer: Moment::of(poll),
            },
            twins,
        }
    }

    /// Takes the step, once the events are written.
    pub fn commit(&mut self, change: Change) {
        self.state = change.state;
        self.skew_was_reported = change.skew_was_reported;
        self.shown = change.shown;
        self.last_answer = Some(change.answer);
        self.interrupted.end_where_it_is_answered(&self.state, change.answer);
        if let Some(tags) = change.tags {
            self.seen.remember(tags.appearance);
            self.delivery = tags.delivery;
            // One that is recorded late may be older than what others were answered.
            if self.last.monotonic() <= tags.read.monotonic() {
                self.last = tags.read;
            }
            self.tags_were_read = true;
            self.interrupted.tags = None;
            self.lost_since = None;
        }
    }

    fn read_tags(&self, tags: &[Tag], poll: &PollResult, kinds: &mut Vec<(EventKind, u32)>) -> TagsChange {
        let read = Moment::of(poll);
        let pause = read.since(&self.last);
        let Comparison { news, counts, overflows, appearance } = self.seen.compare(tags, pause.awake);
        let delivery = self.delivery.after(counts, pause);

        kinds.extend(self.missed(poll, pause, delivery).map(|gap| (gap, 0)));
        if overflows {
            kinds.push((gap(poll.taken_at, FORGET_AFTER, GapCause::MemoryFull), 0));
        }
        // After a run that ended too long ago, this one begins as if there had been none, but for what is known.
        let begins = self.interrupted.tags == Some(GapCause::NotRunning) && pause.outlasts_the_window();
        kinds.extend(in_order(&news, tags, begins || !self.tags_were_read));
        TagsChange { appearance, delivery, read }
    }

    /// What this poll can no longer have shown.
    fn missed(&self, poll: &PollResult, pause: Pause, delivery: DeliveryEvidence) -> Option<EventKind> {
        let lost_for_good = match delivery.mode() {
            // It shows again what a lost answer held.
            Some(DeliveryMode::Repeats) => false,
            Some(DeliveryMode::Once) => poll.read_was_cut || poll.was_resent,
            None => poll.read_was_cut,
        };
        let why = match (pause.outlasts_the_window(), self.interrupted.tags) {
            (true, Some(cause)) => cause,
            (true, None) if pause.includes_sleep() => GapCause::Sleep,
            (true, None) => GapCause::Outage,
            // The one that was killed may have received an answer without recording it.
            (false, Some(GapCause::TakenOver)) if lost_for_good => GapCause::TakenOver,
            _ if lost_for_good => GapCause::AnswerLost,
            _ => return None,
        };
        let (last, was_any) =
            self.lost_since.filter(|_| lost_for_good).unwrap_or((self.last, self.tags_were_read));
        // The very first answer holds what is older than the watch, and so did one that was lost before it.
        let before = if lost_for_good && !was_any { WINDOW } else { MARGIN };
        let passed = pause.passed.max(Moment::of(poll).since(&last).passed);
        Some(gap(poll.taken_at, passed + before, why))
    }

    fn shows_to_deliver_once(&self, delivery: DeliveryEvidence) -> bool {
        delivery.mode() == Some(DeliveryMode::Once) && self.delivery.mode() != delivery.mode()
    }

    fn skew(&self, poll: &PollResult) -> Option<i64> {
        let ahead = seconds_ahead(poll.server_time?, poll.taken_at);
        (!self.skew_was_reported && ahead.saturating_abs() > SKEW_SECONDS).then_some(ahead)
    }
}

/// The state of a profile as it is reported, as far as this run knows it.
fn state_event(
    because: StateCause,
    state: &AgentState,
    shown: Shown,
    repeats: Option<bool>,
    poll: Option<&PollResult>,
) -> EventKind {
    let on_break = state.break_state.as_ref().filter(|_| shown.breaks).map(|since| &since.state);
    let in_wrapup = state.wrapup.as_ref().filter(|_| shown.wrapups).map(|since| &since.state);
    let skew = poll.and_then(|poll| Some(seconds_ahead(poll.server_time?, poll.taken_at)));
    EventKind::State(Box::new(State {
        because,
        on_break: on_break.map(|state| state.on_break),
        reason: on_break.and_then(|state| state.reason.clone()),
        since: on_break.and_then(|state| state.since),
        in_wrapup: in_wrapup.map(|state| state.in_wrapup),
        ends_at: in_wrapup.and_then(|state| state.ends_at),
        call_id: in_wrapup.and_then(|state| state.call_id.clone()),
        customer: in_wrapup.and_then(|state| state.customer.clone()),
        clock_skew_seconds: skew,
        tags_repeat: repeats,
    }))
}

/// A gap of the length `back` that ends at `to`. It is measured back from `to`, so that a wall clock set
/// in between does not turn it round.
fn gap(to: Timestamp, back: Duration, why: GapCause) -> EventKind {
    EventKind::Gap(Gap { from: to.checked_sub(back).unwrap_or(Timestamp::MIN), to, why })
}

/// The news, oldest first; those without time last, and equal times as the server ordered them.
fn in_order(news: &[News], tags: &[Tag], initial: bool) -> Vec<(EventKind, u32)> {
    let mut ordered: Vec<(&Tag, &News)> =
        news.iter().filter_map(|news| Some((tags.get(news.place)?, news))).collect();
    ordered.sort_by_key(|(tag, _)| (tag.time.is_none(), tag.time));
    ordered
        .into_iter()
        .map(|(tag, news)| {
            let reported = ReportedTag { tag: tag.clone(), initial, changed: news.changed };
            (EventKind::Tag(Box::new(reported)), news.twin)
        })
        .collect()
}

pub(crate) fn seconds_ahead(server: Timestamp, ours: Timestamp) -> i64 {
    server.duration_since(ours).as_secs()
}
