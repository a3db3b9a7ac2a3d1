//! What is done wrong, so that it can be seen whether the days find it.

use crate::floor::shift::AgentShift;
use crate::watch::recorder::model::Planted;

#[derive(Clone, Copy)]
pub(crate) enum Fault<'f> {
    OfTheJournal(Planted),
    /// One at a time.
    OfShifts(&'f [Spoils]),
}

/// Makes a figure of a shift wrong.
pub(crate) type Spoils = fn(&mut AgentShift);

impl<'f> Fault<'f> {
    pub(crate) fn parts(self) -> (Option<Planted>, &'f [Spoils]) {
        match self {
            Self::OfTheJournal(planted) => (Some(planted), &[]),
            Self::OfShifts(spoils) => (None, spoils),
        }
    }
}
