//! How much time really passed between two polls, judged by three clocks that may each be wrong.

use std::time::Duration;

use jiff::Timestamp;

use crate::floor::poll_result::PollResult;

/// How far back an answer reaches (`api.md` §3).
pub(crate) const WINDOW: Duration = Duration::from_secs(60 * 60);

/// How far an answer may be off: back-ends 90 s apart in clock, and answers that are stale. It is left free
/// of the window, and a gap reaches back by as much more. An outage of 55 min and the minute it takes to
/// notice its end stay within the rest.
pub(crate) const MARGIN: Duration = Duration::from_secs(3 * 60);

/// Clocks that differ by less do not mean that this machine slept.
const SLEEP: Duration = Duration::from_secs(3 * 60);

/// When a poll was taken, or the watch began, by each clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    wall: Timestamp,
    monotonic: Duration,
    server: Option<Timestamp>,
}

impl Moment {
    /// When `poll` was taken.
    #[must_use]
    pub(crate) fn of(poll: &PollResult) -> Self {
        Self { wall: poll.taken_at, monotonic: poll.monotonic, server: poll.server_time }
    }

    /// When the watch began, before any poll.
    #[must_use]
    pub(crate) fn of_start(wall: Timestamp) -> Self {
        Self { wall, monotonic: Duration::ZERO, server: None }
    }

    /// The time from `earlier` until now.
    #[must_use]
    pub(crate) fn since(&self, earlier: &Self) -> Pause {
        let awake = self.monotonic.saturating_sub(earlier.monotonic);
        let by_wall = Duration::try_from(self.wall.duration_since(earlier.wall)).unwrap_or_default();
        let by_server = match (earlier.server, self.server) {
            (Some(earlier), Some(now)) => Duration::try_from(now.duration_since(earlier)).unwrap_or_default(),
            _ => by_wall,
        };
        // The wall clock may have been set by hand, so the server's is believed first.
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

    const MINUTE: i64 = 60;
    const HOUR: i64 = 60 * MINUTE;

    fn moment(wall: i64, monotonic: i64, server: Option<i64>) -> Moment {
        let at = |seconds| Timestamp::from_second(1_800_000_000 + seconds).expect("a moment");
        Moment {
            wall: at(wall),
            monotonic: Duration::from_secs(monotonic.unsigned_abs()),
            server: server.map(at),
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
