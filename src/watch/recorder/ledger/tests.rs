use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use super::*;
use crate::floor::event::{Event, EventKind, FollowedPart, ReportedTag};
use crate::floor::samples::{at, tag};
use crate::floor::timeline::{Coverage, CoverageStep, NewEvent};
use crate::journal::Numbers;
use crate::output::text::redact::Redactor;
use crate::watch::recorder::records::Share;
use crate::watch::recorder::{Note, Recorder};

const MINUTE: i64 = 60;

fn followed(name: &str) -> Followed {
    Followed { profile: name.to_owned(), id_at_login: Some(format!("login-{name}")) }
}

fn settings() -> Settings {
    Settings { redactor: Redactor::default(), numbers: Numbers::Keep }
}

/// One that records Asha, at the second that its clock shows.
fn ledger(path: &Path, second: &Arc<AtomicI64>, limits: Option<Limits>) -> Ledger {
    let clock = {
        let second = Arc::clone(second);
        Clock::from_fn(move || at(second.load(Ordering::SeqCst)))
    };
    let key = || AgentKey::Profile { server: "https://deepcall.example".to_owned(), name: "asha".to_owned() };
    let shelf = Shelf::File(path.to_owned(), settings());
    Ledger::new(shelf, "record", vec![followed("asha")], Box::new(move |_| vec![key()]), clock, limits)
}

#[test]
fn the_journal_is_tidied_once_an_hour_and_five_minutes_after_that_has_failed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let second = Arc::new(AtomicI64::new(0));
    let limits = Limits { keep: Duration::from_secs(24 * 3600), max_size: u64::MAX };
    let mut ledger = ledger(&path, &second, Some(limits));
    ledger.begin(true, None, false, &OwnClocks::after_past(at(0))).unwrap().unwrap();

    let mut tidied_by = |minute: i64| {
        second.store(minute * MINUTE, Ordering::SeqCst);
        while Records::tidy(&mut ledger) {}
        let journal = Journal::open(&path, Mode::Look, settings(), at(0)).unwrap().unwrap().journal;
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

#[test]
fn one_who_is_erased_is_entered_anew_by_the_same_run_and_nobody_else_notices() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let settings = Settings { redactor: Redactor::default(), numbers: Numbers::Keep };
    let key = |name: &str| AgentKey::Profile {
        server: "https://deepcall.example".to_owned(),
        name: name.to_owned(),
    };
    let keys: Keys = Box::new(move |_| ["asha", "ravi"].map(key).to_vec());
    let shelf = Shelf::File(path.clone(), settings.clone());
    let mut ledger = Ledger::new(
        shelf,
        "record",
        ["asha", "ravi"].map(followed).to_vec(),
        keys,
        Clock::from_fn(|| at(0)),
        None,
    );
    ledger.begin(true, None, false, &OwnClocks::after_past(at(0))).unwrap().unwrap();
    let parts = vec![FollowedPart::Tags];
    let wanted = [0, 1].map(|index| Wanted {
        index,
        base: 0,
        parts: parts.clone(),
        cadence: Duration::from_secs(5),
        forces: false,
    });
    let mut shares = || Records::look(&mut ledger, &wanted).unwrap().into_iter().map(|looked| looked.share);
    assert!(shares().all(|share| matches!(share, Share::Ours { taken_over: None })));
    let journal = Journal::open(&path, Mode::Existing, settings, at(0)).unwrap().unwrap().journal;
    let [asha, ravi] = ["asha", "ravi"].map(|name| journal.find(&key(name)).unwrap().unwrap());
    journal.forget(ravi, at(1)).unwrap();

    let shares: Vec<Share> = shares().collect();
    assert!(matches!(shares[..], [Share::Ours { taken_over: None }, Share::Nobodys]), "{shares:?}");
    let page = |index, second| Page {
        index,
        agent_id: (index == 1).then(|| "1002".to_owned()),
        base: 0,
        events: vec![],
        coverage: vec![CoverageStep::Begin {
            coverage: Coverage {
                part: FollowedPart::Tags,
                from: at(second),
                to: at(second),
                server_time: None,
                cadence: Duration::from_secs(5),
                ended: None,
                repeats: None,
            },
            ended: None,
        }],
        waited: (0, 0),
        gone: 0,
    };
    let pages = [page(0, 2), page(1, 2)];
    let written = Records::record(&mut ledger, &pages, None).unwrap();
    assert!(matches!(&written, Written::Erased { agents, .. } if *agents == [1]), "{written:?}");
    let written = Records::record(&mut ledger, &pages, None).unwrap();
    assert!(matches!(written, Written::Done { .. }), "{written:?}");
    let new = journal.find(&key("ravi")).unwrap().unwrap();
    assert!(new != ravi);
    let id = |agent| journal.row(agent).unwrap().unwrap().agent_id;
    assert_eq!((id(asha).as_deref(), id(new).as_deref()), (Some("login-asha"), Some("1002")));
    for agent in [asha, new] {
        assert_eq!(journal.coverage(agent, Timestamp::MIN, Timestamp::MAX).unwrap().len(), 1);
    }
    let runs = journal.runs().unwrap();
    assert_eq!((runs.len(), runs[0].ended), (1, None));
    assert_eq!(journal.lease_of(asha, at(2)).unwrap().unwrap().run, runs[0].run);
}

