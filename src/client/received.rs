//! A reply as it arrived, not yet judged.

use std::string::FromUtf8Error;
use std::time::Duration;

use jiff::Timestamp;

/// The body of a reply, and what its HTTP headers state.
#[derive(Clone, Debug)]
pub struct Received {
    /// The HTTP status.
    pub status: u16,
    /// The body, within [`crate::client::budget::BODY_BYTES`].
    pub body: Body,
    /// The server's time of the reply (`Date`, whole seconds).
    pub server_time: Option<Timestamp>,
    /// When the last byte arrived, by this machine's clock.
    pub received_at: Timestamp,
    /// How often the request was sent for this reply, at least once.
    pub attempts: u32,
    /// Whether an earlier attempt may have reached the server and its reply was lost.
    pub lost_a_reply: bool,
    /// Whether the request was sent twice because the server had ended the kept connection that took it first. It has
    /// hardly read what it answered with not one byte.
    pub was_resent: bool,
    /// The delay that the server requested (`Retry-After`).
    pub retry_after: Option<Duration>,
}

/// The body of a reply, and whether it is UTF-8: checked once, when it arrives.
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

    /// The body as text that may be quoted in logs and errors.
    #[must_use]
    pub fn quotable(&self) -> String {
        quotable(&String::from_utf8_lossy(self.as_bytes()))
    }
}

/// A text that may be a page in UTF-16, without its NULs: between the letters of a secret, they hide it from the
/// redactor but not from a person. JSON contains none.
pub(crate) fn quotable(text: &str) -> String {
    text.replace('\0', "")
}

impl Received {
    /// The present by the server's clock if it sent a `Date`, else by this machine's.
    #[must_use]
    pub fn server_now(&self) -> Timestamp {
        self.server_time.unwrap_or(self.received_at)
    }
}
