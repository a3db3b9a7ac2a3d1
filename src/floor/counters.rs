//! What has happened to an agent today, as counters that only grow. They are a fold of what a journal keeps, events and
//! coverage, which goes on with each answer: so a run that begins folds what was recorded, and counts on from there.
//!
//! Today begins at midnight UTC. Counters over all of a journal would fall a little whenever old events are deleted, which a
//! reader of counters takes for a new beginning at 0: it would add everything again.

use std::time::Duration;

use jiff::Timestamp;

use crate::floor::event::{Event, EventKind, FollowedPart, GapCause};
use crate::floor::timeline::{AnswerMark, Coverage, Span, coverage_step};
use crate::words::plain;

#[cfg(test)]
mod tests;

/// More reasons, or kinds, of one agent and day are counted together.
const MOST_NAMES: usize = 32;

/// What stands for the names beyond [`MOST_NAMES`].
const OTHER: &str = "other";

/// Of two parts that are not covered, the first one says why.
const PARTS: [FollowedPart; 3] = [FollowedPart::Breaks, FollowedPart::Wrapups, FollowedPart::Tags];

/// The counters of one agent, and how far they have come.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counters {
    /// When the day began that is counted.
    day: Timestamp,
    counted: Counted,
    breaking: Option<Breaking>,
    wrapping: bool,
    parts: [Part; 3],
    /// When the newest event was noticed that a journal has.
    newest: Option<Timestamp>,
}

/// The break that goes on.
#[derive(Clone, Debug, PartialEq)]
struct Breaking {
    /// The first one.
    reason: Option<String>,
}

/// How far one part has come.
#[derive(Clone, Debug, Default, PartialEq)]
struct Part {
    /// The last time that answers cover.
    row: Option<Coverage>,
    /// Until when it is counted.
    until: Option<Timestamp>,
    /// Whether an answer about this agent has shown it.
    is_known: bool,
}

/// What was counted since midnight UTC.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counted {
    /// By the first reason of each break, in the order of their appearance.
    pub breaks: Vec<Named>,
    pub wrapups: u64,
    /// As far as answers cover it.
    pub wrapup_time: Duration,
    /// Notifications by the kind that they had when they were noticed.
    pub tags: Vec<Named>,
    /// Times in which notifications may have been missed.
    pub gaps: Vec<(GapCause, u64)>,
    /// How long no answers came.
    pub uncovered: Vec<(GapCause, Duration)>,
}

/// How often something happened that has a name, and how long it was as far as answers cover it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// As the server spelled it first; `None` where it gave none. Case, spaces, `_` and `-` make no other name.
    pub name: Option<String>,
    pub count: u64,
    pub time: Duration,
}

