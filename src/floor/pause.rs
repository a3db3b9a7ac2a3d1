//! How much time really passed between two polls, judged by three clocks that may each be wrong.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::floor::poll_result::PollResult;

/// How far back an answer reaches (`api.md` §3).
pub(crate) const WINDOW: Duration = Duration::from_secs(60 * 60);

/// How far an answer may be off: back-ends 90 s apart in clock, and answers that are stale. It is left free
/// of the window, and a gap reaches back by as much more. An outage of 55 min and the minute it takes to
/// notice its end stay within the rest.
pub(crate) const MARGIN: Duration = Duration::from_secs(3 * 60);

/// Clocks that differ by less do not mean that this machine slept.
const SLEEP: Duration = Duration::from_secs(3 * 60);

/// A wall clock that falls further behind the monotonic one was set back. Less is how both are read.
const SET_BACK: SignedDuration = SignedDuration::from_secs(1);

/// A moment that is recorded further ahead of our wall clock was recorded before that was set back.
const AHEAD: SignedDuration = SignedDuration::from_secs(30);

/// Where both lengths begin in a watch that goes on with what was recorded before it, so that there are moments before its
/// beginning. What is older counts as so old.
pub const PAST: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// Our two clocks, and how much time has passed since the watch began.
#[derive(Clone, Copy, Debug)]
pub struct OwnClocks {
    wall: Timestamp,
    monotonic: Duration,
    elapsed: Duration,
    /// Until when our wall clock has run on since. Who recorded something in between did so after `wall`.
    until: Timestamp,
}

impl OwnClocks {
    /// When the watch begins.
    #[must_use]
    pub fn new(wall: Timestamp) -> Self {
        Self { wall, monotonic: Duration::ZERO, elapsed: Duration::ZERO, until: wall }
    }

    /// When a watch begins that goes on with what was recorded before it.
    #[must_use]
    pub fn after_past(wall: Timestamp) -> Self {
        Self { wall, monotonic: PAST, elapsed: PAST, until: wall }
    }

    /// When an answer came that is recorded only `now`: it came at [`PAST`], and others may have been quicker.
    #[must_use]
    pub fn of_answer(taken_at: Timestamp, now: Timestamp) -> Self {
        Self { until: now.max(taken_at), ..Self::after_past(taken_at) }
    }

    /// The moment at which they were read last.
    pub(crate) fn moment(&self) -> Moment {
        self.moment_of(self.wall)
    }

    /// The moment that our wall clock calls `at`; now, if it is still to come by a clock that was set back since.
    pub(crate) fn moment_of(&self, at: Timestamp) -> Moment {
        if self.wall < at && at <= self.until {
            let since = Duration::try_from(at.duration_since(self.wall)).unwrap_or_default();
            let (monotonic, elapsed) = (self.monotonic + since, self.elapsed + since);
            return Moment { monotonic, elapsed, server: None };
        }
        let back = Duration::try_from(self.wall.duration_since(at)).unwrap_or_default();
        let (monotonic, elapsed) = (self.monotonic.saturating_sub(back), self.elapsed.saturating_sub(back));
        Moment { monotonic, elapsed, server: None }
    }

    /// Whether our wall clock was set back since it read `at`, so that nobody knows how long ago that was. What others
    /// record while this is read is a little ahead as well.
    pub(crate) fn is_ahead(&self, at: Timestamp) -> bool {
        at.duration_since(self.until) > AHEAD
    }

    /// How much time has passed, with sleep. To be called often, whether or not a poll is good: a clock that was set
    /// back since the last time hides as much sleep.
    pub fn read(&mut self, wall: Timestamp, monotonic: Duration) -> Duration {
        let awake = monotonic.saturating_sub(self.monotonic);
        let by_wall = wall.duration_since(self.wall);
        let behind = SignedDuration::try_from(awake).unwrap_or_default().saturating_sub(by_wall);
        let step = if behind > SET_BACK { awake } else { Duration::try_from(by_wall).unwrap_or_default() };
        *self = Self { wall, monotonic, elapsed: self.elapsed.saturating_add(step), until: wall };
        self.elapsed
    }
}

/// When a poll was taken, or the watch began, by each clock.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Moment {
    monotonic: Duration,
    elapsed: Duration,
    server: Option<Timestamp>,
}

impl Moment {
    /// When `poll` was taken.
    #[must_use]
    pub(crate) fn of(poll: &PollResult) -> Self {
        Self { monotonic: poll.monotonic, elapsed: poll.elapsed, server: poll.server_time }
    }

