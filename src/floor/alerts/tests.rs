use super::*;
use crate::floor::answer::{Break, Wrapup};
use crate::floor::poll_result::PollResult;
use crate::floor::samples::{in_wrapup, not_in_wrapup, on_break, poll, working};

/// Longer than these tests wait for an answer.
const PATIENCE: Duration = Duration::from_secs(1000);

/// A profile whose alerts are followed.
struct Floor {
    limits: Vec<Limit>,
    state: AgentState,
    crossed: CrossedLimits,
}

impl Floor {
    fn new(limits: &[&str]) -> Self {
        let limits = limits.iter().map(|text| text.parse().expect("a limit")).collect();
        Self { limits, state: AgentState::default(), crossed: CrossedLimits::default() }
    }

    fn sees(&mut self, second: u64, break_state: Break) -> Vec<String> {
        let poll = PollResult { break_state: Some(break_state), ..poll(second) };
        self.state = self.state.after(&poll).0;
        self.at(second)
    }

    fn sees_wrapup(&mut self, second: u64, wrapup: Wrapup) -> Vec<String> {
        let poll = PollResult { wrapup: Some(wrapup), ..poll(second) };
        self.state = self.state.after(&poll).0;
        self.at(second)
    }

    fn at(&mut self, second: u64) -> Vec<String> {
        let (events, crossed) =
            evaluate(&self.limits, &self.state, &self.crossed, Duration::from_secs(second), PATIENCE);
        self.crossed = crossed;
        events.iter().map(spoken).collect()
    }

    fn next(&self, second: u64) -> Option<u64> {
        next_crossing(&self.limits, &self.state, Duration::from_secs(second)).map(|next| next.as_secs())
    }
}

fn spoken(event: &EventKind) -> String {
    let EventKind::Alert(alert) = event else { panic!("{event:?}") };
    let Alert { what, level, change, limit_seconds, value_seconds, .. } = alert;
    format!("{} {} {} {value_seconds}/{limit_seconds}", what.word(), level.word(), change.word())
}

const NONE: [&str; 0] = [];

#[test]
fn a_crossing_is_reported_once_at_each_level_and_cleared_when_the_state_ends() {
    let mut floor = Floor::new(&["break=1m:2m"]);
    assert_eq!(floor.sees(0, working()), NONE);
    assert_eq!(floor.sees(5, on_break(None, Some(3))), NONE);
    assert_eq!(floor.at(62), NONE);
    assert_eq!(floor.at(63), ["break warn over 60/60"]);
    assert_eq!(floor.at(64), NONE);
    assert_eq!(floor.sees(65, on_break(None, Some(3))), NONE);
    assert_eq!(floor.at(125), ["break critical over 122/120"]);
    assert_eq!(floor.sees(130, on_break(None, Some(3))), NONE);
    assert_eq!(floor.sees(135, working()), ["break critical cleared 132/120"]);
    assert_eq!(floor.sees(140, working()), NONE);
}

#[test]
fn a_start_that_is_corrected_takes_nothing_back() {
    let mut floor = Floor::new(&["break=1m"]);
    assert_eq!(floor.sees(100, on_break(None, Some(40))), ["break critical over 60/60"]);
    for (second, since) in [(101, 42), (102, 40), (103, 42)] {
        assert_eq!(floor.sees(second, on_break(None, Some(since))), NONE);
    }
}

#[test]
fn another_reason_of_the_same_break_raises_no_second_alert() {
    let mut floor = Floor::new(&["break=1m", "break.lunch=45m"]);
    assert_eq!(floor.sees(100, on_break(Some("Tea"), Some(0))), ["break critical over 100/60"]);
    for second in [105, 110, 115] {
        assert_eq!(floor.sees(second, on_break(Some("Lunch"), Some(0))), NONE);
    }
    assert_eq!(floor.sees(120, on_break(Some("Meeting"), Some(0))), NONE);
    assert_eq!(floor.sees(125, working()), ["break critical cleared 125/60"]);
}

