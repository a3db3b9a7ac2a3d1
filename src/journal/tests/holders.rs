use super::*;
use crate::journal::cursors::Cursor;

pub(super) const BOTH: [FollowedPart; 2] = [FollowedPart::Tags, FollowedPart::Breaks];
pub(super) const CADENCE: Duration = Duration::from_secs(5);

#[test]
fn a_lease_is_held_until_it_is_given_back() {
    let folder = Folder::new();
    let (one, other) = (folder.create(), folder.create());
    let agent = one.with_asha();
    let first = one.begin_run("record", at(0)).expect("begun");
    let second = other.begin_run("watch", at(0)).expect("begun");
    assert_eq!(other.lease_of(agent, at(0)).expect("read"), None);
    assert_eq!(one.take_lease(agent, first, &BOTH, CADENCE, at(0)).expect("taken"), Taken::New);
    assert_eq!(one.take_lease(agent, first, &BOTH, CADENCE, at(0)).expect("taken"), Taken::Own);
    let lease = other.lease_of(agent, at(15)).expect("read").expect("a lease");
    assert_eq!((lease.run, lease.cadence, lease.is_alive), (first, CADENCE, true));
    assert_eq!((lease.parts.as_slice(), lease.newest_answer), (&BOTH[..], None));
    assert_eq!(
        other.take_lease(agent, second, &BOTH, CADENCE, at(15)).expect("read"),
        Taken::No(lease.clone())
    );
    other.release_lease(agent, second, at(15)).expect("it has none");
    assert_eq!(other.lease_of(agent, at(15)).expect("read"), Some(lease));
    one.end_run(first, at(15)).expect("ended");
    assert_eq!(other.lease_of(agent, at(15)).expect("read"), None);
    assert_eq!(other.take_lease(agent, second, &BOTH, CADENCE, at(16)).expect("taken"), Taken::New);
}

#[test]
fn a_lease_without_three_beats_is_taken_over_and_its_holder_learns_it() {
    let folder = Folder::new();
    let journal = folder.create();
    let agent = journal.with_asha();
    let first = journal.begin_run("record", at(0)).expect("begun");
    let second = journal.begin_run("watch", at(0)).expect("begun");
    journal.take_lease(agent, first, &BOTH, CADENCE, at(0)).expect("taken");
    assert_eq!(journal.beat(first, at(10)).expect("beaten"), [agent]);
    let refused = journal.take_lease(agent, second, &BOTH, CADENCE, at(25)).expect("read");
    assert!(matches!(refused, Taken::No(_)), "{refused:?}");
    let over = journal.take_lease(agent, second, &BOTH, CADENCE, at(26)).expect("taken");
    assert!(matches!(&over, Taken::Over(lease) if lease.run == first), "{over:?}");
    assert_eq!(journal.beat(first, at(27)).expect("beaten"), []);
}

#[test]
fn a_round_beats_and_brings_the_newest_answer() {
    let folder = Folder::new();
    let journal = folder.create();
    let agent = journal.with_asha();
    let run = journal.run();
    journal.take_lease(agent, run, &BOTH, CADENCE, at(0)).expect("taken");
    let coverage = Coverage {
        part: FollowedPart::Breaks,
        from: at(3),
        to: at(9),
        server_time: None,
        cadence: CADENCE,
        ended: None,
        repeats: None,
    };
    let step = CoverageStep::Begin { coverage, ended: None };
    journal.write_round(Entry { coverage: vec![step], ..entry(agent, 0, vec![]) });
    let lease = journal.lease_of(agent, at(20)).expect("read").expect("a lease");
    assert_eq!((lease.beat_at, lease.newest_answer), (at(10), Some(at(9))));
}

#[test]
fn a_run_keeps_how_far_its_stdout_came_and_a_cursor_only_moves_on() {
    let folder = Folder::new();
    let journal = folder.create();
    let run = journal.begin_run("watch asha", at(1)).expect("begun");
    journal.stdout_took(run, 7, at(2)).expect("noted");
    journal.stdout_took(run, 3, at(2)).expect("noted");
    let [row] = &journal.runs().expect("read")[..] else { panic!("one run") };
    assert_eq!((row.command.as_str(), row.stdout_took, row.ended), ("watch asha", Some(7), None));
    assert_eq!((row.started, row.is_alive), (at(1), Some(true)));
    journal.end_run(run, at(3)).expect("ended");
    let [row] = &journal.runs().expect("read")[..] else { panic!("one run") };
    assert_eq!((row.ended, row.is_alive), (Some(at(3)), Some(false)));

    let asha = journal.with_asha();
    let ravi = journal.agent(&profile("ravi"), "ravi", None, at(0)).expect("an agent");
    assert_eq!(journal.cursor("cron", asha).expect("read"), None);
    journal.move_cursors("cron", &[(asha, 7), (ravi, 2)], at(1)).expect("moved");
    journal.move_cursors("cron", &[(asha, 5)], at(2)).expect("moved");
    journal.move_cursors("other", &[(asha, 1)], at(2)).expect("moved");
    assert_eq!(journal.cursor("cron", asha).expect("read"), Some(Cursor { seq: 7, moved_at: at(2) }));
    assert_eq!(journal.cursor("cron", ravi).expect("read"), Some(Cursor { seq: 2, moved_at: at(1) }));
    journal.forget(asha, at(3)).expect("erased");
    assert_eq!(journal.cursor("cron", ravi).expect("read"), Some(Cursor { seq: 2, moved_at: at(1) }));
}

#[test]
fn a_run_of_single_answers_is_noted_with_its_first_round() {
    let folder = Folder::new();
    let journal = folder.create();
    let asha = journal.with_asha();
    let first = |base| Round {
        by: Writer::Single("tags"),
        at: at(4),
        entries: vec![entry(asha, base, vec![tag_event(4, "m1")])],
        stdout_took: None,
    };
    let Outcome::Written { run, last, .. } = journal.record(&first(0)).expect("written") else {
        panic!("overtaken")
    };
    let known = journal.runs().expect("read");
    let [row] = &known[..] else { panic!("one run") };
    assert_eq!(
        (row.run, row.command.as_str(), row.ended, row.is_alive),
        (run, "tags", Some(at(4)), Some(false))
    );
    journal.record(&round(run, entry(asha, last, vec![tag_event(5, "m2")]))).expect("written");
    let overtaken = journal.record(&first(0)).expect("read");
    assert!(matches!(overtaken, Outcome::Overtaken(_)), "{overtaken:?}");
    assert_eq!(journal.runs().expect("read"), known);
}
