//! `deepcall status`: the whole team, one row per agent, whatever of it can be known.

use insta::assert_snapshot;
use rustix::process::Signal;
use serde_json::Value;

use crate::support::{
    EXPIRED, FakeServer, InProcess, NO_TAGS, NOT_IN_WRAPUP, NOT_ON_BREAK, Ran, Reply, WRONG_PARAMETERS, World,
};

const LUNCH: &str = r#"{"status":"success","data":{"on_break":1,"agent_id":"13","breakDetail":{"reason":"Lunch","startTime":1795424400}}}"#;
const IN_WRAPUP: &str = r#"{"status":"success","data":{"response":1,"wrapETime":1795425660,"callId":"c-1","cNumber":"919000030273"}}"#;
const TAGS: &str = r#"{"status":"success","data":[{"_id":"1","type":"incoming","createdAt":1795424000},{"_id":"2","type":"missed","createdAt":1795425480,"cNumber":"919000030273","queue":"sales"},{"_id":"3","type":"note"}],"iconDetails":[]}"#;
const BROKEN: &str = "<html>";
/// 1,200 s after the start of the lunch, 60 s before the end of the wrap-up.
const DATE: &str = "Date: Mon, 23 Nov 2026 09:20:00 GMT";

/// What the server replies about break, wrap-up and tags to whoever has this name in the session.
type Of = (&'static str, [&'static str; 3]);

fn floor(agents: &'static [Of]) -> (World, FakeServer) {
    let server = FakeServer::answering(move |request, _| {
        let of = agents.iter().find(|(name, _)| request.body.contains(&format!("ssid-of-{name}")));
        let (_, replies) = of.expect("an agent");
        Reply::with_headers("200 OK", &[DATE], request.choose(*replies))
    });
    let world = World::at(&server).with("DEEPCALL_STORE", "file").with("TZ", "UTC");
    for (name, _) in agents {
        let line = format!("login --no-verify --ssid-stdin --profile {name}");
        world.run_with_input(&line, &format!("ssid-of-{name}")).ended_with(0);
    }
    (world, server)
}

fn agents(ran: &Ran) -> Vec<Value> {
    ran.json()["agents"].as_array().unwrap().clone()
}

/// The values of one key, in the order of the rows.
fn column<'v>(agents: &'v [Value], key: &str) -> Vec<&'v str> {
    agents.iter().map(|agent| agent[key].as_str().unwrap_or("-")).collect()
}

#[test]
fn everybody_has_a_row_those_who_are_away_first() {
    let (world, _server) = floor(&[
        ("asha", [NOT_ON_BREAK, NOT_IN_WRAPUP, NO_TAGS]),
        ("ravi", [NOT_ON_BREAK, IN_WRAPUP, TAGS]),
        ("meena", [LUNCH, NOT_IN_WRAPUP, TAGS]),
        ("kavya", [LUNCH, IN_WRAPUP, NO_TAGS]),
    ]);
    let ran = world.run("status --json").ended_with(0);
    let rows = agents(&ran);
    assert_eq!(column(&rows, "profile"), ["kavya", "meena", "ravi", "asha"]);
    assert_eq!(column(&rows, "state"), ["on_break", "on_break", "in_wrapup", "neither"]);
    let (meena, ravi, asha) = (&rows[1], &rows[2], &rows[3]);
    assert_eq!(
        (&meena["reason"], &meena["for_seconds"], &meena["agent_id"]),
        (&"Lunch".into(), &1200.into(), &"13".into())
    );
    assert_eq!(meena["since"], "2026-11-23T09:00:00.000+00:00");
    assert_eq!(
        (&meena["last_tag"]["kind"], &meena["last_tag"]["fields"]["queue"]),
        (&"missed".into(), &"sales".into())
    );
    assert_eq!((&ravi["remaining_seconds"], &ravi["customer"]), (&60.into(), &"919000030273".into()));
    assert_eq!(ravi["wrapup_ends_at"], "2026-11-23T09:21:00.000+00:00");
    for key in ["reason", "since", "for_seconds", "limit_seconds", "over_seconds", "customer", "last_tag"] {
        assert_eq!(asha[key], Value::Null, "{key}");
    }
    let tally =
        serde_json::json!({"on_break": 2, "in_wrapup": 1, "neither": 1, "over_limit": 0, "unknown": 0});
    assert_eq!(ran.json()["tally"], tally);
    assert_eq!(ran.json()["failures"], serde_json::json!([]));
}

