//! Secrets as plain text in files that only their owner can read, for machines without a keyring.
//! It is never a fallback: a user selects it by name.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::store::private_file;
use crate::store::private_file::{FileError, LOCK_LIMIT, LockFile, OthersMay};
use crate::store::{Credentials, SecretStore, StoreError, StoreKey, StoreKind, blob};

/// Far above what is ever written; a bound for what is read.
const LIMIT: u64 = 64 * 1024;

/// One file for each key, all in one folder.
#[derive(Clone, Debug)]
pub(crate) struct FileStore {
    folder: PathBuf,
}

impl FileStore {
    /// A store in that folder, which is created when the first secret is stored.
    #[must_use]
    pub(crate) fn in_folder(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    fn path(&self, key: &StoreKey) -> PathBuf {
        self.folder.join(file_name(key))
    }

    /// For writing. A killed writer may have left a secret behind, which is removed.
    fn lock(&self) -> Result<LockFile, FileError> {
        let lock = LockFile::acquire(&self.folder.join(".lock"), LOCK_LIMIT, || ())?;
        private_file::remove_leftovers(&self.folder, OsStr::new("."));
        Ok(lock)
    }
}

impl SecretStore for FileStore {
    fn kind(&self) -> StoreKind {
        StoreKind::File
    }

    fn probe(&self) -> Result<(), StoreError> {
        private_file::create_folder_of_secrets(&self.folder)?;
        let _lock = self.lock()?;
        let probe = self.folder.join(".probe");
        let written = private_file::replace(&probe, b"probe");
        let removed = fs::remove_file(&probe).map_err(FileError::at(&probe));
        Ok(written.and(removed)?)
    }

    fn save(&self, key: &StoreKey, credentials: &Credentials) -> Result<(), StoreError> {
        let value = blob::encode(credentials, key.origin())?;
        private_file::create_folder_of_secrets(&self.folder)?;
        let _lock = self.lock()?;
        let path = private_file::resolve(&self.path(key))?;
        private_file::replace(&path, &value)?;
        match private_file::read(&path, LIMIT, OthersMay::Nothing)? {
            Some(kept) if *kept == *value => Ok(()),
            _ => Err(StoreError::NotKept),
        }
    }

    fn load(&self, key: &StoreKey) -> Result<Credentials, StoreError> {
        let value =
            private_file::read(&self.path(key), LIMIT, OthersMay::Nothing)?.ok_or(StoreError::Absent)?;
        blob::decode(&value, key.origin())
    }

    fn remove(&self, key: &StoreKey) -> Result<bool, StoreError> {
        if !fs::exists(&self.folder).map_err(FileError::at(&self.folder))? {
            return Ok(false);
        }
        let _lock = self.lock()?;
        let link = self.path(key);
        let mut was_there = false;
        for path in [private_file::resolve(&link)?, link] {
            match fs::remove_file(&path) {
                Ok(()) => was_there = true,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(FileError::at(&path)(error).into()),
            }
        }
        private_file::sync_folder(&self.folder)?;
        Ok(was_there)
    }
}

/// A name that differs for each key on every file system, also where case does not count:
/// whatever is not a small letter, a digit, `.` or `-` becomes `_` and its code.
fn file_name(key: &StoreKey) -> String {
    let mut name = String::new();
    for byte in key.account().bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'@' => name.push(char::from(byte)),
            // Writing to a string cannot fail.
            other => drop(write!(name, "_{other:02x}")),
        }
    }
    name + ".json"
}

#[cfg(test)]
mod tests;
