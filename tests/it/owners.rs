//! Whose session a profile is: what `login`, `profiles` and `doctor` show of the agent that the server names.

use serde_json::Value;

use crate::support::fake_server::Request;
use crate::support::{CANARY_SSID, FakeServer, NOT_ON_BREAK, Ran, World};

/// Each ssid `agent-N…` is answered for agent N, and any other one without a name.
fn naming() -> FakeServer {
    FakeServer::answering(|request: &Request, _| {
        let ssid = request.json()["ssid"].as_str().unwrap_or_default().to_owned();
        match ssid.strip_prefix("agent-").and_then(|rest| rest.split('-').next()) {
            Some(id) => format!(
                r#"{{"status":"success","data":{{"on_break":0,"agent_id":{id},"user_id":"20260001"}}}}"#
            ),
            None => NOT_ON_BREAK.to_owned(),
        }
    })
}

#[track_caller]
fn login(world: &World, profile: &str, ssid: &str) -> Ran {
    world.run_with_input(&format!("login --ssid-stdin --profile {profile}"), ssid).ended_with(0)
}

fn world_at(server: &FakeServer) -> World {
    World::at(server).with("DEEPCALL_STORE", "file")
}

#[track_caller]
fn agents(world: &World, line: &str) -> Vec<Value> {
    let document = world.run(line).ended_with(0).json();
    document["profiles"].as_array().unwrap().iter().map(|row| row["agent_id"].clone()).collect()
}

#[test]
fn login_and_profiles_show_the_agent_that_the_server_names_in_every_format() {
    let server = naming();
    let world = world_at(&server);
    let ran = login(&world, "asha", "agent-1001-x");
    let (url, sentence) = (server.url(), "Signed in: profile asha (agent 1001) at ");
    assert_eq!(ran.stdout, format!("{sentence}{url}, stored in a file\n"));
    for format in ["--json", "-o ndjson"] {
        let line = format!("login --ssid-stdin --profile asha {format}");
        let row = world.run_with_input(&line, "agent-1001-x").ended_with(0).json();
        assert_eq!((&row["agent_id"], &row["user_id"]), (&"1001".into(), &"20260001".into()), "{row}");
    }
    for format in ["-o csv", "-o tsv", "-o table --columns name,agent_id"] {
        let line = format!("login --ssid-stdin --profile asha {format}");
        let ran = world.run_with_input(&line, "agent-1001-x").ended_with(0);
        assert!(ran.stdout.contains("1001"), "{ran}");
    }
    let arrived = server.arrivals().len();
    assert_eq!(agents(&world, "profiles --json"), ["1001"]);
    let table = world.run("profiles").ended_with(0).stdout;
    assert!(table.contains("AGENT") && table.contains("1001"), "{table}");
    assert_eq!(server.arrivals().len(), arrived, "it is stored");
}

#[test]
fn what_the_server_does_not_name_is_null_until_a_check_names_it() {
    let server = FakeServer::in_turn([
        NOT_ON_BREAK,
        NOT_ON_BREAK,
        r#"{"status":"success","data":{"on_break":1,"agent_id":"13","user_id":""}}"#,
        NOT_ON_BREAK,
        r#"{"status":"success","data":{"on_break":1,"agent_id":"14"}}"#,
        r#"{"status":"error","code":1044,"message":"no"}"#,
    ]);
    let world = world_at(&server);
    let ran = login(&world, "asha", CANARY_SSID);
    assert!(!ran.stdout.contains("agent"), "{ran}");
    assert_eq!(agents(&world, "profiles --json"), [Value::Null]);
    assert!(!world.run("profiles").ended_with(0).stdout.contains("AGENT"));
    assert_eq!(agents(&world, "profiles --check --json"), [Value::Null]);
    assert_eq!(agents(&world, "profiles --check --json"), ["13"]);
    assert_eq!(agents(&world, "profiles --json"), ["13"], "the check stores it");
    assert_eq!(agents(&world, "profiles --check --json"), ["13"], "a reply without a name takes none away");
    assert_eq!(agents(&world, "profiles --check --json"), ["14"], "the newest name counts");
    world.run("profiles --check").ended_with(4);
    assert_eq!(agents(&world, "profiles --json"), ["14"]);
}

