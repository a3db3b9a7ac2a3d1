//! The two forms of credentials that DeepCall accepts (`api.md` §0): an ssid, or a user id with a token.

use crate::store::secret::Secret;
use crate::store::server_url::ServerUrl;

/// Exactly one of the two forms; a request never carries both (`api.md` §0).
#[derive(Clone)]
pub enum Credentials {
    /// A session id taken from the web panel (`api.md` §5).
    Ssid(Secret),
    /// A user id with its API token.
    UserToken {
        /// Numeric in every published sample, kept as text.
        user_id: String,
        /// The API token.
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
    /// An ssid.
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

/// Who asks, of which server, with what.
#[derive(Clone)]
pub struct Session {
    /// The profile's name, which stands beside every answer.
    pub profile: String,
    /// The only server that the credentials are sent to.
    pub server: ServerUrl,
    /// Whether the owner accepted that they travel unencrypted.
    pub allow_http: bool,
    /// What the server knows the agent by.
    pub credentials: Credentials,
}
