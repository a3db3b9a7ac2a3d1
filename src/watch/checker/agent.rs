//! What one agent does in a day. Only the checker knows it.

use crate::watch::checker::day::{DAY, HOUR, MINUTE, SECOND};
use crate::watch::checker::dice::Dice;

/// The reasons for breaks, by their place here. The server may write a reason as its number as well.
pub(crate) const REASONS: [&str; 5] = ["Lunch", "Tea", "Café", "Team meeting", "Personal"];

/// A break or a wrap-up.
pub(crate) struct Episode {
    pub(crate) from: i64,
    to: i64,
    /// The number of its reason or its call, and from when it is another.
    values: Vec<(i64, usize)>,
}

impl Episode {
    /// The number of its reason or its call.
    pub(crate) fn value(&self, now: i64) -> usize {
        let later = self.values.iter().rev().find(|(from, _)| *from <= now);
        later.or(self.values.first()).map_or(0, |(_, value)| *value)
    }

    pub(crate) fn to(&self) -> i64 {
        self.to
    }
}

pub(crate) struct AgentDay {
    pub(crate) breaks: Vec<Episode>,
    pub(crate) wrapups: Vec<Episode>,
    /// When the session begins to answer for another agent.
    pub(crate) changes: Option<i64>,
}

impl AgentDay {
    pub(crate) fn new(dice: &mut Dice) -> Self {
        let mut breaks = Vec::new();
        fill(dice, |dice, from| {
            let longest = if dice.happens(100) { 4 * HOUR } else { 40 * MINUTE };
            let to = from + MINUTE + dice.below(longest);
            let mut values = vec![(from, reason(dice))];
            if dice.happens(200) {
                values.push((from + 1 + dice.below(to - from), reason(dice)));
            }
            breaks.push(Episode { from, to, values });
            to
        });
        let mut wrapups = Vec::new();
        fill(dice, |dice, from| {
            let to = from + 10 * SECOND + dice.below(15 * MINUTE);
            wrapups.push(Episode { from, to, values: vec![(from, wrapups.len() + 1)] });
            to
        });
        Self { breaks, wrapups, changes: dice.happens(100).then(|| dice.below(DAY)) }
    }

    /// The number of the agent for whom the session answers.
    pub(crate) fn number(&self, now: i64) -> usize {
        if self.changes.is_some_and(|when| when <= now) { 14 } else { 13 }
    }
}

/// Which of the episodes there is at a moment, if any.
pub(crate) fn present(episodes: &[Episode], now: i64) -> Option<usize> {
    let next = episodes.partition_point(|episode| episode.from <= now);
    let last = next.checked_sub(1)?;
    (now < episodes[last].to).then_some(last)
}

/// Adds episodes to the day and the hour before it. A third follow the one before so soon that no poll need see a pause.
fn fill(dice: &mut Dice, mut add: impl FnMut(&mut Dice, i64) -> i64) {
    let mut now = -HOUR;
    while now < DAY {
        let pause = if dice.happens(330) { dice.below(20 * SECOND) } else { dice.below(2 * HOUR) };
        now = add(dice, now + 1 + pause);
    }
}

fn reason(dice: &mut Dice) -> usize {
    dice.index(REASONS.len())
}
