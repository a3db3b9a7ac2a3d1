//! The two forms of credentials that DeepCall accepts (`api.md` §0): an ssid, or a user id with a token. A secret in
//! memory is wiped when dropped, never printed, never serialised.

use zeroize::Zeroizing;

use crate::store::server_url::ServerUrl;

/// An ssid or a token. It has no `Debug`, no `Display` and no `Serialize` on purpose:
/// the only way to its text is [`Secret::expose`], which is easy to search for.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes ownership of the text, so that no other copy is left behind.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The secret itself. Callers: the request body, the stores, the redactor.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// Exactly one of the two forms; a request never carries both (`api.md` §0).
#[derive(Clone)]
pub enum Credentials {
    /// A session id taken from the web panel (`api.md` §5).
    Ssid(Secret),
    /// A user id with its API token.
    UserToken {
        /// Numeric in every published sample, kept as text.
        user_id: String,
        token: Secret,
    },
}

impl Credentials {
    /// Which of the two forms this is.
    #[must_use]
    pub fn kind(&self) -> CredentialKind {
        match self {
            Self::Ssid(_) => CredentialKind::Ssid,
            Self::UserToken { .. } => CredentialKind::Token,
        }
    }

    /// The part that must never be shown.
    #[must_use]
    pub fn secret(&self) -> &Secret {
        match self {
            Self::Ssid(secret) | Self::UserToken { token: secret, .. } => secret,
        }
    }

    /// The user id, where the form has one.
    #[must_use]
    pub fn user_id(&self) -> Option<&str> {
        match self {
            Self::Ssid(_) => None,
            Self::UserToken { user_id, .. } => Some(user_id),
        }
    }
}

/// The form of stored credentials, which may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CredentialKind {
    Ssid,
    /// A user id with a token.
    Token,
}

impl CredentialKind {
    /// The word used in documents and tables.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Ssid => "ssid",
            Self::Token => "token",
        }
    }
}

/// A profile's server and credentials, as one call needs them.
#[derive(Clone)]
pub(crate) struct Session {
    /// The profile's name, which appears beside every answer.
    pub profile: String,
    /// The only server that the credentials are sent to.
    pub server: ServerUrl,
    /// Whether the owner accepted that they travel unencrypted.
    pub allow_http: bool,
    pub credentials: Credentials,
}

#[cfg(test)]
mod tests {
    use std::fmt::{Debug, Display};

    use serde::Serialize;
    use static_assertions::assert_not_impl_any;

    use super::{Credentials, Secret, Session};

    // A derive of one of these is a compiler error here, before any secret is printed.
    assert_not_impl_any!(Secret: Debug, Display, Serialize, AsRef<str>, Into<String>, ToString);
    assert_not_impl_any!(Credentials: Debug, Display, Serialize);
    assert_not_impl_any!(Session: Debug, Display, Serialize);
    assert_not_impl_any!(Result<Secret, ()>: Debug);
}
