//! Exit codes: every code of the table in every spelling, and the ends that no reply decides.

use std::process::Stdio;

use deepcall::client::replies::codes;
use deepcall::client::replies::codes::Module;
use deepcall::failure::{EXIT_STATUSES, ExitStatus};

use crate::support::{CANARY_SSID, EXPIRED, FakeServer, Reply, WRONG_PARAMETERS, World};

fn path_of(module: Module) -> &'static str {
    match module {
        Module::Any | Module::AgentProfile => "agentProfile/agentOnBreak",
        Module::Tags => "agentProfile/tags",
        Module::Agent => "Agent/live",
        Module::Queue => "queue/count",
        Module::LiveQueue => "liveQueue/count",
        Module::AgentDashboard => "agentDashboard/counters",
    }
}

#[test]
fn every_documented_code_in_every_spelling_exits_as_documented() {
    for code in codes::all() {
        let wanted = code.class.kind().map_or(ExitStatus::Done, |kind| kind.class().into());
        let number = code.number;
        let spellings = [
            ("200 OK", format!(r#"{{"status":"error","code":{number},"message":"m"}}"#)),
            ("400 Bad Request", format!(r#"{{"status":"error","errCode":"{number}","msg":"m"}}"#)),
            ("200 OK", format!(r#"{{"status":"ERROR","errorCode":{number}.0,"error":"m"}}"#)),
        ];
        for (status, body) in spellings {
            let server = FakeServer::always(Reply::with_headers(status, &[], &body));
            let ran = World::signed_in(&server).run(&format!("api {} --retries 0", path_of(code.module)));
            assert_eq!(ran.code, i32::from(wanted.code()), "{number} as HTTP {status} {body}\n{ran}");
            if wanted != ExitStatus::Done {
                assert!(ran.stderr.contains(&number.to_string()), "{ran}");
                assert!(ran.stderr.contains("hint: "), "{ran}");
            }
        }
    }
}

#[test]
fn missing_wrong_and_expired_sessions_exit_with_4_and_name_the_command() {
    let expired = FakeServer::always(EXPIRED);
    let wrong = FakeServer::always(WRONG_PARAMETERS);
    let refused = FakeServer::always(Reply::with_headers("401 x", &[], "{}"));
    let ran = World::new().run("tags").ended_with(4);
    assert!(ran.stderr.contains("run `deepcall login`"), "{ran}");
    for server in [&expired, &wrong, &refused] {
        let in_variable = World::signed_in(server).run("tags").ended_with(4);
        let way_back = "put a new one into DEEPCALL_SSID; or unset DEEPCALL_SSID and run `deepcall login`";
        assert!(in_variable.stderr.contains(way_back), "{in_variable}");
        let stored = World::at(server).with("DEEPCALL_STORE", "file");
        let login = "login --no-verify --ssid-stdin --profile";
        stored.run_with_input(&format!("{login} asha"), CANARY_SSID).ended_with(0);
        stored.run_with_input(&format!("{login} ravi"), CANARY_SSID).ended_with(0);
        for line in ["tags --profile ravi", "tags --profiles r*", "api agentProfile/tags --profile ravi"] {
            let ran = stored.run(line).ended_with(4);
            assert!(ran.stderr.contains("run `deepcall login --profile ravi`"), "{line}\n{ran}");
            assert!(ran.stdout.is_empty() || line.starts_with("api"), "{line}\n{ran}");
        }
    }
}

#[test]
fn with_json_an_error_is_one_object_on_stderr() {
    let server = FakeServer::always(EXPIRED);
    let ran = World::signed_in(&server).run("tags --json").ended_with(4);
    assert_eq!(ran.stdout, "");
    let error = ran.json_error();
    assert_eq!((error["kind"].as_str(), error["code"].as_i64()), (Some("sign_in"), Some(1044)));
    let ran = World::new().run("tags --json --nonsense").ended_with(2);
    assert_eq!(ran.json_error()["kind"], "usage");
}

#[test]
fn an_unknown_code_passes_the_servers_message_on() {
    let server = FakeServer::always(r#"{"status":"error","code":9999,"message":"moon in the wrong phase"}"#);
    let ran = World::signed_in(&server).run("tags").ended_with(1);
    assert!(ran.stderr.contains("moon in the wrong phase") && ran.stderr.contains("9999"), "{ran}");
}

#[test]
fn a_reader_that_goes_away_is_met_with_silence_and_141() {
    // An answer that is written in steps, and answers that are written at the end.
    let large = ["tags", "--sandbox", "--all", "-o", "ndjson"].as_slice();
    for words in
        [large, &["status", "--sandbox"], &["explain", "exit", "4"], &["schema", "tags"], &["--version"]]
    {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = World::new().command(words).stdout(writer).output().unwrap();
        assert_eq!(output.status.code(), Some(141), "{words:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{words:?}");
    }
}

#[test]
fn an_output_that_cannot_be_written_is_a_failure() {
    for format in ["table", "json", "ndjson", "csv", "tsv"] {
        for name in ["tags", "status"] {
            let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
            let world = World::new();
            let mut command = world.command([name, "--sandbox", "-o", format]);
            let running = command.stdout(full).stderr(Stdio::piped()).spawn().unwrap();
            let output = running.wait_with_output().unwrap();
            assert_eq!(output.status.code(), Some(1), "{name} {format}");
            assert!(String::from_utf8_lossy(&output.stderr).contains("cannot write the output"));
        }
    }
}

#[test]
fn an_expression_over_a_reply_that_is_not_understood_ends_as_without_it() {
    let deep = "[".repeat(129) + &"]".repeat(129);
    for body in [deep.as_str(), "<html>", "{\"a\":NaN}", ""] {
        let server = FakeServer::always(body);
        for jq in ["", " --jq ."] {
            let ran = World::signed_in(&server)
                .run(&format!("api agentProfile/tags --retries 0{jq}"))
                .ended_with(6);
            assert!(jq.is_empty() || ran.json_error()["kind"] != "jq", "{body:?}\n{ran}");
        }
    }
}

/// What the stack cannot hold ends the program by a signal; these are refused before.
#[test]
fn an_expression_of_any_depth_is_an_error_and_no_crash() {
    let world = World::new();
    let brackets = "[".repeat(3000) + &"]".repeat(3000);
    let longest = [
        "[".repeat(400) + &"]".repeat(400),
        ".|".repeat(399) + ".",
        "{a:".repeat(200) + "1" + &"}".repeat(199),
    ];
    let deep = "reduce range(33000) as $i (1; [.])";
    for (expression, code) in
        [(brackets.as_str(), 2), (deep, 1), (&longest[0], 1), (&longest[1], 0), (&longest[2], 2)]
    {
        let output = world.command(["break-status", "--sandbox", "--jq", expression]).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn a_reached_timeout_exits_with_124() {
    let server = FakeServer::always(Reply::SILENCE);
    World::signed_in(&server).run("tags --timeout 200ms").ended_with(124);
}

#[test]
fn explain_prints_from_the_same_table_and_needs_no_network() {
    let world = World::new();
    for code in codes::all() {
        let ran = world.run(&format!("explain {} --json", code.number)).ended_with(0);
        let rows = ran.json()["codes"].clone();
        assert!(rows.as_array().unwrap().iter().any(|row| row["meaning"] == code.meaning), "{ran}");
    }
    for (status, meaning, _) in EXIT_STATUSES {
        let ran = world.run(&format!("explain exit {} --json", status.code())).ended_with(0);
        assert_eq!(ran.json()["exits"][0]["meaning"], meaning);
    }
    world.run("explain 77777").ended_with(1);
    assert!(world.run("explain 4").ended_with(1).stderr.contains("`deepcall explain exit 4`"));
    world.run("explain nonsense").ended_with(2);
    let ran = world.run("explain exit 77").ended_with(1);
    assert!(ran.stderr.contains("has no such exit code") && !ran.stderr.contains("server"), "{ran}");
}

#[test]
fn the_readme_lists_every_exit_code() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    for (status, ..) in EXIT_STATUSES {
        let code = status.code().to_string();
        let listed = readme.lines().filter(|line| line.starts_with("| ")).any(|line| {
            line.split('|').nth(1).is_some_and(|cell| cell.split(',').any(|number| number.trim() == code))
        });
        assert!(listed, "the README's table lacks exit code {code}");
    }
}
