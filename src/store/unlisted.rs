//! Where a secret may be that no profile names: a login notes it before it stores anything, so that whoever comes
//! after one that was cut short can remove the secret. It must not know any store.

use serde::{Deserialize, Serialize};

use crate::store::{Profile, ProfileName, ServerUrl, StoreKey, StoreKind};

/// A place in a store.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unlisted {
    profile: ProfileName,
    server: ServerUrl,
    store: StoreKind,
}

impl Unlisted {
    /// Where the secret of that profile is, or will be.
    #[must_use]
    pub fn of(profile: &Profile) -> Self {
        Self { profile: profile.name.clone(), server: profile.server.clone(), store: profile.store }
    }

    /// Of which profile the secret is or was to be.
    #[must_use]
    pub fn profile(&self) -> &ProfileName {
        &self.profile
    }

    /// In which store.
    #[must_use]
    pub fn store(&self) -> StoreKind {
        self.store
    }

    /// Under which key.
    #[must_use]
    pub fn key(&self) -> StoreKey {
        StoreKey::new(self.profile.clone(), &self.server)
    }
}

/// Of a server, only the origin makes a difference to a store.
impl PartialEq for Unlisted {
    fn eq(&self, other: &Self) -> bool {
        (self.store, self.key()) == (other.store, other.key())
    }
}

impl Eq for Unlisted {}
