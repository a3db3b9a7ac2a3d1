use std::collections::BTreeSet;

use super::*;
use crate::client::ErrorKind;
use crate::floor::alerts::evaluate;
use crate::floor::answer::Tag;
use crate::floor::counters::Counters;
use crate::floor::event::{BreakStarted, Event, EventKind, ReportedTag};
use crate::floor::poll_result::PollResult;
use crate::floor::samples::{at, in_wrapup, not_in_wrapup, on_break, poll, tag, working};
use crate::output::payloads::payloads;

const NOW: u64 = 1_000;

/// An agent who answered then.
fn agent(name: &str, second: u64, breaking: Break, wrapping: Wrapup) -> AgentView {
    let result = PollResult { break_state: Some(breaking), wrapup: Some(wrapping), ..poll(second) };
    let mut agent = AgentView::new(name.to_owned(), Duration::ZERO);
    agent.state = agent.state.after(&result).0;
    agent.health = agent.health.after_answer(result.taken_at, result.monotonic).0;
    agent
}

fn floor(agents: Vec<AgentView>) -> FloorView {
    FloorView {
        agents: agents.into_iter().map(Arc::new).collect(),
        now: Duration::from_secs(NOW),
        wall: at(NOW.cast_signed()),
        interval: Duration::from_secs(5),
        ..FloorView::default()
    }
}

fn event(second: i64, kind: EventKind) -> Event {
    Event { at: at(second), server_time: None, profile: None, kind }
}

fn break_started(second: i64, reason: &str) -> Event {
    let started = BreakStarted { reason: Some(reason.into()), since: None, detail: None };
    event(second, EventKind::BreakStarted(started))
}

fn notified(id: &str, kind: &str) -> Event {
    let tag = Tag { kind: Some(kind.into()), ..tag(id) };
    event(500, EventKind::Tag(Box::new(ReportedTag { tag, initial: false, changed: false })))
}

fn with_events(agent: AgentView, events: &[Event]) -> AgentView {
    AgentView { counters: Counters::restored(events, &[], at(NOW.cast_signed())), ..agent }
}

fn metrics() -> Metrics {
    Metrics::new(Arc::default(), Some(Box::new(|| None)))
}

/// The samples, without what describes them.
fn samples(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.starts_with('#')).collect()
}

fn of<'t>(text: &'t str, name: &str) -> Vec<&'t str> {
    let is_of = |line: &&str| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(['{', ' ']));
    samples(text).into_iter().filter(is_of).collect()
}

