//! The calls of the API, made with the credentials of one profile.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::json;
use serde_json::value::{RawValue, to_raw_value};
use tokio::time::Instant;

use crate::client::connection::Connection;
use crate::client::error::{ApiError, ErrorKind};
use crate::client::received::{Body, MENDED, Received};
use crate::client::replies::break_status;
use crate::client::replies::codes::{Module, is_path_of};
use crate::client::replies::envelope;
use crate::client::replies::envelope::Judged;
use crate::client::replies::tags;
use crate::client::replies::tags::{Reference, Tags};
use crate::client::replies::wrapup;
use crate::client::request_body::RequestBody;
use crate::client::retry::RetryPolicy;
use crate::floor::answer::{Break, Owner, Tag, Wrapup};
use crate::floor::poll_result::PollResult;
use crate::json::Raw;
use crate::store::{CredentialKind, Credentials};

/// The path of the ping. Neither it nor its parameter is documented: both are inferred from error messages (`api.md` §4).
pub const PING_PATH: &str = "agentProfile/setWebPingTime";

/// A profile with its connection and credentials, ready for calls. Cheap to clone.
#[derive(Clone)]
pub struct SignedIn {
    /// The profile's name.
    pub profile: String,
    /// The connection to its server.
    pub connection: Arc<Connection>,
    /// The credentials that each request carries.
    pub credentials: Credentials,
}

/// The result of a call, and what a reader should know about it.
#[derive(Clone, Debug)]
pub struct Answer<T> {
    /// The answer itself.
    pub value: T,
    /// When the reply arrived, by this machine's clock.
    pub as_of: Timestamp,
    /// How long before that the request was sent, for the first time if it was sent again.
    pub took: Duration,
    /// The present by the server's clock, if it sent a `Date`.
    pub server_time: Option<Timestamp>,
    /// What a careful reader should know, e.g. that two parts of the reply disagree.
    pub notes: Vec<String>,
    /// Whether an earlier attempt may have been answered and the reply was lost on the way.
    pub lost_a_reply: bool,
    /// Whether the request was sent twice because the server had ended a kept connection ([`Received::was_resent`]).
    pub was_resent: bool,
}

/// The server's reply to a ping.
#[derive(Clone, Debug)]
pub struct Pong {
    /// The whole reply.
    pub reply: Raw,
}

/// A reply that only the caller can interpret.
#[derive(Debug)]
pub struct RawReply {
    /// The body.
    pub body: Body,
    /// The HTTP status.
    pub status: u16,
    /// Whether the reply's envelope reports success.
    pub outcome: Result<(), ApiError>,
}

/// What a reply says to one of the calls by which an agent is followed.
#[derive(Debug)]
pub(crate) enum ReadReply {
    Tags(Vec<Tag>),
    Break(Break),
    Wrapup(Wrapup),
}

/// Whether an agent is followed by the call to this path.
pub(crate) fn is_of_following(path: &str) -> bool {
    [tags::PATH, break_status::PATH, wrapup::PATH].iter().any(|known| is_path_of(path, known))
}

impl Answer<RawReply> {
    /// What it says, if an agent is followed by the call to `path`, and it can be read.
    pub(crate) fn read(&self, path: &str, zone: &TimeZone) -> Option<ReadReply> {
        let RawReply { status, body, .. } = &self.value;
        let received = || Received {
            status: *status,
            body: body.clone(),
            server_time: self.server_time,
            received_at: self.as_of,
            attempts: 1,
            lost_a_reply: self.lost_a_reply,
            was_resent: self.was_resent,
            retry_after: None,
        };
        if is_path_of(path, tags::PATH) {
            tags::read(&received(), zone, Some).ok().map(|tags| ReadReply::Tags(tags.notifications))
        } else if is_path_of(path, break_status::PATH) {
            break_status::read(&received(), zone).ok().map(|(answer, _)| ReadReply::Break(answer))
        } else if is_path_of(path, wrapup::PATH) {
            wrapup::read(&received(), zone).ok().map(|(answer, _)| ReadReply::Wrapup(answer))
        } else {
            None
        }
    }
}

