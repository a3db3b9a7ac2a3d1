//! The keychain of macOS, and the Credential Manager of Windows.

use std::hash::{BuildHasher, RandomState};
use std::process;

use keyring_core::Entry;
use keyring_core::api::CredentialStoreApi;

use crate::store::keyring::{Keyring, explain};
use crate::store::{StoreError, StoreKey};

#[cfg(target_os = "macos")]
pub(super) use apple_native_keyring_store::keychain::Store;
#[cfg(windows)]
pub(super) use windows_native_keyring_store::Store;

/// What the probe stores for a moment.
const PROBE: &[u8] = b"probe";

/// Stores and removes a harmless item under a name of its own, since only that detects a keyring that can be read but
/// not written.
pub(super) fn probe() -> Result<(), StoreError> {
    let account = format!("probe@{}.{:016x}", process::id(), RandomState::new().hash_one(PROBE));
    let entry = Keyring::open()?.entry(&account)?;
    entry.set_secret(PROBE).map_err(explain)?;
    let kept = entry.get_secret().map_err(explain);
    entry.delete_credential().map_err(explain)?;
    if kept? == PROBE { Ok(()) } else { Err(StoreError::NotKept) }
}

/// Neither has a recycle bin.
pub(super) fn recycles() -> bool {
    false
}

/// Both take their labels from service and account.
pub(super) fn labelled(store: &Store, service: &str, key: &StoreKey) -> keyring_core::Result<Entry> {
    store.build(service, &key.account(), None)
}
