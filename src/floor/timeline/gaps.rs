//! Which time is covered, and which is not. Both are made of the coverage of one agent, and together they are the whole
//! time that is asked for.

use std::time::Duration;

use jiff::Timestamp;

use crate::floor::event::{Event, EventKind, FollowedPart, Gap, GapCause};
use crate::floor::pause::MARGIN;
use crate::floor::timeline::{Coverage, Span};

/// The times within `window` in which all of `parts` were covered, in their order.
#[must_use]
pub fn covered(coverage: &[Coverage], parts: &[FollowedPart], window: Span) -> Vec<Span> {
    let whole: Vec<Span> = if window.from < window.to { vec![window] } else { vec![] };
    parts.iter().fold(whole, |covered, part| common(&covered, &spans(coverage, *part)))
}

/// What two lists have in common. Both are in their order, and nothing of one of them overlaps.
pub(crate) fn common(ones: &[Span], others: &[Span]) -> Vec<Span> {
    let mut common = vec![];
    let (mut one, mut other) = (ones.iter().peekable(), others.iter().peekable());
    while let (Some(first), Some(second)) = (one.peek(), other.peek()) {
        common.extend(first.common(**second));
        if first.to <= second.to {
            one.next()
        } else {
            other.next()
        };
    }
    common
}

/// The rest of `window`, with the cause of each gap: of the first of `parts` that was not covered when it began.
#[must_use]
pub fn gaps(coverage: &[Coverage], parts: &[FollowedPart], window: Span) -> Vec<Gap> {
    let causes: Vec<Causes<'_>> = parts.iter().map(|part| Causes::of(coverage, *part)).collect();
    let mut gaps = Vec::new();
    let mut from = window.from;
    let end = Span { from: window.to, to: window.to };
    for span in covered(coverage, parts, window).into_iter().chain([end]) {
        if from < span.from {
            gaps.push(Gap { from, to: span.from, why: cause(&causes, from) });
        }
        from = span.to;
    }
    gaps
}

/// `coverage` without the times in which an answer was lost, as `events` report them. Others may have been answered at the
/// same time, and what they cover would hide that.
#[must_use]
pub fn without_lost<'e>(
    mut coverage: Vec<Coverage>,
    events: impl IntoIterator<Item = &'e Event>,
) -> Vec<Coverage> {
    for event in events {
        let EventKind::Gap(Gap { from, to, why: why @ (GapCause::AnswerLost | GapCause::TakenOver) }) =
            event.kind
        else {
            continue;
        };
        // The gap begins that much before the last answer.
        let from = from.checked_add(MARGIN).unwrap_or(to).min(to);
        coverage = coverage.into_iter().flat_map(|row| row.without(Span { from, to }, why)).collect();
    }
    coverage
}

/// The time from the last answer of each of `parts` until `now`, if the next answer is not late. It continues what came
/// before: nothing shows a hole yet, and asking the server would leave none.
pub(crate) fn going_on(coverage: &[Coverage], parts: &[FollowedPart], now: Timestamp) -> Vec<Coverage> {
    let last = |part: &FollowedPart| {
        coverage.iter().filter(|row| row.part == *part).max_by_key(|row| (row.to, row.from))
    };
    let is_going_on = |row: &&Coverage| {
        let waited = Duration::try_from(now.duration_since(row.to));
        row.ended.is_none() && waited.is_ok_and(|waited| !waited.is_zero() && waited <= row.longest_pause())
    };
    let rest = |row: &Coverage| Coverage { from: row.to, to: now, ..row.clone() };
    parts.iter().filter_map(last).filter(is_going_on).map(rest).collect()
}

impl Coverage {
    /// What is left of it before and after `lost`.
    fn without(self, lost: Span, why: GapCause) -> impl Iterator<Item = Self> {
        let is_about = self.part == FollowedPart::Tags && self.from < lost.to && lost.from < self.to;
        let before = Self { to: lost.from, ended: Some(why), ..self.clone() };
        let after = Self { from: lost.to, ..self.clone() };
        let pieces = if is_about { [Some(before), Some(after)] } else { [Some(self), None] };
        pieces.into_iter().flatten().filter(|row| row.from <= row.to)
    }
}

/// The part of `window` that is covered, from 0 to 1. A window without any time is.
#[must_use]
pub fn share(covered: &[Span], window: Span) -> f64 {
    let whole = window.length();
    if whole.is_zero() {
        return 1.0;
    }
    let seconds: Duration = covered.iter().map(|span| span.length()).sum();
    seconds.as_secs_f64() / whole.as_secs_f64()
}

/// The times for which the answers about `part` vouch, in their order, those that touch as one.
pub(crate) fn spans(coverage: &[Coverage], part: FollowedPart) -> Vec<Span> {
    let mut spans: Vec<Span> = coverage.iter().filter(|row| row.part == part).map(Coverage::reach).collect();
    spans.sort_unstable_by_key(|span| span.from);
    let mut joined: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match joined.last_mut() {
            Some(last) if span.from <= last.to => last.to = last.to.max(span.to),
            _ => joined.push(span),
        }
    }
    joined
}

/// Why nothing vouches for the moment `at`: what ended the coverage of the first part that is not covered then.
fn cause(parts: &[Causes<'_>], at: Timestamp) -> GapCause {
    let missing = parts.iter().find(|part| !part.is_covered(at));
    missing.and_then(|part| part.before(at)?.ended).unwrap_or(GapCause::NotRunning)
}

/// The coverage of one part, to be looked up.
struct Causes<'c> {
    rows: Vec<&'c Coverage>,
    spans: Vec<Span>,
}

impl<'c> Causes<'c> {
    fn of(coverage: &'c [Coverage], part: FollowedPart) -> Self {
        let mut rows: Vec<&Coverage> = coverage.iter().filter(|row| row.part == part).collect();
        rows.sort_by_key(|row| row.from);
        // Of what several profiles have seen, the row that reaches furthest says why nothing follows.
        let mut until = Timestamp::MIN;
        rows.retain(|row| {
            let reaches_further = until < row.to;
            until = until.max(row.to);
            reaches_further
        });
        Self { rows, spans: spans(coverage, part) }
    }

    fn is_covered(&self, at: Timestamp) -> bool {
        let next = self.spans.partition_point(|span| span.from <= at);
        next.checked_sub(1).is_some_and(|place| at < self.spans[place].to)
    }

    /// The last row that began by then.
    fn before(&self, at: Timestamp) -> Option<&Coverage> {
        let next = self.rows.partition_point(|row| row.from <= at);
        self.rows.get(next.checked_sub(1)?).copied()
    }
}
