//! Files that belong to their owner alone: read with limits, changed by one process at a time, replaced whole. After a
//! crash at any moment the old or the new content is there, nothing between.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use crate::system::files as system;
pub(crate) use crate::system::files::{OthersMay, Refusal};

/// How long a writer waits for another that does nothing but write (`reliability.md` §6).
pub(crate) const LOCK_LIMIT: Duration = Duration::from_secs(2);

/// A longer wait is explained to a person.
const PATIENCE: Duration = Duration::from_secs(1);

/// Short beside the few milliseconds for which most writers keep the lock.
const BETWEEN_TRIES: Duration = Duration::from_millis(3);

/// In a long wait.
const BETWEEN_LATE_TRIES: Duration = Duration::from_millis(50);

const TEMPORARY: &str = ".tmp";

/// Why a file could not be used.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// A folder, pipe, device or socket.
    #[error("{} is not a regular file", path.display())]
    NotAFile { path: PathBuf },
    /// More than deepcall ever writes there.
    #[error("{} is larger than {limit} bytes", path.display())]
    TooLarge { path: PathBuf, limit: u64 },
    /// Other users could read or change it.
    #[error("{} {why}", path.display())]
    Refused { path: PathBuf, why: Refusal },
    /// Another process kept the lock for the whole time limit.
    #[error("{} is locked by another deepcall", path.display())]
    Busy { path: PathBuf },
    /// A symbolic link to nothing is not written through.
    #[error("{} is a symbolic link to something that does not exist", path.display())]
    DanglingLink { path: PathBuf },
    /// The new content is in place, but the system did not confirm its entry in the folder.
    #[error("{} is written, but may not outlast a power failure", path.display())]
    NotSynced { path: PathBuf, source: io::Error },
    /// The operating system reported an error.
    #[error("cannot access {}", path.display())]
    Io { path: PathBuf, source: io::Error },
}

impl FileError {
    /// For `map_err`: names the file that the operating system left out.
    pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { path: path.to_owned(), source }
    }
}

/// The bytes of a file, or `None` where there is none. Refuses anything but a regular file of at most `limit`
/// bytes that other users may do no more with. The buffer is wiped when dropped.
///
/// # Errors
/// When there is something at `path`, but not such a file.
pub(crate) fn read(
    path: &Path,
    limit: u64,
    others: OthersMay,
) -> Result<Option<Zeroizing<Vec<u8>>>, FileError> {
    // Looked at before it is opened, since opening a pipe or a device may wait or have effects;
    // and after, since it may have been replaced in between.
    match fs::metadata(path) {
        Ok(metadata) => check(path, &metadata, limit, others)?,
        Err(error) if is_missing(&error) => return Ok(None),
        Err(error) => return Err(FileError::at(path)(error)),
    }
    let file = match system::open_options().read(true).open(path) {
        Ok(file) => file,
        Err(error) if is_missing(&error) => return Ok(None),
        Err(error) => return Err(FileError::at(path)(error)),
    };
    let metadata = file.metadata().map_err(FileError::at(path))?;
    check(path, &metadata, limit, others)?;

    // Room for the whole file, so that no copy is left behind by a growing buffer.
    let room = usize::try_from(limit.min(metadata.len())).unwrap_or_default() + 64;
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    file.take(limit + 1).read_to_end(&mut bytes).map_err(FileError::at(path))?;
    if bytes.len() as u64 > limit {
        return Err(FileError::TooLarge { path: path.to_owned(), limit });
    }
    Ok(Some(bytes))
}

fn check(path: &Path, metadata: &fs::Metadata, limit: u64, others: OthersMay) -> Result<(), FileError> {
    if !metadata.is_file() {
        return Err(FileError::NotAFile { path: path.to_owned() });
    }
    system::check_access(path, metadata, others).map_err(refused(path))?;
    if metadata.len() > limit {
        return Err(FileError::TooLarge { path: path.to_owned(), limit });
    }
    Ok(())
}

fn refused(path: &Path) -> impl FnOnce(Refusal) -> FileError {
    move |why| FileError::Refused { path: path.to_owned(), why }
}

/// A folder that does not exist, or is below something that is no folder, contains no file.
pub(crate) fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Creates a folder, and what is missing above it, for its owner alone. One that exists is left as it is.
///
/// # Errors
/// When it cannot be made.
pub(crate) fn create_folder(path: &Path) -> Result<(), FileError> {
    system::create_folder(path).map_err(FileError::at(path))
}

/// The same, for a folder of secrets.
///
/// # Errors
/// When it cannot be made, or is at a place where other users could read what is in it.
pub(crate) fn create_folder_of_secrets(path: &Path) -> Result<(), FileError> {
    create_folder(path)?;
    system::check_place_of_secrets(path).map_err(refused(path))
}