    /// The time from `earlier` until now.
    #[must_use]
    pub(crate) fn since(&self, earlier: &Self) -> Pause {
        let awake = self.monotonic.saturating_sub(earlier.monotonic);
        let by_wall = self.elapsed.saturating_sub(earlier.elapsed);
        let by_server = match (earlier.server, self.server) {
            (Some(earlier), Some(now)) => Duration::try_from(now.duration_since(earlier)).unwrap_or_default(),
            _ => by_wall,
        };
        // The wall clock may have been set forward by hand, so the server's is believed first.
        Pause { awake, passed: awake.max(by_server), certain: awake.max(by_server.min(by_wall)) }
    }

    /// The moment by our monotonic clock.
    pub(crate) fn monotonic(&self) -> Duration {
        self.monotonic
    }
}

/// The time between two polls.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pause {
    /// By our monotonic clock, which stands still while the machine sleeps.
    pub awake: Duration,
    /// With sleep. Never less than `awake`.
    pub passed: Duration,
    /// What every clock agrees has passed at least: two servers that take turns may be minutes apart.
    pub certain: Duration,
}

impl Pause {
    /// Whether the server's window may no longer reach back to the earlier poll.
    #[must_use]
    pub(crate) fn outlasts_the_window(&self) -> bool {
        self.passed + MARGIN > WINDOW
    }

    /// Whether this machine slept in between.
    #[must_use]
    pub(crate) fn includes_sleep(&self) -> bool {
        self.passed.saturating_sub(self.awake) > SLEEP
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::samples::at;

    const MINUTE: i64 = 60;
    const HOUR: i64 = 60 * MINUTE;

    fn moment(wall: i64, monotonic: i64, server: Option<i64>) -> Moment {
        let monotonic = Duration::from_secs(monotonic.unsigned_abs());
        let elapsed = OwnClocks::new(at(0)).read(at(wall), monotonic);
        Moment { monotonic, elapsed, server: server.map(at) }
    }

    #[test]
    fn a_clock_that_is_set_back_hides_no_sleep_before_or_after() {
        // What passes by the wall clock and by the monotonic one, step by step; then how much has passed in truth.
        let table: [(&[(i64, u64)], i64); 6] = [
            (&[(60, 60), (60, 60)], 120),
            (&[(60, 60), (8 * HOUR, 1), (60, 60)], 8 * HOUR + 120),
            (&[(60 - HOUR, 60), (8 * HOUR, 1)], 8 * HOUR + 60),
            (&[(8 * HOUR, 1), (60 - HOUR, 60)], 8 * HOUR + 60),
            (&[(-24 * HOUR, 1), (8 * HOUR, 1), (-8 * HOUR, 1)], 8 * HOUR + 2),
            // What the readings differ by is no step back, and does not add up.
            (&[(4, 5), (6, 5), (4, 5), (6, 5)], 20),
        ];
        for (steps, expected) in table {
            let mut clocks = OwnClocks::new(at(0));
            let (mut wall, mut monotonic, mut elapsed) = (0, 0, Duration::ZERO);
            for (by_wall, awake) in steps {
                wall += by_wall;
                monotonic += awake;
                elapsed = clocks.read(at(wall), Duration::from_secs(monotonic));
            }
            assert_eq!(elapsed, Duration::from_secs(expected.unsigned_abs()), "{steps:?}");
        }
    }

    #[test]
    fn a_pause_is_judged_by_the_clock_that_can_be_believed() {
        // wall, monotonic and server seconds that passed; then: longer than the window? slept?
        let table = [
            (5, 5, Some(5), false, false),
            (54 * MINUTE, 54 * MINUTE, Some(54 * MINUTE), false, false),
            (57 * MINUTE, 57 * MINUTE, None, false, false),
            (57 * MINUTE + 1, 57 * MINUTE + 1, None, true, false),
            (3 * HOUR, 3 * HOUR, Some(3 * HOUR), true, false),
            // The laptop slept: only the monotonic clock stood still.
            (8 * HOUR, 5, Some(8 * HOUR), true, true),
            (8 * HOUR, 5, None, true, true),
            (30 * MINUTE, 5, None, false, true),
            // The wall clock was set, the server's was not.
            (24 * HOUR, 5, Some(5), false, false),
            (-24 * HOUR, 5, Some(5), false, false),
            (-HOUR, 5, None, false, false),
            (-HOUR, 2 * HOUR, None, true, false),
            (-24 * HOUR, 5, Some(8 * HOUR), true, true),
            // Two back-ends with different clocks.
            (5, 5, Some(95), false, false),
            (5, 5, Some(-85), false, false),
        ];
        for (wall, monotonic, server, outlasts, slept) in table {
            let pause = moment(wall, monotonic, server).since(&moment(0, 0, Some(0)));
            let row = (wall, monotonic, server);
            assert_eq!(pause.outlasts_the_window(), outlasts, "{row:?}");
            assert_eq!(pause.includes_sleep(), slept, "{row:?}");
            assert!(pause.passed >= pause.awake, "{row:?}");
        }
    }
}
