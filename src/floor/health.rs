//! How the polls of one profile fare: the first failure, the first answer after it, the heartbeat.
//! It must not know when the next poll is.

use std::time::Duration;

use jiff::Timestamp;

use crate::floor::event::EventKind;

/// The polls of one profile so far. Cheap to copy: take a copy, and keep it once its event is told.
#[derive(Clone, Copy, Debug, Default)]
pub struct Health {
    last_ok: Option<(Timestamp, Duration)>,
    failing_since: Option<Duration>,
    failures: u32,
    answer_was_lost: bool,
    loss_was_told: bool,
}

/// A failed poll.
#[derive(Clone, Debug)]
pub struct Failed {
    /// The stable word of the failure's kind, e.g. `timeout`.
    pub failure: &'static str,
    /// DeepCall's own error code, where it gave one.
    pub code: Option<i64>,
    /// What happened, in one line.
    pub message: String,
    /// Whether a request for tags had gone out, and its answer never came whole.
    pub answer_was_lost: bool,
    /// Whether the server answered, and only the session is in doubt: that is told in another way.
    pub is_of_session: bool,
}

impl Health {
    /// Notes a failed poll at the monotonic moment `now`; the first lost connection after a good one is told.
    #[must_use]
    pub fn after_failure(self, failed: Failed, now: Duration) -> (Self, Option<EventKind>) {
        let next = Self {
            failing_since: self.failing_since.or(Some(now)),
            failures: self.failures.saturating_add(1),
            answer_was_lost: self.answer_was_lost || failed.answer_was_lost,
            loss_was_told: self.loss_was_told || !failed.is_of_session,
            ..self
        };
        let told = (next.loss_was_told && !self.loss_was_told).then(|| EventKind::ConnectionLost {
            failure: failed.failure,
            code: failed.code,
            message: failed.message,
            last_ok: self.last_ok.map(|(at, _)| at),
        });
        (next, told)
    }

    /// Notes a good poll; the first one after a loss that was told is told, before anything the poll itself showed.
    #[must_use]
    pub fn after_answer(self, at: Timestamp, now: Duration) -> (Self, Option<EventKind>) {
        let told =
            self.failing_since.filter(|_| self.loss_was_told).map(|since| EventKind::ConnectionRestored {
                down_seconds: whole_seconds(now.saturating_sub(since)),
                failures: self.failures,
            });
        let next = Self { last_ok: Some((at, now)), ..Self::default() };
        (next, told)
    }

    /// For [`crate::floor::poll_result::PollResult::read_was_cut`]: whether an answer was lost since the last good poll.
    #[must_use]
    pub fn answer_was_lost(&self) -> bool {
        self.answer_was_lost
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
    EventKind::Heartbeat {
        last_ok: last_ok.map(|(at, _)| at),
        lag_seconds: last_ok.map(|(_, then)| whole_seconds(now.saturating_sub(then))),
        failures,
    }
}

fn whole_seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: u64) -> (Timestamp, Duration) {
        let wall = Timestamp::from_second(1_800_000_000 + second.cast_signed()).expect("a moment");
        (wall, Duration::from_secs(second))
    }

    fn failed(answer_was_lost: bool) -> Failed {
        let message = "no answer within 15 s".into();
        Failed { failure: "timeout", code: None, message, answer_was_lost, is_of_session: false }
    }

    #[test]
    fn a_session_in_doubt_is_no_lost_connection() {
        let doubt = || Failed { is_of_session: true, ..failed(false) };
        let (health, told) = Health::default().after_failure(doubt(), at(5).1);
        assert!(told.is_none());
        let (good, told) = health.after_answer(at(10).0, at(10).1);
        assert!(told.is_none(), "what was not lost is not restored");
        // A connection that is lost while the session is in doubt is told all the same.
        let (health, _) = good.after_failure(doubt(), at(15).1);
        let (health, told) = health.after_failure(failed(false), at(20).1);
        assert!(matches!(told, Some(EventKind::ConnectionLost { .. })), "{told:?}");
        let (_, told) = health.after_answer(at(25).0, at(25).1);
        assert!(matches!(told, Some(EventKind::ConnectionRestored { .. })), "{told:?}");
    }

    #[test]
    fn only_the_first_failure_and_the_first_answer_after_it_are_told() {
        let (health, told) = Health::default().after_answer(at(0).0, at(0).1);
        assert!(told.is_none());
        let (health, told) = health.after_failure(failed(false), at(5).1);
        let Some(EventKind::ConnectionLost { last_ok, .. }) = told else { panic!("{told:?}") };
        assert_eq!(last_ok, Some(at(0).0));
        let (health, told) = health.after_failure(failed(false), at(7).1);
        assert!(told.is_none());
        let (health, told) = health.after_answer(at(25).0, at(25).1);
        let Some(EventKind::ConnectionRestored { down_seconds: 20, failures: 2 }) = told else {
            panic!("{told:?}")
        };
        assert!(health.after_answer(at(30).0, at(30).1).1.is_none());
    }

    #[test]
    fn a_lost_answer_is_remembered_until_the_next_good_poll() {
        let (health, _) = Health::default().after_failure(failed(true), at(0).1);
        let (health, _) = health.after_failure(failed(false), at(2).1);
        assert!(health.answer_was_lost());
        assert!(!health.after_answer(at(5).0, at(5).1).0.answer_was_lost());
    }

    #[test]
    fn the_heartbeat_speaks_of_the_profile_furthest_behind() {
        let fresh = Health::default().after_answer(at(50).0, at(50).1).0;
        let stale =
            Health::default().after_answer(at(20).0, at(20).1).0.after_failure(failed(false), at(40).1).0;
        let EventKind::Heartbeat { last_ok, lag_seconds, failures } = heartbeat([&fresh, &stale], at(60).1)
        else {
            panic!("a heartbeat")
        };
        assert_eq!((last_ok, lag_seconds, failures), (Some(at(20).0), Some(40), 1));
        let never = Health::default();
        let silent = heartbeat([&never, &fresh], at(60).1);
        assert!(matches!(silent, EventKind::Heartbeat { last_ok: None, lag_seconds: None, failures: 0 }));
    }
}