/// For a file that another library opens: makes it if `create` says so, for its owner alone whatever the umask, and refuses
/// anything but a regular file that is private.
///
/// # Errors
/// When there is something else at `path`, or it cannot be made.
pub(crate) fn check_private(path: &Path, create: bool) -> Result<(), FileError> {
    let private = |metadata: &fs::Metadata| check(path, metadata, u64::MAX, OthersMay::Nothing);
    match fs::symlink_metadata(path) {
        Ok(metadata) => private(&metadata),
        Err(error) if is_missing(&error) && !create => Ok(()),
        Err(error) if is_missing(&error) => {
            let mut options = system::open_options();
            let file =
                options.write(true).create(true).truncate(false).open(path).map_err(FileError::at(path))?;
            system::make_private(&file).map_err(FileError::at(path))?;
            private(&file.metadata().map_err(FileError::at(path))?)
        }
        Err(error) => Err(FileError::at(path)(error)),
    }
}

/// A file that processes lock; its content does not matter.
///
/// # Errors
/// When there is something else at `path`, or it cannot be made.
pub(crate) fn open_or_create(path: &Path) -> Result<File, FileError> {
    LockFile::open(path)
}

/// The same to be read, where nothing may be made or written; `None` where there is none.
///
/// # Errors
/// When there is something else at `path`, or it cannot be opened.
pub(crate) fn open_to_read(path: &Path) -> Result<Option<File>, FileError> {
    match fs::metadata(path) {
        Ok(metadata) => check(path, &metadata, u64::MAX, OthersMay::Write)?,
        Err(error) if is_missing(&error) => return Ok(None),
        Err(error) => return Err(FileError::at(path)(error)),
    }
    system::open_options().read(true).open(path).map(Some).map_err(FileError::at(path))
}

/// Whether the system forbids to write there.
pub(crate) fn is_forbidden(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem)
}

/// One writer at a time among all processes of a user, until dropped: an advisory lock that a killed process cannot
/// leave behind. The file itself stays: removing it would let two writers lock two files of the same name.
pub(crate) struct LockFile(#[expect(dead_code, reason = "closing the file releases the lock")] File);

impl LockFile {
    /// Waits at most `limit` for the lock. Calls `explain` once if that takes long.
    pub(crate) fn acquire(path: &Path, limit: Duration, explain: impl FnOnce()) -> Result<Self, FileError> {
        let file = Self::open(path)?;
        let began = Instant::now();
        let mut explain = Some(explain);
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self(file)),
                Err(TryLockError::WouldBlock) if began.elapsed() >= limit => {
                    return Err(FileError::Busy { path: path.to_owned() });
                }
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(FileError::at(path)(error)),
            }
            if began.elapsed() < PATIENCE {
                thread::sleep(BETWEEN_TRIES);
            } else {
                if let Some(explain) = explain.take() {
                    explain();
                }
                thread::sleep(BETWEEN_LATE_TRIES);
            }
        }
    }

    fn open(path: &Path) -> Result<File, FileError> {
        let file = system::open_options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(FileError::at(path))?;
        check(path, &file.metadata().map_err(FileError::at(path))?, u64::MAX, OthersMay::Write)?;
        Ok(file)
    }
}

/// The only writer of a file, until it is dropped.
pub(crate) struct Exclusive {
    target: PathBuf,
    _lock: LockFile,
}

impl Exclusive {
    /// Waits at most `limit` to be the only writer of the file at `path`, and calls `explain` once if that takes long.
    /// Creates the file's folder if need be.
    ///
    /// # Errors
    /// When another process keeps the lock, or folder or lock cannot be made.
    pub(crate) fn of(path: &Path, limit: Duration, explain: impl FnOnce()) -> Result<Self, FileError> {
        if let Some(folder) = path.parent() {
            create_folder(folder)?;
        }
        let target = resolve(path)?;
        // Beside the file itself, not beside a link to it, so that all who write it share one lock.
        let mut lock = OsString::from(&target);
        lock.push(".lock");
        let lock = LockFile::acquire(Path::new(&lock), limit, explain)?;
        Ok(Self { target, _lock: lock })
    }

    /// Replaces the content. A file that is new is for its owner alone; one that exists keeps its mode and group, and its
    /// other names if it has any.
    ///
    /// # Errors
    /// When it cannot be written; it is as it was before then.
    pub(crate) fn replace(&self, contents: &[u8]) -> Result<(), FileError> {
        let known = match fs::metadata(&self.target) {
            Ok(metadata) => Some(metadata),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(FileError::at(&self.target)(error)),
        };
        if known.as_ref().is_some_and(system::has_other_names) {
            return overwrite(&self.target, contents).map_err(FileError::at(&self.target));
        }
        replace_like(&self.target, contents, known.as_ref())
    }
}

