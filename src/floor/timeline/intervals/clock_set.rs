//! That our clock was set while a break or a wrap-up went on, as events and coverage show it.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::floor::pause::MARGIN;
use crate::floor::timeline::{Coverage, Span};

/// How our clock was set from the last answer before a break or wrap-up, or else the first one that showed it, to the one that
/// ended it, or the last one of all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClockSet {
    /// The two answers by our clock. The second one may have come at an earlier time than the first one.
    pub since: Timestamp,
    pub until: Timestamp,
    /// How long it was from the one to the other, and from the first that showed it; `None` where the server sends no `Date`.
    pub passed: Option<Duration>,
    pub shown_for: Option<Duration>,
    /// The same time by what else our clock was at an answer between the two, where that is known.
    pub between: Vec<Span>,
    /// Answers between the two that showed another reason.
    pub changes: Vec<Timestamp>,
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
    /// `None` if our clock went on as the server's did, as far as its machines agree, or if nothing shows that it did not. `rows`
    /// are the last answers of coverages.
    pub(super) fn of(
        before: Option<Stamp>,
        first: Stamp,
        last: Stamp,
        changes: &[Timestamp],
        rows: impl Iterator<Item = Stamp>,
    ) -> Option<Self> {
        // Of the time before it was shown, only that the clock was set forth makes it too long.
        let is_forth = before.is_some_and(|before| set_by(before, last) > SignedDuration::ZERO);
        if !is_forth && set_by(first, last).is_zero() {
            return None;
        }
        let from = before.unwrap_or(first);
        let passed = |one: Stamp, other: Stamp| {
            let (from, to) = (one.server?, other.server?);
            Some(Span { from, to }.length())
        };
        let by_the_clock_of = |answer: Stamp| {
            let (since, until) = (passed(from, answer)?, passed(answer, last)?);
            Some(Span { from: answer.at.checked_sub(since).ok()?, to: answer.at.checked_add(until).ok()? })
        };
        let is_between = |answer: &Stamp| {
            let is_other = !set_by(from, *answer).is_zero() && !set_by(*answer, last).is_zero();
            is_other && from.server <= answer.server && answer.server <= last.server
        };
        Some(Self {
            since: from.at,
            until: last.at,
            passed: passed(from, last),
            shown_for: passed(first, last),
            between: rows.chain([first]).filter(is_between).filter_map(by_the_clock_of).collect(),
            changes: changes.to_vec(),
        })
    }
}

/// By how much our clock was set forth between two answers, as far as is known.
fn set_by(first: Stamp, second: Stamp) -> SignedDuration {
    let by_ours = second.at.duration_since(first.at);
    let server = first.server.zip(second.server).map(|(from, to)| to.max(from).duration_since(from));
    let set = server.map_or(by_ours.min(SignedDuration::ZERO), |by_server| by_ours - by_server);
    if set.unsigned_abs() > MARGIN { set } else { SignedDuration::ZERO }
}
