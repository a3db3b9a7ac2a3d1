//! Single answers while another process records: the journal has them, and the server is not asked twice.

use std::time::Instant;

use super::*;
use crate::support::{IN_WRAPUP, NOT_IN_WRAPUP, NOT_ON_BREAK, ON_BREAK, PATIENCE, Running, Screen};

const LINES: [&str; 4] = ["tags --json", "status --json", "break-status --json", "wrapup --json"];

fn server() -> FakeServer {
    let tags = reply(&[tag("m1", "missed", 5).replacen('{', r#"{"agentId":"a-17","#, 1)]);
    FakeServer::answering(move |request, _| {
        request.choose([ON_BREAK.to_owned(), IN_WRAPUP.to_owned(), tags.clone()])
    })
}

/// A recorder whose first answers are in the journal. It polls next when the test is long over.
fn recorder(world: &World) -> Running {
    let recorder = world.start(world.command(["record", "--interval", "1h"]));
    let began = Instant::now();
    loop {
        let ran = world.run("journal status --json").ended_with(0);
        if ran.json()["agents"][0]["newest_answer"].is_string() {
            return recorder;
        }
        assert!(began.elapsed() < PATIENCE, "nothing is recorded\n{ran}");
    }
}

/// A recorder that is killed may have received what it did not record, and a server may hand that out once.
#[test]
fn after_a_recorder_was_killed_the_next_command_counts_its_time_as_lost_once() {
    let server = FakeServer::answering(|request, earlier| {
        request.choose(
            [NOT_ON_BREAK, NOT_IN_WRAPUP, &*reply(&[tag(&format!("m{earlier}"), "missed", 5)])]
                .map(str::to_owned),
        )
    });
    let world = World::signed_in(&server);
    let mut recorder = recorder(&world);
    let status = world.run("journal status --json").ended_with(0).json();
    let last = status["agents"][0]["newest_answer"].as_str().unwrap().to_owned();
    recorder.child.kill().unwrap();
    recorder.child.wait().unwrap();
    let line = format!("tags --json --since {last} --require-coverage");
    let gaps = |ran: Ran| ran.json()["gaps"].as_array().unwrap().len();
    assert_eq!(gaps(world.run(&line).ended_with(3)), 1);
    // The next one knows of it, and what came between the two is covered.
    let export = world.run("journal export --json").ended_with(0).json();
    let told = |event: &&serde_json::Value| event["why"] == "taken_over";
    assert_eq!(export["events"].as_array().unwrap().iter().filter(told).count(), 1, "{export}");
    assert_eq!(gaps(world.run(&line).ended_with(3)), 1);
    let export = world.run("journal export --json").ended_with(0).json();
    assert_eq!(export["events"].as_array().unwrap().iter().filter(told).count(), 1, "{export}");
}

#[test]
fn the_journal_of_a_recorder_answers_until_poll_is_given_or_the_recorder_is_gone() {
    let server = server();
    let world = World::signed_in(&server);
    let mut recorder = recorder(&world);
    let asked = server.arrivals().len();
    let recorded: Vec<_> = LINES.iter().map(|line| world.run(line).ended_with(0)).collect();
    assert_eq!(server.arrivals().len(), asked, "{}", recorded[0]);
    assert_eq!(ids(&recorded[0]), ["m1"]);
    assert_eq!(recorded[1].json()["agents"][0]["state"], "on_break", "{}", recorded[1]);
    assert_eq!(recorded[2].json()["on_break"], true, "{}", recorded[2]);
    assert_eq!(recorded[3].json()["in_wrapup"], true, "{}", recorded[3]);

    // What the journal knows is there, and null stands for the rest.
    let (tags, on_break) = (recorded[0].json(), recorded[2].json());
    assert_eq!(tags.get("icons"), Some(&serde_json::Value::Null), "{}", recorded[0]);
    assert_eq!(on_break["agent_id"], "a-17", "{}", recorded[2]);
    assert!(on_break["detail"].is_object(), "{}", recorded[2]);
    assert_eq!(recorded[3].json().get("detail"), Some(&serde_json::Value::Null), "{}", recorded[3]);
    let polled = world.run("tags --json --poll").ended_with(0);
    assert_eq!(polled.json()["icons"], serde_json::json!([]), "{polled}");

    for line in LINES {
        let before = server.arrivals().len();
        world.run(&format!("{line} --poll")).ended_with(0);
        assert!(server.arrivals().len() > before, "{line}");
    }
    recorder.child.kill().unwrap();
    recorder.child.wait().unwrap();
    for line in LINES {
        let before = server.arrivals().len();
        world.run(line).ended_with(0);
        assert!(server.arrivals().len() > before, "{line}");
    }
    // Whatever came by which way is there once.
    let events = world.run("journal export -o ndjson").ended_with(0).stdout;
    for kind in ["tag", "break_started", "wrapup_started"] {
        assert_eq!(events.matches(&format!(r#""type":"{kind}""#)).count(), 1, "{kind}\n{events}");
    }
}

#[test]
fn the_board_begins_with_what_was_recorded_before_it_and_reports_it_to_nobody() {
    for (is_recorded_by_another, since) in
        [(false, ""), (true, ""), (false, " --since 1h"), (true, " --since 1h")]
    {
        let tags = reply(&[tag("m2", "hello", 2), tag("m1", "missed", 5)]);
        let server = FakeServer::answering(move |request, _| {
            request.choose([NOT_ON_BREAK.to_owned(), NOT_IN_WRAPUP.to_owned(), tags.clone()])
        });
        let world = recording(&server);
        let _recorder = is_recorded_by_another.then(|| recorder(&world));
        world.run("tags").ended_with(0);
        let mut screen = Screen::start(&world, &format!("watch{since}"), 24, 100);
        let row = |shown: &str| shown.lines().any(|line| line.contains("neither") && line.contains("hello"));
        screen.wait_until("the last tag", row);
        let shown = screen.wait_until("the state of a poll", |shown| shown.contains("live"));
        let list = shown.split_once("2 events").expect(&shown).1;
        let at = |words| list.find(words).expect(&shown);
        assert!(at("of m2") < at("of m1"), "{shown}");
        assert_eq!((list.matches("of m1").count(), list.matches("of m2").count()), (1, 1), "{shown}");
        screen.type_keys("q");
        assert_eq!(screen.end().0, 130);
    }
}

#[test]
fn whoever_erases_an_agent_learns_who_goes_on_to_record() {
    let server = server();
    let world = World::signed_in(&server);
    let mut recorder = recorder(&world);
    let process = recorder.child.id();
    let agent = world.run("journal status --json").ended_with(0).json()["agents"][0]["profile"].clone();
    let line = format!("journal forget {} --yes", agent.as_str().unwrap());
    let note = format!("note: record (process {process}) is still recording ");
    let erased = world.run(&line).ended_with(0);
    assert!(erased.stderr.contains(&note), "{erased}");
    recorder.child.kill().unwrap();
    recorder.child.wait().unwrap();
    world.run("journal on").ended_with(0);
    world.run("tags").ended_with(0);
    let erased = world.run(&line).ended_with(0);
    assert!(erased.stdout.starts_with("Erased "), "{erased}");
    assert!(!erased.stderr.contains("is still recording"), "{erased}");
}

#[test]
fn whoever_changes_a_setting_of_the_journal_learns_who_keeps_the_former_one() {
    let server = server();
    let world = World::signed_in(&server);
    let mut recorder = recorder(&world);
    let process = recorder.child.id();
    let note = format!("note: record (process {process}) still uses its old settings; restart it");
    for line in
        ["config set journal.numbers never", "config unset journal.numbers", "journal on", "journal off"]
    {
        let ran = world.run(line).ended_with(0);
        assert_eq!(ran.stderr.matches(&note).count(), 1, "{line}\n{ran}");
    }
    let other = world.run("config set color never").ended_with(0);
    assert!(!other.stderr.contains("goes on"), "{other}");
    recorder.child.kill().unwrap();
    recorder.child.wait().unwrap();
    let ran = world.run("journal on").ended_with(0);
    assert!(!ran.stderr.contains("goes on"), "{ran}");
}
