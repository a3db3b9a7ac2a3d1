//! A profile: a name for one sign-in, and everything about it that is not secret.
//! It must not know where profiles are kept.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

use crate::store::{CredentialKind, ServerUrl};

const LONGEST_NAME: usize = 64;

/// The name of a profile: letters, digits, `.`, `_` and `-`, safe in files, accounts and glob patterns.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProfileName(String);

/// The text is not the name of a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a profile name has 1 to 64 letters, digits, `.`, `_` or `-`, and does not begin with `.` or `-`")]
pub struct ProfileNameError;

impl ProfileName {
    /// Checks a name.
    ///
    /// # Errors
    /// When it is empty, too long, or has other characters.
    pub fn parse(text: &str) -> Result<Self, ProfileNameError> {
        let fits = (1..=LONGEST_NAME).contains(&text.len());
        let begins_well = !text.starts_with(['.', '-']);
        let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
        if fits && begins_well && plain { Ok(Self(text.to_owned())) } else { Err(ProfileNameError) }
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProfileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ProfileName {
    type Err = ProfileNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for ProfileName {
    type Error = ProfileNameError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<ProfileName> for String {
    fn from(name: ProfileName) -> Self {
        name.0
    }
}

/// One sign-in, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// What it is called.
    pub name: ProfileName,
    /// The server that its credentials belong to; they are sent to no other.
    pub server: ServerUrl,
    /// The form of its credentials.
    pub kind: CredentialKind,
    /// Where the form has one.
    pub user_id: Option<String>,
    /// Where the secret is.
    pub store: StoreKind,
    /// When the secret was stored.
    pub saved_at: Timestamp,
    /// Whether its owner accepted that the secret travels unencrypted.
    pub allow_http: bool,
}

/// Where secrets can be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StoreKind {
    /// The keyring of the operating system.
    Keyring,
    /// Plain text in a file of mode 0600.
    File,
}

/// The text is not the name of a store.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown store {0:?}: it must be `keyring` or `file`")]
pub struct StoreKindError(String);

impl StoreKind {
    /// The word used in options, files and documents.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Keyring => "keyring",
            Self::File => "file",
        }
    }
}

impl fmt::Display for StoreKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for StoreKind {
    type Err = StoreKindError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Keyring, Self::File]
            .into_iter()
            .find(|kind| kind.word() == text)
            .ok_or_else(|| StoreKindError(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_made_of_plain_characters() {
        for good in ["a", "main", "Team-7", "x.y_z", "_", "0", &"n".repeat(64)] {
            assert_eq!(ProfileName::parse(good).unwrap().to_string(), good);
        }
        for bad in ["", ".", "..", ".hidden", "-x", "a b", "a/b", "a@b", "a*", "नाम", "a\n", &"n".repeat(65)]
        {
            assert_eq!(ProfileName::parse(bad), Err(ProfileNameError), "{bad:?}");
        }
    }

    #[test]
    fn a_store_is_named_by_its_word() {
        for kind in [StoreKind::Keyring, StoreKind::File] {
            assert_eq!(kind.to_string().parse(), Ok(kind));
        }
    }

    #[test]
    fn an_unknown_store_is_answered_with_both_words() {
        let error = "vault".parse::<StoreKind>().unwrap_err().to_string();
        for word in ["vault", "keyring", "file"] {
            assert!(error.contains(word), "{error}");
        }
    }
}
