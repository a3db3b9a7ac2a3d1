use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::floor::diff::Memory;
use crate::floor::event::{AgentChanged, BreakChanged, BreakEnded, BreakStarted, WrapupEnded};
use crate::floor::pause::{OwnClocks, PAST};
use crate::floor::samples::{at, row};
use crate::floor::simulated::{Episode, floor, on_clocks_after, polls, present};
use crate::floor::timeline::{INTERVALS, coverage_step};

use FollowedPart::{Breaks, Wrapups};

const CADENCE: Duration = Duration::from_secs(5);

fn event(second: i64, kind: EventKind) -> Event {
    Event { at: at(second), server_time: None, profile: Some("asha".into()), kind }
}

fn started(second: i64, reason: &str, since: Option<i64>) -> Event {
    let since = since.map(at);
    event(second, EventKind::BreakStarted(BreakStarted { reason: Some(reason.into()), since, detail: None }))
}

fn ended(second: i64, since: Option<i64>) -> Event {
    let ended = BreakEnded { reason: Some("Lunch".into()), since: since.map(at), lasted_seconds: None };
    event(second, EventKind::BreakEnded(ended))
}

/// What there was, what was recorded of it, and the intervals.
type Day = (&'static str, Vec<Event>, Vec<Coverage>, &'static [Bounds]);

/// The bounds: start, end, and whether it is open.
type Bounds = (Option<i64>, i64, i64, Option<i64>, bool);

fn bounds(intervals: &[Interval]) -> Vec<Bounds> {
    let second = |moment: Timestamp| moment.duration_since(at(0)).as_secs();
    let bounds = |it: &Interval| {
        let (start_lo, end_hi) = (it.start_lo.map(second), it.end_hi.map(second));
        (start_lo, second(it.start_hi), second(it.end_lo), end_hi, it.open)
    };
    intervals.iter().map(bounds).collect()
}

#[test]
fn the_bounds_are_the_answers_around_a_beginning_and_an_end() {
    let changed = EventKind::AgentChanged(AgentChanged { from: Some("13".into()), to: Some("14".into()) });
    let table: [Day; 9] = [
        (
            "denied, shown, denied",
            vec![started(100, "Lunch", None), ended(200, None)],
            vec![row(Breaks, 0, 300)],
            &[(Some(85), 100, 185, Some(200), false)],
        ),
        (
            "begun in a hole, ended in a hole",
            vec![started(100, "Lunch", None), ended(500, None)],
            vec![row(Breaks, 0, 40), row(Breaks, 100, 200), row(Breaks, 500, 600)],
            &[(Some(40), 100, 200, Some(500), false)],
        ),
        (
            "it was there at the first answer",
            vec![started(100, "Lunch", Some(20)), ended(200, Some(20))],
            vec![row(Breaks, 100, 300)],
            &[(None, 100, 185, Some(200), false)],
        ),
        (
            "it goes on",
            vec![started(100, "Lunch", None)],
            vec![row(Breaks, 0, 300)],
            &[(Some(85), 100, 300, None, true)],
        ),
        (
            "another one, without a denial",
            vec![started(100, "Lunch", Some(98)), ended(300, Some(98)), started(300, "Tea", Some(290))],
            vec![row(Breaks, 0, 400)],
            &[(Some(85), 100, 200, Some(300), false), (Some(200), 300, 400, None, true)],
        ),
        (
            "another one, whose start is still to come by our clock",
            vec![started(100, "Lunch", Some(98)), ended(300, Some(98)), started(300, "Tea", Some(3890))],
            vec![row(Breaks, 0, 400)],
            &[(Some(85), 100, 100, Some(300), false), (Some(100), 300, 400, None, true)],
        ),
        (
            "it had begun before the first event",
            vec![ended(200, Some(20))],
            vec![row(Breaks, 100, 300)],
            &[(None, 100, 185, Some(200), false)],
        ),
        (
            "then the session answered for another agent",
            vec![started(100, "Lunch", None), event(200, changed.clone()), started(200, "Tea", None)],
            vec![row(Breaks, 0, 300)],
            &[(Some(85), 100, 170, None, false), (Some(170), 200, 300, None, true)],
        ),
        (
            "the clock was set back before its end",
            vec![started(100, "Lunch", None), ended(50, None)],
            vec![row(Breaks, 0, 120)],
            &[(Some(85), 100, 100, Some(100), false)],
        ),
    ];
    for (what, events, coverage, expected) in table {
        assert_eq!(bounds(&intervals(&events, &coverage)), expected, "{what}");
    }
}

/// An answer by the server's clock.
fn dated(mut event: Event, server: i64) -> Event {
    event.server_time = Some(at(server));
    event
}

/// Answers from one time to another by our clock, and the server's time at the last one.
fn answers(spans: &[(i64, i64, i64)]) -> Vec<Coverage> {
    let dated = |(from, to, server): &(i64, i64, i64)| Coverage {
        server_time: Some(at(*server)),
        ..row(Breaks, *from, *to)
    };
    spans.iter().map(dated).collect()
}

