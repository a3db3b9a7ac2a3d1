use std::collections::HashSet;
#[cfg(unix)]
use std::os::unix::fs::{PermissionsExt, symlink};

use super::*;
#[cfg(unix)]
use crate::store::private_file::Refusal;
use crate::store::{ProfileName, Secret, ServerUrl};

fn key(profile: &str, server: &str) -> StoreKey {
    StoreKey::new(ProfileName::parse(profile).unwrap(), &ServerUrl::parse(server).unwrap())
}

fn ssid(text: &str) -> Credentials {
    Credentials::Ssid(Secret::new(text.to_owned()))
}

fn loaded(store: &FileStore, key: &StoreKey) -> String {
    match store.load(key) {
        Ok(credentials) => credentials.secret().expose().to_owned(),
        Err(error) => panic!("{error}"),
    }
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn what_was_saved_is_loaded_until_it_is_removed() {
    let root = tempfile::tempdir().unwrap();
    let store = FileStore::in_folder(&root.path().join("secrets"));
    let key = key("main", "host");
    assert!(matches!(store.load(&key), Err(StoreError::Absent)));
    store.save(&key, &ssid("one")).unwrap();
    assert_eq!(loaded(&store, &key), "one");
    store.save(&key, &ssid("two")).unwrap();
    assert_eq!(loaded(&store, &key), "two");
    assert!(store.remove(&key).unwrap());
    assert!(!store.remove(&key).unwrap());
    assert!(matches!(store.load(&key), Err(StoreError::Absent)));
}

#[test]
fn many_are_loaded_in_the_order_asked_for() {
    let root = tempfile::tempdir().unwrap();
    let store = FileStore::in_folder(root.path());
    let (a, b, c) = (key("a", "host"), key("b", "host"), key("c", "host"));
    store.save(&a, &ssid("A")).unwrap();
    store.save(&c, &ssid("C")).unwrap();
    let answers = store.load_many(&[c, b, a]);
    let loaded: Vec<_> = answers
        .iter()
        .map(|answer| match answer {
            Ok(credentials) => credentials.secret().expose(),
            Err(StoreError::Absent) => "absent",
            Err(_) => "error",
        })
        .collect();
    assert_eq!(loaded, ["C", "absent", "A"]);
}

#[cfg(unix)]
#[test]
fn secrets_are_for_their_owner_alone() {
    let root = tempfile::tempdir().unwrap();
    let store = FileStore::in_folder(&root.path().join("config/secrets"));
    let key = key("main", "host");
    store.save(&key, &ssid("s")).unwrap();
    assert_eq!(mode(&store.folder), 0o700);
    assert_eq!(mode(&store.path(&key)), 0o600);

    fs::set_permissions(store.path(&key), fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(
        store.load(&key),
        Err(StoreError::File(FileError::Refused { why: Refusal::Mode(0o640), .. }))
    ));
}

#[test]
fn a_probe_leaves_nothing_behind() {
    let root = tempfile::tempdir().unwrap();
    let store = FileStore::in_folder(&root.path().join("secrets"));
    store.probe().unwrap();
    let names: Vec<_> =
        fs::read_dir(&store.folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, [".lock"]);
}

#[test]
fn a_probe_finds_a_place_that_cannot_be_written() {
    let root = tempfile::tempdir().unwrap();
    let in_the_way = root.path().join("secrets");
    fs::write(&in_the_way, "").unwrap();
    let error = FileStore::in_folder(&in_the_way).probe().unwrap_err();
    assert!(error.to_string().contains("secrets"), "{error}");
}

#[test]
fn credentials_are_for_one_server_and_one_profile() {
    let root = tempfile::tempdir().unwrap();
    let store = FileStore::in_folder(root.path());
    let saved = key("main", "host");
    store.save(&saved, &ssid("s")).unwrap();
    for other in
        [key("main", "host:8443"), key("main", "http://host"), key("Main", "host"), key("mai", "host")]
    {
        assert!(matches!(store.load(&other), Err(StoreError::Absent)), "{}", other.account());
    }
    let evil = key("main", "evil");
    fs::rename(store.path(&saved), store.path(&evil)).unwrap();
    let Err(error) = store.load(&evil) else { panic!("another server's credentials were loaded") };
    assert!(error.to_string().contains("another server"), "{error}");
}

#[test]
fn every_key_has_a_plain_file_name_of_its_own() {
    let keys = [
        key("main", "host"),
        key("Main", "host"),
        key("MAIN", "host"),
        key("_main", "host"),
        key("main", "http://host"),
        key("main", "host:8443"),
        key("main.https", "host"),
        key("main", "http://[::1]:8080"),
        key("main", "http://1.1:8080"),
    ];
    let names: HashSet<_> = keys.iter().map(file_name).collect();
    assert_eq!(names.len(), keys.len());
    for name in names {
        let plain =
            name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-@".contains(&b));
        assert!(plain && !name.starts_with('.'), "{name}");
    }
    assert_eq!(file_name(&key("main", "host:8443")), "main@https_3a_2f_2fhost_3a8443.json");
}

#[test]
fn a_folder_or_a_large_file_is_no_secret() {
    let root = tempfile::tempdir().unwrap();
    let store = FileStore::in_folder(root.path());
    let (folder, large) = (key("folder", "host"), key("large", "host"));
    fs::create_dir(store.path(&folder)).unwrap();
    assert!(matches!(store.load(&folder), Err(StoreError::File(FileError::NotAFile { .. }))));
    private_file::replace(&store.path(&large), &vec![b' '; 64 * 1024 + 1]).unwrap();
    assert!(matches!(store.load(&large), Err(StoreError::File(FileError::TooLarge { .. }))));
}

#[cfg(unix)]
#[test]
fn a_secret_behind_a_link_is_replaced_and_removed_there() {
    let root = tempfile::tempdir().unwrap();
    let store = FileStore::in_folder(&root.path().join("secrets"));
    let key = key("main", "host");
    store.probe().unwrap();
    let elsewhere = root.path().join("elsewhere");
    fs::write(&elsewhere, "").unwrap();
    symlink(&elsewhere, store.path(&key)).unwrap();
    store.save(&key, &ssid("s")).unwrap();
    assert!(fs::symlink_metadata(store.path(&key)).unwrap().is_symlink());
    assert_eq!(loaded(&store, &key), "s");
    assert!(store.remove(&key).unwrap());
    assert!(!elsewhere.exists());
    assert!(fs::symlink_metadata(store.path(&key)).is_err());
}

#[test]
fn a_secret_left_by_a_killed_login_is_removed_by_the_next_writer() {
    let root = tempfile::tempdir().unwrap();
    let store = FileStore::in_folder(root.path());
    let left = root.path().join(".main@https_3a_2f_2fhost.json.Ab12Cd.tmp");
    fs::write(&left, "secret").unwrap();
    assert!(!store.remove(&key("other", "host")).unwrap());
    assert!(!left.exists());
}
