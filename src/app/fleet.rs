//! One request to one or many profiles: at most `jobs` at a time, with the answers in the order of the profiles, and the
//! failures beside them.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;

use crate::client::SignedIn;
use crate::failure::{ExitStatus, Failure};
use crate::report::Failures;

pub(crate) struct Fleet {
    pub(crate) agents: Vec<Agent>,
    /// Whether the answer is a list, even for one profile.
    pub(crate) is_many: bool,
    pub(crate) jobs: usize,
    pub(crate) progress: Box<dyn Fn(Step)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Querying {
        done: usize,
        total: usize,
    },
    /// A pause before the next request.
    Waiting {
        still: usize,
        pause: Duration,
    },
}

/// An agent and its session. `S` is what is known of the session so far.
pub(crate) struct Agent<S = SignedIn> {
    pub(crate) profile: String,
    /// As the server named the agent at login, where it did.
    pub(crate) id_at_login: Option<String>,
    /// Where a stored profile is signed in: with or without a session, that is whose past is in the journal.
    pub(crate) server: Option<String>,
    /// Or why there is none.
    pub(crate) session: Result<S, Failure>,
    /// Whether the session is the one in variables, and not a stored one.
    pub(crate) is_in_variables: bool,
    /// What to do when the server no longer accepts the session; `None` for a simulated one.
    pub(crate) sign_in_hint: Option<String>,
}

impl<S> Agent<S> {
    /// An agent of whom no more is known than the session.
    pub(crate) fn new(profile: String, session: Result<S, Failure>) -> Self {
        Self { profile, id_at_login: None, server: None, session, is_in_variables: false, sign_in_hint: None }
    }

    /// Continues with the session, unless there is none.
    pub(crate) fn and_then<T>(self, step: impl FnOnce(S) -> Result<T, Failure>) -> Agent<T> {
        let Self { profile, id_at_login, server, session, is_in_variables, sign_in_hint } = self;
        Agent { profile, id_at_login, server, session: session.and_then(step), is_in_variables, sign_in_hint }
    }

    /// Adds the hint if the server did not accept the session.
    pub(crate) fn with_sign_in_hint(&self, failure: Failure) -> Failure {
        match &self.sign_in_hint {
            // The failure for a missing session has its own hint.
            Some(hint) if failure.status == ExitStatus::SignIn && self.session.is_ok() => failure.hint(hint),
            _ => failure,
        }
    }
}

/// Answers and failures, each in the order of the profiles.
pub(crate) struct Answers<T> {
    pub(crate) answered: Vec<(String, T)>,
    pub(crate) failures: Vec<Failure>,
    pub(crate) is_many: bool,
}

impl Fleet {
    /// Sends a request for every profile. The failure of a single profile is the failure of the command.
    ///
    /// # Errors
    /// Only with a single profile.
    pub(crate) async fn query<'a, T, Request>(
        &'a self,
        request: impl Fn(&'a SignedIn) -> Request,
    ) -> Result<Answers<T>, Failure>
    where
        Request: Future<Output = Result<T, Failure>>,
    {
        self.query_some(|_| true, request).await
    }

    /// Like [`Fleet::query`], with what there is to show of a profile without a session.
    ///
    /// # Errors
    /// Only with a single profile.
    pub(crate) async fn query_or<'a, T, Request>(
        &'a self,
        request: impl Fn(&'a SignedIn) -> Request,
        without_session: impl Fn(&str, Failure) -> Result<T, Failure>,
    ) -> Result<Answers<T>, Failure>
    where
        Request: Future<Output = Result<T, Failure>>,
    {
        self.query_each(|_| true, request, without_session).await
    }

    /// Like [`Fleet::query`], but only for the profiles that `is_wanted` selects by name.
    ///
    /// # Errors
    /// Only with a single profile.
    pub(crate) async fn query_some<'a, T, Request>(
        &'a self,
        is_wanted: impl Fn(&str) -> bool,
        request: impl Fn(&'a SignedIn) -> Request,
    ) -> Result<Answers<T>, Failure>
    where
        Request: Future<Output = Result<T, Failure>>,
    {
        self.query_each(is_wanted, request, |_, failure| Err(failure)).await
    }

