//! The wrap-ups of a shift: how many, how long.

use std::time::Duration;

use foldhash::HashMap;

use crate::floor::shift::Bounded;
use crate::floor::shift::measured::{Measured, sum};
use crate::floor::timeline::Span;

/// What is known of an agent's wrap-ups. One that was shown again after an answer without it is the same one if it follows
/// the same call.
#[derive(Clone, Debug, PartialEq)]
pub struct WrapupFigures {
    /// How many there were in the window.
    pub count: u32,
    /// How long they were in sum, within the window.
    pub time: Bounded,
    /// The length of each that ended within the window, whole though it began before: from the shortest to the longest. One
    /// ends at the first answer without it, or at the end that the server gave if that came first. If it ended while no
    /// answers came, and the server gave no end, or if our clock was set meanwhile, its length is not known.
    pub finished: Vec<Duration>,
    /// Whether one goes on at the last answer.
    pub is_open: bool,
}

impl WrapupFigures {
    pub(super) fn of(measured: &[Measured<'_>], window: Span) -> Self {
        let mut groups: Vec<Vec<&Measured<'_>>> = Vec::new();
        let mut places: HashMap<&str, usize> = HashMap::default();
        for one in measured.iter().filter(|one| one.is_in_window) {
            let call = one.interval.call_id.as_deref().filter(|call| *call != "0");
            let place = call.map_or(groups.len(), |call| *places.entry(call).or_insert(groups.len()));
            if place == groups.len() {
                groups.push(vec![]);
            }
            groups[place].push(one);
        }
        let is_finished = |group: &&Vec<&Measured<'_>>| {
            group.last().is_some_and(|last| last.is_finished && last.whole.to <= window.to)
        };
        let length = |group: &Vec<&Measured<'_>>| group.iter().map(|one| one.whole.length()).sum();
        let mut finished: Vec<Duration> = groups.iter().filter(is_finished).map(length).collect();
        finished.sort_unstable();
        Self {
            count: u32::try_from(groups.len()).unwrap_or(u32::MAX),
            time: sum(measured),
            finished,
            is_open: measured.iter().any(|one| one.is_open),
        }
    }

    /// The mean length of those that are finished; `None` if none is.
    #[must_use]
    pub fn mean(&self) -> Option<Duration> {
        mean(&self.finished)
    }

    /// So long or shorter are nine of ten, by the nearest rank.
    #[must_use]
    pub fn p90(&self) -> Option<Duration> {
        p90(&self.finished)
    }

    /// The longest of those that are finished.
    #[must_use]
    pub fn max(&self) -> Option<Duration> {
        self.finished.last().copied()
    }
}

pub(super) fn mean(lengths: &[Duration]) -> Option<Duration> {
    let count = u32::try_from(lengths.len()).ok()?;
    lengths.iter().sum::<Duration>().checked_div(count)
}

/// `lengths` are sorted.
pub(super) fn p90(lengths: &[Duration]) -> Option<Duration> {
    let rank = (lengths.len() * 9).div_ceil(10);
    lengths.get(rank.checked_sub(1)?).copied()
}
