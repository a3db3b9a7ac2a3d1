//! `deepcall break-status`: one agent as a sentence, many as a table, either as JSON.

use insta::assert_snapshot;

use crate::support::{EXPIRED, FakeServer, InProcess, NOT_ON_BREAK, Ran, World};

fn ask(reply: &str, arguments: &str) -> Ran {
    let server = FakeServer::always(reply);
    World::signed_in(&server).run(&format!("break-status {arguments}"))
}

#[test]
fn not_on_break_has_two_spellings_and_one_meaning() {
    for reply in [
        r#"{"status":"success","data":{"on_break":0,"breakDetail":{},"agent_id":"13","user_id":"1"}}"#,
        NOT_ON_BREAK,
        r#"{"status":"error","code":"1502","message":"On break is : 0"}"#,
    ] {
        let ran = ask(reply, "--json").ended_with(0);
        assert_eq!(ran.json()["on_break"], false, "{ran}");
        assert_eq!(ran.json()["for_seconds"], serde_json::Value::Null);
        ask(reply, "--exit-status").ended_with(3);
    }
}

#[test]
fn the_detail_may_have_any_shape_and_is_kept() {
    for (detail, reason) in [
        (r#"{"reason":"Lunch","startTime":1795421400,"x":[1.50]}"#, "Lunch"),
        (r#"{"breakName":"Tea"}"#, "Tea"),
        (r#""{\"reason\":\"Meeting\"}""#, "Meeting"),
        ("[]", ""),
        ("null", ""),
        ("{}", ""),
    ] {
        let reply = format!(r#"{{"status":"success","data":{{"on_break":1,"breakDetail":{detail}}}}}"#);
        let ran = ask(&reply, "--json").ended_with(0);
        let answer = ran.json();
        assert_eq!(answer["on_break"], true, "{ran}");
        assert_eq!(answer["reason"].as_str().unwrap_or(""), reason, "{ran}");
        assert!(detail == "null" || ran.stdout.contains(&format!("\"detail\":{detail}")), "{ran}");
        ask(&reply, "--exit-status").ended_with(0);
    }
}

#[test]
fn a_terminal_gets_a_sentence_and_the_team_a_table() {
    let terminal = InProcess::new().on_terminal(100).with("NO_COLOR", "1");
    let everyone = terminal.run("break-status --sandbox --all");
    assert_snapshot!("sandbox_breaks", everyone);
    let document = terminal.run("break-status --sandbox --all --json").json();
    let states = document["break_status"].as_array().unwrap().clone();
    let find = |on_break: bool| {
        let state = states.iter().find(|state| state["on_break"] == on_break).unwrap();
        state["profile"].as_str().unwrap().to_owned()
    };
    assert_snapshot!(terminal.run(&format!("break-status --sandbox --profile {}", find(true))));
    assert_snapshot!(terminal.run(&format!("break-status --sandbox --profile {}", find(false))));
}

#[test]
fn failures_stand_beside_answers() {
    let server = FakeServer::answering(|request, _| {
        crate::support::Reply::ok(if request.body.contains("good") {
            r#"{"status":"success","data":{"on_break":1,"breakDetail":{"reason":"Tea"}}}"#
        } else {
            EXPIRED
        })
    });
    let world = World::new();
    for name in ["asha", "ravi"] {
        let ssid = if name == "asha" { "good-session" } else { "stale-session" };
        let line =
            format!("login --store file --no-verify --ssid-stdin --profile {name} --server {}", server.url());
        world.run_with_input(&line, ssid).ended_with(0);
    }
    let ran = world.run("break-status --all --json").ended_with(1);
    assert_eq!(ran.json()["break_status"][0]["profile"], "asha");
    assert_eq!(ran.json()["failures"][0]["profile"], "ravi");
    assert_eq!(ran.json()["failures"][0]["kind"], "sign_in");
    assert_eq!(ran.json()["failures"][0]["code"], 1044);
    for format in ["table", "csv", "tsv", "ndjson"] {
        let ran = world.run(&format!("break-status --all -o {format}")).ended_with(1);
        assert!(ran.stdout.contains("asha") && ran.stderr.contains("ravi"), "{ran}");
    }
    world.run("break-status --profiles rav*").ended_with(4);
    world.run("break-status --profiles ash*").ended_with(0);
    world.run("break-status --profiles nobody").ended_with(2);
}

#[test]
fn a_thousand_agents_answer_in_order_over_few_connections() {
    let ran = InProcess::new().run("break-status --sandbox --all --agents 1000 --json").ended_with(0);
    let states = ran.json()["break_status"].as_array().unwrap().clone();
    assert_eq!(states.len(), 1000);
    let away = states.iter().take_while(|state| state["on_break"] == true).count();
    let seconds: Vec<_> = states[..away].iter().map(|state| state["for_seconds"].as_i64()).collect();
    assert!(away > 10 && seconds.is_sorted_by(|one, next| one >= next), "{seconds:?}");
    assert!(states[away..].iter().all(|state| state["on_break"] == false));
    assert_eq!(states[999]["profile"], "agent-1000");
}

#[test]
fn an_ssid_that_expires_exits_with_4_and_names_the_variable() {
    let server = FakeServer::in_turn([NOT_ON_BREAK, EXPIRED]);
    let world = World::signed_in(&server);
    let ran = world.run("break-status --json").ended_with(0);
    assert_eq!(ran.json()["on_break"], false);
    let ran = world.run("break-status").ended_with(4);
    assert!(ran.stderr.contains("DEEPCALL_SSID"), "{ran}");
    assert_eq!(server.arrivals().len(), 2);
}