#[test]
fn each_figure_of_the_floor_is_a_sample() {
    let asha = agent("asha", 998, on_break(Some("Lunch"), Some(400)), not_in_wrapup());
    let asha =
        with_events(asha, &[break_started(400, "Lunch"), notified("t1", "missed"), notified("t2", "Missed")]);
    let limits = ["break=5m:15m".parse().expect("a limit")];
    let crossed = evaluate(&limits, &asha.state, &asha.crossed, Duration::from_secs(NOW), Duration::MAX).1;
    let ravi = agent("ravi", NOW, working(), in_wrapup(Some("c1"), Some(1_060)));
    let mei = agent("mei", 984, on_break(None, None), not_in_wrapup());
    let view = floor(vec![AgentView { crossed, ..asha }, ravi, mei]);
    let view = FloorView { journal_is_well: Some(true), ..view };
    let requests = Arc::new(Requests::default());
    requests.add("agentProfile/tags", None, Duration::from_millis(200));
    requests.add("agentProfile/tags", Some(ErrorKind::Timeout), Duration::from_secs(15));
    let text = Metrics::new(requests, Some(Box::new(|| Some(4096)))).write(&view, Duration::ZERO);
    let version = env!("CARGO_PKG_VERSION");
    let build = format!("deepcall_build_info{{version=\"{version}\"}} 1");
    let wanted = [
        build.as_str(),
        r#"deepcall_up{profile="asha"} 1"#,
        r#"deepcall_up{profile="ravi"} 1"#,
        r#"deepcall_up{profile="mei"} 0"#,
        r#"deepcall_last_success_timestamp_seconds{profile="asha"} 1800000998"#,
        r#"deepcall_last_success_timestamp_seconds{profile="ravi"} 1800001000"#,
        r#"deepcall_last_success_timestamp_seconds{profile="mei"} 1800000984"#,
        r#"deepcall_on_break{profile="asha"} 1"#,
        r#"deepcall_on_break{profile="ravi"} 0"#,
        r#"deepcall_break_start_timestamp_seconds{profile="asha",reason="Lunch"} 1800000400"#,
        r#"deepcall_in_wrapup{profile="asha"} 0"#,
        r#"deepcall_in_wrapup{profile="ravi"} 1"#,
        r#"deepcall_wrapup_end_timestamp_seconds{profile="ravi"} 1800001060"#,
        r#"deepcall_alerts_firing{what="break",level="warn"} 1"#,
        r#"deepcall_alerts_firing{what="wrapup",level="warn"} 0"#,
        r#"deepcall_alerts_firing{what="break",level="critical"} 0"#,
        r#"deepcall_alerts_firing{what="wrapup",level="critical"} 0"#,
        r#"deepcall_breaks_total{profile="asha",reason="Lunch"} 1"#,
        r#"deepcall_break_seconds_total{profile="asha",reason="Lunch"} 0"#,
        r#"deepcall_tags_total{profile="asha",kind="missed"} 2"#,
        r#"deepcall_wrapups_total{profile="asha"} 0"#,
        r#"deepcall_wrapup_seconds_total{profile="asha"} 0"#,
        r#"deepcall_requests_total{call="tags",outcome="ok"} 1"#,
        r#"deepcall_requests_total{call="tags",outcome="timeout"} 1"#,
        r#"deepcall_request_duration_seconds_bucket{call="tags",le="0.05"} 0"#,
        r#"deepcall_request_duration_seconds_bucket{call="tags",le="0.1"} 0"#,
        r#"deepcall_request_duration_seconds_bucket{call="tags",le="0.25"} 1"#,
        r#"deepcall_request_duration_seconds_bucket{call="tags",le="0.5"} 1"#,
        r#"deepcall_request_duration_seconds_bucket{call="tags",le="1"} 1"#,
        r#"deepcall_request_duration_seconds_bucket{call="tags",le="2.5"} 1"#,
        r#"deepcall_request_duration_seconds_bucket{call="tags",le="5"} 1"#,
        r#"deepcall_request_duration_seconds_bucket{call="tags",le="10"} 1"#,
        r#"deepcall_request_duration_seconds_bucket{call="tags",le="+Inf"} 2"#,
        r#"deepcall_request_duration_seconds_sum{call="tags"} 15.2"#,
        r#"deepcall_request_duration_seconds_count{call="tags"} 2"#,
        "deepcall_journal_writable 1",
        "deepcall_journal_size_bytes 4096",
        "deepcall_journal_newest_event_timestamp_seconds 1800000500",
    ];
    assert_eq!(samples(&text), wanted);
    assert!(text.ends_with('\n'));
    // Each family is described once, just before its samples, and none without samples.
    let helps = text.lines().filter(|line| line.starts_with("# HELP "));
    let helps: Vec<&str> = helps.filter_map(|line| line.split(' ').nth(2)).collect();
    assert_eq!(helps.len(), helps.iter().collect::<BTreeSet<_>>().len());
    let mut family = "";
    for line in text.lines() {
        match line.strip_prefix("# TYPE ") {
            Some(rest) => family = rest.split(' ').next().expect("a name"),
            None => {
                assert!(line.starts_with("# HELP ") || line.starts_with(family), "{line} is not of {family}");
            }
        }
    }
}

