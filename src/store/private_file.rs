//! Files and folders that only their owner may write: read with limits, created with explicit modes.
//! It must not know what is in them.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use rustix::process::geteuid;
use zeroize::Zeroizing;

/// The permission bits with which a file could be made to send a secret to another server.
pub const OTHERS_MAY_WRITE: u32 = 0o022;

/// Why a file could not be used.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// A folder, pipe, device or socket.
    #[error("{} is not a regular file", path.display())]
    NotAFile {
        /// Which.
        path: PathBuf,
    },
    /// More than deepcall ever writes there.
    #[error("{} is larger than {limit} bytes", path.display())]
    TooLarge {
        /// Which.
        path: PathBuf,
        /// In bytes.
        limit: u64,
    },
    /// Others could read a secret, or change where it is sent.
    #[error("{} is open to other users (mode {mode:04o})", path.display())]
    Permissions {
        /// Which.
        path: PathBuf,
        /// The permission bits found.
        mode: u32,
    },
    /// Its owner could change it at any time.
    #[error("{} belongs to another user (uid {uid})", path.display())]
    ForeignOwner {
        /// Which.
        path: PathBuf,
        /// Whose it is.
        uid: u32,
    },
    /// Another process kept the lock for the whole time limit.
    #[error("{} is locked by another deepcall", path.display())]
    Busy {
        /// The lock file.
        path: PathBuf,
    },
    /// A symbolic link to nothing is not written through.
    #[error("{} is a link that leads nowhere", path.display())]
    DanglingLink {
        /// The link.
        path: PathBuf,
    },
    /// The new content is in place, but the system does not vouch for its entry in the folder.
    #[error("{} is written, but may not outlast a power failure", path.display())]
    NotSynced {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// What the operating system said.
    #[error("cannot access {}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl FileError {
    /// For `map_err`: names the file that the operating system left out.
    pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { path: path.to_owned(), source }
    }
}

/// The bytes of a file, or `None` where there is none. Refuses anything but a regular file of at most `limit`
/// bytes without the permission bits `refused`. The buffer is wiped when dropped.
///
/// # Errors
/// When there is something at `path`, but not such a file.
pub fn read(path: &Path, limit: u64, refused: u32) -> Result<Option<Zeroizing<Vec<u8>>>, FileError> {
    // Looked at before it is opened, since opening a pipe or a device may wait or have effects;
    // and after, since it may have been replaced in between.
    match fs::metadata(path) {
        Ok(metadata) => check(path, &metadata, limit, refused)?,
        Err(error) if is_missing(&error) => return Ok(None),
        Err(error) => return Err(FileError::at(path)(error)),
    }
    let file = match never_waiting().read(true).open(path) {
        Ok(file) => file,
        Err(error) if is_missing(&error) => return Ok(None),
        Err(error) => return Err(FileError::at(path)(error)),
    };
    let metadata = file.metadata().map_err(FileError::at(path))?;
    check(path, &metadata, limit, refused)?;

    // Room for the whole file, so that no copy is left behind by a growing buffer.
    let room = usize::try_from(limit.min(metadata.len())).unwrap_or_default() + 64;
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    file.take(limit + 1).read_to_end(&mut bytes).map_err(FileError::at(path))?;
    if bytes.len() as u64 > limit {
        return Err(FileError::TooLarge { path: path.to_owned(), limit });
    }
    Ok(Some(bytes))
}

/// Opens for locking, creating the file if need be; never waits for the other end of a pipe.
pub(crate) fn open_lock(path: &Path) -> Result<File, FileError> {
    let file = never_waiting()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
        .map_err(FileError::at(path))?;
    check(path, &file.metadata().map_err(FileError::at(path))?, u64::MAX, 0)?;
    Ok(file)
}

/// Creates a folder, and what is missing above it, for its owner alone. One that exists is left as it is.
///
/// # Errors
/// When it cannot be made.
pub fn create_folder(path: &Path) -> Result<(), FileError> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(FileError::at(path))
}

/// A folder that does not exist, or stands below something that is no folder, holds no file.
fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn never_waiting() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.custom_flags(OFlags::NONBLOCK.bits().cast_signed());
    options
}

fn check(path: &Path, metadata: &Metadata, limit: u64, refused: u32) -> Result<(), FileError> {
    let mode = metadata.permissions().mode() & 0o7777;
    if !metadata.is_file() {
        return Err(FileError::NotAFile { path: path.to_owned() });
    }
    if !is_trusted(metadata.uid(), geteuid().as_raw()) {
        return Err(FileError::ForeignOwner { path: path.to_owned(), uid: metadata.uid() });
    }
    if mode & refused != 0 {
        return Err(FileError::Permissions { path: path.to_owned(), mode });
    }
    if metadata.len() > limit {
        return Err(FileError::TooLarge { path: path.to_owned(), limit });
    }
    Ok(())
}

/// One's own files and the administrator's; the administrator may use everybody's.
fn is_trusted(owner: u32, me: u32) -> bool {
    owner == me || owner == 0 || me == 0
}

#[cfg(test)]
mod tests;
