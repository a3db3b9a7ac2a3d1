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

/// So many leaps of our wall clock are remembered: what others have recorded and is learned late is not older.
const MOST_LEAPS: usize = 8;

/// Our two clocks, and how much time has passed since the watch began.
#[derive(Clone, Debug)]
pub struct OwnClocks {
    now: Reading,
    /// What the server called that moment, where it is known.
    server: Option<Timestamp>,
    /// Until when our wall clock has run on since. Who recorded something in between did so after `now`.
    until: Timestamp,
    /// The last of them, oldest first.
    leaps: Vec<Leap>,
}

#[derive(Clone, Copy, Debug)]
struct Reading {
    wall: Timestamp,
    monotonic: Duration,
    elapsed: Duration,
}

/// Where our wall clock did not go on as the monotonic one did: it was set, or the machine slept.
#[derive(Clone, Copy, Debug)]
struct Leap {
    from: Reading,
    to: Timestamp,
}

impl OwnClocks {
    /// When the watch begins.
    #[must_use]
    pub fn new(wall: Timestamp) -> Self {
        Self::begin(wall, Duration::ZERO)
    }

    /// When a watch begins that goes on with what was recorded before it.
    #[must_use]
    pub fn after_past(wall: Timestamp) -> Self {
        Self::begin(wall, PAST)
    }

    fn begin(wall: Timestamp, past: Duration) -> Self {
        let now = Reading { wall, monotonic: past, elapsed: past };
        Self { now, server: None, until: wall, leaps: vec![] }
    }

    /// When a request was sent whose answer is recorded only `now`: it was sent at [`PAST`], and others may have recorded
    /// theirs since.
    #[must_use]
    pub fn of_request(sent: Timestamp, now: Timestamp) -> Self {
        Self::after_past(sent).until(now, None)
    }

    /// These, where others may have recorded something since they were read, until our wall clock shows `now`. The server called
    /// the moment at which they were read `server`.
    #[must_use]
    pub(crate) fn until(self, now: Timestamp, server: Option<Timestamp>) -> Self {
        Self { until: now.max(self.until), server, ..self }
    }

    /// The moment at which they were read last.
    pub(crate) fn moment(&self) -> Moment {
        let Reading { monotonic, elapsed, .. } = self.now;
        Moment { monotonic, elapsed, server: None, was_recorded: false }
    }

    /// The moment that our wall clock called `at` when something was recorded, and the server `server`: the last one that
    /// it has called so; now, if none was.
    pub(crate) fn moment_of(&self, at: Timestamp, server: Option<Timestamp>) -> Moment {
        let Reading { wall, monotonic, elapsed } = self.reading_after(at);
        let back = Duration::try_from(wall.duration_since(at)).unwrap_or_default();
        let since = at.duration_since(self.now.wall);
        let is_since = at <= self.until && !self.is_before(server);
        let since = Duration::try_from(since).ok().filter(|_| is_since).unwrap_or_default();
        let moment = |clock: Duration| clock.saturating_sub(back) + since;
        Moment { monotonic: moment(monotonic), elapsed: moment(elapsed), server, was_recorded: true }
    }

    /// Whether the server has called an earlier moment so, whatever our wall clock showed then: it may have been set back since.
    fn is_before(&self, server: Option<Timestamp>) -> bool {
        let earlier = server.zip(self.server).map(|(server, now)| now.duration_since(server));
        earlier.is_some_and(|earlier| Duration::try_from(earlier).is_ok_and(|earlier| earlier > MARGIN))
    }

    /// The first reading after `at` without a leap between, or else the last one before it.
    fn reading_after(&self, at: Timestamp) -> Reading {
        let (mut next, mut end) = (self.now, self.until + AHEAD);
        for leap in self.leaps.iter().rev() {
            if leap.to <= at && at <= end {
                return next;
            }
            if leap.from.wall <= at && at < leap.to {
                return leap.from;
            }
            (next, end) = (leap.from, leap.from.wall);
        }
        if at <= end { next } else { self.now }
    }

    /// Whether our wall clock was set back since it read `at`, so that nobody knows how long ago that was. What others
    /// record while this is read is a little ahead as well.
    pub(crate) fn is_ahead(&self, at: Timestamp) -> bool {
        at.duration_since(self.until) > AHEAD && self.leaps.iter().all(|leap| leap.from.wall < at)
    }

