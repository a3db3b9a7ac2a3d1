use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use super::*;
use crate::store::FileError;
use crate::system::files::Refusal;

#[test]
fn without_a_journal_nothing_is_made() {
    let folder = Folder::new();
    assert!(folder.try_open(Mode::Existing).expect("read").is_none());
    assert_eq!(fs::read_dir(folder.folder.path()).expect("read").count(), 0);
}

#[test]
fn all_is_for_the_owner_alone() {
    let folder = Folder::new();
    let journal = folder.create();
    journal.with_asha();
    let mode = |path: PathBuf| fs::metadata(path).expect("there").permissions().mode() & 0o7777;
    let state = folder.folder.path().join("state");
    assert_eq!(mode(state.clone()), 0o700);
    assert_eq!(folder.names(), ["journal.db", "journal.db-shm", "journal.db-wal", "journal.db.lock"]);
    for name in folder.names() {
        assert_eq!(mode(state.join(&name)), 0o600, "{name}");
    }
}

#[test]
fn a_file_that_others_may_open_is_refused() {
    let folder = Folder::new();
    drop(folder.create());
    for name in ["journal.db", "journal.db-wal"] {
        let path = folder.folder.path().join("state").join(name);
        if !path.exists() {
            fs::write(&path, "").expect("written");
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("changed");
        let refused = folder.try_open(Mode::Create).err();
        let Some(JournalError::File(FileError::Refused { path: named, why: Refusal::Mode(0o640) })) = refused
        else {
            panic!("{name}: {refused:?}")
        };
        assert!(named.ends_with(name));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("changed");
    }
    folder.create();
}

#[test]
fn a_link_is_followed_and_one_to_nothing_refused() {
    let folder = Folder::new();
    let elsewhere = folder.folder.path().join("elsewhere.db");
    fs::create_dir(folder.folder.path().join("state")).expect("made");
    symlink(&elsewhere, folder.path()).expect("linked");
    for mode in [Mode::Existing, Mode::Create] {
        let refused = folder.try_open(mode).err();
        assert!(matches!(refused, Some(JournalError::File(FileError::DanglingLink { .. }))), "{refused:?}");
    }
    assert!(!elsewhere.exists());
    let other = Journal::open(&elsewhere, Mode::Create, folder.settings.clone(), at(0));
    let other = other.expect("opened").expect("made").journal;
    other.with_asha();
    // Both names lead to one journal, while both are open.
    assert_eq!(folder.create().agents().expect("read").len(), 1);
    assert_eq!(folder.names(), ["journal.db"]);
}

#[test]
fn the_database_of_another_program_is_refused_and_left_as_it_is() {
    let folder = Folder::new();
    fs::create_dir(folder.folder.path().join("state")).expect("made");
    let other = Connection::open(folder.path()).expect("made");
    other.execute_batch("CREATE TABLE theirs (a)").expect("made");
    drop(other);
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o600)).expect("changed");
    let before = fs::read(folder.path()).expect("read");
    // With a lock beside it, too, which a journal that was there before has left.
    for names in [vec!["journal.db"], vec!["journal.db", "journal.db.lock"]] {
        for mode in [Mode::Create, Mode::Existing, Mode::Look] {
            let refused = folder.try_open(mode).err();
            assert!(matches!(refused, Some(JournalError::Foreign { .. })), "{refused:?}");
            assert_eq!(fs::read(folder.path()).expect("read"), before);
            assert_eq!(folder.names(), names);
        }
        fs::write(folder.folder.path().join("state/journal.db.lock"), "").expect("written");
    }
}

