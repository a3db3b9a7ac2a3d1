//! Why the journal could not be used. Each error names the file; what can be done is in [`JournalError::hint`].

use std::error::Error as _;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use crate::store::FileError;

#[derive(Debug, thiserror::Error)]
pub(crate) enum JournalError {
    /// Owner, mode or kind of a file, or a folder that cannot be made.
    #[error(transparent)]
    File(#[from] FileError),
    /// Locks and shared memory of such disks are not reliable.
    #[error("the journal {} is on a network disk ({kind})", path.display())]
    NetworkDisk { path: PathBuf, kind: String },
    /// It never was a journal.
    #[error("{} is {what}", path.display())]
    Foreign { path: PathBuf, what: &'static str },
    /// SQLite reads a log only where it may make a file beside it.
    #[error("the journal {} has a log, which cannot be read on a read-only disk or in a read-only folder", path.display())]
    OutOfReach { path: PathBuf },
    /// Written by a later version of deepcall.
    #[error("{} has journal version {found}; this deepcall knows versions up to {known}", path.display())]
    Newer { path: PathBuf, found: i64, known: i64 },
    /// It has to be changed before it can be read.
    #[error("the journal {} is of an earlier version, and cannot be written", path.display())]
    Older { path: PathBuf },
    /// A version of SQLite in which two processes could damage the file.
    #[error("SQLite {found} may damage a journal; 3.51.3 is the first version that does not")]
    Library { found: &'static str },
    /// Others wrote for as long as this process waited.
    #[error("other deepcall processes kept the journal {} busy", path.display())]
    Busy { path: PathBuf },
    #[error("no space is left for the journal {}", path.display())]
    Full { path: PathBuf },
    #[error("the journal {} cannot be written", path.display())]
    ReadOnly { path: PathBuf },
    /// The disk, or the system, reported an error.
    #[error("the disk failed under the journal {}", path.display())]
    Disk { path: PathBuf, source: rusqlite::Error },
    /// Set aside if a place is named; a new one is begun by the next [`super::Journal::open`].
    #[error("the journal {} is damaged", path.display())]
    Damaged { path: PathBuf, set_aside: Option<PathBuf> },
    /// Removed, or set aside by another process: to be opened again.
    #[error("the journal {} was removed or replaced", path.display())]
    Moved { path: PathBuf },
    /// A statement that does not fit the file, or a value in it that cannot be read.
    #[error("the journal {} cannot be used", path.display())]
    Unusable { path: PathBuf, source: rusqlite::Error },
    /// An agent was erased while it was recorded: to be opened again.
    #[error("an agent was erased from the journal {}", path.display())]
    Forgotten { path: PathBuf },
}

impl JournalError {
    pub(crate) fn of(path: &Path, error: rusqlite::Error) -> Self {
        let path = path.to_owned();
        match error.sqlite_error_code() {
            Some(
                ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed,
            ) => Self::Busy { path },
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::Damaged { path, set_aside: None }
            }
            Some(ErrorCode::DiskFull) => Self::Full { path },
            // The shared memory is a file beside the log, and has no room.
            _ if extended(&error) == Some(rusqlite::ffi::SQLITE_IOERR_SHMSIZE) => Self::Full { path },
            // The file is no longer the one that was opened.
            _ if extended(&error) == Some(rusqlite::ffi::SQLITE_READONLY_DBMOVED) => Self::Moved { path },
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Self::ReadOnly { path },
            Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen | ErrorCode::OutOfMemory) => {
                Self::Disk { path, source: error }
            }
            _ => Self::Unusable { path, source: error },
        }
    }

    /// What happened and why, in one line.
    pub(crate) fn with_causes(&self) -> String {
        let causes = std::iter::successors(self.source(), |&cause| cause.source()).map(ToString::to_string);
        causes.fold(
            self.to_string(),
            |text, cause| {
                if text.contains(&cause) { text } else { format!("{text}: {cause}") }
            },
        )
    }

    /// Whether a run that finds it as it begins goes on and tries again: a disk that is full, broken or not plugged in, a
    /// file that is in use. What stays as it is until somebody decides otherwise is an error at once.
    pub(crate) fn ends_by_itself(&self) -> bool {
        use io::ErrorKind as Kind;
        match self {
            Self::ReadOnly { .. } => false,
            Self::File(FileError::DanglingLink { .. }) => true,
            Self::File(FileError::Io { path, source }) => match source.kind() {
                // What is not there, and cannot be made, is on a disk that may come. Of a folder that may not be searched it is
                // not known what is there.
                Kind::PermissionDenied | Kind::ReadOnlyFilesystem | Kind::AlreadyExists => {
                    matches!(path.try_exists(), Ok(false))
                }
                kind => !matches!(kind, Kind::NotADirectory | Kind::InvalidInput | Kind::InvalidFilename),
            },
            error => error.may_pass(),
        }
    }

    /// Whether the same call may succeed later, with the same file or a new one.
    pub(crate) fn may_pass(&self) -> bool {
        match self {
            Self::Busy { .. }
            | Self::Full { .. }
            | Self::ReadOnly { .. }
            | Self::Disk { .. }
            | Self::Damaged { .. }
            | Self::Moved { .. } => true,
            Self::File(error) => matches!(error, FileError::Busy { .. } | FileError::Io { .. }),
            Self::NetworkDisk { .. }
            | Self::Foreign { .. }
            | Self::OutOfReach { .. }
            | Self::Newer { .. }
            | Self::Older { .. }
            | Self::Library { .. }
            | Self::Unusable { .. }
            | Self::Forgotten { .. } => false,
        }
    }

    /// What a person can do.
    pub(crate) fn hint(&self) -> Option<String> {
        let words = match self {
            Self::File(FileError::Refused { path, why }) => return Some(why.hint(path)),
            Self::File(_) | Self::Forgotten { .. } => return None,
            Self::NetworkDisk { .. } => {
                "keep it on a disk of this machine: `deepcall config set journal.path PATH`, or DEEPCALL_JOURNAL"
            }
            Self::Foreign { .. } => {
                "choose another path: `deepcall config set journal.path PATH`, or DEEPCALL_JOURNAL"
            }
            Self::OutOfReach { path } => {
                return Some(format!(
                    "copy it and {0}-wal to a folder of your own, and name the copy with DEEPCALL_JOURNAL",
                    path.display()
                ));
            }
            Self::Newer { .. } => "use the newer deepcall, or choose another path with DEEPCALL_JOURNAL",
            Self::Older { .. } => {
                "copy it to a folder of your own, and name the copy with DEEPCALL_JOURNAL: it is changed as it is opened"
            }
            Self::Library { .. } => "build deepcall with its bundled SQLite",
            Self::Busy { .. } => "try again in a moment",
            // To delete something in the journal needs room in its log.
            Self::Full { .. } => "free some space on that disk: recording resumes by itself",
            Self::ReadOnly { .. } => {
                "check the permissions of the file and its folder, and how the disk is mounted"
            }
            Self::Disk { .. } => "check the disk: recording resumes by itself",
            Self::Damaged { set_aside: Some(_), .. } => "it was set aside, and a new one is started",
            Self::Damaged { set_aside: None, .. } => "run `deepcall journal verify`",
            Self::Moved { .. } => "run the command again",
            Self::Unusable { .. } => "move the file elsewhere: a new one is started",
        };
        Some(words.to_owned())
    }
}

fn extended(error: &rusqlite::Error) -> Option<i32> {
    error.sqlite_error().map(|error| error.extended_code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_waits_for_what_ends_by_itself_and_fails_at_once_for_all_else() {
        use io::ErrorKind as Kind;
        let here = tempfile::tempdir().unwrap();
        let path = || here.path().to_owned();
        let file =
            |path: PathBuf, kind: Kind| JournalError::File(FileError::Io { path, source: kind.into() });
        let sqlite = |code| rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None);
        let of = |code| JournalError::of(here.path(), sqlite(code));
        let table = [
            (JournalError::Full { path: path() }, true),
            (JournalError::Busy { path: path() }, true),
            (of(rusqlite::ffi::SQLITE_FULL), true),
            (of(rusqlite::ffi::SQLITE_IOERR), true),
            (of(rusqlite::ffi::SQLITE_BUSY), true),
            (of(rusqlite::ffi::SQLITE_READONLY), false),
            (of(rusqlite::ffi::SQLITE_ERROR), false),
            (file(path(), Kind::StorageFull), true),
            (file(path(), Kind::QuotaExceeded), true),
            (file(path(), Kind::Other), true),
            // A disk that is not plugged in: its folder is not there, and only the system may make it.
            (file(here.path().join("media"), Kind::PermissionDenied), true),
            (file(here.path().join("link"), Kind::AlreadyExists), true),
            (JournalError::File(FileError::DanglingLink { path: path() }), true),
            // A folder that may not be used, and what is none.
            (file(path(), Kind::PermissionDenied), false),
            (file(path(), Kind::ReadOnlyFilesystem), false),
            (file(path(), Kind::NotADirectory), false),
            (JournalError::File(FileError::NotAFile { path: path() }), false),
            (JournalError::NetworkDisk { path: path(), kind: "nfs".to_owned() }, false),
            (JournalError::Newer { path: path(), found: 2, known: 1 }, false),
            (JournalError::Library { found: "3.0" }, false),
        ];
        for (error, waits) in table {
            assert_eq!(error.ends_by_itself(), waits, "{error:?}");
        }
    }
}