#[test]
fn a_new_break_arms_the_alert_again() {
    let mut floor = Floor::new(&["break=1m"]);
    assert_eq!(floor.sees(100, on_break(None, Some(0))), ["break critical over 100/60"]);
    assert_eq!(floor.sees(110, on_break(None, Some(105))), NONE, "the next poll decides");
    assert_eq!(floor.sees(115, on_break(None, Some(105))), ["break critical cleared 115/60"]);
    assert_eq!(floor.at(165), ["break critical over 60/60"]);
}

#[test]
fn a_break_that_was_over_long_ago_is_critical_at_once_and_only_that() {
    let mut floor = Floor::new(&["break=1m:2m"]);
    assert_eq!(floor.sees(1000, on_break(None, Some(0))), ["break critical over 1000/120"]);
}

#[test]
fn without_a_start_the_time_seen_counts() {
    let mut floor = Floor::new(&["break=1m", "wrapup=60s:90s"]);
    assert_eq!(floor.sees(100, on_break(None, None)), NONE);
    assert_eq!(floor.sees_wrapup(100, in_wrapup(None, None)), NONE);
    assert_eq!(floor.at(160), ["break critical over 60/60", "wrapup warn over 60/60"]);
    assert_eq!(floor.at(190), ["wrapup critical over 90/90"]);
    assert_eq!(floor.sees_wrapup(195, not_in_wrapup()), ["wrapup critical cleared 95/90"]);
}

#[test]
fn the_limit_of_the_reason_is_used() {
    let mut floor = Floor::new(&["break=1m", "break.lunch=45m"]);
    assert_eq!(floor.sees(600, on_break(Some("Lunch"), Some(0))), NONE);
    assert_eq!(floor.sees(605, on_break(Some("Tea"), Some(0))), NONE, "the next poll decides");
    assert_eq!(floor.sees(610, on_break(Some("Tea"), Some(0))), ["break critical over 610/60"]);
    assert_eq!(floor.sees(615, on_break(Some("Lunch"), Some(0))), NONE);
}

#[test]
fn the_next_crossing_is_known_beforehand() {
    let mut floor = Floor::new(&["break=1m:2m", "wrapup=30s"]);
    assert_eq!(floor.next(0), None);
    floor.sees(100, on_break(None, Some(90)));
    assert_eq!(floor.next(100), Some(150));
    floor.sees_wrapup(110, in_wrapup(None, None));
    assert_eq!(floor.next(110), Some(140));
    assert_eq!(floor.next(150), Some(210));
    assert_eq!(floor.next(210), None);
}

#[test]
fn each_state_goes_over_its_limit_only_while_answers_about_it_come() {
    let mut floor = Floor::new(&["break=1m", "wrapup=1m"]);
    let take = |floor: &mut Floor, answer: PollResult| floor.state = floor.state.after(&answer).0;
    let wrapup = |second| PollResult { wrapup: Some(in_wrapup(Some("c1"), None)), ..poll(second) };
    take(&mut floor, wrapup(100));
    // From then on, only breaks are answered.
    for second in (100..205).step_by(5) {
        take(&mut floor, PollResult { break_state: Some(on_break(None, None)), ..poll(second) });
    }
    let over = |floor: &Floor, second| {
        let (now, patience) = (Duration::from_secs(second), Duration::from_secs(15));
        let events = evaluate(&floor.limits, &floor.state, &floor.crossed, now, patience).0;
        events.iter().map(spoken).collect::<Vec<_>>()
    };
    assert_eq!(over(&floor, 215), ["break critical over 115/60"]);
    assert_eq!(over(&floor, 216), ["break critical over 100/60"], "as the last answer showed it");
    take(&mut floor, wrapup(216));
    assert_eq!(over(&floor, 217), ["break critical over 100/60", "wrapup critical over 117/60"]);
}

#[test]
fn evaluating_twice_without_keeping_the_result_gives_the_same() {
    let mut floor = Floor::new(&["break=1m"]);
    floor.sees(50, on_break(None, Some(0)));
    let again = || evaluate(&floor.limits, &floor.state, &floor.crossed, Duration::from_secs(70), PATIENCE).0;
    assert_eq!(spoken(&again()[0]), spoken(&again()[0]));
    assert_eq!(floor.crossed.break_level(), None);
}
