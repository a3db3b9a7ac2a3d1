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
    let mut covered: Vec<Span> = if window.from < window.to { vec![window] } else { vec![] };
    for part in parts {
        let spans = spans(coverage, *part);
        covered =
            covered.into_iter().flat_map(|span| spans.iter().filter_map(move |it| it.common(span))).collect();
    }
    covered
}

/// The rest of `window`, with the cause of each gap: of the first of `parts` that was not covered when it began.
#[must_use]
pub fn gaps(coverage: &[Coverage], parts: &[FollowedPart], window: Span) -> Vec<Gap> {
    let mut gaps = Vec::new();
    let mut from = window.from;
    let end = Span { from: window.to, to: window.to };
    for span in covered(coverage, parts, window).into_iter().chain([end]) {
        if from < span.from {
            gaps.push(Gap { from, to: span.from, why: cause(coverage, parts, from) });
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

/// Why nothing vouches for the moment `at`.
fn cause(coverage: &[Coverage], parts: &[FollowedPart], at: Timestamp) -> GapCause {
    let is_covered = |part: FollowedPart| spans(coverage, part).iter().any(|it| it.from <= at && at < it.to);
    let missing = parts.iter().copied().find(|part| !is_covered(*part));
    let before = coverage.iter().filter(|row| Some(row.part) == missing && row.from <= at);
    before.max_by_key(|row| row.from).and_then(|row| row.ended).unwrap_or(GapCause::NotRunning)
}
