//! Breaks and wrap-ups as they lie in a window, each with what answers showed of it, what they allow, and the best that is
//! known.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::floor::event::FollowedPart;
use crate::floor::shift::Bounded;
use crate::floor::shift::cover::Cover;
use crate::floor::timeline::intervals::Interval;
use crate::floor::timeline::{Coverage, Span};

/// By so much the start that a server gives may be wrong: a minute by which it may round, and half a minute by which the
/// clocks of its machines may differ.
const UNSURE: SignedDuration = SignedDuration::from_secs(90);

/// A break or a wrap-up in a window.
pub(super) struct Measured<'i> {
    pub(super) interval: &'i Interval,
    /// From the best start to the best end that is known, outside of the window as well.
    pub(super) whole: Span,
    /// The pieces of it that count, within the window and in their order.
    pub(super) pieces: Vec<Span>,
    /// Their length, and its bounds.
    pub(super) time: Bounded,
    /// What answers allow, within the window.
    pub(super) possible: Option<Span>,
    /// How long, within the window, there was either this one or the one that follows it, whichever of them it was.
    pub(super) shared: Duration,
    /// Whether its end was seen, or the server had given it.
    pub(super) is_finished: bool,
    /// Whether it goes on at the last answer, which is one of the window.
    pub(super) is_open: bool,
    /// Whether it counts. One that ended before the window, as far as is known, may still have reached into it.
    pub(super) is_in_window: bool,
}

impl Measured<'_> {
    /// When it was seen first and last within the window.
    pub(super) fn activity(&self) -> impl Iterator<Item = Timestamp> {
        let ends = self.pieces.first().zip(self.pieces.last()).map(|(first, last)| [first.from, last.to]);
        ends.unwrap_or([self.interval.start_hi; 2]).into_iter()
    }
}

/// The breaks or wrap-ups of `intervals` that may reach into `window`, in the order of their starts.
pub(super) fn measure<'i>(
    intervals: &'i [Interval],
    coverage: &[Coverage],
    part: FollowedPart,
    window: Span,
) -> Vec<Measured<'i>> {
    let cover = Cover::of(coverage, part);
    let of_part = intervals.iter().filter(|it| it.part == part);
    let mut wholes: Vec<(&Interval, Span)> = of_part.map(|it| (it, best(it, &cover))).collect();
    wholes.sort_by_key(|(_, whole)| whole.from);
    // Where no answer has denied the first of two, the second one's start ends it.
    for place in 1..wholes.len() {
        let (next, Span { from: next_from, .. }) = wholes[place];
        let (interval, whole) = &mut wholes[place - 1];
        if interval.end_hi == Some(next.start_hi) {
            whole.to = next_from.max(whole.from);
        } else if interval.end_lo <= next_from {
            whole.to = whole.to.min(next_from);
        }
    }
    // Of what a clock showed twice, each moment counts once.
    let (mut counted, mut shown) = (Timestamp::MIN, Timestamp::MIN);
    let mut measured = Vec::new();
    for (place, (interval, whole)) in wholes.iter().copied().enumerate() {
        let Some(possible) = possible(interval, whole, window) else { continue };
        let span = |from, to: Timestamp| Span { from, to: to.max(from) };
        let rest = span(whole.from.max(counted), whole.to);
        counted = counted.max(whole.to);
        let certain = span(interval.start_hi.max(shown), interval.end_lo);
        shown = shown.max(interval.end_lo);
        let pieces: Vec<Span> = match rest.common(window) {
            Some(rest) if is_vouched_for(interval) => vec![rest],
            Some(rest) => cover.pieces(rest).collect(),
            None => vec![],
        };
        let seconds: Duration = pieces.iter().map(|piece| piece.length()).sum();
        let min = certain.common(window).map_or(Duration::ZERO, |certain| cover.within(certain));
        // What is of this one or of its neighbour is of this one if the neighbour was not in the window at all.
        let is_here =
            |(interval, whole): &(&Interval, Span)| self::possible(interval, *whole, window).is_some();
        let before = place.checked_sub(1).map(|before| &wholes[before]);
        let before = before.map(|one| (is_here(one), shared(one.0, interval, &cover, window)));
        let after = wholes.get(place + 1).map(|one| (is_here(one), shared(interval, one.0, &cover, window)));
        let own = [before, after].into_iter().flatten().filter(|(is_here, _)| !is_here);
        let min = min + own.map(|(_, length)| length).sum::<Duration>();
        let is_in_window = whole.from < window.to && (window.from < whole.to || window.from <= whole.from);
        measured.push(Measured {
            interval,
            whole,
            pieces,
            time: Bounded { seconds, min: min.min(seconds), max: possible.length().max(seconds) },
            possible: (possible.from < possible.to).then_some(possible),
            shared: after.map_or(Duration::ZERO, |(_, length)| length),
            is_finished: is_finished(interval, &cover),
            is_open: interval.open && interval.end_lo <= window.to,
            is_in_window,
        });
    }
    measured
}

