use super::*;
use crate::floor::event::FollowedPart;
use crate::floor::pause::OwnClocks;
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
fn breaks_are_distinguished_by_what_the_server_gives_twice() {
    let lunch = |since| on_break(Some("Lunch"), since);
    let tea = |since| on_break(Some("Tea"), since);
    let both: &[&str] = &["break_ended", "break_started"];
    let changed: &[&str] = &["break_changed"];
    let table: [(&[Break], &[&str]); 25] = [
        (&[working()], &[]),
        (&[lunch(Some(0))], &[]),
        (&[working(), lunch(Some(0))], &["break_started"]),
        (&[lunch(Some(0)), working()], &["break_ended"]),
        (&[lunch(Some(0)), lunch(Some(0)), lunch(Some(0))], &[]),
        // A later start, at two polls in a row.
        (&[lunch(Some(0)), lunch(Some(100))], &[]),
        (&[lunch(Some(0)), lunch(Some(100)), lunch(Some(100))], both),
        (&[lunch(Some(0)), lunch(Some(100)), lunch(Some(0)), lunch(Some(0))], &[]),
        (&[lunch(Some(0)), tea(Some(100)), tea(Some(100)), tea(Some(100))], both),
        (&[lunch(Some(0)), on_break(None, None), lunch(Some(100)), lunch(Some(100))], both),
        // As far as rounding and the clocks of two nodes may be apart, and a second more.
        (&[lunch(Some(0)), lunch(Some(90)), lunch(Some(90)), lunch(Some(90))], &[]),
        (&[lunch(Some(0)), lunch(Some(91)), lunch(Some(91))], both),
        // Not later than the first poll that showed this break, or still to come.
        (&[lunch(Some(-3000)), lunch(Some(0)), lunch(Some(0)), lunch(Some(0))], &[]),
        (&[lunch(Some(0)), lunch(Some(9000)), lunch(Some(9000)), lunch(Some(9000))], &[]),
        // Another reason of the same break, and one that was there before.
        (&[lunch(Some(0)), tea(Some(0))], &[]),
        (&[lunch(Some(0)), tea(Some(0)), tea(Some(0)), tea(None)], changed),
        (&[lunch(Some(0)), tea(Some(0)), tea(Some(0)), lunch(Some(0)), lunch(Some(0))], changed),
        // While it is not decided whether another break has begun, a known reason shows that the other one was no
        // change, and the other one itself does not count.
        (
            &[lunch(Some(0)), tea(Some(0)), lunch(Some(100)), lunch(Some(0)), lunch(Some(0)), tea(Some(0))],
            &[],
        ),
        (&[lunch(Some(0)), tea(Some(0)), tea(Some(100)), tea(Some(0)), tea(Some(0)), tea(Some(0))], changed),
        // A later start that is not given again leaves the doubt at the third poll.
        (&[lunch(Some(0)), tea(Some(100)), tea(None), tea(None), tea(None), tea(None)], changed),
        (&[lunch(Some(0)), tea(Some(100)), tea(None), tea(None), tea(Some(100))], both),
        // If nothing contradicts it meanwhile, it counts whenever it is given again.
        (&[lunch(Some(0)), tea(Some(100)), tea(None), tea(None), tea(None), tea(Some(100))], both),
        (
            &[lunch(Some(0)), tea(Some(100)), lunch(Some(0)), lunch(Some(0)), lunch(Some(0)), tea(Some(100))],
            &[],
        ),
        // Details left out or added.
        (&[lunch(Some(0)), lunch(None), lunch(Some(0))], &[]),
        (&[lunch(None), lunch(Some(40)), on_break(None, None), lunch(Some(40))], &[]),
    ];
    for (states, expected) in table {
        assert_eq!(breaks(states), expected, "{states:?}");
    }
}

