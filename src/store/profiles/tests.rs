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
        store: StoreKind::Keyring,
        saved_at: "2026-03-01T09:30:00Z".parse().unwrap(),
        allow_http: false,
    }
}

fn names(profiles: &Profiles) -> Vec<&str> {
    profiles.list().iter().map(|profile| profile.name.as_str()).collect()
}

#[test]
fn the_list_is_in_order_of_name() {
    let mut profiles = Profiles::default();
    for text in ["m", "z", "a", "B"] {
        assert_eq!(profiles.put(profile(text)), None);
    }
    assert_eq!(names(&profiles), ["B", "a", "m", "z"]);
    assert_eq!(profiles.find(&name("m")), Some(&profile("m")));
    assert_eq!(profiles.find(&name("b")), None);
}

#[test]
fn a_profile_replaces_the_one_of_its_name() {
    let mut profiles = Profiles::default();
    profiles.put(profile("a"));
    let second = Profile { store: StoreKind::File, ..profile("a") };
    assert_eq!(profiles.put(second.clone()), Some(profile("a")));
    assert_eq!(profiles.list(), [second]);
}

#[test]
fn the_default_is_always_one_of_the_list() {
    let mut profiles = Profiles::default();
    assert!(!profiles.make_default(&name("a")));
    profiles.put(profile("a"));
    profiles.put(profile("b"));
    assert_eq!(profiles.default_profile(), None);
    assert!(profiles.make_default(&name("a")));
    profiles.remove(&name("b"));
    assert_eq!(profiles.default_profile(), Some(&profile("a")));
    assert_eq!(profiles.remove(&name("a")), Some(profile("a")));
    assert_eq!(profiles.default_profile(), None);
    assert_eq!(profiles.remove(&name("a")), None);
}

#[test]
fn the_file_is_fit_to_be_read_by_a_person() {
    let mut profiles = Profiles::default();
    profiles.put(profile("main"));
    profiles.put(Profile {
        server: ServerUrl::parse("http://10.0.0.5:8080/dc").unwrap(),
        kind: CredentialKind::Token,
        user_id: Some("42".to_owned()),
        store: StoreKind::File,
        allow_http: true,
        ..profile("lab.1")
    });
    profiles.make_default(&name("main"));
    let text = profiles.to_toml().unwrap();
    assert_eq!(
        text,
        r#"# Written by `deepcall login` and `deepcall logout`. Secrets are kept elsewhere.
default = "main"

[profiles."lab.1"]
server = "http://10.0.0.5:8080/dc"
kind = "token"
user_id = "42"
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
    assert_eq!(Profiles::from_toml(text.as_bytes()), Ok(profiles));
}

#[test]
fn a_secret_that_may_be_left_is_noted_until_a_profile_names_its_place() {
    let mut profiles = Profiles::default();
    profiles.put(profile("asha"));
    assert!(!profiles.note_unlisted(Unlisted::of(&profile("asha"))), "a profile names it");
    let moved = Profile { server: ServerUrl::parse("https://lab.example/dc").unwrap(), ..profile("asha") };
    let same_origin =
        Profile { server: ServerUrl::parse("https://lab.example/x").unwrap(), ..profile("asha") };
    assert!(profiles.note_unlisted(Unlisted::of(&moved)));
    assert!(!profiles.note_unlisted(Unlisted::of(&same_origin)), "it is noted");
    assert!(profiles.note_unlisted(Unlisted::of(&Profile { store: StoreKind::File, ..moved.clone() })));
    let text = profiles.to_toml().unwrap();
    assert!(
        text.contains(
            "[[unlisted]]\nprofile = \"asha\"\nserver = \"https://lab.example/dc\"\nstore = \"keyring\"\n"
        ),
        "{text}"
    );
    assert_eq!(Profiles::from_toml(text.as_bytes()), Ok(profiles.clone()));
    profiles.put(moved);
    assert_eq!(profiles.unlisted().len(), 1, "the file store's is left");
    // Whoever edits the file can name a place twice.
    let twice = text.replace("https://lab.example/dc", ServerUrl::DEFAULT);
    assert_eq!(Profiles::from_toml(twice.as_bytes()).unwrap().unlisted().len(), 1);
}

#[test]
fn nothing_is_no_profiles() {
    for text in ["", "\n", "# a comment\n", "[profiles]\n"] {
        assert_eq!(Profiles::from_toml(text.as_bytes()), Ok(Profiles::default()), "{text:?}");
    }
}

#[test]
fn a_misspelling_is_found_in_its_line_and_not_quoted() {
    let good = "[profiles.a]\nserver = \"h\"\nkind = \"ssid\"\nstore = \"file\"\nsaved_at = \"2026-03-01T09:30:00Z\"\n";
    assert!(Profiles::from_toml(good.as_bytes()).is_ok());
    let table = [
        ("\u{feff}".to_owned() + good, 1, "byte order mark"),
        (good.replace("\"h\"", "\"https://u:s3cret@h\""), 2, "user name, a password"),
        (good.replace("\"h\"", "h"), 2, ""),
        (good.replace("store", "stroe"), 4, "unknown field `stroe`"),
        (good.replace("\"file\"", "\"vault\""), 4, "unknown variant"),
        (good.replace("\"ssid\"", "\"pin\""), 3, "unknown variant"),
        (good.replace("2026-03-01T", "2026-13-01T"), 5, ""),
        (good.replace("kind = \"ssid\"\n", ""), 1, "missing field `kind`"),
        (good.replace("profiles.a", "profiles.\"a b\""), 1, "profile name"),
        (good.replace("profiles.a", "profile.a"), 1, "unknown field `profile`"),
        (good.to_owned() + good, 6, "duplicate key"),
        ("\ndefault = \"b\"\n".to_owned() + good, 2, "`b` does not exist"),
        ("nonsense".to_owned(), 1, ""),
    ];
    for (text, line, part) in table {
        let wrong = Profiles::from_toml(text.as_bytes()).unwrap_err();
        assert_eq!(wrong.line, line, "{text}{}", wrong.detail);
        assert!(wrong.detail.contains(part), "{}", wrong.detail);
        assert!(!wrong.detail.contains("s3cret"), "{}", wrong.detail);
    }
}

#[test]
fn a_profile_knows_the_key_of_its_secret() {
    assert_eq!(profile("main").store_key().account(), "main@https://v4-api.deepcall.com");
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
        prop_assert_eq!(Profiles::from_toml(profiles.to_toml().unwrap().as_bytes()), Ok(profiles));
    }

    #[test]
    fn no_text_breaks_the_reader(text in "[\\PC\n=\"\\[\\]. a-z]{0,60}") {
        let _ = Profiles::from_toml(text.as_bytes());
    }
}
