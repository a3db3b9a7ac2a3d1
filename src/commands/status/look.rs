//! One look at each agent: break, wrap-up and notifications, one request after the other.

use std::cell::RefCell;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::fleet::Fleet;
use crate::client::{Answer, ApiError, ErrorClass, ErrorKind, Reference, SignedIn};
use crate::failure::{ExitStatus, Failure};
use crate::floor::answer::Tag;
use crate::floor::poll_result::PollResult;
use crate::floor::state::AgentState;
use crate::report::Problem;
use crate::store::CredentialKind;

/// The moment of a look by the clock of [`AgentState`], which begins with it.
pub(super) const NOW: Duration = Duration::ZERO;

/// How the requests are made.
pub(super) struct Asked {
    pub(super) reference: Reference,
    /// For times that the server sends without a zone.
    pub(super) server_zone: TimeZone,
}

/// What is known of one agent.
#[derive(Debug)]
pub(super) struct Look {
    pub(super) profile: String,
    pub(super) state: AgentState,
    /// The newest notification.
    pub(super) last_tag: Option<Tag>,
    /// When the last answer arrived.
    pub(super) as_of: Option<Timestamp>,
    pub(super) notes: Vec<String>,
    /// One for each cause.
    pub(super) failures: Vec<Failure>,
    /// How each request ended.
    pub(super) statuses: Vec<ExitStatus>,
}

/// Looks at each agent of the fleet.
///
/// # Errors
/// If the fleet is a single agent, and nothing is known of it.
pub(super) async fn at_all(fleet: &Fleet, asked: &Asked) -> Result<Vec<Look>, Failure> {
    let request = async |signed_in: &SignedIn| {
        let mut look = Looking::at(signed_in, asked).await;
        if !fleet.is_many && look.as_of.is_none() && !look.failures.is_empty() {
            // `Fleet::query` adds the hint.
            return Err(look.failures.swap_remove(0));
        }
        for failure in &mut look.failures {
            let agent = fleet.agents.iter().find(|agent| agent.profile == look.profile);
            let hinted = agent.map(|agent| agent.with_sign_in_hint(failure.clone()));
            *failure = hinted.unwrap_or_else(|| failure.clone()).of_profile(&look.profile);
        }
        Ok(look)
    };
    let answers = fleet.query(request).await?;
    let unopened = answers.failures.into_iter().map(Look::without_session);
    Ok(answers.given.into_iter().map(|(_, look)| look).chain(unopened).collect())
}

impl Look {
    fn without_session(failure: Failure) -> Self {
        Self {
            profile: failure.problem.profile.clone().unwrap_or_default(),
            state: AgentState::default(),
            last_tag: None,
            as_of: None,
            notes: vec![],
            statuses: vec![failure.status],
            failures: vec![failure],
        }
    }
}

/// The requests, in words.
const PARTS: [&str; 3] = ["break", "wrap-up", "tags"];

/// A look while it lasts.
struct Looking<'a> {
    signed_in: &'a SignedIn,
    poll: Option<PollResult>,
    notes: Vec<String>,
    /// Why each of [`PARTS`] is not known.
    failed: Vec<(&'static str, Failure)>,
    statuses: Vec<ExitStatus>,
    /// Whether another request would fail as well.
    is_over: bool,
}

impl<'a> Looking<'a> {
    async fn at(signed_in: &'a SignedIn, asked: &Asked) -> Look {
        let Asked { reference, server_zone } = asked;
        let mut looking =
            Self { signed_in, poll: None, notes: vec![], failed: vec![], statuses: vec![], is_over: false };
        let [break_part, wrapup_part, tags_part] = PARTS;
        let answer = signed_in.break_status(server_zone).await;
        if let Some(answer) = looking.take(break_part, answer) {
            let poll = looking.poll(&answer);
            poll.break_state = Some(answer.value);
        }
        if !looking.is_over {
            let answer = signed_in.wrapup(server_zone).await;
            if let Some(answer) = looking.take(wrapup_part, answer) {
                let poll = looking.poll(&answer);
                poll.wrapup = Some(answer.value);
            }
        }
        let newest = RefCell::new(None);
        if !looking.is_over {
            let keep_newest = |tag: Tag| {
                let mut newest = newest.borrow_mut();
                if newest.as_ref().is_none_or(|newest: &Tag| tag.time > newest.time) {
                    *newest = Some(tag);
                }
                None::<()>
            };
            let answer = signed_in.tags(reference, server_zone, keep_newest).await;
            if let Some(answer) = looking.take(tags_part, answer) {
                let _ = looking.poll(&answer);
            }
        }
        looking.done(newest.into_inner())
    }

    /// The answer, or `None` after recording the failure.
    fn take<T>(&mut self, part: &'static str, answer: Result<Answer<T>, ApiError>) -> Option<Answer<T>> {
        match answer {
            Ok(mut answer) => {
                self.notes.append(&mut answer.notes);
                self.statuses.push(ExitStatus::Done);
                Some(answer)
            }
            // A user id with a token has no tags (`api.md` §0), which is no failure of this agent.
            Err(error)
                if part == PARTS[2]
                    && error.class() == ErrorClass::Refused
                    && self.signed_in.credentials.kind() == CredentialKind::Token =>
            {
                self.notes.push("the last tag is not known: tags takes an ssid only".to_owned());
                None
            }
            Err(error) => {
                self.is_over = concerns_every_request(&error);
                let failure = Failure::from(error);
                self.statuses.push(failure.status);
                self.failed.push((part, failure));
                None
            }
        }
    }

    /// What is known so far, with the clocks of this answer.
    fn poll<T>(&mut self, answer: &Answer<T>) -> &mut PollResult {
        let profile = &self.signed_in.profile;
        let poll = self.poll.get_or_insert_with(|| PollResult::new(profile, answer.as_of));
        poll.taken_at = answer.as_of;
        poll.server_time = answer.server_time.or(poll.server_time);
        poll
    }

    fn done(self, last_tag: Option<Tag>) -> Look {
        let Self { signed_in, poll, notes, failed, statuses, is_over } = self;
        let (state, _) = poll.as_ref().map(|poll| AgentState::default().after(poll)).unwrap_or_default();
        Look {
            profile: signed_in.profile.clone(),
            state,
            last_tag,
            as_of: poll.map(|poll| poll.taken_at),
            notes,
            failures: by_cause(failed, is_over),
            statuses,
        }
    }
}

/// Whether the next request would fail in the same way: the session is over, or nobody answers.
fn concerns_every_request(error: &ApiError) -> bool {
    matches!(
        error.kind(),
        ErrorKind::SignIn
            | ErrorKind::Account
            | ErrorKind::Dns
            | ErrorKind::Connect
            | ErrorKind::Timeout
            | ErrorKind::Proxy
            | ErrorKind::Tls
    )
}

/// One failure for each cause. It names the requests that failed, unless all did.
fn by_cause(failed: Vec<(&'static str, Failure)>, concerns_all: bool) -> Vec<Failure> {
    let mut causes: Vec<(Vec<&'static str>, Failure)> = Vec::new();
    for (part, failure) in failed {
        match causes.iter_mut().find(|(_, known)| *known.problem == *failure.problem) {
            Some((parts, _)) => parts.push(part),
            None => causes.push((vec![part], failure)),
        }
    }
    let name = |(parts, mut failure): (Vec<&str>, Failure)| {
        if parts.len() < PARTS.len() && !concerns_all {
            let Problem { message, .. } = &mut *failure.problem;
            *message = format!("{}: {message}", parts.join(" and "));
        }
        failure
    };
    causes.into_iter().map(name).collect()
}
