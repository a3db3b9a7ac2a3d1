//! A profile: a name for one sign-in, and everything about it that is not secret. All profiles of a person.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use toml::Table;

use crate::store::{CredentialKind, ServerUrl, StoreKey};

const LONGEST_NAME: usize = 64;

/// The name of a profile: letters, digits, `.`, `_` and `-`, safe in files, accounts and glob patterns.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
    pub name: ProfileName,
    /// The server that its credentials belong to; they are sent to no other.
    pub server: ServerUrl,
    pub kind: CredentialKind,
    /// Of a token; for an ssid, as the server has named it.
    pub user_id: Option<String>,
    /// Whose session it is, if the server has named the agent.
    pub agent_id: Option<String>,
    pub store: StoreKind,
    pub saved_at: Timestamp,
    /// Whether its owner accepted that the secret travels unencrypted.
    pub allow_http: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    pub const ALL: [Self; 2] = [Self::Keyring, Self::File];

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
        Self::ALL.into_iter().find(|kind| kind.word() == text).ok_or_else(|| StoreKindError(text.to_owned()))
    }
}

impl Profile {
    /// Under which its secret is kept.
    #[must_use]
    pub(crate) fn store_key(&self) -> StoreKey {
        StoreKey::new(self.name.clone(), &self.server)
    }
}

/// The stored profiles in order of name; the default, if any, is one of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profiles {
    default: Option<ProfileName>,
    list: Vec<Profile>,
    pending: Vec<PendingSecret>,
    /// What the file has that this version does not know: a newer one may have written it, and will miss it.
    pub(super) unknown: Table,
    /// The same, in the table of a profile.
    pub(super) unknown_of: BTreeMap<ProfileName, Table>,
}

impl Profiles {
    /// Every profile, in order of name.
    #[must_use]
    pub fn list(&self) -> &[Profile] {
        &self.list
    }

    #[must_use]
    pub fn find(&self, name: &ProfileName) -> Option<&Profile> {
        self.position(name).ok().map(|at| &self.list[at])
    }

    /// The profile used where none is named.
    #[must_use]
    pub fn default_profile(&self) -> Option<&Profile> {
        self.default.as_ref().and_then(|name| self.find(name))
    }

    /// Adds a profile, or replaces the one of its name, which is returned.
    pub fn put(&mut self, profile: Profile) -> Option<Profile> {
        self.forget_pending(&PendingSecret::of(&profile));
        match self.position(&profile.name) {
            Ok(at) => Some(std::mem::replace(&mut self.list[at], profile)),
            Err(at) => {
                self.list.insert(at, profile);
                None
            }
        }
    }

    /// Takes a profile out. If it was the default, there is none afterwards.
    pub fn remove(&mut self, name: &ProfileName) -> Option<Profile> {
        let at = self.position(name).ok()?;
        self.unknown_of.remove(name);
        if self.default.as_ref() == Some(name) {
            self.default = None;
        }
        Some(self.list.remove(at))
    }

    /// Makes a profile the default; `false` where there is none of that name.
    pub fn make_default(&mut self, name: &ProfileName) -> bool {
        let known = self.find(name).is_some();
        if known {
            self.default = Some(name.clone());
        }
        known
    }

    /// Where secrets may be that no profile names.
    #[must_use]
    pub fn pending(&self) -> &[PendingSecret] {
        &self.pending
    }

    /// Notes that a secret may be there; `false` where a profile names the place, or it is noted already.
    pub fn note_pending(&mut self, place: PendingSecret) -> bool {
        let listed = self.list.iter().map(PendingSecret::of);
        let is_new = !listed.chain(self.pending.iter().cloned()).any(|other| other == place);
        if is_new {
            self.pending.push(place);
        }
        is_new
    }

    /// No secret is there any more.
    pub fn forget_pending(&mut self, place: &PendingSecret) {
        self.pending.retain(|other| other != place);
    }

    fn position(&self, name: &ProfileName) -> Result<usize, usize> {
        self.list.binary_search_by(|profile| profile.name.cmp(name))
    }
}

/// Where a secret may be that no profile names: a login notes it before it stores anything, so that a later
/// command can remove the secret of a login that was interrupted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PendingSecret {
    profile: ProfileName,
    server: ServerUrl,
    store: StoreKind,
    /// What a newer version may have written.
    #[serde(flatten)]
    unknown: Table,
}

impl PendingSecret {
    /// Where the secret of that profile is, or will be.
    #[must_use]
    pub fn of(profile: &Profile) -> Self {
        Self {
            profile: profile.name.clone(),
            server: profile.server.clone(),
            store: profile.store,
            unknown: Table::new(),
        }
    }

    /// Of which profile the secret is or was to be.
    #[must_use]
    pub fn profile(&self) -> &ProfileName {
        &self.profile
    }

    #[must_use]
    pub fn store(&self) -> StoreKind {
        self.store
    }

    #[must_use]
    pub fn key(&self) -> StoreKey {
        StoreKey::new(self.profile.clone(), &self.server)
    }
}

/// Of a server, only the origin makes a difference to a store.
impl PartialEq for PendingSecret {
    fn eq(&self, other: &Self) -> bool {
        (self.store, self.key()) == (other.store, other.key())
    }
}

impl Eq for PendingSecret {}

#[cfg(test)]
mod tests;
