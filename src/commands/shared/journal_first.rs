//! The answer about a break or a wrap-up: what another process has just recorded, or else what the server says, which is
//! recorded before it is shown.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::journal::keeper::Keeper;
use crate::client::{Answer, SignedIn};
use crate::failure::Failure;
use crate::floor::answer::{Break, Wrapup};
use crate::floor::event::FollowedPart;
use crate::floor::poll_result::PollResult;
use crate::floor::state::AgentState;

/// How the answers of a run and the journal go together.
#[derive(Clone, Copy)]
pub(crate) struct JournalFirst<'a> {
    pub(crate) keeper: Option<&'a Keeper<'a>>,
    /// Whether the server is queried in any case.
    pub(crate) polls: bool,
}

impl JournalFirst<'_> {
    /// # Errors
    /// If the server is queried, and does not answer.
    pub(crate) async fn break_status(
        self,
        signed_in: &SignedIn,
        zone: &TimeZone,
    ) -> Result<Answer<Break>, Failure> {
        if let Some((state, as_of)) = self.current(signed_in, &[FollowedPart::Breaks])
            && let Some(since) = state.break_state
        {
            return Ok(Answer::recorded(since.state, as_of));
        }
        let answer = signed_in.break_status(zone).await?;
        self.take(signed_in, &answer, |poll| poll.break_state = Some(answer.value.clone())).await;
        Ok(answer)
    }

    /// # Errors
    /// If the server is queried, and does not answer.
    pub(crate) async fn wrapup(
        self,
        signed_in: &SignedIn,
        zone: &TimeZone,
    ) -> Result<Answer<Wrapup>, Failure> {
        if let Some((state, as_of)) = self.current(signed_in, &[FollowedPart::Wrapups])
            && let Some(since) = state.wrapup
        {
            return Ok(Answer::recorded(since.state, as_of));
        }
        let answer = signed_in.wrapup(zone).await?;
        self.take(signed_in, &answer, |poll| poll.wrapup = Some(answer.value.clone())).await;
        Ok(answer)
    }

    /// What another process has just recorded of these parts, and when it was answered.
    pub(crate) fn current(
        self,
        signed_in: &SignedIn,
        parts: &[FollowedPart],
    ) -> Option<(AgentState, Timestamp)> {
        let keeper = self.keeper.filter(|_| !self.polls)?;
        let as_of = keeper.polled_at(&signed_in.profile, parts)?;
        Some((keeper.state(&signed_in.profile)?, as_of))
    }

    async fn take<T>(self, signed_in: &SignedIn, answer: &Answer<T>, fill: impl FnOnce(&mut PollResult)) {
        let Some(keeper) = self.keeper else { return };
        let mut poll = answer.poll(&signed_in.profile);
        fill(&mut poll);
        keeper.take(poll).await;
    }
}
