//! Where answers come from: the live server, or a script in tests. A source returns the result of one poll. The watch
//! decides when to poll, what is new, and how failures count.

use std::time::SystemTime;

use jiff::tz::TimeZone;

use crate::client::received::MENDED;
use crate::client::{Answer, ApiError, ErrorClass, ErrorKind, Reference, SignedIn};
use crate::floor::event::FollowedPart;
use crate::floor::health::PollFailure;
use crate::floor::poll_result::PollResult;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WatchScope {
    pub tags: bool,
    pub breaks: bool,
    pub wrapups: bool,
}

impl WatchScope {
    pub const NOTHING: Self = Self { tags: false, breaks: false, wrapups: false };

    /// What these words of `--only` name; everything if there is none.
    #[must_use]
    pub fn of(only: &[String]) -> Self {
        let includes = |what: &str| only.is_empty() || only.iter().any(|only| only == what);
        Self { tags: includes("tags"), breaks: includes("breaks"), wrapups: includes("wrapups") }
    }

    /// What is in this one and not in the other.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self {
            tags: self.tags && !other.tags,
            breaks: self.breaks && !other.breaks,
            wrapups: self.wrapups && !other.wrapups,
        }
    }

    #[must_use]
    pub fn parts(self) -> Vec<FollowedPart> {
        let all = [FollowedPart::Tags, FollowedPart::Breaks, FollowedPart::Wrapups];
        all.into_iter().filter(|part| self.includes(*part)).collect()
    }

    #[must_use]
    pub fn includes(self, part: FollowedPart) -> bool {
        match part {
            FollowedPart::Tags => self.tags,
            FollowedPart::Breaks => self.breaks,
            FollowedPart::Wrapups => self.wrapups,
        }
    }

    pub fn leave_out(&mut self, part: FollowedPart) {
        match part {
            FollowedPart::Tags => self.tags = false,
            FollowedPart::Breaks => self.breaks = false,
            FollowedPart::Wrapups => self.wrapups = false,
        }
    }

    #[must_use]
    pub fn is_empty(self) -> bool {
        !(self.tags || self.breaks || self.wrapups)
    }
}

/// What differs once a file was replaced.
pub type Stamp = (SystemTime, u64);

pub trait Source: Clone {
    fn profile(&self) -> &str;

    /// Polls everything in scope once.
    fn poll(&self, scope: WatchScope) -> impl Future<Output = Polled>;

    /// The profile with a newer session, after its session has ended. `None` if there is none.
    fn renewed(&self) -> Option<Self>;

    /// What differs once somebody has signed in on this machine; `None` where nothing shows that.
    fn logins(&self) -> Option<Stamp>;

    /// Whether the profile was removed from this machine since the watch began.
    fn is_logged_out(&self) -> bool;
}

#[derive(Debug, Default)]
pub struct Polled {
    /// What was read, if anything was. The watch sets how long it has run.
    pub result: Option<PollResult>,
    /// Why the rest could not be read.
    pub failure: Option<PollFailure>,
    /// Parts that the server refuses. Those that the next poll is refused as well are not requested again.
    pub refused: Vec<Refusal>,
    /// Whether damaged characters of an answer were replaced.
    pub is_mended: bool,
}

/// A part of a profile that the server does not let this session follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub part: FollowedPart,
    pub code: Option<i64>,
    pub message: String,
}

#[derive(Clone)]
pub struct LiveServer<'a> {
    pub session: SignedIn,
    pub reference: Reference,
    /// For times that the server sends without a zone.
    pub server_zone: TimeZone,
    /// Finds a stored session that is newer than this one.
    pub renew: &'a dyn Fn(&SignedIn) -> Option<SignedIn>,
    /// Of the file that each login replaces.
    pub logins: &'a dyn Fn() -> Option<Stamp>,
    /// Whether a stored profile of this name was removed.
    pub is_logged_out: &'a dyn Fn(&str) -> bool,
}

