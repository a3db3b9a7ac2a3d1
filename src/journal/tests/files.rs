use std::fs;

use super::*;
use crate::system::files::make_private;

#[test]
fn without_a_journal_nothing_is_made() {
    let folder = Folder::new();
    assert!(folder.try_open(Mode::Existing).expect("read").is_none());
    assert_eq!(fs::read_dir(folder.folder.path()).expect("read").count(), 0);
}

#[test]
fn the_database_of_another_program_is_refused_and_left_as_it_is() {
    let folder = Folder::new();
    fs::create_dir(folder.folder.path().join("state")).expect("made");
    let other = Connection::open(folder.path()).expect("made");
    other.execute_batch("CREATE TABLE theirs (a)").expect("made");
    drop(other);
    make_private(&fs::File::open(folder.path()).expect("opened")).expect("made");
    let before = fs::read(folder.path()).expect("read");
    // With a lock beside it, too, which a journal that was there before has left.
    for names in [vec!["journal.db"], vec!["journal.db", "journal.db.lock"]] {
        for mode in [Mode::Create, Mode::Existing, Mode::ReadOnly] {
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
fn a_path_is_the_same_in_the_address_of_a_file_that_nobody_writes() {
    let path = Path::new("/a b/50%?#ü.db");
    assert_eq!(super::super::connection::frozen(path), "file:/a%20b/50%25%3F%23%C3%BC.db?immutable=1");
}
