use std::fs;

use super::*;

const HOUR: i64 = 3600;

fn from(customer: &str, second: i64, id: &str) -> NewEvent {
    let tag = crate::floor::answer::Tag {
        customer: Some(customer.into()),
        fields: raw(&format!(r#"{{"_id":"{id}","cNumber":"{customer}","note":"call {customer} back"}}"#)),
        ..tag(id)
    };
    event(second, EventKind::Tag(Box::new(ReportedTag { tag, initial: false, changed: false })))
}

/// The events whose number is masked, with what stands for the customer in its place.
fn masked_customers(journal: &Journal) -> Vec<(i64, [u8; 16])> {
    let customers = "SELECT seq, customer FROM event WHERE customer IS NOT NULL ORDER BY seq";
    let mut find = journal.connection.prepare(customers).expect("prepared");
    let rows = find.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("read");
    rows.collect::<Result<_, _>>().expect("read")
}

fn body_of(journal: &Journal, seq: i64) -> String {
    let body = "SELECT body FROM event WHERE seq = ?1";
    journal.connection.query_row(body, [seq], |row| row.get(0)).expect("a row")
}

/// Whether any file of the folder holds this text.
fn holds(folder: &Folder, text: &str) -> Vec<String> {
    let state = folder.folder.path().join("state");
    let has = |name: &String| {
        let bytes = fs::read(state.join(name)).expect("read");
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    };
    folder.names().into_iter().filter(has).collect()
}

#[test]
fn numbers_are_masked_where_they_stand_and_customers_still_count() {
    let folder = Folder::with(Numbers::For(Duration::from_secs(72 * 3600)));
    let journal = folder.create();
    let agent = journal.with_asha();
    let tags = [
        from("919812345678", 0, "m1"),
        from("09812345678", 1, "m2"),
        from("919800000678", 2, "m3"),
        from("919811122233", 80 * HOUR, "m4"),
    ];
    journal
        .write_round(Entry { coverage: vec![first_answer(0, 90 * HOUR)], ..entry(agent, 0, tags.to_vec()) });
    assert_eq!(journal.mask_old_numbers(at(71 * HOUR)).expect("looked"), 0);
    assert!(!holds(&folder, "919812345678").is_empty());
    let fresh = journal.customer(&tags[0].event).expect("a customer");
    assert_eq!(journal.mask_old_numbers(at(73 * HOUR)).expect("masked"), 3);
    // Neither in the file nor in its log.
    for number in ["919812345678", "9812345678", "919800000678"] {
        assert_eq!(holds(&folder, number), [""; 0], "{number}");
    }
    assert!(!holds(&folder, "919811122233").is_empty(), "not yet");
    let masked = masked_customers(&journal);
    let [(1, one), (2, same), (3, other)] = masked[..] else { panic!("{masked:?}") };
    assert!(
        one == same && one == fresh && one != other,
        "the last three digits are equal, the customers not"
    );
    let body = body_of(&journal, 1);
    assert!(
        body.contains(r#""customer":"•••••••••678""#) && body.contains("call •••••••••678 back"),
        "{body}"
    );
    let read: Vec<Option<[u8; 16]>> = journal.all().iter().map(|recorded| recorded.customer).collect();
    assert_eq!(read, [Some(one), Some(same), Some(other), None], "all can be read");
    assert_eq!(journal.verify().expect("verified").faults, [""; 0]);
    assert_eq!(journal.mask_old_numbers(at(73 * HOUR)).expect("looked"), 0, "done");
    // What is masked is still known.
    assert_eq!(journal.write_round(entry(agent, 9, vec![tags[0].clone()])), [None]);
}

#[test]
fn numbers_that_may_never_be_kept_are_masked_before_they_are_written() {
    let folder = Folder::with(Numbers::Never);
    let journal = folder.create();
    let agent = journal.with_asha();
    let tags = vec![from("919812345678", 0, "m1"), from("9812345678", 1, "m2")];
    journal.write_round(Entry { coverage: vec![first_answer(0, 9)], ..entry(agent, 0, tags) });
    assert_eq!(holds(&folder, "9812345678"), [""; 0]);
    let masked = masked_customers(&journal);
    assert!(masked.len() == 2 && masked[0].1 == masked[1].1, "{masked:?}");
    assert_eq!(journal.verify().expect("verified").faults, [""; 0]);
}

#[test]
fn pruning_masks_what_has_been_whole_for_long_enough_too() {
    let folder = Folder::with(Numbers::For(Duration::from_secs(3600)));
    let journal = folder.create();
    let agent = journal.with_asha();
    let events = vec![from("919812345678", 0, "m1")];
    journal.write_round(Entry { coverage: vec![first_answer(0, 9)], ..entry(agent, 0, events) });
    journal.prune(KEEP, true, at(2 * HOUR)).expect("tried");
    assert!(!holds(&folder, "919812345678").is_empty(), "nothing was done");
    journal.prune(KEEP, false, at(2 * HOUR)).expect("pruned");
    assert_eq!(holds(&folder, "919812345678"), [""; 0]);
    assert_eq!(journal.all().len(), 1);
}

#[test]
fn a_number_that_is_kept_stays_whole() {
    let folder = Folder::new();
    let journal = folder.create();
    let agent = journal.with_asha();
    journal.write_round(entry(agent, 0, vec![from("919812345678", 0, "m1")]));
    assert_eq!(journal.mask_old_numbers(Timestamp::MAX).expect("looked"), 0);
    assert!(body_of(&journal, 1).contains("call 919812345678 back"));
}

#[test]
fn what_cannot_be_true_is_a_fault() {
    let good = || {
        let folder = Folder::new();
        let journal = folder.create();
        let agent = journal.with_asha();
        let events = vec![tag_event(1, "m1"), tag_event(2, "m2"), changed(3, "m1", r#"{"a":1}"#)];
        journal.write_round(Entry { coverage: vec![first_answer(0, 9)], ..entry(agent, 0, events) });
        (folder, journal)
    };
    let (_folder, journal) = good();
    let verified = journal.verify().expect("verified");
    assert_eq!(verified, Verified { events: 3, coverage_rows: 1, faults: vec![], is_damaged: false });
    let wrong = [
        ("UPDATE event SET at = at + 100000 WHERE seq = 1", "from a time without answers"),
        ("UPDATE event SET body = replace(body, 'm2', 'm9') WHERE seq = 2", "is not the one"),
        ("UPDATE event SET body = '{' WHERE seq = 2", "cannot be read"),
        (
            "INSERT INTO coverage SELECT 9, agent, part, from_at, to_at + 1, server_at, cadence, ended, repeats FROM coverage",
            "overlaps",
        ),
        ("UPDATE coverage SET to_at = from_at - 1", "overlaps another, or ends before it begins"),
        ("PRAGMA foreign_keys = OFF; DELETE FROM agent", "names no agent"),
    ];
    for (change, words) in wrong {
        let (_folder, journal) = good();
        journal.connection.execute_batch(change).expect("changed");
        let faults = journal.verify().expect("verified").faults;
        assert!(faults.iter().any(|fault| fault.contains(words)), "{change}: {faults:#?}");
    }
    let (_folder, journal) = good();
    let events = (0..30).map(|second| tag_event(1000 + second, &format!("x{second}"))).collect();
    journal.write_round(entry(AgentRef(1), i64::MAX, events));
    assert_eq!(journal.verify().expect("verified").faults.len(), 10, "the first ten");
}

/// A journal of many agents and days, each day 100 events of each.
fn days(folder: &Folder, agents: i64, days: i64) -> Journal {
    let journal = folder.create();
    for name in 0..agents {
        let agent =
            journal.agent(&profile(&format!("p{name}")), &format!("p{name}"), None, at(0)).expect("entered");
        for day in 0..days {
            let begin = day * 24 * HOUR;
            let events = (0..100).map(|nth| tag_event(begin + nth * 60, &format!("{name}-{day}-{nth}")));
            journal.write_round(Entry {
                coverage: vec![first_answer(begin, begin + 8 * HOUR)],
                ..entry(agent, i64::MAX, events.collect())
            });
        }
    }
    journal
}

const KEEP: Limits = Limits { keep: Duration::from_secs(5 * 24 * 3600), max_size: u64::MAX };

#[test]
fn the_oldest_is_pruned_and_what_is_left_is_as_it_was() {
    let folder = Folder::new();
    let journal = days(&folder, 3, 12);
    let before = journal.all();
    let now = at(12 * 24 * HOUR);
    let tried = journal.prune(KEEP, true, now).expect("tried");
    assert_eq!((tried.events, tried.kept_from, tried.size_after), (2100, Some(at(7 * 24 * HOUR)), None));
    assert_eq!(journal.all(), before, "nothing was done");
    let pruned = journal.prune(KEEP, false, now).expect("pruned");
    assert_eq!((pruned.events, pruned.kept_from), (tried.events, tried.kept_from));
    assert!(pruned.size_after.expect("known") < pruned.size_before, "{pruned:?}");
    let kept: Vec<_> = before.into_iter().filter(|recorded| recorded.event.at >= at(7 * 24 * HOUR)).collect();
    assert_eq!(journal.all(), kept);
    assert_eq!(journal.verify().expect("verified").faults, [""; 0]);
    let again = journal.prune(KEEP, false, now).expect("pruned");
    assert_eq!((again.events, again.kept_from), (0, None));
    assert_eq!(journal.last_seq().expect("read"), 3600);
    assert_eq!(journal.status(now).expect("read").last_pruned, Some(now));
}

#[test]
fn coverage_alone_is_pruned_of_its_own_agent() {
    let folder = Folder::new();
    let journal = folder.create();
    journal.agent(&profile("p0"), "p0", None, at(0)).expect("an agent");
    let agent = journal.agent(&profile("p1"), "p1", None, at(0)).expect("another agent");
    // The first row of coverage is the second agent's.
    let now = at(12 * 24 * HOUR);
    journal.write_round(Entry { coverage: vec![first_answer(0, 9 * 24 * HOUR)], ..entry(agent, 0, vec![]) });
    assert_eq!(journal.prune(KEEP, false, now).expect("pruned").events, 0);
    let kept: Vec<_> = journal.all_coverage(agent).iter().map(|row| (row.from, row.to)).collect();
    assert_eq!(kept, [(at(7 * 24 * HOUR), at(9 * 24 * HOUR))]);
}

#[test]
fn a_recorder_tidies_up_in_small_steps_with_others_in_between() {
    let folder = Folder::with(Numbers::For(Duration::from_secs(6 * 24 * 3600)));
    let journal = days(&folder, 3, 12);
    let agent = journal.find(&profile("p0")).expect("read").expect("there");
    let now = at(12 * 24 * HOUR);
    let beside = folder.create();
    let mut steps = 0;
    while journal.tidy(KEEP, now).expect("tidied") {
        steps += 1;
        let new = tag_event(12 * 24 * HOUR + steps, &format!("beside{steps}"));
        let around = first_answer(12 * 24 * HOUR + steps, 12 * 24 * HOUR + steps + 1);
        beside.write_round(Entry { coverage: vec![around], ..entry(agent, i64::MAX, vec![new]) });
        assert!(steps < 100);
    }
    assert!(steps > 3, "{steps}");
    let kept = journal.all();
    assert!(kept.iter().all(|recorded| recorded.event.at >= at(7 * 24 * HOUR)));
    assert_eq!(kept.len(), 1500 + usize::try_from(steps).expect("few"));
    assert_eq!(journal.mask_old_numbers(now).expect("looked"), 0, "all are masked by now");
    assert_eq!(journal.verify().expect("verified").faults, [""; 0]);
    assert_eq!(journal.status(now).expect("read").last_pruned, Some(now));
}

#[test]
fn a_clock_that_was_set_forth_deletes_and_masks_nothing_unasked() {
    let folder = Folder::with(Numbers::For(Duration::from_secs(3 * 24 * 3600)));
    let journal = folder.create();
    let agent = journal.agent(&profile("p0"), "p0", None, at(0)).expect("an agent");
    let event = |second| {
        let mut new = tag_event(second, &format!("t{second}"));
        new.event.server_time = Some(at(second));
        new
    };
    journal.write_round(entry(agent, 0, vec![event(1), event(2)]));
    let whole = journal.all();
    let forth = at(100 * 24 * HOUR);
    while journal.tidy(KEEP, forth).expect("tidied") {}
    journal.mask_some_unasked(forth).expect("looked");
    assert_eq!(journal.all(), whole);
    assert!(!journal.is_to_tidy(forth).expect("read"), "until the next hour");
    // What an answer shows, or a person wants, is done.
    journal.write_round(entry(agent, i64::MAX, vec![event(8 * 24 * HOUR)]));
    while journal.tidy(KEEP, forth).expect("tidied") {}
    assert_eq!(journal.all().len(), 1);
    assert_eq!(journal.prune(KEEP, false, forth).expect("pruned").events, 1);
}

#[test]
fn coverage_never_reaches_back_further_than_the_events_were_it_pruned_half() {
    let folder = Folder::new();
    let journal = days(&folder, 1, 30);
    let agent = journal.find(&profile("p0")).expect("read").expect("there");
    let begins = at(29 * 24 * HOUR + HOUR);
    let mut slices = 0;
    while journal.write(at(0), |change| prune::delete_slice(change, agent, millis(begins))).expect("deleted")
        > 0
    {
        slices += 1;
        let covered = journal.all_coverage(agent)[0].from;
        let first = journal.all().first().map(|recorded| recorded.event.at);
        assert!(first.is_none_or(|first| covered <= first), "after slice {slices}");
        assert_eq!(journal.verify().expect("verified").faults, [""; 0], "after slice {slices}");
    }
    assert_eq!(slices, 3);
    assert_eq!(journal.all_coverage(agent)[0].from, begins);
}

#[test]
fn a_file_that_is_too_large_loses_its_oldest() {
    let folder = Folder::new();
    let journal = days(&folder, 4, 10);
    journal.write_back().expect("written");
    let size = folder.path().metadata().expect("there").len();
    let limits = Limits { keep: Duration::MAX, max_size: size / 2 };
    let tried = |limits| journal.prune(limits, true, at(10 * 24 * HOUR)).expect("counted");
    assert!(tried(limits).is_estimate && tried(limits).events > 1000, "{:?}", tried(limits));
    assert!(!tried(KEEP).is_estimate && tried(KEEP).events > 1000, "{:?}", tried(KEEP));
    let pruned = journal.prune(limits, false, at(10 * 24 * HOUR)).expect("pruned");
    assert!(pruned.events > 1500 && pruned.events < 2600, "{pruned:?}");
    let after = folder.path().metadata().expect("there").len();
    assert!(after <= size / 2 + size / 8, "{after} of {size}");
    let first = journal.all()[0].event.at;
    assert!(first >= at(4 * 24 * HOUR), "{first}");
    assert_eq!(journal.verify().expect("verified").faults, [""; 0]);
}

#[test]
fn an_agent_is_erased_everywhere() {
    let folder = Folder::new();
    let journal = folder.create();
    let ravi = journal.agent(&profile("ravi"), "ravi", Some("agent-of-ravi"), at(0)).expect("entered");
    let asha = journal.with_asha();
    let run = journal.run();
    let parts = [FollowedPart::Tags];
    journal.take_lease(ravi, run, &parts, Duration::from_secs(5), at(0)).expect("taken");
    let events = (0..1500).map(|nth| from("919812345678", nth, &format!("ravi-{nth}"))).collect();
    journal.write_round(Entry { coverage: vec![first_answer(0, 2000)], ..entry(ravi, 0, events) });
    journal.write_round(Entry {
        coverage: vec![first_answer(0, 9)],
        ..entry(asha, 0, vec![tag_event(1, "m1")])
    });
    let state = folder.folder.path().join("state");
    for name in [
        "journal.db.damaged-2026-01-01T00-00-00Z",
        "journal.db.damaged-2026-01-01T00-00-00Z-wal",
        "journal.db.before-v2",
    ] {
        fs::write(state.join(name), "something about ravi-7").expect("written");
    }
    let forgotten = journal.forget(ravi, at(3000)).expect("forgotten");
    assert_eq!((forgotten.events, forgotten.log_is_empty), (1500, true));
    assert_eq!(forgotten.deleted.len(), 2, "{forgotten:?}");
    for text in ["ravi-", "agent-of-ravi", "919812345678\",\"note"] {
        assert_eq!(holds(&folder, text), [""; 0], "{text}");
    }
    assert_eq!(journal.all().len(), 1);
    assert_eq!(journal.verify().expect("verified").faults, [""; 0]);
    // Whoever still records that agent is told, and enters it anew if that is wanted.
    let other = folder.create();
    let error = other.record(&round(run, entry(ravi, 0, vec![tag_event(9, "m9")]))).expect_err("unknown");
    assert!(matches!(error, JournalError::Forgotten { .. }), "{error:?}");
    let new = other.agent(&profile("ravi"), "ravi", None, at(0)).expect("entered");
    assert!(new > ravi && new != asha);
}

#[test]
fn one_that_is_forgotten_while_another_process_records_it_stays_forgotten() {
    let folder = Folder::new();
    let (recorder, other) = (folder.create(), folder.create());
    let agent = recorder.with_asha();
    let run = recorder.run();
    recorder.write_round(entry(agent, 0, vec![tag_event(1, "m1")]));
    other.forget(agent, at(2)).expect("forgotten");
    let late = round(run, entry(agent, i64::MAX, vec![tag_event(3, "m3")]));
    let error = recorder.record(&late).expect_err("unknown");
    assert!(matches!(error, JournalError::Forgotten { .. }), "{error:?}");
    assert_eq!(recorder.all(), []);
    let new = recorder.with_asha();
    recorder.write_round(entry(new, 0, vec![tag_event(4, "m4")]));
}

#[test]
fn the_state_of_the_file_can_be_listed() {
    let folder = Folder::new();
    let journal = days(&folder, 2, 3);
    let run = journal.run();
    let agent = journal.find(&profile("p1")).expect("read").expect("there");
    journal.take_lease(agent, run, &[FollowedPart::Tags], Duration::from_secs(5), at(0)).expect("taken");
    let status = journal.status(at(0)).expect("read");
    assert_eq!((status.version, status.events, status.created), (upgrades::this(), 600, Some(at(0))));
    assert_eq!((status.first, status.last), (Some(at(0)), Some(at(48 * HOUR + 99 * 60))));
    assert_eq!(status.agents.iter().map(|agent| agent.events).collect::<Vec<_>>(), [300, 300]);
    let leases: Vec<_> = status.agents.iter().map(|agent| agent.lease.is_some()).collect();
    assert_eq!(leases, [false, true]);
    assert!(status.size > 100_000 && status.path.ends_with("journal.db"));
    assert!(status.copies.is_empty() && status.damaged.is_empty() && status.last_pruned.is_none());
}
