//! Parts of a second are dropped once, so that what is added up anywhere is the sum that is shown.

use std::time::Duration;

use jiff::SignedDuration;

use crate::floor::shift::{AgentShift, Bounded, BreakFigures};
use crate::words::plain;

impl AgentShift {
    /// Leaves whole seconds, by which the figures still add up.
    pub fn drop_parts_of_a_second(&mut self) {
        self.covered = whole(self.covered);
        if let Some(wrapups) = &mut self.wrapups {
            wrapups.finished.iter_mut().for_each(|length| *length = whole(*length));
            wrapups.time = in_bounds(whole(wrapups.time.seconds), wrapups.time);
        }
        if let Some(breaks) = &mut self.breaks {
            breaks.drop_parts_of_a_second();
        }
    }
}

impl BreakFigures {
    pub(super) fn drop_parts_of_a_second(&mut self) {
        for one in &mut self.list {
            one.time = in_bounds(whole(one.time.seconds), one.time);
        }
        for share in &mut self.by_reason {
            let folded = share.reason.as_deref().map(plain);
            let of_reason = self.list.iter().filter(|one| one.reason.as_deref().map(plain) == folded);
            let lengths = || of_reason.clone().map(|one| one.time.seconds);
            share.time = in_bounds(lengths().sum(), share.time);
            share.longest = lengths().max().unwrap_or_default();
            share.over = share.allowance.map(|allowance| share.time.seconds.saturating_sub(allowance));
        }
        self.time = in_bounds(self.list.iter().map(|one| one.time.seconds).sum(), self.time);
        let left = |allowance| signed(allowance).saturating_sub(signed(self.time.seconds));
        self.balance = self.allowance.map(left);
        if let Some(over) = &mut self.over_limit {
            over.time = whole(over.time);
        }
    }
}

fn whole(length: Duration) -> Duration {
    Duration::from_secs(length.as_secs())
}

fn signed(length: Duration) -> SignedDuration {
    SignedDuration::try_from(length).unwrap_or(SignedDuration::MAX)
}

fn in_bounds(seconds: Duration, Bounded { min, max, .. }: Bounded) -> Bounded {
    let up = whole(max + Duration::from_nanos(999_999_999));
    Bounded { seconds, min: whole(min).min(seconds), max: up.max(seconds) }
}
