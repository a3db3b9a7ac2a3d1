//! What Unix alone has: modes, links, files that can be moved and removed while they are open, and an end of a process
//! that others see at once.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use super::holders::{BOTH, CADENCE};
use super::*;
use crate::store::FileError;
use crate::system::files::Refusal;

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
fn parts_that_a_reader_of_a_closed_file_has_left_do_not_stay_closed() {
    let folder = Folder::new();
    let journal = folder.create();
    let agent = journal.with_asha();
    let state = folder.folder.path().join("state");
    let parts = ["journal.db-shm", "journal.db-wal"].map(|name| state.join(name));
    for part in &parts {
        fs::set_permissions(part, fs::Permissions::from_mode(0o400)).expect("changed");
    }
    let other = folder.create();
    other.write_round(entry(agent, 0, vec![tag_event(1, "t1")]));
    for part in &parts {
        assert_eq!(fs::metadata(part).expect("there").permissions().mode() & 0o7777, 0o600);
    }
}

/// Whom a file is trusted from is a table in the tests of `private_file`.
#[test]
fn a_file_of_another_user_is_refused_for_good_with_words_on_whose_it_is() {
    let path = Folder::new().path();
    let refused =
        JournalError::from(FileError::Refused { path: path.clone(), why: Refusal::ForeignOwner(1001) });
    let expected = format!("{} belongs to another user (uid 1001)", path.display());
    assert_eq!(refused.to_string(), expected);
    assert!(!refused.may_pass() && !refused.ends_by_itself());
    let JournalError::File(FileError::Refused { why, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!(why.hint(&path), "use a file that you own: its owner can change it at any time");
}

#[test]
fn a_copy_from_before_a_change_of_version_is_for_the_owner_alone() {
    let folder = Folder::new();
    drop(folder.create());
    let opened = upgrades::open(&folder, &upgrades::and(upgrades::NEXT)).expect("migrated");
    let copy = opened.journal.status(at(0)).expect("read").copies.pop().expect("a copy");
    assert_eq!(fs::metadata(&copy).expect("there").permissions().mode() & 0o7777, 0o600);
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
fn a_file_that_was_removed_or_emptied_is_noticed_at_the_next_write() {
    for lose in [|path| fs::remove_file(path), |path: PathBuf| fs::File::create(path).map(drop)] {
        let folder = Folder::new();
        let journal = folder.create();
        let agent = journal.with_asha();
        let run = journal.run();
        lose(folder.path()).expect("lost");
        let late = round(run, entry(agent, 0, vec![tag_event(1, "m1")]));
        let error = journal.record(&late).expect_err("it is gone");
        assert!(matches!(error, JournalError::Moved { .. }), "{error:?}");
    }
}

#[test]
fn a_folder_that_was_moved_or_removed_is_noticed_as_the_file_is() {
    let folder = Folder::new();
    let journal = folder.create();
    let agent = journal.with_asha();
    let run = journal.run();
    let state = folder.folder.path().join("state");
    let late = round(run, entry(agent, 0, vec![tag_event(1, "m1")]));
    for is_removed in [false, true] {
        let moved = folder.folder.path().join("moved");
        fs::rename(&state, &moved).expect("moved");
        if is_removed {
            fs::remove_dir_all(&moved).expect("removed");
        }
        let error = journal.record(&late).expect_err("it is gone");
        assert!(matches!(error, JournalError::Moved { .. }), "{error:?}");
        if !is_removed {
            fs::rename(&moved, &state).expect("moved back");
            journal.record(&late).expect("it is back");
        }
    }
    assert_eq!(folder.create().all(), [], "a new one is begun");
}

#[test]
fn the_lease_of_a_dead_process_is_void_at_once() {
    let folder = Folder::new();
    let mut journal = folder.create();
    let agent = journal.with_asha();
    let mine = journal.begin_run("watch", at(0)).expect("begun");
    let mut child = std::process::Command::new("true").spawn().expect("a process");
    journal.me = Identity { pid: child.id(), started: Some(1), ..journal.me.clone() };
    child.wait().expect("ended");
    let dead = journal.begin_run("record", at(0)).expect("begun");
    journal.take_lease(agent, dead, &BOTH, CADENCE, at(0)).expect("taken");
    journal.me = Identity::this();
    assert!(!journal.lease_of(agent, at(0)).expect("read").expect("a lease").is_alive);
    let over = journal.take_lease(agent, mine, &BOTH, CADENCE, at(0)).expect("taken");
    assert!(matches!(over, Taken::Over(_)), "{over:?}");
    let alive: Vec<_> = journal.runs().expect("read").iter().map(|row| row.is_alive).collect();
    assert_eq!(alive, [Some(false), Some(true)], "the newest first");
}
