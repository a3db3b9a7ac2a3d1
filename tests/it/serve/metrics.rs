//! The numbers for Prometheus.

use super::{Answer, Wall, on_break_for, server};
use crate::support::{FakeServer, Reply, World};

/// The samples of a family.
fn of<'a>(answer: &'a Answer, name: &str) -> Vec<&'a str> {
    let is_of = |line: &&str| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(['{', ' ']));
    answer.body.lines().filter(is_of).collect()
}

/// The numbers, once the agents are seen.
fn metrics(wall: &Wall) -> Answer {
    loop {
        let answer = wall.get("/metrics", &[&wall.bearer()]);
        assert_eq!(answer.status, 200);
        if !of(&answer, "deepcall_on_break").is_empty() {
            return answer;
        }
    }
}

#[test]
fn the_numbers_are_for_whoever_has_the_key() {
    let world = World::new();
    let wall = Wall::start(&world, "--sandbox");
    assert_eq!(wall.get("/metrics", &[]).status, 401);
    // Of a sandbox something is known before the first answer.
    let answer = loop {
        let answer = metrics(&wall);
        if !of(&answer, "deepcall_requests_total").is_empty() {
            break answer;
        }
    };
    assert_eq!(answer.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(of(&answer, "deepcall_up").len(), 14);
    assert!(!answer.body.contains("deepcall_journal"), "a sandbox has none");
    let bearer = wall.bearer();
    let lines = ["HEAD /metrics HTTP/1.1", "Host: localhost", "Connection: close", &bearer];
    let head = wall.send(&lines, "");
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    let lines = ["POST /metrics HTTP/1.1", "Host: localhost", "Connection: close", &bearer];
    assert_eq!(wall.send(&lines, "").status, 405);
    wall.running.terminate().ended_with(143);
}

#[test]
fn while_the_server_is_silent_nobody_is_up_and_no_state_is_shown() {
    let silent = FakeServer::always(Reply::SILENCE);
    let wall = Wall::start(&World::signed_in(&silent), "");
    let answer = wall.get("/metrics", &[&wall.bearer()]);
    assert_eq!(answer.status, 200);
    let up = of(&answer, "deepcall_up");
    assert!(up.len() == 1 && up[0].ends_with("} 0"), "{up:?}");
    for state in
        ["deepcall_on_break", "deepcall_in_wrapup", "deepcall_alerts_firing", "deepcall_last_success"]
    {
        assert_eq!(of(&answer, state), [""; 0]);
    }
}

#[test]
fn no_customer_and_no_text_of_a_notification_is_a_label() {
    let server = server(on_break_for("Lunch with +919876543210", "message 4711"));
    let world = World::signed_in(&server);
    let wall = Wall::start(&world, "--interval 2s --record");
    let answer = loop {
        let answer = metrics(&wall);
        if !of(&answer, "deepcall_tags_total").is_empty() {
            break answer;
        }
    };
    assert!(answer.body.contains("Lunch with +") && answer.body.contains("210\""), "{}", answer.body);
    assert!(!answer.body.contains("9876543") && !answer.body.contains("4711"), "{}", answer.body);
    wall.running.terminate().ended_with(143);
}

#[test]
fn with_a_journal_counters_go_on_after_a_restart() {
    let server = server(on_break_for("Lunch", "call back"));
    let world = World::signed_in(&server);
    let counted = |answer: &Answer| {
        ["deepcall_breaks_total", "deepcall_tags_total"].map(|name| of(answer, name).join("\n"))
    };
    let wall = Wall::start(&world, "--interval 2s --record");
    let before = loop {
        let counted = counted(&metrics(&wall));
        if counted.iter().all(|family| family.ends_with("} 1")) {
            break counted;
        }
    };
    wall.running.terminate().ended_with(143);
    let wall = Wall::start(&world, "--interval 2s --record");
    let answer = metrics(&wall);
    assert_eq!(counted(&answer), before);
    assert_eq!(of(&answer, "deepcall_journal_writable"), ["deepcall_journal_writable 1"]);
    assert_eq!(of(&answer, "deepcall_journal_size_bytes").len(), 1);
    wall.running.terminate().ended_with(143);

    // Without one they begin at 0, and what was there before does not count.
    let world = World::signed_in(&server);
    let wall = Wall::start(&world, "--interval 2s");
    let answer = metrics(&wall);
    assert!(of(&answer, "deepcall_breaks_total").iter().all(|line| line.ends_with("} 0")));
    assert_eq!(of(&answer, "deepcall_tags_total"), [""; 0]);
    wall.running.terminate().ended_with(143);
}
