//! A value that every answer repeats: the reason of a break, the call of a wrap-up, the agent of a session.

use std::time::Duration;

use crate::words::HIDDEN_DIGIT;

/// So many values of one state are remembered.
const REMEMBERED: usize = 32;

/// A repeated value. A new one counts once two polls in a row had it and it was not there before, so that two servers
/// that take turns in spelling it, or one wrong answer, change nothing.
#[derive(Clone, Debug)]
pub(crate) struct RepeatedValue {
    /// As it was written when it was accepted.
    value: Option<String>,
    compared_as: fn(&str) -> String,
    /// Every value that was accepted, as it is compared.
    accepted: Vec<String>,
    /// A new one, as it is compared, and when it was first there.
    candidate: Option<(String, Duration)>,
}

/// What an answer means for the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ValueChange {
    /// The same, or nothing was said.
    None,
    /// The next poll decides.
    Open,
    /// Two polls have shown the new value, the first of them at `since`.
    Confirmed {
        /// As it was written before.
        previous: String,
        /// By our monotonic clock.
        since: Duration,
    },
}

impl RepeatedValue {
    /// The value of a first answer; `compared_as` leaves out what makes no difference.
    pub(crate) fn new(value: Option<&String>, compared_as: fn(&str) -> String) -> Self {
        let mut new = Self { value: None, compared_as, accepted: Vec::new(), candidate: None };
        new.accept_first(value);
        new
    }

    pub(crate) fn get(&self) -> Option<&String> {
        self.value.as_ref()
    }

    /// Whether an answer has had a value that the next one with any has to confirm.
    pub(crate) fn is_open(&self) -> bool {
        self.candidate.is_some()
    }

    /// Takes the value of the next answer, at the monotonic moment `now`. Not said is no other value.
    pub(crate) fn after(&mut self, answer: Option<&String>, now: Duration) -> ValueChange {
        let Some((answer, compared)) = self.said(answer) else { return ValueChange::None };
        let Some(previous) = self.value.clone() else {
            self.accept_first(Some(answer));
            return ValueChange::None;
        };
        if self.accepted.contains(&compared) {
            self.candidate = None;
            return ValueChange::None;
        }
        if let Some(known) = self.accepted.iter_mut().find(|known| is_with_hidden_digits(known, &compared)) {
            if (self.compared_as)(&previous) == *known {
                self.value = Some(answer.clone());
            }
            *known = compared;
            self.candidate = None;
            return ValueChange::None;
        }
        match self.candidate.take() {
            Some((candidate, since)) if candidate == compared => {
                self.value = Some(answer.clone());
                self.accept(compared);
                ValueChange::Confirmed { previous, since }
            }
            _ => {
                self.candidate = Some((compared, now));
                ValueChange::Open
            }
        }
    }

    /// Takes a value that was accepted by another memory.
    pub(crate) fn learn(&mut self, value: Option<&String>) {
        self.candidate = None;
        let Some((value, compared)) = self.said(value) else { return };
        self.value = Some(value.clone());
        if !self.accepted.contains(&compared) {
            self.accept(compared);
        }
    }

    /// Takes the value of an answer that may be about something else: no other value begins to count by it, but one that
    /// it does not repeat counts no longer.
    pub(crate) fn doubt(&mut self, answer: Option<&String>) {
        if let Some((_, compared)) = self.said(answer) {
            self.candidate.take_if(|(candidate, _)| *candidate != compared);
        }
    }

    fn accept(&mut self, compared: String) {
        self.accepted.push(compared);
        if self.accepted.len() > REMEMBERED {
            self.accepted.remove(0);
        }
    }

    fn accept_first(&mut self, value: Option<&String>) {
        if let Some((value, compared)) = self.said(value) {
            self.value = Some(value.clone());
            self.accepted.push(compared);
        }
    }

    /// What says nothing in this API: an absent value, an empty one, and 0.
    fn said<'a>(&self, value: Option<&'a String>) -> Option<(&'a String, String)> {
        let value = value?;
        let compared = (self.compared_as)(value);
        (!compared.is_empty() && compared != "0").then_some((value, compared))
    }
}

/// Whether one value is the other as a journal keeps it, which masks phone numbers in ids and reasons. Which digits those were
/// is not known any more, so any may be.
fn is_with_hidden_digits(known: &str, whole: &str) -> bool {
    let is_same =
        |(known, whole): (char, char)| known == whole || (known == HIDDEN_DIGIT && whole.is_numeric());
    known.contains(HIDDEN_DIGIT)
        && known.chars().count() == whole.chars().count()
        && known.chars().zip(whole.chars()).all(is_same)
}