    /// How much time has passed, with sleep. To be called often, whether or not a poll is good: a clock that was set
    /// back since the last time hides as much sleep.
    pub fn read(&mut self, wall: Timestamp, monotonic: Duration) -> Duration {
        let before = self.now;
        let awake = monotonic.saturating_sub(before.monotonic);
        let by_wall = wall.duration_since(before.wall);
        let behind = SignedDuration::try_from(awake).unwrap_or_default().saturating_sub(by_wall);
        let step = if behind > SET_BACK { awake } else { Duration::try_from(by_wall).unwrap_or_default() };
        if behind.abs() > SET_BACK {
            // When exactly, both clocks leave open: it went on until then, and had gone on since.
            let from = Reading {
                wall: before.wall.checked_add(awake).unwrap_or(Timestamp::MAX),
                monotonic,
                elapsed: before.elapsed.saturating_add(awake),
            };
            let to = wall.checked_sub(awake).unwrap_or(Timestamp::MIN);
            self.leaps.push(Leap { from, to });
            self.leaps.drain(..self.leaps.len().saturating_sub(MOST_LEAPS));
        }
        let elapsed = before.elapsed.saturating_add(step);
        (self.now, self.server, self.until) = (Reading { wall, monotonic, elapsed }, None, wall);
        elapsed
    }
}

/// When a poll was taken, or the watch began, by each clock.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Moment {
    monotonic: Duration,
    elapsed: Duration,
    server: Option<Timestamp>,
    /// Whether it is known from what was recorded, by our wall clock, which may have been set since.
    was_recorded: bool,
}

impl Moment {
    /// When `poll` was taken.
    #[must_use]
    pub(crate) fn of(poll: &PollResult) -> Self {
        Self {
            monotonic: poll.monotonic,
            elapsed: poll.elapsed,
            server: poll.server_time,
            was_recorded: false,
        }
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
        // The server's back-ends differ by less, so ours was set since.
        if earlier.was_recorded && by_wall.abs_diff(by_server) > MARGIN {
            let certain = by_server.saturating_sub(MARGIN);
            return Pause { awake: certain, passed: by_server, certain };
        }
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
    const DAY: i64 = 24 * HOUR;

    fn moment(wall: i64, monotonic: i64, server: Option<i64>) -> Moment {
        let monotonic = Duration::from_secs(monotonic.unsigned_abs());
        let elapsed = OwnClocks::new(at(0)).read(at(wall), monotonic);
        Moment { monotonic, elapsed, server: server.map(at), was_recorded: false }
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
    fn what_was_recorded_before_our_clock_leapt_is_as_old_as_it_is() {
        // What passes by the wall clock and by the monotonic one, step by step; then what our wall clock called a moment,
        // and how long ago that was by the monotonic one.
        type Steps = &'static [(i64, u64)];
        let table: [(Steps, i64, u64); 9] = [
            (&[(60, 60)], 45, 15),
            // Set forth, and asleep.
            (&[(60, 60), (HOUR, 1), (60, 60)], 45, 76),
            (&[(60, 60), (8 * HOUR, 1)], 59, 2),
            // It never called a moment so: the machine was asleep.
            (&[(60, 60), (8 * HOUR, 1)], 4 * HOUR, 0),
            (&[(60, 60), (HOUR, 1), (60, 60)], HOUR + 61, 59),
            // Set back: the last time counts in which it called a moment so.
            (&[(2 * HOUR, 7200), (-HOUR, 1), (60, 60)], HOUR + 30, 30),
            (&[(2 * HOUR, 7200), (-HOUR, 1), (60, 60)], 2 * HOUR, 61),
            (&[(2 * HOUR, 7200), (-HOUR, 1), (60, 60)], HOUR - 60, 3721),
            (&[(60, 60), (DAY, 1), (-DAY, 1), (60, 60)], DAY + 60, 61),
        ];
        for (steps, at_second, expected) in table {
            let mut clocks = OwnClocks::after_past(at(0));
            let (mut wall, mut monotonic) = (0, PAST);
            for (by_wall, awake) in steps {
                wall += by_wall;
                monotonic += Duration::from_secs(*awake);
                clocks.read(at(wall), monotonic);
            }
            let ago = monotonic.saturating_sub(clocks.moment_of(at(at_second), None).monotonic());
            assert_eq!(ago, Duration::from_secs(expected), "{steps:?} {at_second}");
            assert!(!clocks.is_ahead(at(at_second)), "{steps:?} {at_second}");
        }
    }

    #[test]
    fn how_long_ago_something_was_recorded_is_judged_by_the_server_once_our_clock_was_set() {
        // wall and server seconds that passed; then what passed, and what did for certain.
        let table = [
            (60, 60, 60, 60),
            (60, 150, 150, 60),
            (150, 60, 150, 150),
            (HOUR + 60, 60, 60, 0),
            (DAY + HOUR, HOUR, HOUR, HOUR - 180),
            (0, HOUR, HOUR, HOUR - 180),
        ];
        for (wall, server, passed, certain) in table {
            let now = Moment { server: Some(at(server)), ..OwnClocks::after_past(at(wall)).moment() };
            let then = OwnClocks::after_past(at(wall)).moment_of(at(0), Some(at(0)));
            let pause = now.since(&then);
            let seconds = [pause.passed.as_secs().cast_signed(), pause.certain.as_secs().cast_signed()];
            assert_eq!(seconds, [passed, certain], "{wall} {server}");
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
