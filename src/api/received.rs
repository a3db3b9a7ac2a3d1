//! A reply as it came over the wire, before anyone has judged it.

use std::time::Duration;

use jiff::Timestamp;

/// Bytes and what HTTP said about them.
#[derive(Clone, Debug)]
pub struct Received {
    /// The HTTP status.
    pub status: u16,
    /// The body, within [`super::budget::BODY_BYTES`].
    pub body: Vec<u8>,
    /// When the server says it answered (`Date`, whole seconds).
    pub server_time: Option<Timestamp>,
    /// When the last byte was here, by our clock.
    pub received_at: Timestamp,
    /// How often the question was sent for this reply, at least once.
    pub attempts: u32,
    /// Whether an earlier attempt may have reached the server and its reply was lost.
    pub lost_a_reply: bool,
    /// What the server asked for in `Retry-After`.
    pub retry_after: Option<Duration>,
}

impl Received {
    /// The present by the server's clock where it told it, else by ours.
    #[must_use]
    pub fn server_now(&self) -> Timestamp {
        self.server_time.unwrap_or(self.received_at)
    }
}
