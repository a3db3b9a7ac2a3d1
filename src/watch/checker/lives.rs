//! When the processes of a day live and die.

use crate::watch::checker::day::{DAY, HOUR, MINUTE, SECOND, Weather};
use crate::watch::checker::dice::Dice;

/// When a process is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    BeforePoll,
    BeforeCommit,
    BeforeStdout,
    AfterStdout,
    /// It is not killed but ended by a signal, while a poll is under way.
    DuringPoll,
}

const STAGES: [Stage; 5] =
    [Stage::BeforePoll, Stage::BeforeCommit, Stage::BeforeStdout, Stage::AfterStdout, Stage::DuringPoll];

/// From when until when a process lives, and whether it is killed then.
pub(super) struct Span {
    pub(super) from: i64,
    pub(super) to: i64,
    pub(super) killed: Option<Stage>,
}

/// The lives of one process after the other. No process starts or ends while the machine sleeps.
pub(super) fn lives(slot: usize, weather: &Weather, dice: &mut Dice) -> Vec<Span> {
    if weather.is_calm && slot == 0 {
        return vec![Span { from: 0, to: DAY, killed: None }];
    }
    let sleep = weather.sleep.map_or(0..=0, |(from, to)| from - MINUTE..=to);
    let awake = |moment| if sleep.contains(&moment) { *sleep.end() + 1 } else { moment };
    let mut spans = vec![];
    let mut now = dice.below(2 * HOUR);
    while now < DAY {
        let from = awake(now);
        let length = [10 * MINUTE, HOUR, 6 * HOUR][dice.index(3)];
        let to = awake((from + MINUTE + dice.below(length)).min(DAY));
        let killed = (!weather.is_calm && dice.happens(700)).then(|| STAGES[dice.index(STAGES.len())]);
        spans.push(Span { from, to, killed });
        let pause = [20 * SECOND, 10 * MINUTE, 50 * MINUTE, 3 * HOUR][dice.index(4)];
        // The answer that was on its way has come before the next one begins.
        now = to + 2 * SECOND + dice.below(pause);
    }
    spans
}

/// When single commands are run.
pub(super) fn single_moments(weather: &Weather, dice: &mut Dice) -> Vec<i64> {
    let count = if weather.is_calm { 0 } else { dice.below(8) };
    let mut moments: Vec<i64> = (0..count).map(|_| dice.below(DAY)).collect();
    moments.retain(|moment| weather.sleep.is_none_or(|(from, to)| !(from..=to).contains(moment)));
    moments.sort_unstable();
    moments
}
