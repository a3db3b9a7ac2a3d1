//! The report that `break-status` and `wrapup` make of their answers: one row per profile, or a single row with a
//! sentence.

use crate::app::console::Outcome;
use crate::app::fleet::Answers;
use crate::client::Answer;
use crate::failure::ExitStatus;
use crate::floor::overview::Urgency;
use crate::report::{Document, Report, Row, Sentence};

pub(crate) struct StateReport<T> {
    pub(crate) document: &'static Document,
    /// Whether the agent is in the state: the "yes" of `--exit-status`.
    pub(crate) is_active: fn(&T) -> bool,
    /// Which row of several is first.
    pub(crate) urgency: fn(&Answer<T>) -> Urgency,
    pub(crate) row: fn(String, Answer<T>) -> Row,
    pub(crate) sentence: fn(&Answer<T>) -> Sentence,
}

impl<T> StateReport<T> {
    /// With `sets_exit_status`, exit code 3 if no agent is in the state.
    pub(crate) fn outcome(&self, mut answers: Answers<Answer<T>>, sets_exit_status: bool) -> Outcome {
        let mut status = answers.status();
        let failures = answers.take_failures();
        let is_active_somewhere = answers.answered.iter().any(|(_, answer)| (self.is_active)(&answer.value));
        if sets_exit_status && status == ExitStatus::Done && !is_active_somewhere {
            status = ExitStatus::No;
        }
        let sentence = match answers.answered.as_slice() {
            [(_, only)] if !answers.is_many => Some((self.sentence)(only)),
            _ => None,
        };
        let notes =
            answers.answered.iter_mut().flat_map(|(_, answer)| std::mem::take(&mut answer.notes)).collect();
        answers.answered.sort_by_key(|(_, answer)| (self.urgency)(answer));
        let rows =
            answers.answered.into_iter().map(|(profile, answer)| (self.row)(profile, answer)).collect();
        let report = Report {
            single: !answers.is_many,
            failures,
            sentence,
            notes,
            ..Report::new(self.document, rows)
        };
        Outcome { report, status }
    }
}
