use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::thread;

use super::*;
use crate::store::{CredentialKind, Profile, ProfileName, ServerUrl, StoreKind};

fn profile(name: &str) -> Profile {
    Profile {
        name: ProfileName::parse(name).unwrap(),
        server: ServerUrl::parse(ServerUrl::DEFAULT).unwrap(),
        kind: CredentialKind::Ssid,
        user_id: None,
        store: StoreKind::File,
        saved_at: "2026-03-01T09:30:00Z".parse().unwrap(),
        allow_http: false,
    }
}

fn put(file: &ProfilesFile, name: &str) -> Result<(), ProfilesError> {
    file.update(|profiles| {
        profiles.put(profile(name));
        Ok(())
    })
}

fn names(file: &ProfilesFile) -> Vec<String> {
    file.read().unwrap().list().iter().map(|profile| profile.name.to_string()).collect()
}

fn write(file: &ProfilesFile, contents: &[u8], mode: u32) {
    fs::write(file.path(), contents).unwrap();
    fs::set_permissions(file.path(), fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_missing_folder_holds_no_profiles_and_is_not_created() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("deepcall");
    assert_eq!(ProfilesFile::in_folder(&folder).read().unwrap(), Profiles::default());
    assert!(!folder.exists());
}

#[test]
fn the_first_update_creates_a_private_folder_and_file() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("config/deepcall");
    let file = ProfilesFile::in_folder(&folder);
    put(&file, "main").unwrap();
    assert_eq!(names(&file), ["main"]);
    assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(fs::metadata(file.path()).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_failed_change_writes_nothing() {
    let root = tempfile::tempdir().unwrap();
    let file = ProfilesFile::in_folder(root.path());
    put(&file, "kept").unwrap();
    let before = fs::read(file.path()).unwrap();
    let failed: Result<(), ProfilesError> = file.update(|profiles| {
        profiles.put(profile("lost"));
        Err(FileError::NotAFile { path: "x".into() }.into())
    });
    assert!(matches!(failed, Err(ProfilesError::File(FileError::NotAFile { .. }))));
    assert_eq!(fs::read(file.path()).unwrap(), before);
}

#[test]
fn no_update_is_lost_among_many_writers() {
    const WRITERS: usize = 8;
    const UPDATES: usize = 50;
    let root = tempfile::tempdir().unwrap();
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let file = ProfilesFile::in_folder(root.path());
            scope.spawn(move || {
                for update in 0..UPDATES {
                    // Being told "busy" is fine as long as nothing was promised.
                    while let Err(error) = put(&file, &format!("w{writer}-{update}")) {
                        assert!(matches!(error, ProfilesError::File(FileError::Busy { .. })), "{error}");
                    }
                    file.read().unwrap();
                }
            });
        }
    });
    assert_eq!(names(&ProfilesFile::in_folder(root.path())).len(), WRITERS * UPDATES);
}

#[test]
fn a_lock_that_is_not_given_up_is_reported_as_busy() {
    let root = tempfile::tempdir().unwrap();
    let patient = ProfilesFile::in_folder(root.path());
    let hasty = ProfilesFile { lock_limit: Duration::ZERO, ..patient.clone() };
    patient
        .update(|_| {
            assert!(matches!(put(&hasty, "x"), Err(ProfilesError::File(FileError::Busy { .. }))));
            Ok::<(), ProfilesError>(())
        })
        .unwrap();
    put(&hasty, "x").unwrap();
}

#[test]
fn a_linked_file_is_changed_where_it_is() {
    let root = tempfile::tempdir().unwrap();
    let (elsewhere, folder) = (root.path().join("dotfiles"), root.path().join("config"));
    fs::create_dir(&elsewhere).unwrap();
    fs::create_dir(&folder).unwrap();
    let file = ProfilesFile::in_folder(&folder);
    symlink("../dotfiles/deepcall.toml", file.path()).unwrap();
    assert!(matches!(put(&file, "a"), Err(ProfilesError::File(FileError::DanglingLink { .. }))));

    write(&file, b"", 0o600);
    put(&file, "a").unwrap();
    assert!(fs::symlink_metadata(file.path()).unwrap().is_symlink());
    assert!(fs::read_to_string(elsewhere.join("deepcall.toml")).unwrap().contains("[profiles.a]"));
    assert_eq!(names(&file), ["a"]);
}

#[test]
fn a_file_that_others_can_write_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let file = ProfilesFile::in_folder(root.path());
    for (mode, fine) in [(0o600, true), (0o644, true), (0o664, false), (0o602, false)] {
        write(&file, b"", mode);
        assert_eq!(file.read().is_ok(), fine, "{mode:o}");
        assert_eq!(put(&file, "a").is_ok(), fine, "{mode:o}");
    }
}

#[test]
fn bad_contents_are_refused_with_their_line() {
    let root = tempfile::tempdir().unwrap();
    let file = ProfilesFile::in_folder(root.path());
    let table: [(&[u8], usize); 3] =
        [(b"# \n\n# \xff\n", 3), (b"\xef\xbb\xbf# \n", 1), (b"# \n\ncolour = \"red\"\n", 3)];
    for (contents, wanted) in table {
        write(&file, contents, 0o600);
        let Err(error @ ProfilesError::Syntax { line, .. }) = file.read() else { panic!("{contents:?}") };
        assert_eq!(line, wanted, "{error}");
        assert!(error.to_string().contains("profiles.toml, line"), "{error}");
    }
}

#[test]
fn a_file_beyond_one_mebibyte_is_neither_read_nor_written() {
    let root = tempfile::tempdir().unwrap();
    let file = ProfilesFile::in_folder(root.path());
    write(&file, &vec![b'\n'; 1024 * 1024 + 1], 0o600);
    assert!(matches!(file.read(), Err(ProfilesError::File(FileError::TooLarge { .. }))));

    write(&file, b"", 0o600);
    let long = "u".repeat(1024 * 1024);
    let refused: Result<(), ProfilesError> = file.update(|profiles| {
        profiles.put(Profile { user_id: Some(long), ..profile("a") });
        Ok(())
    });
    assert!(matches!(refused, Err(ProfilesError::File(FileError::TooLarge { .. }))));
    assert_eq!(fs::read(file.path()).unwrap(), b"");
}

#[test]
fn a_folder_in_place_of_the_file_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let file = ProfilesFile::in_folder(root.path());
    fs::create_dir(file.path()).unwrap();
    assert!(matches!(file.read(), Err(ProfilesError::File(FileError::NotAFile { .. }))));
}
