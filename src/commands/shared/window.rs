//! The window of `--since` and `--until`.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::failure::Failure;
use crate::floor::answer::Tag;
use crate::floor::pause::WINDOW;
use crate::floor::timeline::Span;
use crate::moment::{is_time_of_day, moment};
use crate::output::text::times;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    pub(crate) since: Timestamp,
    pub(crate) until: Timestamp,
    /// Whether `--until` was typed.
    pub(crate) is_closed: bool,
}

impl Window {
    /// Reads what was typed for `--since` and `--until` relative to `now`, in the zone of the person who typed it.
    ///
    /// # Errors
    /// If a time is malformed, or `--since` is later than `--until`: exit code 2.
    pub(crate) fn of(typed: [Option<&str>; 2], now: Timestamp, zone: &TimeZone) -> Result<Self, Failure> {
        let here = now.to_zoned_datetime(zone.clone());
        let read = |option: &str, text: &str| {
            moment(text, &here).map_err(|error| Failure::usage(format!("{option}: {error}")))
        };
        let [since, until] = typed;
        let from = since.map_or(Ok(before(now, WINDOW)), |text| read("--since", text))?;
        let to = until.map_or(Ok(now), |text| read("--until", text))?;
        if from > to {
            return Err(reversed(typed, [from, to].map(|moment| times::clock(moment, now, zone))));
        }
        Ok(Self { since: from, until: to, is_closed: until.is_some() })
    }

    /// From then until now.
    pub(crate) fn since(since: Timestamp, now: Timestamp) -> Self {
        Self { since, until: now, is_closed: false }
    }

    /// Without `--until`, what is from the near future belongs to it too: the server's clock may be ahead of ours.
    pub(crate) fn contains(&self, time: Timestamp) -> bool {
        self.since <= time && (!self.is_closed || time <= self.until)
    }

    /// A notification without a time is kept (`api.md` §10.3).
    pub(crate) fn holds(&self, tag: &Tag) -> bool {
        tag.time.is_none_or(|time| self.contains(time))
    }

    /// Whether it begins before what the server shows. A minute may pass between the time that was typed and the request.
    pub(crate) fn outreaches_the_server(&self, now: Timestamp) -> bool {
        self.since < before(now, WINDOW + Duration::from_secs(60))
    }

    /// As far as an answer of `as_of` can be about it.
    pub(crate) fn until_answer(&self, as_of: Timestamp) -> Span {
        let to = if self.is_closed { self.until.min(as_of) } else { as_of };
        Span { from: self.since, to: to.max(self.since) }
    }
}

pub(crate) fn before(now: Timestamp, length: Duration) -> Timestamp {
    now.checked_sub(length).unwrap_or(Timestamp::MIN)
}

/// The error of a window that ends before it begins, by what was typed and what it means.
fn reversed(typed: [Option<&str>; 2], [since_means, until_means]: [String; 2]) -> Failure {
    let message = match typed {
        [Some(since), None] => format!("--since {since:?} ({since_means}) is later than now"),
        [None, Some(until)] => {
            format!("--until {until:?} ({until_means}) is before the default of --since ({since_means})")
        }
        [since, until] => {
            let [since, until] = [since, until].map(Option::unwrap_or_default);
            format!("--since {since:?} ({since_means}) is later than --until {until:?} ({until_means})")
        }
    };
    let failure = Failure::usage(message);
    if typed.into_iter().flatten().any(is_time_of_day) {
        return failure.hint("a time of day that is later than now is yesterday's");
    }
    failure
}
