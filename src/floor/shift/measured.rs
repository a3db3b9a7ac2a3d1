//! Breaks and wrap-ups as they lie in a window, each with what answers showed of it, what they allow, and the best that is
//! known.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::floor::event::FollowedPart;
use crate::floor::shift::Bounded;
use crate::floor::shift::cover::Cover;
use crate::floor::timeline::intervals::Interval;
use crate::floor::timeline::{Coverage, Span};

use once::Once;
use set::{pieces_if_set, possible_if_set};

mod once;
mod set;

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
    /// What answers allow, within the window and in its order.
    pub(super) possible: Vec<Span>,
    /// How long, within the window, there was either this one or the one that follows it, whichever of them it was.
    pub(super) shared: Duration,
    /// Whether its end was seen, or the server had given it.
    pub(super) is_finished: bool,
    /// Whether it goes on at the last answer, and the next one is not late as the window ends.
    pub(super) is_open: bool,
    /// Whether it counts. One that ended before the window, as far as is known, may still have reached into it.
    pub(super) is_in_window: bool,
}

/// Where in the window one may have been, and for how long in sum.
struct Reach {
    spans: Vec<Span>,
    most: Duration,
}

impl Measured<'_> {
    /// From when until when it was within the window, as far as is known.
    pub(super) fn span(&self, window: Span) -> Span {
        let pieces = || Some(Span { from: self.pieces.first()?.from, to: self.pieces.last()?.to });
        let at = self.whole.from.max(window.from);
        self.whole.common(window).or_else(pieces).unwrap_or(Span { from: at, to: at })
    }

    /// When it was seen first and last within the window.
    pub(super) fn activity(&self) -> impl Iterator<Item = Timestamp> {
        let ends = self.pieces.first().zip(self.pieces.last()).map(|(first, last)| [first.from, last.to]);
        ends.unwrap_or([self.interval.start_hi; 2]).into_iter()
    }
}

/// The breaks or wrap-ups of `intervals` that may reach into `window`, in the order in which they were first shown. What one
/// that was shown later is said to have been before does not take the time of what was shown then.
pub(super) fn measure<'i>(
    intervals: &'i [Interval],
    coverage: &[Coverage],
    part: FollowedPart,
    window: Span,
) -> Vec<Measured<'i>> {
    let cover = Cover::of(coverage, part);
    let of_part = intervals.iter().filter(|it| it.part == part);
    let mut wholes: Vec<(&Interval, Span)> = of_part.map(|it| (it, best(it, &cover, coverage))).collect();
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
    let reaches: Vec<Option<Reach>> = wholes.iter().map(|one| reach(*one, &cover, window)).collect();
    let (pieces, certain, shares) = counted(&wholes, &cover, window);
    let mut measured = Vec::new();
    for ((place, (interval, whole)), pieces) in wholes.iter().copied().enumerate().zip(pieces) {
        let Some(Reach { spans: possible, most }) = &reaches[place] else { continue };
        let seconds: Duration = pieces.iter().map(|piece| piece.length()).sum();
        // What is of this one or of its neighbour is of this one if the neighbour was not in the window at all.
        let reaches_in = |place: usize| reaches.get(place).is_none_or(Option::is_some);
        let before = place.checked_sub(1).filter(|before| !reaches_in(*before)).map(|before| shares[before]);
        let after = shares.get(place).copied().filter(|_| !reaches_in(place + 1));
        let min = [Some(certain[place]), before, after].into_iter().flatten().sum::<Duration>();
        // One during which our clock was set is there where it counts.
        let was_there = interval.clock_set.is_none() && window.from < whole.to || window.from <= whole.from;
        let is_in_window = !pieces.is_empty() || was_there && whole.from < window.to;
        let max = length(possible).min(*most);
        measured.push(Measured {
            interval,
            whole,
            pieces,
            time: Bounded { seconds, min: min.min(seconds), max: max.max(seconds) },
            possible: possible.clone(),
            shared: shares.get(place).copied().unwrap_or_default(),
            is_finished: is_finished(interval, &cover),
            is_open: interval.open && goes_on(interval.end_lo, &cover, window),
            is_in_window,
        });
    }
    measured
}

