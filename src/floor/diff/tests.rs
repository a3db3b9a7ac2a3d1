use std::time::Duration;

use super::*;
use crate::floor::event::{EventWords, GapCause};
use crate::floor::pause::OwnClocks;
use crate::floor::samples::{at, in_wrapup, not_in_wrapup, on_break, poll, tag, tags, working};

/// Commits; the names of the events.
fn names(memory: &mut Memory, poll: &PollResult) -> Vec<&'static str> {
    let Difference { events, change, .. } = memory.diff(poll);
    memory.commit(change);
    events.iter().map(|event| event.kind.words().name).collect()
}

fn states(events: &[Event]) -> Vec<&State> {
    let state = |event: &'_ Event| matches!(event.kind, EventKind::State(_));
    events
        .iter()
        .filter(|event| state(event))
        .filter_map(|event| if let EventKind::State(state) = &event.kind { Some(&**state) } else { None })
        .collect()
}

#[test]
fn the_first_answer_shows_what_holds_and_nothing_as_if_it_had_just_happened() {
    let first = PollResult {
        break_state: Some(on_break(Some("Lunch"), Some(0))),
        wrapup: Some(not_in_wrapup()),
        ..tags(600, &[tag("a1"), tag("a2")])
    };
    let Difference { events, .. } = Memory::default().diff(&first);
    let names: Vec<&str> = events.iter().map(|event| event.kind.words().name).collect();
    assert_eq!(names, ["state", "tag", "tag"]);
    assert!(events[1..].iter().all(Event::is_initial));
    let state = states(&events)[0];
    assert_eq!(state.because, StateCause::FirstLook);
    assert_eq!(state.on_break, Some(true));
    assert!(events.iter().all(|event| event.at == at(600) && event.profile.as_deref() == Some("asha")));
}

#[test]
fn what_is_requested_later_is_a_state_too() {
    let mut memory = Memory::default();
    assert_eq!(names(&mut memory, &tags(5, &[])), ["state"]);
    let with_break = PollResult { break_state: Some(working()), ..poll(10) };
    assert_eq!(names(&mut memory, &with_break), ["state"]);
    assert_eq!(names(&mut memory, &with_break), [""; 0]);
}

#[test]
fn the_events_of_one_poll_come_in_a_fixed_order() {
    let mut memory = Memory::default();
    let first = PollResult { break_state: Some(working()), wrapup: Some(not_in_wrapup()), ..tags(0, &[]) };
    names(&mut memory, &first);
    let later = PollResult {
        break_state: Some(on_break(Some("Tea"), None)),
        wrapup: Some(in_wrapup(Some("c"), None)),
        ..tags(7200, &[tag("a7000")])
    };
    assert_eq!(names(&mut memory, &later), ["gap", "tag", "break_started", "wrapup_started"]);
}

#[test]
fn news_are_reported_oldest_first_and_undated_last() {
    let mut memory = Memory::default();
    names(&mut memory, &tags(0, &[]));
    let undated = Tag { time: None, ..tag("x") };
    let Difference { events, .. } = memory.diff(&tags(60, &[undated, tag("b30"), tag("a30"), tag("a10")]));
    let ids: Vec<&str> = events
        .iter()
        .filter_map(|event| {
            if let EventKind::Tag(reported) = &event.kind { reported.tag.id.as_deref() } else { None }
        })
        .collect();
    assert_eq!(ids, ["a10", "b30", "a30", "x"]);
}

#[test]
fn nothing_moves_before_the_events_are_written() {
    let mut memory = Memory::default();
    names(&mut memory, &PollResult { break_state: Some(working()), ..tags(0, &[]) });
    let news = PollResult { break_state: Some(on_break(None, None)), ..tags(5, &[tag("a1")]) };
    let first: Vec<String> = memory.diff(&news).events.iter().map(|event| format!("{event:?}")).collect();
    let again: Vec<String> = memory.diff(&news).events.iter().map(|event| format!("{event:?}")).collect();
    assert_eq!(first, again);
    assert_eq!(names(&mut memory, &news), ["tag", "break_started"]);
    assert_eq!(names(&mut memory, &news), [""; 0]);
}

