//! Where the journal is: which folder, which files beside it, who may touch them, and who waits for whom.

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::error::JournalError;
use super::schema::APPLICATION_ID;
use crate::store::FileError;
use crate::store::private_file;
use crate::system::disk;
use crate::system::files;

/// How long a process waits for others that write. Each of them needs a few milliseconds.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

const BETWEEN_TRIES: Duration = Duration::from_millis(3);

/// So the parts of a journal that SQLite keeps in files of their own are named.
pub(super) const PARTS: [&str; 2] = ["-wal", "-shm"];
/// What may lie beside a file that was set aside or copied, and goes with it.
const COMPANIONS: [&str; 3] = [PARTS[0], PARTS[1], LOCK];
const LOCK: &str = ".lock";
const DAMAGED: &str = ".damaged-";
const COPY: &str = ".before-v";

/// What a database of SQLite begins with, and where the number of its program is in it.
const DATABASE: &[u8] = b"SQLite format 3\0";
const MARK: (usize, usize) = (68, 72);
pub(super) const DATABASE_OF_OTHERS: &str = "the database of another program";
pub(super) const WITHOUT_VERSION: &str = "a journal whose version another program has removed";

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
        let folder = files::canonical(folder).map_err(FileError::at(folder))?;
        if let Some(kind) = disk::network_kind(&folder) {
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

    /// Refuses a file that never was a journal, before anything is made beside it. One of ours has our mark, is empty, or
    /// has the lock beside it that is made before the file itself: with a lock, what cannot be recognised is a damaged one.
    pub(crate) fn refuse_strangers(&self) -> Result<(), JournalError> {
        let stranger = |what| Err(JournalError::Foreign { path: self.path.clone(), what });
        let metadata = match fs::symlink_metadata(&self.path) {
            Ok(metadata) => metadata,
            Err(error) if private_file::is_missing(&error) => return Ok(()),
            Err(error) => return Err(FileError::at(&self.path)(error).into()),
        };
        if !metadata.is_file() {
            return stranger("no file but a folder, a pipe or a device");
        }
        let is_lock = |metadata: fs::Metadata| metadata.is_file() && metadata.len() == 0;
        if metadata.len() == 0 || fs::symlink_metadata(beside(&self.path, LOCK)).is_ok_and(is_lock) {
            return Ok(());
        }
        let mut header = vec![];
        let file = files::open_options().read(true).open(&self.path).map_err(FileError::at(&self.path))?;
        file.take(MARK.1 as u64).read_to_end(&mut header).map_err(FileError::at(&self.path))?;
        if !header.starts_with(DATABASE) {
            return stranger("no journal but a file of another kind");
        }
        match header.get(MARK.0..MARK.1) {
            Some(mark) if mark == APPLICATION_ID.to_be_bytes() => Ok(()),
            _ => stranger(DATABASE_OF_OTHERS),
        }
    }

    /// Whether files can be made beside the journal, as whoever writes to it does.
    pub(crate) fn may_be_written(&self) -> bool {
        files::may_add_to(self.folder())
    }

    /// Whether the file itself can be written, too.
    pub(crate) fn may_be_changed(&self) -> bool {
        self.may_be_written() && files::may_change(&self.path)
    }

    /// Whether there is a log that can be read only where files can be made beside it.
    pub(crate) fn has_log_out_of_reach(&self) -> bool {
        let [log, shared] = PARTS.map(|part| fs::metadata(beside(&self.path, part)));
        !self.may_be_written() && log.is_ok_and(|log| log.len() > 0) && shared.is_err()
    }

    /// Whether nobody can write to the file now: nothing can be made beside it, and no process has it open, because such a
    /// one would have made both parts.
    pub(crate) fn is_frozen(path: &Path) -> bool {
        let is_open = PARTS.iter().all(|part| beside(path, part).exists());
        !is_open && !files::may_add_to(path.parent().unwrap_or(Path::new(".")))
    }

    /// What is dangerous about where the file is and who may touch it, or keeps it from being written, with what to do.
    pub(crate) fn dangers(&self) -> Vec<String> {
        let kept = self.damaged().into_iter().chain(self.copies());
        let rights = std::iter::once(self.path.clone()).chain(kept);
        let rights = rights.filter_map(|path| files::danger_of_rights(&path));
        let closed = (!self.may_be_changed()).then(|| closed(&self.path));
        let full = disk::is_full(self.folder()).then(|| {
            format!("nothing can be recorded in {}: no space is left on its disk", self.path.display())
        });
        closed.into_iter().chain(full).chain(files::danger_of_place(&self.path)).chain(rights).collect()
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

    /// Why SQLite could not open the file. It does not tell rights that are missing from a disk that fails.
    pub(crate) fn why_closed(&self, error: rusqlite::Error) -> JournalError {
        match (JournalError::of(&self.path, error), files::open_options().read(true).open(&self.path)) {
            (JournalError::Disk { .. }, Err(error)) if private_file::is_forbidden(&error) => {
                FileError::at(&self.path)(error).into()
            }
            (JournalError::Disk { .. }, Err(error))
                if private_file::is_missing(&error) && !self.may_be_written() =>
            {
                FileError::at(&self.path)(io::ErrorKind::PermissionDenied.into()).into()
            }
            (error, _) => error,
        }
    }

    /// While it is held, the file is neither made nor migrated nor set aside.
    pub(crate) fn share(&self) -> Result<Lock, JournalError> {
        match private_file::open_or_create(&self.lock_path()) {
            Ok(file) => self.lock(file, File::try_lock_shared),
            // To be read it can be all the same. Where no lock can be made, nobody else can have one either.
            Err(FileError::Io { source, .. }) if private_file::is_forbidden(&source) => {
                match private_file::open_to_read(&self.lock_path())? {
                    Some(file) => self.lock(file, File::try_lock_shared),
                    None => Ok(Lock { _file: None }),
                }
            }
            Err(error) => Err(error.into()),
        }
    }

    /// While it is held, nobody else opens the file or writes to it.
    pub(crate) fn alone(&self) -> Result<Lock, JournalError> {
        match private_file::open_or_create(&self.lock_path()) {
            Ok(file) => self.lock(file, File::try_lock),
            Err(FileError::Io { source, .. }) if private_file::is_forbidden(&source) => {
                Err(JournalError::ReadOnly { path: self.path.clone() })
            }
            Err(error) => Err(error.into()),
        }
    }

    fn lock_path(&self) -> PathBuf {
        self.beside(LOCK)
    }

    /// The path of a file of its own beside the journal.
    pub(crate) fn beside(&self, suffix: &str) -> PathBuf {
        beside(&self.path, suffix)
    }

    fn lock(&self, file: File, lock: fn(&File) -> Result<(), TryLockError>) -> Result<Lock, JournalError> {
        let began = Instant::now();
        loop {
            match lock(&file) {
                Ok(()) => return Ok(Lock { _file: Some(file) }),
                Err(TryLockError::WouldBlock) if began.elapsed() < PATIENCE => thread::sleep(BETWEEN_TRIES),
                Err(TryLockError::WouldBlock) => return Err(JournalError::Busy { path: self.path.clone() }),
                Err(TryLockError::Error(error)) => return Err(FileError::at(&self.lock_path())(error).into()),
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
        size_on_disk(&self.path).unwrap_or(0)
    }
}

/// What keeps a journal from being made there, with what to do.
pub(crate) fn obstacle(path: &Path) -> Option<String> {
    let folder = path.ancestors().skip(1).find(|folder| folder.exists())?;
    (!files::may_add_to(folder)).then(|| closed(path))
}

fn closed(path: &Path) -> String {
    let path = path.display();
    format!(
        "nothing can be recorded in {path}: check the permissions of the file and its folder, and how the disk is mounted"
    )
}

/// Bytes of a journal and its parts; `None` if there is none.
pub(crate) fn size_on_disk(path: &Path) -> Option<u64> {
    let of = |path: &Path| fs::metadata(path).map(|metadata| metadata.len());
    Some(of(path).ok()? + of(&beside(path, PARTS[0])).unwrap_or(0))
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
    _file: Option<File>,
}