/// Whether answers came until the window ended, if `last` is the last one that showed something. Else nobody knows whether it
/// still went on then.
fn goes_on(last: Timestamp, cover: &Cover, window: Span) -> bool {
    let answered = cover.around(last).map_or(last, |span| span.to.max(last));
    let waited = Duration::try_from(window.to.duration_since(answered)).unwrap_or_default();
    last <= window.to && waited <= cover.longest_pause()
}

/// The pieces of each that count, how long answers surely showed it, and how long it was either it or the next one. Of what a
/// clock showed twice, each moment counts once, and first for what is certain.
fn counted(
    wholes: &[(&Interval, Span)],
    cover: &Cover,
    window: Span,
) -> (Vec<Vec<Span>>, Vec<Duration>, Vec<Duration>) {
    let (mut counted, mut shown) = (Once::default(), Once::default());
    let mut pieces: Vec<Vec<Span>> = vec![vec![]; wholes.len()];
    for is_set in [false, true] {
        let of_these = wholes.iter().enumerate().filter(|(_, one)| one.0.clock_set.is_some() == is_set);
        for (place, (interval, whole)) in of_these {
            let own: Vec<Span> = match &interval.clock_set {
                Some(set) => pieces_if_set(interval, set, cover),
                None if is_vouched_for(interval) => vec![*whole],
                None => cover.pieces(*whole).collect(),
            };
            let own = own.into_iter().filter_map(|piece| piece.common(window));
            pieces[place] = counted.take(own.collect());
        }
    }
    let mut length = |span: Option<Span>| -> Duration {
        let spans = shown.take(span.and_then(|span| span.common(window)).into_iter().collect());
        spans.into_iter().map(|span| cover.within(span)).sum()
    };
    let certain = |(interval, _): &(&Interval, Span)| {
        let certain = Span { from: interval.start_hi, to: interval.end_lo };
        length(Some(certain).filter(|_| interval.clock_set.is_none()))
    };
    let certain: Vec<Duration> = wholes.iter().map(certain).collect();
    let share = |pair: &[(&Interval, Span)]| {
        length(shared(pair[0].0, pair[1].0)).saturating_sub(cover.longest_pause())
    };
    (pieces, certain, wholes.windows(2).map(share).collect())
}

