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
    /// How long before that its request was sent, the first of them if there were several. The server may have given the
    /// answer at any moment in between.
    pub took: Duration,
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
            took: Duration::ZERO,
            server_time: None,
            tags: None,
            break_state: None,
            wrapup: None,
            read_was_cut: false,
            was_resent: false,
        }
    }

    /// Continues the poll, or begins it, with the clocks of another answer, whose request was sent next.
    pub fn with_clocks(poll: &mut Option<Self>, answer: Self) -> &mut Self {
        let Some(poll) = poll else { return poll.insert(answer) };
        poll.taken_at = answer.taken_at;
        poll.took += answer.took;
        poll.server_time = answer.server_time.or(poll.server_time);
        poll
    }

    /// When its request was sent, by our monotonic clock.
    pub(crate) fn sent(&self) -> Duration {
        self.monotonic.saturating_sub(self.took)
    }

    /// The present moment as the server has it, or as we have it where the server sent none.
    /// What the server dates is to be compared with this.
    #[must_use]
    pub fn server_now(&self) -> Timestamp {
        self.server_time.unwrap_or(self.taken_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::samples::{at, poll};

    #[test]
    fn a_poll_of_several_requests_was_sent_with_the_first_of_them() {
        let mut whole = None;
        for (second, took) in [(3, 2), (7, 4), (8, 1)] {
            let took = Duration::from_secs(took);
            PollResult::with_clocks(&mut whole, PollResult { took, server_time: None, ..poll(second) });
        }
        let whole = whole.expect("begun");
        assert_eq!((whole.taken_at, whole.took), (at(8), Duration::from_secs(7)));
        let monotonic = Duration::from_secs(8);
        assert_eq!(PollResult { monotonic, ..whole }.sent(), Duration::from_secs(1));
    }
}
