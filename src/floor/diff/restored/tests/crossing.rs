//! Answers that two processes are given at about the same time: whichever comes last, the server may have given either first.

use super::*;
use crate::floor::event::{WrapupEnded, WrapupStarted};

const PARTS: [FollowedPart; 3] = [FollowedPart::Tags, FollowedPart::Breaks, FollowedPart::Wrapups];

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn seen(memory: &Memory, poll: &PollResult) -> (Vec<&'static str>, Vec<FollowedPart>) {
    let Difference { events, marks, .. } = memory.diff(poll);
    let is_news = |event: &Event| !matches!(event.kind, EventKind::State(_));
    let news: Vec<Event> = events.into_iter().filter(is_news).collect();
    (names(&news), marks.into_iter().map(|mark| mark.part).collect())
}

#[test]
fn an_answer_whose_request_was_sent_before_another_one_came_neither_begins_nor_ends_anything() {
    let started = EventKind::WrapupStarted(WrapupStarted {
        ends_at: None,
        remaining_seconds: None,
        call_id: None,
        customer: None,
    });
    let ended = EventKind::WrapupEnded(WrapupEnded { ends_at: None, call_id: None, customer: None });
    let calm = || whole(2, &[]);
    let in_wrapup = || PollResult { wrapup: Some(in_wrapup(None, None)), ..calm() };
    // The answers of this process, what another one has recorded of its own at 7 s, and what undoes that.
    let table = [(calm(), started, "wrapup_ended"), (in_wrapup(), ended, "wrapup_started")];
    for (before, kind, undone) in table {
        let mut journal = Journal::default();
        let mut memory = journal.restored(8);
        events(&mut memory, &mut journal, 8, &before);
        let others = Event { at: at(7), server_time: None, profile: Some("asha".into()), kind };
        memory.learn(&others, &OwnClocks::after_past(at(8)));
        let came = |came: u64, took: u64| {
            let monotonic = PAST.saturating_sub(millis(8000)) + millis(came);
            PollResult {
                monotonic,
                elapsed: monotonic,
                took: millis(took),
                taken_at: at(7),
                ..before.clone()
            }
        };
        let [tags, breaks, _] = PARTS;
        assert_eq!(seen(&memory, &came(7120, 121)), (vec![], vec![tags, breaks]), "{undone}");
        // One whose request was sent when that had come shows what there is.
        assert_eq!(seen(&memory, &came(7120, 120)), (vec![undone], PARTS.to_vec()), "{undone}");
    }
}

#[test]
fn a_single_answer_counts_unless_another_one_came_since_its_request_was_sent() {
    // Its request was sent at 5 s, it came at 6 s, and it is recorded at 8 s. When another one came, and whether this one
    // counts; what lies ahead is from before the clock was set back.
    for (last, counts) in [(4, true), (5, true), (6, false), (7, false), (20, true), (3600, true)] {
        let coverage = PARTS.map(|part| answered(part, at(last)));
        let clocks = OwnClocks::of_request(at(5), at(8));
        let memory = Memory::default().restored(Some("13"), &[], &coverage, &clocks);
        let came = PAST + millis(1000);
        let poll = PollResult { monotonic: came, elapsed: came, took: millis(1000), ..whole(6, &[]) };
        let parts = if counts { PARTS.to_vec() } else { vec![FollowedPart::Tags] };
        assert_eq!(seen(&memory, &poll).1, parts, "{last}");
    }
}
