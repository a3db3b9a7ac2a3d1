//! Owners, permission bits and folders as Unix has them.

use std::fmt;
use std::fs::{self, DirBuilder, File, Metadata, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use rustix::fs::{Access, AtFlags, CWD, OFlags, accessat};
use rustix::io::Errno;
use rustix::process::geteuid;
use tempfile::NamedTempFile;

use crate::system::files::OthersMay;

/// Who can read a file with a secret, and the journal.
pub(crate) const READERS_OF_PRIVATE_FILES: &str = "readable only by you (mode 0600)";

/// Why a file is not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Others could read a secret, or change where it is sent.
    #[error("is open to other users (mode {0:04o})")]
    Mode(u32),
    /// Its owner, who has this uid, could change it at any time.
    #[error("belongs to another user (uid {0})")]
    ForeignOwner(u32),
}

impl Refusal {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "on Windows it contains a path")]
    pub(crate) fn hint(&self, path: &Path) -> String {
        match self {
            Self::Mode(_) => format!("run `chmod go= {}`", path.display()),
            Self::ForeignOwner(_) => {
                "use a file that you own: its owner can change it at any time".to_owned()
            }
        }
    }
}

/// Never waits for the other end of a pipe. What it creates is for its owner alone.
pub(crate) fn open_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.mode(0o600).custom_flags(OFlags::NONBLOCK.bits().cast_signed());
    options
}

pub(crate) fn create_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Made by this builder with mode 0600, which the umask does not change.
pub(crate) fn temporary_file(
    builder: &mut tempfile::Builder<'_, '_>,
    folder: &Path,
) -> io::Result<NamedTempFile> {
    let private = Permissions::from_mode(0o600);
    let file = builder.permissions(private.clone()).tempfile_in(folder)?;
    file.as_file().set_permissions(private)?;
    Ok(file)
}

/// The one path of what is there.
pub(crate) fn canonical(path: &Path) -> io::Result<PathBuf> {
    fs::canonicalize(path)
}

/// For its owner alone, which the umask does not change.
pub(crate) fn make_private(file: &File) -> io::Result<()> {
    file.set_permissions(Permissions::from_mode(0o600))
}

/// Whether other names in the file system lead to the same file.
pub(crate) fn has_other_names(metadata: &Metadata) -> bool {
    metadata.nlink() > 1
}

/// Gives a new file the mode, and as far as possible the owner and group of one that it replaces. Another group gets no
/// rights that the former had.
pub(crate) fn make_like(file: &File, known: &Metadata) -> io::Result<()> {
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

/// Puts a complete file in the place of another.
pub(crate) fn persist(file: NamedTempFile, target: &Path) -> io::Result<()> {
    file.persist(target).map(drop).map_err(|failed| failed.error)
}

/// Refuses a file that is another user's, or that other users may do more with.
pub(crate) fn check_access(_: &Path, metadata: &Metadata, others: OthersMay) -> Result<(), Refusal> {
    if !is_trusted(metadata.uid(), geteuid().as_raw()) {
        return Err(Refusal::ForeignOwner(metadata.uid()));
    }
    let mode = metadata.permissions().mode() & 0o7777;
    let refused = match others {
        OthersMay::NothingUnlessRootLets if metadata.uid() == 0 => 0o037,
        OthersMay::Nothing | OthersMay::NothingUnlessRootLets => 0o077,
        OthersMay::Read => 0o022,
        OthersMay::Write => 0,
    };
    if mode & refused == 0 { Ok(()) } else { Err(Refusal::Mode(mode)) }
}

/// Secrets may be anywhere, because their files have rights of their own.
#[expect(clippy::unnecessary_wraps, reason = "other systems refuse places")]
pub(crate) fn check_place_of_secrets(_: &Path) -> Result<(), Refusal> {
    Ok(())
}

/// What the owner and others may do with a file.
#[derive(Clone, Copy)]
pub(crate) struct Rights(u32);

impl Rights {
    pub(crate) fn of(metadata: &Metadata) -> Self {
        Self(metadata.permissions().mode() & 0o777)
    }

    /// Whether others may read or change it.
    pub(crate) fn are_shared(self) -> bool {
        self.0 & 0o077 != 0
    }

    /// Whether others may change it.
    pub(crate) fn let_others_write(self) -> bool {
        self.0 & 0o022 != 0
    }
}

impl fmt::Display for Rights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "mode {:04o}", self.0)
    }
}

/// Whether files may be made in the folder. In doubt they may: then the attempt shows it.
pub(crate) fn may_add_to(folder: &Path) -> bool {
    let may = accessat(CWD, folder, Access::WRITE_OK | Access::EXEC_OK, AtFlags::EACCESS);
    !matches!(may, Err(Errno::ACCESS | Errno::ROFS | Errno::PERM))
}

/// Whether the file may be changed. In doubt it may.
pub(crate) fn may_change(file: &Path) -> bool {
    let may = accessat(CWD, file, Access::WRITE_OK, AtFlags::EACCESS);
    !matches!(may, Err(Errno::ACCESS | Errno::ROFS | Errno::PERM))
}

/// Why others can replace the file, and what to do.
pub(crate) fn danger_of_place(file: &Path) -> Option<String> {
    let folder = file.parent()?;
    let mode = fs::metadata(folder).ok()?.permissions().mode() & 0o7777;
    // With the sticky bit, only the owner of a file can remove it.
    let is_open = mode & 0o022 != 0 && mode & 0o1000 == 0;
    let (file, folder) = (file.display(), folder.display());
    is_open.then(|| {
        format!(
            "other users can replace {file}, because its folder is open to them (mode {mode:04o}): run `chmod go-w {folder}`"
        )
    })
}

/// Who else can read or change the file, and what to do.
pub(crate) fn danger_of_rights(file: &Path) -> Option<String> {
    let metadata = fs::metadata(file).ok()?;
    let (mode, owner, file) = (metadata.permissions().mode() & 0o7777, metadata.uid(), file.display());
    if owner != geteuid().as_raw() {
        return Some(format!(
            "{file} belongs to another user (uid {owner}), who can change it: run deepcall as that user, or name a file of your own"
        ));
    }
    (mode & 0o077 != 0)
        .then(|| format!("{file} is open to other users (mode {mode:04o}): run `chmod go= {file}`"))
}

/// Modes say all.
pub(crate) fn access_list(_: &Path) -> Option<String> {
    None
}

/// Gives a folder to its owner alone.
pub(crate) fn close_to_others(folder: &Path) -> io::Result<()> {
    fs::set_permissions(folder, Permissions::from_mode(0o700))
}

/// One's own files and the administrator's; the administrator may use everybody's.
pub(crate) fn is_trusted(owner: u32, me: u32) -> bool {
    owner == me || owner == 0 || me == 0
}

/// A folder, opened to make a change of its entries last.
pub(crate) struct Folder(File);

impl Folder {
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        File::open(path).map(Self)
    }

    /// Done, too, where the file system cannot.
    pub(crate) fn sync(&self) -> io::Result<()> {
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