#[test]
fn what_our_clock_showed_before_and_after_it_was_set_is_told_apart_by_the_server_s() {
    const DAY: i64 = 24 * 3600;
    let changed = EventKind::AgentChanged(AgentChanged { from: Some("13".into()), to: Some("14".into()) });
    let table: [Day; 5] = [
        (
            "an answer after it was set back, to just before the first that showed the break, denies nothing",
            vec![dated(started(500, "Lunch", None), 500), dated(ended(560, None), 560)],
            answers(&[(0, 300, 300), (400, 500, 4100), (500, 600, 600)]),
            &[(Some(300), 500, 545, Some(560), false)],
        ),
        (
            "set back while no answers came, to a time long after the last one before that by our clock",
            vec![dated(started(DAY, "Lunch", None), 2000)],
            answers(&[(0, 300, 300), (DAY, DAY + 100, 2100), (2 * DAY, 2 * DAY + 100, 1000)]),
            &[(Some(DAY - 1000 - 180), DAY, DAY + 100, None, true)],
        ),
        (
            "set back since the session answers for another agent",
            vec![dated(event(200, changed), 200), dated(started(600 - DAY, "Lunch", None), 600)],
            answers(&[(300 - DAY, 900 - DAY, 900), (0, 290, 290)]),
            &[(Some(585 - DAY), 600 - DAY, 900 - DAY, None, true)],
        ),
        (
            "set back, its last answer came shortly before answers of the time before",
            vec![dated(started(20, "Lunch", None), 4020)],
            answers(&[(0, 100, 4100), (100, 200, 200)]),
            &[(Some(5), 20, 85, None, true)],
        ),
        (
            "set back without a Date, nobody knows which answers came after that",
            vec![started(800, "Lunch", None), ended(900, None), started(700, "Tea", None)],
            vec![row(Breaks, 0, 1000)],
            &[(Some(685), 700, 700, None, true), (Some(785), 800, 885, Some(900), false)],
        ),
    ];
    for (what, events, coverage, expected) in table {
        assert_eq!(bounds(&intervals(&events, &coverage)), expected, "{what}");
    }
}

#[test]
fn how_our_clock_was_set_during_a_break_is_not_taken_from_the_break_before_it() {
    const DAY: i64 = 24 * 3600;
    let events = [
        dated(started(100, "Lunch", None), 3700),
        dated(ended(200, None), 3800),
        dated(started(1000 - DAY, "Tea", None), 5000),
        dated(ended(6000, None), 6000),
    ];
    let coverage = answers(&[(1000 - DAY, 1100 - DAY, 5100), (0, 300, 3900), (6000, 6100, 6100)]);
    let [tea, lunch] = &intervals(&events, &coverage)[..] else { panic!("two") };
    let tea = tea.clock_set.as_ref().expect("it was set");
    assert_eq!(lunch.clock_set, None);
    assert_eq!((tea.since, tea.until), (at(300), at(6000)));
    assert_eq!(
        (tea.passed, tea.shown_for),
        (Some(Duration::from_secs(2100)), Some(Duration::from_secs(1000)))
    );
}

#[test]
fn an_interval_says_what_the_events_said_of_it() {
    let changed =
        BreakChanged { reason: Some("Tea".into()), previous_reason: "Lunch".into(), since: Some(at(90)) };
    let wrapup = WrapupStarted {
        ends_at: Some(at(160)),
        remaining_seconds: Some(50),
        call_id: Some("c1".into()),
        customer: Some("91".into()),
    };
    let over = WrapupEnded { ends_at: Some(at(170)), call_id: Some("c1".into()), customer: None };
    let events = [
        started(100, "Lunch", Some(90)),
        event(110, EventKind::WrapupStarted(wrapup)),
        event(120, EventKind::BreakChanged(changed)),
        event(171, EventKind::WrapupEnded(over)),
        ended(180, Some(90)),
    ];
    let coverage = [row(Breaks, 0, 300), row(Wrapups, 0, 300)];
    let [on_break, in_wrapup] = &intervals(&events, &coverage)[..] else { panic!("two") };
    assert_eq!(on_break.reasons, ["Lunch", "Tea"]);
    assert_eq!((on_break.since, on_break.certain()), (Some(at(90)), Span { from: at(100), to: at(165) }));
    assert_eq!(in_wrapup.part, Wrapups);
    assert_eq!((in_wrapup.call_id.as_deref(), in_wrapup.customer.as_deref()), (Some("c1"), Some("91")));
    assert_eq!(in_wrapup.ends_at, Some(at(170)));
    assert_eq!(in_wrapup.possible(), Span { from: at(95), to: at(171) });
}

