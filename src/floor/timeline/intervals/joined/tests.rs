use std::time::Duration;

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::floor::diff::Memory;
use crate::floor::event::{BreakEnded, BreakStarted, Event, EventKind, WrapupEnded, WrapupStarted};
use crate::floor::pause::PAST;
use crate::floor::samples::at;
use crate::floor::samples::measures::Measures;
use crate::floor::shift::{AgentShift, BreakFigures, joined_shift, shift};
use crate::floor::simulated::{floor, on_clocks_after, polls};
use crate::floor::timeline::{Coverage, Recorded, Span, coverage_step};

use FollowedPart::{Breaks, Wrapups};

const CADENCE: Duration = Duration::from_secs(5);

/// What one profile saw: when answers came, and when a break with which start began and ended.
type Saw = (&'static [(i64, i64)], &'static [(i64, Option<i64>)], &'static [i64]);

/// Beginning and end of what is one, with their bounds, and whether it goes on.
type Bounds = (Option<i64>, i64, i64, Option<i64>, bool);

fn recorded(second: i64, kind: EventKind) -> Recorded {
    let event = Event { at: at(second), server_time: None, profile: None, kind };
    Recorded { seq: second, event, customer: None }
}

fn rows(part: FollowedPart, spans: &[(i64, i64)]) -> Vec<Coverage> {
    let row = |(from, to): &(i64, i64)| Coverage {
        part,
        from: at(*from),
        to: at(*to),
        server_time: None,
        cadence: CADENCE,
        ended: None,
        repeats: None,
    };
    spans.iter().map(row).collect()
}

fn breaks((spans, starts, ends): &Saw) -> (Vec<Recorded>, Vec<Coverage>) {
    let started = |(second, since): &(i64, Option<i64>)| {
        let started = BreakStarted { reason: Some("Tea".into()), since: since.map(at), detail: None };
        recorded(*second, EventKind::BreakStarted(started))
    };
    let ended = |second: &i64| {
        let ended = BreakEnded { reason: None, since: None, lasted_seconds: None };
        recorded(*second, EventKind::BreakEnded(ended))
    };
    let mut events: Vec<Recorded> = ends.iter().map(ended).chain(starts.iter().map(started)).collect();
    events.sort_by_key(|recorded| recorded.seq);
    (events, rows(Breaks, spans))
}

fn bounds(seen: &[(Vec<Recorded>, Vec<Coverage>)]) -> Vec<Bounds> {
    let second = |moment: Timestamp| moment.duration_since(at(0)).as_secs();
    let seen: Vec<Seen<'_>> = seen.iter().map(|(events, coverage)| Seen { events, coverage }).collect();
    let bounds = |it: Interval| {
        let (start_lo, end_hi) = (it.start_lo.map(second), it.end_hi.map(second));
        (start_lo, second(it.start_hi), second(it.end_lo), end_hi, it.open)
    };
    joined(&seen).into_iter().map(bounds).collect()
}

#[test]
fn what_several_profiles_saw_is_there_once_with_the_bounds_of_all_their_answers() {
    type Case = (&'static str, [Saw; 2], &'static [Bounds]);
    let table: [Case; 12] = [
        (
            "both saw it",
            [(&[(0, 900)], &[(100, None)], &[700]), (&[(0, 900)], &[(103, None)], &[698])],
            &[(Some(85), 100, 685, Some(698), false)],
        ),
        (
            "one saw it begin, the other one saw it end",
            [(&[(0, 400)], &[(100, None)], &[]), (&[(300, 900)], &[(300, None)], &[700])],
            &[(Some(85), 100, 685, Some(700), false)],
        ),
        (
            "one saw it last, and the other one went on to see it",
            [(&[(0, 400)], &[(100, Some(98))], &[]), (&[(500, 900)], &[(500, Some(98))], &[700])],
            &[(Some(85), 100, 685, Some(700), false)],
        ),
        (
            "the same without a start",
            [(&[(0, 400)], &[(100, None)], &[]), (&[(500, 900)], &[(500, None)], &[700])],
            &[(Some(85), 100, 685, Some(700), false)],
        ),
        (
            "one saw it last, and the other one saw another",
            [(&[(0, 400)], &[(100, Some(98))], &[]), (&[(900, 999)], &[(900, Some(800))], &[950])],
            &[(Some(85), 100, 400, Some(900), false), (Some(100), 900, 935, Some(950), false)],
        ),
        (
            "one saw it last, and the first answer to the other one denied it",
            [(&[(0, 400)], &[(100, None)], &[]), (&[(500, 900)], &[], &[])],
            &[(Some(85), 100, 400, Some(500), false)],
        ),
        (
            "the last answer to the other one had denied it",
            [(&[(500, 900)], &[(500, None)], &[700]), (&[(0, 400)], &[], &[])],
            &[(Some(400), 500, 685, Some(700), false)],
        ),
        (
            "it was denied to the other one meanwhile",
            [(&[(0, 200), (600, 900)], &[(100, None)], &[700]), (&[(300, 400)], &[], &[])],
            &[(Some(85), 100, 200, Some(300), false), (Some(400), 600, 685, Some(700), false)],
        ),
        (
            "the other one was answered too seldom to see the pause",
            [
                (&[(0, 900)], &[(100, None), (300, None)], &[250, 700]),
                (&[(0, 90), (120, 120), (500, 500), (800, 800)], &[(120, None)], &[800]),
            ],
            &[(Some(90), 100, 235, Some(250), false), (Some(285), 300, 685, Some(700), false)],
        ),
        (
            "the other one saw neither the end nor the beginning",
            [
                (&[(110, 120), (500, 600)], &[(110, None), (500, None)], &[]),
                (&[(0, 100), (900, 950)], &[(50, None), (900, None)], &[]),
            ],
            &[(Some(35), 50, 110, Some(500), false), (Some(110), 500, 950, None, true)],
        ),
        (
            "it goes on for the one who was answered last",
            [(&[(0, 400)], &[(100, None)], &[]), (&[(0, 900)], &[(102, None)], &[])],
            &[(Some(85), 100, 900, None, true)],
        ),
        (
            "two, each of which one of them saw",
            [(&[(0, 400)], &[(100, None)], &[200]), (&[(500, 900)], &[(600, None)], &[700])],
            &[(Some(85), 100, 185, Some(200), false), (Some(585), 600, 685, Some(700), false)],
        ),
    ];
    for (what, saw, expected) in table {
        let mut seen: Vec<_> = saw.iter().map(breaks).collect();
        assert_eq!(bounds(&seen), expected, "{what}");
        seen.reverse();
        assert_eq!(bounds(&seen), expected, "{what}, the other way round");
    }
}

#[test]
fn wrap_ups_after_two_calls_are_two_although_nobody_saw_a_pause() {
    let started = |second, call: &str| {
        let call_id = Some(call.to_owned());
        recorded(
            second,
            EventKind::WrapupStarted(WrapupStarted {
                ends_at: None,
                remaining_seconds: None,
                call_id,
                customer: None,
            }),
        )
    };
    let ended = |second| {
        recorded(second, EventKind::WrapupEnded(WrapupEnded { ends_at: None, call_id: None, customer: None }))
    };
    let one = (vec![started(100, "c1")], rows(Wrapups, &[(0, 200)]));
    let other = (vec![started(210, "c2"), ended(300)], rows(Wrapups, &[(210, 400)]));
    let expected: [Bounds; 2] =
        [(Some(85), 100, 200, Some(210), false), (Some(100), 210, 285, Some(300), false)];
    assert_eq!(bounds(&[one, other]), expected);
}

/// What is known of an agent by answers to one profile.
#[derive(Default)]
struct Journal {
    memory: Memory,
    events: Vec<Recorded>,
    coverage: Vec<Coverage>,
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whoever gets them, the same answers show the same: the figures of two profiles leave no less open than those of one
    /// that has had all answers, and never deny them.
    #[test]
    fn answers_to_two_profiles_show_what_the_same_answers_to_one_do(
        floor in floor(Just(true)),
        polls in polls(),
        whose in prop::collection::vec(0..2_usize, 1..40),
    ) {
        let mut floors = [floor.clone(), floor.clone(), floor];
        let mut journals: [Journal; 3] = Default::default();
        let mut second = 0;
        let mut whose = whose.into_iter().cycle();
        let mut by = 0;
        for (pause, is_cut) in polls {
            second += pause;
            by = if is_cut { whose.next().unwrap_or(by) } else { by };
            for place in [by, 2] {
                let Journal { memory, events, coverage } = &mut journals[place];
                let difference = memory.diff(&on_clocks_after(&floors[place].poll(second), PAST, 0));
                let new = difference.to_record().map(|new| Recorded { seq: second, event: new.event, customer: None });
                events.extend(new);
                for look in &difference.marks {
                    if let Some(step) = coverage_step(coverage, look, CADENCE) {
                        Coverage::take(coverage, &step);
                    }
                }
                memory.commit(difference.change);
            }
        }
        let is_changed = |one: &Recorded| matches!(one.event.kind, EventKind::AgentChanged(_));
        prop_assume!(!journals[2].events.iter().any(is_changed));
        let measures = Measures::default();
        let window = Span { from: at(0), to: at(second.max(1)) };
        let rules = measures.rules(window);
        let [one, other, both] = &journals;
        let seen = [one, other].map(|it| Seen { events: &it.events, coverage: &it.coverage });
        let (joined, whole) = (joined_shift(&seen, &rules, None), shift(&both.events, &both.coverage, &rules));
        let alone = [one, other].map(|it| shift(&it.events, &it.coverage, &rules).covered);
        prop_assert!(alone.iter().all(|alone| *alone <= joined.covered), "{alone:?}");
        // As many as there truly were, at most: one may see what the other cannot tell apart.
        let counts = [
            (joined.breaks.as_ref().map(BreakFigures::count), floors[2].breaks.len()),
            (joined.wrapups.as_ref().map(|it| it.count), floors[2].wrapups.len()),
        ];
        for (count, truly) in counts {
            prop_assert!(count.is_none_or(|count| usize::try_from(count).expect("few") <= truly), "{count:?} {truly}");
        }
        let times = |agent: &AgentShift| {
            [agent.breaks.as_ref().map(|it| it.time), agent.wrapups.as_ref().map(|it| it.time)]
        };
        for (joined, whole) in times(&joined).into_iter().zip(times(&whole)) {
            prop_assert_eq!(joined.is_some(), whole.is_some());
            let (Some(joined), Some(whole)) = (joined, whole) else { continue };
            prop_assert!(joined.min <= whole.max && whole.min <= joined.max, "{joined:?} {whole:?}");
        }
        prop_assert_eq!(joined.tags.map(|it| it.by_kind), whole.tags.map(|it| it.by_kind));
    }
}
