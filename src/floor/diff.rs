//! From what was told so far and one look to the events that tell the difference.
//! The memory moves forward only by [`Memory::commit`], once the sink has taken the events.

use std::time::Duration;

use jiff::Timestamp;

use crate::floor::event::{Event, EventKind, GapCause, State, StateCause};
use crate::floor::look::{Look, SeenTag};
use crate::floor::pause::{MARGIN, Moment, Pause, WINDOW};
use crate::floor::reading::Reading;
use crate::floor::seen::{Appearance, Comparison, FORGET_AFTER, News, Seen};
use crate::floor::snapshot::Snapshot;

#[cfg(test)]
mod promises;
#[cfg(test)]
mod tests;

/// Clocks further apart than this are told.
const SKEW_SECONDS: i64 = 60;

/// What was told of one profile, and what is known of it.
#[derive(Debug)]
pub struct Memory {
    snapshot: Snapshot,
    seen: Seen,
    reading: Reading,
    /// The last good answer about tags, or the start of the watch.
    last: Moment,
    tags_were_read: bool,
    skew_was_told: bool,
}

/// What a look adds.
#[derive(Debug)]
pub struct Difference {
    /// The events, in the order in which they are to be told.
    pub events: Vec<Event>,
    /// What to commit once they are told.
    pub change: Change,
}

/// The step a memory takes. It holds what one answer showed, not a copy of the memory.
#[derive(Debug)]
pub struct Change {
    snapshot: Snapshot,
    tags: Option<TagsChange>,
    skew_was_told: bool,
}

#[derive(Debug)]
struct TagsChange {
    appearance: Appearance,
    reading: Reading,
    read: Moment,
}

impl Memory {
    /// A memory that holds nothing. `started` is the wall clock's time when the monotonic one stood at zero.
    #[must_use]
    pub fn new(started: Timestamp) -> Self {
        Self {
            snapshot: Snapshot::default(),
            seen: Seen::default(),
            reading: Reading::default(),
            last: Moment::of_start(started),
            tags_were_read: false,
            skew_was_told: false,
        }
    }

    /// What is known of the profile's break and wrap-up.
    #[must_use]
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// Whether the server repeats recent notifications in every answer; `None` until it showed.
    #[must_use]
    pub fn tags_repeat(&self) -> Option<bool> {
        self.reading.repeats()
    }

    /// The difference that `look` makes. Asked again for the same look without a commit in between, it
    /// gives the same events.
    #[must_use]
    pub fn diff(&self, look: &Look) -> Difference {
        let mut kinds = Vec::new();
        let tags = look.tags.as_ref().map(|tags| self.read_tags(tags, look, &mut kinds));
        let (snapshot, changes) = self.snapshot.after(look);
        let skew = self.skew(look);
        let state = |because| {
            EventKind::State(Box::new(State {
                because,
                break_state: snapshot.break_state.as_ref().map(|standing| standing.said.clone()),
                wrapup: snapshot.wrapup.as_ref().map(|standing| standing.said.clone()),
                clock_skew_seconds: look.server_time.map(|server| seconds_ahead(server, look.taken_at)),
                tags_repeat: tags.as_ref().map_or(self.reading, |tags| tags.reading).repeats(),
            }))
        };

        let mut told = Vec::new();
        if self.learns_from(look) {
            told.push(state(StateCause::FirstLook));
        }
        if skew.is_some() {
            told.push(state(StateCause::ClockSkew));
        }
        if tags.as_ref().is_some_and(|tags| self.loses_trust(tags.reading)) {
            told.push(state(StateCause::ReadOnce));
        }
        told.append(&mut kinds);
        told.extend(changes);

        let event = |kind| Event { at: look.taken_at, profile: look.profile.clone(), kind };
        Difference {
            events: told.into_iter().map(event).collect(),
            change: Change { snapshot, tags, skew_was_told: self.skew_was_told || skew.is_some() },
        }
    }

    /// Takes the step, once the events are told.
    pub fn commit(&mut self, change: Change) {
        self.snapshot = change.snapshot;
        self.skew_was_told = change.skew_was_told;
        if let Some(tags) = change.tags {
            self.seen.remember(tags.appearance);
            self.reading = tags.reading;
            self.last = tags.read;
            self.tags_were_read = true;
        }
    }

    fn read_tags(&self, tags: &[SeenTag], look: &Look, kinds: &mut Vec<EventKind>) -> TagsChange {
        let read = Moment::of(look);
        let pause = read.since(&self.last);
        let Comparison { news, repeated, overflows, appearance } = self.seen.compare(tags, pause.awake);
        let reading = self.reading.after(repeated, news.len(), pause);

        kinds.extend(self.missed(look, pause, reading));
        if overflows {
            kinds.push(gap(look.taken_at, FORGET_AFTER, GapCause::MemoryFull));
        }
        kinds.extend(in_order(&news, tags, !self.tags_were_read));
        TagsChange { appearance, reading, read }
    }

    /// What this look can no longer have shown.
    fn missed(&self, look: &Look, pause: Pause, reading: Reading) -> Option<EventKind> {
        // A server that repeats recent notifications shows again what a lost answer held.
        let lost_for_good = look.read_was_cut && reading.repeats() != Some(true);
        let why = match (pause.outlasts_the_window(), pause.includes_sleep()) {
            (true, true) => GapCause::Sleep,
            (true, false) => GapCause::Outage,
            _ if lost_for_good => GapCause::AnswerLost,
            _ => return None,
        };
        // The very first answer holds what is older than the watch, and so did one that was lost before it.
        let before = if lost_for_good && !self.tags_were_read { WINDOW } else { MARGIN };
        Some(gap(look.taken_at, pause.passed + before, why))
    }

    fn learns_from(&self, look: &Look) -> bool {
        let nothing_known =
            self.snapshot.break_state.is_none() && self.snapshot.wrapup.is_none() && !self.tags_were_read;
        nothing_known
            || (self.snapshot.break_state.is_none() && look.break_state.is_some())
            || (self.snapshot.wrapup.is_none() && look.wrapup.is_some())
    }

    fn loses_trust(&self, reading: Reading) -> bool {
        reading.repeats() == Some(false) && self.reading.repeats() != Some(false)
    }

    fn skew(&self, look: &Look) -> Option<i64> {
        let ahead = seconds_ahead(look.server_time?, look.taken_at);
        (!self.skew_was_told && ahead.saturating_abs() > SKEW_SECONDS).then_some(ahead)
    }
}

/// A gap of the length `back` that ends at `to`. It is measured back from `to`, so that a wall clock set
/// in between does not turn it round.
fn gap(to: Timestamp, back: Duration, why: GapCause) -> EventKind {
    EventKind::Gap { from: to.checked_sub(back).unwrap_or(Timestamp::MIN), to, why }
}

/// The news, oldest first; those without time last, and equal times as the server ordered them.
fn in_order(news: &[News], tags: &[SeenTag], initial: bool) -> Vec<EventKind> {
    let mut ordered: Vec<(&SeenTag, bool)> =
        news.iter().filter_map(|news| Some((tags.get(news.place)?, news.changed))).collect();
    ordered.sort_by_key(|(tag, _)| (tag.time.is_none(), tag.time));
    ordered
        .into_iter()
        .map(|(tag, changed)| EventKind::Tag { tag: Box::new(tag.clone()), initial, changed })
        .collect()
}

fn seconds_ahead(server: Timestamp, ours: Timestamp) -> i64 {
    server.duration_since(ours).as_secs()
}
