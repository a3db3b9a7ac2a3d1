//! `login --from-file`: a line for each session of a team.

use std::os::unix::fs::PermissionsExt;

use rustix::process::Signal;
use serde_json::Value;

use crate::support::fake_server::Request;
use crate::support::{CANARY_SSID, EXPIRED, FakeServer, NOT_ON_BREAK, Ran, Reply, World};

/// An ssid `agent-N…` is good, one that begins with `old` has expired, and any other one is good and names nobody.
fn server() -> FakeServer {
    FakeServer::answering(|request: &Request, _| {
        let ssid = request.json()["ssid"].as_str().unwrap_or_default().to_owned();
        match ssid.strip_prefix("agent-").and_then(|rest| rest.split('-').next()) {
            Some(id) => format!(r#"{{"status":"success","data":{{"on_break":0,"agent_id":{id}}}}}"#),
            None if ssid.starts_with("old") => EXPIRED.to_owned(),
            None => NOT_ON_BREAK.to_owned(),
        }
    })
}

fn world_at(server: &FakeServer) -> World {
    World::at(server).with("DEEPCALL_STORE", "file")
}

/// The file is outside of the home, which is searched for secrets.
fn file(text: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    file
}

fn stored(world: &World) -> Vec<String> {
    let document = world.run("profiles --json").ended_with(0).json();
    document["profiles"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["name"].as_str().unwrap().to_owned())
        .collect()
}

fn rows(ran: &Ran, key: &str) -> Vec<Value> {
    ran.json()["profiles"].as_array().unwrap().iter().map(|row| row[key].clone()).collect()
}

#[test]
fn each_line_is_checked_and_stored_and_has_a_row() {
    let server = server();
    let world = world_at(&server);
    let text = format!(
        "\u{feff}# the day shift\r\n\r\nasha\t{CANARY_SSID}\r\n  ravi \t agent-1002-x \n#meena\tagent-1003-x\nmeena\told-session\nnikhil\tagent-1002-y"
    );
    let list = file(&text);
    let line = format!("login --from-file {}", list.path().display());
    let ran = world.run(&format!("{line} --json -vvv")).ended_with(1);
    assert_eq!(rows(&ran, "name"), ["asha", "ravi", "meena", "nikhil"]);
    assert_eq!(rows(&ran, "check"), ["ok", "ok", "sign_in", "ok"]);
    assert_eq!(rows(&ran, "agent_id"), [Value::Null, "1002".into(), Value::Null, "1002".into()]);
    assert_eq!(rows(&ran, "default"), [true, false, false, false]);
    assert_eq!(rows(&ran, "saved_at")[2], Value::Null, "{ran}");
    for note in ["3 of 4 sessions are stored", "meena: ", "ravi are for the same agent (1002)", "mode 0600"] {
        assert!(ran.stderr.contains(note), "{note}: {ran}");
    }
    assert!(!ran.stderr.contains("chmod"), "a file of mode 0600: {ran}");
    assert_eq!(stored(&world), ["asha", "nikhil", "ravi"]);
    let sent: Vec<Value> = server.arrivals().iter().map(Request::json).collect();
    assert_eq!(sent.len(), 4);
    assert!(sent.contains(&serde_json::json!({"ssid": CANARY_SSID})), "without the mark and the space");
    let table = world.run(&line).ended_with(1).stdout;
    assert_eq!(table.lines().count(), 5, "a heading and a row for each line:\n{table}");
    let answered = world.run("break-status --all --json").ended_with(0).json();
    assert_eq!(answered["break_status"].as_array().unwrap().len(), 3, "they can be used: {answered}");
}

#[test]
fn a_session_that_the_list_puts_right_is_not_called_that_of_another_profile() {
    let world = world_at(&server());
    for profile in ["asha", "ravi"] {
        world
            .run_with_input(&format!("login --ssid-stdin --profile {profile}"), "agent-1001-x")
            .ended_with(0);
    }
    let list = file("asha\tagent-1001-y\nravi\tagent-1002-x\n");
    let ran = world.run(&format!("login --from-file {}", list.path().display())).ended_with(0);
    assert!(!ran.stderr.contains("same agent"), "{ran}");
}

#[test]
fn standard_input_and_a_pipe_are_read_as_well() {
    let server = server();
    let world = world_at(&server);
    world.run_with_input("login --from-file -", "asha\tagent-1-x\n").ended_with(0);
    world.run_with_input("login --from-file /dev/stdin", "ravi\tagent-2-x\n").ended_with(0);
    assert_eq!(stored(&world), ["asha", "ravi"]);
}

#[test]
fn all_failing_alike_is_that_failure() {
    let server = server();
    let world = world_at(&server);
    let ran = world.run_with_input("login --from-file - --json", "asha\told-1\nravi\told-2\n").ended_with(4);
    assert_eq!(rows(&ran, "check"), ["sign_in", "sign_in"]);
    assert!(stored(&world).is_empty());
}

#[test]
fn wrong_lines_are_named_by_number_and_nothing_is_sent_stored_or_quoted() {
    let server = server();
    let world = world_at(&server);
    let (secret, long) = (CANARY_SSID, "x".repeat(9000));
    let text = format!(
        "asha\tagent-1001-x\n\
         sesame-17\n\
         sesame-17 agent-1002\n\
         sesame-17\t\n\
         \tsesame-17\n\
         sesame 17\tagent\n\
         ravi\tses\u{200b}ame-17\n\
         ravi\tsesame\t17\n\
         asha\tsesame-17\n\
         meena\tagent-1001-x\n\
         sesame-17-sesame-17-sesame\tmeena\n\
         {secret}\tmeena\n\
         nikhil\tsesame\u{7}17\n\
         kavya\t{long}\n"
    );
    let ran = world.run_with_input("login --from-file -", &text).ended_with(2);
    assert!(ran.stderr.contains("13 lines cannot be used"), "{ran}");
    for number in 2..=14 {
        assert!(ran.stderr.contains(&format!("line {number}: ")), "line {number}: {ran}");
    }
    for why in [
        "line 2: there is no tab between",
        "line 4: there is no tab between",
        "line 6: the first column is not the name",
        "line 7: the secret contains characters that are not visible",
        "line 8: there are more than two columns",
        "line 9: the same profile as in line 1",
        "line 10: the same ssid as in line 1",
        "line 11: the first column is longer",
        "line 14: longer than 8 KiB",
    ] {
        assert!(ran.stderr.contains(why), "{why}: {ran}");
    }
    assert!(!ran.stderr.contains("line 1:") && !ran.stderr.contains("sesame"), "{ran}");
    assert!(ran.stdout.is_empty() && stored(&world).is_empty() && server.arrivals().is_empty());

    let many = "no tab\n".repeat(1000);
    let ran = world.run_with_input("login --from-file -", &many).ended_with(2);
    assert!(ran.stderr.contains("line 20:") && !ran.stderr.contains("line 21:"), "{ran}");
    assert!(ran.stderr.contains("980 more lines"), "{ran}");
    for input in ["", "\n \n", "# none\n", "\u{feff}", &"#".repeat(1024 * 1024 + 1)] {
        let ran = world.run_with_input("login --from-file -", input).ended_with(2);
        assert!(ran.stderr.contains("no session in it") || input.len() > 9, "{ran}");
    }
    for missing in ["nowhere", "."] {
        world.run(&format!("login --from-file {missing}")).ended_with(2);
    }
}

#[test]
fn it_goes_with_no_option_that_is_about_one_session() {
    let world = World::new();
    for other in [
        "--ssid-stdin",
        "--ssid-file x",
        "--user-id 1",
        "--user-id 1 --token-stdin",
        "--profile asha",
        "--default",
    ] {
        let ran = world.run(&format!("login --from-file x {other}")).ended_with(2);
        assert!(ran.stderr.contains("cannot be used with"), "{other}: {ran}");
    }
}

#[test]
fn an_ssid_and_a_token_are_not_taken_both() {
    for ssid in ["--ssid-stdin", "--ssid-file x"] {
        for token in ["--token-stdin", "--token-file y", "--user-id 1", "--user-id 1 --token-stdin"] {
            let ran = World::new().run(&format!("login {ssid} {token}")).ended_with(2);
            assert!(ran.stderr.contains("cannot be used with"), "{ssid} {token}: {ran}");
        }
    }
}

#[test]
fn the_store_is_tested_before_the_secrets_are_read() {
    let server = server();
    let world = World::at(&server);
    let ran = world.run("login --from-file nowhere").ended_with(1);
    assert!(ran.stderr.contains("--store file"), "{ran}");
    // All sessions are in files, and stay there.
    world.run_with_input("login --store file --from-file -", "asha\tagent-1-x\n").ended_with(0);
    world.run_with_input("login --from-file -", "asha\tagent-1-y\n").ended_with(0);
    world.run_with_input("login --from-file -", "asha\tagent-1-y\nravi\tagent-2-x\n").ended_with(1);
    assert_eq!(stored(&world), ["asha"]);
    assert_eq!(server.arrivals().len(), 2, "a new profile would need a keyring, so nothing was sent");
}

#[test]
fn a_replaced_session_is_noted_and_a_failed_one_leaves_the_old_one() {
    let server = server();
    let world = world_at(&server);
    world.run_with_input("login --from-file -", "asha\tagent-1001-x\nravi\tagent-1002-x\n").ended_with(0);
    let ran = world
        .run_with_input("login --from-file - --json", "asha\tagent-1003-x\nravi\told-session\n")
        .ended_with(1);
    assert!(ran.stderr.contains("profile asha already had a session (agent 1001"), "{ran}");
    assert_eq!(rows(&ran, "agent_id"), ["1003", "1002"], "the row of ravi is the old session: {ran}");
    let ran = world.run("profiles --check --json").ended_with(0);
    assert_eq!(rows(&ran, "agent_id"), ["1003", "1002"]);
}

#[test]
fn without_a_check_the_sessions_are_stored_as_they_are() {
    let world = World::new().with("DEEPCALL_STORE", "file").with("DEEPCALL_SERVER", "http://127.0.0.1:9");
    let ran = world
        .run_with_input("login --no-verify --from-file - --json", "asha\tone\nravi\ttwo\n")
        .ended_with(0);
    assert_eq!(rows(&ran, "check"), [Value::Null, Value::Null]);
    assert_eq!(stored(&world), ["asha", "ravi"]);
}

#[test]
fn an_interruption_leaves_what_is_stored_and_the_rows_show_it() {
    let server = FakeServer::answering(|request: &Request, _| {
        if request.json()["ssid"] == "slow" { Reply::SILENCE } else { Reply::ok(NOT_ON_BREAK) }
    });
    // One request at a time, so that the first is over when the second arrives.
    let world = world_at(&server).with("DEEPCALL_CONFIG_DIR", "");
    std::fs::create_dir_all(world.config_folder()).unwrap();
    std::fs::write(world.config_folder().join("config.toml"), "jobs = 1\n").unwrap();
    let list = file("asha\tone\nravi\tslow\nmeena\tthree\n");
    let path = list.path().to_str().unwrap();
    let running = world.start(world.command(["login", "--json", "--from-file", path]));
    server.await_arrivals(2);
    running.signal(Signal::INT);
    let ran = running.end().ended_with(130);
    assert_eq!(rows(&ran, "check"), ["ok", "interrupted", "interrupted"], "{ran}");
    assert!(ran.stderr.contains("1 of 3 sessions are stored"), "{ran}");
    assert_eq!(stored(&world), ["asha"]);
    let ran = world.run(&format!("login --json --timeout 2s --from-file {path}")).ended_with(124);
    assert_eq!(rows(&ran, "name"), ["asha", "ravi", "meena"], "{ran}");
}

#[test]
fn a_file_that_others_can_read_is_noted() {
    let server = server();
    let world = world_at(&server);
    let list = file("asha\tagent-1-x\n");
    std::fs::set_permissions(list.path(), std::fs::Permissions::from_mode(0o644)).unwrap();
    let ran = world.run(&format!("login --from-file {}", list.path().display())).ended_with(0);
    assert!(ran.stderr.contains("mode 0644") && ran.stderr.contains("chmod 600"), "{ran}");
}
