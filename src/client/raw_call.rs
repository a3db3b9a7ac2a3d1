//! One signed-in call to any path, whose meaning is not known here: the reply goes out as it came.

use crate::client::error::ApiError;
use crate::client::received::Received;
use crate::client::replies::codes::Module;
use crate::client::replies::envelope;

/// A reply nobody but the caller can read.
#[derive(Debug)]
pub struct RawReply {
    /// The body byte for byte, but for NULs: JSON has none, and those of a page in UTF-16 would hide a secret from
    /// the redactor.
    pub bytes: Vec<u8>,
    /// The HTTP status.
    pub status: u16,
    /// What the reply's envelope says about success.
    pub outcome: Result<(), ApiError>,
}

pub(crate) fn read(received: &Received, module: Module) -> RawReply {
    let outcome = envelope::outcome(received, module);
    let mut bytes = received.body.as_bytes().to_vec();
    bytes.retain(|&byte| byte != 0);
    RawReply { bytes, status: received.status, outcome }
}
