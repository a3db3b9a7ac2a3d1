#[cfg(unix)]
use std::fs::Permissions;
#[cfg(unix)]
use std::os::unix::fs::{PermissionsExt, symlink};
#[cfg(unix)]
use std::os::unix::net::UnixListener;

use super::*;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[cfg(unix)]
fn write(path: &Path, contents: &[u8], mode: u32) {
    fs::write(path, contents).unwrap();
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_missing_file_is_none() {
    assert!(read(&folder().path().join("absent"), 10, OthersMay::Write).unwrap().is_none());
}

#[cfg(unix)]
#[test]
fn a_file_is_read_whole_up_to_its_limit() {
    let folder = folder();
    let path = folder.path().join("file");
    write(&path, b"0123456789", 0o600);
    assert_eq!(**read(&path, 10, OthersMay::Nothing).unwrap().unwrap(), *b"0123456789");
    assert!(matches!(read(&path, 9, OthersMay::Nothing), Err(FileError::TooLarge { limit: 9, .. })));
}

#[cfg(unix)]
#[test]
fn a_file_open_to_others_is_refused_with_its_mode() {
    let folder = folder();
    let path = folder.path().join("file");
    let is_root = rustix::process::geteuid().is_root();
    for (mode, others, fine) in [
        (0o600, OthersMay::Nothing, true),
        (0o400, OthersMay::Nothing, true),
        (0o640, OthersMay::Nothing, false),
        (0o604, OthersMay::Nothing, false),
        (0o600, OthersMay::NothingUnlessRootLets, true),
        (0o640, OthersMay::NothingUnlessRootLets, is_root),
        (0o660, OthersMay::NothingUnlessRootLets, false),
        (0o644, OthersMay::NothingUnlessRootLets, false),
        (0o644, OthersMay::Read, true),
        (0o664, OthersMay::Read, false),
        (0o646, OthersMay::Read, false),
        (0o666, OthersMay::Write, true),
    ] {
        write(&path, b"x", mode);
        match read(&path, 10, others) {
            Ok(_) => assert!(fine, "{mode:o}"),
            Err(FileError::Refused { why: Refusal::Mode(found), .. }) => {
                assert!(!fine && found == mode, "{mode:o}");
            }
            Err(other) => panic!("{mode:o}: {other}"),
        }
    }
}

#[cfg(unix)]
#[test]
fn only_regular_files_are_read_and_nothing_hangs() {
    let folder = folder();
    let socket = folder.path().join("socket");
    let _listener = UnixListener::bind(&socket).unwrap();
    let fifo = folder.path().join("fifo");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &fifo,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::from_raw_mode(0o600),
        0,
    )
    .unwrap();
    let link = folder.path().join("link");
    symlink(&fifo, &link).unwrap();
    for path in [folder.path(), &socket, &fifo, &link, Path::new("/dev/zero")] {
        assert!(
            matches!(read(path, 10, OthersMay::Write), Err(FileError::NotAFile { .. })),
            "{}",
            path.display()
        );
    }
    assert!(matches!(LockFile::open(&fifo), Err(FileError::NotAFile { .. })));
}

#[cfg(unix)]
#[test]
fn a_folder_is_created_for_its_owner_alone() {
    let folder = folder();
    let path = folder.path().join("a/b");
    create_folder(&path).unwrap();
    create_folder(&path).unwrap();
    for path in [&path, &folder.path().join("a")] {
        assert_eq!(mode(path), 0o700);
    }
}