#[test]
fn a_journal_has_its_mark_from_its_first_page_on() {
    let folder = Folder::new();
    let journal = folder.create();
    // Nothing was written back yet.
    assert_eq!(&fs::read(folder.path()).expect("read")[68..72], b"dpcl");
    journal.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).expect("written back");
    drop(journal);
    fs::remove_file(folder.folder.path().join("state/journal.db.lock")).expect("removed");
    let opened = folder.try_open(Mode::Existing).expect("opened").expect("there");
    assert_eq!(opened.set_aside, None);
    drop(opened);
    // Damaged, but by its mark it is ours.
    let mut bytes = fs::read(folder.path()).expect("read");
    bytes[100..4096].fill(0x5A);
    fs::write(folder.path(), bytes).expect("written");
    fs::remove_file(folder.folder.path().join("state/journal.db.lock")).expect("removed");
    assert!(folder.try_open(Mode::Existing).expect("opened").expect("there").set_aside.is_some());
}

#[test]
fn a_damaged_file_is_set_aside_and_a_new_one_begun() {
    let folder = Folder::new();
    drop(folder.create());
    let damaged = b"this is no database, but long enough to be taken for one".repeat(100);
    fs::write(folder.path(), &damaged).expect("written");
    let opened = folder.try_open(Mode::Existing).expect("opened").expect("made");
    let aside = opened.set_aside.clone().expect("set aside");
    assert_eq!(aside.file_name().expect("a name"), "journal.db.damaged-2027-01-15T08-00-00Z");
    assert_eq!(fs::read(&aside).expect("kept"), damaged);
    assert_eq!(opened.journal.all(), []);
    opened.journal.with_asha();
    // The next one of the same second gets another name.
    drop(opened);
    fs::write(folder.path(), &damaged).expect("written");
    let again = folder.try_open(Mode::Create).expect("opened").expect("made").set_aside.expect("set aside");
    assert_ne!(again, aside);
    let place = Place::existing(&folder.path()).expect("read").expect("there");
    assert_eq!(place.damaged(), [aside, again]);
}

#[test]
fn damage_that_is_met_later_sets_the_file_aside_too() {
    let folder = Folder::new();
    let journal = folder.create();
    let agent = journal.with_asha();
    let run = journal.run();
    for second in 0..200 {
        journal.write_round(entry(agent, i64::MAX, vec![tag_event(second, &format!("m{second}"))]));
    }
    journal.connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").expect("written back");
    drop(journal);
    let mut bytes = fs::read(folder.path()).expect("read");
    // All pages but the first, on which the schema begins.
    let whole = bytes.clone();
    bytes[8 * 4096..].fill(0x5A);
    fs::write(folder.path(), &bytes).expect("written");
    let journal = folder.try_open(Mode::Existing).expect("opened").expect("there");
    let journal = match journal.set_aside {
        Some(_) => panic!("the first pages are whole"),
        None => journal.journal,
    };
    let late = round(run, entry(agent, i64::MAX, vec![tag_event(500, "m500")]));
    let error = journal.record(&late).expect_err("it is damaged");
    let JournalError::Damaged { set_aside: Some(aside), .. } = error else { panic!("{error:?}") };
    assert!(fs::read(aside).expect("kept").starts_with(&whole[..4096 - 100]), "it is the same file");
    // Another process that still has the damaged file open is sent to the new one.
    let error = journal.record(&late).expect_err("it is gone");
    assert!(matches!(error, JournalError::Moved { .. }) && error.may_pass(), "{error:?}");
    let new = folder.try_open(Mode::Existing).expect("opened").expect("begun").journal;
    assert_eq!(new.all(), []);
}

#[test]
fn a_file_that_was_removed_is_noticed_at_the_next_write() {
    let folder = Folder::new();
    let journal = folder.create();
    let agent = journal.with_asha();
    let run = journal.run();
    fs::remove_file(folder.path()).expect("removed");
    let late = round(run, entry(agent, 0, vec![tag_event(1, "m1")]));
    let error = journal.record(&late).expect_err("it is gone");
    assert!(matches!(error, JournalError::Moved { .. }), "{error:?}");
}

#[test]
fn a_path_is_the_same_in_the_address_of_a_file_that_nobody_writes() {
    let path = Path::new("/a b/50%?#ü.db");
    assert_eq!(super::super::frozen(path), "file:/a%20b/50%25%3F%23%C3%BC.db?immutable=1");
}