#[test]
fn a_missing_answer_makes_the_state_unknown_unless_the_other_is_a_break() {
    let (world, _server) = floor(&[
        ("both", [NOT_ON_BREAK, NOT_IN_WRAPUP, NO_TAGS]),
        ("lunch", [LUNCH, BROKEN, NO_TAGS]),
        ("halves", [BROKEN, IN_WRAPUP, TAGS]),
        ("other", [NOT_ON_BREAK, BROKEN, BROKEN]),
        ("gone", [EXPIRED, EXPIRED, EXPIRED]),
    ]);
    let ran = world.run("status --json").ended_with(1);
    let rows = agents(&ran);
    assert_eq!(column(&rows, "profile"), ["lunch", "halves", "both", "other", "gone"]);
    assert_eq!(column(&rows, "state"), ["on_break", "unknown", "neither", "unknown", "unknown"]);
    // What is known is not hidden.
    assert_eq!((&rows[1]["remaining_seconds"], &rows[1]["last_tag"]["id"]), (&60.into(), &"2".into()));
    assert_eq!((&rows[4]["as_of"], &rows[4]["last_tag"]), (&Value::Null, &Value::Null));
    let failures = ran.json()["failures"].as_array().unwrap().clone();
    let of = |key| column(&failures, key);
    assert_eq!(of("profile"), ["gone", "halves", "lunch", "other"]);
    assert_eq!(of("kind"), ["sign_in", "not_json", "not_json", "not_json"]);
    let messages = of("message");
    assert!(messages[2].starts_with("wrap-up: ") && messages[1].starts_with("break: "), "{ran}");
    assert!(messages[3].starts_with("wrap-up and tags: ") && !messages[0].starts_with("break"), "{ran}");
    assert!(of("hint")[0].contains("deepcall login --profile gone"), "{ran}");
    assert_eq!(ran.json()["tally"]["unknown"], 3);
    assert_eq!(ran.stderr, "", "the document has the failures");
    for format in ["table", "csv", "tsv", "ndjson"] {
        let ran = world.run(&format!("status -o {format}")).ended_with(1);
        assert!(
            ran.stdout.contains("gone") && ran.stdout.contains("unknown") && ran.stderr.contains("gone"),
            "{ran}"
        );
    }
}

#[test]
fn the_exit_code_is_the_common_one_if_all_failed_alike() {
    let (world, server) = floor(&[
        ("asha", [EXPIRED, EXPIRED, EXPIRED]),
        ("ravi", [EXPIRED, EXPIRED, EXPIRED]),
        ("meena", [NOT_ON_BREAK, NOT_IN_WRAPUP, NO_TAGS]),
    ]);
    let ran = world.run("status --profiles asha,ravi --json").ended_with(4);
    assert_eq!(column(&agents(&ran), "state"), ["unknown", "unknown"]);
    assert_eq!(server.arrivals().len(), 2, "a session that has expired is tried once");
    let ran = world.run("status").ended_with(1);
    let error = ran.stderr.lines().next().unwrap();
    assert!(error.starts_with("error: 2 of 3 profiles: ") && error.ends_with(": asha, ravi"), "{ran}");
    world.run("status -p meena").ended_with(0);
    // The failure of the only agent is that of the command.
    let ran = world.run("status -p asha --json").ended_with(4);
    assert_eq!((ran.stdout.as_str(), &ran.json_error()["kind"]), ("", &"sign_in".into()));
    let ran = World::new().run("status").ended_with(4);
    assert!(ran.stderr.contains("hint: run `deepcall login`"), "{ran}");
}

#[test]
fn options_and_variables_name_agents_and_the_config_file_does_not() {
    const ONE: [&str; 3] = [NOT_ON_BREAK, NOT_IN_WRAPUP, NO_TAGS];
    let (world, _server) = floor(&[("asha", ONE), ("ravi", ONE), ("env", ONE)]);
    let shown = |world: &World, line: &str| {
        let ran = world.run(&format!("{line} --json")).ended_with(0);
        column(&agents(&ran), "profile").join(" ")
    };
    std::fs::write(world.config_folder().join("config.toml"), "profile = 'ravi'\n").unwrap();
    for (line, names) in [
        ("status", "asha env ravi"),
        ("status --all", "asha env ravi"),
        ("status -a", "asha env ravi"),
        ("status --profile ravi", "ravi"),
        ("status -p ravi", "ravi"),
        ("status --profiles r*,asha --jobs 1", "asha ravi"),
        ("status --jobs 1", "asha env ravi"),
    ] {
        assert_eq!(shown(&world, line), names, "{line}");
    }
    let world = world.with("DEEPCALL_PROFILE", "asha");
    assert_eq!(shown(&world, "status"), "asha");
    assert_eq!(shown(&world, "status -a"), "asha env ravi");
    let world = world.with("DEEPCALL_SSID", "ssid-of-env");
    assert_eq!(shown(&world, "status"), "asha", "the session has that name");
    assert_eq!(agents(&world.run("status --sandbox --json")).len(), 14);
    assert_eq!(shown(&world, "status --sandbox -p ravi"), "ravi");
    world.run("status -p asha --jobs 4").ended_with(2);
}

