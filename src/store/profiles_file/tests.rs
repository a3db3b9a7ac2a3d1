use std::fs;
#[cfg(unix)]
use std::os::unix::fs::{PermissionsExt, symlink};
use std::thread;

use proptest::prelude::*;

use super::*;

fn name(text: &str) -> ProfileName {
    ProfileName::parse(text).unwrap()
}

fn profile(text: &str) -> Profile {
    Profile {
        name: name(text),
        server: ServerUrl::parse(ServerUrl::DEFAULT).unwrap(),
        kind: CredentialKind::Ssid,
        user_id: None,
        agent_id: None,
        store: StoreKind::Keyring,
        saved_at: "2026-03-01T09:30:00Z".parse().unwrap(),
        allow_http: false,
    }
}

fn put(file: &ProfilesFile, name: &str) -> Result<(), ProfilesError> {
    file.update(
        |_| (),
        |profiles| {
            profiles.put(profile(name));
            Ok(())
        },
    )
}

fn names(file: &ProfilesFile) -> Vec<String> {
    file.read().unwrap().list().iter().map(|profile| profile.name.to_string()).collect()
}

#[cfg(unix)]
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

#[cfg(unix)]
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
    let failed: Result<(), ProfilesError> = file.update(
        |_| (),
        |profiles| {
            profiles.put(profile("lost"));
            Err(FileError::NotAFile { path: "x".into() }.into())
        },
    );
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
                    // The error "busy" is fine as long as nothing was promised.
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
        .update(
            |_| (),
            |_| {
                assert!(matches!(put(&hasty, "x"), Err(ProfilesError::File(FileError::Busy { .. }))));
                Ok::<(), ProfilesError>(())
            },
        )
        .unwrap();
    put(&hasty, "x").unwrap();
}

#[test]
fn a_change_waits_for_another_and_explains_that_once() {
    let root = tempfile::tempdir().unwrap();
    let file = ProfilesFile::in_folder(root.path());
    let (waiting, is_waiting) = std::sync::mpsc::channel();
    thread::scope(|scope| {
        let open = file.open(|_| panic!("there is no other")).unwrap();
        let other = file.clone();
        scope.spawn(move || {
            let explain = |path: &Path| waiting.send(path.to_owned()).unwrap();
            other
                .update(explain, |profiles| Ok::<_, ProfilesError>(profiles.put(profile("second"))))
                .unwrap();
        });
        assert_eq!(is_waiting.recv().unwrap(), file.path());
        let mut open = open;
        open.profiles.put(profile("first"));
        open.write().unwrap();
    });
    assert_eq!(names(&file), ["first", "second"]);
    assert!(is_waiting.recv().is_err(), "it was explained once");
}

#[cfg(unix)]
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

#[cfg(unix)]
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

#[cfg(unix)]
#[test]
fn bad_contents_are_refused_with_their_line() {
    let root = tempfile::tempdir().unwrap();
    let file = ProfilesFile::in_folder(root.path());
    let table: [(&[u8], usize); 3] =
        [(b"# \n\n# \xff\n", 3), (b"\xef\xbb\xbf\n# \xff\n", 2), (b"# \n\ndefault = 5\n", 3)];
    for (contents, wanted) in table {
        write(&file, contents, 0o600);
        let Err(error @ ProfilesError::Syntax { line, .. }) = file.read() else { panic!("{contents:?}") };
        assert_eq!(line, wanted, "{error}");
        assert!(error.to_string().contains("profiles.toml, line"), "{error}");
    }
}

