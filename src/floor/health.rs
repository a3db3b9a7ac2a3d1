//! How the polls of one profile go: failures and answers, and the events that report the first of each.

use std::time::Duration;

use jiff::Timestamp;

use crate::floor::event::{ConnectionLost, ConnectionRestored, EventKind, Heartbeat};

/// Polls that go well for so long make the failures before them a thing of the past.
const RECOVERED_AFTER: Duration = Duration::from_secs(2 * 60);

/// How the polls of one profile have gone so far: the one place where failures are counted.
/// Cheap to copy: take a copy, and keep it once its event is written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Health {
    last_ok: Option<(Timestamp, Duration)>,
    failing_since: Option<Duration>,
    /// In a row.
    failures: u32,
    /// Without those of the session, until polls have gone well for [`RECOVERED_AFTER`]: one good poll is no recovery.
    recent_failures: u32,
    healthy_since: Option<Duration>,
    answer_was_lost: bool,
    loss_was_reported: bool,
}

/// A poll that failed, whatever source it was made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PollFailure {
    /// The stable word of the failure's kind, e.g. `timeout`.
    pub kind: &'static str,
    /// DeepCall's own error code, where it gave one.
    pub code: Option<i64>,
    /// What happened, in one line.
    pub message: String,
    /// Whether a request for tags had gone out, and its answer never came whole.
    pub answer_was_lost: bool,
    /// Whether the server answered that it does not accept the session: that is reported in another way.
    pub session_ended: bool,
    /// How long clients shall wait (`Retry-After`).
    pub retry_after: Option<Duration>,
}

impl Health {
    /// Counts a failed poll at the monotonic moment `now`. The first lost connection after a good one is an event.
    #[must_use]
    pub fn after_failure(self, failure: &PollFailure, now: Duration) -> (Self, Option<EventKind>) {
        let mut next = Self {
            failing_since: self.failing_since.or(Some(now)),
            failures: self.failures.saturating_add(1),
            answer_was_lost: self.answer_was_lost || failure.answer_was_lost,
            ..self
        };
        if failure.session_ended {
            return (next, None);
        }
        next.recent_failures = self.recent_failures.saturating_add(1);
        next.healthy_since = None;
        next.loss_was_reported = true;
        let lost = || ConnectionLost {
            failure: failure.kind.to_owned(),
            code: failure.code,
            message: failure.message.clone(),
            last_ok: self.last_ok(),
        };
        (next, (!self.loss_was_reported).then(|| EventKind::ConnectionLost(lost())))
    }

    /// Counts a good poll. The first one after a reported loss is an event, before anything the poll itself showed.
    #[must_use]
    pub fn after_answer(self, at: Timestamp, now: Duration) -> (Self, Option<EventKind>) {
        let restored = self.failing_since.filter(|_| self.loss_was_reported).map(|since| {
            EventKind::ConnectionRestored(ConnectionRestored {
                down_seconds: whole_seconds(now.saturating_sub(since)),
                failures: self.failures,
            })
        });
        let healthy_since = self.healthy_since.unwrap_or(now);
        let has_recovered = now.saturating_sub(healthy_since) >= RECOVERED_AFTER;
        let next = Self {
            last_ok: Some((at, now)),
            healthy_since: Some(healthy_since),
            recent_failures: if has_recovered { 0 } else { self.recent_failures },
            ..Self::default()
        };
        (next, restored)
    }

    /// Counts the loss of the connection that somebody else has noticed then, who polls for us: it is reported.
    #[must_use]
    pub fn after_reported_loss(self, then: Duration) -> Self {
        let failing_since = self.failing_since.or(Some(then));
        Self { failing_since, failures: self.failures.saturating_add(1), loss_was_reported: true, ..self }
    }

    /// Counts that an answer of somebody else may be lost, who polled until now.
    #[must_use]
    pub fn after_lost_answer(self) -> Self {
        Self { answer_was_lost: true, ..self }
    }

    /// How many polls have failed lately: the more, the longer the next one waits.
    #[must_use]
    pub fn recent_failures(&self) -> u32 {
        self.recent_failures
    }

    /// Whether an answer was lost since the last good poll.
    #[must_use]
    pub fn answer_was_lost(&self) -> bool {
        self.answer_was_lost
    }

    /// Whether the loss of the connection was reported, and its return was not.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.loss_was_reported
    }

    /// Since when polls fail, by our monotonic clock.
    #[must_use]
    pub fn failing_since(&self) -> Option<Duration> {
        self.failing_since
    }

    /// The wall clock time of the last good poll.
    #[must_use]
    pub fn last_ok(&self) -> Option<Timestamp> {
        self.last_ok.map(|(at, _)| at)
    }

    /// The age of what is known at the monotonic moment `now`; `None` before the first good poll.
    #[must_use]
    pub fn lag(&self, now: Duration) -> Option<Duration> {
        self.last_ok.map(|(_, then)| now.saturating_sub(then))
    }
}