#[test]
fn a_reason_is_compared_by_what_can_be_seen_of_it() {
    let table: [(&[&str], usize); 8] = [
        (&["Lunch", "lunch ", " LUNCH\u{200b}", "lunch "], 0),
        (&["Lunch", "0", "0", "", "", "Lunch"], 0),
        (&["Lunch", "3", "Lunch", "3", "Lunch", "3"], 0),
        (&["Short break", "short_break", "short_break"], 0),
        (&["Lunch", "Tea", "Tea"], 1),
        (&["Lunch", "Tea", "tea "], 1),
        (&["Lunch", "Tea", "0", "Tea"], 1),
        (&["Lunch", "Tea", "Tea", "Meeting", "Meeting", "Tea", "Tea"], 2),
    ];
    for (reasons, expected) in table {
        let states: Vec<Break> = reasons.iter().map(|reason| on_break(Some(reason), Some(0))).collect();
        assert_eq!(breaks(&states), vec!["break_changed"; expected], "{reasons:?}");
        let unsaid = states.iter().flat_map(|state| [state.clone(), on_break(None, Some(0))]);
        assert_eq!(breaks(&unsaid.collect::<Vec<_>>()), vec!["break_changed"; expected], "{reasons:?}");
    }
}

#[test]
fn a_changed_break_keeps_its_start_and_names_both_reasons() {
    let seen = |second, reason, since| PollResult {
        break_state: Some(on_break(Some(reason), since)),
        ..poll(second)
    };
    let mut state = AgentState::default();
    let mut events = vec![];
    let answers =
        [("Lunch ", Some(0)), ("Lunch", Some(2)), ("Tea", None), ("Tea", Some(3)), ("Tea", Some(1))];
    for (second, (reason, since)) in (60..).zip(answers) {
        let (next, more) = state.after(&seen(second, reason, since));
        events.extend(more);
        state = next;
    }
    let changed =
        BreakChanged { reason: Some("Tea".into()), previous_reason: "Lunch ".into(), since: Some(at(0)) };
    assert_eq!(events, [EventKind::BreakChanged(changed)]);
    let since = state.break_state.expect("a break");
    assert_eq!((since.state.reason.as_deref(), since.state.since), (Some("Tea"), Some(at(0))));
    assert_eq!(since.seen_from, Duration::from_secs(60));
}

