//! What makes a break, a wrap-up, an agent or a notification the same: the real binary against servers that compute
//! anew, in each answer, what has not changed. Each kind of such a server is in `src/floor/identity/tests.rs`.

use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::support::{FakeServer, NO_TAGS, NOT_IN_WRAPUP, NOT_ON_BREAK, Reply, World};
use crate::watch::{events, start, types};

const REFUSED: &str = r#"{"status":"error","code":1501,"message":"Agent not exist"}"#;

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// What a request is for.
fn call(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

fn on_break(detail: &Value) -> String {
    json!({"status": "success", "data": {"on_break": 1, "agent_id": "13", "breakDetail": detail}}).to_string()
}

#[test]
fn what_a_server_computes_anew_or_spells_in_turn_is_no_event() {
    let began = now() - 600;
    let server = FakeServer::answering(move |request, earlier| {
        let n = earlier / 3;
        let node = n % 2;
        Reply::ok(&match call(&request.path) {
            "tags" => {
                let city = [r"caf\u00e9", "café"][node];
                let rate = [r#""1.50""#, "1.5"][node];
                let tag = format!(
                    r#"{{"_id":{},"type":"missed","city":"{city}","rate":{rate},"waitSec":{}}}"#,
                    ["101", r#""101""#][node],
                    12 + 2 * n
                );
                format!(r#"{{"data":[{tag}],"iconDetails":[],"status":"success","code":200}}"#)
            }
            "agentOnBreak" => {
                let reason = ["Lunch", "lunch ", "0", "3"][n % 4];
                on_break(&json!({"reason": reason, "stime": (began + [0, 3][node])}))
            }
            _ => json!({"status": "success", "data":
                {"response": 1, "wrapETime": now() + 300 + n as u64, "callId": (["c42", "0"][node])}})
            .to_string(),
        })
    });
    let line = "watch --json --interval 2s --timeout 19s --alert break=5m";
    let ran = World::signed_in(&server).run(line).ended_with(124);
    let events = events(&ran);
    let expected = ["start", "state", "tag", "alert", "tag", "tag", "end"];
    assert_eq!(types(&events), expected, "{ran}");
    let changed: Vec<_> =
        events.iter().filter(|event| event["type"] == "tag").map(|tag| &tag["changed"]).collect();
    assert_eq!(changed, [false, true, true], "a field that counts is reported three times");
    assert!(server.arrivals().len() > 15, "{} requests", server.arrivals().len());
}

#[test]
fn another_reason_of_the_same_break_is_reported_without_an_end() {
    let began = now() - 600;
    let server = FakeServer::answering(move |_, earlier| {
        let reason = if earlier < 2 { "Lunch" } else { "Meeting" };
        Reply::ok(&on_break(&json!({"reason": reason, "stime": began})))
    });
    let line = "watch --json --only breaks --interval 2s --until break_changed --timeout 60s";
    let events = events(&World::signed_in(&server).run(line).ended_with(0));
    assert_eq!(types(&events), ["start", "state", "break_changed", "end"]);
    assert_eq!((&events[2]["reason"], &events[2]["previous_reason"]), (&json!("Meeting"), &json!("Lunch")));
    assert_eq!(events[2]["since"], events[1]["since"]);
}

#[test]
fn a_start_without_a_time_of_day_is_no_start() {
    let today = jiff::Timestamp::now().strftime("%F").to_string();
    let server = FakeServer::always(on_break(&json!({"reason": "Lunch", "stime": today})));
    let line = "watch --json --only breaks --interval 2s --until state --alert break=5m --timeout 60s";
    let events = events(&World::signed_in(&server).run(line).ended_with(0));
    assert_eq!((&events[1]["on_break"], &events[1]["since"]), (&json!(true), &Value::Null));
    assert!(!types(&events).contains(&"alert"));
}

#[test]
fn another_agent_is_reported_and_then_what_holds_for_her() {
    let server = FakeServer::answering(|_, earlier| {
        let (on_break, agent) = if earlier < 2 { (1, 13) } else { (0, 14) };
        let data = json!({"on_break": on_break, "breakDetail": {"reason": "Lunch"}, "agent_id": agent});
        Reply::ok(&json!({"status": "success", "data": data}).to_string())
    });
    let line = "watch --json --only breaks --interval 2s --until agent_changed --timeout 60s";
    let events = events(&World::signed_in(&server).run(line).ended_with(0));
    assert_eq!(types(&events), ["start", "state", "agent_changed", "state", "end"]);
    assert_eq!((&events[2]["from"], &events[2]["to"]), (&json!("13"), &json!("14")));
    assert_eq!((&events[1]["on_break"], &events[3]["on_break"]), (&json!(true), &json!(false)));
}

#[test]
fn a_part_that_the_server_refuses_under_a_watch_is_an_event() {
    let server = FakeServer::answering(|request, earlier| {
        Reply::ok(match (call(&request.path), earlier) {
            ("tags", _) => NO_TAGS,
            ("agentOnBreak", 0..5) => NOT_ON_BREAK,
            ("agentOnBreak", _) => REFUSED,
            _ => NOT_IN_WRAPUP,
        })
    });
    let ran = World::signed_in(&server).run("watch --json --interval 2s --timeout 15s").ended_with(124);
    let events = events(&ran);
    assert_eq!(types(&events), ["start", "state", "profile_ended", "end"], "{ran}");
    let ended = &events[2];
    assert_eq!(
        (&ended["reason"], &ended["part"], &ended["code"]),
        (&json!("refused"), &json!("breaks"), &json!(1501))
    );
    let breaks = server.arrivals().iter().filter(|request| request.path.ends_with("agentOnBreak")).count();
    assert_eq!(breaks, 4, "it is asked once more, and then not again: {breaks}");
}

#[test]
fn a_profile_that_is_logged_out_under_a_watch_is_an_event_and_no_longer_followed() {
    let may_answer = Arc::new(Mutex::new(()));
    let held = may_answer.lock().unwrap();
    let gate = Arc::clone(&may_answer);
    let server = FakeServer::answering(move |_, earlier| {
        if earlier > 0 {
            drop(gate.lock());
        }
        Reply::ok(NOT_IN_WRAPUP)
    });
    let world = World::new();
    let login = format!("login --store file --no-verify --ssid-stdin --server {}", server.url());
    let _ = world.run_with_input(&login, "a-session").ended_with(0);
    let child = start(&world, "watch --json --only wrapups --interval 2s --timeout 60s");
    server.await_arrivals(2);
    let _ = world.run("logout").ended_with(0);
    drop(held);
    let ran = child.end().ended_with(4);
    let events = events(&ran);
    assert_eq!(types(&events), ["start", "state", "profile_ended", "end"], "{ran}");
    assert_eq!((&events[2]["reason"], &events[2]["part"]), (&json!("logged_out"), &Value::Null));
    assert_eq!(server.arrivals().len(), 2, "nothing is requested with a session that was removed");
}
