//! `deepcall wrapup`: ends, time left, call and customer, and waiting for the end.

use insta::assert_snapshot;

use crate::support::{FakeServer, InProcess, NOT_IN_WRAPUP, Ran, Reply, World};

fn ask(data: &str, date: &str, arguments: &str) -> Ran {
    let body = format!(r#"{{"status":"success","data":{data}}}"#);
    let date = format!("Date: {date}");
    let server = FakeServer::always(Reply::with_headers("200 OK", &[&date], &body));
    World::signed_in(&server).run(&format!("wrapup {arguments}"))
}

#[test]
fn the_end_may_be_in_seconds_or_milliseconds_and_is_measured_by_the_servers_clock() {
    for end in ["1795424460", "\"1795424460\"", "1795424460000", "\"1795424460000\""] {
        let data = format!(
            r#"{{"response":1,"wrapETime":{end},"currentDuration":60,"callId":"c-1","cNumber":"0900001"}}"#
        );
        let ran = ask(&data, "Mon, 23 Nov 2026 09:00:00 GMT", "--json").ended_with(0);
        let answer = ran.json();
        assert_eq!(answer["in_wrapup"], true, "{ran}");
        assert_eq!(answer["remaining_seconds"], 60, "{ran}");
        assert_eq!(answer["call_id"], "c-1");
        assert_eq!(answer["customer"], "0900001");
    }
}

#[test]
fn not_in_wrapup_is_an_answer() {
    let server =
        FakeServer::always(r#"{"status":"error","errCode":"1504","message":"Agent not in wrap time"}"#);
    let world = World::signed_in(&server);
    assert_eq!(world.run("wrapup --json").ended_with(0).json()["in_wrapup"], false);
    world.run("wrapup --exit-status").ended_with(3);
    world.run("wrapup --wait").ended_with(0);
}

#[test]
fn waiting_ends_with_the_wrapup_and_is_limited_by_timeout() {
    let server = FakeServer::answering(|_, earlier| {
        Reply::ok(if earlier == 0 {
            r#"{"status":"success","data":{"response":1,"currentDuration":1}}"#
        } else {
            NOT_IN_WRAPUP
        })
    });
    let ran = World::signed_in(&server).run("wrapup --wait --json").ended_with(0);
    assert_eq!(ran.json()["in_wrapup"], false);
    assert_eq!(server.arrivals().len(), 2);
    let for_ever = FakeServer::always(r#"{"status":"success","data":{"response":1,"currentDuration":90}}"#);
    let ran = World::signed_in(&for_ever).run("wrapup --wait --timeout 3s --json").ended_with(124);
    assert_eq!(for_ever.arrivals().len(), 1);
    assert!(ran.stderr.contains("still in wrap-up after 3 s: "), "{ran}");
}

#[test]
fn only_those_still_in_wrapup_are_asked_again() {
    let server = FakeServer::answering(|request, earlier| {
        let is_first_look = earlier < 2;
        Reply::ok(if is_first_look && request.body.contains("ssid-of-ravi") {
            r#"{"status":"success","data":{"response":1,"currentDuration":1}}"#
        } else {
            NOT_IN_WRAPUP
        })
    });
    let world = World::at(&server).with("DEEPCALL_STORE", "file");
    for name in ["asha", "ravi"] {
        let line = format!("login --no-verify --ssid-stdin --profile {name}");
        world.run_with_input(&line, &format!("ssid-of-{name}")).ended_with(0);
    }
    let ran = world.run("wrapup --all --wait --json").ended_with(0);
    let rows = ran.json()["wrapup"].clone();
    assert_eq!((&rows[0]["in_wrapup"], &rows[1]["in_wrapup"]), (&false.into(), &false.into()), "{ran}");
    assert_eq!(rows[1]["profile"], "ravi");
    assert_eq!(server.arrivals().len(), 3);
    assert!(server.arrivals()[2].body.contains("ssid-of-ravi"));
}

#[test]
fn waiting_for_any_agent_ends_with_the_first_who_is_out_of_wrapup() {
    let busy = r#"{"status":"success","data":{"response":1,"currentDuration":1}}"#;
    let long = r#"{"status":"success","data":{"response":1,"currentDuration":90}}"#;
    let server = FakeServer::answering(move |request, earlier| {
        Reply::ok(match (request.body.contains("ssid-of-ravi"), earlier) {
            (true, 0 | 1) => busy,
            (true, _) => NOT_IN_WRAPUP,
            (false, _) => long,
        })
    });
    let world = World::at(&server).with("DEEPCALL_STORE", "file");
    for name in ["asha", "ravi"] {
        let line = format!("login --no-verify --ssid-stdin --profile {name}");
        world.run_with_input(&line, &format!("ssid-of-{name}")).ended_with(0);
    }
    let ran = world.run("wrapup --all --wait any --json").ended_with(0);
    let rows = ran.json()["wrapup"].clone();
    assert_eq!((&rows[0]["in_wrapup"], &rows[1]["in_wrapup"]), (&true.into(), &false.into()), "{ran}");
    assert_eq!(server.arrivals().len(), 4, "both are asked twice");
    // Somebody is free already, and the option may be the last word or have its value behind `=`.
    world.run("wrapup --all --wait=any").ended_with(0);
    world.run("wrapup --all --timeout 3s --wait").ended_with(124);
    world.run("wrapup --all --timeout 3s --wait all").ended_with(124);
    let ran = world.run("wrapup --profile asha --wait any --timeout 3s").ended_with(124);
    assert!(ran.stderr.contains("still in wrap-up after 3 s: asha"), "{ran}");
    let ran = world.run("wrapup --wait one").ended_with(2);
    assert!(ran.stderr.contains("all, any"), "{ran}");
}

#[test]
fn a_wait_that_is_cut_off_names_those_who_are_still_in_wrapup_and_nobody_else() {
    let server = FakeServer::answering(|request, _| {
        Reply::ok(if request.body.contains("ssid-of-ravi") {
            NOT_IN_WRAPUP
        } else {
            r#"{"status":"success","data":{"response":1,"currentDuration":90}}"#
        })
    });
    let world = World::at(&server).with("DEEPCALL_STORE", "file");
    for name in ["asha", "ravi", "kavya"] {
        let line = format!("login --no-verify --ssid-stdin --profile {name}");
        world.run_with_input(&line, &format!("ssid-of-{name}")).ended_with(0);
    }
    for (profiles, named) in
        [("--all", "asha, kavya"), ("--profile kavya", "kavya"), ("--profiles ravi,asha", "asha")]
    {
        let ran = world.run(&format!("wrapup {profiles} --wait --timeout 4s")).ended_with(124);
        let words = format!("still in wrap-up after 4 s: {named}\n");
        assert!(ran.stderr.contains(&words) && !ran.stderr.contains("no answer"), "{ran}");
    }
}

#[test]
fn the_team_is_a_table() {
    let ran = InProcess::new().on_terminal(100).with("NO_COLOR", "1").run("wrapup --sandbox --all");
    assert_snapshot!("sandbox_wrapups", ran);
}
