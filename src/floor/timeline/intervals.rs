//! Breaks and wrap-ups from their beginning to their end, each with bounds: the answers leave open when exactly it was.

use jiff::{SignedDuration, Timestamp};

use crate::floor::event::{Event, EventKind, FollowedPart, WrapupStarted};
use crate::floor::timeline::{Coverage, Span};

use clock_set::Stamp;
use looks::{Looks, first_by_server, is_before};

pub use clock_set::ClockSet;

mod clock_set;
pub mod joined;
mod looks;

#[cfg(test)]
mod tests;

/// By so much the start that a server gives may be rounded.
const ROUNDED: SignedDuration = SignedDuration::from_secs(60);

/// A break or a wrap-up. Its bounds are by our clock and rest on answers alone; what the server gave is beside them.
#[derive(Clone, Debug, PartialEq)]
pub struct Interval {
    /// Breaks or wrap-ups.
    pub part: FollowedPart,
    /// The last answer that denied it, or one before that; `None` if no answer before it is known.
    pub start_lo: Option<Timestamp>,
    /// The first answer that showed it.
    pub start_hi: Timestamp,
    /// The last answer that showed it, or one before that.
    pub end_lo: Timestamp,
    /// The first answer that denied it; `None` if none has.
    pub end_hi: Option<Timestamp>,
    /// The first answer that was surely about another agent, if none had denied it before: when it ended, nothing shows.
    pub left_at: Option<Timestamp>,
    /// Whether the answer that showed it first showed another one to have ended: no answer parts the two.
    pub follows: bool,
    /// Whether it went on at the last answer that there is.
    pub open: bool,
    /// Of a break, each reason that it had, the first one first.
    pub reasons: Vec<String>,
    /// Of a break, when it began by the server's clock.
    pub since: Option<Timestamp>,
    /// Of a wrap-up, when it was to end by the server's clock.
    pub ends_at: Option<Timestamp>,
    /// How far the server's clock was ahead of ours at the last event that gave one of these, where the answer was dated.
    pub ahead: Option<SignedDuration>,
    /// How our clock was set from the last answer before it to the one that ended it, if it was as far as is known. Then it
    /// was not as long as our clock shows.
    pub clock_set: Option<ClockSet>,
    /// Of a wrap-up, the call that it follows.
    pub call_id: Option<String>,
    /// Of a wrap-up, the customer's phone number.
    pub customer: Option<String>,
}

impl Interval {
    /// The time in which it surely went on.
    #[must_use]
    pub fn certain(&self) -> Span {
        Span { from: self.believed_start(self.start_hi), to: self.end_lo }
    }

    /// The time in which it may have gone on. One that no answer has denied ends with the last that showed it.
    #[must_use]
    pub fn possible(&self) -> Span {
        let from = self.start_lo.unwrap_or_else(|| self.believed_start(self.start_hi));
        Span { from, to: self.latest_end().unwrap_or(self.end_lo) }
    }

    /// From then on, answers did not show it any more; `None` while it goes on, or if nobody knows.
    #[must_use]
    pub fn latest_end(&self) -> Option<Timestamp> {
        self.end_hi.or(self.left_at)
    }

    /// A moment of the server's clock by ours.
    #[must_use]
    pub fn by_our_clock(&self, moment: Timestamp) -> Timestamp {
        self.ahead.and_then(|ahead| moment.checked_sub(ahead).ok()).unwrap_or(moment)
    }

    fn learn_since(&mut self, since: Option<Timestamp>, ahead: Option<SignedDuration>) {
        if self.since.is_none() && since.is_some() {
            (self.since, self.ahead) = (since, ahead);
        }
    }

    /// Where no answer before it is known, the server's word is all there is.
    fn believed_start(&self, shown: Timestamp) -> Timestamp {
        if self.start_lo.is_some() { shown } else { self.since.map_or(shown, |since| since.min(shown)) }
    }
}