impl Counters {
    /// Those of an agent of whom these events and this coverage were recorded, both in their order: at least those since
    /// midnight UTC, what says which break and wrap-up went on then, and the last coverage of each part.
    #[must_use]
    pub fn restored<'e>(
        events: impl IntoIterator<Item = &'e Event>,
        coverage: &[Coverage],
        now: Timestamp,
    ) -> Self {
        let mut counters = Self::default();
        counters.learn(events, coverage, now);
        counters
    }

    /// Goes on with what another process has recorded.
    pub fn learn<'e>(
        &mut self,
        events: impl IntoIterator<Item = &'e Event>,
        coverage: &[Coverage],
        now: Timestamp,
    ) {
        self.begin_day(now);
        self.go_on(events, coverage, true);
    }

    /// Goes on with an answer that came at an interval of `cadence`. Where nothing is recorded, what had begun before the
    /// first answer does not count: the run before this one may have counted it.
    pub fn take<'e>(
        &mut self,
        events: impl IntoIterator<Item = &'e Event>,
        marks: &[AnswerMark],
        cadence: Duration,
        is_recorded: bool,
        now: Timestamp,
    ) {
        self.begin_day(now);
        let mut coverage: Vec<Coverage> = self.parts.iter().filter_map(|part| part.row.clone()).collect();
        for mark in marks {
            if let Some(step) = coverage_step(&coverage, mark, cadence) {
                Coverage::take(&mut coverage, &step);
            }
        }
        self.go_on(events, &coverage, is_recorded);
        for (part, state) in PARTS.iter().zip(&mut self.parts) {
            state.is_known |= marks.iter().any(|mark| mark.part == *part);
        }
    }

    /// What was counted on the day of `now`.
    #[must_use]
    pub fn counted(&self, now: Timestamp) -> Option<&Counted> {
        (self.day == midnight(now)).then_some(&self.counted)
    }

    /// When the newest event was noticed that is recorded.
    #[must_use]
    pub fn newest(&self) -> Option<Timestamp> {
        self.newest
    }

    fn begin_day(&mut self, now: Timestamp) {
        let day = midnight(now);
        if self.day != day {
            (self.day, self.counted) = (day, Counted::default());
        }
    }

    fn go_on<'e>(
        &mut self,
        events: impl IntoIterator<Item = &'e Event>,
        coverage: &[Coverage],
        is_recorded: bool,
    ) {
        for event in events {
            // What an event begins or ends was as before until then.
            self.cover(coverage, event.at);
            self.happen(event, is_recorded);
        }
        self.cover(coverage, Timestamp::MAX);
        for (part, state) in PARTS.iter().zip(&mut self.parts) {
            let rows = coverage.iter().filter(|row| row.part == *part).chain(&state.row);
            state.row = rows.max_by_key(|row| (row.from, row.to)).cloned();
        }
    }

    /// Counts the time that is covered until `limit`.
    fn cover(&mut self, coverage: &[Coverage], limit: Timestamp) {
        let limit = as_stored(limit);
        for (place, part) in PARTS.iter().enumerate() {
            let mut before = self.parts[place].row.as_ref().and_then(|row| row.ended);
            for row in coverage.iter().filter(|row| row.part == *part) {
                let (from, to) = (as_stored(row.from), as_stored(row.to).min(limit));
                if limit < from {
                    continue;
                }
                let known = self.parts[place].until;
                if let Some(known) = known.filter(|known| *known < from) {
                    self.miss(place, Span { from: known, to: from }, before);
                }
                let span = Span { from: known.map_or(from, |known| known.max(from)), to };
                if span.from <= span.to {
                    self.add(*part, span);
                    self.parts[place].until = Some(span.to);
                }
                before = row.ended;
            }
        }
    }

    fn add(&mut self, part: FollowedPart, span: Span) {
        let length = self.of_today(span);
        match part {
            FollowedPart::Breaks => {
                if let Some(Breaking { reason }) = self.breaking.as_ref().filter(|_| !length.is_zero()) {
                    named(&mut self.counted.breaks, reason.as_deref()).time += length;
                }
            }
            FollowedPart::Wrapups if self.wrapping => self.counted.wrapup_time += length,
            FollowedPart::Wrapups | FollowedPart::Tags => {}
        }
    }

    /// Counts a time without answers. All parts are asked together: one of them counts.
    fn miss(&mut self, place: usize, span: Span, why: Option<GapCause>) {
        let length = self.of_today(span);
        if self.parts.iter().position(|part| part.until.is_some()) != Some(place) || length.is_zero() {
            return;
        }
        let why = why.unwrap_or(GapCause::NotRunning);
        match self.counted.uncovered.iter_mut().find(|(known, _)| *known == why) {
            Some((_, time)) => *time += length,
            None => self.counted.uncovered.push((why, length)),
        }
    }

    fn of_today(&self, span: Span) -> Duration {
        Span { from: span.from.max(self.day), ..span }.length()
    }

    fn happen(&mut self, event: &Event, is_recorded: bool) {
        if is_recorded {
            self.newest = self.newest.max(Some(event.at));
        }
        let is_today = self.day <= event.at;
        let [breaks, wrapups, _] = &mut self.parts;
        match &event.kind {
            EventKind::Tag(reported)
                if is_today && !reported.changed && (is_recorded || !reported.initial) =>
            {
                let kind = reported.tag.kind.as_deref().map(str::trim).filter(|kind| !kind.is_empty());
                named(&mut self.counted.tags, kind).count += 1;
            }
            EventKind::BreakStarted(started) => {
                if is_today && (is_recorded || breaks.is_known) {
                    named(&mut self.counted.breaks, started.reason.as_deref()).count += 1;
                }
                self.breaking = Some(Breaking { reason: started.reason.clone() });
            }
            EventKind::BreakChanged(changed) => {
                let known = || Breaking { reason: Some(changed.previous_reason.clone()) };
                self.breaking.get_or_insert_with(known);
            }
            EventKind::BreakEnded(_) => self.breaking = None,
            EventKind::WrapupStarted(_) => {
                self.counted.wrapups += u64::from(is_today && (is_recorded || wrapups.is_known));
                self.wrapping = true;
            }
            EventKind::WrapupEnded(_) => self.wrapping = false,
            EventKind::AgentChanged(_) => {
                (self.breaking, self.wrapping) = (None, false);
                (breaks.is_known, wrapups.is_known) = (false, false);
            }
            EventKind::Gap(gap) if is_today => {
                match self.counted.gaps.iter_mut().find(|(known, _)| *known == gap.why) {
                    Some((_, count)) => *count += 1,
                    None => self.counted.gaps.push((gap.why, 1)),
                }
            }
            _ => {}
        }
    }
}

fn named<'n>(all: &'n mut Vec<Named>, name: Option<&str>) -> &'n mut Named {
    let find = |all: &[Named], name: Option<&str>| {
        let folded = name.map(plain);
        all.iter().position(|known| known.name.as_deref().map(plain) == folded)
    };
    let name = match find(all, name) {
        None if all.len() >= MOST_NAMES => Some(OTHER),
        _ => name,
    };
    let place = find(all, name).unwrap_or(all.len());
    if place == all.len() {
        all.push(Named { name: name.map(str::to_owned), ..Named::default() });
    }
    &mut all[place]
}

/// A moment as a journal has it. A run that counted parts of a millisecond would count a little more than the next one finds, and a
/// reader of counters takes the least fall for a new beginning at 0.
fn as_stored(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}

/// The last midnight UTC.
fn midnight(now: Timestamp) -> Timestamp {
    const DAY: i64 = 24 * 60 * 60;
    Timestamp::from_second(now.as_second().div_euclid(DAY) * DAY).unwrap_or(Timestamp::MIN)
}
