//! Files as Windows has them. Their rights are those of the folder that they are in; the folder of a user is closed to
//! other users, and nothing is known of others.

use std::ffi::OsString;
use std::fmt;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::path::{Component, Path, PathBuf, Prefix};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use directories::BaseDirs;
use tempfile::NamedTempFile;

use crate::system::files::OthersMay;

/// How often a file is put into its place while something else, such as a virus scanner, has the old one open.
const TRIES: u32 = 25;

const BETWEEN_TRIES: Duration = Duration::from_millis(20);

/// Of a path without `\\?\`, with room for what a name is extended by. Windows allows 260.
const LONGEST: usize = 200;

/// Who can read a file with a secret, and the journal.
pub(crate) const READERS_OF_PRIVATE_FILES: &str =
    "readable by those who may read your own folder (`deepcall doctor` lists them)";

/// Why a file is not used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Only there, rights keep other users away.
    #[error("is not below {}, so other users may be able to read it", .0.display())]
    OutsideHome(PathBuf),
    #[error("may be readable by other users: Windows names no folder of yours")]
    Homeless,
}

impl Refusal {
    pub(crate) fn hint(&self, _: &Path) -> String {
        "keep secrets below your own folder, or in the Credential Manager (`--store keyring`)".to_owned()
    }
}

pub(crate) fn open_options() -> OpenOptions {
    OpenOptions::new()
}

pub(crate) fn create_folder(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

pub(crate) fn temporary_file(
    builder: &mut tempfile::Builder<'_, '_>,
    folder: &Path,
) -> io::Result<NamedTempFile> {
    builder.tempfile_in(folder)
}

/// A file has the rights of its folder.
#[expect(clippy::unnecessary_wraps, reason = "Unix may refuse")]
pub(crate) fn make_private(_: &File) -> io::Result<()> {
    Ok(())
}

/// The standard library does not show it, so other names keep the old content.
pub(crate) fn has_other_names(_: &Metadata) -> bool {
    false
}

/// A file has the rights of its folder, as the one that it replaces had.
#[expect(clippy::unnecessary_wraps, reason = "Unix may refuse")]
pub(crate) fn make_like(_: &File, _: &Metadata) -> io::Result<()> {
    Ok(())
}

/// Puts a complete file in the place of another, which a reader may have open.
pub(crate) fn persist(file: NamedTempFile, target: &Path) -> io::Result<()> {
    let (file, path) = file.keep().map_err(|failed| failed.error)?;
    drop(file);
    let mut renamed = fs::rename(&path, target);
    for _ in 1..TRIES {
        let Err(error) = &renamed else { break };
        if target.is_dir() || error.kind() != io::ErrorKind::PermissionDenied {
            break;
        }
        thread::sleep(BETWEEN_TRIES);
        renamed = fs::rename(&path, target);
    }
    renamed.inspect_err(|_| drop(fs::remove_file(&path)))
}

/// Refuses a secret at a place where others may read it.
pub(crate) fn check_access(path: &Path, _: &Metadata, others: OthersMay) -> Result<(), Refusal> {
    match others {
        OthersMay::Nothing | OthersMay::NothingUnlessRootLets => check_place_of_secrets(path),
        OthersMay::Read | OthersMay::Write => Ok(()),
    }
}

/// Secrets may be below the folder of this user only.
pub(crate) fn check_place_of_secrets(path: &Path) -> Result<(), Refusal> {
    let home = BaseDirs::new().map(|folders| folders.home_dir().to_owned()).ok_or(Refusal::Homeless)?;
    if is_below(path, &home) { Ok(()) } else { Err(Refusal::OutsideHome(home)) }
}

/// The one path of what is there, as Windows writes it: `C:\asha`, where the system answers `\\?\C:\asha`. What other
/// programs could not open by such a path keeps the other.
pub(crate) fn canonical(path: &Path) -> io::Result<PathBuf> {
    let path = fs::canonicalize(path)?;
    let plain = as_written(&path).filter(|plain| plain.as_os_str().len() <= LONGEST);
    let leads_there = |plain: &PathBuf| fs::canonicalize(plain).is_ok_and(|again| again == path);
    Ok(plain.filter(leads_there).unwrap_or(path))
}

fn as_written(path: &Path) -> Option<PathBuf> {
    let mut parts = path.components();
    let Some(Component::Prefix(prefix)) = parts.next() else { return None };
    let root = match prefix.kind() {
        Prefix::VerbatimDisk(letter) => format!("{}:", char::from(letter)).into(),
        Prefix::VerbatimUNC(server, share) => {
            let mut root = OsString::from(r"\\");
            root.push(server);
            root.push(r"\");
            root.push(share);
            root
        }
        _ => return None,
    };
    Some(Path::new(&root).components().chain(parts).collect())
}

/// Links and other spellings count as what they lead to.
fn is_below(path: &Path, folder: &Path) -> bool {
    match (fs::canonicalize(path), fs::canonicalize(folder)) {
        (Ok(path), Ok(folder)) => path != folder && path.starts_with(folder),
        _ => false,
    }
}

/// What others may do with a file depends on its folder.
#[derive(Clone, Copy)]
pub(crate) struct Rights;

impl Rights {
    pub(crate) fn of(_: &Metadata) -> Self {
        Self
    }

    /// Not known.
    pub(crate) fn are_shared(self) -> bool {
        false
    }

    /// Not known.
    pub(crate) fn let_others_write(self) -> bool {
        false
    }
}

impl fmt::Display for Rights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("rights of its folder")
    }
}

