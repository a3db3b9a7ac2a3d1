//! The breaks of a shift: how many, how long, for which reason, against what is allowed.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::time::Duration;

use jiff::SignedDuration;

use crate::floor::alerts::Limit;
use crate::floor::event::AlertWhat;
use crate::floor::shift::measured::{Measured, sum};
use crate::floor::shift::{Bounded, Rules};
use crate::floor::timeline::Span;
use crate::words::plain;

/// What is known of an agent's breaks.
#[derive(Clone, Debug, PartialEq)]
pub struct BreakFigures {
    /// Each break of the window, in the order of their starts.
    pub list: Vec<ShiftBreak>,
    /// How long they were in sum, within the window.
    pub time: Bounded,
    /// The same by reason, the longest time first. Their counts and `seconds` add up to those of all breaks. Bounds need
    /// not: what two reasons may share, each of them may have had.
    pub by_reason: Vec<ReasonShare>,
    /// How long all breaks together may be; `None` without such an allowance.
    pub allowance: Option<Duration>,
    /// What is left of the allowance; negative if it is exceeded.
    pub balance: Option<SignedDuration>,
    /// `None` without a limit for breaks.
    pub over_limit: Option<OverLimit>,
}

/// A break, of which the part within the window counts.
#[derive(Clone, Debug, PartialEq)]
pub struct ShiftBreak {
    /// Its first reason, as the server spelled it; `None` where it gave none.
    pub reason: Option<String>,
    /// From its start to its end, as far as is known, within the window.
    pub span: Span,
    /// How long it was within the window. Of a break that nothing shows to be one, only the times of answers count.
    pub time: Bounded,
    /// What of it is beyond the limit of its reason, within the window; the limit counts from its start, were that before the
    /// window. By the best figure, as `seconds` of `time` is.
    pub over: Option<Span>,
    /// Whether it goes on as the window ends, as far as answers show it.
    pub is_open: bool,
}

/// The breaks for one reason. Case, spaces, `_` and `-` make no other reason.
#[derive(Clone, Debug, PartialEq)]
pub struct ReasonShare {
    /// As the server spelled it first; `None` for the breaks for which it gave none.
    pub reason: Option<String>,
    /// How many there were.
    pub count: u32,
    /// How long they were, within the window.
    pub time: Bounded,
    /// How long the longest was, within the window.
    pub longest: Duration,
    pub allowance: Option<Duration>,
    /// How much longer they were than is allowed; zero if they were not.
    pub over: Option<Duration>,
    /// Whether one of them goes on at the last answer.
    pub is_open: bool,
}

/// The breaks that were longer than the limit of their reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OverLimit {
    pub count: u32,
    /// By how much, in sum, within the window.
    pub time: Duration,
}

impl BreakFigures {
    pub(super) fn of(measured: &[Measured<'_>], rules: &Rules<'_>) -> Self {
        let time = sum(measured);
        let in_window = measured.iter().filter(|one| one.is_in_window);
        let mut list: Vec<ShiftBreak> = in_window.map(|one| shift_break(one, rules)).collect();
        list.sort_by_key(|one| one.span.from);
        let has_limit = rules.limits.iter().any(|limit| limit.what() == AlertWhat::Break);
        let over = || {
            let spans = list.iter().filter_map(|one| one.over);
            spans.fold(OverLimit::default(), |sum, span| OverLimit {
                count: sum.count + 1,
                time: sum.time + span.length(),
            })
        };
        let allowance = rules.allowances.total();
        Self {
            by_reason: by_reason(measured, rules),
            allowance,
            balance: allowance.map(|allowance| balance(allowance, time.seconds)),
            over_limit: has_limit.then(over),
            time,
            list,
        }
    }

    /// How many there were.
    #[must_use]
    pub fn count(&self) -> u32 {
        u32::try_from(self.list.len()).unwrap_or(u32::MAX)
    }

    /// The longest within the window, of equal ones the first; `None` without a break.
    #[must_use]
    pub fn longest(&self) -> Option<&ShiftBreak> {
        self.list.iter().rev().max_by_key(|one| one.time.seconds)
    }

    /// What is over a limit, in its order.
    #[must_use]
    pub fn over(&self) -> Vec<Span> {
        self.list.iter().filter_map(|one| one.over).collect()
    }

    /// Whether a break goes on at the last answer.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.list.iter().any(|one| one.is_open)
    }
}

fn shift_break(one: &Measured<'_>, rules: &Rules<'_>) -> ShiftBreak {
    let reason = one.interval.reasons.first().cloned();
    ShiftBreak {
        span: one.span(rules.window),
        time: one.time,
        over: over_limit(one, rules),
        is_open: one.is_open,
        reason,
    }
}

/// By its best figure: a break counts as over its limit when its whole length, as it is shown, is. Of one during which our
/// clock was set, that is not known.
fn over_limit(one: &Measured<'_>, rules: &Rules<'_>) -> Option<Span> {
    if one.interval.clock_set.is_some() {
        return None;
    }
    let reason = one.interval.reasons.first().map(String::as_str);
    let limit = Limit::for_state(rules.limits, AlertWhat::Break, reason)?;
    let from = one.whole.from.checked_add(SignedDuration::from_secs(limit.critical())).ok()?;
    Span { from, to: one.whole.to }.common(rules.window)
}

fn by_reason(measured: &[Measured<'_>], rules: &Rules<'_>) -> Vec<ReasonShare> {
    let mut groups: Vec<Vec<&Measured<'_>>> = Vec::new();
    let mut places: HashMap<Option<String>, usize> = HashMap::new();
    for one in measured {
        let place = *places.entry(one.interval.reasons.first().map(|it| plain(it))).or_insert(groups.len());
        if place == groups.len() {
            groups.push(vec![]);
        }
        groups[place].push(one);
    }
    let shares = groups.into_iter().map(|group| reason_share(&group, rules));
    // One that ended before the window may have reached into it: that is in the bounds of all, and no reason of this window.
    let mut shares: Vec<ReasonShare> = shares.filter(|share| share.count > 0).collect();
    longest_first(&mut shares);
    shares
}

/// What took most of the time is read first.
pub(super) fn longest_first(shares: &mut [ReasonShare]) {
    shares.sort_by_key(|share| Reverse(share.time.seconds));
}

fn reason_share(group: &[&Measured<'_>], rules: &Rules<'_>) -> ReasonShare {
    let reason = group.iter().find_map(|one| one.interval.reasons.first().cloned());
    let allowance = reason.as_deref().and_then(|reason| rules.allowances.for_reason(reason));
    let time = sum(group.iter().copied());
    let count = group.iter().filter(|one| one.is_in_window).count();
    ReasonShare {
        reason,
        count: u32::try_from(count).unwrap_or(u32::MAX),
        time,
        longest: group.iter().map(|one| one.time.seconds).max().unwrap_or_default(),
        allowance,
        over: allowance.map(|allowance| time.seconds.saturating_sub(allowance)),
        is_open: group.iter().any(|one| one.is_open),
    }
}

fn balance(allowance: Duration, taken: Duration) -> SignedDuration {
    let signed = |length| SignedDuration::try_from(length).unwrap_or(SignedDuration::MAX);
    signed(allowance).saturating_sub(signed(taken))
}
