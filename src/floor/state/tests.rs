use super::*;
use crate::floor::samples::{at, in_wrapup, not_in_wrapup, on_break, poll, working};

/// The names of the events of a row of break states, one poll a minute.
fn breaks(states: &[Break]) -> Vec<&'static str> {
    let mut state = AgentState::default();
    let mut names = Vec::new();
    for (minute, answer) in (1..).zip(states) {
        let (next, events) =
            state.after(&PollResult { break_state: Some(answer.clone()), ..poll(minute * 60) });
        state = next;
        names.extend(events.iter().map(|event| event.words().name));
    }
    names
}

fn wrapups(states: &[Wrapup]) -> Vec<&'static str> {
    let mut state = AgentState::default();
    let mut names = Vec::new();
    for (minute, answer) in (1..).zip(states) {
        let (next, events) = state.after(&PollResult { wrapup: Some(answer.clone()), ..poll(minute * 60) });
        state = next;
        names.extend(events.iter().map(|event| event.words().name));
    }
    names
}

#[test]
fn breaks_are_told_apart_by_what_the_server_says() {
    let lunch = |since| on_break(Some("Lunch"), since);
    let both: &[&str] = &["break_ended", "break_started"];
    let table: [(&[Break], &[&str]); 11] = [
        (&[working()], &[]),
        (&[lunch(Some(0))], &[]),
        (&[working(), lunch(Some(0))], &["break_started"]),
        (&[lunch(Some(0)), working()], &["break_ended"]),
        (&[lunch(Some(0)), lunch(Some(0)), lunch(Some(0))], &[]),
        // Another start, another reason: another break.
        (&[lunch(Some(0)), lunch(Some(100))], both),
        (&[lunch(Some(0)), on_break(Some("Tea"), Some(0))], both),
        // The same start, computed anew; details left out or added.
        (&[lunch(Some(0)), lunch(Some(2)), lunch(Some(1))], &[]),
        (&[lunch(Some(0)), lunch(None), lunch(Some(0))], &[]),
        (&[lunch(None), lunch(Some(40)), on_break(None, None), lunch(Some(40))], &[]),
        (&[lunch(Some(0)), on_break(None, None), lunch(Some(100))], both),
    ];
    for (states, expected) in table {
        assert_eq!(breaks(states), expected, "{states:?}");
    }
}

#[test]
fn a_start_that_creeps_is_measured_against_the_first_one() {
    let creeping: Vec<Break> = (0..10).map(|second| on_break(None, Some(second))).collect();
    assert_eq!(breaks(&creeping)[..2], ["break_ended", "break_started"]);
}

#[test]
fn a_break_lasts_from_its_start_to_the_look_that_misses_it() {
    let seen = |poll: PollResult, state| PollResult { break_state: Some(state), ..poll };
    let (on, _) = AgentState::default().after(&seen(poll(60), on_break(Some("Lunch"), Some(0))));
    let lasted = |state: Break| match on.after(&seen(poll(720), state)).1.first() {
        Some(EventKind::BreakEnded(ended)) => ended.lasted_seconds,
        other => panic!("{other:?}"),
    };
    assert_eq!(lasted(working()), Some(720));
    assert_eq!(lasted(on_break(Some("Lunch"), Some(700))), Some(700));

    let (unsaid, _) = AgentState::default().after(&seen(poll(60), on_break(None, None)));
    let (_, events) = unsaid.after(&seen(poll(720), working()));
    let [EventKind::BreakEnded(ended)] = &events[..] else { panic!("{events:?}") };
    assert_eq!(ended.lasted_seconds, None);
}

#[test]
fn wrapups_are_told_apart_by_their_call() {
    let both: &[&str] = &["wrapup_ended", "wrapup_started"];
    let table: [(&[Wrapup], &[&str]); 7] = [
        (&[in_wrapup(Some("a"), Some(90))], &[]),
        (&[not_in_wrapup(), not_in_wrapup()], &[]),
        (&[not_in_wrapup(), in_wrapup(Some("a"), Some(90))], &["wrapup_started"]),
        (&[in_wrapup(Some("a"), Some(90)), not_in_wrapup()], &["wrapup_ended"]),
        (&[in_wrapup(Some("a"), Some(90)), in_wrapup(Some("b"), Some(90))], both),
        (&[in_wrapup(Some("a"), Some(90)), in_wrapup(Some("a"), Some(120))], &[]),
        (&[in_wrapup(Some("a"), Some(90)), in_wrapup(None, None), in_wrapup(Some("a"), None)], &[]),
    ];
    for (states, expected) in table {
        assert_eq!(wrapups(states), expected, "{states:?}");
    }
}

#[test]
fn lengths_count_on_between_polls_by_the_servers_clock_and_our_monotonic_one() {
    // Our wall clock is an hour fast; the server's is right.
    let poll = PollResult {
        taken_at: at(3700),
        break_state: Some(on_break(None, Some(40))),
        wrapup: Some(in_wrapup(None, Some(130))),
        ..poll(100)
    };
    let (state, _) = AgentState::default().after(&poll);
    let now = Duration::from_secs;
    let since = state.break_state.expect("a break");
    assert_eq!(since.seconds_since_start(now(100)), Some(60));
    assert_eq!(since.seconds_since_start(now(105)), Some(65));
    let wrapup = state.wrapup.expect("a wrap-up");
    assert_eq!(wrapup.seconds_left(now(110)), Some(20));
    assert_eq!(wrapup.seconds_left(now(140)), Some(-10));
    assert_eq!(wrapup.ends_at(now(110)), Some(now(130)));
    assert_eq!(wrapup.ends_at(now(140)), None);
}

#[test]
fn without_a_start_a_break_has_held_since_it_was_first_seen() {
    let seen = |second| PollResult { break_state: Some(on_break(None, None)), ..poll(second) };
    let (state, _) = AgentState::default().after(&seen(100));
    let (state, _) = state.after(&seen(160));
    let since = state.break_state.expect("a break");
    assert_eq!(since.seconds_since_start(Duration::from_secs(170)), None);
    assert_eq!(since.seconds_at_least(Duration::from_secs(170)), 70);
}