/// Where no answer parts two, nothing shows when the one ended and the other began. But there was always one of them, except
/// for a pause that is shorter than the time between two answers.
fn shared(one: &Interval, next: &Interval, cover: &Cover, window: Span) -> Duration {
    let unsure = Span { from: one.end_lo, to: next.start_hi.max(one.end_lo) };
    if !next.follows || one.end_hi != Some(next.start_hi) {
        return Duration::ZERO;
    }
    unsure
        .common(window)
        .map_or(Duration::ZERO, |unsure| cover.within(unsure))
        .saturating_sub(cover.longest_pause())
}

/// The length of all of them, and its bounds. What answers allow to two of them is allowed once, and what they show to be of
/// one of two is shown if both are among these.
pub(super) fn sum<'m, 'i: 'm>(measured: impl IntoIterator<Item = &'m Measured<'i>>) -> Bounded {
    let measured: Vec<&Measured<'_>> = measured.into_iter().collect();
    let seconds: Duration = measured.iter().map(|one| one.time.seconds).sum();
    let shown: Duration = measured.iter().map(|one| one.time.min).sum();
    let is_among = |pair: &&[&Measured<'_>]| pair[0].interval.end_hi == Some(pair[1].interval.start_hi);
    let shared: Duration = measured.windows(2).filter(is_among).map(|pair| pair[0].shared).sum();
    let min = (shown + shared).min(seconds);
    let mut spans: Vec<Span> = measured.iter().filter_map(|one| one.possible).collect();
    spans.sort_unstable_by_key(|span| span.from);
    let (mut max, mut until) = (Duration::ZERO, Timestamp::MIN);
    for Span { from, to } in spans {
        let from = from.max(until);
        until = until.max(to);
        max += Span { from, to: to.max(from) }.length();
    }
    Bounded { seconds, min, max: max.max(seconds) }
}

/// From when until when it went on, as far as is known: by the server where that lies within what answers allow.
fn best(interval: &Interval, cover: &Cover) -> Span {
    let Interval { start_lo, start_hi, end_lo, .. } = *interval;
    let denied = start_lo.unwrap_or(Timestamp::MIN);
    // A start of long before an answer that denied it is wrong.
    let is_right = |since: &Timestamp| since.checked_add(UNSURE).is_ok_and(|latest| denied <= latest);
    let from = since(interval).filter(is_right).unwrap_or(start_hi).max(denied).min(start_hi);
    let ends_at = interval.ends_at.map(|ends_at| interval.by_our_clock(ends_at));
    let to = match (interval.end_hi, ends_at) {
        (Some(end_hi), Some(ends_at)) => ends_at.clamp(end_lo, end_hi.max(end_lo)),
        (Some(end_hi), None) if cover.holds(Span { from: end_lo, to: end_hi }) => end_hi,
        _ => end_lo,
    };
    Span { from, to: to.max(start_hi) }
}

/// What answers and the server's start allow, of the window; also if that is no time at all, but counts.
fn possible(interval: &Interval, whole: Span, window: Span) -> Option<Span> {
    let since = since(interval).and_then(|since| since.checked_sub(UNSURE).ok()).unwrap_or(Timestamp::MIN);
    let from = interval.start_lo.unwrap_or(Timestamp::MIN).max(since).min(whole.from);
    let to = match interval.end_hi {
        Some(end_hi) => end_hi.max(whole.to),
        None if interval.open => window.to.max(whole.to),
        None => whole.to,
    };
    let possible = Span { from: from.max(window.from), to: to.min(window.to) };
    (possible.from <= possible.to && from < window.to).then_some(possible)
}

/// The start that the server gave. One that is still to come as an answer shows the break is by another clock than ours.
fn since(interval: &Interval) -> Option<Timestamp> {
    interval.since.map(|since| interval.by_our_clock(since)).filter(|since| *since <= interval.start_hi)
}

/// Whether what goes on after a hole is what went on before it: by its start or its call. Else it counts only while answers
/// came.
fn is_vouched_for(interval: &Interval) -> bool {
    interval.since.is_some() || interval.call_id.is_some()
}

fn is_finished(interval: &Interval, cover: &Cover) -> bool {
    interval.end_hi.is_some_and(|end_hi| {
        interval.ends_at.is_some() || cover.holds(Span { from: interval.end_lo, to: end_hi })
    })
}