#[test]
fn a_break_lasts_from_its_start_to_the_poll_that_misses_it_or_to_the_next_start() {
    let seen = |poll: PollResult, state| PollResult { break_state: Some(state), ..poll };
    let (on, _) = AgentState::default().after(&seen(poll(60), on_break(Some("Lunch"), Some(0))));
    let lasted = |state: Break| {
        let (once, first) = on.after(&seen(poll(720), state.clone()));
        let events = if first.is_empty() { once.after(&seen(poll(725), state)).1 } else { first };
        match events.first() {
            Some(EventKind::BreakEnded(ended)) => ended.lasted_seconds,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(lasted(working()), Some(720));
    assert_eq!(lasted(on_break(Some("Lunch"), Some(700))), Some(700));

    let (unsaid, _) = AgentState::default().after(&seen(poll(60), on_break(None, None)));
    let (_, events) = unsaid.after(&seen(poll(720), working()));
    let [EventKind::BreakEnded(ended)] = &events[..] else { panic!("{events:?}") };
    assert_eq!(ended.lasted_seconds, None);
}

#[test]
fn another_break_has_held_since_the_poll_that_showed_it_first() {
    let mut state = AgentState::default();
    for (second, since) in [(60, 0), (720, 700), (725, 700)] {
        state = state.after(&PollResult { break_state: Some(on_break(None, Some(since))), ..poll(second) }).0;
    }
    let since = state.break_state.expect("a break");
    assert_eq!((since.state.since, since.seen_from), (Some(at(700)), Duration::from_secs(720)));
}

#[test]
fn another_agent_is_reported_and_nothing_of_the_first_one_is_taken_for_hers() {
    let seen = |second, agent: &str, state: Break, wrapup| {
        let agent_id = Some(agent.to_owned()).filter(|agent| !agent.is_empty());
        PollResult { break_state: Some(Break { agent_id, ..state }), wrapup: Some(wrapup), ..poll(second) }
    };
    let lunch = || on_break(Some("Lunch"), Some(0));
    let run = |agents: &[&str]| {
        let mut state = AgentState::default();
        let mut names = vec![];
        for (second, agent) in (1..).zip(agents) {
            let (break_state, wrapup) = match *agent {
                "14" => (working(), in_wrapup(Some("c"), None)),
                _ => (lunch(), not_in_wrapup()),
            };
            let (next, events) = state.after(&seen(second * 5, agent, break_state, wrapup));
            state = next;
            names.extend(events.iter().map(|event| event.words().name));
        }
        names
    };
    assert_eq!(run(&["13", "13", "", "0", "13 ", "13"]), [""; 0]);
    assert_eq!(run(&["13", "14", "13", "14", "13"]), [""; 0], "nobody can know whose answers these are");
    assert_eq!(run(&["13", "14", "14", "14"]), ["agent_changed"]);
    assert_eq!(run(&["", "14", "14"]), ["break_ended", "wrapup_started"]);
    assert_eq!(run(&["13", "14", "14", "13", "13"]), ["agent_changed"; 2]);
}

#[test]
fn wrapups_are_distinguished_by_a_call_that_is_there_twice() {
    let both: &[&str] = &["wrapup_ended", "wrapup_started"];
    let call = |id: &str| in_wrapup(Some(id), Some(90));
    let table: [(&[Wrapup], &[&str]); 11] = [
        (&[in_wrapup(Some("a"), Some(90))], &[]),
        (&[not_in_wrapup(), not_in_wrapup()], &[]),
        (&[not_in_wrapup(), in_wrapup(Some("a"), Some(90))], &["wrapup_started"]),
        (&[in_wrapup(Some("a"), Some(90)), not_in_wrapup()], &["wrapup_ended"]),
        (&[call("a"), call("b")], &[]),
        (&[call("a"), call("b"), call("b"), call("b")], both),
        (&[call("a"), call("b"), call("a"), call("b"), call("a")], &[]),
        (&[call("a"), call("0"), call("0"), call(""), call(""), call("a")], &[]),
        (&[call("0"), call("a"), call("a")], &[]),
        (&[in_wrapup(Some("a"), Some(90)), in_wrapup(Some("a"), Some(120))], &[]),
        (&[in_wrapup(Some("a"), Some(90)), in_wrapup(None, None), in_wrapup(Some("a"), None)], &[]),
    ];
    for (states, expected) in table {
        assert_eq!(wrapups(states), expected, "{states:?}");
    }
}

#[test]
fn a_wrapup_after_another_call_has_held_since_it_was_first_there() {
    let mut state = AgentState::default();
    let mut events = vec![];
    for (second, call, end) in [(60, "a", 90), (65, "a", 93), (70, "b", 160), (75, "b", 158)] {
        let wrapup = Some(in_wrapup(Some(call), Some(end)));
        let (next, more) = state.after(&PollResult { wrapup, ..poll(second) });
        events.extend(more);
        state = next;
    }
    let [EventKind::WrapupEnded(ended), EventKind::WrapupStarted(started)] = &events[..] else {
        panic!("{events:?}")
    };
    // Its end is not that of the other one, which was there already.
    assert_eq!((ended.call_id.as_deref(), ended.ends_at), (Some("a"), Some(at(93))));
    assert_eq!((started.call_id.as_deref(), started.remaining_seconds), (Some("b"), Some(83)));
    assert_eq!(state.wrapup.expect("a wrap-up").seen_from, Duration::from_secs(70));
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
fn the_seconds_that_were_left_count_down_where_the_server_gives_no_end() {
    let left = |seconds| Wrapup { remaining_seconds: Some(seconds), ..in_wrapup(Some("c1"), None) };
    let answer = |second, wrapup| PollResult { wrapup: Some(wrapup), ..poll(second) };
    let now = Duration::from_secs;
    let (state, _) = AgentState::default().after(&answer(100, not_in_wrapup()));
    let (state, events) = state.after(&answer(110, left(60)));
    assert_eq!(state.wrapup.as_ref().and_then(|known| known.seconds_left(now(130))), Some(40));
    let (next, _) = state.after(&answer(120, left(55)));
    assert_eq!(
        next.wrapup.and_then(|known| known.seconds_left(now(130))),
        Some(45),
        "the last answer counts"
    );

    // Of what was recorded, later answers repeat what the first one said.
    let clocks = OwnClocks::new(at(110));
    let mut learned = AgentState::default();
    learned.learn(&events[0], at(110), clocks.moment_of(at(110), None));
    let later = OwnClocks::of_request(at(110), at(130)).moment_of(at(130), None);
    let begun = learned.wrapup.clone().expect("learned").seen_from;
    let unbroken = Unbroken { since: begun, pause: now(15) };
    learned.attend(FollowedPart::Wrapups, at(130), later, unbroken);
    let known = learned.wrapup.expect("a wrap-up");
    assert_eq!(known.seconds_left(begun + now(20)), Some(40));
}

#[test]
fn a_denial_is_no_longer_than_answers_came_without_a_hole() {
    let now = Duration::from_secs;
    let answer =
        |second| PollResult { wrapup: Some(not_in_wrapup()), break_state: Some(working()), ..poll(second) };
    let clocks = OwnClocks::of_request(at(0), at(2000));
    let begin = clocks.moment().monotonic();
    // Recorded from 100 to 200 s, in rows that begin at different times; then an answer that leaves a hole or none.
    for (row_from, answered, seen_from) in [(0, 210, 50), (100, 210, 100), (100, 300, 300)] {
        let mut state = AgentState::default();
        let ended = BreakEnded { reason: None, since: None, lasted_seconds: None };
        let over = WrapupEnded { ends_at: None, call_id: None, customer: None };
        state.learn(&EventKind::BreakEnded(ended), at(50), clocks.moment_of(at(50), None));
        state.learn(&EventKind::WrapupEnded(over), at(50), clocks.moment_of(at(50), None));
        let unbroken = Unbroken { since: begin + now(row_from), pause: now(15) };
        for part in [FollowedPart::Breaks, FollowedPart::Wrapups] {
            state.attend(part, at(200), clocks.moment_of(at(200), None), unbroken);
        }
        let monotonic = begin + now(answered);
        let (state, _) = state.after(&PollResult { monotonic, ..answer(answered) });
        let from = [state.break_state.expect("known").seen_from, state.wrapup.expect("known").seen_from];
        assert_eq!(from, [begin + now(seen_from); 2], "{row_from} {answered}");
    }
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

#[test]
fn what_a_journal_has_masked_is_the_same_when_an_answer_has_it_whole() {
    let masked = on_break(Some("call •••••••••678 back"), Some(0));
    let whole = |number: &str| on_break(Some(&format!("call {number} back")), Some(0));
    let (same, other) = (whole("919812345678"), whole("919812345679"));
    assert!(breaks(&[masked.clone(), same.clone(), same.clone(), same.clone()]).is_empty());
    assert_eq!(breaks(&[masked.clone(), other.clone(), other.clone()]), ["break_changed"]);
    // Once it is known whole, another number that ends alike is another one.
    let alike = whole("918800000678");
    assert_eq!(breaks(&[masked, same, alike.clone(), alike]), ["break_changed"]);

    let call = |id: &str| in_wrapup(Some(id), None);
    let (masked, same, other) = (call("c-•••••••••678"), call("c-919812345678"), call("c-919812345679"));
    assert!(wrapups(&[masked.clone(), same.clone(), same.clone()]).is_empty());
    assert_eq!(wrapups(&[masked, other.clone(), other]), ["wrapup_ended", "wrapup_started"]);
}
