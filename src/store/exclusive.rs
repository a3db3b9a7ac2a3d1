//! A file that is changed while no other process can: its folder, its lock, its replacement.
//! It must not know what is written.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::store::lock_file;
use crate::store::lock_file::LockFile;
use crate::store::private_file;
use crate::store::private_file::FileError;
use crate::store::replace_file::{replace_file, resolve};

/// How long a writer waits for another.
pub const LOCK_LIMIT: Duration = lock_file::LIMIT;

/// The only writer of a file, until it is dropped.
pub struct Exclusive {
    target: PathBuf,
    _lock: LockFile,
}

impl Exclusive {
    /// Waits at most `limit` to be the only writer of the file at `path`. Creates its folder if need be.
    ///
    /// # Errors
    /// When another process does not let go, or folder or lock cannot be made.
    pub fn of(path: &Path, limit: Duration) -> Result<Self, FileError> {
        if let Some(folder) = path.parent() {
            private_file::create_folder(folder)?;
        }
        let target = resolve(path)?;
        let lock = LockFile::acquire(&beside(&target), limit)?;
        Ok(Self { target, _lock: lock })
    }

    /// Replaces the file whole, readable and writable by its owner alone.
    ///
    /// # Errors
    /// When it cannot be written; it is as it was before then.
    pub fn replace(&self, contents: &[u8]) -> Result<(), FileError> {
        replace_file(&self.target, contents)
    }
}

/// The lock is beside the file itself, not beside a link to it, so that all who write it share one lock.
fn beside(target: &Path) -> PathBuf {
    let mut name = OsString::from(target);
    name.push(".lock");
    name.into()
}