    async fn query_each<'a, T, Request>(
        &'a self,
        is_wanted: impl Fn(&str) -> bool,
        request: impl Fn(&'a SignedIn) -> Request,
        without_session: impl Fn(&str, Failure) -> Result<T, Failure>,
    ) -> Result<Answers<T>, Failure>
    where
        Request: Future<Output = Result<T, Failure>>,
    {
        let wanted: Vec<&Agent> = self.agents.iter().filter(|agent| is_wanted(&agent.profile)).collect();
        let (answered, total) = (Cell::new(0), wanted.len());
        (self.progress)(Step::Querying { done: 0, total });
        let query = |(index, agent): (usize, &'a Agent)| {
            let pending = agent.session.as_ref().map(&request);
            let (answered, without_session) = (&answered, &without_session);
            async move {
                let outcome = match pending {
                    Ok(pending) => pending.await.map_err(|failure| agent.with_sign_in_hint(failure)),
                    Err(failure) => without_session(&agent.profile, failure.clone()),
                };
                answered.set(answered.get() + 1);
                (self.progress)(Step::Querying { done: answered.get(), total });
                (index, agent.profile.clone(), outcome)
            }
        };
        let queries =
            stream::iter(wanted.into_iter().enumerate()).map(query).buffer_unordered(self.jobs.max(1));
        let mut outcomes: Vec<_> = queries.collect().await;
        outcomes.sort_by_key(|(index, ..)| *index);
        let mut answers =
            Answers { answered: Vec::with_capacity(outcomes.len()), failures: vec![], is_many: self.is_many };
        for (_, profile, outcome) in outcomes {
            match outcome {
                Ok(answer) => answers.answered.push((profile, answer)),
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

/// The profiles of which only what was recorded is shown, because the server did not answer, each with the reason.
#[derive(Default)]
pub(crate) struct Unanswered(RefCell<Vec<(String, Failure)>>);

impl Unanswered {
    pub(crate) fn add(&self, profile: &str, failure: Failure) {
        self.0.borrow_mut().push((profile.to_owned(), failure));
    }

    pub(crate) fn holds(&self, profile: &str) -> bool {
        self.0.borrow().iter().any(|(name, _)| name == profile)
    }

    /// Adds the reasons to the failures of the profiles of which nothing is shown, in the order of the profiles.
    pub(crate) fn report<T>(&self, fleet: &Fleet, answers: &mut Answers<T>) {
        for (profile, failure) in self.0.borrow().iter() {
            let agent = fleet.agents.iter().find(|agent| agent.profile == *profile);
            let failure = failure.clone();
            let failure = match agent {
                Some(agent) => agent.with_sign_in_hint(failure),
                None => failure,
            };
            answers.failures.push(failure.of_profile(profile));
        }
        let place = |failure: &Failure| {
            let profile = failure.problem.profile.as_deref();
            fleet.agents.iter().position(|agent| Some(agent.profile.as_str()) == profile)
        };
        answers.failures.sort_by_key(place);
    }
}

impl<T> Answers<T> {
    /// The answer of the only agent.
    ///
    /// # Errors
    /// If there is none: exit code 4.
    pub(crate) fn only(self) -> Result<T, Failure> {
        let only = self.answered.into_iter().next().map(|(_, answer)| answer);
        only.ok_or_else(|| Failure::sign_in("not signed in"))
    }

    /// Replaces earlier answers by later answers or failures of the same profiles.
    pub(crate) fn replace(&mut self, later: Self) {
        for (profile, answer) in later.answered {
            if let Some(earlier) = self.answered.iter_mut().find(|(earlier, _)| *earlier == profile) {
                earlier.1 = answer;
            }
        }
        for failure in later.failures {
            self.answered.retain(|(profile, _)| failure.problem.profile.as_ref() != Some(profile));
            self.failures.push(failure);
        }
    }

    fn has_answered(&self, profile: &str) -> bool {
        !self.failures.iter().any(|failure| failure.problem.profile.as_deref() == Some(profile))
    }

    /// What is left to report once the answers have been taken out.
    pub(crate) fn take_failures(&mut self) -> Failures {
        let answered = self.answered.iter().filter(|(profile, _)| self.has_answered(profile)).count();
        let queried = answered + self.failures.len();
        let problems =
            std::mem::take(&mut self.failures).into_iter().map(|failure| *failure.problem).collect();
        Failures { problems, queried }
    }

    pub(crate) fn status(&self) -> ExitStatus {
        let is_answered = self.answered.iter().any(|(profile, _)| self.has_answered(profile));
        let answered = is_answered.then_some(ExitStatus::Done);
        ExitStatus::of_many(answered.into_iter().chain(self.failures.iter().map(|failure| failure.status)))
    }
}
