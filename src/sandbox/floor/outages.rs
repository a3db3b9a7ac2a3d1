//! When whoever had followed the floor would have had no answer: once a day, in the working hours of India.

use std::ops::Range;

use crate::sandbox::floor::chance::Chance;
use crate::sandbox::floor::notifications::INDIA;
use crate::sandbox::floor::stint::Second;

const DAY: Second = 86_400;

/// Those that are not over at `from`, and have begun before `until`; in order.
pub(crate) fn outages(seed: u64, from: Second, until: Second) -> impl Iterator<Item = Range<Second>> {
    let day = |second: Second| (second + INDIA).div_euclid(DAY);
    let of_the_days = (day(from)..=day(until)).map(move |day| outage(seed, day));
    of_the_days.filter(move |outage| from < outage.end && outage.start < until)
}

/// It begins between 10:00 and 17:00, and lasts some minutes.
fn outage(seed: u64, day: i64) -> Range<Second> {
    // No agent has this number.
    let mut chance = Chance::of(&[seed, u64::MAX, day.cast_unsigned()]);
    let start = day * DAY - INDIA + chance.between(10 * 3_600, 17 * 3_600);
    start..start + chance.between(4 * 60, 12 * 60)
}
