//! What a row about one agent shows, on the board, in `status` and in lists: its state in one word, for how long, and
//! which row is first.

use std::cmp::Reverse;
use std::time::Duration;

use crate::floor::answer::{Break, Wrapup};
use crate::floor::event::Level;
use crate::floor::state::{AgentState, StateSince};

/// The state of an agent in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateName {
    /// On break, in wrap-up or not.
    OnBreak,
    /// In wrap-up, and not on break.
    InWrapup,
    /// Neither, as good answers to both questions show. It does not mean that somebody works.
    Neither,
    /// An answer is missing.
    Unknown,
}

impl StateName {
    /// Every state, in the order in which a tally lists them.
    pub const ALL: [Self; 4] = [Self::OnBreak, Self::InWrapup, Self::Neither, Self::Unknown];

    /// A break goes before a wrap-up. Nothing is concluded from an answer that is missing.
    #[must_use]
    pub fn of(on_break: Option<bool>, in_wrapup: Option<bool>) -> Self {
        match (on_break, in_wrapup) {
            (Some(true), _) => Self::OnBreak,
            (Some(false), Some(true)) => Self::InWrapup,
            (Some(false), Some(false)) => Self::Neither,
            (None, _) | (Some(false), None) => Self::Unknown,
        }
    }

    /// The word in documents.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::OnBreak => "on_break",
            Self::InWrapup => "in_wrapup",
            Self::Neither => "neither",
            Self::Unknown => "unknown",
        }
    }
}

/// What is known of an agent at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Overview<'a> {
    pub name: StateName,
    /// The break, if the agent is on one.
    pub breaking: Option<&'a StateSince<Break>>,
    /// The wrap-up, if the agent is in one.
    pub wrapping: Option<&'a StateSince<Wrapup>>,
    /// How long that has lasted at least; if it is neither, for how long it has been neither.
    pub seconds: Option<i64>,
}

impl<'a> Overview<'a> {
    /// At the monotonic moment `now`.
    #[must_use]
    pub fn of(state: &'a AgentState, now: Duration) -> Self {
        let (of_break, of_wrapup) = (state.break_state.as_ref(), state.wrapup.as_ref());
        let breaking = of_break.filter(|since| since.state.on_break);
        let wrapping = of_wrapup.filter(|since| since.state.in_wrapup);
        let seconds = match (breaking, wrapping) {
            (Some(since), _) => Some(since.seconds_at_least(now)),
            (None, Some(since)) => Some(since.seconds_at_least(now)),
            (None, None) => {
                let denied = [
                    of_break.map(|since| since.seconds_at_least(now)),
                    of_wrapup.map(|since| since.seconds_at_least(now)),
                ];
                denied.into_iter().flatten().min()
            }
        };
        let name = StateName::of(
            of_break.map(|since| since.state.on_break),
            of_wrapup.map(|since| since.state.in_wrapup),
        );
        Self { name, breaking, wrapping, seconds }
    }

    /// The place of its row; `level` is the highest level at which it is over a limit.
    #[must_use]
    pub fn urgency(&self, level: Option<Level>, now: Duration) -> Urgency {
        let is_away = self.breaking.is_some() || self.wrapping.is_some();
        let wrapping = self.wrapping.filter(|_| self.breaking.is_none());
        let left = wrapping.and_then(|since| since.seconds_left(now).or(since.state.remaining_seconds));
        Urgency::new(level, is_away, self.seconds, left)
    }
}

/// Which row is first: the smaller one. Rows over a limit come first, then those on break or in wrap-up, the longest
/// first; of wrap-ups that have lasted equally long as far as is known, the one that ends first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Urgency {
    level: Reverse<Option<Level>>,
    is_away: Reverse<bool>,
    seconds: Reverse<Option<i64>>,
    has_no_end: bool,
    left: Option<i64>,
}

impl Urgency {
    /// `seconds` is how long the state has lasted, `left` how long it will last.
    #[must_use]
    pub fn new(level: Option<Level>, is_away: bool, seconds: Option<i64>, left: Option<i64>) -> Self {
        Self {
            level: Reverse(level),
            is_away: Reverse(is_away),
            seconds: Reverse(seconds),
            has_no_end: left.is_none(),
            left,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_break_goes_before_a_wrapup_and_a_missing_answer_proves_nothing() {
        for (on_break, in_wrapup, name) in [
            (Some(true), Some(true), "on_break"),
            (Some(true), Some(false), "on_break"),
            (Some(true), None, "on_break"),
            (Some(false), Some(true), "in_wrapup"),
            (Some(false), Some(false), "neither"),
            (Some(false), None, "unknown"),
            (None, Some(true), "unknown"),
            (None, Some(false), "unknown"),
            (None, None, "unknown"),
        ] {
            assert_eq!(StateName::of(on_break, in_wrapup).word(), name, "{on_break:?} {in_wrapup:?}");
        }
    }

    #[test]
    fn rows_over_a_limit_are_first_then_those_away_the_longest_first() {
        let rows = [
            Urgency::new(Some(Level::Critical), true, Some(5), None),
            Urgency::new(Some(Level::Warn), true, Some(900), None),
            Urgency::new(None, true, Some(800), None),
            Urgency::new(None, true, Some(7), None),
            Urgency::new(None, true, Some(0), Some(-3)),
            Urgency::new(None, true, Some(0), Some(20)),
            Urgency::new(None, true, Some(0), None),
            Urgency::new(None, true, None, Some(20)),
            Urgency::new(None, false, Some(9000), None),
            Urgency::new(None, false, None, None),
        ];
        for (first, second) in rows.iter().zip(&rows[1..]) {
            assert!(first < second, "{first:?}\n{second:?}");
        }
    }
}
