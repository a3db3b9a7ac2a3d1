//! One question to one or many profiles: never more than `jobs` at a time, answers in the order of
//! the profiles whatever order they arrive in, failures beside answers.

use std::cell::Cell;

use futures_util::StreamExt;
use futures_util::stream;

use crate::api::SignedIn;
use crate::failure::{ExitStatus, Failure};

/// The profiles to ask.
pub struct Fleet {
    /// Each profile, signed in, or why it is not.
    pub members: Vec<FleetMember>,
    /// Whether the answer is a list, even for one profile.
    pub is_many: bool,
    /// How many are asked at the same time.
    pub jobs: usize,
    /// Told after each answer how many have answered, of how many.
    pub progress: Box<dyn Fn(usize, usize)>,
}

/// One profile of a fleet.
pub struct FleetMember {
    /// Its name.
    pub profile: String,
    /// Signed in, or why not.
    pub signed_in: Result<SignedIn, Failure>,
}

/// What a fleet answered.
pub struct Answers<T> {
    /// The answers, in the order of the profiles.
    pub given: Vec<(String, T)>,
    /// The failures, in the order of the profiles.
    pub failures: Vec<Failure>,
}

impl Fleet {
    /// Asks every profile. With a single profile, its failure is the command's failure.
    ///
    /// # Errors
    /// Only with a single profile.
    pub async fn ask<'a, T, Asking>(
        &'a self,
        question: impl Fn(&'a SignedIn) -> Asking,
    ) -> Result<Answers<T>, Failure>
    where
        Asking: Future<Output = Result<T, Failure>>,
    {
        let answered = Cell::new(0);
        let ask = |(index, member): (usize, &'a FleetMember)| {
            let asking = member.signed_in.as_ref().map(&question);
            let answered = &answered;
            async move {
                let outcome = match asking {
                    Ok(asking) => asking.await,
                    Err(failure) => Err(failure.clone()),
                };
                answered.set(answered.get() + 1);
                (self.progress)(answered.get(), self.members.len());
                (index, member.profile.clone(), outcome)
            }
        };
        let asked = stream::iter(self.members.iter().enumerate()).map(ask).buffer_unordered(self.jobs.max(1));
        let mut outcomes: Vec<_> = asked.collect().await;
        outcomes.sort_by_key(|(index, ..)| *index);
        let mut answers = Answers { given: Vec::with_capacity(outcomes.len()), failures: vec![] };
        for (_, profile, outcome) in outcomes {
            match outcome {
                Ok(answer) => answers.given.push((profile, answer)),
                Err(failure) if self.is_many => answers.failures.push(failure.of_profile(&profile)),
                Err(failure) => return Err(failure),
            }
        }
        Ok(answers)
    }
}

impl<T> Answers<T> {
    /// The exit status for all: see [`ExitStatus::of_many`].
    #[must_use]
    pub fn status(&self) -> ExitStatus {
        let answered = self.given.first().map(|_| ExitStatus::Done);
        ExitStatus::of_many(answered.into_iter().chain(self.failures.iter().map(|failure| failure.status)))
    }
}