#[cfg(unix)]
#[test]
fn a_file_beyond_one_mebibyte_is_neither_read_nor_written() {
    let root = tempfile::tempdir().unwrap();
    let file = ProfilesFile::in_folder(root.path());
    write(&file, &vec![b'\n'; 1024 * 1024 + 1], 0o600);
    assert!(matches!(file.read(), Err(ProfilesError::File(FileError::TooLarge { .. }))));

    write(&file, b"", 0o600);
    let long = "u".repeat(1024 * 1024);
    let refused: Result<(), ProfilesError> = file.update(
        |_| (),
        |profiles| {
            profiles.put(Profile { user_id: Some(long), ..profile("a") });
            Ok(())
        },
    );
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

#[test]
fn the_file_is_fit_to_be_read_by_a_person() {
    let mut profiles = Profiles::default();
    profiles.put(profile("main"));
    profiles.put(Profile {
        server: ServerUrl::parse("http://10.0.0.5:8080/dc").unwrap(),
        kind: CredentialKind::Token,
        user_id: Some("42".to_owned()),
        agent_id: Some("1001".to_owned()),
        store: StoreKind::File,
        allow_http: true,
        ..profile("lab.1")
    });
    profiles.make_default(&name("main"));
    let text = to_toml(&profiles).unwrap();
    assert_eq!(
        text,
        r#"# Written by `deepcall login` and `deepcall logout`. Secrets are kept elsewhere.
default = "main"

[profiles."lab.1"]
server = "http://10.0.0.5:8080/dc"
kind = "token"
user_id = "42"
agent_id = "1001"
store = "file"
saved_at = "2026-03-01T09:30:00Z"
allow_http = true

[profiles.main]
server = "https://v4-api.deepcall.com"
kind = "ssid"
store = "keyring"
saved_at = "2026-03-01T09:30:00Z"
"#
    );
    assert_eq!(from_toml(text.as_bytes()), Ok(profiles));
}

#[test]
fn a_secret_that_may_be_left_is_noted_until_a_profile_names_its_place() {
    let mut profiles = Profiles::default();
    profiles.put(profile("asha"));
    assert!(!profiles.note_pending(PendingSecret::of(&profile("asha"))), "a profile names it");
    let moved = Profile { server: ServerUrl::parse("https://lab.example/dc").unwrap(), ..profile("asha") };
    let same_origin =
        Profile { server: ServerUrl::parse("https://lab.example/x").unwrap(), ..profile("asha") };
    assert!(profiles.note_pending(PendingSecret::of(&moved)));
    assert!(!profiles.note_pending(PendingSecret::of(&same_origin)), "it is noted");
    assert!(profiles.note_pending(PendingSecret::of(&Profile { store: StoreKind::File, ..moved.clone() })));
    let text = to_toml(&profiles).unwrap();
    assert!(
        text.contains(
            "[[unlisted]]\nprofile = \"asha\"\nserver = \"https://lab.example/dc\"\nstore = \"keyring\"\n"
        ),
        "{text}"
    );
    assert_eq!(from_toml(text.as_bytes()), Ok(profiles.clone()));
    profiles.put(moved);
    assert_eq!(profiles.pending().len(), 1, "the file store's is left");
    // A person who edits the file can name a place twice.
    let twice = text.replace("https://lab.example/dc", ServerUrl::DEFAULT);
    assert_eq!(from_toml(twice.as_bytes()).unwrap().pending().len(), 1);
}

/// A newer version may have written it, and reads it again.
#[test]
fn what_is_not_known_is_kept_by_every_change_but_its_profiles_removal() {
    let text = r#"# Written by `deepcall login` and `deepcall logout`. Secrets are kept elsewhere.
default = "main"
colour = "red"
seen = 2026-03-01T09:30:00Z

[[unlisted]]
profile = "night"
server = "https://v4-api.deepcall.com"
store = "file"
since = 1.5

[profiles.lab]
server = "https://v4-api.deepcall.com"
kind = "ssid"
store = "keyring"
saved_at = "2026-03-01T09:30:00Z"
quiet = true

[profiles.main]
server = "https://v4-api.deepcall.com"
kind = "ssid"
store = "keyring"
saved_at = "2026-03-01T09:30:00Z"
shift_id = 9223372036854775807

[profiles.main.limits]
lunch = ["45m", 9007199254740993]

[[team]]
name = "day"

[[team]]
name = "night"
"#;
    let mut profiles = from_toml(text.as_bytes()).unwrap();
    assert_eq!(to_toml(&profiles).unwrap(), text);

    profiles.put(profile("new"));
    profiles.put(Profile { store: StoreKind::File, ..profile("main") });
    profiles.make_default(&name("new"));
    profiles.remove(&name("lab"));
    let changed = to_toml(&profiles).unwrap();
    for kept in ["colour = \"red\"", "seen = 2026-", "since = 1.5", "shift_id = 9", "lunch = [", "[[team]]"] {
        assert!(changed.contains(kept), "{kept} is lost:\n{changed}");
    }
    assert!(!changed.contains("quiet"), "{changed}");
    profiles.put(profile("lab"));
    assert!(!to_toml(&profiles).unwrap().contains("quiet"), "another profile of that name");
}

#[test]
fn nothing_is_no_profiles() {
    for text in ["", "\n", "# a comment\n", "[profiles]\n"] {
        assert_eq!(from_toml(text.as_bytes()), Ok(Profiles::default()), "{text:?}");
    }
}

#[test]
fn a_misspelling_is_found_in_its_line_and_not_quoted() {
    let good = "[profiles.a]\nserver = \"h\"\nkind = \"ssid\"\nstore = \"file\"\nsaved_at = \"2026-03-01T09:30:00Z\"\n";
    assert!(from_toml(good.as_bytes()).is_ok());
    let table = [
        (good.replace("\"h\"", "\"https://u:s3cret@h\""), 2, "user name, a password"),
        (good.replace("\"h\"", "h"), 2, ""),
        (good.replace("store", "stroe"), 1, "missing field `store`"),
        (good.replace("\"file\"", "\"vault\""), 4, "unknown variant"),
        (good.replace("\"ssid\"", "\"pin\""), 3, "unknown variant"),
        (good.replace("2026-03-01T", "2026-13-01T"), 5, ""),
        (good.replace("kind = \"ssid\"\n", ""), 1, "missing field `kind`"),
        (good.replace("profiles.a", "profiles.\"a b\""), 1, "profile name"),
        (good.to_owned() + good, 6, "duplicate key"),
        ("\ndefault = \"b\"\n".to_owned() + good, 2, "`b` does not exist"),
        ("nonsense".to_owned(), 1, ""),
    ];
    for (text, line, part) in table {
        let wrong = from_toml(text.as_bytes()).unwrap_err();
        assert_eq!(wrong.line, line, "{text}{}", wrong.detail);
        assert!(wrong.detail.contains(part), "{}", wrong.detail);
        assert!(!wrong.detail.contains("s3cret"), "{}", wrong.detail);
    }
}

proptest! {
    #[test]
    fn what_was_written_is_read(
        list in proptest::collection::vec(("[A-Za-z0-9_][A-Za-z0-9._-]{0,20}", ".{0,20}", any::<bool>()), 0..8),
        default in any::<bool>(),
    ) {
        let mut profiles = Profiles::default();
        for (text, user_id, allow_http) in list {
            profiles.put(Profile { user_id: Some(user_id), allow_http, ..profile(&text) });
            if default {
                profiles.make_default(&name(&text));
            }
        }
        prop_assert_eq!(from_toml(to_toml(&profiles).unwrap().as_bytes()), Ok(profiles));
    }

    #[test]
    fn no_text_breaks_the_reader(text in "[\\PC\n=\"\\[\\]. a-z]{0,60}") {
        let _ = from_toml(text.as_bytes());
    }
}
