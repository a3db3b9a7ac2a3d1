//! What an agent does: stints of four hours filled with calls, wrap-ups and breaks, one after another.

use crate::sandbox::floor::agents::NEW_HIRE;
use crate::sandbox::floor::chance::Chance;
use crate::sandbox::floor::customers::Customer;

/// Seconds since the Unix epoch.
pub(crate) type Second = i64;

/// The length of a stint. An agent's whole day is stints without a seam: nothing crosses the end of one,
/// so that any moment can be worked out from one stint alone.
const STINT: Second = 4 * 3_600;

const QUEUES: [&str; 5] = ["Sales", "Support", "Billing", "Renewals", "हिंदी सहायता"];

/// A stretch of one agent's time in which the agent is not available.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Episode {
    /// A call, then its wrap-up.
    Call { start: Second, hung_up: Second, wrapped_up: Second, call: Call },
    /// A break.
    Break { start: Second, end: Second, kind: BreakKind },
}

/// One call of an agent with a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) id: u64,
    pub(crate) incoming: bool,
    pub(crate) customer: Customer,
    pub(crate) queue: &'static str,
}

/// A kind of break: its length in minutes, and how many of them the house allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BreakKind {
    pub(crate) reason: &'static str,
    pub(crate) shortest: i64,
    pub(crate) longest: i64,
    pub(crate) allowed: Option<i64>,
}

const LUNCH: BreakKind = BreakKind { reason: "Lunch", shortest: 25, longest: 45, allowed: Some(30) };
const TEA: BreakKind = BreakKind { reason: "Tea", shortest: 5, longest: 18, allowed: Some(15) };
const RESTROOM: BreakKind = BreakKind { reason: "Restroom", shortest: 3, longest: 9, allowed: None };
const PERSONAL: BreakKind = BreakKind { reason: "Personal", shortest: 4, longest: 20, allowed: Some(10) };
const MEETING: BreakKind = BreakKind { reason: "Meeting", shortest: 10, longest: 30, allowed: None };
const TRAINING: BreakKind = BreakKind { reason: "Training", shortest: 10, longest: 40, allowed: None };

/// Short breaks are listed more often because they are taken more often.
const BREAKS: [BreakKind; 12] =
    [TEA, TEA, TEA, TEA, RESTROOM, RESTROOM, RESTROOM, PERSONAL, PERSONAL, MEETING, TRAINING, LUNCH];

impl Episode {
    pub(crate) fn start(&self) -> Second {
        match *self {
            Self::Call { start, .. } | Self::Break { start, .. } => start,
        }
    }

    pub(crate) fn end(&self) -> Second {
        match *self {
            Self::Call { wrapped_up, .. } => wrapped_up,
            Self::Break { end, .. } => end,
        }
    }
}

/// One agent of one floor, whose time is divided into numbered stints.
#[derive(Clone, Copy)]
pub(crate) struct Worker {
    pub(crate) seed: u64,
    pub(crate) agent: usize,
}

impl Worker {
    /// A new hire waits between one training and the next.
    pub(crate) fn takes_calls(self) -> bool {
        self.agent != NEW_HIRE
    }

    /// The number of the stint that this second belongs to.
    pub(crate) fn stint_at(self, second: Second) -> i64 {
        (second - self.offset()).div_euclid(STINT)
    }

    /// A sequence of chances for one purpose in one stint.
    pub(crate) fn chance(self, stint: i64, purpose: &str) -> Chance {
        let purpose = purpose.bytes().fold(0, |sum, byte| sum * 256 + u64::from(byte));
        Chance::of(&[self.seed, self.agent as u64, stint.cast_unsigned(), purpose])
    }

    /// What fills the stint, in order and without overlap.
    pub(crate) fn episodes(self, stint: i64) -> Vec<Episode> {
        let mut chance = self.chance(stint, "work");
        let mut now = stint * STINT + self.offset();
        let end = now + STINT;
        let mut episodes = Vec::new();
        loop {
            now += if self.takes_calls() { chance.between(5, 45) } else { chance.between(900, 2_700) };
            let episode = if !self.takes_calls() {
                on_break(now, TRAINING, &mut chance)
            } else if chance.comes_up(8) {
                on_break(now, chance.pick(&BREAKS), &mut chance)
            } else {
                a_call(now, &mut chance)
            };
            if episode.end() > end {
                return episodes;
            }
            now = episode.end();
            episodes.push(episode);
        }
    }

    /// Shifts the stints of different agents against each other.
    fn offset(self) -> Second {
        Chance::of(&[self.seed, self.agent as u64]).between(0, STINT - 1)
    }
}

fn on_break(start: Second, kind: BreakKind, chance: &mut Chance) -> Episode {
    let end = start + chance.between(kind.shortest * 60, kind.longest * 60);
    Episode::Break { start, end, kind }
}

/// Most calls are short: of three drawn lengths between 1 and 9 minutes the shortest counts.
fn a_call(start: Second, chance: &mut Chance) -> Episode {
    let length = chance.between(60, 540).min(chance.between(60, 540)).min(chance.between(60, 540));
    let hung_up = start + length;
    Episode::Call {
        start,
        hung_up,
        wrapped_up: hung_up + chance.between(20, 120).min(chance.between(20, 120)),
        call: Call {
            id: chance.next(),
            incoming: chance.comes_up(65),
            customer: Customer::drawn_by(chance),
            queue: chance.pick(&QUEUES),
        },
    }
}
