//! Whether a server can be reached: one request without credentials, over the same connection as all others.

use std::time::Duration;

use tokio::time::Instant;

use crate::client::connection::Connection;
use crate::client::error::{ApiError, ErrorKind};
use crate::client::replies::break_status;
use crate::client::replies::codes::Module;
use crate::client::replies::envelope;
use crate::client::request_body::RequestBody;
use crate::client::tls::Certificate;

/// The result of the check.
#[derive(Debug)]
pub struct Reached {
    /// The server's sign of life, or why there is none.
    pub answer: Result<Sign, ApiError>,
    /// The certificate that it presented, trusted or not; `None` for plain http and without a handshake.
    pub certificate: Option<Certificate>,
}

/// A sign of life: any reply of DeepCall, also its refusal of a request without credentials.
#[derive(Clone, Copy, Debug)]
pub struct Sign {
    /// The HTTP status.
    pub status: u16,
    /// The time from request to reply.
    pub took: Duration,
    /// How far our clock is ahead of the server's, in seconds; `None` without a `Date` header.
    pub ahead_seconds: Option<i64>,
}

impl Connection {
    /// Sends one request without credentials. The call is a pure read, and nothing on the server changes.
    pub async fn reach(&self) -> Reached {
        let answer = self.request_sign().await;
        Reached { answer, certificate: self.certificate() }
    }

    async fn request_sign(&self) -> Result<Sign, ApiError> {
        let started = Instant::now();
        let received = self.post_once(break_status::PATH, &RequestBody::without_credentials()).await?;
        let sign = Sign {
            status: received.status,
            took: started.elapsed(),
            ahead_seconds: received.server_time.map(|time| (received.received_at - time).as_secs()),
        };
        match envelope::judge(&received, Module::AgentProfile) {
            Err(error) if !is_sign_of_life(&error) => Err(error.with_status(received.status).sent()),
            _ => Ok(sign),
        }
    }
}

/// A refusal by DeepCall, as opposed to a failure or to another server's page.
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