/// Where no answer parts two, nothing shows when the one ended and the other began. But there was always one of them, except
/// for a pause that is shorter than the time between two answers. Of one during which our clock was set, nothing is certain.
fn shared(one: &Interval, next: &Interval) -> Option<Span> {
    let is_set = one.clock_set.is_some() || next.clock_set.is_some();
    let is_shared = !is_set && next.follows && one.end_hi == Some(next.start_hi);
    is_shared.then(|| Span { from: one.end_lo, to: next.start_hi.max(one.end_lo) })
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
    // What each moment of our clock allows counts once, and of one during which it was set no more than the server's shows.
    let is_set = |one: &&Measured<'_>| one.interval.clock_set.is_some();
    let (set, other): (Vec<_>, Vec<&Measured<'_>>) = measured.into_iter().partition(is_set);
    let mut spans: Vec<Span> = other.iter().flat_map(|one| &one.possible).copied().collect();
    let mut max = length(&spans);
    for one in set {
        let before = length(&spans);
        spans.extend(&one.possible);
        max += length(&spans).saturating_sub(before).min(one.time.max);
    }
    Bounded { seconds, min, max: max.max(seconds) }
}

/// How long these are in sum, each moment of them once.
fn length(spans: &[Span]) -> Duration {
    let mut spans = spans.to_vec();
    spans.sort_unstable_by_key(|span| span.from);
    let mut until = Timestamp::MIN;
    let mut length = Duration::ZERO;
    for Span { from, to } in spans {
        let from = from.max(until);
        until = until.max(to);
        length += Span { from, to: to.max(from) }.length();
    }
    length
}

/// From when until when it went on, as far as is known: by the server where that lies within what answers allow.
fn best(interval: &Interval, cover: &Cover, coverage: &[Coverage]) -> Span {
    let Interval { start_lo, start_hi, end_lo, .. } = *interval;
    let denied = start_lo.unwrap_or(Timestamp::MIN);
    // A start of long before an answer that denied it is wrong.
    let is_right = |since: &Timestamp| since.checked_add(UNSURE).is_ok_and(|latest| denied <= latest);
    let from = since(interval).filter(is_right).unwrap_or(start_hi).max(denied).min(start_hi);
    let ends_at = interval.ends_at.map(|ends_at| interval.by_our_clock(ends_at));
    let is_answered_until = |end| cover.holds(Span { from: end_lo, to: end });
    let to = match (interval.end_hi, ends_at) {
        (Some(end_hi), Some(ends_at)) => ends_at.clamp(end_lo, end_hi.max(end_lo)),
        (Some(end_hi), None) if is_answered_until(end_hi) => end_hi,
        (Some(_), None) => end_lo,
        (None, ends_at) => {
            let until = match interval.left_at {
                // It may have gone on until the answers were about another agent.
                Some(left_at) if is_answered_until(left_at) => left_at,
                None if interval.open => goes_on_until(interval, coverage),
                _ => end_lo,
            };
            ends_at.map_or(until, |ends_at| ends_at.clamp(end_lo, until))
        }
    };
    Span { from, to: to.max(start_hi) }
}

/// How far the coverage reaches that begins with the last answer, which is of one that goes on; else that answer.
fn goes_on_until(interval: &Interval, coverage: &[Coverage]) -> Timestamp {
    let going_on = coverage.iter().filter(|row| row.part == interval.part && row.from == interval.end_lo);
    going_on.map(|row| row.to).max().unwrap_or(interval.end_lo).max(interval.end_lo)
}

/// Where in the window one may have been; `None` if it was not in it.
fn reach((interval, whole): (&Interval, Span), cover: &Cover, window: Span) -> Option<Reach> {
    if let Some(set) = &interval.clock_set {
        let reach = possible_if_set(interval, set, whole, cover, window);
        return (!reach.spans.is_empty()).then_some(reach);
    }
    let possible = possible(interval, whole, cover, window)?;
    Some(Reach { spans: possible.common(window).into_iter().collect(), most: Duration::MAX })
}

/// What answers and the server's start allow, of the window; also if that is no time at all, but counts.
fn possible(interval: &Interval, whole: Span, cover: &Cover, window: Span) -> Option<Span> {
    let since = since(interval).and_then(|since| since.checked_sub(UNSURE).ok()).unwrap_or(Timestamp::MIN);
    let from = earliest(interval).max(since).min(whole.from);
    let to = match interval.latest_end() {
        Some(latest_end) => latest_end.max(whole.to),
        None if interval.open => may_go_on_until(whole.to, cover, window),
        None => whole.to,
    };
    let possible = Span { from: from.max(window.from), to: to.min(window.to) };
    (possible.from <= possible.to && from < window.to).then_some(possible)
}

/// Before that it had not begun, as answers show, or else the start that the server gave.
fn earliest(interval: &Interval) -> Timestamp {
    let since = || since(interval).and_then(|since| since.checked_sub(UNSURE).ok());
    interval.start_lo.or_else(since).unwrap_or(Timestamp::MIN)
}

/// What goes on at the last answer may go on until now; but not at times that our clock had shown before it was set back, and
/// that answers have covered.
fn may_go_on_until(last: Timestamp, cover: &Cover, window: Span) -> Timestamp {
    cover.next(last).unwrap_or(window.to).min(window.to).max(last)
}

/// The start that the server gave. One that is still to come as an answer shows the break is by another clock than ours.
fn since(interval: &Interval) -> Option<Timestamp> {
    interval.since.map(|since| interval.by_our_clock(since)).filter(|since| *since <= interval.start_hi)
}

/// Whether what goes on after a hole is what went on before it: by its start or its call. Else it counts only while answers
/// came; also if our clock was set meanwhile, so that nothing shows how long the hole was.
fn is_vouched_for(interval: &Interval) -> bool {
    interval.clock_set.is_none() && (interval.since.is_some() || interval.call_id.is_some())
}

/// Whether it is known how long it was.
fn is_finished(interval: &Interval, cover: &Cover) -> bool {
    let end_hi = interval.end_hi.filter(|_| interval.clock_set.is_none());
    end_hi.is_some_and(|end_hi| {
        interval.ends_at.is_some() || cover.holds(Span { from: interval.end_lo, to: end_hi })
    })
}
