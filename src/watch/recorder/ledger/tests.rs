use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use super::*;
use crate::floor::event::FollowedPart;
use crate::floor::samples::at;
use crate::floor::timeline::{Coverage, CoverageStep};
use crate::journal::Numbers;
use crate::output::text::redact::Redactor;
use crate::watch::recorder::records::Share;

const MINUTE: i64 = 60;

fn followed(name: &str) -> Followed {
    Followed { profile: name.to_owned(), id_at_login: Some(format!("login-{name}")) }
}

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
    let mut ledger = Ledger::new(shelf, "record", vec![followed("asha")], keys, clock, Some(limits));
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
