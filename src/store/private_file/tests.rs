use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;

use super::*;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn write(path: &Path, contents: &[u8], mode: u32) {
    fs::write(path, contents).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_missing_file_is_none() {
    assert!(read(&folder().path().join("absent"), 10, 0).unwrap().is_none());
}

#[test]
fn a_file_is_read_whole_up_to_its_limit() {
    let folder = folder();
    let path = folder.path().join("file");
    write(&path, b"0123456789", 0o600);
    assert_eq!(**read(&path, 10, 0o077).unwrap().unwrap(), *b"0123456789");
    assert!(matches!(read(&path, 9, 0o077), Err(FileError::TooLarge { limit: 9, .. })));
}

#[test]
fn a_file_open_to_others_is_refused_with_its_mode() {
    let folder = folder();
    let path = folder.path().join("file");
    for (mode, refused, fine) in [
        (0o600, 0o077, true),
        (0o400, 0o077, true),
        (0o640, 0o077, false),
        (0o604, 0o077, false),
        (0o644, 0o022, true),
        (0o664, 0o022, false),
        (0o646, 0o022, false),
    ] {
        write(&path, b"x", mode);
        match read(&path, 10, refused) {
            Ok(_) => assert!(fine, "{mode:o}"),
            Err(FileError::Permissions { mode: found, .. }) => assert!(!fine && found == mode, "{mode:o}"),
            Err(other) => panic!("{mode:o}: {other}"),
        }
    }
}

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
        assert!(matches!(read(path, 10, 0), Err(FileError::NotAFile { .. })), "{}", path.display());
    }
    assert!(matches!(open_lock(&fifo), Err(FileError::NotAFile { .. })));
}

#[test]
fn a_folder_is_created_for_its_owner_alone() {
    let folder = folder();
    let path = folder.path().join("a/b");
    create_folder(&path).unwrap();
    create_folder(&path).unwrap();
    for path in [&path, &folder.path().join("a")] {
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o7777, 0o700);
    }
}

#[test]
fn a_folder_in_the_way_of_a_file_is_named() {
    let folder = folder();
    let path = folder.path().join("file");
    write(&path, b"", 0o600);
    let error = create_folder(&path.join("below")).unwrap_err();
    assert!(error.to_string().contains("file/below"), "{error}");
}

#[test]
fn a_file_of_another_user_is_not_trusted() {
    for (owner, me, trusted) in
        [(1000, 1000, true), (0, 1000, true), (1000, 0, true), (1001, 1000, false), (65534, 1000, false)]
    {
        assert_eq!(is_trusted(owner, me), trusted, "{owner} {me}");
    }
}
