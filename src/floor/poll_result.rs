//! What one good poll of one profile said: plain data, filled from the `api` layer by the loop.

use std::time::Duration;

use jiff::Timestamp;

use crate::json::Raw;

/// One good poll. A call that was not made, or failed while others succeeded, is `None`.
#[derive(Clone, Debug)]
pub struct PollResult {
    /// Whose answer it is.
    pub profile: Option<String>,
    /// When the answer was complete, by our wall clock.
    pub taken_at: Timestamp,
    /// The same moment by our monotonic clock, since the watch started. It stands still while the machine sleeps.
    pub monotonic: Duration,
    /// The server's `Date`, where it sent one.
    pub server_time: Option<Timestamp>,
    /// The notifications, oldest first.
    pub tags: Option<Vec<SeenTag>>,
    /// Break or no break.
    pub break_state: Option<BreakSeen>,
    /// Wrap-up or no wrap-up.
    pub wrapup: Option<WrapupSeen>,
    /// Whether, since the last good poll, a request for tags went out whose answer never came whole.
    /// If the server moves a cursor with each call, what that answer held is gone.
    pub read_was_cut: bool,
}

impl PollResult {
    /// The present moment as the server has it, or as we have it where the server did not say.
    /// What the server dates is to be compared with this.
    #[must_use]
    pub fn server_now(&self) -> Timestamp {
        self.server_time.unwrap_or(self.taken_at)
    }
}

/// One notification (`api.md` §3). The named parts were read out of `fields` by lists of known spellings.
#[derive(Clone, Debug)]
pub struct SeenTag {
    /// The notification's own id.
    pub id: Option<String>,
    /// When it happened. It may be wrong: identity and forgetting never rest on it.
    pub time: Option<Timestamp>,
    /// What kind of notification it is.
    pub kind: Option<String>,
    /// What it says.
    pub message: Option<String>,
    /// The customer's phone number.
    pub customer: Option<String>,
    /// The call it is about.
    pub call_id: Option<String>,
    /// The agent it is about.
    pub agent_id: Option<String>,
    /// The names of its icons.
    pub icon_names: Vec<String>,
    /// Its icons as the server wrote them.
    pub icons: Vec<Raw>,
    /// The notification as the server wrote it.
    pub fields: Raw,
}

/// What `agentOnBreak` said (`api.md` §1).
#[derive(Clone, Debug)]
pub struct BreakSeen {
    /// On break or not.
    pub on_break: bool,
    /// Why.
    pub reason: Option<String>,
    /// Since when, by the server's clock.
    pub since: Option<Timestamp>,
    /// `breakDetail` as the server wrote it.
    pub detail: Option<Raw>,
}

/// What `checkAgentInWrapUp` said (`api.md` §2).
#[derive(Clone, Debug)]
pub struct WrapupSeen {
    /// In wrap-up or not.
    pub in_wrapup: bool,
    /// When it ends, by the server's clock.
    pub ends_at: Option<Timestamp>,
    /// The call it follows.
    pub call_id: Option<String>,
    /// That call's phone number.
    pub customer: Option<String>,
}
