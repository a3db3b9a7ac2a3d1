//! Whether a server can be reached at all: one question without credentials, by the very way that all others take.

use std::time::Duration;

use tokio::time::Instant;

use crate::client::connection::Connection;
use crate::client::error::{ApiError, ErrorKind};
use crate::client::replies::break_status;
use crate::client::replies::codes::Module;
use crate::client::replies::envelope;
use crate::client::request_body::RequestBody;
use crate::client::tls::Certificate;

/// What came of it.
#[derive(Debug)]
pub struct Reached {
    /// What the server said, or why nobody said anything.
    pub answer: Result<Sign, ApiError>,
    /// What it showed of itself, whether or not it was believed; `None` for plain http, and where it came to nothing.
    pub certificate: Option<Certificate>,
}

/// A sign of life. That the question is refused for want of credentials is one.
#[derive(Clone, Copy, Debug)]
pub struct Sign {
    /// The HTTP status.
    pub status: u16,
    /// How long it took.
    pub took: Duration,
    /// How far our clock is ahead of the server's, in seconds; `None` where it does not tell the time.
    pub ahead_seconds: Option<i64>,
}

impl Connection {
    /// Asks once, without credentials. The call is a pure read, and nothing on the server changes.
    pub async fn reach(&self) -> Reached {
        let answer = self.knock().await;
        Reached { answer, certificate: self.certificate() }
    }

    async fn knock(&self) -> Result<Sign, ApiError> {
        let started = Instant::now();
        let received = self.post_once(break_status::PATH, &RequestBody::without_credentials()).await?;
        let sign = Sign {
            status: received.status,
            took: started.elapsed(),
            ahead_seconds: received.server_time.map(|time| (received.received_at - time).as_secs()),
        };
        match envelope::judge(&received, Module::AgentProfile) {
            Err(error) if !is_sign_of_life(&error) => Err(error.sent()),
            _ => Ok(sign),
        }
    }
}

/// A refusal in the server's own words, as opposed to trouble or to somebody else's page.
fn is_sign_of_life(error: &ApiError) -> bool {
    matches!(
        error.kind(),
        ErrorKind::SignIn
            | ErrorKind::Usage
            | ErrorKind::Forbidden
            | ErrorKind::Account
            | ErrorKind::State
            | ErrorKind::Refused
    )
}