impl<T> Answer<T> {
    /// What another process received and recorded.
    pub(crate) fn recorded(value: T, as_of: Timestamp) -> Self {
        let (took, server_time, notes) = (Duration::ZERO, None, vec![]);
        Self { value, as_of, took, server_time, notes, lost_a_reply: false, was_resent: false }
    }

    /// A poll with its clocks, and nothing else yet.
    pub(crate) fn poll(&self, profile: &str) -> PollResult {
        let (took, server_time) = (self.took, self.server_time);
        PollResult { took, server_time, ..PollResult::new(profile, self.as_of) }
    }

    fn new(value: T, received: &Received, mut notes: Vec<String>) -> Self {
        if received.body.is_mended() && !notes.iter().any(|note| note == MENDED) {
            notes.push(MENDED.to_owned());
        }
        Self {
            value,
            as_of: received.received_at,
            took: Duration::ZERO,
            server_time: received.server_time,
            notes,
            lost_a_reply: received.lost_a_reply,
            was_resent: received.was_resent,
        }
    }
}

impl<T> Answer<Tags<T>> {
    /// The same with what `take` makes of each notification.
    pub(crate) fn map_tags<U>(self, take: impl Fn(T) -> Option<U>) -> Answer<Tags<U>> {
        let Self { value: Tags { notifications, icons, notes: of_tags }, .. } = self;
        let notifications = notifications.into_iter().filter_map(take).collect();
        let Self { as_of, took, server_time, notes, lost_a_reply, was_resent, .. } = self;
        let value = Tags { notifications, icons, notes: of_tags };
        Answer { value, as_of, took, server_time, notes, lost_a_reply, was_resent }
    }
}

impl SignedIn {
    /// Recent notifications with their icons, as far as `take` keeps them and in the form that it gives them. Times
    /// without a zone are read in `zone`.
    ///
    /// # Errors
    /// When the call fails. The server documents only an ssid for this call (`api.md` §0).
    pub async fn tags<T>(
        &self,
        reference: &Reference,
        zone: &TimeZone,
        take: impl Fn(Tag) -> Option<T>,
    ) -> Result<Answer<Tags<T>>, ApiError> {
        let parameters = object(&match reference {
            Reference::AsTrue => json!({ "ref": true }),
            Reference::Off => json!({}),
            Reference::Text(text) => json!({ "ref": text }),
        })?;
        let read = |received: Received| {
            let mut notes = Vec::new();
            if received.lost_a_reply {
                // If the server moves a cursor with every call, it does not repeat the notifications of the lost reply.
                notes.push(
                    "an earlier reply was lost: the server may not send its notifications again".to_owned(),
                );
            }
            let mut tags = tags::read(&received, zone, &take)?;
            notes.append(&mut tags.notes);
            Ok(Answer::new(tags, &received, notes))
        };
        let answer = self.post(tags::PATH, &parameters, RetryPolicy::Read, read).await;
        answer.map_err(|error| self.explain_for_tags(error))
    }

    /// Whether the agent is on break.
    ///
    /// # Errors
    /// When the call fails; "not on break" is an answer in either of its shapes.
    pub async fn break_status(&self, zone: &TimeZone) -> Result<Answer<Break>, ApiError> {
        let read = |received: Received| {
            let (value, notes) = break_status::read(&received, zone)?;
            Ok(Answer::new(value, &received, notes))
        };
        self.post(break_status::PATH, &object(&json!({}))?, RetryPolicy::Read, read).await
    }

    /// Whether the agent is in wrap-up.
    ///
    /// # Errors
    /// When the call fails; "not in wrap-up" is an answer in either of its shapes.
    pub async fn wrapup(&self, zone: &TimeZone) -> Result<Answer<Wrapup>, ApiError> {
        let read = |received: Received| {
            let (value, notes) = wrapup::read(&received, zone)?;
            Ok(Answer::new(value, &received, notes))
        };
        self.post(wrapup::PATH, &object(&json!({}))?, RetryPolicy::Read, read).await
    }