impl Source for LiveServer<'_> {
    fn profile(&self) -> &str {
        &self.session.profile
    }

    /// Up to three requests, one after the other: notifications first, because only they can be lost for good. Each answer is
    /// returned, whether another request failed or not: the server may not send it again, and whoever waits for a break need
    /// not know about notifications. After a failure that the others would share, they are not sent. Whether a session has
    /// ended, all of them show: the server may lose it for one call alone.
    async fn poll(&self, scope: WatchScope) -> Polled {
        let Self { session, reference, server_zone, .. } = self;
        let mut calls = Calls::default();
        if scope.tags {
            let answer = session.tags(reference, server_zone, Some).await;
            if let Some(answer) = calls.take(FollowedPart::Tags, answer) {
                let result = calls.polled.result(session, &answer);
                result.read_was_cut = answer.lost_a_reply;
                result.was_resent = answer.was_resent;
                result.tags = Some(answer.value.notifications);
            }
        }
        if scope.breaks && !calls.is_futile {
            let answer = session.break_status(server_zone).await;
            if let Some(answer) = calls.take(FollowedPart::Breaks, answer) {
                let result = calls.polled.result(session, &answer);
                result.break_state = Some(answer.value);
            }
        }
        if scope.wrapups && !calls.is_futile {
            let answer = session.wrapup(server_zone).await;
            if let Some(answer) = calls.take(FollowedPart::Wrapups, answer) {
                let result = calls.polled.result(session, &answer);
                result.wrapup = Some(answer.value);
            }
        }
        calls.end()
    }

    fn renewed(&self) -> Option<Self> {
        let session = (self.renew)(&self.session)?;
        Some(Self { session, ..self.clone() })
    }

    fn logins(&self) -> Option<Stamp> {
        (self.logins)()
    }

    fn is_logged_out(&self) -> bool {
        (self.is_logged_out)(&self.session.profile)
    }
}

/// The calls of one poll.
#[derive(Default)]
struct Calls {
    polled: Polled,
    /// Whether further calls would fail as the last one did.
    is_futile: bool,
    /// Whether the server has answered one of them, or refused it as one of a session that it knows.
    knows_session: bool,
    /// Those for which the server knows no such session.
    unknown: Vec<(Refusal, PollFailure)>,
}

impl Calls {
    /// The answer, or `None` after noting why there is none.
    fn take<T>(&mut self, part: FollowedPart, answer: Result<Answer<T>, ApiError>) -> Option<Answer<T>> {
        let polled = &mut self.polled;
        let error = match answer {
            Ok(answer) => {
                self.knows_session = true;
                polled.is_mended |= answer.notes.iter().any(|note| note == MENDED);
                return Some(answer);
            }
            Err(error) => error,
        };
        let refusal = Refusal { part, code: error.code(), message: error.to_string() };
        // Only the first request is about tags.
        let failure = failure(&error, part == FollowedPart::Tags);
        if failure.session_ended {
            self.unknown.push((refusal, failure));
        } else if is_final(&error) {
            self.knows_session = true;
            polled.refused.push(refusal);
        } else {
            self.is_futile = !is_of_one_call(&error);
            // The first one is reported.
            polled.failure.get_or_insert(failure);
        }
        None
    }

    /// What the poll has brought. A session that another call knows has not ended: the call is refused.
    fn end(self) -> Polled {
        let Self { mut polled, knows_session, unknown, .. } = self;
        if knows_session {
            polled.refused.extend(unknown.into_iter().map(|(refusal, _)| refusal));
        } else if let Some((_, ended)) = unknown.into_iter().next() {
            let lost_before = polled.failure.take().is_some_and(|earlier| earlier.answer_was_lost);
            let answer_was_lost = ended.answer_was_lost || lost_before;
            polled.failure = Some(PollFailure { answer_was_lost, ..ended });
        }
        polled
    }
}

impl Polled {
    /// The result so far, with the clocks of this answer.
    fn result<T>(&mut self, session: &SignedIn, answer: &Answer<T>) -> &mut PollResult {
        PollResult::with_clocks(&mut self.result, answer.poll(&session.profile))
    }
}

/// Whether the server has said that this session may not make the call. An agent who is not logged in will be, and nobody
/// knows what a code means that is not listed, or a page of a web server in between.
fn is_final(error: &ApiError) -> bool {
    match error.kind() {
        ErrorKind::Usage => true,
        ErrorKind::Forbidden | ErrorKind::Account => error.code().is_some(),
        _ => false,
    }
}

/// Whether another call may have an answer all the same: the server has answered this one, knows the session, and does not
/// ask for a pause.
fn is_of_one_call(error: &ApiError) -> bool {
    let is_answer = match error.class() {
        ErrorClass::Refused | ErrorClass::Usage => true,
        ErrorClass::Untrusted => !matches!(error.kind(), ErrorKind::Tls | ErrorKind::Redirect),
        ErrorClass::Unreachable => error.code().is_some(),
        ErrorClass::SignIn => false,
    };
    is_answer && error.retry_after().is_none()
}

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
