//! Decides when a profile is polled next. It gets each moment and random number, and has no clock. Moments are durations
//! since the start of the watch, by the monotonic clock.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use crate::floor::health::Health;

#[cfg(test)]
mod tests;

/// The shortest interval, and the shortest time between the starts of two successful polls.
pub(crate) const SHORTEST_INTERVAL: Duration = Duration::from_secs(2);

/// Healthy polls are late by up to a tenth of the interval, but not by more than this.
const MOST_JITTER: Duration = Duration::from_secs(1);

/// The wait after the first failure, before jitter. It doubles with each further one.
const FIRST_WAIT: Duration = Duration::from_millis(800);

/// The longest wait before as much jitter again. At first it is shorter, so that the end of a short outage
/// is noticed within half a minute.
const LONGEST_WAIT_AT_FIRST: Duration = Duration::from_secs(15);
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// A longer outage is not short.
const SHORT_OUTAGE: Duration = Duration::from_secs(2 * 60);

/// The longest `Retry-After` that counts.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(15 * 60);

/// The time between the first "session ended" and the poll that confirms it.
const BEFORE_CONFIRMING: Duration = Duration::from_secs(5);

/// After a known deadline, a poll waits this long, so that the server has noticed it.
const AFTER_DEADLINE: Duration = Duration::from_millis(500);

/// How a poll ended, or what the session store contained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// `deadline` is the next moment at which something is known to change.
    Good {
        /// For example the end of a wrap-up.
        deadline: Option<Duration>,
    },
    /// No answer, or a failure of the server.
    Failed,
    /// A failure with `Retry-After`.
    RetryAfter(Duration),
    /// The server no longer knows the session.
    SessionEnded,
    /// The store, read because of [`Next::ReadStore`], contained another session.
    SessionRenewed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    Poll(Duration),
    /// Read the session store once, because there may have been a new login. Another session is
    /// [`Outcome::SessionRenewed`]; without one, the watch of this profile is over.
    ReadStore,
    /// The session has ended, and so has the one in the store.
    GiveUp,
}

#[derive(Clone, Debug)]
pub(crate) struct Schedule {
    interval: Duration,
    /// Successful polls are at this moment plus whole intervals.
    phase: Duration,
    session: SessionTrust,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SessionTrust {
    Good,
    Doubted,
    Ended,
}

/// When in the interval a profile is polled: a single profile at once, one of several at a moment that depends only on
/// its name, so that the polls are spread.
#[must_use]
pub(crate) fn spread(profile: &str, interval: Duration, profiles: usize) -> Duration {
    if profiles <= 1 {
        return Duration::ZERO;
    }
    let mut hasher = DefaultHasher::new();
    profile.hash(&mut hasher);
    let millis = u64::try_from(interval.as_millis()).unwrap_or(u64::MAX).max(1);
    Duration::from_millis(hasher.finish() % millis)
}

impl Schedule {
    /// `first` is now plus the profile's [`spread`]. A shorter interval becomes the shortest.
    #[must_use]
    pub(crate) fn new(interval: Duration, first: Duration) -> Self {
        Self { interval: interval.max(SHORTEST_INTERVAL), phase: first, session: SessionTrust::Good }
    }

    #[must_use]
    pub(crate) fn first(&self) -> Duration {
        self.phase
    }

    /// What comes after a poll that started at `polled` and ended `now`; `health` has counted it already. `random` is
    /// from 0 to 1.
    pub(crate) fn after(
        &mut self,
        outcome: Outcome,
        health: &Health,
        polled: Duration,
        now: Duration,
        random: f64,
    ) -> Next {
        let random = random.clamp(0.0, 1.0);
        match outcome {
            Outcome::Good { deadline } => {
                self.session = SessionTrust::Good;
                Next::Poll(self.on_time(deadline, polled, now, random))
            }
            Outcome::Failed => Next::Poll(now + back_off(health, now, random)),
            Outcome::RetryAfter(wait) => {
                let wait = wait.min(LONGEST_RETRY_AFTER);
                let wait = wait + wait.mul_f64(random / 10.0);
                Next::Poll(now + wait.max(back_off(health, now, random)))
            }
            Outcome::SessionEnded => match self.session {
                SessionTrust::Good => {
                    self.session = SessionTrust::Doubted;
                    Next::Poll(now + BEFORE_CONFIRMING + MOST_JITTER.mul_f64(random))
                }
                SessionTrust::Doubted => {
                    self.session = SessionTrust::Ended;
                    Next::ReadStore
                }
                SessionTrust::Ended => Next::GiveUp,
            },
            Outcome::SessionRenewed => Next::Poll(now.max(polled + SHORTEST_INTERVAL)),
        }
    }

    /// When to poll after a good answer: the next place on the grid, or sooner when a deadline comes before it.
    #[must_use]
    pub(crate) fn on_time(
        &self,
        deadline: Option<Duration>,
        polled: Duration,
        now: Duration,
        random: f64,
    ) -> Duration {
        let earliest = polled + SHORTEST_INTERVAL;
        let jitter = (self.interval / 10).min(MOST_JITTER).mul_f64(random);
        let regular = (self.next_on_grid(now) + jitter).max(earliest);
        match deadline {
            // This poll has already shown the result of an earlier deadline.
            Some(deadline) if deadline > polled => {
                regular.min((deadline + AFTER_DEADLINE).max(earliest).max(now))
            }
            _ => regular,
        }
    }

    fn next_on_grid(&self, now: Duration) -> Duration {
        let Some(passed) = now.checked_sub(self.phase) else { return self.phase };
        let into = passed.as_nanos() % self.interval.as_nanos();
        let into = Duration::from_nanos(u64::try_from(into).unwrap_or_default());
        (now + self.interval).saturating_sub(into)
    }
}

/// The wait until the next poll. It doubles with each recent failure, up to a limit that grows with the outage.
fn back_off(health: &Health, now: Duration, random: f64) -> Duration {
    let since = health.failing_since().unwrap_or(now);
    let is_long = now.saturating_sub(since) >= SHORT_OUTAGE;
    let longest = if is_long { LONGEST_WAIT } else { LONGEST_WAIT_AT_FIRST };
    let doublings = health.recent_failures().saturating_sub(1).min(6);
    let wait = FIRST_WAIT.saturating_mul(1 << doublings).min(longest);
    wait + wait.mul_f64(random)
}
