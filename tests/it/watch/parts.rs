//! A poll asks three things. What one of them is refused or fails with is nothing to the others.

use std::thread;

use serde_json::json;

use super::*;

const TROUBLE: &str = r#"{"status":"error","code":1032,"message":"Error Getting DB Details"}"#;
const ON_BREAK_NOW: &str =
    r#"{"status":"success","data":{"on_break":1,"breakDetail":{"reason":"Lunch"},"agent_id":"13"}}"#;
const ONE_TAG: &str = r#"{"status":"success","data":[{"_id":"t1","type":"missed"}],"iconDetails":[]}"#;

fn call(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// A watch for each case, all at once: each waits for its polls.
fn each_at_once<T: Sync>(cases: &[T], check: impl Fn(&T) + Sync) {
    thread::scope(|scope| {
        let check = &check;
        cases.iter().for_each(|case| drop(scope.spawn(move || check(case))));
    });
}

/// How often each call was made.
fn calls(server: &FakeServer, name: &str) -> usize {
    server.arrivals().iter().filter(|request| call(&request.path) == name).count()
}

#[test]
fn a_call_that_fails_hides_nothing_of_the_others() {
    each_at_once(
        &[
            ("tags", "break_started", TROUBLE),
            ("tags", "break_started", "<html>gone</html>"),
            ("tags", "break_started", r#"{"status":"success","data":{"on_break":7}"#),
            ("tags", "wrapup_started", r#"{"status":"error","code":4711,"message":"who knows"}"#),
            ("agentOnBreak", "wrapup_started", TROUBLE),
            ("agentOnBreak", "wrapup_started", r#"{"status":"success","data":{}}"#),
        ],
        |&(failing, until, page)| {
            let server = FakeServer::answering(move |request, earlier| {
                let call = call(&request.path);
                let (before, later) = match call {
                    "tags" => (NO_TAGS, ONE_TAG),
                    "agentOnBreak" => (NOT_ON_BREAK, ON_BREAK_NOW),
                    _ => (NOT_IN_WRAPUP, IN_WRAPUP),
                };
                let later = if call == failing { page } else { later };
                Reply::ok(if earlier < 3 { before } else { later })
            });
            let line = format!("watch --json --interval 2s --until {until} --timeout 60s");
            let ran = World::signed_in(&server).run(&line).ended_with(0);
            assert!(types(&events(&ran)).contains(&until), "{failing}: {page}\n{ran}");
        },
    );
}

#[test]
fn a_server_in_trouble_is_asked_one_thing_at_a_time() {
    let server = FakeServer::answering(|_, earlier| {
        if earlier == 0 {
            Reply::ok(NO_TAGS)
        } else {
            Reply::with_headers("503 Service Unavailable", &[], "down")
        }
    });
    let line = "watch --json --interval 2s --max-stale 5s --timeout 60s";
    let _ = World::signed_in(&server).run(line).ended_with(5);
    assert_eq!(calls(&server, "checkAgentInWrapUp"), 0);
}

#[test]
fn a_refusal_that_passes_ends_nothing() {
    each_at_once(
        &[
            ("200 OK", r#"{"status":"error","message":"Please try again later"}"#),
            ("200 OK", r#"{"status":"error","code":9999,"message":"Rate limit"}"#),
            ("200 OK", r#"{"status":"error","code":1043,"message":"Agent is not login"}"#),
            ("200 OK", r#"{"status":"error","code":1016,"message":"Agent data not found"}"#),
            ("200 OK", r#"{"status":"error","code":1501,"message":"agent ID doesn't match"}"#),
            ("200 OK", r#"{"status":"error","code":1039,"message":"User account suspend"}"#),
            ("403 Forbidden", "<html>forbidden</html>"),
            ("403 Forbidden", r#"{"message":"forbidden"}"#),
            ("404 Not Found", r#"{"message":"no route"}"#),
            ("400 Bad Request", r#"{"message":"bad"}"#),
        ],
        |&page| {
            let server = FakeServer::answering(move |_, earlier| match earlier {
                0 => Reply::ok(NOT_ON_BREAK),
                2.. => Reply::ok(ON_BREAK_NOW),
                _ => Reply::with_headers(page.0, &[], page.1),
            });
            let line = "watch --json --only breaks --interval 2s --until break_started --timeout 60s";
            let ran = World::signed_in(&server).run(line).ended_with(0);
            assert!(!types(&events(&ran)).contains(&"profile_ended"), "{page:?}\n{ran}");
        },
    );
}

#[test]
fn an_agent_who_is_not_logged_in_is_waited_for() {
    let server = FakeServer::answering(|_, earlier| {
        Reply::ok(if earlier < 4 {
            r#"{"status":"error","code":1043,"message":"Agent is not login"}"#
        } else {
            ON_BREAK_NOW
        })
    });
    let line = "watch --json --only breaks --interval 2s --until connection_restored --timeout 60s";
    let events = events(&World::signed_in(&server).run(line).ended_with(0));
    assert_eq!(types(&events), ["start", "connection_lost", "connection_restored", "state", "end"]);
    assert_eq!((&events[1]["failure"], &events[1]["code"]), (&json!("state"), &json!(1043)));
}
