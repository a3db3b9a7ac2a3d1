//! Breaks and wrap-ups during which our clock was set.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::floor::pause::MARGIN;
use crate::floor::shift::cover::Cover;
use crate::floor::shift::measured::{UNSURE, earliest, may_go_on_until};
use crate::floor::timeline::intervals::{ClockSet, Interval};
use crate::floor::timeline::{Coverage, Span};

/// The answers that may have shown such a one: at other times, our clock may have shown the same. `None` for all others.
pub(super) fn set_cover(interval: &Interval, coverage: &[Coverage]) -> Option<Cover> {
    let set = interval.clock_set?;
    let rows: Vec<Coverage> = coverage.iter().filter(|row| set.may_hold(row)).cloned().collect();
    Some(Cover::of(&rows, interval.part))
}

/// When such a one may have been within the window, and how much longer at times that nobody knows: no longer than the
/// server's clock shows. `own` are the answers that may have shown it.
pub(super) fn possible_if_set(
    interval: &Interval,
    set: ClockSet,
    whole: Span,
    (own, answers): (&Cover, (&[Coverage], &Cover)),
    window: Span,
) -> (Vec<Span>, Duration) {
    let from = earliest(interval).min(whole.from);
    let to = interval.end_hi.unwrap_or(interval.end_lo).max(whole.to);
    let around = Span { from, to };
    let (possible, unplaced) = match set.server {
        Some(server) if set.is_forth() => if_set_forth(interval, set, server, around, answers, window),
        _ => if_set_back(interval, set, around, (own, answers.1), window),
    };
    let rest = Span { from: to, to: may_go_on_until(to, answers.1, window) };
    let rest = interval.open.then_some(rest);
    (possible.into_iter().chain(rest).filter_map(|span| span.common(window)).collect(), unplaced)
}

/// Where our clock was set between two answers, there was no more time than the server's clock shows, and it was not while
/// other answers came.
fn if_set_forth(
    interval: &Interval,
    set: ClockSet,
    server: Span,
    around: Span,
    (coverage, cover): (&[Coverage], &Cover),
    window: Span,
) -> (Vec<Span>, Duration) {
    let own = coverage.iter().filter(|row| row.part == interval.part && set.may_hold(row));
    // By our clock, and by the server's.
    let mut rows: Vec<(Span, Span)> = own
        .filter_map(|row| {
            let (span, last) = (Span { from: row.from, to: row.to }, row.server_time?);
            let first = last.checked_sub(row.to.duration_since(row.from)).ok()?;
            Some((span, Span { from: first, to: last }))
        })
        .collect();
    rows.sort_by_key(|(_, server)| server.to);
    let end = (Span { from: set.until, to: set.until }, Span { from: server.to, to: server.to });
    let mut possible = vec![Span { from: around.from, to: set.since.max(around.from) }];
    let mut unplaced = Duration::ZERO;
    let mut last = (set.since, server.from);
    for (row, server) in rows.into_iter().chain([end]) {
        let hole = Span { from: last.0, to: row.from };
        let passed = Span { from: last.1, to: server.from }.length();
        if hole.length() > passed + MARGIN {
            let hole = hole.common(window);
            let free = hole.map_or(Duration::ZERO, |hole| hole.length().saturating_sub(cover.within(hole)));
            unplaced += free.min(passed + UNSURE.unsigned_abs());
        } else {
            possible.push(hole);
        }
        possible.push(row);
        last = (row.to, server.to);
    }
    (possible.into_iter().filter_map(|span| span.common(around)).collect(), unplaced)
}

/// Nobody knows how much of it was before our clock was set, and how much after: no more than the server's clock shows, and
/// not while answers denied it. Without that clock, until an answer of which nobody knows on which side it was.
fn if_set_back(
    interval: &Interval,
    set: ClockSet,
    around: Span,
    (own, cover): (&Cover, &Cover),
    window: Span,
) -> (Vec<Span>, Duration) {
    let most = set.passed().and_then(|passed| SignedDuration::try_from(passed).ok()?.checked_add(UNSURE));
    let (last, first) = match most {
        Some(most) => (set.since.checked_add(most).ok(), set.until.checked_sub(most).ok()),
        None => (own.next(interval.start_hi), own.before(set.until)),
    };
    let before = Span { to: around.to.max(last.unwrap_or(Timestamp::MAX)), ..around };
    let after = Span { from: first.unwrap_or(Timestamp::MIN), to: set.until };
    let Some(most) = most else { return (vec![before, after], Duration::ZERO) };
    // It may have begun before the time that the server's clock measures.
    let most = Span { from: around.from, to: set.since }.length() + most.unsigned_abs();
    let allowed = |span: Span| {
        let free = |span: Span| span.length().saturating_sub(cover.within(span)) + own.within(span);
        span.common(window).map_or(Duration::ZERO, free)
    };
    let length = around.common(window).map_or(Duration::ZERO, Span::length);
    (vec![around], (allowed(before) + allowed(after)).min(most).saturating_sub(length))
}