/// Where a path leads: a symbolic link is written through, never replaced.
///
/// # Errors
/// A link to nothing is refused: what it would create is not what the owner of the link sees.
pub(crate) fn resolve(path: &Path) -> Result<PathBuf, FileError> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_symlink() => {
            system::canonical(path).map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => FileError::DanglingLink { path: path.to_owned() },
                _ => FileError::at(path)(error),
            })
        }
        Ok(_) => Ok(path.to_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(path.to_owned()),
        Err(error) => Err(FileError::at(path)(error)),
    }
}

/// Writes `contents` to `target`, for its owner alone whatever the umask, by way of a temporary file in the same folder.
/// The caller keeps the lock that guards `target`, and has resolved it.
pub(crate) fn replace(target: &Path, contents: &[u8]) -> Result<(), FileError> {
    replace_like(target, contents, None)
}

/// Makes a file with this content, for its owner alone whatever the umask, unless there is one already: that one stays. It
/// is there as a whole or not at all.
///
/// # Errors
/// When it cannot be made.
pub(crate) fn create_new(path: &Path, contents: &[u8]) -> Result<(), FileError> {
    let (folder, prefix) = folder_and_prefix(path)?;
    let opened = system::Folder::open(folder).map_err(FileError::at(folder))?;
    let written = || {
        let mut file =
            system::temporary_file(tempfile::Builder::new().prefix(&prefix).suffix(TEMPORARY), folder)?;
        file.write_all(contents)?;
        file.as_file().sync_all()?;
        match file.persist_noclobber(path) {
            Err(error) if error.error.kind() != io::ErrorKind::AlreadyExists => Err(error.error),
            _ => Ok(()),
        }
    };
    written().map_err(FileError::at(path))?;
    opened.sync().map_err(|source| FileError::NotSynced { path: path.to_owned(), source })
}

/// The same, with the mode and the group of `known`.
fn replace_like(target: &Path, contents: &[u8], known: Option<&fs::Metadata>) -> Result<(), FileError> {
    let (folder, prefix) = folder_and_prefix(target)?;
    remove_leftovers(folder, &prefix);
    // Opened before anything is changed: afterwards nothing but the sync itself can fail.
    let opened = system::Folder::open(folder).map_err(FileError::at(folder))?;
    write_and_rename(target, folder, &prefix, contents, known).map_err(FileError::at(target))?;
    opened.sync().map_err(|source| FileError::NotSynced { path: target.to_owned(), source })
}

fn write_and_rename(
    target: &Path,
    folder: &Path,
    prefix: &OsStr,
    contents: &[u8],
    known: Option<&fs::Metadata>,
) -> io::Result<()> {
    let mut file = system::temporary_file(tempfile::Builder::new().prefix(prefix).suffix(TEMPORARY), folder)?;
    file.write_all(contents)?;
    if let Some(known) = known {
        system::make_like(file.as_file(), known)?;
    }
    file.as_file().sync_all()?;
    system::persist(file, target)
}

/// Writes a file in place. Only for one with several names, all but one of which would keep the old content if it were
/// replaced; a crash at this moment can leave it half written.
fn overwrite(target: &Path, contents: &[u8]) -> io::Result<()> {
    let before = Zeroizing::new(fs::read(target)?);
    let mut file = File::options().write(true).open(target)?;
    let mut write = |contents: &[u8]| {
        file.rewind()?;
        file.write_all(contents)?;
        file.set_len(contents.len() as u64)?;
        file.sync_all()
    };
    write(contents).inspect_err(|_| {
        // The disk may be full; the old content had room.
        let _ = write(&before);
    })
}

/// Makes the content of a file last that another library wrote, and its entry in the folder.
///
/// # Errors
/// When the system does not confirm it.
pub(crate) fn sync_file(path: &Path) -> Result<(), FileError> {
    let file = File::options().write(true).open(path).map_err(FileError::at(path))?;
    file.sync_all().map_err(FileError::at(path))?;
    let (folder, _) = folder_and_prefix(path)?;
    sync_folder(folder)
}

/// Makes a change of the folder's entries last, where the file system can.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), FileError> {
    system::Folder::open(folder).and_then(|folder| folder.sync()).map_err(FileError::at(folder))
}

/// What a killed process left may contain a secret. The lock proves that no living process uses it.
pub(crate) fn remove_leftovers(folder: &Path, prefix: &OsStr) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.as_encoded_bytes();
        if name.starts_with(prefix.as_encoded_bytes()) && name.ends_with(TEMPORARY.as_bytes()) {
            // One that cannot be removed does not hinder the new content.
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn folder_and_prefix(target: &Path) -> Result<(&Path, OsString), FileError> {
    let (Some(folder), Some(name)) = (target.parent(), target.file_name()) else {
        return Err(FileError::NotAFile { path: target.to_owned() });
    };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let mut prefix = OsString::from(".");
    prefix.push(name);
    prefix.push(".");
    Ok((folder, prefix))
}

#[cfg(test)]
mod tests;
