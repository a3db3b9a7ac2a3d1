//! That a memory goes on as if it had never ended, wherever it is cut, and that one which learns goes on like one which
//! polls: on floors of which everything is known.

use std::collections::HashSet;

use proptest::prelude::*;

use super::*;
use crate::floor::identity::fingerprint::uid;
use crate::floor::pause::PAST;
use crate::floor::simulated::{floor, on_clocks_after, polls};

/// The events that count: states belong to a run, and only the cause of a gap depends on whether one ended.
fn news(events: &[Event]) -> Vec<Event> {
    let kept = events.iter().filter(|event| !matches!(event.kind, EventKind::State(_)));
    let as_of_any_run = |event: &Event| {
        let mut event = event.clone();
        match &mut event.kind {
            EventKind::Tag(reported) => reported.initial = false,
            EventKind::Gap(gap) => gap.why = GapCause::Outage,
            // Where no call tells two wrap-ups apart, the end of the first has moved to that of the second.
            EventKind::WrapupEnded(ended) => ended.ends_at = None,
            _ => {}
        }
        event
    };
    kept.map(as_of_any_run).collect()
}

/// Every event has an identity of its own, as a journal numbers changes.
fn assert_distinct(journal: &Journal) -> Result<(), TestCaseError> {
    let mut uids = HashSet::new();
    for new in &journal.new {
        let is_new = if new.is_numbered_by_the_journal() {
            (1..100).any(|number| uids.insert(uid("s", "a", &new.event, number)))
        } else {
            uids.insert(uid("s", "a", &new.event, new.twin))
        };
        prop_assert!(is_new, "{new:?}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_memory_that_is_restored_goes_on_as_if_it_had_never_ended(
        mut floor in floor(any::<bool>()),
        polls in polls(),
    ) {
        let (mut whole, mut journal) = (Memory::default(), Journal::default());
        let (mut began, mut second) = (0, 0);
        let mut restored = journal.restored(began);
        for (pause, is_cut) in polls {
            // Before a run ends, two more polls confirm what waits for it. Where they show something else, it goes on.
            let pauses = if is_cut { [5, 5, pause] } else { [0, 0, pause] };
            let mut before = HashSet::new();
            for (place, pause) in pauses.into_iter().enumerate().filter(|(_, pause)| *pause > 0) {
                if place == 2 && is_cut && before.len() == 1 {
                    began = second + pause / 2;
                    restored = journal.restored(began);
                }
                before.insert(floor.shown(second));
                second += pause;
                before.insert(floor.shown(second));
                let poll = floor.poll(second);
                let expected = whole.diff(&poll);
                let found = restored.diff(&on_clocks_after(&poll, PAST, began));
                prop_assert_eq!(news(&found.events), news(&expected.events), "at {}", second);
                whole.commit(expected.change);
                journal.take(&found);
                restored.commit(found.change);
            }
        }
        assert_distinct(&journal)?;
    }

    #[test]
    fn a_memory_that_learns_what_another_records_goes_on_like_one_that_polls(
        mut floor in floor(Just(false)),
        polls in polls(),
    ) {
        let (mut alone, mut journal) = (Memory::default(), Journal::default());
        let mut both = [journal.restored(0), journal.restored(0)];
        let mut second = 0;
        for (pause, turns) in polls {
            second += pause;
            let poll = floor.poll(second);
            let expected = alone.diff(&poll);
            both.rotate_left(usize::from(turns));
            let [polls, learns] = &mut both;
            let found = polls.diff(&on_clocks_after(&poll, PAST, 0));
            prop_assert_eq!(news(&found.events), news(&expected.events), "at {}", second);
            alone.commit(expected.change);
            journal.take(&found);
            let mut clocks = OwnClocks::after_past(crate::floor::samples::at(0));
            clocks.read(poll.taken_at, PAST + Duration::from_secs(second.unsigned_abs()));
            for new in found.to_record() {
                learns.learn(&new.event, &clocks);
            }
            for mark in &found.marks {
                let (server_time, repeats) = (mark.server_time, mark.repeats);
                let row = Coverage { server_time, repeats, ..answered(mark.part, mark.at) };
                learns.attend(&row, &clocks);
            }
            polls.commit(found.change);
        }
        assert_distinct(&journal)?;
    }
}