    /// Updates the agent's presence. `path` is [`PING_PATH`] unless the caller names another; `mic_perm` is any JSON.
    ///
    /// # Errors
    /// When the server does not confirm it.
    pub async fn ping(&self, path: &str, mic_perm: &RawValue) -> Result<Answer<Pong>, ApiError> {
        let module = Module::of_path(path);
        let read = |received: Received| match envelope::judge(&received, module)? {
            Judged::Payload(_) => {
                let pong = Pong { reply: envelope::whole(&received)?.into() };
                Ok(Answer::new(pong, &received, Vec::new()))
            }
            Judged::Answer(_) => Err(ApiError::new(ErrorKind::Protocol, "the reply belongs to another call")),
        };
        self.post(path, &object(&PingParameters { mic_perm })?, RetryPolicy::Ping, read).await
    }

    /// One call to any path below `/api/v2` with a body of the caller's own, sent at most once.
    /// Any reply is returned; [`RawReply::outcome`] judges it.
    ///
    /// # Errors
    /// When no reply came, or the request could not be made.
    pub async fn call(&self, path: &str, body: &RawValue) -> Result<Answer<RawReply>, ApiError> {
        let module = Module::of_path(path);
        let read = |received: Received| {
            let outcome = envelope::outcome(&received, module);
            let outcome = outcome.map_err(|error| error.with_status(received.status));
            let Received { status, body, server_time, received_at, lost_a_reply, was_resent, .. } = received;
            // Whether the damage is shown is the caller's choice: the body has both forms.
            let (value, took, notes) = (RawReply { body, status, outcome }, Duration::ZERO, Vec::new());
            Ok(Answer { value, as_of: received_at, took, server_time, notes, lost_a_reply, was_resent })
        };
        self.post(path, body, RetryPolicy::Never, read).await
    }

    /// Checks whether the server accepts the credentials, by the one call that takes both of their forms (`api.md` §5), and
    /// returns whose they are.
    ///
    /// # Errors
    /// When it does not, or the reply is unclear. Credentials that are recognised, but do not permit this call, are
    /// accepted with a note.
    pub async fn verify(&self) -> Result<Answer<Owner>, ApiError> {
        let read = |received: Received| match envelope::judge(&received, Module::AgentProfile) {
            Ok(judged) => Ok(Answer::new(break_status::owner(&judged), &received, Vec::new())),
            Err(error)
                if error.code().is_some()
                    && matches!(error.kind(), ErrorKind::Forbidden | ErrorKind::State) =>
            {
                let note =
                    format!("the server accepts the credentials, but does not let them read breaks: {error}");
                Ok(Answer::new(Owner::default(), &received, vec![note]))
            }
            Err(error) => Err(error),
        };
        self.post(break_status::PATH, &object(&json!({}))?, RetryPolicy::Check, read).await
    }

    async fn post<T>(
        &self,
        path: &str,
        parameters: &RawValue,
        policy: RetryPolicy,
        read: impl Fn(Received) -> Result<Answer<T>, ApiError>,
    ) -> Result<Answer<T>, ApiError> {
        let body = RequestBody::new(&self.credentials, parameters)?;
        let sent = Instant::now();
        let mut answer = Box::pin(self.connection.post(path, &body, policy, read)).await?;
        answer.took = sent.elapsed();
        Ok(answer)
    }

    /// A user id with a token is refused as if the session had ended, because the request carries no ssid. A token that is
    /// itself not valid has codes of its own.
    fn explain_for_tags(&self, error: ApiError) -> ApiError {
        let is_about_ssid = matches!(error.code(), Some(1000 | 1044));
        if error.kind() != ErrorKind::SignIn
            || self.credentials.kind() != CredentialKind::Token
            || !is_about_ssid
        {
            return error;
        }
        let explained = ApiError::new(
            ErrorKind::Forbidden,
            format!("tags takes an ssid only, not a user id with a token: {error}"),
        );
        explained.with_code(error.code()).with_hint("use a profile that is signed in with an ssid").sent()
    }
}

#[derive(Serialize)]
struct PingParameters<'a> {
    mic_perm: &'a RawValue,
}

fn object(parameters: &impl Serialize) -> Result<Box<RawValue>, ApiError> {
    to_raw_value(parameters).map_err(|error| {
        ApiError::new(ErrorKind::Usage, "the parameters cannot be written as JSON").because(error)
    })
}

#[cfg(test)]
mod tests;
