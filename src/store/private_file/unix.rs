//! Owners, permission bits and folders as Unix has them.

use std::fs::{DirBuilder, File, Metadata, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::Path;

use rustix::fs::OFlags;
use rustix::process::geteuid;
use tempfile::NamedTempFile;

use super::{FileError, OthersMay};

/// Never waits for the other end of a pipe. What it creates is for its owner alone.
pub(super) fn open_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.mode(0o600).custom_flags(OFlags::NONBLOCK.bits().cast_signed());
    options
}

pub(super) fn create_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Made by this builder with mode 0600, which the umask does not change.
pub(super) fn temporary_file(
    builder: &mut tempfile::Builder<'_, '_>,
    folder: &Path,
) -> io::Result<NamedTempFile> {
    let private = Permissions::from_mode(0o600);
    let file = builder.permissions(private.clone()).tempfile_in(folder)?;
    file.as_file().set_permissions(private)?;
    Ok(file)
}

/// Whether other names in the file system lead to the same file.
pub(super) fn has_other_names(metadata: &Metadata) -> bool {
    metadata.nlink() > 1
}

/// Gives a new file the mode, and as far as possible the owner and group of one that it replaces. Another group gets no
/// rights that the former had.
pub(super) fn make_like(file: &File, known: &Metadata) -> io::Result<()> {
    let new = file.metadata()?;
    if new.uid() != known.uid() {
        // Only the administrator can give a file away.
        let _ = fchown(file, Some(known.uid()), None);
    }
    let has_group = new.gid() == known.gid() || fchown(file, None, Some(known.gid())).is_ok();
    let mode = known.permissions().mode() & if has_group { 0o777 } else { 0o707 };
    if new.permissions().mode() & 0o777 == mode {
        return Ok(());
    }
    file.set_permissions(Permissions::from_mode(mode))
}

/// Refuses a file that is another user's, or that other users may do more with.
pub(super) fn check_access(path: &Path, metadata: &Metadata, others: OthersMay) -> Result<(), FileError> {
    if !is_trusted(metadata.uid(), geteuid().as_raw()) {
        return Err(FileError::ForeignOwner { path: path.to_owned(), uid: metadata.uid() });
    }
    let mode = metadata.permissions().mode() & 0o7777;
    let refused = match others {
        OthersMay::Nothing => 0o077,
        OthersMay::Read => 0o022,
        OthersMay::Write => 0,
    };
    if mode & refused != 0 {
        return Err(FileError::Permissions { path: path.to_owned(), mode });
    }
    Ok(())
}

/// One's own files and the administrator's; the administrator may use everybody's.
pub(super) fn is_trusted(owner: u32, me: u32) -> bool {
    owner == me || owner == 0 || me == 0
}

/// A folder, opened to make a change of its entries last.
pub(super) struct Folder(File);

impl Folder {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        File::open(path).map(Self)
    }

    /// Done, too, where the file system cannot.
    pub(super) fn sync(&self) -> io::Result<()> {
        match self.0.sync_all() {
            Err(error)
                if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) =>
            {
                Ok(())
            }
            done => done,
        }
    }
}
