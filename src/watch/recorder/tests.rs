mod beside;

use super::*;
use crate::floor::event::{BreakStarted, WrapupStarted};
use crate::floor::samples::at;

const CADENCE: Duration = Duration::from_secs(5);

fn mark(part: FollowedPart, second: i64) -> AnswerMark {
    AnswerMark { part, at: at(second), server_time: None, repeats: None, hole: GapCause::Outage, lost: false }
}

fn pending() -> PendingWrites {
    PendingWrites::new(vec![AgentQueue::new(0, vec![])], CADENCE)
}

/// Records one round.
fn write(pending: &mut PendingWrites, marks: Vec<AnswerMark>) {
    let entries = pending.entries(&[Addition { index: 0, events: vec![], marks }]);
    pending.written(&entries, None, 0);
}

/// Keeps what cannot be written now.
fn keep(pending: &mut PendingWrites, events: Vec<NewEvent>, second: i64) {
    pending.keep(&Addition { index: 0, events, marks: vec![mark(FollowedPart::Breaks, second)] });
}

#[test]
fn what_is_covered_during_a_commit_is_written_with_the_next_one() {
    for before in [vec![], vec![0]] {
        let mut pending = pending();
        // What the commit writes begins a row, or lengthens one.
        for second in before {
            write(&mut pending, vec![mark(FollowedPart::Breaks, second)]);
        }
        keep(&mut pending, vec![], 5);
        let entries = pending.entries(&[]);
        keep(&mut pending, vec![], 10);
        pending.written(&entries, None, 0);
        let mut written = pending.queues[0].coverage.clone();
        for row in &mut written {
            row.to = at(5);
        }
        for step in pending.entries(&[]).iter().flat_map(|entry| &entry.coverage) {
            Coverage::take(&mut written, step);
        }
        assert_eq!(written, pending.queues[0].coverage);
        assert_eq!(written[0].to, at(10));
    }
}

#[test]
fn what_is_kept_during_a_commit_is_written_with_the_next_one_however_much_waits() {
    let event = |second: usize| {
        let kind = EventKind::Gap(Gap { from: at(0), to: at(1), why: GapCause::Outage });
        NewEvent {
            event: Event { at: at(i64::try_from(second).unwrap()), server_time: None, profile: None, kind },
            twin: 0,
        }
    };
    let mut pending = pending();
    keep(&mut pending, (0..MOST_WAITING).map(event).collect(), 0);
    let entries = pending.entries(&[]);
    let late: Vec<_> = (MOST_WAITING..MOST_WAITING + 3).map(event).collect();
    keep(&mut pending, late.clone(), 5);
    pending.written(&entries, None, 0);
    assert_eq!(pending.entries(&[])[0].events, late);
    assert_eq!(pending.waiting, late.len());
}

#[test]
fn many_rows_of_one_part_do_not_crowd_out_those_of_another() {
    let mut pending = pending();
    for second in (0..4000).step_by(100) {
        // The tags go on, and after each pause breaks begin a row.
        write(&mut pending, vec![mark(FollowedPart::Tags, second), mark(FollowedPart::Breaks, second)]);
    }
    let rows = &pending.queues[0].coverage;
    let tags: Vec<_> = rows.iter().filter(|row| row.part == FollowedPart::Tags).collect();
    assert_eq!(tags.iter().map(|row| (row.from, row.to)).collect::<Vec<_>>(), [(at(0), at(3900))]);
    assert!(rows.len() < 30, "{}", rows.len());
}

#[test]
fn what_others_add_is_news_also_after_the_clock_was_set_back_and_nothing_else_is() {
    let mut pending = pending();
    write(&mut pending, vec![mark(FollowedPart::Tags, 90_000)]);
    // The clock is set back by a day, and others poll.
    let known = pending.queues[0].coverage.clone();
    assert_eq!(pending.learned(0, 0, known.clone()), []);
    let earlier = Coverage { from: at(100), to: at(105), ..known[0].clone() };
    let with = |row: &Coverage| vec![row.clone(), known[0].clone()];
    assert_eq!(pending.learned(0, 0, with(&earlier)), std::slice::from_ref(&earlier));
    assert_eq!(pending.learned(0, 0, with(&earlier)), []);
    let longer = Coverage { to: at(110), ..earlier };
    assert_eq!(pending.learned(0, 0, with(&longer)), [longer]);
}

#[test]
fn what_stdout_took_of_one_file_says_nothing_about_another() {
    let mut pending = pending();
    pending.stdout_took(500);
    pending.written(&[], Some(500), 500);
    pending.begin_file(0);
    assert_eq!(pending.stdout_seq(), Some(0));
    assert!(pending.has_more(), "the new file does not know it yet");
    pending.stdout_took(1);
    assert_eq!(pending.stdout_seq(), Some(1));
}

#[test]
fn what_goes_on_begins_a_new_file_at_the_last_answer_that_showed_it() {
    let mut pending = pending();
    write(&mut pending, vec![mark(FollowedPart::Breaks, 5), mark(FollowedPart::Wrapups, 3)]);
    let started =
        |kind| NewEvent { event: Event { at: at(8), server_time: None, profile: None, kind }, twin: 0 };
    let [on_break, in_wrapup] = [
        EventKind::BreakStarted(BreakStarted { reason: None, since: None, detail: None }),
        EventKind::WrapupStarted(WrapupStarted {
            ends_at: None,
            remaining_seconds: Some(20),
            call_id: None,
            customer: None,
        }),
    ]
    .map(started);
    pending.begin_anew(0, 0, vec![on_break, in_wrapup]);
    let entry = pending.entries(&[]).remove(0);
    let moments: Vec<_> = entry.events.iter().map(|new| new.event.at).collect();
    assert_eq!(moments, [at(5), at(3)], "no later than what is covered until the next answer");
    let EventKind::WrapupStarted(wrapup) = &entry.events[1].event.kind else { panic!("{:?}", entry.events) };
    assert_eq!(wrapup.remaining_seconds, Some(25), "at that moment");
    let covered = |part| {
        entry.coverage.iter().find_map(|step| match step {
            CoverageStep::Begin { coverage, .. } if coverage.part == part => {
                Some((coverage.from, coverage.to))
            }
            _ => None,
        })
    };
    assert_eq!(covered(FollowedPart::Breaks), Some((at(3), at(5))));
    assert_eq!(covered(FollowedPart::Wrapups), Some((at(3), at(3))));
}
