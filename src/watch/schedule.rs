//! When one profile is polled next. It is handed every moment and every random number, and knows no
//! clock. Moments are lengths of time since the watch started, by the monotonic clock.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use crate::floor::health::Health;

#[cfg(test)]
mod tests;

/// The shortest interval, and the shortest time between the starts of two polls that go well.
pub(crate) const SHORTEST_INTERVAL: Duration = Duration::from_secs(2);

/// Healthy polls are late by up to a tenth of the interval, but not by more than this.
const MOST_JITTER: Duration = Duration::from_secs(1);

/// The wait after the first failure, before jitter. It doubles with each further one.
const FIRST_WAIT: Duration = Duration::from_millis(800);

/// The longest wait before as much jitter again. At first it is shorter, so that the end of a short outage
/// is noticed within half a minute.
const LONGEST_WAIT_AT_FIRST: Duration = Duration::from_secs(15);
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// So long an outage counts as short.
const SHORT_OUTAGE: Duration = Duration::from_secs(2 * 60);

/// The longest wait that a server can ask for.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(15 * 60);

/// The time between the first "session ended" and the poll that confirms it.
const BEFORE_CONFIRMING: Duration = Duration::from_secs(5);

/// So long after a known deadline a poll shows what came of it.
const AFTER_DEADLINE: Duration = Duration::from_millis(500);

/// How a poll ended, or what the session store said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// A good answer. `deadline` is the next moment at which something is known to change.
    Good {
        /// E.g. the end of the wrap-up.
        deadline: Option<Duration>,
    },
    /// No answer, or one that says the server is in trouble.
    Failed,
    /// The same, and the server said how long to stay away (`Retry-After`).
    AskedToWait(Duration),
    /// The server no longer knows the session.
    SessionEnded,
    /// The store, read because of [`Next::ReadStore`], held another session.
    SessionRenewed,
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Poll at this moment.
    Poll(Duration),
    /// Read the session store once: someone may have signed in again. If it holds another session, say
    /// [`Outcome::SessionRenewed`]; if not, the watch of this profile is over.
    ReadStore,
    /// The session is over, and the one found in the store is as well.
    GiveUp,
}

/// The schedule of one profile.
#[derive(Clone, Debug)]
pub(crate) struct Schedule {
    interval: Duration,
    /// Healthy polls fall on this moment plus whole intervals.
    phase: Duration,
    session: SessionTrust,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SessionTrust {
    Good,
    Doubted,
    Ended,
}

/// Where in the interval a profile is polled: at once if it is the only one, else at a place that only
/// depends on its name.
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
    /// A schedule whose first poll is at `first`: now, plus the profile's [`spread`]. An interval that is too
    /// short is made the shortest.
    #[must_use]
    pub(crate) fn new(interval: Duration, first: Duration) -> Self {
        Self { interval: interval.max(SHORTEST_INTERVAL), phase: first, session: SessionTrust::Good }
    }

    /// When the first poll is.
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
            Outcome::AskedToWait(wait) => {
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
            // A deadline that had passed before this poll was asked about already.
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