/// Not known: the attempt shows it.
pub(crate) fn may_add_to(_: &Path) -> bool {
    true
}

/// Not known: the attempt shows it.
pub(crate) fn may_change(_: &Path) -> bool {
    true
}

/// Not known.
pub(crate) fn danger_of_place(_: &Path) -> Option<String> {
    None
}

/// Not known.
pub(crate) fn danger_of_rights(_: &Path) -> Option<String> {
    None
}

/// Who may do what in a folder, as `icacls` of Windows prints it: the standard library shows no rights.
pub(crate) fn access_list(folder: &Path) -> Option<String> {
    let listed = Command::new("icacls").arg(folder).stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&listed.stdout).into_owned();
    entries(&text, &folder.display().to_string())
}

/// `FOLDER NAME:(I)(F)`, then a line for each further name, up to an empty line.
fn entries(text: &str, folder: &str) -> Option<String> {
    let list = text.trim_start().strip_prefix(folder)?;
    let entries: Vec<&str> = list.lines().map(str::trim).take_while(|line| !line.is_empty()).collect();
    (!entries.is_empty()).then(|| entries.join(", "))
}

/// A folder has the rights of the one above it.
#[expect(clippy::unnecessary_wraps, reason = "Unix may refuse")]
pub(crate) fn close_to_others(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Windows writes the entries of a folder by itself.
pub(crate) struct Folder;

impl Folder {
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        fs::metadata(path).map(|_| Self)
    }

    #[expect(clippy::unnecessary_wraps, reason = "Unix may fail")]
    pub(crate) fn sync(&self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("file");
        for text in ["first", "second"] {
            let mut new = temporary_file(&mut tempfile::Builder::new(), folder.path()).unwrap();
            new.write_all(text.as_bytes()).unwrap();
            persist(new, &target).unwrap();
            assert_eq!(fs::read_to_string(&target).unwrap(), text);
        }
        let new = temporary_file(&mut tempfile::Builder::new(), folder.path()).unwrap();
        fs::create_dir(folder.path().join("folder")).unwrap();
        persist(new, &folder.path().join("folder")).unwrap_err();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn a_path_is_as_windows_writes_it() {
        let as_written = |path: &str| as_written(Path::new(path));
        assert_eq!(as_written(r"\\?\C:\a b\c").as_deref(), Some(Path::new(r"C:\a b\c")));
        assert_eq!(as_written(r"\\?\C:\").as_deref(), Some(Path::new(r"C:\")));
        assert_eq!(as_written(r"\\?\UNC\desk\all\c").as_deref(), Some(Path::new(r"\\desk\all\c")));
        assert_eq!(as_written(r"C:\a b"), None);
        let folder = tempfile::tempdir().unwrap();
        let found = canonical(folder.path()).unwrap();
        assert!(!found.to_str().unwrap().starts_with(r"\\?\"), "{}", found.display());
        let long = folder.path().join("a".repeat(200));
        fs::create_dir(&long).unwrap();
        assert!(canonical(&long).unwrap().to_str().unwrap().starts_with(r"\\?\"));
    }

    #[test]
    fn the_rights_of_a_folder_are_read_from_the_list_of_the_system() {
        let text = "C:\\a b NT AUTHORITY\\SYSTEM:(I)(OI)(CI)(F)\r\n      DESK\\asha:(I)(F)\r\n\r\nSuccessfully processed 1 files\r\n";
        let expected = "NT AUTHORITY\\SYSTEM:(I)(OI)(CI)(F), DESK\\asha:(I)(F)";
        assert_eq!(entries(text, "C:\\a b").as_deref(), Some(expected));
        assert_eq!(entries("", "C:\\a b"), None);
    }

    #[test]
    fn secrets_are_kept_below_the_folder_of_the_user_only() {
        let home = BaseDirs::new().unwrap().home_dir().to_owned();
        let inside = tempfile::tempdir_in(&home).unwrap();
        assert_eq!(check_place_of_secrets(inside.path()), Ok(()));
        for outside in [Path::new("C:\\"), home.parent().unwrap(), &home, &inside.path().join("none")] {
            assert_eq!(check_place_of_secrets(outside), Err(Refusal::OutsideHome(home.clone())));
        }
    }
}
