//! One question to one or many profiles: never more than `jobs` at a time, answers in the order of
//! the profiles whatever order they arrive in, failures beside answers.

use std::cell::Cell;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;

use crate::client::SignedIn;
use crate::failure::{ExitStatus, Failure};

/// The profiles to ask.
pub struct Fleet {
    /// Each profile, signed in, or why it is not.
    pub members: Vec<FleetMember>,
    /// Whether the answer is a list, even for one profile.
    pub is_many: bool,
    /// How many are asked at the same time.
    pub jobs: usize,
    /// Told what is going on, for a person who waits.
    pub progress: Box<dyn Fn(Step)>,
}

/// What is going on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// So many profiles have answered.
    Asking {
        /// How many have.
        done: usize,
        /// Of how many.
        total: usize,
    },
    /// Nobody is asked for a while.
    Waiting {
        /// How many are waited for.
        still: usize,
        /// Until they are asked again.
        pause: Duration,
    },
}

/// One profile of a fleet.
pub struct FleetMember {
    /// Its name.
    pub profile: String,
    /// Signed in, or why not.
    pub signed_in: Result<SignedIn, Failure>,
    /// What to do when the server does not accept its session any more; `None` for a simulated one.
    pub way_back: Option<String>,
}

impl FleetMember {
    /// A session that is over is told with the way to a new one.
    #[must_use]
    pub fn with_way_back(&self, failure: Failure) -> Failure {
        match &self.way_back {
            // Where there was no session to ask with, the failure says so itself.
            Some(way_back) if failure.status == ExitStatus::SignIn && self.signed_in.is_ok() => {
                failure.hint(way_back)
            }
            _ => failure,
        }
    }
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
        self.ask_some(|_| true, question).await
    }

    /// Asks those profiles alone that are wanted by name.
    ///
    /// # Errors
    /// Only with a single profile.
    pub async fn ask_some<'a, T, Asking>(
        &'a self,
        is_wanted: impl Fn(&str) -> bool,
        question: impl Fn(&'a SignedIn) -> Asking,
    ) -> Result<Answers<T>, Failure>
    where
        Asking: Future<Output = Result<T, Failure>>,
    {
        let wanted: Vec<&FleetMember> =
            self.members.iter().filter(|member| is_wanted(&member.profile)).collect();
        let (answered, total) = (Cell::new(0), wanted.len());
        (self.progress)(Step::Asking { done: 0, total });
        let ask = |(index, member): (usize, &'a FleetMember)| {
            let asking = member.signed_in.as_ref().map(&question);
            let answered = &answered;
            async move {
                let outcome = match asking {
                    Ok(asking) => asking.await.map_err(|failure| member.with_way_back(failure)),
                    Err(failure) => Err(failure.clone()),
                };
                answered.set(answered.get() + 1);
                (self.progress)(Step::Asking { done: answered.get(), total });
                (index, member.profile.clone(), outcome)
            }
        };
        let asked = stream::iter(wanted.into_iter().enumerate()).map(ask).buffer_unordered(self.jobs.max(1));
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

impl Fleet {
    /// What [`FleetMember::with_way_back`] says for the only profile.
    #[must_use]
    pub fn with_way_back(&self, failure: Failure) -> Failure {
        match self.members.as_slice() {
            [only] => only.with_way_back(failure),
            _ => failure,
        }
    }
}

impl<T> Answers<T> {
    /// Puts later answers, and later failures, in the place of earlier answers.
    pub fn replace(&mut self, later: Self) {
        for (profile, answer) in later.given {
            if let Some(earlier) = self.given.iter_mut().find(|(earlier, _)| *earlier == profile) {
                earlier.1 = answer;
            }
        }
        for failure in later.failures {
            self.given.retain(|(profile, _)| failure.problem.profile.as_ref() != Some(profile));
            self.failures.push(failure);
        }
    }

    /// The exit status for all: see [`ExitStatus::of_many`].
    #[must_use]
    pub fn status(&self) -> ExitStatus {
        let answered = self.given.first().map(|_| ExitStatus::Done);
        ExitStatus::of_many(answered.into_iter().chain(self.failures.iter().map(|failure| failure.status)))
    }
}
