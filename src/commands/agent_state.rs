//! What `break-status` and `wrapup` share: one row for each profile, or the one row itself with a
//! sentence a person would say.

use crate::app::console::Outcome;
use crate::app::fleet::Answers;
use crate::client::Answer;
use crate::failure::ExitStatus;
use crate::report::{Document, Report, Row, Sentence};

/// How a state is told.
pub(crate) struct Telling<T> {
    /// The shape of the answer.
    pub document: &'static Document,
    /// Whether the state holds: the "yes" of `--exit-status`.
    pub holds: fn(&T) -> bool,
    /// The state as a row.
    pub row: fn(String, Answer<T>) -> Row,
    /// The state as a sentence.
    pub sentence: fn(&Answer<T>) -> Sentence,
}

impl<T> Telling<T> {
    /// Tells what a fleet answered; `sets_exit_status` turns a "no" of everyone into exit code 3.
    pub(crate) fn tell(&self, mut answers: Answers<Answer<T>>, sets_exit_status: bool) -> Outcome {
        let mut status = answers.status();
        let holds_for_someone = answers.given.iter().any(|(_, answer)| (self.holds)(&answer.value));
        if sets_exit_status && status == ExitStatus::Done && !holds_for_someone {
            status = ExitStatus::No;
        }
        let sentence = match answers.given.as_slice() {
            [(_, only)] if !answers.is_many => Some((self.sentence)(only)),
            _ => None,
        };
        let notes =
            answers.given.iter_mut().flat_map(|(_, answer)| std::mem::take(&mut answer.notes)).collect();
        let rows = answers.given.into_iter().map(|(profile, answer)| (self.row)(profile, answer)).collect();
        let report = Report {
            single: !answers.is_many,
            failures: answers.failures.into_iter().map(|failure| *failure.problem).collect(),
            sentence,
            notes,
            ..Report::new(self.document, rows)
        };
        Outcome { report, status }
    }
}
