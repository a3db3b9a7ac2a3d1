//! Breaks of today, ten hours after the day began that is counted.

use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;

use crate::floor::event::{BreakEnded, BreakStarted, Event, EventKind, FollowedPart};
use crate::floor::samples::{at, row};
use crate::floor::shift::{Allowances, DayRules, Today};
use crate::floor::timeline::{Coverage, Recorded, Span};

const NOW: i64 = 1_000;
const BEGAN: i64 = NOW - 36_000;

/// What is known of these breaks: each from and to, in minutes before second 1,000 of the test's day, and why. One until 0
/// goes on.
pub(crate) fn today(breaks: &[(i64, i64, &str)], coverage: &[Coverage]) -> Arc<Today> {
    let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
    let by_reason = [("lunch".to_owned(), minutes(45)), ("tea".to_owned(), minutes(30))];
    let allowances = Allowances::new(by_reason, Some(minutes(75)));
    let rules = DayRules { hours: None, zone: TimeZone::UTC, limits: vec![], allowances };
    let mut events = vec![];
    for (from, to, reason) in breaks {
        let [from, to] = [from, to].map(|minutes| NOW - minutes * 60);
        let (reason, since) = (Some((*reason).to_owned()), Some(at(from)));
        let started = BreakStarted { reason: reason.clone(), since, detail: None };
        events.push((from + 5, EventKind::BreakStarted(started)));
        if to < NOW {
            let ended = BreakEnded { reason, since, lasted_seconds: Some(to - from) };
            events.push((to, EventKind::BreakEnded(ended)));
        }
    }
    let recorded = |(second, kind): (i64, EventKind)| {
        let event = Event { at: at(second), server_time: None, profile: None, kind };
        Recorded { seq: second, event, customer: None }
    };
    let events: Vec<Recorded> = events.into_iter().map(recorded).collect();
    let window = Span { from: at(BEGAN), to: at(NOW) };
    Arc::new(rules.fold(&events, coverage, window).expect("it is covered"))
}

pub(crate) fn whole() -> Vec<Coverage> {
    vec![row(FollowedPart::Breaks, BEGAN - 3600, NOW - 2)]
}

/// Without the second hour, and without the last four minutes.
pub(crate) fn holed() -> Vec<Coverage> {
    let part = FollowedPart::Breaks;
    vec![row(part, BEGAN, BEGAN + 3600), row(part, BEGAN + 7200, NOW - 240)]
}