#[test]
fn another_session_forgets_the_agent_and_the_same_one_keeps_it() {
    let server = naming();
    let world = world_at(&server);
    login(&world, "asha", "agent-1001-x");
    let again = "login --no-verify --ssid-stdin --profile asha --json";
    let row = world.run_with_input(again, "agent-1001-x").ended_with(0).json();
    assert_eq!((&row["agent_id"], &row["user_id"]), (&"1001".into(), &"20260001".into()));
    let row = world.run_with_input(again, "another-session").ended_with(0).json();
    assert_eq!((&row["agent_id"], &row["user_id"]), (&Value::Null, &Value::Null));
    login(&world, "asha", "agent-1001-x");
    let ran = login(&world, "asha", "agent-1002-y");
    assert!(ran.stderr.contains("(agent 1001 at ") && ran.stderr.contains("(agent 1002 at "), "{ran}");
}

#[test]
fn two_profiles_for_one_agent_are_noted_by_login_profiles_and_doctor() {
    let server = naming();
    let world = world_at(&server);
    let note = "the profiles asha, asha-2 are for the same agent (1001)";
    login(&world, "asha", "agent-1001-x");
    assert!(!login(&world, "ravi", "agent-1002-x").stderr.contains("same agent"));
    assert!(!world.run("profiles").ended_with(0).stderr.contains("same agent"));
    assert!(login(&world, "asha-2", "agent-1001-y").stderr.contains(note));
    assert!(!login(&world, "meena", "agent-1003-y").stderr.contains("same agent"), "it is about others");
    for line in ["profiles", "profiles --check"] {
        let ran = world.run(line).ended_with(0);
        assert_eq!(ran.stderr.matches("same agent").count(), 1, "{line}: {ran}");
        assert!(ran.stderr.contains(note), "{line}: {ran}");
    }
    let checks = world.run("doctor --json").json();
    let warned = checks["checks"].as_array().unwrap().iter().find(|check| check["detail"] == note);
    assert_eq!(warned.unwrap()["verdict"], "warn", "{checks}");
    // At another server, the same id is another agent.
    let other = naming();
    let line = format!("login --ssid-stdin --profile elsewhere --server {}", other.url());
    let ran = world.run_with_input(&line, "agent-1003-z").ended_with(0);
    assert!(!ran.stderr.contains("same agent"), "{ran}");
}

#[test]
fn one_session_under_two_names_is_noted_even_if_the_server_names_nobody() {
    let server = FakeServer::always(NOT_ON_BREAK);
    let world = world_at(&server);
    let note = "the profiles asha, ravi are for the same agent";
    login(&world, "asha", CANARY_SSID);
    login(&world, "ravi", CANARY_SSID);
    login(&world, "meena", "another-session");
    let ran = world.run("profiles --check").ended_with(0);
    assert!(ran.stderr.contains(note) && !ran.stderr.contains("meena"), "{ran}");
    assert!(world.run("doctor").stdout.contains(note));
    for profile in ["lab", "lab-2"] {
        let line = format!("login --user-id 12345678 --token-stdin --profile {profile}");
        world.run_with_input(&line, profile).ended_with(0);
    }
    assert!(world.run("profiles").ended_with(0).stderr.contains("lab, lab-2"), "a user id with a token");
}

/// The run is searched for the secret, and so is each file that it leaves.
#[test]
fn a_secret_that_the_server_echoes_as_an_id_is_not_stored() {
    for ssid in [CANARY_SSID, "session-0123456789"] {
        let echo = serde_json::json!({"status": "success", "data": {
            "on_break": 0, "agent_id": ssid, "user_id": format!("x{ssid}"),
        }});
        let server = FakeServer::always(echo.to_string());
        let world = world_at(&server);
        login(&world, "asha", ssid);
        assert_eq!(agents(&world, "profiles --check --json"), [Value::Null]);
        let written = std::fs::read_to_string(world.config_folder().join("profiles.toml")).unwrap();
        assert!(!written.contains("_id"), "{written}");
    }
}