#[cfg(unix)]
#[test]
fn a_folder_in_the_way_of_a_file_is_named() {
    let folder = folder();
    let path = folder.path().join("file");
    write(&path, b"", 0o600);
    let error = create_folder(&path.join("below")).unwrap_err();
    assert!(error.to_string().contains("file/below"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_file_of_another_user_is_not_trusted() {
    for (owner, me, trusted) in
        [(1000, 1000, true), (0, 1000, true), (1000, 0, true), (1001, 1000, false), (65534, 1000, false)]
    {
        assert_eq!(system::is_trusted(owner, me), trusted, "{owner} {me}");
    }
}

#[cfg(unix)]
#[test]
fn a_new_file_belongs_to_its_owner_alone() {
    let folder = folder();
    let path = folder.path().join("new");
    replace(&path, b"content").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"content");
    assert_eq!(mode(&path), 0o600);
    assert_eq!(names(folder.path()), ["new"]);
}

#[cfg(unix)]
#[test]
fn a_replaced_secret_loses_its_old_content_and_mode() {
    let folder = folder();
    let path = folder.path().join("old");
    fs::write(&path, "something much longer").unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
    replace(&path, b"short").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"short");
    assert_eq!(mode(&path), 0o600);
}

#[cfg(unix)]
#[test]
fn a_changed_file_keeps_its_mode_and_its_other_names() {
    let folder = folder();
    let change =
        |path: &Path, contents: &[u8]| Exclusive::of(path, LOCK_LIMIT, || ()).unwrap().replace(contents);
    for bits in [0o600, 0o640, 0o644, 0o400, 0o444] {
        let path = folder.path().join(format!("mode-{bits:o}"));
        write(&path, b"before", bits);
        change(&path, b"after").unwrap();
        assert_eq!((fs::read(&path).unwrap(), mode(&path)), (b"after".to_vec(), bits));
    }
    let new = folder.path().join("new");
    change(&new, b"first").unwrap();
    assert_eq!(mode(&new), 0o600);
    for contents in [&b"longer than it was before"[..], b"", b"short"] {
        let (path, other) = (folder.path().join("one"), folder.path().join("other"));
        let _ = (fs::remove_file(&path), fs::remove_file(&other));
        write(&path, b"before", 0o640);
        fs::hard_link(&path, &other).unwrap();
        change(&path, contents).unwrap();
        assert_eq!(fs::read(&other).unwrap(), contents);
        assert_eq!((fs::read(&path).unwrap(), mode(&path)), (contents.to_vec(), 0o640));
    }
}

#[test]
fn what_a_killed_writer_left_is_removed_and_nothing_else() {
    let folder = folder();
    for name in [".file.Ab12Cd.tmp", ".other.Ab12Cd.tmp", ".file.keep", "file.Ab12Cd.tmp"] {
        fs::write(folder.path().join(name), "x").unwrap();
    }
    replace(&folder.path().join("file"), b"new").unwrap();
    assert_eq!(names(folder.path()), [".file.keep", ".other.Ab12Cd.tmp", "file", "file.Ab12Cd.tmp"]);
}

#[test]
fn a_failed_replacement_leaves_the_old_file_and_no_other() {
    let folder = folder();
    let path = folder.path().join("folder");
    fs::create_dir(&path).unwrap();
    let error = replace(&path, b"new").unwrap_err();
    assert!(matches!(error, FileError::Io { path: named, .. } if named == path));
    assert_eq!(names(folder.path()), ["folder"]);
}

#[cfg(unix)]
#[test]
fn a_link_is_written_through_and_stays_a_link() {
    let folder = folder();
    let (target, link) = (folder.path().join("target"), folder.path().join("link"));
    fs::write(&target, "old").unwrap();
    symlink("target", &link).unwrap();
    replace(&resolve(&link).unwrap(), b"new").unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read(&target).unwrap(), b"new");
}

#[cfg(unix)]
#[test]
fn a_link_to_nothing_is_refused() {
    let folder = folder();
    let link = folder.path().join("link");
    symlink("nothing", &link).unwrap();
    assert!(matches!(resolve(&link), Err(FileError::DanglingLink { .. })));
}

#[test]
fn a_path_that_is_no_link_leads_to_itself() {
    let folder = folder();
    let path = folder.path().join("file");
    assert_eq!(resolve(&path).unwrap(), path);
    fs::write(&path, "x").unwrap();
    assert_eq!(resolve(&path).unwrap(), path);
}