#[test]
fn what_is_not_seen_is_absent_and_nobody_is_up() {
    let asha = || agent("asha", 995, on_break(Some("Tea"), None), in_wrapup(None, Some(1_060)));
    let view = floor(vec![with_events(asha(), &[break_started(400, "Tea")])]);
    let (metrics, ten) = (metrics(), Duration::from_secs(10));
    let states = [
        "deepcall_on_break",
        "deepcall_break_start_timestamp_seconds",
        "deepcall_in_wrapup",
        "deepcall_wrapup_end_timestamp_seconds",
        "deepcall_alerts_firing",
    ];
    // A view that is as old as that is one of a loop that is stuck.
    for (published, count, is_up) in [(ten, 1, 1), (ten + Duration::from_millis(1), 0, 0)] {
        let text = metrics.write(&view, published);
        for name in states {
            assert_eq!(
                of(&text, name).len(),
                if name == "deepcall_alerts_firing" { 4 * count } else { count },
                "{name}"
            );
        }
        assert_eq!(of(&text, "deepcall_up"), [format!(r#"deepcall_up{{profile="asha"}} {is_up}"#)]);
        assert_eq!(of(&text, "deepcall_breaks_total").len(), 1, "what was counted stays");
    }
    // A part that the server refuses is not seen any more, however the others are answered.
    let mut refused = asha();
    let result = PollResult { break_state: Some(working()), ..poll(1_020) };
    refused.state = refused.state.after(&result).0;
    refused.health = refused.health.after_answer(result.taken_at, result.monotonic).0;
    let view = FloorView { now: Duration::from_secs(1_020), ..floor(vec![refused]) };
    let text = metrics.write(&view, Duration::ZERO);
    assert_eq!(of(&text, "deepcall_on_break"), [r#"deepcall_on_break{profile="asha"} 0"#]);
    assert_eq!(of(&text, "deepcall_in_wrapup").len(), 0);
    // Nor is anything of somebody who is no longer followed.
    let over = AgentView { phase: crate::watch::view::Phase::Over("gone".to_owned()), ..asha() };
    let text = metrics.write(&floor(vec![over]), Duration::ZERO);
    assert_eq!(of(&text, "deepcall_up"), [r#"deepcall_up{profile="asha"} 0"#]);
    assert_eq!(states.map(|name| of(&text, name).len()), [0; 5]);
}

#[test]
fn without_a_journal_there_is_nothing_about_one() {
    let view = floor(vec![agent("asha", NOW, working(), not_in_wrapup())]);
    assert!(!metrics().write(&view, Duration::ZERO).contains("deepcall_journal"));
    let view = FloorView { journal_is_well: Some(false), ..view };
    let text = metrics().write(&view, Duration::ZERO);
    assert_eq!(of(&text, "deepcall_journal_writable"), ["deepcall_journal_writable 0"]);
    let of_a_sandbox = Metrics::new(Arc::default(), None);
    assert!(!of_a_sandbox.write(&view, Duration::ZERO).contains("deepcall_journal"));
}

#[test]
fn whatever_a_server_calls_a_reason_it_is_one_value_of_a_label() {
    let reasons = payloads().into_iter().map(|(_, text)| text).chain(["a\\b\"c\nd".to_owned()]);
    let reasons: Vec<String> = reasons.collect();
    for reason in &reasons {
        let asha = agent("asha", NOW, on_break(Some(reason.as_str()), None), not_in_wrapup());
        let text =
            metrics().write(&floor(vec![with_events(asha, &[break_started(400, reason)])]), Duration::ZERO);
        assert!(!text.chars().any(|letter| letter.is_control() && letter != '\n'), "{reason:?}");
        for line in of(&text, "deepcall_breaks_total") {
            let value =
                line.strip_prefix(r#"deepcall_breaks_total{profile="asha",reason=""#).expect("a label");
            let value = value.strip_suffix("\"} 1").expect("the end of the label");
            assert!(value.chars().count() <= 2 * 64 + 2, "{value}");
            let unescaped = value.replace(r"\\", "").replace("\\\"", "");
            assert!(!unescaped.contains(['"', '\\']), "{value}");
        }
    }
}

#[test]
fn numbers_of_customers_are_masked_and_what_is_then_the_same_is_added_up() {
    let asha = agent("asha", NOW, working(), not_in_wrapup());
    let events =
        ["Call 9812345678", "call 9912345678", "Tea", "TEA "].map(|reason| break_started(400, reason));
    let text = metrics().write(&floor(vec![with_events(asha, &events)]), Duration::ZERO);
    let wanted = [
        r#"deepcall_breaks_total{profile="asha",reason="Call •••••••678"} 2"#,
        r#"deepcall_breaks_total{profile="asha",reason="Tea"} 2"#,
    ];
    assert_eq!(of(&text, "deepcall_breaks_total"), wanted);
}

#[test]
fn more_names_than_a_limit_are_one_value_and_the_first_ones_keep_theirs() {
    let kinds = |from: u32, to: u32| -> Vec<Event> {
        (from..to).map(|number| notified(&format!("t{number}"), &format!("kind {number}"))).collect()
    };
    let one = |name, events: &[Event]| with_events(agent(name, NOW, working(), not_in_wrapup()), events);
    let metrics = metrics();
    metrics.write(&floor(vec![one("ravi", &kinds(20, 40))]), Duration::ZERO);
    let text =
        metrics.write(&floor(vec![one("asha", &kinds(0, 30)), one("ravi", &kinds(20, 40))]), Duration::ZERO);
    let tags = of(&text, "deepcall_tags_total");
    let values: BTreeSet<&str> =
        tags.iter().filter_map(|line| line.split("kind=\"").nth(1)?.split('"').next()).collect();
    assert_eq!(values.len(), 33);
    assert!((20..40).all(|number| values.contains(format!("kind {number}").as_str())), "{values:?}");
    assert!(tags.contains(&r#"deepcall_tags_total{profile="asha",kind="other"} 8"#), "{tags:?}");
    let series: BTreeSet<&str> = tags.iter().filter_map(|line| Some(line.rsplit_once(' ')?.0)).collect();
    assert_eq!(series.len(), tags.len(), "a series is there once");
}