/// The breaks and wrap-ups of one agent whose events and coverage these are, in the order in which they were first shown.
/// Those that had begun before the first of the events are among them as far as an event tells of them.
#[must_use]
pub fn intervals<'e>(events: impl IntoIterator<Item = &'e Event>, coverage: &[Coverage]) -> Vec<Interval> {
    let mut breaks = Fold::new(FollowedPart::Breaks, coverage);
    let mut wrapups = Fold::new(FollowedPart::Wrapups, coverage);
    for event in events {
        let at = Stamp { at: event.at, server: event.server_time };
        let ahead = event.server_time.map(|server| server.duration_since(event.at));
        for fold in [&mut breaks, &mut wrapups] {
            fold.note(event.at);
        }
        match &event.kind {
            EventKind::BreakStarted(started) => {
                let reasons = started.reason.iter().cloned().collect();
                breaks.start(at, |new| Interval { reasons, since: started.since, ahead, ..new });
            }
            EventKind::BreakChanged(changed) => breaks.change(event.at, |open| {
                if open.reasons.is_empty() {
                    open.reasons.push(changed.previous_reason.clone());
                }
                open.reasons.extend(changed.reason.clone());
                open.learn_since(changed.since, ahead);
            }),
            EventKind::BreakEnded(ended) => breaks.end(at, |open| {
                if open.reasons.is_empty() {
                    open.reasons.extend(ended.reason.clone());
                }
                open.learn_since(ended.since, ahead);
            }),
            EventKind::WrapupStarted(started) => wrapups.start(at, |new| {
                let WrapupStarted { ends_at, call_id, customer, .. } = started.clone();
                Interval { ends_at, ahead, call_id, customer, ..new }
            }),
            EventKind::WrapupEnded(ended) => wrapups.end(at, |open| {
                if ended.ends_at.is_some() {
                    (open.ends_at, open.ahead) = (ended.ends_at, ahead.or(open.ahead));
                }
                open.call_id = open.call_id.take().or_else(|| ended.call_id.clone());
                open.customer = open.customer.take().or_else(|| ended.customer.clone());
            }),
            EventKind::AgentChanged(_) => {
                breaks.forget(at);
                wrapups.forget(at);
            }
            _ => {}
        }
    }
    let mut intervals: Vec<Interval> = breaks.finish().into_iter().chain(wrapups.finish()).collect();
    intervals.sort_by_key(|interval| interval.start_hi);
    intervals
}

/// The intervals of one part, event by event.
struct Fold<'c> {
    part: FollowedPart,
    looks: Looks<'c>,
    done: Vec<Interval>,
    open: Option<Interval>,
    /// The answer that showed that one first.
    first: Option<Stamp>,
    /// An answer before which it had not begun, if its lower bound does not rest on answers that came as often as they were
    /// to.
    before: Option<Stamp>,
    /// When answers showed that it had another reason.
    changes: Vec<Timestamp>,
    /// The latest time that our clock has shown, and whether it has been set back from there since the open one began, or
    /// as it did.
    latest: Timestamp,
    is_set_back: bool,
    /// Since when nothing is known of what was before: the answers are about another agent.
    unknown: Option<Stamp>,
}

impl<'c> Fold<'c> {
    fn new(part: FollowedPart, coverage: &'c [Coverage]) -> Self {
        Self {
            part,
            looks: Looks::of(coverage, part),
            done: vec![],
            open: None,
            first: None,
            before: None,
            changes: vec![],
            latest: Timestamp::MIN,
            is_set_back: false,
            unknown: None,
        }
    }

    fn note(&mut self, at: Timestamp) {
        self.latest = self.latest.max(at);
        self.is_set_back |= is_before(at, self.latest);
    }

    fn start(&mut self, first: Stamp, with: impl FnOnce(Interval) -> Interval) {
        let at = first.at;
        let mut new = with(self.shown_at(at));
        let unknown = self.unknown.take();
        let start_lo = if let Some(lost) = self.open.take() {
            // Its end was not recorded.
            let start_lo = lost.start_hi;
            let clock_set = self.clock_set(first);
            self.done.push(Interval { end_hi: Some(at.max(start_lo)), open: false, clock_set, ..lost });
            Some(start_lo)
        } else if let Some(first) = self.done.last_mut().filter(|it| it.end_hi == Some(at)) {
            // No answer has denied the first one, and only a start shows when the other began.
            let start_lo = new.since.and_then(|since| self.looks.second_start(since, at));
            let start_lo = start_lo.unwrap_or(Timestamp::MIN).clamp(first.start_hi, at);
            first.end_lo = start_lo;
            new.follows = true;
            Some(start_lo)
        } else if let Some(change) = unknown.filter(|change| is_before(at, change.at)) {
            // By our clock, which was set back, only answers that the server gave later are about this agent.
            let is_later = |row: &&Coverage| first_by_server(row) >= change.server;
            let row = self.looks.row_before(first).filter(|row| change.server.is_some() && is_later(row));
            row.and_then(|_| self.looks.before(first))
        } else if let Some(Stamp { at: since, .. }) = unknown {
            // It takes two answers to show that it is another agent: those between are about nobody, and deny nothing.
            let has_denial = self.looks.two_before(at).is_some_and(|look| since < look);
            let denied = self
                .looks
                .before(at)
                .filter(|_| self.looks.row_at(since).is_some() && since < at)
                .map(|look| if has_denial { look } else { since });
            // Whatever the server says of its start: until then the answers were about the other agent.
            denied.or_else(|| self.looks.two_before(since).filter(|lo| *lo <= at))
        } else {
            self.looks.before(first)
        };
        // If our clock was set back since, what it had shown before is long ago.
        let start_lo = start_lo.max(self.looks.last_before_set_back(first).filter(|_| !new.follows));
        // Of one that follows another, perhaps nothing shows that it had not begun with that one.
        let is_with_that = new.follows && start_lo == self.done.last().map(|one| one.start_hi);
        self.before = if is_with_that { self.first } else { self.looks.last_before(first) };
        self.first = Some(first);
        self.changes.clear();
        self.is_set_back = is_before(at, self.latest);
        self.open = Some(Interval { start_lo, ..new });
    }