/// One heartbeat for all profiles: it speaks of the one furthest behind.
#[must_use]
pub fn heartbeat<'a>(healths: impl IntoIterator<Item = &'a Health>, now: Duration) -> EventKind {
    let mut failures = 0_u32;
    let mut furthest: Option<Option<(Timestamp, Duration)>> = None;
    for health in healths {
        failures = failures.saturating_add(health.failures);
        furthest = Some(match (furthest, health.last_ok) {
            (None, last_ok) => last_ok,
            (Some(Some(behind)), Some(last_ok)) => Some(if last_ok.1 < behind.1 { last_ok } else { behind }),
            (Some(_), _) => None,
        });
    }
    let last_ok = furthest.flatten();
    EventKind::Heartbeat(Heartbeat {
        last_ok: last_ok.map(|(at, _)| at),
        lag_seconds: last_ok.map(|(_, then)| whole_seconds(now.saturating_sub(then))),
        failures,
    })
}

fn whole_seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::samples::no_answer;

    fn at(second: u64) -> (Timestamp, Duration) {
        let wall = Timestamp::from_second(1_800_000_000 + second.cast_signed()).expect("a moment");
        (wall, Duration::from_secs(second))
    }

    fn failed(answer_was_lost: bool) -> PollFailure {
        PollFailure { answer_was_lost, ..no_answer() }
    }

    #[test]
    fn a_session_in_doubt_is_no_lost_connection() {
        let doubt = PollFailure { session_ended: true, ..failed(false) };
        let (health, event) = Health::default().after_failure(&doubt, at(5).1);
        assert!(event.is_none());
        assert_eq!(health.recent_failures(), 0, "the server answers");
        let (good, event) = health.after_answer(at(10).0, at(10).1);
        assert!(event.is_none(), "what was not lost is not restored");
        // A connection that is lost while the session is in doubt is reported all the same.
        let (health, _) = good.after_failure(&doubt, at(15).1);
        let (health, event) = health.after_failure(&failed(false), at(20).1);
        assert!(matches!(event, Some(EventKind::ConnectionLost(_))), "{event:?}");
        let (_, event) = health.after_answer(at(25).0, at(25).1);
        assert!(matches!(event, Some(EventKind::ConnectionRestored(_))), "{event:?}");
    }

    #[test]
    fn only_the_first_failure_and_the_first_answer_after_it_are_events() {
        let (health, event) = Health::default().after_answer(at(0).0, at(0).1);
        assert!(event.is_none());
        let (health, event) = health.after_failure(&failed(false), at(5).1);
        let Some(EventKind::ConnectionLost(ConnectionLost { last_ok, .. })) = event else {
            panic!("{event:?}")
        };
        assert_eq!(last_ok, Some(at(0).0));
        let (health, event) = health.after_failure(&failed(false), at(7).1);
        assert!(event.is_none());
        let (health, event) = health.after_answer(at(25).0, at(25).1);
        let restored = ConnectionRestored { down_seconds: 20, failures: 2 };
        assert_eq!(event, Some(EventKind::ConnectionRestored(restored)));
        assert!(health.after_answer(at(30).0, at(30).1).1.is_none());
    }

    #[test]
    fn a_lost_answer_is_remembered_until_the_next_good_poll() {
        let (health, _) = Health::default().after_failure(&failed(true), at(0).1);
        let (health, _) = health.after_failure(&failed(false), at(2).1);
        assert!(health.answer_was_lost());
        assert!(!health.after_answer(at(5).0, at(5).1).0.answer_was_lost());
    }

    #[test]
    fn failures_are_recent_until_polls_have_gone_well_for_two_minutes() {
        let good = |health: Health, second| health.after_answer(at(second).0, at(second).1).0;
        let (mut health, _) = Health::default().after_failure(&failed(false), at(0).1);
        for second in [2, 60, 121] {
            health = good(health, second);
            assert_eq!(health.recent_failures(), 1, "after {second} s");
        }
        assert_eq!(good(health, 122).recent_failures(), 0);
        // Another failure on the way begins the two minutes anew.
        health = good(health.after_failure(&failed(false), at(121).1).0, 122);
        assert_eq!(good(health, 241).recent_failures(), 2);
        assert_eq!(good(health, 242).recent_failures(), 0);
    }

    #[test]
    fn the_heartbeat_speaks_of_the_profile_furthest_behind() {
        let fresh = Health::default().after_answer(at(50).0, at(50).1).0;
        let stale =
            Health::default().after_answer(at(20).0, at(20).1).0.after_failure(&failed(false), at(40).1).0;
        let beat = Heartbeat { last_ok: Some(at(20).0), lag_seconds: Some(40), failures: 1 };
        assert_eq!(heartbeat([&fresh, &stale], at(60).1), EventKind::Heartbeat(beat));
        let never = Health::default();
        let silent = Heartbeat { last_ok: None, lag_seconds: None, failures: 0 };
        assert_eq!(heartbeat([&never, &fresh], at(60).1), EventKind::Heartbeat(silent));
    }
}
