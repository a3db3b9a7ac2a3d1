//! What the watch knows of each profile it follows: one owner for all that the pure parts remember.

use std::collections::VecDeque;
use std::time::Duration;

use crate::floor::alerts::Told;
use crate::floor::answer::Tag;
use crate::floor::diff::Memory;
use crate::floor::health::Health;
use crate::watch::schedule::Schedule;

/// So many tags of each profile are kept for the board.
const KEPT_TAGS: usize = 50;

/// One profile.
#[derive(Debug)]
pub struct Followed {
    /// Its name.
    pub profile: String,
    /// When it is polled.
    pub schedule: Schedule,
    /// How its polls fare.
    pub health: Health,
    /// What was told of it.
    pub memory: Memory,
    /// Which limits were told as crossed.
    pub told: Told,
    /// What comes next for it.
    pub phase: Phase,
    /// Its newest tags, newest first.
    pub tags: VecDeque<Tag>,
    /// Why its last poll failed, if it did.
    pub trouble: Option<String>,
    /// DeepCall's own error code of that failure, where it gave one.
    pub trouble_code: Option<i64>,
}

/// What comes next for a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// A poll at this moment, by the monotonic clock since the start.
    Due(Duration),
    /// A poll that started at this moment is under way.
    Polling(Duration),
    /// Nothing: its session is over, or the server refuses it. The text says which.
    Over(String),
}

impl Followed {
    /// A profile that was not polled yet.
    #[must_use]
    pub fn new(profile: String, schedule: Schedule, memory: Memory) -> Self {
        let phase = Phase::Due(schedule.first());
        Self {
            profile,
            schedule,
            health: Health::default(),
            memory,
            told: Told::default(),
            phase,
            tags: VecDeque::new(),
            trouble: None,
            trouble_code: None,
        }
    }

    /// When it is polled next, if it will be and is not being polled now.
    #[must_use]
    pub fn due(&self) -> Option<Duration> {
        match self.phase {
            Phase::Due(at) => Some(at),
            Phase::Polling(_) | Phase::Over(_) => None,
        }
    }

    /// Whether it is followed no longer.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Over(_))
    }

    /// Keeps a tag that was told.
    pub fn keep(&mut self, tag: Tag) {
        self.tags.push_front(tag);
        self.tags.truncate(KEPT_TAGS);
    }
}

/// All that a sink may show: the profiles in their order, and the present by both clocks.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The profiles.
    pub followed: &'a [Followed],
    /// The present by the monotonic clock, since the start.
    pub now: Duration,
    /// The present by the wall clock.
    pub wall: jiff::Timestamp,
    /// Between two polls of one profile.
    pub interval: Duration,
}
