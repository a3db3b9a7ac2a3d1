//! What must be no event, however a server spells, rounds or computes anew what has not changed; and what must still
//! be one. Each kind is a server; each server is watched through the same days.

use std::time::Duration;

use crate::floor::alerts;
use crate::floor::answer::Break;
use crate::floor::diff::{Difference, Memory};
use crate::floor::event::EventKind;
use crate::floor::poll_result::PollResult;
use crate::floor::samples::{at, on_break, poll, raw, working};

mod notifications;

/// What a server says of a break that began at `start`, at its true present `now`, in the `n`th answer: the start
/// that it gives, and its own clock.
type Spelled = fn(start: i64, now: i64, n: u64) -> (Option<i64>, Option<i64>);

/// India's zone, of a time that names none.
const ZONE: i64 = 330 * 60;

/// The same sequence for the same `n`, without any pattern.
fn dice(n: u64, sides: u64) -> i64 {
    let mixed = (n + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    ((mixed >> 33) % sides).cast_signed()
}

fn of_node(n: u64, values: [i64; 2]) -> i64 {
    values[usize::try_from(dice(n, 2)).expect("a small number")]
}

const SERVERS: [(&str, Spelled); 24] = [
    ("stores the start", |start, now, _| (Some(start), Some(now))),
    ("stores the start, and sends no clock", |start, _, _| (Some(start), None)),
    ("names no start", |_, now, _| (None, Some(now))),
    ("names the start now and then", |start, now, n| ((n % 3 == 0).then_some(start), Some(now))),
    ("is three seconds off every other time", |start, now, n| {
        (Some(start + 3 * (n % 2).cast_signed()), Some(now))
    }),
    ("is off by up to ten seconds", |start, now, n| (Some(start - 5 + dice(n, 10)), Some(now))),
    ("creeps by a second in five", |start, now, _| (Some(start + (now - start) / 5), Some(now))),
    ("creeps by two seconds in five", |start, now, _| (Some(start + 2 * (now - start) / 5), Some(now))),
    ("creeps back", |start, now, _| (Some(start - (now - start) / 5), Some(now))),
    ("counts whole minutes back from now", |start, now, _| (Some(now - (now - start) / 60 * 60), Some(now))),
    ("has two nodes 20 seconds apart that count whole minutes back, and sends no clock", |start, now, n| {
        (Some(now + of_node(n, [0, 20]) - (now - start) / 60 * 60), None)
    }),
    ("has two nodes 90 seconds apart that count whole minutes back", |start, now, n| {
        let ahead = of_node(n, [0, 90]);
        // Its answer was made up a second before it was whole.
        (Some(now - 1 + ahead - (now - 1 - start) / 60 * 60), Some(now - 1 + ahead))
    }),
    ("counts whole hours back from now", |start, now, _| {
        (Some(now - (now - start) / 3600 * 3600), Some(now))
    }),
    ("cuts to the minute", |start, now, _| (Some(start - start.rem_euclid(60)), Some(now))),
    ("rounds up to the minute", |start, now, _| (Some(start + (-start).rem_euclid(60)), Some(now))),
    ("rounds the present to the minute", |start, now, _| {
        let rounded = (now + 30) - (now + 30).rem_euclid(60);
        (Some(rounded - (now - start)), Some(now))
    }),
    ("has two nodes three seconds apart", |start, now, n| {
        let ahead = of_node(n, [0, 3]);
        (Some(start + ahead), Some(now + ahead))
    }),
    ("has two nodes 90 seconds apart that compute the start", |start, now, n| {
        let ahead = of_node(n, [0, 90]);
        (Some(start + ahead), Some(now + ahead))
    }),
    ("has two nodes 90 seconds apart that store the start", |start, now, n| {
        (Some(start), Some(now + of_node(n, [0, 90])))
    }),
    ("has two nodes five minutes apart that compute the start", |start, now, n| {
        let ahead = of_node(n, [-300, 0]);
        (Some(start + ahead), Some(now + ahead))
    }),
    ("has two nodes, of which one is far off", |start, now, n| {
        let ahead = of_node(n, [0, 7200]);
        (Some(start + ahead), Some(now + ahead))
    }),
    ("has two nodes, of which one writes UTC that is read as India's time", |start, now, n| {
        (Some(start - of_node(n, [0, ZONE])), Some(now))
    }),
    ("has two nodes in strict turns, of which one writes UTC", |start, now, n| {
        (Some(start - ZONE * (n % 2).cast_signed()), Some(now))
    }),
    ("has two nodes, of which one writes India's time that is read as UTC", |start, now, n| {
        (Some(start + of_node(n, [0, ZONE])), Some(now))
    }),
];

/// Polls a server, and collects the names of the events but for the first state, with the seconds of each.
struct Watch {
    memory: Memory,
    crossed: alerts::CrossedLimits,
    polls: u64,
    events: Vec<(u64, String)>,
    shown: Vec<Option<i64>>,
}

impl Watch {
    fn new() -> Self {
        let crossed = alerts::CrossedLimits::default();
        Self { memory: Memory::default(), crossed, polls: 0, events: vec![], shown: vec![] }
    }

    fn sees(&mut self, poll: &PollResult) {
        let limits = ["break=5m".parse().expect("a limit")];
        let Difference { events, change, .. } = self.memory.diff(poll);
        if self.polls.is_multiple_of(16) {
            let again = self.memory.diff(poll).events;
            assert_eq!(events, again, "a poll that is not committed changes nothing");
        }
        self.memory.commit(change);
        let (alerts, crossed) =
            alerts::evaluate(&limits, self.memory.state(), &self.crossed, poll.monotonic, Duration::MAX);
        self.crossed = crossed;
        let kinds = events.into_iter().map(|event| event.kind).chain(alerts);
        let second = poll.monotonic.as_secs();
        let named = kinds.filter(|_| self.polls > 0).map(|kind| (second, name(&kind)));
        self.events.extend(named.filter(|(_, name)| name != "alert over"));
        self.polls += 1;
        let state = self.memory.state().break_state.as_ref();
        self.shown.push(
            state.and_then(|since| since.state.since).map(|since| since.duration_since(at(0)).as_secs()),
        );
    }

    fn names(&self) -> Vec<&str> {
        self.events.iter().map(|(_, name)| name.as_str()).collect()
    }
}

fn name(kind: &EventKind) -> String {
    match kind {
        EventKind::Alert(alert) => format!("alert {}", alert.change.word()),
        EventKind::Tag(reported) if reported.changed => "tag changed".to_owned(),
        EventKind::State(state) => format!("state {}", state.because.word()),
        kind => kind.words().name.to_owned(),
    }
}

/// An answer of a server about the break that holds at `now`.
fn answer(server: Spelled, start: Option<i64>, now: u64, n: u64) -> PollResult {
    let state = start.map(|start| server(start, now.cast_signed(), n));
    let date = state.map_or(Some(now.cast_signed()), |(_, date)| date);
    let state = state.map_or_else(working, |(since, _)| Break {
        detail: Some(raw("{}")),
        ..on_break(Some("Lunch"), since)
    });
    PollResult { server_time: date.map(at), break_state: Some(state), ..poll(now) }
}

/// Intervals as they are chosen, and a little beside.
const INTERVALS: [u64; 9] = [2, 3, 5, 7, 10, 30, 60, 61, 90];

/// Moments of polls that come late by up to a tenth, as those of a watch do.
fn moments(interval: u64, length: u64) -> Vec<u64> {
    let late = |n: u64| dice(n + 77, interval / 10 + 1).unsigned_abs();
    (0..(length / interval).min(400)).map(|n| 1000 + n * interval + late(n)).collect()
}

#[test]
fn one_break_is_one_however_the_server_computes_its_start() {
    for (kind, server) in SERVERS {
        for interval in INTERVALS {
            // Begun long before the first poll, just before it, and in the same second.
            for before in [0, 1, 4, 29, 59, 600, 3000] {
                let mut watch = Watch::new();
                for (n, now) in (0..).zip(moments(interval, 3 * 3600)) {
                    watch.sees(&answer(server, Some(1000 - before), now, n));
                }
                let far = watch.events.iter().filter(|(_, name)| name != "state clock_skew");
                assert_eq!(
                    far.count(),
                    0,
                    "{kind}, every {interval} s, {before} s before: {:?}",
                    watch.events
                );
            }
        }
    }
}

#[test]
fn the_start_that_is_shown_does_not_wander() {
    for (kind, server) in SERVERS {
        let mut watch = Watch::new();
        for (n, now) in (0..).zip(moments(5, 3600)) {
            watch.sees(&answer(server, Some(400), now, n));
        }
        watch.shown.dedup();
        watch.shown.retain(Option::is_some);
        // One that was ahead of the present, and so wrong, gives way to the first that is not.
        watch.shown.retain(|shown| shown.is_none_or(|shown| shown < 1000 + 60));
        assert!(watch.shown.len() <= 1, "{kind}: {:?}", watch.shown);
    }
}

/// Whose starts say nothing of which of two breaks it is.
const SILENT: [&str; 2] = ["names no start", "counts whole hours back from now"];

#[test]
fn a_second_break_is_one_more_even_if_nobody_saw_an_end_between() {
    for (kind, server) in SERVERS.into_iter().filter(|(kind, _)| !SILENT.contains(kind)) {
        for interval in INTERVALS {
            for second in 0..5 {
                let second = 1000 + 20 * interval.cast_signed().max(10) + 13 * second;
                let mut watch = Watch::new();
                for (n, now) in (0..).zip(moments(interval, 3 * 3600)) {
                    let start = if now.cast_signed() >= second { second } else { 400 };
                    watch.sees(&answer(server, Some(start), now, n));
                }
                watch.events.retain(|(_, name)| name != "state clock_skew");
                let expected = ["break_ended", "break_started", "alert cleared"];
                assert_eq!(
                    watch.names(),
                    expected,
                    "{kind}, every {interval} s, at {second}: {:?}",
                    watch.events
                );
            }
        }
    }
}

#[test]
fn an_end_that_the_server_names_is_one() {
    for (kind, server) in SERVERS {
        let mut watch = Watch::new();
        for (n, now) in (0..).zip(moments(5, 3600)) {
            watch.sees(&answer(server, (now < 2000).then_some(400), now, n));
        }
        watch.events.retain(|(_, name)| name != "state clock_skew");
        assert_eq!(watch.names(), ["break_ended", "alert cleared"], "{kind}");
    }
}

/// Whose starts move on while nobody polls, by more than a minute in a night.
const MOVING: [&str; 5] = [
    "creeps by a second in five",
    "creeps by two seconds in five",
    "creeps back",
    "counts whole hours back from now",
    "has two nodes, of which one is far off",
];

const NIGHT: i64 = 8 * 3600;

/// The poll of a machine that has slept for a night: its monotonic clock stood still.
fn after_a_night(poll: PollResult) -> PollResult {
    let monotonic = poll.monotonic.saturating_sub(Duration::from_secs(NIGHT.unsigned_abs()));
    PollResult { monotonic, ..poll }
}

/// Polls a minute apart before and after a night of sleep, with the starts of the breaks at evening and in the morning.
fn over_night(server: Spelled, evening: i64, morning: i64) -> Watch {
    let mut watch = Watch::new();
    for n in 0..10 {
        watch.sees(&answer(server, Some(evening), 1000 + 60 * n, n));
    }
    for n in 10..30 {
        let now = 1000 + 60 * n + NIGHT.unsigned_abs();
        watch.sees(&after_a_night(answer(server, Some(morning), now, n)));
    }
    watch.events.retain(|(_, name)| !name.starts_with("state") && !name.starts_with("alert"));
    watch
}

#[test]
fn a_break_that_began_while_the_machine_slept_is_another_one() {
    for (kind, server) in SERVERS.into_iter().filter(|(kind, _)| !SILENT.contains(kind)) {
        // It is in the morning as old as the one at evening was, for a clock that stood still.
        for age in [0, 4, 61, 300, 600] {
            let watch = over_night(server, 1000 - age, 1000 - age + NIGHT);
            assert_eq!(watch.names(), ["break_ended", "break_started"], "{kind}, {age} s");
        }
    }
}

#[test]
fn a_break_that_lasts_while_the_machine_sleeps_is_one() {
    for (kind, server) in SERVERS.into_iter().filter(|(kind, _)| !MOVING.contains(kind)) {
        for age in [0, 4, 61, 300, 600] {
            let watch = over_night(server, 1000 - age, 1000 - age);
            assert!(watch.events.is_empty(), "{kind}, {age} s: {:?}", watch.events);
        }
    }
}

/// Those whose clock is right, asked by a machine that sees no `Date` and whose own clock is set back by an hour.
fn without_date() -> impl Iterator<Item = (&'static str, Spelled)> {
    let is_right = |server: Spelled| (0..99).all(|n| server(400, 1000, n).1.is_none_or(|date| date == 1000));
    SERVERS.into_iter().filter(move |(_, server)| is_right(*server))
}

fn by_a_clock_set_back(poll: PollResult, from: u64) -> PollResult {
    let now = poll.monotonic.as_secs();
    let back = if now >= from { 3600 } else { 0 };
    PollResult { server_time: None, taken_at: at(now.cast_signed() - back), ..poll }
}

#[test]
fn one_break_is_one_whenever_our_clock_is_set_back() {
    for (kind, server) in without_date() {
        for interval in [5, 60, 90] {
            for set_back_at in [0, 1000 + interval, 1100, 1400, 3000] {
                let mut watch = Watch::new();
                for (n, now) in (0..).zip(moments(interval, 4 * 3600)) {
                    watch.sees(&by_a_clock_set_back(answer(server, Some(990), now, n), set_back_at));
                }
                let wrong: Vec<_> =
                    watch.events.iter().filter(|(_, name)| !name.starts_with("alert")).collect();
                assert!(wrong.is_empty(), "{kind}, every {interval} s, at {set_back_at}: {wrong:?}");
                // One that is ahead when the break is seen first gives way to the first that is not.
                let present = if set_back_at == 0 { 1000 - 3600 } else { 1000 };
                watch.shown.dedup();
                watch.shown.retain(|shown| shown.is_some_and(|shown| shown <= present + 60));
                assert!(
                    watch.shown.len() <= 1,
                    "{kind}, every {interval} s, at {set_back_at}: {:?}",
                    watch.shown
                );
            }
        }
    }
}

#[test]
fn a_break_that_was_seen_to_begin_is_another_one_even_if_our_clock_is_set_back_then() {
    let (_, server) = SERVERS[1];
    let mut watch = Watch::new();
    for n in 0..20 {
        let now = 1000 + 60 * n;
        let start = if n < 10 { 400 } else { 1590 };
        watch.sees(&by_a_clock_set_back(answer(server, Some(start), now, n), 1000 + 60 * 11));
    }
    watch.events.retain(|(_, name)| !name.starts_with("alert"));
    assert_eq!(watch.names(), ["break_ended", "break_started"]);
}
