//! When there were answers about a part, as far as its coverage shows.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::floor::event::FollowedPart;
use crate::floor::pause::MARGIN;
use crate::floor::timeline::intervals::ROUNDED;
use crate::floor::timeline::intervals::clock_set::Stamp;
use crate::floor::timeline::{Coverage, INTERVALS, Span};

/// Whether our clock was set back since it showed `latest`. Answers may be recorded a little after later ones.
pub(super) fn is_before(at: Timestamp, latest: Timestamp) -> bool {
    at.checked_add(MARGIN).is_ok_and(|at| at < latest)
}

/// When the first answer of a row came by the server's clock.
pub(super) fn first_by_server(row: &Coverage) -> Option<Timestamp> {
    row.server_time?.checked_sub(row.to.duration_since(row.from)).ok()
}

/// When there were answers about one part, as far as its coverage shows.
pub(super) struct Looks<'c> {
    pub(super) rows: Vec<&'c Coverage>,
}

impl<'c> Looks<'c> {
    pub(super) fn of(coverage: &'c [Coverage], part: FollowedPart) -> Self {
        let mut rows: Vec<&Coverage> = coverage.iter().filter(|row| row.part == part).collect();
        rows.sort_unstable_by_key(|row| row.from);
        Self { rows }
    }

    pub(super) fn first(&self) -> Option<Timestamp> {
        self.rows.first().map(|row| row.from)
    }

    pub(super) fn row_at(&self, at: Timestamp) -> Option<&'c Coverage> {
        let next = self.rows.partition_point(|row| row.from <= at);
        Some(self.rows[next.checked_sub(1)?]).filter(|row| at <= row.to)
    }

    /// The last answer before another one, or a moment before it: within a row, answers are no further apart than its cadence
    /// allows.
    pub(super) fn before(&self, answer: impl Into<Stamp>) -> Option<Timestamp> {
        let answer = answer.into();
        let row = self.row_before(answer)?;
        let apart = SignedDuration::try_from(row.cadence * INTERVALS).unwrap_or(SignedDuration::MAX);
        let earliest = answer.at.checked_sub(apart).unwrap_or(Timestamp::MIN).max(row.from);
        Some(if answer.at <= row.to { earliest } else { row.to })
    }

    /// The row that began last before an answer. One that has ended by our clock, but began later by the server's, is of a
    /// time to which our clock was set back. It ends where the answers begin to which our clock had come before.
    pub(super) fn row_before(&self, answer: Stamp) -> Option<&'c Coverage> {
        let next = self.rows.partition_point(|row| row.from < answer.at);
        let is_later = |row: &Coverage| {
            // The last answer of one that ends there may have come a pause later.
            let unsure = if row.to == answer.at { row.longest_pause() } else { Duration::ZERO };
            let first = first_by_server(row).and_then(|first| first.checked_sub(unsure).ok());
            row.to <= answer.at
                && answer.server.zip(first).is_some_and(|(server, first)| is_before(server, first))
        };
        self.rows[..next].iter().rev().find(|row| !is_later(row)).copied()
    }

    /// The last answer of a row, or a moment before it: where another row begins, that is as far as our clock, set back, has
    /// shown other times than before.
    pub(super) fn last_of(&self, row: &Coverage) -> Stamp {
        let is_cut = self.row_at(row.to).is_some_and(|next| row.from < next.from);
        let pause = if is_cut { row.longest_pause() } else { Duration::ZERO };
        let at = row.to.checked_sub(pause).unwrap_or(row.from).max(row.from);
        Stamp { at, server: row.server_time }
    }

    /// The last answer before another one by the server's clock, as far as its machines agree, if no row holds both. What came
    /// later by both clocks is none.
    pub(super) fn last_before(&self, answer: Stamp) -> Option<Stamp> {
        if self.row_before(answer).is_some_and(|row| answer.at <= row.to) {
            return None;
        }
        let latest = answer.server?.checked_add(MARGIN).ok()?;
        let is_before = |row: &&&Coverage| {
            let is_apart =
                row.to < answer.at || answer.at < row.from && first_by_server(row) <= answer.server;
            is_apart && row.server_time.is_some_and(|server| server <= latest)
        };
        self.rows.iter().filter(is_before).max_by_key(|row| row.server_time).map(|row| Stamp::last_of(row))
    }

    /// The same by what our clock is at that other one, as far as the server's machines agree, if it was set back meanwhile.
    pub(super) fn last_before_set_back(&self, answer: Stamp) -> Option<Timestamp> {
        let before = self.last_before(answer)?;
        let passed = Span { from: before.server?, to: answer.server? }.length();
        let at = answer.at.checked_sub(passed).ok().filter(|at| is_before(*at, before.at))?;
        at.checked_sub(MARGIN).ok()
    }

    /// The lower bound of a start that the server gave, if the answers from there until `at` came without a hole. It took
    /// two of them to show that it is another one, and before that one may have been taken for it. A start that is still to
    /// come is by another clock than ours.
    pub(super) fn second_start(&self, since: Timestamp, at: Timestamp) -> Option<Timestamp> {
        if since > at {
            return None;
        }
        let next = self.rows.partition_point(|row| row.from < at);
        let row = self.rows.get(next.checked_sub(1)?).filter(|row| at <= row.to)?;
        let before = SignedDuration::try_from(row.cadence * INTERVALS * 2).ok()?.saturating_add(ROUNDED);
        since.checked_sub(before).ok().filter(|lo| *lo >= row.from)
    }

    pub(super) fn two_before(&self, at: Timestamp) -> Option<Timestamp> {
        let last = self.before(at)?;
        Some(self.before(last).unwrap_or(last))
    }
}
