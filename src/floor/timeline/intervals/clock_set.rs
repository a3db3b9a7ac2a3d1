//! That our clock was set while a break or a wrap-up went on, as events and coverage show it.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::floor::pause::MARGIN;
use crate::floor::timeline::{Coverage, Span};

/// How our clock was set while a break or a wrap-up went on, or while nothing showed yet whether one did: three answers, and what
/// our clock and the server's were at each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockSet {
    /// By our clock: the last answer before it, or else the first one that showed it; the first one that showed it; and the one
    /// that ended it, or the last one of all. A later one may have come at an earlier time.
    pub ours: [Timestamp; 3],
    /// The same by the server's clock; `None` where it sends no `Date`.
    pub server: Option<[Timestamp; 3]>,
}

/// An answer: when it came by our clock, and the server's time in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stamp {
    pub(super) at: Timestamp,
    pub(super) server: Option<Timestamp>,
}

impl From<Timestamp> for Stamp {
    fn from(at: Timestamp) -> Self {
        Self { at, server: None }
    }
}

impl Stamp {
    /// The last answer of a coverage.
    pub(super) fn last_of(row: &Coverage) -> Self {
        Self { at: row.to, server: row.server_time }
    }
}

impl ClockSet {
    /// `None` if our clock went on as the server's did, as far as its machines agree, or if nothing shows that it did not.
    pub(super) fn of(before: Option<Stamp>, first: Stamp, last: Stamp) -> Option<Self> {
        // Of the time before it was shown, only that the clock was set forth makes it too long.
        let is_forth = before.is_some_and(|before| set_by(before, last) > SignedDuration::ZERO);
        let answers = [before.unwrap_or(first), first, last];
        let server = || {
            let [before, first, last] = answers.map(|answer| answer.server);
            Some([before?, first?, last?.max(first?)])
        };
        let is_set = is_forth || !set_by(first, last).is_zero();
        is_set.then(|| Self { ours: answers.map(|answer| answer.at), server: server() })
    }

    /// The last of the three by our clock.
    #[must_use]
    pub fn until(&self) -> Timestamp {
        self.ours[2]
    }

    /// How long it truly was from the first of the three to the last, where the server's clock shows it.
    #[must_use]
    pub fn passed(&self) -> Option<Duration> {
        self.server.map(|[before, _, last]| Span { from: before, to: last }.length())
    }

    /// The same from the second one.
    #[must_use]
    pub fn shown_for(&self) -> Option<Duration> {
        self.server.map(|[_, first, last]| Span { from: first, to: last }.length())
    }
}

/// By how much our clock was set forth between two answers, as far as is known.
fn set_by(first: Stamp, second: Stamp) -> SignedDuration {
    let by_ours = second.at.duration_since(first.at);
    let server = first.server.zip(second.server).map(|(from, to)| to.max(from).duration_since(from));
    let set = server.map_or(by_ours.min(SignedDuration::ZERO), |by_server| by_ours - by_server);
    if set.unsigned_abs() > MARGIN { set } else { SignedDuration::ZERO }
}