/// Opened again at once, it would be met at once, and so on without an end.
#[test]
fn damage_that_cannot_be_set_aside_is_an_error_until_it_can() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let mut ledger = ledger(&path, &Arc::default(), None);
    let clocks = OwnClocks::after_past(at(0));
    ledger.begin(true, None, false, &clocks).unwrap().unwrap();
    ledger.open = None;
    // Only what writes an event reads this page.
    let file = rusqlite::Connection::open(&path).unwrap();
    let root = "SELECT rootpage FROM sqlite_schema WHERE name = 'sqlite_autoindex_event_1'";
    let page: u32 = file.query_row(root, [], |row| row.get(0)).unwrap();
    drop(file);
    let mut bytes = fs::read(&path).unwrap();
    bytes[4096 * (page as usize - 1)..][..4096].fill(0x5A);
    fs::write(&path, bytes).unwrap();
    // No file can take the name of a folder.
    let in_the_way =
        folder.path().join(format!("journal.db.damaged-{}-wal", at(0).strftime("%Y-%m-%dT%H-%M-%SZ")));
    fs::create_dir(&in_the_way).unwrap();
    // While another process has the file open, its log stays; Windows moves neither.
    let other = rusqlite::Connection::open(&path).unwrap();
    other.query_row(root, [], |row| row.get::<_, u32>(0)).unwrap();

    let begun = ledger.begin(true, None, false, &clocks).unwrap().unwrap();
    assert_eq!(begun.set_aside, None);
    let accounts = begun.agents.into_iter().filter_map(|agent| agent.account).collect();
    let recorder = Recorder::new(accounts, Duration::from_secs(5));
    let tag = ReportedTag { tag: tag("m1"), initial: false, changed: false };
    let kind = EventKind::Tag(Box::new(tag));
    let event = Event { at: at(0), server_time: None, profile: Some("asha".to_owned()), kind };
    let note = Note { index: 0, events: vec![NewEvent { event, twin: 0 }], looks: vec![] };
    let pages = recorder.pages(&[note]);
    for _ in 0..2 {
        let error = Records::record(&mut ledger, &pages, None).unwrap_err();
        assert!(matches!(error, JournalError::Damaged { set_aside: None, .. }), "{error:?}");
    }
    drop(other);
    fs::remove_dir(&in_the_way).unwrap();
    let renewed = Records::record(&mut ledger, &pages, None).unwrap();
    assert!(matches!(renewed, Written::Renewed { base: 0, why: Some(_) }), "{renewed:?}");
}
