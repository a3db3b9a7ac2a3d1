//! The ping that updates an agent's presence: the only call that writes. Its path and its parameter are not
//! documented but inferred from error messages (`api.md` §4).

use crate::client::error::{ApiError, Fault};
use crate::client::received::Received;
use crate::client::replies::codes::Module;
use crate::client::replies::envelope;
use crate::client::replies::envelope::Judged;
use crate::json::Raw;

/// The path that the error messages suggest.
pub const PATH: &str = "agentProfile/setWebPingTime";

/// What the server said to a ping.
#[derive(Clone, Debug)]
pub struct Pong {
    /// The whole reply.
    pub reply: Raw,
}

pub(crate) fn read(received: &Received, module: Module) -> Result<Pong, ApiError> {
    match envelope::judge(received, module)? {
        Judged::Payload(_) => Ok(Pong { reply: envelope::whole(received)?.into() }),
        Judged::Answer(_) => Err(ApiError::new(Fault::Protocol, "the reply answers another question")),
    }
}
