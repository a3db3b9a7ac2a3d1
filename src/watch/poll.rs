//! One poll of one profile: up to three calls, one after the other. What was read before a later call
//! fails is handed on: the server may not tell it again.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::client::{Answer, ApiError, Reference, SignedIn, Tags, Trouble};
use crate::floor::answer::Tag;
use crate::floor::poll_result::PollResult;

/// What is asked in a poll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    /// Notifications.
    pub tags: bool,
    /// Break or no break.
    pub breaks: bool,
    /// Wrap-up or no wrap-up.
    pub wrapups: bool,
}

impl Parts {
    /// Whether nothing is left to ask.
    #[must_use]
    pub fn is_nothing(self) -> bool {
        !(self.tags || self.breaks || self.wrapups)
    }
}

/// How the calls are made.
#[derive(Clone, Debug)]
pub struct Asking {
    /// What is sent as `ref`.
    pub reference: Reference,
    /// The zone of server times that name none.
    pub server_zone: TimeZone,
}

/// What a poll brought.
#[derive(Debug)]
pub struct Polled {
    /// What was read, if anything was. Its monotonic moment is set by whoever keeps that clock.
    pub look: Option<PollResult>,
    /// Why the rest could not be read.
    pub failure: Option<PollFailure>,
    /// The parts that the server refuses to this profile, in words: they are not asked again.
    pub refused: Vec<String>,
    /// What is left to be asked next time.
    pub parts: Parts,
}

/// A call that failed in a way that may pass.
#[derive(Debug)]
pub struct PollFailure {
    /// What went wrong.
    pub error: ApiError,
    /// Whether notifications may have been lost with the answer.
    pub lost_tags: bool,
}

/// Somebody who can be polled.
pub trait Source: Clone {
    /// The profile's name.
    fn profile(&self) -> &str;

    /// Asks for the parts in turn.
    fn poll(&self, parts: Parts, asking: &Asking) -> impl Future<Output = Polled>;
}

impl Source for SignedIn {
    fn profile(&self) -> &str {
        &self.profile
    }

    fn poll(&self, parts: Parts, asking: &Asking) -> impl Future<Output = Polled> {
        poll(self, parts, asking)
    }
}

/// Asks for the parts in turn: notifications first, since nothing else can be lost for good.
async fn poll(signed_in: &SignedIn, parts: Parts, asking: &Asking) -> Polled {
    let mut polled = Polled { look: None, failure: None, refused: vec![], parts };
    if parts.tags {
        let answer = signed_in.tags(&asking.reference, &asking.server_zone, Some).await;
        let is_on = |parts: &mut Parts| parts.tags = false;
        if let Some(answer) = polled.take("notifications", answer, true, is_on) {
            let look = polled.look(signed_in, &answer);
            look.read_was_cut = answer.lost_a_reply;
            look.tags = Some(in_order(answer.value));
        }
    }
    if parts.breaks && polled.failure.is_none() {
        let answer = signed_in.break_status(&asking.server_zone).await;
        if let Some(answer) = polled.take("breaks", answer, false, |parts| parts.breaks = false) {
            let look = polled.look(signed_in, &answer);
            look.break_state = Some(answer.value);
        }
    }
    if parts.wrapups && polled.failure.is_none() {
        let answer = signed_in.wrapup(&asking.server_zone).await;
        if let Some(answer) = polled.take("wrap-ups", answer, false, |parts| parts.wrapups = false) {
            let look = polled.look(signed_in, &answer);
            look.wrapup = Some(answer.value);
        }
    }
    polled
}

impl Polled {
    /// The answer, or `None` after noting why there is none.
    fn take<T>(
        &mut self,
        what: &str,
        answer: Result<Answer<T>, ApiError>,
        holds_tags: bool,
        leave_out: impl FnOnce(&mut Parts),
    ) -> Option<Answer<T>> {
        match answer {
            Ok(answer) => Some(answer),
            Err(error) if matches!(error.trouble(), Trouble::Refused | Trouble::Usage) => {
                self.refused.push(format!("{what} are not followed: {error}"));
                leave_out(&mut self.parts);
                None
            }
            Err(error) => {
                let lost_tags = holds_tags && error.was_sent();
                self.failure = Some(PollFailure { error, lost_tags });
                None
            }
        }
    }

    /// The look so far, with the newest clock readings.
    fn look<T>(&mut self, signed_in: &SignedIn, answer: &Answer<T>) -> &mut PollResult {
        let look = self.look.get_or_insert_with(|| empty(&signed_in.profile, answer.as_of));
        look.taken_at = answer.as_of;
        look.server_time = answer.server_time.or(look.server_time);
        look
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
    }
}

/// Oldest first, as they are told; those without a time stay where the server put them.
fn in_order(tags: Tags<Tag>) -> Vec<Tag> {
    let mut seen = tags.notifications;
    seen.sort_by_key(|tag| tag.time);
    seen
}
