//! What one good poll of one profile has shown: plain data, filled by a source.

use std::time::Duration;

use jiff::Timestamp;

use crate::floor::answer::{Break, Tag, Wrapup};

/// One good poll. A call that was not made, or failed while others succeeded, is `None`.
#[derive(Clone, Debug)]
pub struct PollResult {
    /// Whose answer it is.
    pub profile: Option<String>,
    /// When the answer was complete, by our wall clock.
    pub taken_at: Timestamp,
    /// The same moment by our monotonic clock, since the watch started. It stands still while the machine sleeps.
    pub monotonic: Duration,
    /// The same with sleep, as far as our clocks show it.
    pub elapsed: Duration,
    /// The server's `Date`, where it sent one.
    pub server_time: Option<Timestamp>,
    /// The notifications, as the server ordered them.
    pub tags: Option<Vec<Tag>>,
    /// Break or no break.
    pub break_state: Option<Break>,
    /// Wrap-up or no wrap-up.
    pub wrapup: Option<Wrapup>,
    /// Whether, since the last good poll, a request for tags went out whose answer never came whole.
    /// If the server moves a cursor with each call, what that answer held is gone.
    pub read_was_cut: bool,
    /// Whether the request for tags was sent twice, because the server had ended the kept connection that took it first.
    /// It has hardly read the first one: only of a server that hands out each notification once, a loss is possible.
    pub was_resent: bool,
}

impl PollResult {
    /// Nothing is known yet. The watch sets how long it has run.
    #[must_use]
    pub fn new(profile: &str, taken_at: Timestamp) -> Self {
        Self {
            profile: Some(profile.to_owned()),
            taken_at,
            monotonic: Duration::ZERO,
            elapsed: Duration::ZERO,
            server_time: None,
            tags: None,
            break_state: None,
            wrapup: None,
            read_was_cut: false,
            was_resent: false,
        }
    }

    /// Continues the poll, or begins it, with the clocks of another answer.
    pub fn with_clocks<'a>(
        poll: &'a mut Option<Self>,
        profile: &str,
        taken_at: Timestamp,
        server_time: Option<Timestamp>,
    ) -> &'a mut Self {
        let poll = poll.get_or_insert_with(|| Self::new(profile, taken_at));
        poll.taken_at = taken_at;
        poll.server_time = server_time.or(poll.server_time);
        poll
    }

    /// The present moment as the server has it, or as we have it where the server sent none.
    /// What the server dates is to be compared with this.
    #[must_use]
    pub fn server_now(&self) -> Timestamp {
        self.server_time.unwrap_or(self.taken_at)
    }
}
