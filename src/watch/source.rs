//! The one way in which answers reach a watch. Behind it stands the live server, or a script in tests; a journal that
//! another process writes, or the replay of one, would be further sources. A source says what came of one poll. When to
//! poll, what is new, and how failures are counted are the watch's business.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::client::received::MENDED;
use crate::client::{Answer, ApiError, ErrorClass, Reference, SignedIn};
use crate::floor::event::FollowedPart;
use crate::floor::health::PollFailure;
use crate::floor::poll_result::PollResult;

/// What a watch follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WatchScope {
    /// Notifications.
    pub tags: bool,
    /// Breaks.
    pub breaks: bool,
    /// Wrap-ups.
    pub wrapups: bool,
}

impl WatchScope {
    /// Whether this part is followed.
    #[must_use]
    pub fn includes(self, part: FollowedPart) -> bool {
        match part {
            FollowedPart::Tags => self.tags,
            FollowedPart::Breaks => self.breaks,
            FollowedPart::Wrapups => self.wrapups,
        }
    }

    /// Whether nothing is left to be followed.
    #[must_use]
    pub fn is_empty(self) -> bool {
        !(self.tags || self.breaks || self.wrapups)
    }
}

/// One profile that can be polled.
pub trait Source: Clone {
    /// The profile's name.
    fn profile(&self) -> &str;

    /// Polls it once for all that is in scope.
    fn poll(&self, scope: WatchScope) -> impl Future<Output = Polled>;

    /// The same profile by a newer session, once its session has ended. `None` if there is none.
    fn renewed(&self) -> Option<Self>;

    /// Whether somebody has removed the profile from this machine since the watch began.
    fn is_logged_out(&self) -> bool;
}

/// What came of a poll.
#[derive(Debug)]
pub struct Polled {
    /// What was read, if anything was. Its monotonic moment is set by whoever keeps that clock.
    pub result: Option<PollResult>,
    /// Why the rest could not be read.
    pub failure: Option<PollFailure>,
    /// What the server refuses to this profile: it is not requested again.
    pub refused: Vec<Refusal>,
    /// Whether damaged characters of an answer were replaced.
    pub is_mended: bool,
    /// What is left to be asked for next time.
    pub scope: WatchScope,
}

/// A part of a profile that the server does not permit to follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Which part.
    pub part: FollowedPart,
    /// DeepCall's own error code.
    pub code: Option<i64>,
    /// Why, in one line.
    pub message: String,
}

/// A profile that is signed in to a server.
#[derive(Clone)]
pub struct LiveServer<'a> {
    /// The session in use.
    pub session: SignedIn,
    /// What is sent as `ref`.
    pub reference: Reference,
    /// The zone of server times that name none.
    pub server_zone: TimeZone,
    /// Finds a newer session than the one in use, where sessions are stored.
    pub renew: &'a dyn Fn(&SignedIn) -> Option<SignedIn>,
    /// Whether the profile of this name is no longer stored, where sessions are.
    pub is_logged_out: &'a dyn Fn(&str) -> bool,
}

impl Source for LiveServer<'_> {
    fn profile(&self) -> &str {
        &self.session.profile
    }

    /// Up to three requests, one after the other: notifications first, since nothing else can be lost for good. What
    /// was read before a later request fails is handed on, for the server may not send it again.
    async fn poll(&self, scope: WatchScope) -> Polled {
        let Self { session, reference, server_zone, .. } = self;
        let mut polled = Polled { result: None, failure: None, refused: vec![], is_mended: false, scope };
        if scope.tags {
            let answer = session.tags(reference, server_zone, Some).await;
            if let Some(answer) = polled.take(FollowedPart::Tags, answer) {
                let result = polled.result(session, &answer);
                result.read_was_cut = answer.lost_a_reply;
                result.was_resent = answer.was_resent;
                result.tags = Some(answer.value.notifications);
            }
        }
        if scope.breaks && polled.failure.is_none() {
            let answer = session.break_status(server_zone).await;
            if let Some(answer) = polled.take(FollowedPart::Breaks, answer) {
                let result = polled.result(session, &answer);
                result.break_state = Some(answer.value);
            }
        }
        if scope.wrapups && polled.failure.is_none() {
            let answer = session.wrapup(server_zone).await;
            if let Some(answer) = polled.take(FollowedPart::Wrapups, answer) {
                let result = polled.result(session, &answer);
                result.wrapup = Some(answer.value);
            }
        }
        polled
    }

    fn renewed(&self) -> Option<Self> {
        let session = (self.renew)(&self.session)?;
        Some(Self { session, ..self.clone() })
    }

    fn is_logged_out(&self) -> bool {
        (self.is_logged_out)(&self.session.profile)
    }
}

impl Polled {
    /// The answer, or `None` after noting why there is none.
    fn take<T>(&mut self, part: FollowedPart, answer: Result<Answer<T>, ApiError>) -> Option<Answer<T>> {
        let error = match answer {
            Ok(answer) => {
                self.is_mended |= answer.notes.iter().any(|note| note == MENDED);
                return Some(answer);
            }
            Err(error) => error,
        };
        if !matches!(error.class(), ErrorClass::Refused | ErrorClass::Usage) {
            self.failure = Some(failure(&error, part == FollowedPart::Tags));
            return None;
        }
        self.refused.push(Refusal { part, code: error.code(), message: error.to_string() });
        match part {
            FollowedPart::Tags => self.scope.tags = false,
            FollowedPart::Breaks => self.scope.breaks = false,
            FollowedPart::Wrapups => self.scope.wrapups = false,
        }
        None
    }

    /// The result so far, with the newest clock readings.
    fn result<T>(&mut self, session: &SignedIn, answer: &Answer<T>) -> &mut PollResult {
        let result = self.result.get_or_insert_with(|| empty(&session.profile, answer.as_of));
        result.taken_at = answer.as_of;
        result.server_time = answer.server_time.or(result.server_time);
        result
    }
}

/// A request that failed in a way that may pass.
fn failure(error: &ApiError, holds_tags: bool) -> PollFailure {
    PollFailure {
        kind: error.kind().word(),
        code: error.code(),
        message: error.to_string(),
        answer_was_lost: holds_tags && error.was_sent(),
        session_ended: error.class() == ErrorClass::SignIn,
        retry_after: error.retry_after(),
    }
}

fn empty(profile: &str, taken_at: Timestamp) -> PollResult {
    PollResult {
        profile: Some(profile.to_owned()),
        taken_at,
        monotonic: Duration::ZERO,
        server_time: None,
        tags: None,
        break_state: None,
        wrapup: None,
        read_was_cut: false,
        was_resent: false,
    }
}
