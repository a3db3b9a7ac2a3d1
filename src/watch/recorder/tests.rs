mod beside;

use super::*;
use crate::floor::event::{BreakStarted, WrapupStarted};
use crate::floor::samples::at;

const CADENCE: Duration = Duration::from_secs(5);

fn look(part: FollowedPart, second: i64) -> Look {
    Look { part, at: at(second), server_time: None, repeats: None, hole: GapCause::Outage, lost: false }
}

fn recorder() -> Recorder {
    Recorder::new(vec![Account::new(0, vec![])], CADENCE)
}

/// Records one round.
fn write(recorder: &mut Recorder, looks: Vec<Look>) {
    let pages = recorder.pages(&[Note { index: 0, events: vec![], looks }]);
    recorder.written(&pages, None, 0);
}

/// Keeps what cannot be written now.
fn keep(recorder: &mut Recorder, events: Vec<NewEvent>, second: i64) {
    recorder.keep(&Note { index: 0, events, looks: vec![look(FollowedPart::Breaks, second)] });
}

#[test]
fn what_is_covered_during_a_commit_is_written_with_the_next_one() {
    for before in [vec![], vec![0]] {
        let mut recorder = recorder();
        // What the commit writes begins a row, or lengthens one.
        for second in before {
            write(&mut recorder, vec![look(FollowedPart::Breaks, second)]);
        }
        keep(&mut recorder, vec![], 5);
        let pages = recorder.pages(&[]);
        keep(&mut recorder, vec![], 10);
        recorder.written(&pages, None, 0);
        let mut written = recorder.accounts[0].coverage.clone();
        for row in &mut written {
            row.to = at(5);
        }
        for step in recorder.pages(&[]).iter().flat_map(|page| &page.coverage) {
            Coverage::take(&mut written, step);
        }
        assert_eq!(written, recorder.accounts[0].coverage);
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
    let mut recorder = recorder();
    keep(&mut recorder, (0..MOST_WAITING).map(event).collect(), 0);
    let pages = recorder.pages(&[]);
    let late: Vec<_> = (MOST_WAITING..MOST_WAITING + 3).map(event).collect();
    keep(&mut recorder, late.clone(), 5);
    recorder.written(&pages, None, 0);
    assert_eq!(recorder.pages(&[])[0].events, late);
    assert_eq!(recorder.waiting, late.len());
}

#[test]
fn many_rows_of_one_part_do_not_crowd_out_those_of_another() {
    let mut recorder = recorder();
    for second in (0..4000).step_by(100) {
        // The tags go on, and after each pause breaks begin a row.
        write(&mut recorder, vec![look(FollowedPart::Tags, second), look(FollowedPart::Breaks, second)]);
    }
    let rows = &recorder.accounts[0].coverage;
    let tags: Vec<_> = rows.iter().filter(|row| row.part == FollowedPart::Tags).collect();
    assert_eq!(tags.iter().map(|row| (row.from, row.to)).collect::<Vec<_>>(), [(at(0), at(3900))]);
    assert!(rows.len() < 30, "{}", rows.len());
}

#[test]
fn what_others_add_is_news_also_after_the_clock_was_set_back_and_nothing_else_is() {
    let mut recorder = recorder();
    write(&mut recorder, vec![look(FollowedPart::Tags, 90_000)]);
    // The clock is set back by a day, and others poll.
    let known = recorder.accounts[0].coverage.clone();
    assert_eq!(recorder.learned(0, 0, known.clone()), []);
    let earlier = Coverage { from: at(100), to: at(105), ..known[0].clone() };
    let with = |row: &Coverage| vec![row.clone(), known[0].clone()];
    assert_eq!(recorder.learned(0, 0, with(&earlier)), std::slice::from_ref(&earlier));
    assert_eq!(recorder.learned(0, 0, with(&earlier)), []);
    let longer = Coverage { to: at(110), ..earlier };
    assert_eq!(recorder.learned(0, 0, with(&longer)), [longer]);
}

#[test]
fn what_stdout_took_of_one_file_says_nothing_about_another() {
    let mut recorder = recorder();
    recorder.took(500);
    recorder.written(&[], Some(500), 500);
    recorder.begin_file(0);
    assert_eq!(recorder.stdout_took(), Some(0));
    assert!(recorder.has_more(), "the new file does not know it yet");
    recorder.took(1);
    assert_eq!(recorder.stdout_took(), Some(1));
}

#[test]
fn what_goes_on_begins_a_new_file_at_the_last_answer_that_showed_it() {
    let mut recorder = recorder();
    write(&mut recorder, vec![look(FollowedPart::Breaks, 5), look(FollowedPart::Wrapups, 3)]);
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
    recorder.begin_anew(0, 0, vec![on_break, in_wrapup]);
    let page = recorder.pages(&[]).remove(0);
    let moments: Vec<_> = page.events.iter().map(|new| new.event.at).collect();
    assert_eq!(moments, [at(5), at(3)], "no later than what is covered until the next answer");
    let EventKind::WrapupStarted(wrapup) = &page.events[1].event.kind else { panic!("{:?}", page.events) };
    assert_eq!(wrapup.remaining_seconds, Some(25), "at that moment");
    let covered = |part| {
        page.coverage.iter().find_map(|step| match step {
            CoverageStep::Begin { coverage, .. } if coverage.part == part => {
                Some((coverage.from, coverage.to))
            }
            _ => None,
        })
    };
    assert_eq!(covered(FollowedPart::Breaks), Some((at(3), at(5))));
    assert_eq!(covered(FollowedPart::Wrapups), Some((at(3), at(3))));
}
