//! `deepcall watch` as a stream: the order of events, and what it survives.

mod endings;
mod parts;
mod selecting;

use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use rustix::process::Signal;
use serde_json::Value;

use crate::formats::{read, try_read};
use crate::support::{
    EXPIRED, FakeServer, IN_WRAPUP, NO_TAGS, NOT_IN_WRAPUP, NOT_ON_BREAK, ON_BREAK, Ran, Reply, Running,
    WRONG_PARAMETERS, World,
};

fn tags(ids: &[&str]) -> String {
    let tag = |id: &&str| format!(r#"{{"_id":"{id}","type":"missed","message":"call {id}"}}"#);
    let tags: Vec<String> = ids.iter().map(tag).collect();
    format!(r#"{{"data":[{}],"iconDetails":[],"status":"success","code":200}}"#, tags.join(","))
}

/// The events of a run that has ended, each line strict JSON.
#[track_caller]
pub fn events(ran: &Ran) -> Vec<Value> {
    let events: Vec<Value> = ran
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}\n{ran}")))
        .collect();
    assert_eq!(events.first().map(|event| event["type"].clone()), Some("start".into()), "{ran}");
    assert_eq!(events.last().map(|event| event["type"].clone()), Some("end".into()), "{ran}");
    // Whatever a test makes the watch report fits its schema, by an independent validator.
    let schema = World::new().run("schema watch").ended_with(0).stdout;
    read("ndjson", &ran.stdout, &schema);
    events
}

pub fn types(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["type"].as_str().unwrap()).collect()
}

#[test]
fn each_tag_is_reported_exactly_once() {
    let server = FakeServer::answering(|_, earlier| {
        Reply::ok(&match earlier {
            0 => tags(&["a", "b"]),
            1 => tags(&["b", "a", "c"]),
            _ => tags(&["c", "b"]),
        })
    });
    let watch = start(&World::signed_in(&server), "watch --json --only tags --interval 2s");
    server.await_arrivals(4);
    let ran = watch.terminate().ended_with(143);
    let events = events(&ran);
    let reported = events.iter().filter(|event| event["type"] == "tag");
    let reported: Vec<_> =
        reported.map(|tag| (tag["id"].as_str().unwrap(), tag["initial"].as_bool().unwrap())).collect();
    assert_eq!(reported, [("a", true), ("b", true), ("c", false)], "{ran}");
}

#[test]
fn a_break_is_reported_when_it_starts_and_ends_and_can_end_the_watch() {
    let server =
        FakeServer::answering(|_, earlier| Reply::ok(if earlier == 1 { ON_BREAK } else { NOT_ON_BREAK }));
    let line = "watch --json --only breaks --interval 2s --until break_ended";
    let events = events(&World::signed_in(&server).run(line).ended_with(0));
    assert_eq!(types(&events), ["start", "state", "break_started", "break_ended", "end"]);
    assert_eq!(events[2]["reason"], "Lunch");
    assert_eq!(events[4]["reason"], "condition_met");
}

#[test]
fn a_lost_connection_is_reported_once_and_survived() {
    let server = FakeServer::answering(|_, earlier| match earlier {
        // The first one ends a kept connection: that alone is no failure.
        1..=3 => Reply::Reset(vec![]),
        4 => Reply::ok("<html>sign in to the hotel network</html>"),
        _ => Reply::ok(NOT_IN_WRAPUP),
    });
    let line = "watch --json --only wrapups --interval 2s --until connection_restored";
    let ran = World::signed_in(&server).run(line).ended_with(0);
    let events = events(&ran);
    assert_eq!(types(&events), ["start", "state", "connection_lost", "connection_restored", "end"], "{ran}");
    assert_eq!(events[2]["failure"], "reset");
    assert_eq!(events[3]["failures"], 3);
}

#[test]
fn a_server_that_ends_idle_connections_is_not_lost() {
    // Each second poll meets a connection that ends as it arrives, and arrives once more.
    let server = FakeServer::answering(|_, earlier| match earlier {
        _ if earlier % 3 == 1 => Reply::Reset(vec![]),
        0..8 => Reply::ok(NOT_IN_WRAPUP),
        _ => Reply::ok(IN_WRAPUP),
    });
    let line = "watch --json --only wrapups --interval 2s --until wrapup_started";
    let ran = World::signed_in(&server).run(line).ended_with(0);
    assert_eq!(types(&events(&ran)), ["start", "state", "wrapup_started", "end"], "{ran}");
    assert_eq!((server.arrivals().len(), ran.stderr.as_str()), (9, ""), "{ran}");
}

