//! When the processes of a day live and die, and what the stdout of one of them gets.

use crate::watch::checker::day::{DAY, HOUR, MINUTE, SECOND, Weather};
use crate::watch::checker::dice::Dice;
use crate::watch::checker::verdict::Verdict;

/// When a process is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    BeforePoll,
    BeforeCommit,
    BeforeStdout,
    AfterStdout,
}

const STAGES: [Stage; 4] = [Stage::BeforePoll, Stage::BeforeCommit, Stage::BeforeStdout, Stage::AfterStdout];

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
        now = to + 1 + dice.below(pause);
    }
    spans
}

/// The lines that one watch after the other wrote, as numbers of events.
#[derive(Default)]
pub(super) struct Stdout {
    /// The next event that it is to get.
    pub(super) next: i64,
    /// Whether the last watch was killed: then its last round may come again.
    pub(super) may_repeat: bool,
}

impl Stdout {
    pub(super) fn print(&mut self, seq: i64, verdict: &mut Verdict) {
        verdict.counts.printed += 1;
        if seq == self.next {
            self.next += 1;
        } else if seq > self.next {
            verdict.note(|| format!("stdout got {seq} and not {}", self.next));
            verdict.counts.lost += 1;
            self.next = seq + 1;
        } else if self.may_repeat {
            verdict.counts.printed_again += 1;
        } else {
            verdict.note(|| format!("stdout got {seq} again before {}", self.next));
            verdict.counts.duplicated += 1;
        }
    }
}
