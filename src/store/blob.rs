//! Credentials as one value of a store: a small JSON object that also names its server. Every buffer that contains a
//! secret is wiped.

use std::io::Cursor;

use serde::{Deserialize, Deserializer, Serialize};
use zeroize::Zeroizing;

use crate::store::{CredentialKind, Credentials, Secret, StoreError};

/// The least that a supported keyring takes, which is the Windows one (`reliability.md` §6).
const LIMIT: usize = 2560;

const VERSION: u32 = 1;

#[derive(Serialize)]
struct Written<'a> {
    v: u32,
    origin: &'a str,
    kind: CredentialKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    ssid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'a str>,
}

#[derive(Deserialize)]
struct Read {
    v: u32,
    origin: String,
    kind: CredentialKind,
    #[serde(default, deserialize_with = "secret")]
    ssid: Option<Secret>,
    user_id: Option<String>,
    #[serde(default, deserialize_with = "secret")]
    token: Option<Secret>,
}

/// The value to store for that server.
///
/// # Errors
/// `StoreError::TooLong` when the value would not fit into every keyring.
pub fn encode(credentials: &Credentials, origin: &str) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    let (ssid, token) = match credentials {
        Credentials::Ssid(ssid) => (Some(ssid.expose()), None),
        Credentials::UserToken { token, .. } => (None, Some(token.expose())),
    };
    let kind = credentials.kind();
    let written = Written { v: VERSION, origin, kind, ssid, user_id: credentials.user_id(), token };
    // A buffer of fixed size: one that grows would leave copies behind.
    let mut buffer = Zeroizing::new([0; LIMIT]);
    let mut cursor = Cursor::new(&mut buffer[..]);
    serde_json::to_writer(&mut cursor, &written).map_err(|_| StoreError::TooLong { limit: LIMIT })?;
    let length = usize::try_from(cursor.position()).unwrap_or(LIMIT);
    Ok(Zeroizing::new(buffer[..length].to_vec()))
}

/// The credentials in a stored value of that server.
///
/// # Errors
/// `StoreError::Unreadable`; never with a part of the value, which may be a secret in an unknown form.
pub fn decode(value: &[u8], origin: &str) -> Result<Credentials, StoreError> {
    let unreadable = |detail| Err(StoreError::Unreadable { detail });
    let Ok(read) = serde_json::from_slice::<Read>(value) else {
        return unreadable("they were not written by this program");
    };
    if read.v != VERSION {
        return unreadable("they were written by a newer version of this program");
    }
    if read.origin != origin {
        return unreadable("they belong to another server");
    }
    match (read.kind, read.ssid, read.user_id, read.token) {
        (CredentialKind::Ssid, Some(ssid), None, None) => Ok(Credentials::Ssid(ssid)),
        (CredentialKind::Token, None, Some(user_id), Some(token)) => {
            Ok(Credentials::UserToken { user_id, token })
        }
        _ => unreadable("they are incomplete"),
    }
}

fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.map(Secret::new))
}

#[cfg(test)]
mod tests;
