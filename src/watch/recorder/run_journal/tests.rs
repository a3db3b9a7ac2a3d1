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
use crate::watch::recorder::backend::Share;
use crate::watch::recorder::{Addition, PendingWrites};

const MINUTE: i64 = 60;

fn followed(name: &str) -> Followed {
    Followed { profile: name.to_owned(), id_at_login: Some(format!("login-{name}")) }
}

fn settings() -> Settings {
    Settings { redactor: Redactor::default(), numbers: Numbers::Keep }
}

/// One that records Asha, at the second that its clock shows.
fn run_journal(path: &Path, second: &Arc<AtomicI64>, limits: Option<Limits>) -> RunJournal {
    let clock = {
        let second = Arc::clone(second);
        Clock::from_fn(move || at(second.load(Ordering::SeqCst)))
    };
    let key = || AgentKey::Profile { server: "https://deepcall.example".to_owned(), name: "asha".to_owned() };
    let source = JournalSource::File(path.to_owned(), settings());
    RunJournal::new(source, "record", vec![followed("asha")], Box::new(move |_| vec![key()]), clock, limits)
}

#[test]
fn the_journal_is_tidied_once_an_hour_and_five_minutes_after_that_has_failed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let second = Arc::new(AtomicI64::new(0));
    let limits = Limits { keep: Duration::from_secs(24 * 3600), max_size: u64::MAX };
    let mut run_journal = run_journal(&path, &second, Some(limits));
    run_journal.begin(true, None, false, &OwnClocks::after_past(at(0))).unwrap().unwrap();

    let mut tidied_by = |minute: i64| {
        second.store(minute * MINUTE, Ordering::SeqCst);
        while JournalBackend::tidy(&mut run_journal) {}
        let journal = Journal::open(&path, Mode::ReadOnly, settings(), at(0)).unwrap().unwrap().journal;
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
    let source = JournalSource::File(path.clone(), settings.clone());
    let mut run_journal = RunJournal::new(
        source,
        "record",
        ["asha", "ravi"].map(followed).to_vec(),
        keys,
        Clock::from_fn(|| at(0)),
        None,
    );
    run_journal.begin(true, None, false, &OwnClocks::after_past(at(0))).unwrap().unwrap();
    let parts = vec![FollowedPart::Tags];
    let wanted = [0, 1].map(|index| Wanted {
        index,
        base: 0,
        parts: parts.clone(),
        cadence: Duration::from_secs(5),
        forces: false,
    });
    let mut shares = || {
        JournalBackend::refresh(&mut run_journal, &wanted)
            .unwrap()
            .into_iter()
            .map(|refreshed| refreshed.share)
    };
    assert!(shares().all(|share| matches!(share, Share::Ours { taken_over: None })));
    let journal = Journal::open(&path, Mode::Existing, settings, at(0)).unwrap().unwrap().journal;
    let [asha, ravi] = ["asha", "ravi"].map(|name| journal.find(&key(name)).unwrap().unwrap());
    journal.forget(ravi, at(1)).unwrap();

    let shares: Vec<Share> = shares().collect();
    assert!(matches!(shares[..], [Share::Ours { taken_over: None }, Share::Nobodys]), "{shares:?}");
    let entry = |index, second| AgentEntry {
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
    let entries = [entry(0, 2), entry(1, 2)];
    let written = JournalBackend::record(&mut run_journal, &entries, None).unwrap();
    assert!(matches!(&written, Written::Erased { agents, .. } if *agents == [1]), "{written:?}");
    let written = JournalBackend::record(&mut run_journal, &entries, None).unwrap();
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
    let mut run_journal = run_journal(&path, &Arc::default(), None);
    let clocks = OwnClocks::after_past(at(0));
    run_journal.begin(true, None, false, &clocks).unwrap().unwrap();
    run_journal.open = None;
    // Only what writes an event reads this page.
    let file = rusqlite::Connection::open(&path).unwrap();
    let root = "SELECT rootpage FROM sqlite_schema WHERE name = 'sqlite_autoindex_event_1'";
    let entry: u32 = file.query_row(root, [], |row| row.get(0)).unwrap();
    drop(file);
    let mut bytes = fs::read(&path).unwrap();
    bytes[4096 * (entry as usize - 1)..][..4096].fill(0x5A);
    fs::write(&path, bytes).unwrap();
    // No file can take the name of a folder.
    let in_the_way =
        folder.path().join(format!("journal.db.damaged-{}-wal", at(0).strftime("%Y-%m-%dT%H-%M-%SZ")));
    fs::create_dir(&in_the_way).unwrap();
    // While another process has the file open, its log stays; Windows moves neither.
    let other = rusqlite::Connection::open(&path).unwrap();
    other.query_row(root, [], |row| row.get::<_, u32>(0)).unwrap();

    let begun = run_journal.begin(true, None, false, &clocks).unwrap().unwrap();
    assert_eq!(begun.set_aside, None);
    let queues = begun.agents.into_iter().filter_map(|agent| agent.queue).collect();
    let pending = PendingWrites::new(queues, Duration::from_secs(5));
    let tag = ReportedTag { tag: tag("m1"), initial: false, changed: false };
    let kind = EventKind::Tag(Box::new(tag));
    let event = Event { at: at(0), server_time: None, profile: Some("asha".to_owned()), kind };
    let addition = Addition { index: 0, events: vec![NewEvent { event, twin: 0 }], marks: vec![] };
    let entries = pending.entries(&[addition]);
    for _ in 0..2 {
        let error = JournalBackend::record(&mut run_journal, &entries, None).unwrap_err();
        assert!(matches!(error, JournalError::Damaged { set_aside: None, .. }), "{error:?}");
    }
    drop(other);
    fs::remove_dir(&in_the_way).unwrap();
    let renewed = JournalBackend::record(&mut run_journal, &entries, None).unwrap();
    assert!(matches!(renewed, Written::Renewed { base: 0, why: Some(_) }), "{renewed:?}");
}