#[test]
fn what_began_before_the_first_answer_counts_from_the_start_that_the_server_gave() {
    let coverage = [row(Breaks, 100, 300)];
    for (since, from) in [(Some(20), 20), (None, 100), (Some(5000), 100)] {
        let events = [started(100, "Lunch", since), ended(200, since)];
        let [one] = &intervals(&events, &coverage)[..] else { panic!("one") };
        assert_eq!(one.certain(), Span { from: at(from), to: at(185) }, "{since:?}");
        assert_eq!(one.possible(), Span { from: at(from), to: at(200) }, "{since:?}");
    }
}

/// Every answer of a day: when, and what it showed of a part.
type Answers = Vec<(i64, Option<usize>)>;

/// That the interval is as long as an episode that truly was, or as several that no answer has told apart; that each of
/// its bounds is an answer; and that none is wider than the answers allow. What goes on as the session begins to answer for
/// another agent, at `changed`, begins for that one then.
fn assert_true(
    interval: &Interval,
    episodes: &[Episode],
    answers: &Answers,
    changed: Option<i64>,
) -> Result<(), TestCaseError> {
    let second = |moment: Timestamp| moment.duration_since(at(0)).as_secs();
    let shown_at = |moment: i64| answers.iter().find(|answer| answer.0 == moment).map(|answer| answer.1);
    let start_hi = second(interval.start_hi);
    prop_assert!(shown_at(start_hi).flatten().is_some(), "nothing was shown then: {interval:?}");
    let begins = |episode: &&Episode| {
        let went_on = changed.filter(|at| (episode.from..=episode.to.min(start_hi)).contains(at));
        let from = went_on.unwrap_or(episode.from);
        interval.start_lo.is_none_or(|lo| second(lo) <= from) && episode.from <= start_hi
    };
    let first = episodes.iter().rev().find(begins);
    prop_assert!(first.is_some(), "no start lies within: {interval:?} {episodes:?}");
    let end_lo = second(interval.end_lo);
    if let Some(end_hi) = interval.end_hi.map(second) {
        let ends = |episode: &&Episode| end_lo <= episode.to && episode.to <= end_hi;
        prop_assert!(episodes.iter().any(|it| ends(&it)), "no end lies within: {interval:?} {episodes:?}");
        prop_assert!(shown_at(end_hi).is_some(), "there was no answer then: {interval:?}");
        // Where an answer denied it, the bounds are that answer and the one before it, as far as a cadence shows.
        if shown_at(end_hi) == Some(None) {
            let before = answers.iter().rev().find(|answer| answer.0 < end_hi).expect("an answer").0;
            let apart = i64::try_from(CADENCE.as_secs()).expect("small") * i64::from(INTERVALS);
            prop_assert!(
                end_lo <= before.max(start_hi) && before.min(end_hi - apart) <= end_lo.max(start_hi)
            );
        }
    } else if interval.open {
        let last = answers.last().expect("an answer");
        prop_assert!(end_lo == last.0 && last.1.is_some(), "{interval:?}");
    } else {
        // Then the session answered for another agent.
        prop_assert!(episodes.iter().any(|it| it.from <= end_lo && end_lo <= it.to), "{interval:?}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_truth_lies_within_the_bounds(mut floor in floor(any::<bool>()), polls in polls()) {
        let (mut events, mut coverage) = (Vec::new(), Vec::new());
        let restore = |events: &[Event], coverage: &[Coverage], began| {
            Memory::default().restored(None, events, coverage, &OwnClocks::after_past(at(began)))
        };
        let (mut began, mut second) = (0, 0);
        let mut memory = restore(&events, &coverage, began);
        let (mut breaks, mut wrapups) = (Answers::new(), Answers::new());
        for (pause, is_cut) in polls {
            if is_cut {
                began = second;
                memory = restore(&events, &coverage, began);
            }
            second += pause;
            let difference = memory.diff(&on_clocks_after(&floor.poll(second), PAST, began));
            events.extend(difference.to_record().map(|new| new.event));
            let looks = difference.marks;
            for look in &looks {
                if let Some(step) = coverage_step(&coverage, look, CADENCE) {
                    Coverage::take(&mut coverage, &step);
                }
            }
            memory.commit(difference.change);
            // An answer that may be about another agent is none.
            let parts = [(Breaks, &floor.breaks, &mut breaks), (Wrapups, &floor.wrapups, &mut wrapups)];
            for (part, episodes, answers) in parts {
                if looks.iter().any(|look| look.part == part) {
                    answers.push((second, present(episodes, second).map(|episode| episode.number)));
                }
            }
        }
        let change = events.iter().find(|event| matches!(event.kind, EventKind::AgentChanged(_)));
        let changed = change.map(|change| change.at.duration_since(at(0)).as_secs());
        for interval in intervals(&events, &coverage) {
            match interval.part {
                Breaks => assert_true(&interval, &floor.breaks, &breaks, changed)?,
                _ => assert_true(&interval, &floor.wrapups, &wrapups, changed)?,
            }
        }
    }
}
