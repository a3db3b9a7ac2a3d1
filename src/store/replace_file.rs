//! Replaces a file whole: after a crash at any moment the old or the new content is there, nothing between.
//! It must not know what is written.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::store::private_file::FileError;

const SUFFIX: &str = ".tmp";

/// Where a path leads: a symbolic link is written through, never replaced.
///
/// # Errors
/// A link to nothing is refused: what it would create is not what the owner of the link sees.
pub(crate) fn resolve(path: &Path) -> Result<PathBuf, FileError> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_symlink() => fs::canonicalize(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => FileError::DanglingLink { path: path.to_owned() },
            _ => FileError::at(path)(error),
        }),
        Ok(_) => Ok(path.to_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(path.to_owned()),
        Err(error) => Err(FileError::at(path)(error)),
    }
}

/// Writes `contents` to `target` with mode 0600, whatever the umask, by way of a temporary file in the same folder.
/// The caller holds the lock that guards `target`, and has resolved it.
pub(crate) fn replace_file(target: &Path, contents: &[u8]) -> Result<(), FileError> {
    let (folder, prefix) = folder_and_prefix(target)?;
    remove_leftovers(folder, &prefix);
    // Opened before anything is changed: afterwards nothing but the sync itself can fail.
    let opened = File::open(folder).map_err(FileError::at(folder))?;
    write_and_rename(target, folder, &prefix, contents).map_err(FileError::at(target))?;
    sync(&opened).map_err(|source| FileError::NotSynced { path: target.to_owned(), source })
}

/// Makes a change of the folder's entries last, where the file system can.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    sync(&File::open(folder)?)
}

fn sync(folder: &File) -> io::Result<()> {
    match folder.sync_all() {
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => {
            Ok(())
        }
        done => done,
    }
}

fn write_and_rename(target: &Path, folder: &Path, prefix: &OsStr, contents: &[u8]) -> io::Result<()> {
    let private = Permissions::from_mode(0o600);
    let mut file = tempfile::Builder::new()
        .prefix(prefix)
        .suffix(SUFFIX)
        .permissions(private.clone())
        .tempfile_in(folder)?;
    file.as_file().set_permissions(private)?;
    file.write_all(contents)?;
    file.as_file().sync_all()?;
    file.persist(target).map_err(|failed| failed.error)?;
    Ok(())
}

/// What a killed process left may hold a secret. The lock says that no living one is using it.
pub(crate) fn remove_leftovers(folder: &Path, prefix: &OsStr) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.as_encoded_bytes();
        if name.starts_with(prefix.as_encoded_bytes()) && name.ends_with(SUFFIX.as_bytes()) {
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
