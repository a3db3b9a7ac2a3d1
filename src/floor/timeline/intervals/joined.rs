//! The breaks and wrap-ups of one agent whom several profiles have seen, each of them once: what two of them saw at a time is
//! one, and so is what one of them saw last and another one went on to see, unless an answer denied it in between or the
//! server says that it is another.

use jiff::{SignedDuration, Timestamp};

use crate::floor::event::FollowedPart;
use crate::floor::timeline::intervals::looks::Looks;
use crate::floor::timeline::intervals::{Interval, intervals};
use crate::floor::timeline::{INTERVALS, Seen};

#[cfg(test)]
mod tests;

/// Starts that are no further apart may be one: a minute by which a server may round, and half a minute by which the clocks
/// of its machines may differ.
const SAME_START: SignedDuration = SignedDuration::from_secs(90);

/// The breaks and wrap-ups that these have seen of one agent, in the order in which they were first shown.
#[must_use]
pub fn joined(seen: &[Seen<'_>]) -> Vec<Interval> {
    let of_each = seen.iter().map(|seen| {
        let events = seen.events.iter().map(|recorded| &recorded.event);
        intervals(events, seen.coverage)
    });
    let mut of_each: Vec<Vec<Interval>> = of_each.collect();
    if let [_] = &of_each[..] {
        return of_each.remove(0);
    }
    let parts = [FollowedPart::Breaks, FollowedPart::Wrapups];
    let mut all: Vec<Interval> = parts.into_iter().flat_map(|part| of_part(part, seen, &of_each)).collect();
    all.sort_by_key(|interval| interval.start_hi);
    all
}

fn of_part(part: FollowedPart, seen: &[Seen<'_>], of_each: &[Vec<Interval>]) -> Vec<Interval> {
    let pairs = seen.iter().zip(of_each);
    let views = pairs.map(|(seen, all)| View {
        looks: Looks::of(seen.coverage, part),
        own: all.iter().filter(|it| it.part == part).cloned().collect(),
    });
    let views: Vec<View<'_>> = views.collect();
    let parted = views.iter().map(|view| view.own.iter().flat_map(|it| view.parted(it, &views)).collect());
    let parted: Vec<Vec<Interval>> = parted.collect();
    let mut all: Vec<(usize, &Interval)> =
        parted.iter().enumerate().flat_map(|(by, own)| own.iter().map(move |it| (by, it))).collect();
    all.sort_by_key(|(_, interval)| interval.start_hi);
    let mut groups: Vec<Group<'_>> = vec![];
    for (by, interval) in all {
        if let Some(last) = groups.last_mut().filter(|last| last.takes(by, interval, &views)) {
            last.members.push((by, interval));
            continue;
        }
        // What others still see of the last one, they see of this one.
        let goes_on = |member: &&(usize, &Interval)| interval.start_hi < member.1.end_lo;
        let last = groups.last().map(|last| &last.members[..]).unwrap_or_default();
        let others = last.iter().filter(goes_on).copied();
        let members = [(by, interval)].into_iter().chain(others).collect();
        groups.push(Group { members });
    }
    let next_starts = groups.iter().skip(1).map(|group| Some(group.first().start_hi)).chain([None]);
    let mut joined: Vec<Interval> = vec![];
    for (group, next) in groups.iter().zip(next_starts) {
        let one = group.joined(joined.last(), next, &views);
        joined.push(one);
    }
    joined
}

/// What one profile has seen of one part.
struct View<'c> {
    looks: Looks<'c>,
    own: Vec<Interval>,
}

impl View<'_> {
    /// What this one took for one because it had no answer meanwhile, in the pieces between which others were denied it.
    fn parted(&self, own: &Interval, views: &[View<'_>]) -> Vec<Interval> {
        let mut pieces = vec![own.clone()];
        for pair in self.looks.rows.windows(2) {
            let (last, next) = (pair[0].to, pair[1].from);
            if last < own.start_hi || own.end_lo < next {
                continue;
            }
            let denied =
                views.iter().filter_map(|view| view.denied_after(last)).min().filter(|it| *it < next);
            let (Some(denied), Some(piece)) = (denied, pieces.last_mut()) else { continue };
            let until = views.iter().filter_map(|view| view.denied_before(next)).max();
            let until = until.unwrap_or(denied).max(denied);
            let is_of_the_next = |since: &Timestamp| {
                own.by_our_clock(*since).checked_add(SAME_START).is_ok_and(|it| until <= it)
            };
            let since = own.since.filter(is_of_the_next);
            let rest = Interval { start_lo: Some(until), start_hi: next, since, ..piece.clone() };
            (piece.end_lo, piece.end_hi, piece.open) = (last, Some(denied), false);
            pieces.push(rest);
        }
        pieces
    }

    /// The last answer until `at` that denied anything, or a moment before it.
    fn denied_before(&self, at: Timestamp) -> Option<Timestamp> {
        let look = self.looks.before(at).filter(|look| self.showing(*look).is_none());
        let next = self.own.partition_point(|it| it.start_hi <= at);
        let around = self.own[..next].iter().rev().take(2);
        let edges = around.flat_map(|it| [it.start_lo, it.end_hi.filter(|end| !self.begins_at(*end))]);
        edges.flatten().filter(|edge| *edge <= at).chain(look).max()
    }

    /// The first answer from `at` on that denied anything, or a moment after it.
    fn denied_after(&self, at: Timestamp) -> Option<Timestamp> {
        if let Some(own) = self.showing(at) {
            return match own.end_hi {
                Some(end) if self.begins_at(end) => self.denied_after(end),
                end => end,
            };
        }
        let look = self.looks.after(at)?;
        match self.showing(look) {
            // Only what denied it before that is one.
            Some(own) => own.start_lo.is_some_and(|lo| at <= lo).then_some(own.start_hi),
            None => Some(look),
        }
    }

    fn showing(&self, at: Timestamp) -> Option<&Interval> {
        let next = self.own.partition_point(|it| it.start_hi <= at);
        self.own[..next].last().filter(|it| at <= it.end_lo || it.end_hi.is_some_and(|end| at < end))
    }

    /// Whether another one begins there, so that nothing was denied.
    fn begins_at(&self, at: Timestamp) -> bool {
        self.own.binary_search_by_key(&at, |it| it.start_hi).is_ok()
    }
}

/// What is one, as each profile saw it.
struct Group<'i> {
    members: Vec<(usize, &'i Interval)>,
}

impl Group<'_> {
    fn first(&self) -> &Interval {
        self.members[0].1
    }

    /// Until when it was shown, as far as nobody denied it before.
    fn end_lo(&self) -> Timestamp {
        let shown = self.members.iter().map(|(_, it)| it.end_lo).max();
        shown.unwrap_or(self.first().end_lo).min(self.end_hi().unwrap_or(Timestamp::MAX))
    }

    fn end_hi(&self) -> Option<Timestamp> {
        self.members.iter().filter_map(|(_, it)| it.end_hi).min()
    }

    /// Whether `next`, which was shown later, is the same.
    fn takes(&self, by: usize, next: &Interval, views: &[View<'_>]) -> bool {
        let is_apart_for_it = self.members.iter().any(|(owner, _)| *owner == by);
        let is_other_call = |call: &String| next.call_id.as_ref().is_some_and(|other| other != call);
        let call = self.members.iter().find_map(|(_, it)| it.call_id.as_ref());
        if is_apart_for_it || call.is_some_and(is_other_call) {
            return false;
        }
        let end_lo = self.end_lo();
        if next.start_hi <= end_lo {
            return true;
        }
        let began = next.since.map(|since| next.by_our_clock(since));
        let is_other_start =
            began.is_some_and(|began| began > end_lo.saturating_add(SAME_START).unwrap_or(end_lo));
        let denied = views.iter().filter_map(|view| view.denied_after(end_lo)).min();
        !is_other_start && denied.is_none_or(|denied| next.start_hi < denied)
    }

    /// All of them as one, after the one `before` it. `next` is when the next one was shown.
    fn joined(&self, before: Option<&Interval>, next: Option<Timestamp>, views: &[View<'_>]) -> Interval {
        let first = self.first();
        let earliest = before.map_or(Timestamp::MIN, |before| before.start_hi);
        let all = || self.members.iter().map(|(_, it)| *it);
        let denied = views.iter().filter_map(|view| view.denied_before(first.start_hi)).max();
        let end_lo = self.end_lo().max(first.start_hi);
        let ended = views.iter().filter_map(|view| view.denied_after(end_lo)).min();
        let end_hi = [self.end_hi(), ended, next].into_iter().flatten().min().map(|end| end.max(end_lo));
        let last = all().max_by_key(|it| it.end_lo).unwrap_or(first);
        let given = all().find(|it| it.since.is_some() || it.ends_at.is_some()).unwrap_or(first);
        let reasons = all().map(|it| &it.reasons).find(|reasons| !reasons.is_empty());
        Interval {
            start_lo: denied.map(|denied| denied.max(earliest).min(first.start_hi)),
            end_lo,
            end_hi,
            left_at: last.left_at.filter(|_| end_hi.is_none()),
            follows: before.is_some_and(|before| before.end_hi == Some(first.start_hi)),
            open: end_hi.is_none() && last.open,
            reasons: reasons.cloned().unwrap_or_default(),
            since: given.since,
            ends_at: given.ends_at,
            ahead: given.ahead,
            clock_set: all().find_map(|it| it.clock_set.clone()),
            call_id: all().find_map(|it| it.call_id.clone()),
            customer: all().find_map(|it| it.customer.clone()),
            ..first.clone()
        }
    }
}

impl Looks<'_> {
    /// The first answer after `at`, or a moment after it.
    fn after(&self, at: Timestamp) -> Option<Timestamp> {
        let next = self.rows.partition_point(|row| row.from <= at);
        let row = next.checked_sub(1).map(|place| self.rows[place]).filter(|row| at < row.to);
        let Some(row) = row else { return self.rows.get(next).map(|row| row.from) };
        let apart = SignedDuration::try_from(row.cadence * INTERVALS).unwrap_or(SignedDuration::MAX);
        Some(at.checked_add(apart).unwrap_or(Timestamp::MAX).min(row.to))
    }
}
