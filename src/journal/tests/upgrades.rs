//! Of file versions that exist here alone.

use std::fs;

use super::*;

/// As this version would become the next one.
pub(super) const NEXT: &str =
    "ALTER TABLE agent ADD COLUMN team TEXT; INSERT INTO meta VALUES ('next', x'01');";

/// The steps of this version, and one more.
pub(super) fn and(step: &'static str) -> Vec<&'static str> {
    [schema::STEPS, &[step]].concat()
}

/// The version that this program writes.
pub(super) fn this() -> i64 {
    schema::STEPS.len().try_into().expect("a few")
}

pub(super) fn open(folder: &Folder, steps: &[&str]) -> Result<Opened, JournalError> {
    let opened = Journal::open_with(&folder.path(), Mode::Existing, folder.settings.clone(), at(0), steps)?;
    Ok(opened.expect("there"))
}

fn version(journal: &Journal) -> i64 {
    journal.connection.pragma_query_value(None, "user_version", |row| row.get(0)).expect("read")
}

#[test]
fn an_earlier_version_is_copied_and_then_changed() {
    let folder = Folder::new();
    let journal = folder.create();
    let agent = journal.with_asha();
    journal.write_round(entry(agent, 0, vec![tag_event(1, "m1")]));
    let before = journal.all();
    assert_eq!(version(&journal), this());
    drop(journal);
    let opened = open(&folder, &and(NEXT)).expect("migrated");
    assert_eq!((version(&opened.journal), opened.journal.all()), (this() + 1, before.clone()));
    let copy = opened.journal.status(at(0)).expect("read").copies.pop().expect("a copy");
    assert_eq!(copy.file_name().expect("a name"), format!("journal.db.before-v{}", this() + 1).as_str());
    let old = Journal::open(&copy, Mode::Existing, folder.settings.clone(), at(0));
    assert_eq!(old.expect("opened").expect("there").journal.all(), before);
    drop(opened);
    let at_hour = |hour: i64| {
        let now = at(hour * 3600);
        let steps = and(NEXT);
        let opened = Journal::open_with(&folder.path(), Mode::Existing, folder.settings.clone(), now, &steps);
        opened.expect("opened").expect("there")
    };
    let again = at_hour(71);
    assert!(copy.exists());
    let status = again.journal.status(at(0)).expect("read");
    assert_eq!((status.copies, status.copies_deleted_at), (vec![copy.clone()], Some(at(72 * 3600))));
    let last = at_hour(72).journal.status(at(0)).expect("read");
    assert_eq!((last.copies, last.copies_deleted_at, copy.exists()), (vec![], None, false));
}

#[test]
fn a_journal_of_version_1_keeps_its_events_and_finds_them_by_type() {
    let folder = Folder::new();
    let first = &schema::STEPS[..1];
    let opened = Journal::open_with(&folder.path(), Mode::Create, folder.settings.clone(), at(0), first);
    let journal = opened.expect("opened").expect("made").journal;
    let columns = |journal: &Journal| -> Vec<String> {
        let index =
            "SELECT coalesce(name, 'a value') FROM pragma_index_info('event_of_agent') ORDER BY seqno";
        let mut index = journal.connection.prepare(index).expect("prepared");
        let names = index.query_map([], |row| row.get(0)).expect("read");
        names.collect::<Result<_, _>>().expect("names")
    };
    assert_eq!((version(&journal), columns(&journal)), (1, vec!["agent".to_owned(), "at".to_owned()]));
    let agent = journal.with_asha();
    journal.write_round(entry(agent, 0, vec![tag_event(1, "m1"), tag_event(2, "m2")]));
    let before = journal.all();
    drop(journal);
    let journal = folder.create();
    assert_eq!((version(&journal), journal.all()), (this(), before));
    assert_eq!(columns(&journal)[..4], ["agent", "at", "type", "customer"]);
    assert_eq!(columns(&journal)[4..], ["a value"; 6]);
    let brief = journal.of_window(agent, at(0), at(3)).expect("read").events;
    assert_eq!(brief.iter().map(|recorded| recorded.seq).collect::<Vec<_>>(), [1, 2]);
    let tags =
        EventQuery { agents: Some(vec![agent]), from: Some(at(0)), types: &["tag"], ..EventQuery::default() };
    assert_eq!(journal.list_events(&tags).expect("read").len(), 2);
}

#[test]
fn a_later_version_is_refused_and_both_are_named() {
    let folder = Folder::new();
    drop(folder.create());
    drop(open(&folder, &and(NEXT)).expect("migrated"));
    let bytes = fs::read(folder.path()).expect("read");
    let error = open(&folder, schema::STEPS).err().expect("refused");
    let text = error.to_string();
    let (found, known) = (this() + 1, this());
    let is_newer = |error: &JournalError| match *error {
        JournalError::Newer { found: next, known: last, .. } => (next, last) == (found, known),
        _ => false,
    };
    assert!(is_newer(&error), "{error:?}");
    assert!(text.contains(&format!("version {found}")) && text.contains(&format!("up to {known}")), "{text}");
    assert_eq!(fs::read(folder.path()).expect("read"), bytes);
}

#[test]
fn a_migration_that_fails_changes_nothing() {
    let folder = Folder::new();
    let journal = folder.create();
    journal.with_asha();
    drop(journal);
    let wrong = "INSERT INTO meta VALUES ('half', x'01'); INSERT INTO nowhere VALUES (1);";
    let error = open(&folder, &and(wrong)).err().expect("failed");
    assert!(matches!(error, JournalError::Unusable { .. }), "{error:?}");
    let journal = open(&folder, schema::STEPS).expect("as it was").journal;
    assert_eq!((version(&journal), journal.agents().expect("read").len()), (this(), 1));
    let half = "SELECT count(*) FROM meta WHERE key = 'half'";
    let count: i64 = journal.connection.query_row(half, [], |row| row.get(0)).expect("read");
    assert_eq!(count, 0);
}

#[test]
fn processes_that_open_at_once_make_one_file() {
    let folder = Folder::new();
    let agents: Vec<AgentRef> = std::thread::scope(|scope| {
        let open = || scope.spawn(|| folder.create().with_asha());
        let threads: Vec<_> = (0..8).map(|_| open()).collect();
        threads.into_iter().map(|thread| thread.join().expect("opened")).collect()
    });
    assert!(agents.iter().all(|agent| *agent == agents[0]));
    assert_eq!(folder.create().agents().expect("read").len(), 1);
}
