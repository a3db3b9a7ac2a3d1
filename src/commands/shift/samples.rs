//! A shift of one agent with hostile texts, for the tests of files.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use crate::commands::shift::report::{Frame, ShiftOfAgent, ShiftReport};
use crate::floor::shift::{
    AgentShift, Bounded, BreakFigures, KindCount, ReasonShare, Segment, SegmentState, ShiftBreak, TagFigures,
};
use crate::floor::timeline::Span;

/// What a spreadsheet would calculate, a browser would run, and a terminal would obey.
pub(super) const HOSTILE: &str = "=1+1<script>alert('x')</script>\u{202e}\u{1b}[31m&\"";

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_795_750_200 + minute * 60).expect("a moment")
}

fn span(from: i64, to: i64) -> Span {
    Span { from: at(from), to: at(to) }
}

/// Nine hours from 9:00 in India, with a tea break of half an hour by the name of `reason`; of wrap-ups nothing is known.
pub(super) fn report(profile: &str, reason: &str, mask: bool) -> ShiftReport {
    let length = Duration::from_secs(1800);
    let time = Bounded { seconds: length, min: length, max: length + Duration::from_secs(120) };
    let tea = ShiftBreak {
        reason: Some(reason.to_owned()),
        span: span(60, 90),
        time,
        over: Some(span(75, 90)),
        is_open: true,
    };
    let share = ReasonShare {
        reason: tea.reason.clone(),
        count: 1,
        time,
        longest: length,
        allowance: None,
        over: None,
        is_open: true,
    };
    let breaks = BreakFigures {
        list: vec![tea],
        time,
        by_reason: vec![share],
        allowance: Some(Duration::from_secs(900)),
        balance: Some(SignedDuration::from_secs(-900)),
        over_limit: None,
    };
    let segment = |state, span, reason: Option<&str>| Segment {
        state,
        reason: reason.map(str::to_owned),
        span,
        certain: true,
    };
    let tags = TagFigures {
        by_kind: vec![KindCount { kind: Some(reason.to_owned()), count: 3 }],
        ..TagFigures::default()
    };
    let shift = AgentShift {
        coverage: vec![span(0, 500)],
        gaps: vec![],
        covered: Duration::from_secs(30_000),
        covered_share: 0.925,
        first_activity: Some(at(60)),
        last_activity: None,
        breaks: Some(breaks),
        wrapups: None,
        tags: Some(tags),
        timeline: vec![
            segment(SegmentState::Neither, span(0, 60), None),
            segment(SegmentState::Break, span(60, 90), Some(reason)),
            segment(SegmentState::Neither, span(90, 500), None),
            segment(SegmentState::NotSeen, span(500, 540), None),
        ],
    };
    let frame = Frame {
        window: span(0, 540),
        zone: TimeZone::get("Asia/Kolkata").expect("a zone"),
        zone_name: "Asia/Kolkata".to_owned(),
        now: at(600),
        mask,
    };
    let profile = profile.to_owned();
    let agent_id = Some("+919876543210".to_owned());
    ShiftReport::new(frame, vec![ShiftOfAgent { profile, also: vec![], agent_id, shift }])
}
