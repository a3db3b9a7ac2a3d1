//! The interface of every store of secrets.

use crate::store::private_file::FileError;
use crate::store::{Credentials, ProfileName, ServerUrl, StoreKind};

pub(crate) trait SecretStore {
    fn kind(&self) -> StoreKind;

    /// Checks whether a secret could be stored now, before a person is prompted for one.
    ///
    /// # Errors
    /// What [`SecretStore::save`] would have met.
    fn probe(&self) -> Result<(), StoreError>;

    /// Stores the credentials, replacing those under the same key; reads them back and compares.
    /// Called inside `ProfilesFile::update`, so that two logins do not read back each other's.
    ///
    /// # Errors
    /// When they are not certainly stored.
    fn save(&self, key: &StoreKey, credentials: &Credentials) -> Result<(), StoreError>;

    /// Reads the credentials.
    ///
    /// # Errors
    /// [`StoreError::Absent`] only where the store was opened and has none.
    fn load(&self, key: &StoreKey) -> Result<Credentials, StoreError>;

    /// Removes the credentials; `false` if there were none.
    ///
    /// # Errors
    /// When it is not certain that they are gone.
    fn remove(&self, key: &StoreKey) -> Result<bool, StoreError>;

    /// Whether what was removed is kept where a person can still find it.
    fn recycles(&self) -> bool {
        false
    }

    /// Reads many at once: one result for each key, in the same order.
    fn load_many(&self, keys: &[StoreKey]) -> Vec<Result<Credentials, StoreError>> {
        keys.iter().map(|key| self.load(key)).collect()
    }
}

/// Under which credentials are kept: a profile, and the only server that they are meant for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreKey {
    profile: ProfileName,
    origin: String,
}

impl StoreKey {
    /// The key of a profile's credentials for that server.
    #[must_use]
    pub fn new(profile: ProfileName, server: &ServerUrl) -> Self {
        Self { profile, origin: server.origin() }
    }

    #[must_use]
    pub fn profile(&self) -> &ProfileName {
        &self.profile
    }

    /// Scheme, host and port of the server.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// `PROFILE@ORIGIN`, which is unambiguous since neither part can contain an `@`.
    #[must_use]
    pub fn account(&self) -> String {
        format!("{}@{}", self.profile, self.origin)
    }
}

/// Why an operation of a store failed. No text in it comes from a stored value.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// This machine, or this login to it, has no keyring.
    #[error("no keyring can be reached: {detail}")]
    NoStore { detail: String },
    /// The keyring exists, but contains no collection for secrets.
    #[error("the keyring has no default collection to keep anything in")]
    NoCollection,
    /// The keyring exists but is locked.
    #[error("the keyring is locked: {detail}")]
    Locked { detail: String },
    /// The store was opened, and nothing is kept under this key.
    #[error("no credentials are stored for this profile and server")]
    Absent,
    /// No answer, perhaps because an unlock dialog waits for a person.
    #[error("the keyring did not answer within {seconds} s")]
    TimedOut {
        /// The time limit, rounded up.
        seconds: u64,
    },
    /// Something is kept under this key, but not by this program, or not for this server.
    #[error("the stored credentials cannot be used: {detail}")]
    Unreadable { detail: &'static str },
    /// Longer than every keyring can take.
    #[error("the credentials are too long to be stored (over {limit} bytes)")]
    TooLong {
        /// For the whole stored value, in bytes.
        limit: usize,
    },
    /// The store accepted the credentials and then returned others: it is broken, or another process wrote them.
    #[error("the store does not return what was just written to it")]
    NotKept,
    /// The file store's file cannot be used.
    #[error(transparent)]
    File(#[from] FileError),
}
