//! That our clock was set while a break or a wrap-up went on, as events and coverage show it.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::floor::pause::MARGIN;
use crate::floor::timeline::{Coverage, Span};

/// How our clock was set between two answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockSet {
    /// The two answers by our clock. The second one may have come at an earlier time than the first one.
    pub since: Timestamp,
    pub until: Timestamp,
    /// Both of them by the server's clock; `None` where it sends no `Date`.
    pub server: Option<Span>,
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
    pub(super) fn between(first: Stamp, second: Stamp) -> Option<Self> {
        let by_ours = second.at.duration_since(first.at);
        let server = first.server.zip(second.server).map(|(from, to)| Span { from, to: to.max(from) });
        let by_server = server.map(|span| span.to.duration_since(span.from));
        let set = by_server.map_or(by_ours.min(SignedDuration::ZERO), |by_server| by_ours - by_server);
        (set.unsigned_abs() > MARGIN).then_some(Self { since: first.at, until: second.at, server })
    }

    /// How long it truly was between the two, where the server's clock shows it.
    #[must_use]
    pub fn passed(&self) -> Option<Duration> {
        self.server.map(Span::length)
    }

    /// Whether less time has passed than our clock shows.
    #[must_use]
    pub fn is_forth(&self) -> bool {
        self.passed().is_some_and(|passed| Span { from: self.since, to: self.until }.length() > passed)
    }

    /// Whether answers of `row` came between the two. Of others, our clock may show the same times.
    #[must_use]
    pub fn may_hold(&self, row: &Coverage) -> bool {
        let Some((span, last)) = self.server.zip(row.server_time) else { return true };
        let length = Span { from: row.from, to: row.to }.length();
        let first = last.checked_sub(length).unwrap_or(Timestamp::MIN);
        let near = |at: Timestamp| at.checked_add(MARGIN).unwrap_or(Timestamp::MAX);
        span.from <= near(last) && first <= near(span.to)
    }
}
