//! Where the journal is: which folder, which files beside it, who may touch them, and who waits for whom.

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::error::JournalError;
use crate::store::FileError;
use crate::store::private_file;
use crate::system::disk::network_kind;

/// How long a process waits for others that write. Each of them needs a few milliseconds.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

const BETWEEN_TRIES: Duration = Duration::from_millis(3);

/// So the parts of a journal that SQLite keeps in files of their own are named.
const PARTS: [&str; 2] = ["-wal", "-shm"];
/// What may lie beside a file that was set aside or copied, and goes with it.
const COMPANIONS: [&str; 3] = [PARTS[0], PARTS[1], LOCK];
const LOCK: &str = ".lock";
const DAMAGED: &str = ".damaged-";
const COPY: &str = ".before-v";

/// A path that leads through no symbolic link, in a folder that is there, on a disk of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    path: PathBuf,
}

impl Place {
    /// Where a journal is; `None` where there is none. One look at the disk if so.
    pub(crate) fn existing(path: &Path) -> Result<Option<Self>, JournalError> {
        match fs::symlink_metadata(path) {
            Ok(_) => Self::resolved(path).map(Some),
            Err(error) if private_file::is_missing(&error) => Ok(None),
            Err(error) => Err(FileError::at(path)(error).into()),
        }
    }

    /// Where one is to be; makes the folder.
    pub(crate) fn to_be(path: &Path) -> Result<Self, JournalError> {
        if let Some(folder) = path.parent() {
            private_file::create_folder(folder)?;
        }
        Self::resolved(path)
    }

    fn resolved(path: &Path) -> Result<Self, JournalError> {
        let target = private_file::resolve(path)?;
        let (Some(folder), Some(name)) = (target.parent(), target.file_name()) else {
            return Err(FileError::NotAFile { path: path.to_owned() }.into());
        };
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let folder = fs::canonicalize(folder).map_err(FileError::at(folder))?;
        if let Some(kind) = network_kind(&folder) {
            return Err(JournalError::NetworkDisk { path: folder.join(name), kind });
        }
        Ok(Self { path: folder.join(name) })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("."))
    }

    /// Refuses files that others own or may open. Makes the database file first if it is to be there, because SQLite gives
    /// the others its mode.
    pub(crate) fn check(&self, create: bool) -> Result<(), JournalError> {
        private_file::check_private(&self.path, create)?;
        for part in PARTS {
            private_file::check_private(&beside(&self.path, part), false)?;
        }
        Ok(())
    }

    /// While it is held, the file is neither made nor migrated nor set aside.
    pub(crate) fn share(&self) -> Result<Lock, JournalError> {
        self.lock(File::try_lock_shared)
    }

    /// While it is held, nobody else opens the file or writes to it.
    pub(crate) fn alone(&self) -> Result<Lock, JournalError> {
        self.lock(File::try_lock)
    }

    fn lock(&self, lock: fn(&File) -> Result<(), TryLockError>) -> Result<Lock, JournalError> {
        let path = beside(&self.path, LOCK);
        let file = private_file::open_or_create(&path)?;
        let began = Instant::now();
        loop {
            match lock(&file) {
                Ok(()) => return Ok(Lock { _file: file }),
                Err(TryLockError::WouldBlock) if began.elapsed() < PATIENCE => thread::sleep(BETWEEN_TRIES),
                Err(TryLockError::WouldBlock) => return Err(JournalError::Busy { path: self.path.clone() }),
                Err(TryLockError::Error(error)) => return Err(FileError::at(&path)(error).into()),
            }
        }
    }

    /// Where a damaged file goes, with its parts: `journal.db.damaged-2026-11-28T10-15-00Z`.
    pub(crate) fn set_aside(&self, now: Timestamp) -> Result<PathBuf, JournalError> {
        let date = now.strftime("%Y-%m-%dT%H-%M-%SZ");
        let names = (0..).map(|nth| match nth {
            0 => beside(&self.path, &format!("{DAMAGED}{date}")),
            nth => beside(&self.path, &format!("{DAMAGED}{date}-{nth}")),
        });
        let free = |path: &PathBuf| fs::symlink_metadata(path).is_err();
        let aside = names.take(1000).find(free).unwrap_or_else(|| beside(&self.path, DAMAGED));
        // The write-ahead log first: without it, the file would be taken for a whole one, of an earlier moment.
        for part in PARTS {
            match fs::rename(beside(&self.path, part), beside(&aside, part)) {
                Err(error) if !private_file::is_missing(&error) => {
                    return Err(FileError::at(&self.path)(error).into());
                }
                _ => {}
            }
        }
        fs::rename(&self.path, &aside).map_err(FileError::at(&self.path))?;
        private_file::sync_folder(self.folder())?;
        Ok(aside)
    }

    /// Where the file is copied to before it is brought from this version to a later one.
    pub(crate) fn copy_of(&self, version: i64) -> PathBuf {
        beside(&self.path, &format!("{COPY}{}", version + 1))
    }

    /// Damaged files that were set aside, without their parts, oldest first.
    pub(crate) fn damaged(&self) -> Vec<PathBuf> {
        self.named(DAMAGED)
    }

    /// Copies of the file from before it was migrated.
    pub(crate) fn copies(&self) -> Vec<PathBuf> {
        self.named(COPY)
    }

    fn named(&self, middle: &str) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(self.folder()) else { return vec![] };
        let prefix = beside(&self.path, middle);
        let prefix = prefix.file_name().unwrap_or_default().as_encoded_bytes();
        let mut found: Vec<_> = entries
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| {
                let name = path.file_name().unwrap_or_default().as_encoded_bytes();
                name.starts_with(prefix) && !COMPANIONS.iter().any(|part| name.ends_with(part.as_bytes()))
            })
            .collect();
        found.sort();
        found
    }

    /// Removes a file that this place keeps, with its parts.
    pub(crate) fn remove(path: &Path) -> Result<(), JournalError> {
        for part in COMPANIONS {
            remove_one(&beside(path, part))?;
        }
        remove_one(path)
    }

    /// Bytes of the file and its parts.
    pub(crate) fn size(&self) -> u64 {
        let of = |path: &Path| fs::metadata(path).map_or(0, |metadata| metadata.len());
        of(&self.path) + of(&beside(&self.path, PARTS[0]))
    }
}

fn remove_one(path: &Path) -> Result<(), JournalError> {
    match fs::remove_file(path) {
        Err(error) if !private_file::is_missing(&error) => Err(FileError::at(path)(error).into()),
        _ => Ok(()),
    }
}

/// The path with this at the end of its name.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}

/// An advisory lock that a killed process cannot leave behind.
#[must_use]
pub(crate) struct Lock {
    _file: File,
}
