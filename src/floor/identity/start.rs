//! Whether the start that an answer gives is the start of another break.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::floor::pause::Moment;
use crate::floor::poll_result::PollResult;

/// By so much a start that is rounded to a minute may lie before the last poll without it, or ahead of the present.
const ROUNDED: SignedDuration = SignedDuration::from_secs(60);

/// Starts that differ by no more are one: a minute by which a server rounds, and half a minute by which the clocks of two
/// nodes may differ. A second break that begins sooner after the first is not distinguished, so it is no more than that.
const SAME_START: SignedDuration = SignedDuration::from_secs(60 + 30);

/// Dates and starts are in whole seconds, cut off.
const WHOLE_SECONDS: SignedDuration = SignedDuration::from_secs(2);

/// A later start that more answers in a row leave out is no longer waited for. If they gave others, it was a passing
/// error; if they gave none, it still counts when it is given again.
const MOST_MISSES: u8 = 2;

/// So many starts are followed beside the accepted one.
const MOST_CANDIDATES: usize = 4;

/// The starts that the answers about one break have given.
#[derive(Clone, Debug)]
pub(crate) struct Starts {
    accepted: Option<Start>,
    /// What the last answer with about the same start gave: it may creep.
    latest: Option<Start>,
    /// The others. One that is no later than the break was known stays, for it is a wrong start of this break, and would
    /// look like a later one if it were new once more.
    candidates: Vec<Candidate>,
    /// The first poll that showed this break.
    first: Moment,
    /// The last poll that showed this break: once a start is known, by a start that it had given before.
    last: Moment,
}

/// What an answer means for the start of the break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StartChange {
    /// It is the break that was known.
    None,
    /// The next polls decide.
    Open,
    /// Another break has begun.
    Confirmed {
        /// As the server gave it.
        start: Timestamp,
        /// When it was first there, by our monotonic clock.
        seen: Duration,
    },
}

/// A start, by two clocks: a server that stores it repeats the first value, and one that computes it from the length
/// of the break, by whatever clock, repeats the second.
#[derive(Clone, Copy, Debug)]
struct Start {
    at: Timestamp,
    /// The same by our clocks, from the first poll that showed the break. The machine may have slept since.
    ours: SignedDuration,
    /// Whether it was still to come when it was given.
    was_ahead: bool,
}

/// A start that may be that of another break.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    start: Start,
    /// When it was first there.
    seen: Moment,
    /// The last poll before, which showed the break without it.
    before: Moment,
    /// Whether an answer has shown that it is later than what was known of this break.
    is_later: bool,
    /// Whether one answer alone has given it.
    is_new: bool,
    misses: u8,
}

impl Starts {
    /// The start of a break that was not known before.
    pub(crate) fn new(start: Option<Timestamp>, poll: &PollResult) -> Self {
        let now = Moment::of(poll);
        let accepted = start.map(|start| Start::new(start, &now, poll));
        Self { accepted, latest: accepted, candidates: Vec::new(), first: now, last: now }
    }

    /// The start of a break that another memory has reported at the moment `now`, which the server called `server_now`.
    pub(crate) fn known(start: Option<Timestamp>, server_now: Timestamp, now: Moment) -> Self {
        let accepted = start.map(|at| {
            let age = server_now.duration_since(at);
            Start { at, ours: SignedDuration::ZERO.saturating_sub(age), was_ahead: age < -ROUNDED }
        });
        Self { accepted, latest: accepted, candidates: Vec::new(), first: now, last: now }
    }

    /// Takes that another memory has seen this break at `moment`.
    pub(crate) fn attend(&mut self, moment: Moment) {
        if self.last.monotonic() < moment.monotonic() {
            self.last = moment;
        }
    }

    /// The start that was accepted for this break.
    pub(crate) fn get(&self) -> Option<Timestamp> {
        self.accepted.map(|start| start.at)
    }

    /// Whether the last answer gave the start of what may be another break. By the clock of the next one, it may be that
    /// even if it is not by the clock of this one.
    pub(crate) fn awaits_what_it_got(&self) -> bool {
        let is_open = |candidate: &Candidate| candidate.is_later || candidate.is_new;
        self.candidates.iter().any(|candidate| candidate.misses == 0 && is_open(candidate))
    }

