//! One writer at a time, among all processes of a user: an advisory lock that a killed process cannot leave behind.
//! It must not know what it guards.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::store::private_file;
use crate::store::private_file::FileError;

/// How long a writer waits for another (`reliability.md` §6).
pub(crate) const LIMIT: Duration = Duration::from_secs(2);

/// Short beside the few milliseconds that a writer holds the lock.
const BETWEEN_TRIES: Duration = Duration::from_millis(3);

/// Held until dropped. The file itself stays: removing it would let two writers lock two files of the same name.
pub(crate) struct LockFile(#[expect(dead_code, reason = "closing the file releases the lock")] File);

impl LockFile {
    /// Waits at most `limit` for the lock.
    pub(crate) fn acquire(path: &Path, limit: Duration) -> Result<Self, FileError> {
        let file = private_file::open_lock(path)?;
        let deadline = Instant::now() + limit;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self(file)),
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => thread::sleep(BETWEEN_TRIES),
                Err(TryLockError::WouldBlock) => return Err(FileError::Busy { path: path.to_owned() }),
                Err(TryLockError::Error(error)) => return Err(FileError::at(path)(error)),
            }
        }
    }
}
