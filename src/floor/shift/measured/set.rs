//! Breaks and wrap-ups during which our clock was set. Nothing shows how much of one was before that, and how much after: none
//! of it is certain at any time, and it may have been whenever the server's clock allows, after its start and before its end.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::floor::shift::cover::Cover;
use crate::floor::shift::measured::once::without;
use crate::floor::shift::measured::{Reach, UNSURE, earliest, may_go_on_until};
use crate::floor::timeline::Span;
use crate::floor::timeline::intervals::{ClockSet, Interval};

/// What counts of such a one: what answers covered from the first that showed it to the one that ended it; if our clock shows
/// more between them than the server's does, only so much of it after the one and before the other.
pub(super) fn pieces_if_set(interval: &Interval, set: &ClockSet, cover: &Cover) -> Vec<Span> {
    let most = set.shown_for.unwrap_or(Duration::MAX);
    let covered = |at| cover.around(at).unwrap_or(Span { from: at, to: at });
    let first = interval.start_hi;
    let around = Span { from: first, to: set.until };
    if first <= set.until && around.length() <= most {
        return cover.pieces(around).collect();
    }
    let before = Span { from: first, to: covered(first).to.min(later(first, most)) };
    let rest = most.saturating_sub(before.length());
    let after = Span { from: covered(set.until).from.max(earlier(set.until, rest)), to: set.until };
    let mut pieces: Vec<Span> = without(after, before).chain([before]).collect();
    pieces.sort_unstable_by_key(|piece| piece.from);
    pieces
}

/// When it may have been, and how long: by what our clock was at each of the answers. Without the server's clock, until answers
/// of which nobody knows whether they came before our clock was set or after.
pub(super) fn possible_if_set(
    interval: &Interval,
    set: &ClockSet,
    whole: Span,
    cover: &Cover,
    window: Span,
) -> Reach {
    // What the server's clock measures may begin with the first answer that showed it.
    let start = earliest(interval).min(whole.from);
    let is_since_shown = set.since == interval.start_hi;
    let lead = if is_since_shown { Span { from: start, to: set.since }.length() } else { Duration::ZERO };
    let (from, unsure) = (earlier(set.since, lead), UNSURE.unsigned_abs());
    let mut spans = set.between.clone();
    for span in &mut spans {
        *span = Span { from: earlier(span.from, unsure), to: later(span.to, unsure) };
    }
    let (last, first) = match set.passed {
        Some(passed) => (later(set.since, passed + unsure), earlier(set.until, passed + unsure)),
        None => (
            cover.next(set.since).unwrap_or(Timestamp::MAX),
            cover.before(set.until).unwrap_or(Timestamp::MIN),
        ),
    };
    spans.extend([Span { from, to: last }, Span { from: first, to: set.until }]);
    let most = set.passed.map_or(Duration::MAX, |passed| lead + passed + unsure);
    let spans = spans.into_iter().filter_map(|span| span.common(window));
    let end = interval.end_lo.max(whole.to);
    let rest = Span { from: end, to: may_go_on_until(end, cover, window) };
    let rest = rest.common(window).filter(|_| interval.open);
    let spans = spans.chain(rest).collect();
    Reach { spans, most: most.saturating_add(rest.map_or(Duration::ZERO, Span::length)) }
}

fn later(at: Timestamp, by: Duration) -> Timestamp {
    SignedDuration::try_from(by).ok().and_then(|by| at.checked_add(by).ok()).unwrap_or(Timestamp::MAX)
}

fn earlier(at: Timestamp, by: Duration) -> Timestamp {
    SignedDuration::try_from(by).ok().and_then(|by| at.checked_sub(by).ok()).unwrap_or(Timestamp::MIN)
}
