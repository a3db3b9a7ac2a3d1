//! Our clock is set, or the machine sleeps, between what was recorded and the answer at hand.

use super::*;
use crate::floor::event::WrapupStarted;
use crate::floor::samples::poll;

/// So far our clock is set.
const SET: [i64; 5] = [3600, 86_400, 0, -3600, -86_400];

/// An answer about a break at this second by the server's clock, when ours was so far ahead.
fn break_at(second: i64, ahead: i64, since: i64) -> PollResult {
    PollResult {
        taken_at: at(second + ahead),
        break_state: Some(on_break(None, Some(since))),
        ..poll(second.unsigned_abs())
    }
}

#[test]
fn a_clock_that_was_set_while_nothing_ran_makes_no_second_break_of_a_wrong_start() {
    // One of two back-ends writes the start without its zone, so five and a half hours too early.
    const WRONG: i64 = -19_860;
    for by in SET {
        let mut journal = Journal::default();
        let mut memory = journal.restored(0);
        events(&mut memory, &mut journal, 0, &break_at(0, 0, -60));
        let mut memory = journal.restored(600 + by);
        for second in [600, 660, 720] {
            let news = events(&mut memory, &mut journal, 600, &break_at(second, by, WRONG));
            assert_eq!(names(&news), NOTHING, "{by} {second}");
        }
        assert_eq!(names(&events(&mut memory, &mut journal, 600, &break_at(1060, by, 1000))), NOTHING);
        let second = events(&mut memory, &mut journal, 600, &break_at(1120, by, 1000));
        assert_eq!(names(&second), ["break_ended", "break_started"], "{by}");
    }
}

#[test]
fn a_clock_that_was_set_while_nothing_ran_makes_no_second_break_of_a_start_that_comes_late() {
    for by in SET {
        let mut journal = Journal::default();
        let mut memory = journal.restored(0);
        let without = PollResult { break_state: Some(on_break(None, None)), ..break_at(0, 0, 0) };
        events(&mut memory, &mut journal, 0, &without);
        let mut memory = journal.restored(600 + by);
        for second in [600, 660, 720] {
            let news = events(&mut memory, &mut journal, 600, &break_at(second, by, -60));
            assert_eq!(names(&news), NOTHING, "{by} {second}");
        }
    }
}

#[test]
fn a_clock_that_is_wrong_makes_no_second_break_of_what_two_back_ends_count_back() {
    for ahead in SET {
        let mut journal = Journal::default();
        // Whole minutes, counted back from clocks that are 90 s apart.
        events(&mut journal.restored(ahead), &mut journal, 0, &break_at(0, ahead, 0));
        let mut memory = journal.restored(16 + ahead);
        for second in [16, 77] {
            let poll = PollResult { server_time: Some(at(second + 90)), ..break_at(second, ahead, 106) };
            assert_eq!(names(&events(&mut memory, &mut journal, 16, &poll)), NOTHING, "{ahead} {second}");
        }
    }
}

#[test]
fn an_answer_that_is_recorded_late_stays_older_when_our_clock_is_set_or_the_machine_sleeps() {
    let working = |second: u64| PollResult { wrapup: Some(not_in_wrapup()), ..poll(second) };
    for by in SET.into_iter().chain([8 * 3600]) {
        let mut journal = Journal::default();
        let mut memory = journal.restored(0);
        events(&mut memory, &mut journal, 0, &working(0));
        let mut clocks = OwnClocks::after_past(at(0));
        clocks.read(at(60), PAST + Duration::from_secs(60));
        // Another process sees a wrap-up at 120 s; then the clock leaps, and only then that is learned.
        clocks.read(at(150 + by), PAST + Duration::from_secs(150));
        let (ends_at, remaining_seconds, call_id, customer) = (None, None, None, None);
        let started = WrapupStarted { ends_at, remaining_seconds, call_id, customer };
        let kind = EventKind::WrapupStarted(started);
        memory.learn(&Event { at: at(120), server_time: None, profile: None, kind }, &clocks);
        assert_eq!(names(&events(&mut memory, &mut journal, 0, &working(60))), NOTHING, "{by}");
        let after = PollResult { taken_at: at(180 + by), ..working(180) };
        assert_eq!(names(&events(&mut memory, &mut journal, 0, &after)), ["wrapup_ended"], "{by}");
    }
}
