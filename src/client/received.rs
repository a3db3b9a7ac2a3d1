//! A reply as it came over the wire, before anyone has judged it.

use std::string::FromUtf8Error;
use std::time::Duration;

use jiff::Timestamp;

/// Bytes and what HTTP said about them.
#[derive(Clone, Debug)]
pub struct Received {
    /// The HTTP status.
    pub status: u16,
    /// The body, within [`crate::client::budget::BODY_BYTES`].
    pub body: Body,
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

/// The body of a reply, and whether it is text at all: looked at once, where it arrives.
#[derive(Clone, Debug)]
pub enum Body {
    /// UTF-8.
    Text(String),
    /// Something else.
    Other(FromUtf8Error),
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        match String::from_utf8(bytes) {
            Ok(text) => Self::Text(text),
            Err(other) => Self::Other(other),
        }
    }
}

impl Body {
    /// Byte for byte.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Other(other) => other.as_bytes(),
        }
    }

    /// As it may be quoted.
    #[must_use]
    pub fn quotable(&self) -> String {
        quotable(&String::from_utf8_lossy(self.as_bytes()))
    }
}

/// A text that may be a page in UTF-16, without its NULs: between the letters of a secret, they hide it from the
/// redactor and from no person. JSON holds none.
pub(crate) fn quotable(text: &str) -> String {
    text.replace('\0', "")
}

impl Received {
    /// The present by the server's clock where it told it, else by ours.
    #[must_use]
    pub fn server_now(&self) -> Timestamp {
        self.server_time.unwrap_or(self.received_at)
    }
}
