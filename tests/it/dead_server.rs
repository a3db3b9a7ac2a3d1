//! One server for a whole team, and nobody answers there: a person reads of it once, a program once for each profile.

use crate::support::World;
use crate::support::fake_server::Nobody;

const TEAM: usize = 14;

/// A team with sessions at this server, where nobody listens.
fn team(nobody: &Nobody) -> (World, String) {
    let world = World::new();
    let server = format!("http://{}", nobody.address());
    for number in 1..=TEAM {
        let line = format!(
            "login --store file --no-verify --ssid-stdin --profile agent-{number:02} --server {server}"
        );
        world.run_with_input(&line, &format!("session-of-{number}")).ended_with(0);
    }
    (world, server)
}

#[test]
fn a_person_gets_one_error_with_one_hint_and_a_program_one_for_each_profile() {
    let nobody = Nobody::there();
    let (world, server) = team(&nobody);
    let all = format!("{TEAM} of {TEAM} profiles: cannot connect to {server}\n");
    for command in ["status", "break-status", "tags", "wrapup", "wrapup --wait"] {
        for format in ["table", "csv"] {
            let ran = world.run(&format!("{command} --all --retries 0 -o {format}")).ended_with(5);
            assert!(ran.stderr.starts_with(&format!("error: {all}")), "{command}: {ran}");
            assert_eq!(ran.stderr.matches("hint: ").count(), 1, "{command}: {ran}");
            assert_eq!(ran.stderr.lines().count(), 3, "{command}: {ran}");
        }
        let ran = world.run(&format!("{command} --all --retries 0 --json")).ended_with(5);
        let failures = ran.json()["failures"].as_array().unwrap().clone();
        assert_eq!((failures.len(), ran.stderr.as_str()), (TEAM, ""), "{command}");
        let ran = world.run(&format!("{command} --all --retries 0 -o ndjson")).ended_with(5);
        assert_eq!(ran.stderr.lines().count(), TEAM, "{command}: {ran}");
        assert!(ran.stderr.lines().all(|line| line.contains("\"profile\":\"agent-")), "{command}: {ran}");
    }
    let ran = world.run("profiles --check --retries 0 -o csv").ended_with(5);
    assert!(ran.stderr.starts_with(&format!("note: {}", all.trim())), "{ran}");
    assert_eq!(ran.stderr.lines().count(), 1, "{ran}");
}

#[test]
fn a_watch_gets_one_sentence_and_one_event_for_each_profile() {
    let nobody = Nobody::there();
    let (world, server) = team(&nobody);
    let lost = format!("{TEAM} of {TEAM} profiles: connection lost: cannot connect to {server}\n");
    let ran = world.run("watch --all --log --interval 2s --max-stale 4s").ended_with(5);
    assert!(ran.stdout.contains(&lost), "{ran}");
    assert_eq!(ran.stdout.matches("connection lost").count(), 1, "{ran}");
    let ran = world.run("watch --all --json --interval 2s --max-stale 4s").ended_with(5);
    assert_eq!(ran.stdout.matches("\"connection_lost\"").count(), TEAM, "{ran}");
}

#[test]
fn profiles_without_a_session_are_reported_once_before_a_watch() {
    let nobody = Nobody::there();
    let (world, _) = team(&nobody);
    std::fs::remove_dir_all(world.home().join(".local")).unwrap();
    let ran = world.run("watch --all --log").ended_with(4);
    assert_eq!(ran.stdout, "", "{ran}");
    assert!(ran.stderr.starts_with(&format!("error: {TEAM} of {TEAM} profiles: ")), "{ran}");
    assert!(ran.stderr.ends_with("hint: run `deepcall login --profile NAME`\n"), "{ran}");
    assert_eq!(ran.stderr.lines().count(), 2, "{ran}");
    let ran = world.run("watch --all --json").ended_with(4);
    assert_eq!(ran.stderr.lines().count(), TEAM, "{ran}");
}
