use std::time::Duration;

use jiff::Timestamp;

use super::*;
use crate::floor::answer::Tag;
use crate::floor::event::{
    AgentChanged, BreakChanged, BreakEnded, BreakStarted, Event, EventKind, GapCause, ReportedTag,
    WrapupEnded, WrapupStarted,
};
use crate::floor::samples;
use crate::floor::samples::measures::Measures;
use crate::floor::samples::{at, nameless};

use FollowedPart::{Breaks, Tags, Wrapups};

mod bounds;
mod calls;
mod clock;
mod figures;
mod timeline;

/// What answers of one part leave open within a coverage: three times the cadence.
const APART: i64 = 15;

fn row(part: FollowedPart, from: i64, to: i64) -> Coverage {
    Coverage { ended: Some(GapCause::Outage), repeats: Some(false), ..samples::row(part, from, to) }
}

/// Answers about everything.
fn answered(spans: &[(i64, i64)]) -> Vec<Coverage> {
    let row = |part: FollowedPart| spans.iter().map(move |(from, to)| row(part, *from, *to));
    [Breaks, Wrapups, Tags].into_iter().flat_map(row).collect()
}

fn span(from: i64, to: i64) -> Span {
    Span { from: at(from), to: at(to) }
}

fn second(moment: Timestamp) -> i64 {
    moment.duration_since(at(0)).as_secs()
}

fn length(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn event(second: i64, kind: EventKind) -> Recorded {
    let event = Event { at: at(second), server_time: None, profile: Some("asha".into()), kind };
    Recorded { seq: second, event, customer: None }
}

fn started(second: i64, reason: &str, since: Option<i64>) -> Recorded {
    let reason = (!reason.is_empty()).then(|| reason.to_owned());
    event(second, EventKind::BreakStarted(BreakStarted { reason, since: since.map(at), detail: None }))
}

fn changed(second: i64, previous: &str, reason: &str) -> Recorded {
    let reason = Some(reason.to_owned());
    let kind = BreakChanged { reason, previous_reason: previous.to_owned(), since: None };
    event(second, EventKind::BreakChanged(kind))
}

fn ended(second: i64) -> Recorded {
    event(second, EventKind::BreakEnded(BreakEnded { reason: None, since: None, lasted_seconds: None }))
}

fn wrapup(second: i64, call: &str, ends_at: Option<i64>) -> Recorded {
    let call_id = (!call.is_empty()).then(|| call.to_owned());
    let ends_at = ends_at.map(at);
    let kind = WrapupStarted { ends_at, remaining_seconds: None, call_id, customer: None };
    event(second, EventKind::WrapupStarted(kind))
}

fn wrapped_up(second: i64) -> Recorded {
    event(second, EventKind::WrapupEnded(WrapupEnded { ends_at: None, call_id: None, customer: None }))
}

fn tag(second: i64, id: &str, kind: &str, customer: &str) -> Recorded {
    let some = |text: &str| (!text.is_empty()).then(|| text.into());
    let tag = Tag { id: Some(id.into()), kind: some(kind), customer: some(customer), ..nameless("{}") };
    event(second, EventKind::Tag(Box::new(ReportedTag { tag, initial: false, changed: false })))
}

/// A shift of an hour that is measured by nothing.
fn of_hour(events: &[Recorded], coverage: &[Coverage]) -> AgentShift {
    Measures::default().shift(span(0, 3600), events, coverage)
}

#[test]
fn an_agent_of_whom_nothing_was_seen_has_no_figure() {
    let day = 24 * 3600;
    for coverage in [vec![], answered(&[(-day, -1)]), answered(&[(3601, day)])] {
        // Also if the server says later that it was a break.
        let events = [started(-day, "Lunch", None), ended(-day + 600), started(3700, "Tea", Some(1800))];
        let nobody = of_hour(&events, &coverage);
        assert_eq!((&nobody.breaks, &nobody.wrapups, &nobody.tags), (&None, &None, &None), "{coverage:?}");
        assert_eq!((nobody.first_activity, nobody.last_activity), (None, None));
        assert_eq!((nobody.covered, nobody.coverage.len(), nobody.gaps.len()), (Duration::ZERO, 0, 1));
        let states: Vec<SegmentState> = nobody.timeline.iter().map(|it| it.state).collect();
        assert_eq!(states, [SegmentState::NotSeen]);
        let sum = total(&[nobody]);
        assert_eq!((sum.breaks, sum.break_time, sum.wrapups, sum.missed_customers), (None, None, None, None));
        assert_eq!((sum.agents, sum.covered_least, sum.covered_mean), (1, Some(0.0), Some(0.0)));
    }
    // Where answers came and there was nothing, that is known.
    let idle = of_hour(&[], &answered(&[(0, 3600)]));
    assert_eq!(idle.breaks.as_ref().map(BreakFigures::count), Some(0));
    assert_eq!(
        idle.wrapups.as_ref().map(|of| (of.count, of.mean(), of.p90(), of.max())),
        Some((0, None, None, None))
    );
    assert_eq!(idle.tags.map(|of| (of.by_kind.len(), of.missed_customers)), Some((0, None)));
}

#[test]
fn what_is_covered_are_the_times_in_which_both_states_were_answered() {
    let coverage =
        [row(Breaks, -50, 1000), row(Wrapups, 100, 2000), row(Breaks, 1500, 5000), row(Wrapups, 3000, 3500)];
    let agent = of_hour(&[], &coverage);
    assert_eq!(agent.coverage, [span(100, 1000), span(1500, 2000), span(3000, 3500)]);
    assert_eq!(agent.covered, length(900 + 500 + 500));
    assert!((agent.covered_share - 1900.0 / 3600.0).abs() < 1e-9);
    let gaps: Vec<(i64, i64)> = agent.gaps.iter().map(|gap| (second(gap.from), second(gap.to))).collect();
    assert_eq!(gaps, [(0, 100), (1000, 1500), (2000, 3000), (3500, 3600)]);
}
