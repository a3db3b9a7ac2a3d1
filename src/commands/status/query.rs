//! The requests to one agent: break, wrap-up and notifications, one after the other.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::fleet::{Agent, Answers, Fleet};
use crate::app::journal::keeper::Keeper;
use crate::client::{Answer, ApiError, ErrorClass, ErrorKind, Reference, SignedIn};
use crate::commands::shared::journal_first::JournalFirst;
use crate::failure::{ExitStatus, Failure};
use crate::floor::answer::Tag;
use crate::floor::event::FollowedPart;
use crate::floor::pause::{PAST, WINDOW};
use crate::floor::poll_result::PollResult;
use crate::floor::shift::Today;
use crate::floor::state::AgentState;
use crate::store::CredentialKind;

/// The present by the monotonic clock of [`AgentState`].
pub(super) const NOW: Duration = PAST;

/// What the requests take from the settings.
pub(super) struct Parameters {
    pub(super) reference: Reference,
    /// For times that the server sends without a zone.
    pub(super) server_zone: TimeZone,
}

/// What is known of one agent.
#[derive(Debug)]
pub(super) struct AgentAnswers {
    pub(super) profile: String,
    /// As the server named the agent at login.
    pub(super) id_at_login: Option<String>,
    pub(super) state: AgentState,
    /// The newest notification.
    pub(super) last_tag: Option<Tag>,
    /// The breaks of today; `None` where no journal tells of them.
    pub(super) today: Option<Today>,
    /// When the last answer arrived.
    pub(super) as_of: Option<Timestamp>,
    pub(super) notes: Vec<String>,
    /// One for each cause.
    pub(super) failures: Vec<Failure>,
    /// How each request ended.
    pub(super) statuses: Vec<ExitStatus>,
}

/// Queries each agent of the fleet. Every one of them has answers, if only failures.
///
/// # Errors
/// If the fleet is a single agent that was not chosen as one of many, and nothing is known of it.
pub(super) async fn query_all(
    fleet: &Fleet,
    parameters: &Parameters,
    journal_first: JournalFirst<'_>,
) -> Result<Vec<AgentAnswers>, Failure> {
    let request = async |signed_in: &SignedIn| {
        let mut answers = match journal_first.current(signed_in, &PARTS) {
            Some((state, as_of)) => AgentAnswers::recorded(signed_in, state, as_of, journal_first.keeper),
            None => AgentQuery::run(signed_in, parameters, journal_first.keeper).await,
        };
        let is_unknown = answers.as_of.is_none() && !answers.failures.is_empty();
        // `Fleet::query` adds the hint.
        if is_unknown && !fleet.is_many { Err(answers.failures.swap_remove(0)) } else { Ok(answers) }
    };
    let Answers { answered, failures, .. } = fleet.query(request).await?;
    let unopened = failures.into_iter().map(AgentAnswers::without_session);
    let mut all: Vec<AgentAnswers> =
        answered.into_iter().map(|(_, answers)| answers).chain(unopened).collect();
    let agents: HashMap<&str, &Agent> =
        fleet.agents.iter().map(|agent| (agent.profile.as_str(), agent)).collect();
    for answers in &mut all {
        let Some(agent) = agents.get(answers.profile.as_str()) else { continue };
        answers.id_at_login.clone_from(&agent.id_at_login);
        for failure in &mut answers.failures {
            *failure = agent.with_sign_in_hint(failure.clone()).of_profile(&agent.profile);
        }
    }
    Ok(all)
}

impl AgentAnswers {
    /// What another process has just recorded.
    fn recorded(
        signed_in: &SignedIn,
        state: AgentState,
        as_of: Timestamp,
        keeper: Option<&Keeper<'_>>,
    ) -> Self {
        let recent = as_of.checked_sub(WINDOW).unwrap_or(Timestamp::MIN);
        let tags = keeper.map(|keeper| keeper.tags(&signed_in.profile, recent));
        let is_recent = |tag: &Tag| tag.time.is_none_or(|time| time >= recent);
        Self {
            profile: signed_in.profile.clone(),
            id_at_login: None,
            state,
            last_tag: newest(tags.unwrap_or_default().into_iter().filter(is_recent)),
            today: None,
            as_of: Some(as_of),
            notes: vec![],
            failures: vec![],
            statuses: vec![ExitStatus::Done],
        }
    }

    fn without_session(failure: Failure) -> Self {
        Self {
            profile: failure.problem.profile.clone().unwrap_or_default(),
            id_at_login: None,
            state: AgentState::default(),
            last_tag: None,
            today: None,
            as_of: None,
            notes: vec![],
            statuses: vec![failure.status],
            failures: vec![failure],
        }
    }
}

/// In the order of the requests.
const PARTS: [FollowedPart; 3] = [FollowedPart::Breaks, FollowedPart::Wrapups, FollowedPart::Tags];

/// The answers of an agent so far.
struct AgentQuery<'a> {
    signed_in: &'a SignedIn,
    poll: Option<PollResult>,
    notes: Vec<String>,
    /// Why each of [`PARTS`] is not known.
    failed: Vec<(FollowedPart, Failure)>,
    statuses: Vec<ExitStatus>,
    /// Whether the next request would fail as well.
    is_over: bool,
}