#[test]
fn a_call_that_was_not_made_changes_nothing() {
    let mut memory = Memory::default();
    let full = PollResult { break_state: Some(on_break(None, None)), ..tags(0, &[tag("a1")]) };
    names(&mut memory, &full);
    assert_eq!(names(&mut memory, &poll(5)), [""; 0]);
    assert_eq!(names(&mut memory, &PollResult { taken_at: at(10), ..full }), [""; 0]);
}

#[test]
fn a_clock_that_is_off_is_reported_once() {
    let mut memory = Memory::default();
    let off = |second: u64, by: i64| {
        let poll = tags(second, &[]);
        PollResult { server_time: Some(at(second.cast_signed() + by)), ..poll }
    };
    assert_eq!(names(&mut memory, &off(0, 60)), ["state"]);
    let Difference { events, change, .. } = memory.diff(&off(5, -61));
    let [state] = states(&events)[..] else { panic!("{events:?}") };
    assert_eq!((state.because, state.clock_skew_seconds), (StateCause::ClockSkew, Some(-61)));
    memory.commit(change);
    assert_eq!(names(&mut memory, &off(10, -61)), [""; 0]);
    assert_eq!(names(&mut memory, &off(15, 3000)), [""; 0]);
}

#[test]
fn a_gap_reaches_back_to_the_last_good_poll_whatever_the_clocks_did() {
    // Seconds that passed by wall, monotonic and server clock; then the length and the cause of the gap.
    let hour = 3600_i64;
    let table = [
        (55 * 60, 55 * 60, Some(55 * 60), None),
        (2 * hour, 2 * hour, Some(2 * hour), Some((2 * hour, GapCause::Outage))),
        (8 * hour, 5, Some(8 * hour), Some((8 * hour, GapCause::Sleep))),
        (8 * hour, 5, None, Some((8 * hour, GapCause::Sleep))),
        (24 * hour, 5, Some(5), None),
        (-24 * hour, 2 * hour, Some(2 * hour), Some((2 * hour, GapCause::Outage))),
        (-24 * hour, 2 * hour, None, Some((2 * hour, GapCause::Outage))),
    ];
    for (wall, monotonic, server, expected) in table {
        let mut memory = Memory::default();
        names(&mut memory, &tags(0, &[]));
        let awake = Duration::from_secs(monotonic.unsigned_abs());
        let later = PollResult {
            taken_at: at(wall),
            monotonic: awake,
            elapsed: OwnClocks::new(at(0)).read(at(wall), awake),
            server_time: server.map(at),
            ..tags(0, &[])
        };
        let gap = memory.diff(&later).events.into_iter().find_map(|event| match event.kind {
            EventKind::Gap(Gap { from, to, why }) => Some((from, to, why)),
            _ => None,
        });
        let expected = expected.map(|(length, why)| (at(wall - length - 180), at(wall), why));
        assert_eq!(gap, expected, "{wall} {monotonic} {server:?}");
    }
}

#[test]
fn every_event_of_a_difference_is_in_the_table() {
    let mut memory = Memory::default();
    let known: Vec<&str> = EventWords::ALL.iter().map(|words| words.name).collect();
    for poll in [tags(0, &[tag("a1")]), tags(9000, &[tag("a2")])] {
        assert!(names(&mut memory, &poll).iter().all(|name| known.contains(name)));
    }
}

#[test]
fn a_lost_answer_is_a_gap_as_long_as_what_it_may_have_held() {
    for (is_first, before) in [(true, WINDOW), (false, MARGIN)] {
        let mut memory = Memory::default();
        if !is_first {
            names(&mut memory, &tags(0, &[]));
        }
        let poll = PollResult { read_was_cut: true, ..tags(10, &[]) };
        let gap = memory.diff(&poll).events.into_iter().find_map(|event| match event.kind {
            EventKind::Gap(Gap { from, to, .. }) => Some(to.duration_since(from).as_secs().unsigned_abs()),
            _ => None,
        });
        assert_eq!(gap, Some(10 + before.as_secs()), "first: {is_first}");
    }
}

#[test]
fn what_was_committed_is_what_is_known() {
    let mut memory = Memory::default();
    names(&mut memory, &PollResult { break_state: Some(on_break(None, None)), ..tags(0, &[]) });
    assert!(memory.state().break_state.as_ref().is_some_and(|since| since.state.on_break));
}