    /// Takes the start that the next answer about the break gives.
    pub(crate) fn after(&mut self, start: Option<Timestamp>, poll: &PollResult) -> StartChange {
        let now = Moment::of(poll);
        let start = start.map(|start| Start::new(start, &self.first, poll));
        let before = self.last;
        let is = |known: Option<Start>| known.zip(start).is_some_and(|(known, start)| known.is_same(&start));
        let mut is_known = is(self.accepted) || is(self.latest);
        if is_known {
            self.latest = start;
        }
        if is_known || (start.is_none() && self.accepted.is_none()) {
            self.last = now;
        }
        for candidate in &mut self.candidates {
            let Some(start) = start.filter(|start| !is_known && candidate.start.is_same(start)) else {
                candidate.misses = candidate.misses.saturating_add(1);
                continue;
            };
            is_known = true;
            (candidate.misses, candidate.is_new) = (0, false);
            if !candidate.is_later {
                self.last = now;
            }
            if candidate.takes(start, &self.first, poll) {
                let Candidate { start, seen, .. } = candidate;
                return StartChange::Confirmed { start: start.at, seen: seen.monotonic() };
            }
        }
        if start.is_some() {
            self.candidates.retain(|candidate| !candidate.is_later || candidate.misses <= MOST_MISSES);
        }
        if let Some(start) = start.filter(|_| !is_known) {
            self.take_new(start, before, poll);
        }
        let is_awaited = |candidate: &Candidate| candidate.is_later && candidate.misses <= MOST_MISSES;
        let is_open = self.candidates.iter().any(is_awaited);
        if is_open { StartChange::Open } else { StartChange::None }
    }

    /// Takes a start that no answer about this break has given yet; `before` is the last poll that showed the break
    /// without it.
    fn take_new(&mut self, start: Start, before: Moment, poll: &PollResult) {
        let candidate = Candidate::new(start, &self.first, before, poll);
        let is_first = self.accepted.is_none_or(|accepted| accepted.was_ahead);
        if is_first && !candidate.is_later && !start.was_ahead {
            (self.accepted, self.latest, self.last) = (Some(start), Some(start), Moment::of(poll));
            return;
        }
        self.candidates.push(candidate);
        if self.candidates.len() > MOST_CANDIDATES {
            self.candidates.remove(0);
        }
    }
}

impl Start {
    fn new(at: Timestamp, first: &Moment, poll: &PollResult) -> Self {
        let age = poll.server_now().duration_since(at);
        let ours = certain(&Moment::of(poll), first).saturating_sub(age);
        Self { at, ours, was_ahead: age < -ROUNDED }
    }

    fn is_same(&self, other: &Self) -> bool {
        self.until(other).abs() <= SAME_START
    }

    /// From this one to the other, by the clock by which they differ less.
    fn until(&self, other: &Self) -> SignedDuration {
        let by_server = other.at.duration_since(self.at);
        let by_ours = other.ours.saturating_sub(self.ours);
        if by_server.abs() <= by_ours.abs() { by_server } else { by_ours }
    }
}

impl Candidate {
    fn new(start: Start, first: &Moment, before: Moment, poll: &PollResult) -> Self {
        let now = Moment::of(poll);
        let mut candidate = Self { start, seen: now, before, is_later: false, is_new: true, misses: 0 };
        candidate.judge(first, poll);
        candidate
    }

    /// Judges by the clock of the answer at hand, for another may answer each poll: this break cannot have begun after
    /// the first poll that showed it. What is rounded may lie a minute before the last one that did, or ahead of the
    /// present.
    fn judge(&mut self, first: &Moment, poll: &PollResult) {
        let now = Moment::of(poll);
        let age = poll.server_now().duration_since(self.start.at);
        let is_after_first = age < certain(&now, first).saturating_sub(WHOLE_SECONDS);
        let is_recent = age <= certain(&now, &self.before).saturating_add(ROUNDED);
        let is_ahead = age < certain(&now, &self.seen).saturating_sub(ROUNDED);
        self.is_later |= is_after_first && is_recent && !is_ahead;
    }

    /// Takes the same start again; whether it is now certain that another break has begun.
    fn takes(&mut self, start: Start, first: &Moment, poll: &PollResult) -> bool {
        self.judge(first, poll);
        // What is counted back from the present moves with the clock: "now minus whole hours".
        let moved = self.start.until(&start).abs();
        let now = Moment::of(poll);
        let stays = moved.saturating_mul(2) <= certain(&now, &self.seen);
        // Not by the clock of this answer, which may be ours, and may have been set back.
        let has_begun = self.start.ours <= certain(&now, first);
        stays && self.is_later && has_begun
    }
}

/// How much time has passed at least.
fn certain(now: &Moment, earlier: &Moment) -> SignedDuration {
    SignedDuration::try_from(now.since(earlier).certain).unwrap_or(SignedDuration::MAX)
}