impl<'a> AgentQuery<'a> {
    async fn run(
        signed_in: &'a SignedIn,
        parameters: &Parameters,
        keeper: Option<&Keeper<'_>>,
    ) -> AgentAnswers {
        let Parameters { reference, server_zone } = parameters;
        let mut query =
            Self { signed_in, poll: None, notes: vec![], failed: vec![], statuses: vec![], is_over: false };
        let answer = signed_in.break_status(server_zone).await;
        if let Some(answer) = query.take(FollowedPart::Breaks, answer) {
            let poll = query.poll(&answer);
            poll.break_state = Some(answer.value);
        }
        if !query.is_over {
            let answer = signed_in.wrapup(server_zone).await;
            if let Some(answer) = query.take(FollowedPart::Wrapups, answer) {
                let poll = query.poll(&answer);
                poll.wrapup = Some(answer.value);
            }
        }
        let mut last_tag = None;
        if !query.is_over {
            let kept = RefCell::new(Kept::default());
            let is_recorded = keeper.is_some_and(|keeper| keeper.agent(&signed_in.profile).is_some());
            let keep = |tag: Tag| {
                kept.borrow_mut().add(tag, is_recorded);
                None::<()>
            };
            let answer = signed_in.tags(reference, server_zone, keep).await;
            if let Some(answer) = query.take(FollowedPart::Tags, answer) {
                let Kept { newest, all } = kept.into_inner();
                last_tag = newest;
                let poll = query.poll(&answer);
                poll.read_was_cut = answer.lost_a_reply;
                poll.was_resent = answer.was_resent;
                poll.tags = Some(all);
            }
        }
        if let (Some(keeper), Some(poll)) = (keeper, &query.poll) {
            keeper.take(poll.clone()).await;
        }
        query.done(last_tag)
    }

    /// The answer, or `None` after recording the failure.
    fn take<T>(&mut self, part: FollowedPart, answer: Result<Answer<T>, ApiError>) -> Option<Answer<T>> {
        match answer {
            Ok(mut answer) => {
                self.notes.append(&mut answer.notes);
                self.statuses.push(ExitStatus::Done);
                Some(answer)
            }
            // A user id with a token has no tags (`api.md` §0), which is no failure of this agent.
            Err(error)
                if part == FollowedPart::Tags
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
                let from_here = PARTS.into_iter().skip_while(|other| *other != part);
                let count = if self.is_over { PARTS.len() } else { 1 };
                self.failed.extend(from_here.take(count).map(|part| (part, failure.clone())));
                None
            }
        }
    }

    /// What is known so far, with the clocks of this answer.
    fn poll<T>(&mut self, answer: &Answer<T>) -> &mut PollResult {
        PollResult::with_clocks(&mut self.poll, answer.poll(&self.signed_in.profile))
    }

    fn done(self, last_tag: Option<Tag>) -> AgentAnswers {
        let Self { signed_in, mut poll, notes, failed, statuses, .. } = self;
        if let Some(poll) = &mut poll {
            (poll.monotonic, poll.elapsed) = (NOW, NOW);
        }
        let (state, _) = poll.as_ref().map(|poll| AgentState::default().after(poll)).unwrap_or_default();
        AgentAnswers {
            profile: signed_in.profile.clone(),
            id_at_login: None,
            state,
            last_tag,
            today: None,
            as_of: poll.map(|poll| poll.taken_at),
            notes,
            failures: by_cause(failed),
            statuses,
        }
    }
}

/// What is kept of an answer about tags: all of it only for the journal.
#[derive(Default)]
struct Kept {
    newest: Option<Tag>,
    all: Vec<Tag>,
}

impl Kept {
    fn add(&mut self, tag: Tag, is_recorded: bool) {
        if is_recorded {
            self.all.push(tag.clone());
        }
        self.newest = newest(self.newest.take().into_iter().chain([tag]));
    }
}

/// Of those with equal times the first.
fn newest(tags: impl Iterator<Item = Tag>) -> Option<Tag> {
    tags.reduce(|newest, tag| if tag.time > newest.time { tag } else { newest })
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

/// One failure for each cause. It names what is not known because of it, unless that is everything.
fn by_cause(failed: Vec<(FollowedPart, Failure)>) -> Vec<Failure> {
    let mut causes: Vec<(Vec<&'static str>, Failure)> = Vec::new();
    for (part, failure) in failed {
        let part = match part {
            FollowedPart::Breaks => "break",
            FollowedPart::Wrapups => "wrap-up",
            FollowedPart::Tags => "tags",
        };
        match causes.iter_mut().find(|(_, known)| known.problem == failure.problem) {
            Some((parts, _)) => parts.push(part),
            None => causes.push((vec![part], failure)),
        }
    }
    let named = |(parts, mut failure): (Vec<&str>, Failure)| {
        if parts.len() < PARTS.len() {
            failure.problem.message = format!("{}: {}", parts.join(" and "), failure.problem.message);
        }
        failure
    };
    causes.into_iter().map(named).collect()
}
