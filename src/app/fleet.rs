//! One question to one or many profiles: never more than `jobs` at a time, answers in the order of
//! the profiles whatever order they arrive in, failures beside answers.

use std::cell::Cell;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;

use crate::client::SignedIn;
use crate::failure::{ExitStatus, Failure};

/// The agents to ask.
pub(crate) struct Fleet {
    /// The agents, signed in or with the reason why not.
    pub(crate) agents: Vec<Agent>,
    /// Whether the answer is a list, even for one profile.
    pub(crate) is_many: bool,
    /// How many are asked at the same time.
    pub(crate) jobs: usize,
    /// Shows the progress to a person who waits.
    pub(crate) progress: Box<dyn Fn(Step)>,
}

/// What is going on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
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

/// One agent, by the name of the profile that answers for it.
pub(crate) struct Agent<S = SignedIn> {
    /// The profile's name.
    pub(crate) profile: String,
    /// The session to ask with, or why there is none.
    pub(crate) session: Result<S, Failure>,
    /// What to do when the server does not accept the session any more; `None` for a simulated one.
    pub(crate) sign_in_hint: Option<String>,
}

impl<S> Agent<S> {
    /// The same agent one step further.
    pub(crate) fn and_then<T>(self, step: impl FnOnce(S) -> Result<T, Failure>) -> Agent<T> {
        let Self { profile, session, sign_in_hint } = self;
        Agent { profile, session: session.and_then(step), sign_in_hint }
    }

    /// A failure with the hint, where the server did not accept the session.
    pub(crate) fn with_sign_in_hint(&self, failure: Failure) -> Failure {
        match &self.sign_in_hint {
            // Where there was no session to ask with, the failure says so itself.
            Some(hint) if failure.status == ExitStatus::SignIn && self.session.is_ok() => failure.hint(hint),
            _ => failure,
        }
    }
}

/// What a fleet answered.
pub(crate) struct Answers<T> {
    /// The answers, in the order of the profiles.
    pub(crate) given: Vec<(String, T)>,
    /// The failures, in the order of the profiles.
    pub(crate) failures: Vec<Failure>,
    /// [`Fleet::is_many`].
    pub(crate) is_many: bool,
}

impl Fleet {
    /// Asks every profile. With a single profile, its failure is the command's failure.
    ///
    /// # Errors
    /// Only with a single profile.
    pub(crate) async fn ask<'a, T, Asking>(
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
    pub(crate) async fn ask_some<'a, T, Asking>(
        &'a self,
        is_wanted: impl Fn(&str) -> bool,
        question: impl Fn(&'a SignedIn) -> Asking,
    ) -> Result<Answers<T>, Failure>
    where
        Asking: Future<Output = Result<T, Failure>>,
    {
        let wanted: Vec<&Agent> = self.agents.iter().filter(|agent| is_wanted(&agent.profile)).collect();
        let (answered, total) = (Cell::new(0), wanted.len());
        (self.progress)(Step::Asking { done: 0, total });
        let ask = |(index, agent): (usize, &'a Agent)| {
            let asking = agent.session.as_ref().map(&question);
            let answered = &answered;
            async move {
                let outcome = match asking {
                    Ok(asking) => asking.await.map_err(|failure| agent.with_sign_in_hint(failure)),
                    Err(failure) => Err(failure.clone()),
                };
                answered.set(answered.get() + 1);
                (self.progress)(Step::Asking { done: answered.get(), total });
                (index, agent.profile.clone(), outcome)
            }
        };
        let asked = stream::iter(wanted.into_iter().enumerate()).map(ask).buffer_unordered(self.jobs.max(1));
        let mut outcomes: Vec<_> = asked.collect().await;
        outcomes.sort_by_key(|(index, ..)| *index);
        let mut answers =
            Answers { given: Vec::with_capacity(outcomes.len()), failures: vec![], is_many: self.is_many };
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
    /// [`Agent::with_sign_in_hint`] for the only agent.
    pub(crate) fn with_sign_in_hint(&self, failure: Failure) -> Failure {
        match self.agents.as_slice() {
            [only] => only.with_sign_in_hint(failure),
            _ => failure,
        }
    }
}

impl<T> Answers<T> {
    /// The answer of the only agent that was asked.
    ///
    /// # Errors
    /// If nobody was asked: exit code 4.
    pub(crate) fn only(self) -> Result<T, Failure> {
        let only = self.given.into_iter().next().map(|(_, answer)| answer);
        only.ok_or_else(|| Failure::sign_in("not signed in"))
    }

    /// Puts later answers, and later failures, in the place of earlier answers.
    pub(crate) fn replace(&mut self, later: Self) {
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
    pub(crate) fn status(&self) -> ExitStatus {
        let answered = self.given.first().map(|_| ExitStatus::Done);
        ExitStatus::of_many(answered.into_iter().chain(self.failures.iter().map(|failure| failure.status)))
    }
}