    /// How our clock was set while the open one went on, if `last` is the answer that ended it, or the last one of all.
    fn clock_set(&self, last: Stamp) -> Option<ClockSet> {
        let rows = self.looks.rows.iter().map(|row| Stamp::last_of(row));
        ClockSet::of(self.before, self.first?, last, &self.changes, rows)
    }

    fn change(&mut self, at: Timestamp, change: impl FnOnce(&mut Interval)) {
        let unseen = self.shown_at(self.looks.first().unwrap_or(at).min(at));
        if self.open.is_none() {
            (self.first, self.before) = (None, None);
        }
        self.changes.push(at);
        change(self.open.get_or_insert(unseen));
    }

    fn end(&mut self, last: Stamp, learn: impl FnOnce(&mut Interval)) {
        let at = last.at;
        // It began before the first event at hand.
        let first = self.looks.first().unwrap_or(at).min(at);
        let clock_set = if self.open.is_some() { self.clock_set(last) } else { None };
        let mut ended = self.open.take().unwrap_or_else(|| self.shown_at(first));
        learn(&mut ended);
        let end_hi = at.max(ended.start_hi);
        let end_lo = match self.looks.row_before(last).filter(|row| row.to < at) {
            Some(row) => Some(self.last_in(row).at),
            None => self.looks.before(last),
        };
        let end_lo = end_lo.unwrap_or(end_hi).clamp(ended.start_hi, end_hi);
        self.done.push(Interval { end_lo, end_hi: Some(end_hi), open: false, clock_set, ..ended });
        self.unknown = None;
    }

    /// From `at` on the answers are about another agent: what becomes of the interval, they do not show.
    fn forget(&mut self, answer: Stamp) {
        let at = answer.at;
        if let Some(open) = self.open.take() {
            let clock_set = self.clock_set(answer);
            let last = self.looks.two_before(at).unwrap_or(open.start_hi);
            let end_lo = last.clamp(open.start_hi, at.max(open.start_hi));
            let left_at = Some(at.max(end_lo));
            self.done.push(Interval { end_lo, left_at, open: false, clock_set, ..open });
        }
        self.unknown = Some(answer);
    }

    fn finish(mut self) -> Vec<Interval> {
        if let Some(open) = self.open.take() {
            let last = self.last_answer(open.start_hi);
            let clock_set = last.and_then(|last| self.clock_set(last));
            let end_lo = last.map_or(open.start_hi, |last| last.at).max(open.start_hi);
            self.done.push(Interval { end_lo, clock_set, ..open });
        }
        self.done
    }

    /// The last answer of all, if one that was shown at `shown` goes on. A clock that was set back since shows later times
    /// that were before it.
    fn last_answer(&self, shown: Timestamp) -> Option<Stamp> {
        let last = *self.looks.rows.last()?;
        let newest = self.looks.rows.iter().max_by_key(|row| row.server_time)?;
        let row = match (newest.server_time, last.server_time) {
            (Some(newer), Some(older)) if is_before(older, newer) => newest,
            // Nothing tells which answers came after that.
            (None, _) if self.is_set_back => return Some(Stamp::from(shown)),
            _ => last,
        };
        Some(self.last_in(row))
    }

    /// The last answer of a row. The row may reach further, to what our clock had shown before it was set back; then less time
    /// has passed in it by the server's clock since the open one was shown.
    fn last_in(&self, row: &Coverage) -> Stamp {
        let last = self.looks.last_of(row);
        let first = self.first.filter(|first| row.from <= first.at && first.at <= row.to);
        let at = first.and_then(|first| {
            let passed = last.server?.duration_since(first.server?);
            Some(first.at.checked_add(passed).ok()?.max(first.at))
        });
        Stamp { at: at.filter(|at| is_before(*at, last.at)).unwrap_or(last.at), ..last }
    }

    fn shown_at(&self, at: Timestamp) -> Interval {
        Interval {
            part: self.part,
            start_lo: None,
            start_hi: at,
            end_lo: at,
            end_hi: None,
            left_at: None,
            follows: false,
            open: true,
            reasons: Vec::new(),
            since: None,
            ends_at: None,
            ahead: None,
            clock_set: None,
            call_id: None,
            customer: None,
        }
    }
}
