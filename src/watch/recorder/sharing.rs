//! Who polls an agent that several processes follow: whoever holds its lease. The others read what he records.

use std::time::Duration;

use jiff::Timestamp;

use crate::floor::event::{FollowedPart, GapCause};
use crate::journal::is_recent;
use crate::watch::source::WatchScope;

/// What somebody else records of an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Holder {
    pub(crate) parts: Vec<FollowedPart>,
    pub(crate) cadence: Duration,
    pub(crate) newest_answer: Option<Timestamp>,
    /// Whether its process is at work: one that was stopped or hangs writes nothing.
    pub(crate) beats: bool,
}

/// Whoever polls so many times as slowly as we are to, polls too slowly for us.
const TOO_SLOW: u32 = 3;

impl Holder {
    /// Why nothing was recorded since its newest answer.
    pub(crate) fn cause_of_hole(&self) -> GapCause {
        if self.beats { GapCause::Outage } else { GapCause::TakenOver }
    }

    /// What of `scope` need not be polled, because the holder does, often enough for `interval`, and is answered.
    pub(crate) fn covers(&self, scope: WatchScope, interval: Duration, now: Timestamp) -> WatchScope {
        let is_fresh = is_recent(self.newest_answer, self.cadence, now);
        let is_quick = self.cadence < interval * TOO_SLOW;
        let covers = |part| is_fresh && is_quick && scope.includes(part) && self.parts.contains(&part);
        WatchScope {
            tags: covers(FollowedPart::Tags),
            breaks: covers(FollowedPart::Breaks),
            wrapups: covers(FollowedPart::Wrapups),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::samples::at;

    #[test]
    fn a_holder_is_read_who_polls_what_we_want_often_enough_and_is_answered() {
        use FollowedPart::{Breaks, Tags, Wrapups};
        let all = WatchScope { tags: true, breaks: true, wrapups: true };
        // Its parts, its cadence, the age of its newest answer; how many of the three parts it covers at 5 s.
        let table: [(&[FollowedPart], u64, Option<i64>, usize); 9] = [
            (&[Tags, Breaks, Wrapups], 5, Some(4), 3),
            (&[Tags], 5, Some(4), 1),
            (&[Tags, Breaks, Wrapups], 5, Some(15), 3),
            (&[Tags, Breaks, Wrapups], 5, Some(16), 0),
            (&[Tags, Breaks, Wrapups], 5, None, 0),
            // Another machine's second, and a clock that was set back.
            (&[Tags, Breaks, Wrapups], 5, Some(-1), 3),
            (&[Tags, Breaks, Wrapups], 5, Some(-3600), 0),
            (&[Tags, Breaks, Wrapups], 14, Some(20), 3),
            (&[Tags, Breaks, Wrapups], 15, Some(4), 0),
        ];
        for (parts, cadence, age, expected) in table {
            let newest_answer = age.map(|age| at(100 - age));
            let holder = Holder {
                parts: parts.to_vec(),
                cadence: Duration::from_secs(cadence),
                newest_answer,
                beats: true,
            };
            let covered = holder.covers(all, Duration::from_secs(5), at(100));
            let count = [Tags, Breaks, Wrapups].into_iter().filter(|part| covered.includes(*part)).count();
            assert_eq!(count, expected, "{holder:?}");
        }
    }
}
