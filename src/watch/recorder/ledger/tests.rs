use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use super::*;
use crate::floor::samples::at;
use crate::journal::Numbers;
use crate::output::text::redact::Redactor;

const MINUTE: i64 = 60;

#[test]
fn the_journal_is_tidied_once_an_hour_and_five_minutes_after_that_has_failed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let settings = Settings { redactor: Redactor::default(), numbers: Numbers::Keep };
    let second = Arc::new(AtomicI64::new(0));
    let clock = {
        let second = Arc::clone(&second);
        Clock::from_fn(move || at(second.load(Ordering::SeqCst)))
    };
    let key = || AgentKey::Profile { server: "https://deepcall.example".to_owned(), name: "asha".to_owned() };
    let shelf = Shelf::File(path.clone(), settings.clone());
    let limits = Limits { keep: Duration::from_secs(24 * 3600), max_size: u64::MAX };
    let keys: Keys = Box::new(move |_| vec![key()]);
    let mut ledger = Ledger::new(shelf, "record", vec!["asha".to_owned()], keys, clock, Some(limits));
    ledger.begin(true, None, false, &OwnClocks::after_past(at(0))).unwrap().unwrap();

    let mut tidied_by = |minute: i64| {
        second.store(minute * MINUTE, Ordering::SeqCst);
        while Records::tidy(&mut ledger) {}
        let journal = Journal::open(&path, Mode::Look, settings.clone(), at(0)).unwrap().unwrap().journal;
        let pruned = journal.status(at(0)).unwrap().last_pruned.unwrap();
        pruned.duration_since(at(0)).as_mins()
    };
    assert_eq!([0, 59, 60, 119].map(&mut tidied_by), [0, 0, 60, 60]);
    let other = rusqlite::Connection::open(&path).unwrap();
    let refuse = "CREATE TRIGGER refuse BEFORE INSERT ON meta BEGIN SELECT RAISE(ABORT, 'no room'); END";
    other.execute_batch(refuse).unwrap();
    assert_eq!(tidied_by(120), 60);
    other.execute_batch("DROP TRIGGER refuse").unwrap();
    assert_eq!([124, 125, 184, 185].map(&mut tidied_by), [60, 125, 125, 185]);
    // A clock that is set back does not put it off until it has caught up.
    assert_eq!(tidied_by(100), 100);
}
