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

fn names(profiles: &Profiles) -> Vec<&str> {
    profiles.list().iter().map(|profile| profile.name.as_str()).collect()
}

#[test]
fn a_name_is_made_of_plain_characters() {
    for good in ["a", "main", "Team-7", "x.y_z", "_", "0", &"n".repeat(64)] {
        assert_eq!(ProfileName::parse(good).unwrap().to_string(), good);
    }
    for bad in ["", ".", "..", ".hidden", "-x", "a b", "a/b", "a@b", "a*", "नाम", "a\n", &"n".repeat(65)]
    {
        assert_eq!(ProfileName::parse(bad), Err(ProfileNameError), "{bad:?}");
    }
}

#[test]
fn a_store_is_named_by_its_word() {
    for kind in [StoreKind::Keyring, StoreKind::File] {
        assert_eq!(kind.to_string().parse(), Ok(kind));
    }
}

#[test]
fn an_unknown_store_is_answered_with_both_words() {
    let error = "vault".parse::<StoreKind>().unwrap_err().to_string();
    for word in ["vault", "keyring", "file"] {
        assert!(error.contains(word), "{error}");
    }
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
fn a_profile_knows_the_key_of_its_secret() {
    assert_eq!(profile("main").store_key().account(), "main@https://v4-api.deepcall.com");
}