#[test]
fn a_break_is_over_its_limit_and_first() {
    const TEA: &str =
        r#"{"status":"success","data":{"on_break":1,"breakDetail":{"reason":"Tea","startTime":1795425000}}}"#;
    let (world, _server) = floor(&[
        ("wrap", [NOT_ON_BREAK, IN_WRAPUP, NO_TAGS]),
        ("lunch", [LUNCH, NOT_IN_WRAPUP, NO_TAGS]),
        ("tea", [TEA, NOT_IN_WRAPUP, NO_TAGS]),
        ("vague", [r#"{"status":"success","data":{"on_break":1}}"#, NOT_IN_WRAPUP, NO_TAGS]),
    ]);
    let limits = |line: &str| {
        let ran = world.run(&format!("status --json {line}")).ended_with(0);
        let row = |agent: &Value| {
            format!(
                "{} {} {}",
                agent["profile"].as_str().unwrap(),
                agent["limit_seconds"],
                agent["over_seconds"]
            )
        };
        (agents(&ran).iter().map(row).collect::<Vec<_>>(), ran.json()["tally"]["over_limit"].clone())
    };
    let none = ["lunch null null", "tea null null", "wrap null null", "vague null null"];
    assert_eq!(limits(""), (none.map(str::to_owned).to_vec(), 0.into()));
    let some = ["tea 540 60", "lunch 1500 null", "wrap 90 null", "vague 1500 null"];
    let line = "--alert break=25m --alert break.tea=9m --alert wrapup=60s:90s";
    assert_eq!(limits(line), (some.map(str::to_owned).to_vec(), 1.into()));
    let steps = ["lunch 1200 0", "tea 1200 null", "wrap null null", "vague 1200 null"];
    assert_eq!(limits("--alert break=15m:20m"), (steps.map(str::to_owned).to_vec(), 1.into()));
    // A warning makes a row more urgent, and is no limit.
    let warned = ["tea 3600 null", "lunch null null", "wrap null null", "vague null null"];
    assert_eq!(limits("--alert break.tea=9m:1h"), (warned.map(str::to_owned).to_vec(), 0.into()));
    std::fs::write(world.config_folder().join("config.toml"), "[alert]\nbreak = '10m'\n").unwrap();
    assert_eq!(limits("").1, 2, "the limits of the config file");
    world.run("status --alert break").ended_with(2);
}

#[test]
fn each_format_shows_the_last_tag_and_its_keys_are_columns() {
    let (world, _server) = floor(&[("asha", [NOT_ON_BREAK, IN_WRAPUP, TAGS])]);
    let columns = "profile,last_tag,last_tag.kind,last_tag.customer,last_tag.fields.queue";
    let ran = world.run(&format!("status -o csv --columns {columns}")).ended_with(0);
    let row = "asha,missed 2026-11-23T09:18:00.000+00:00,missed,919000030273,sales";
    assert_eq!(ran.stdout.lines().collect::<Vec<_>>(), [columns, row]);
    for line in [
        "status --mask",
        "status --mask --json",
        "status --mask -o ndjson",
        "status --mask -o csv --columns +last_tag.customer,+last_tag.fields",
    ] {
        let ran = world.run(line).ended_with(0);
        assert!(ran.stdout.contains("•273") && !ran.stdout.contains("30273"), "{line}\n{ran}");
    }
    // A table in a pipe takes a style that was typed; whether the day is in it depends on today.
    let ran = world.run("status --columns last_tag --time clock --timezone UTC").ended_with(0);
    let cell = ran.stdout.lines().last().unwrap();
    assert!(cell.starts_with("missed ") && cell.ends_with(" 09:18"), "{ran}");
    for (column, message) in [
        ("last_tag.kin", "did you mean \"last_tag.kind\"?"),
        ("last_tag.kind.x", "\"kind\" is a single value"),
        ("state.x", "dotted names are possible for last_tag"),
    ] {
        let ran = world.run(&format!("status --columns {column}")).ended_with(2);
        assert!(ran.stderr.contains(message), "{ran}");
    }
}

#[test]
fn a_user_id_and_a_token_have_no_tags_which_is_no_failure() {
    let server = FakeServer::answering(|request, _| {
        Reply::ok(request.choose([NOT_ON_BREAK, NOT_IN_WRAPUP, WRONG_PARAMETERS]))
    });
    let world = World::at(&server).with("DEEPCALL_USER_ID", "7").with("DEEPCALL_TOKEN", "a-token-of-seven");
    let ran = world.run("status --json").ended_with(0);
    assert_eq!((&agents(&ran)[0]["state"], &agents(&ran)[0]["last_tag"]), (&"neither".into(), &Value::Null));
    assert!(ran.stderr.contains("tags takes an ssid only"), "{ran}");
}

#[test]
fn a_terminal_has_the_tally_above_the_table() {
    let terminal = |width| InProcess::new().on_terminal(width).with("NO_COLOR", "1");
    assert_snapshot!(terminal(80).run("status --sandbox --agents 5 --alert break=5m"));
    let ran = InProcess::new().run("status --sandbox").ended_with(0);
    assert!(ran.stdout.starts_with("PROFILE ") && !ran.stdout.contains("14 agents"), "{ran}");
}

#[test]
fn a_thousand_agents_answer_in_one_document() {
    let ran = InProcess::new().run("status --sandbox --agents 1000 --json").ended_with(0);
    let tally = ran.json()["tally"].clone();
    let of = |key: &str| tally[key].as_u64().unwrap();
    assert_eq!(of("on_break") + of("in_wrapup") + of("neither") + of("unknown"), 1000);
    let rows = agents(&ran);
    assert_eq!(rows.len(), 1000);
    let away = rows.iter().take_while(|row| row["state"] != "neither").count();
    assert_eq!(u64::try_from(away).unwrap(), of("on_break") + of("in_wrapup"));
}

#[test]
fn a_server_that_nobody_reaches_costs_one_request_for_each_agent() {
    // Nobody listens at the port for discarding.
    let world = World::new().with("DEEPCALL_SERVER", "http://127.0.0.1:9").with("DEEPCALL_STORE", "file");
    for name in ["asha", "ravi"] {
        let line = format!("login --no-verify --ssid-stdin --profile {name}");
        world.run_with_input(&line, &format!("ssid-of-{name}")).ended_with(0);
    }
    let ran = world.run("status --json --retries 0").ended_with(5);
    assert_eq!(column(&agents(&ran), "state"), ["unknown", "unknown"]);
    assert_eq!(column(ran.json()["failures"].as_array().unwrap(), "kind"), ["connect", "connect"]);
    let ran = world.run("status --retries 0 -v").ended_with(5);
    let requests = ran.stderr.lines().filter(|line| line.starts_with("POST ") && !line.contains(": "));
    assert_eq!(requests.count(), 2, "{ran}");
    let ran = world.run("status -p asha --retries 0").ended_with(5);
    assert_eq!(ran.stdout, "", "{ran}");
}

#[test]
fn a_silent_server_is_left_by_timeout_and_by_signals() {
    let server = FakeServer::always(Reply::SILENCE);
    let ran = World::signed_in(&server).run("status --timeout 200ms").ended_with(124);
    assert_eq!(ran.stdout, "");
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let server = FakeServer::always(Reply::SILENCE);
        let world = World::signed_in(&server);
        let running = world.start(world.command(["status", "--json"]));
        server.await_arrivals(1);
        running.signal(signal);
        assert_eq!(running.end().ended_with(code).stdout, "");
    }
}

#[test]
fn an_answer_that_names_nobody_is_about_the_agent_of_the_login() {
    let server = FakeServer::answering(|request, earlier| {
        let is_login = earlier == 0;
        let named = r#"{"status":"success","data":{"on_break":0,"agent_id":"13"}}"#;
        let on_break = if is_login { named } else { NOT_ON_BREAK };
        Reply::ok(request.choose([on_break, NOT_IN_WRAPUP, NO_TAGS]))
    });
    let world = World::at(&server).with("DEEPCALL_STORE", "file");
    let _ = world.run_with_input("login --ssid-stdin --profile asha", "ssid-of-asha").ended_with(0);
    assert_eq!(agents(&world.run("status --json").ended_with(0))[0]["agent_id"], "13");
}
