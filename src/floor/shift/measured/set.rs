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
    let spans = if let Some(passed) = set.passed {
        let around = |it: &Span| Span { from: earlier(it.from, unsure), to: later(it.to, unsure) };
        let since = Span { from, to: later(set.since, passed + unsure) };
        let until = Span { from: earlier(set.until, passed + unsure), to: set.until };
        set.between.iter().map(around).chain([since, until]).collect()
    } else {
        let answers = [&[set.since][..], &set.changes, &[set.until]].concat();
        let between = answers.windows(2).flat_map(|pair| between(pair[0], pair[1], cover));
        between.chain([Span { from, to: set.since }]).collect::<Vec<_>>()
    };
    let most = set.passed.map_or(Duration::MAX, |passed| lead + passed + unsure);
    let spans = spans.into_iter().filter_map(|span| span.common(window));
    let end = interval.end_lo.max(whole.to);
    let rest = Span { from: end, to: may_go_on_until(end, cover, window) };
    let rest = rest.common(window).filter(|_| interval.open);
    let spans = spans.chain(rest).collect();
    Reach { spans, most: most.saturating_add(rest.map_or(Duration::ZERO, Span::length)) }
}

/// When it may have been between two answers of which only our clock tells when they came: if it was set back from the one to
/// the other, until and since the next of which nobody knows whether they came before that or after.
fn between(one: Timestamp, other: Timestamp, cover: &Cover) -> Vec<Span> {
    if one <= other {
        return vec![Span { from: one, to: other }];
    }
    let until = cover.next(one).unwrap_or(Timestamp::MAX);
    let since = cover.before(other).unwrap_or(Timestamp::MIN);
    vec![Span { from: one, to: until }, Span { from: since, to: other }]
}

fn later(at: Timestamp, by: Duration) -> Timestamp {
    SignedDuration::try_from(by).ok().and_then(|by| at.checked_add(by).ok()).unwrap_or(Timestamp::MAX)
}

fn earlier(at: Timestamp, by: Duration) -> Timestamp {
    SignedDuration::try_from(by).ok().and_then(|by| at.checked_sub(by).ok()).unwrap_or(Timestamp::MIN)
}