#[test]
fn a_damaged_character_is_no_lost_connection_and_is_noted_once() {
    let server = FakeServer::answering(|_, earlier| {
        let body = b"{\"status\":\"success\",\"data\":[{\"_id\":\"a\",\"message\":\"caf\xe9 \\ud83d\"},{\"_id\":\"b\"}";
        let end = if earlier < 2 { "]}" } else { r#",{"_id":"c"}]}"# };
        Reply::with_headers("200 OK", &[], [body, end.as_bytes()].concat())
    });
    let ran = World::signed_in(&server)
        .run("watch --json --only tags --interval 2s --until tag --timeout 60s")
        .ended_with(0);
    let events = events(&ran);
    assert_eq!(types(&events), ["start", "state", "tag", "tag", "tag", "end"], "{ran}");
    assert_eq!(events[2]["message"], "caf\u{fffd} \u{fffd}");
    assert_eq!(ran.stderr.matches("damaged characters").count(), 1, "{ran}");
}

#[test]
fn a_new_login_keeps_the_watch_alive() {
    // The watch has begun with the old session, and does not learn that it is over until the new one is there.
    let gate = Arc::new(Mutex::new(()));
    let closed = gate.lock().unwrap();
    let behind = Arc::clone(&gate);
    let server = FakeServer::answering(move |request, _| {
        if request.body.contains("fresh") {
            return Reply::ok(NOT_IN_WRAPUP);
        }
        drop(behind.lock());
        Reply::ok(EXPIRED)
    });
    let world = World::new();
    let login = format!("login --store file --no-verify --ssid-stdin --server {}", server.url());
    let _ = world.run_with_input(&login, "stale-session").ended_with(0);
    let line = "watch --json --only wrapups --interval 2s --until session_renewed";
    let child = start(&world, line);
    server.await_arrivals(1);
    let _ = world.run_with_input(&login, "fresh-session").ended_with(0);
    drop(closed);
    let ran = child.end();
    assert_eq!(types(&events(&ran.ended_with(0))), ["start", "session_expired", "session_renewed", "end"]);
}

#[test]
fn a_hook_gets_the_event_and_no_credentials() {
    let server =
        FakeServer::answering(|_, earlier| Reply::ok(if earlier == 0 { NOT_ON_BREAK } else { ON_BREAK }));
    let world = World::signed_in(&server);
    let mut command =
        world.command(["watch", "--only", "breaks", "--interval", "2s", "--until", "break_started"]);
    command.args(["--on", "break_started", "--exec", "cat > event.json; env > environment; echo noise"]);
    let ran = world.start(command).end().ended_with(0);
    assert!(!ran.stdout.contains("noise"));
    let event: Value =
        serde_json::from_slice(&std::fs::read(world.home().join("event.json")).unwrap()).unwrap();
    assert_eq!((event["type"].as_str(), event["reason"].as_str()), (Some("break_started"), Some("Lunch")));
}

#[test]
fn a_hook_that_fails_is_reported_and_the_watch_goes_on() {
    let server =
        FakeServer::answering(|_, earlier| Reply::ok(if earlier == 1 { ON_BREAK } else { NOT_ON_BREAK }));
    let world = World::signed_in(&server);
    let mut command =
        world.command(["watch", "--only", "breaks", "--interval", "2s", "--until", "break_ended"]);
    command.args(["--on", "break_started", "--exec", "echo no mail server >&2; exit 7"]);
    let ran = world.start(command).end().ended_with(0);
    assert!(ran.stderr.contains("--exec for break_started of "), "{ran}");
    assert!(ran.stderr.contains(" ended with exit status 7: no mail server"), "{ran}");
}

#[test]
fn an_alert_is_reported_once_and_ends_with_the_break_whether_typed_or_configured() {
    let alerts = |config: &str, options: &str| {
        let server =
            FakeServer::answering(|_, earlier| Reply::ok(if earlier < 2 { ON_BREAK } else { NOT_ON_BREAK }));
        let world = World::signed_in(&server);
        std::fs::create_dir_all(world.config_folder()).unwrap();
        std::fs::write(world.config_folder().join("config.toml"), config).unwrap();
        let line = "watch --json --only breaks --interval 2s --until break_ended";
        let mut alerts = events(&world.run(&format!("{line} {options}")).ended_with(0));
        alerts.retain(|event| event["type"] == "alert");
        // How soon it is noticed depends on the machine.
        for alert in &mut alerts {
            assert!(alert["value_seconds"].as_u64() >= alert["limit_seconds"].as_u64(), "{alert}");
            (alert["at"], alert["value_seconds"]) = (Value::Null, Value::Null);
        }
        alerts
    };
    let typed = alerts("", "--alert break.lunch=1s");
    let changes: Vec<&Value> = typed.iter().map(|alert| &alert["change"]).collect();
    assert_eq!(changes[0], "over", "{typed:?}");
    assert_eq!(changes.iter().filter(|change| **change == "over").count(), 1, "{typed:?}");
    assert_eq!(alerts("[alert]\n'break.lunch' = '1s'\n", ""), typed);
    // What is typed replaces all that is configured.
    assert_eq!(alerts("[alert]\nbreak = '1s'\n", "--alert break.lunch=1s"), typed);
}

#[test]
fn it_never_pings_and_never_has_two_requests_of_one_profile_in_flight() {
    let server = FakeServer::answering(|request, _| {
        Reply::ok(match request.path.as_str() {
            "/api/v2/agentProfile/agentOnBreak" => NOT_ON_BREAK,
            "/api/v2/agentProfile/checkAgentInWrapUp" => NOT_IN_WRAPUP,
            _ => NO_TAGS,
        })
    });
    let watch = start(&World::signed_in(&server), "watch --interval 2s");
    server.await_arrivals(7);
    let _ = watch.terminate().ended_with(143);
    assert!(server.arrivals().iter().all(|request| !request.path.to_lowercase().contains("ping")));
    assert_eq!(server.connections(), 1);
}

#[test]
fn sentences_are_for_people() {
    let server =
        FakeServer::answering(|_, earlier| Reply::ok(if earlier == 0 { NOT_ON_BREAK } else { ON_BREAK }));
    let ran = World::signed_in(&server)
        .run("watch --only breaks --interval 2s --until break_started")
        .ended_with(0);
    let sentences: Vec<&str> = ran.stdout.lines().map(|line| line.split_once(' ').unwrap().1).collect();
    insta::assert_snapshot!(sentences.join("\n"));
}

#[test]
fn a_spreadsheet_gets_the_columns_it_asks_for_and_headings_once() {
    let server = FakeServer::answering(|_, earlier| {
        Reply::ok(&tags(if earlier == 0 { &["a"] } else { &["a", "=b"] }))
    });
    let line = "watch -o csv --only tags --interval 2s --until tag --columns type,profile,id,fields.type";
    let ran = World::signed_in(&server).run(line).ended_with(0);
    let expected =
        "type,profile,id,fields.type\nstart,,,\nstate,env,,\ntag,env,a,missed\ntag,env,'=b,missed\nend,,,\n";
    assert_eq!(ran.stdout, expected);
    let arrived = server.arrivals().len();
    let line = "watch -o tsv --only tags --interval 2s --columns type,reason --no-headers";
    let watch = start(&World::signed_in(&server), line);
    server.await_arrivals(arrived + 2);
    assert_eq!(watch.terminate().ended_with(143).stdout, "start\t\nstate\t\ntag\t\ntag\t\nend\tterminated\n");
}

#[test]
fn typed_lines_win_over_a_format_of_the_environment() {
    let world = World::new().with("DEEPCALL_OUTPUT", "json");
    let ran = world.run("watch --sandbox --profile asha --log --timeout 100ms").ended_with(124);
    assert!(ran.stdout.contains("watching 1 profile every 5 s"), "{ran}");
    let ran = world.run("watch --sandbox --timeout 100ms").ended_with(124);
    assert!(ran.stdout.contains(r#""type":"start""#), "{ran}");
}

#[test]
fn the_simulated_floor_is_followed_as_a_whole_unless_profiles_are_named() {
    for (named, profiles) in
        [("", 14), ("--agents 20", 20), ("--profile ravi", 1), ("--profiles a*", 3), ("--all", 14)]
    {
        let ran = World::new().run(&format!("watch --sandbox {named} --json --until start")).ended_with(0);
        assert!(ran.stdout.contains(&format!(r#""profiles":{profiles}"#)), "{named}: {ran}");
    }
}

#[test]
fn what_makes_no_sense_is_refused() {
    for line in [
        "watch --interval 1s",
        "watch --until brake",
        "watch --alert lunch",
        "watch --on nothing",
        "watch --retries 2",
        "watch --limit 3",
    ] {
        let _ = World::new().run(&format!("{line} --sandbox")).ended_with(2);
    }
}

pub fn start(world: &World, line: &str) -> Running {
    let mut command = world.command(line.split_whitespace());
    command.stdin(Stdio::null());
    world.start(command)
}

#[test]
fn each_event_has_a_schema_and_a_key_that_none_names_is_found() {
    let world = World::new();
    let mut watch = start(&world, "watch --sandbox --all --json --heartbeat 1s");
    let kinds = ["start", "state", "tag", "heartbeat"];
    let stdout = watch.child.stdout.take().unwrap();
    let mut awaited: Vec<String> = kinds.iter().map(|kind| format!(r#""type":"{kind}""#)).collect();
    let (mut lines, mut text) = (BufReader::new(stdout), String::new());
    while !awaited.is_empty() {
        let from = text.len();
        assert!(lines.read_line(&mut text).unwrap() > 0, "no {awaited:?} in {text}");
        awaited.retain(|kind| !text[from..].contains(kind));
    }
    watch.signal(Signal::TERM);
    lines.read_to_string(&mut text).unwrap();
    let ran = Ran { stdout: text, ..watch.end().ended_with(143) };
    let events = events(&ran);
    for kind in kinds.into_iter().chain(["end"]) {
        let kinds = types(&events);
        assert!(kinds.contains(&kind), "{kind} in {kinds:?}");
        let schema = world.run(&format!("schema {kind}")).ended_with(0).json();
        assert_eq!(schema["properties"]["type"]["const"], kind);
        let of_kind = events.iter().find(|event| event["type"] == kind).unwrap();
        read("json", &format!("{of_kind}\n"), &schema.to_string());
    }
    let schema = world.run("schema watch").ended_with(0).stdout;
    let with_more =
        r#"{"type":"session_renewed","at":"2026-11-23T09:00:00+05:30","profile":"asha","more":1}"#;
    assert!(try_read("ndjson", with_more, &schema).is_err());
    read("ndjson", &with_more.replace(r#","more":1"#, ""), &schema);
}
