//! Whether the start that an answer gives is the start of another break.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::floor::pause::Moment;
use crate::floor::poll_result::PollResult;

/// Starts that differ by less are one: servers round to minutes, and two of them differ in their clocks.
const SAME_START: SignedDuration = SignedDuration::from_secs(60);

/// Dates and starts are in whole seconds, cut off.
const WHOLE_SECONDS: SignedDuration = SignedDuration::from_secs(2);

/// After so many polls without it, a start was a passing error.
const MOST_MISSES: u8 = 2;

/// So many starts are followed beside the accepted one.
const MOST_CANDIDATES: usize = 4;

/// The starts that the answers about one break have given.
#[derive(Clone, Debug, Default)]
pub(crate) struct Starts {
    accepted: Option<Start>,
    /// What the last answer with about the same start gave: it may creep.
    latest: Option<Start>,
    candidates: Vec<Candidate>,
    /// The first poll that showed this break.
    first: Option<Moment>,
    /// The last poll that showed this break: once a start is known, by a start that it had given before.
    last: Option<Moment>,
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
    /// The same by our monotonic clock.
    ours: SignedDuration,
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
    misses: u8,
}

impl Starts {
    /// The start of a break that was not known before.
    pub(crate) fn new(start: Option<Timestamp>, poll: &PollResult) -> Self {
        let accepted = start.map(|start| Start::new(start, poll));
        let now = Some(Moment::of(poll));
        Self { accepted, latest: accepted, candidates: Vec::new(), first: now, last: now }
    }

    /// The start that was accepted for this break.
    pub(crate) fn get(&self) -> Option<Timestamp> {
        self.accepted.map(|start| start.at)
    }

    /// Takes the start that the next answer about the break gives.
    pub(crate) fn after(&mut self, start: Option<Timestamp>, poll: &PollResult) -> StartChange {
        let now = Moment::of(poll);
        let Some(start) = start else {
            self.last = self.last.filter(|_| self.accepted.is_some()).or(Some(now));
            return self.open();
        };
        let start = Start::new(start, poll);
        let first = *self.first.get_or_insert(now);
        let before = self.last.unwrap_or(now);
        let is_accepted = [self.accepted, self.latest].iter().flatten().any(|known| known.is_same(&start));
        if is_accepted {
            (self.latest, self.last) = (Some(start), Some(now));
        }
        let mut confirmed = None;
        let mut is_candidate = false;
        for candidate in &mut self.candidates {
            if is_accepted || is_candidate || !candidate.start.is_same(&start) {
                candidate.misses += 1;
                continue;
            }
            is_candidate = true;
            candidate.misses = 0;
            if !candidate.is_later {
                self.last = Some(now);
            }
            if candidate.takes(start, &first, poll) {
                confirmed = Some(StartChange::Confirmed {
                    start: candidate.start.at,
                    seen: candidate.seen.monotonic(),
                });
            }
        }
        if let Some(confirmed) = confirmed {
            return confirmed;
        }
        self.candidates.retain(|candidate| candidate.misses <= MOST_MISSES);
        if !is_accepted && !is_candidate {
            let candidate = Candidate::new(start, &first, before, poll);
            let is_first = self.accepted.is_none_or(|accepted| accepted.is_ahead(poll));
            if is_first && !candidate.is_later && !start.is_ahead(poll) {
                (self.accepted, self.latest, self.last) = (Some(start), Some(start), Some(now));
            } else {
                self.candidates.push(candidate);
                if self.candidates.len() > MOST_CANDIDATES {
                    self.candidates.remove(0);
                }
            }
        }
        self.open()
    }

    fn open(&self) -> StartChange {
        let is_open = self.candidates.iter().any(|candidate| candidate.is_later);
        if is_open { StartChange::Open } else { StartChange::None }
    }
}

impl Start {
    fn new(at: Timestamp, poll: &PollResult) -> Self {
        let monotonic = SignedDuration::try_from(poll.monotonic).unwrap_or(SignedDuration::MAX);
        let age = poll.server_now().duration_since(at);
        Self { at, ours: monotonic.saturating_sub(age) }
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

    fn is_ahead(&self, poll: &PollResult) -> bool {
        self.at.duration_since(poll.server_now()) > SAME_START
    }
}

impl Candidate {
    fn new(start: Start, first: &Moment, before: Moment, poll: &PollResult) -> Self {
        let now = Moment::of(poll);
        let mut candidate = Self { start, seen: now, before, is_later: false, misses: 0 };
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
        let is_recent = age <= certain(&now, &self.before).saturating_add(SAME_START);
        let is_ahead = age < certain(&now, &self.seen).saturating_sub(SAME_START);
        self.is_later |= is_after_first && is_recent && !is_ahead;
    }

    /// Takes the same start again; whether it is now certain that another break has begun.
    fn takes(&mut self, start: Start, first: &Moment, poll: &PollResult) -> bool {
        self.judge(first, poll);
        // What is counted back from the present moves with the clock: "now minus whole hours".
        let moved = self.start.until(&start).abs();
        let stays = moved.saturating_mul(2) <= certain(&Moment::of(poll), &self.seen);
        stays && self.is_later && start.at <= poll.server_now()
    }
}

/// How much time has passed at least.
fn certain(now: &Moment, earlier: &Moment) -> SignedDuration {
    SignedDuration::try_from(now.since(earlier).certain).unwrap_or(SignedDuration::MAX)
}
