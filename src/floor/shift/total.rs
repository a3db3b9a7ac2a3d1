//! The shifts of several agents together.

use std::time::Duration;

use jiff::SignedDuration;

use crate::floor::shift::breaks::{OverLimit, ReasonShare, longest_first};
use crate::floor::shift::wrapups::{mean, p90};
use crate::floor::shift::{AgentShift, Bounded, BreakFigures, KindCount};
use crate::words::plain;

/// What all agents' shifts have come to. A figure is of the agents for whom it is known, and `None` if it is for none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Total {
    /// How many agents there are.
    pub agents: usize,
    /// The smallest part of the window that is covered for one of them, from 0 to 1.
    pub covered_least: Option<f64>,
    /// The mean part.
    pub covered_mean: Option<f64>,
    /// The time that is covered, in sum.
    pub covered: Duration,
    pub breaks: Option<u32>,
    pub break_time: Option<Bounded>,
    /// `longest` is that of one break, and what is allowed is for all whose breaks are known: also for those who had none for
    /// this reason.
    pub by_reason: Vec<ReasonShare>,
    /// What those are allowed whose breaks are known.
    pub allowance: Option<Duration>,
    pub balance: Option<SignedDuration>,
    pub over_limit: Option<OverLimit>,
    pub wrapups: Option<u32>,
    /// How long wrap-ups were in sum.
    pub wrapup_time: Option<Bounded>,
    /// Of all that are finished, whosever they were: so agents count by how many they had.
    pub wrapup_mean: Option<Duration>,
    pub wrapup_p90: Option<Duration>,
    pub wrapup_max: Option<Duration>,
    pub tags_by_kind: Option<Vec<KindCount>>,
    /// A customer whom two agents missed counts for both.
    pub missed_customers: Option<u32>,
    pub missed_not_called_back: Option<u32>,
}

/// What these shifts of one window have come to.
#[must_use]
pub fn total<'a>(agents: impl IntoIterator<Item = &'a AgentShift>) -> Total {
    let agents: Vec<&AgentShift> = agents.into_iter().collect();
    let shares = || agents.iter().map(|agent| agent.covered_share);
    let breaks = || agents.iter().filter_map(|agent| agent.breaks.as_ref());
    let wrapups = || agents.iter().filter_map(|agent| agent.wrapups.as_ref());
    let tags = || agents.iter().filter_map(|agent| agent.tags.as_ref());
    let mut finished: Vec<Duration> = wrapups().flat_map(|of| of.finished.iter().copied()).collect();
    finished.sort_unstable();
    Total {
        agents: agents.len(),
        covered_least: shares().reduce(f64::min),
        covered_mean: mean_share(&agents),
        covered: agents.iter().map(|agent| agent.covered).sum(),
        breaks: add(breaks().map(BreakFigures::count), u32::saturating_add),
        break_time: add(breaks().map(|of| of.time), Bounded::plus),
        by_reason: by_reason(&breaks().collect::<Vec<_>>()),
        allowance: add(breaks().filter_map(|of| of.allowance), Duration::saturating_add),
        balance: add(breaks().filter_map(|of| of.balance), SignedDuration::saturating_add),
        over_limit: add(breaks().filter_map(|of| of.over_limit), |one, other| OverLimit {
            count: one.count + other.count,
            time: one.time + other.time,
        }),
        wrapups: add(wrapups().map(|of| of.count), u32::saturating_add),
        wrapup_time: add(wrapups().map(|of| of.time), Bounded::plus),
        wrapup_mean: mean(&finished),
        wrapup_p90: p90(&finished),
        wrapup_max: finished.last().copied(),
        tags_by_kind: add(tags().map(|of| of.by_kind.clone()), add_kinds),
        missed_customers: add(tags().filter_map(|of| of.missed_customers), u32::saturating_add),
        missed_not_called_back: add(tags().filter_map(|of| of.missed_not_called_back), u32::saturating_add),
    }
}

impl Bounded {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self { seconds: self.seconds + other.seconds, min: self.min + other.min, max: self.max + other.max }
    }
}

fn add<T>(figures: impl Iterator<Item = T>, plus: impl Fn(T, T) -> T) -> Option<T> {
    figures.reduce(plus)
}

fn mean_share(agents: &[&AgentShift]) -> Option<f64> {
    let count = u32::try_from(agents.len()).ok().filter(|count| *count > 0)?;
    Some(agents.iter().map(|agent| agent.covered_share).sum::<f64>() / f64::from(count))
}

fn by_reason(breaks: &[&BreakFigures]) -> Vec<ReasonShare> {
    let agents = u32::try_from(breaks.len()).unwrap_or(u32::MAX);
    let mut sums: Vec<ReasonShare> = Vec::new();
    for share in breaks.iter().flat_map(|of| &of.by_reason) {
        let is_same =
            |sum: &&mut ReasonShare| sum.reason.as_deref().map(plain) == share.reason.as_deref().map(plain);
        let Some(sum) = sums.iter_mut().find(is_same) else {
            let allowance = share.allowance.map(|of_one| of_one.saturating_mul(agents));
            sums.push(ReasonShare { allowance, ..share.clone() });
            continue;
        };
        sum.count += share.count;
        sum.time = sum.time.plus(share.time);
        sum.longest = sum.longest.max(share.longest);
        sum.over = sum.over.zip(share.over).map(|(one, other)| one + other);
        sum.is_open |= share.is_open;
    }
    longest_first(&mut sums);
    sums
}

fn add_kinds(mut sums: Vec<KindCount>, more: Vec<KindCount>) -> Vec<KindCount> {
    for kind in more {
        match sums.iter_mut().find(|sum| sum.folded() == kind.folded()) {
            Some(sum) => sum.count += kind.count,
            None => sums.push(kind),
        }
    }
    sums.sort_by_key(|kind| std::cmp::Reverse(kind.count));
    sums
}
