//! `tags --new NAME`: each script has each notification once.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use super::commands::asha_and_ravi;
use super::*;
use crate::support::EXPIRED;

#[test]
fn each_name_has_each_notification_once() {
    let first = [tag("m1", "missed", 90), tag("m2", "missed", 5)];
    let server = once(&[&first, &[tag("m3", "missed", 4)]]);
    let world = World::signed_in(&server);
    // At the first time it is the window that counts.
    assert_eq!(ids(&world.run("tags --new mail --json").ended_with(0)), ["m2"]);
    assert_eq!(ids(&world.run("tags --new mail --json").ended_with(0)), ["m3"]);
    assert_eq!(ids(&world.run("tags --new mail --json").ended_with(0)), [""; 0]);
    world.run("tags --new mail --fail-empty").ended_with(3);
    assert_eq!(ids(&world.run("tags --new other --since 2h --json").ended_with(0)), ["m1", "m2", "m3"]);
    assert!(journal(&world).exists(), "it begins a journal");
    world.run("journal verify").ended_with(0);
}

#[test]
fn what_has_changed_since_is_new() {
    let ringing = tag("m1", "incoming", 5).replace("of m1", "ringing");
    let answered = reply(&[tag("m1", "incoming", 5).replace("of m1", "answered")]);
    let server = FakeServer::in_turn([reply(&[ringing]), answered.clone(), answered]);
    let world = World::signed_in(&server);
    assert_eq!(ids(&world.run("tags --new mail --json").ended_with(0)), ["m1"]);
    let ran = world.run("tags --new mail --json").ended_with(0);
    assert_eq!(ran.json()["tags"][0]["message"], "answered", "{ran}");
    assert_eq!(ids(&world.run("tags --new mail --json").ended_with(0)), [""; 0]);
}

#[test]
fn what_stdout_has_not_taken_comes_again() {
    let many: Vec<String> = (0..3000).map(|number| tag(&format!("m{number}"), "missed", 5)).collect();
    let server = once(&[&many]);
    let world = World::signed_in(&server);
    let mut command = world.command(["tags", "--new", "mail", "-o", "ndjson"]);
    command.stdout(Stdio::piped()).stderr(Stdio::null());
    let mut process = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::with_capacity(64, process.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(process.wait().unwrap().code(), Some(141));
    assert_eq!(ids(&world.run("tags --new mail --json").ended_with(0)).len(), 3000);
    assert_eq!(ids(&world.run("tags --new mail --json").ended_with(0)).len(), 0);
}

#[test]
fn a_stdout_that_takes_nothing_moves_no_cursor() {
    for stdout in [">/dev/full", ">&-", "<&- >&-"] {
        let server = once(&[&[tag("m1", "missed", 5)]]);
        let world = World::signed_in(&server);
        let mut shell = world.shell("sh");
        shell.args(["-c", &format!("exec deepcall tags --new mail --json {stdout}")]);
        let ran = world.start(shell).end().ended_with(1);
        assert_eq!(ran.stderr.contains("stdout"), stdout.contains(">&-"), "{stdout}\n{ran}");
        assert_eq!(ids(&world.run("tags --new mail --json").ended_with(0)), ["m1"], "{stdout}");
        assert_eq!(ids(&world.run("tags --new mail --json").ended_with(0)), [""; 0], "{stdout}");
    }
}

#[test]
fn a_reader_that_has_left_moves_no_cursor() {
    let server = once(&[&[tag("m1", "missed", 5)]]);
    let world = World::signed_in(&server);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = world.command(["tags", "--new", "mail", "--json"]);
    let status = command.stdout(writer).stderr(Stdio::null()).status().unwrap();
    assert_eq!(status.code(), Some(141));
    assert_eq!(ids(&world.run("tags --new mail --json").ended_with(0)), ["m1"]);
    assert_eq!(ids(&world.run("tags --new mail --json").ended_with(0)), [""; 0]);
}

#[test]
fn a_script_has_what_was_recorded_even_if_the_server_does_not_answer() {
    let first = tag("m1", "missed", 5);
    let both = [first.clone(), tag("m2", "missed", 4)];
    let expired = || EXPIRED.to_owned();
    let server = FakeServer::in_turn([reply(&[first]), expired(), expired(), expired(), reply(&both)]);
    let world = recording(&server);
    world.run("tags").ended_with(0);
    let mut shell = world.shell("sh");
    shell.args(["-c", "exec deepcall tags --new mail >/dev/full"]);
    world.start(shell).end().ended_with(1);
    let ran = world.run("tags --new mail --since 3h --json").ended_with(4);
    assert_eq!(ids(&ran), ["m1"], "stdout had not taken it: {ran}");
    assert_eq!(ran.json()["failures"].as_array().map(Vec::len), Some(1), "{ran}");
    assert!(!ran.stderr.contains("journal on"), "{ran}");
    // Once it has had that, only the failure is left.
    assert_eq!(world.run("tags --new mail --json").ended_with(4).stdout, "");
    assert_eq!(ids(&world.run("tags --new mail --json").ended_with(0)), ["m2"]);
}

#[test]
fn what_a_shell_throws_away_counts_as_had() {
    let server = once(&[&[tag("m1", "missed", 5)]]);
    let world = World::signed_in(&server);
    let mut shell = world.shell("sh");
    shell.args(["-c", "exec deepcall tags --new mail >/dev/null"]);
    world.start(shell).end().ended_with(0);
    assert_eq!(ids(&world.run("tags --new mail --json").ended_with(0)), [""; 0]);
}

#[test]
fn a_name_of_one_agent_holds_nothing_back_of_another() {
    let replies = ["a1", "r1"].map(|id| reply(&[tag(id, "missed", 5)]));
    let server =
        FakeServer::answering(move |request, _| replies[usize::from(!request.body.contains("asha"))].clone());
    let world = asha_and_ravi(&server);
    assert_eq!(ids(&world.run("tags --profile asha --new mail --json").ended_with(0)), ["a1"]);
    assert_eq!(ids(&world.run("tags --all --new mail --json").ended_with(0)), ["r1"]);
    assert_eq!(ids(&world.run("tags --all --new mail --json").ended_with(0)), [""; 0]);
}

#[test]
fn options_that_would_lose_something_are_refused() {
    let server = FakeServer::always(NO_TAGS);
    let world = World::signed_in(&server);
    for line in
        ["--new mail --limit 3", "--new mail --until 5m", "--new=", "--new a/b", "--new mail --sandbox"]
    {
        world.run(&format!("tags {line}")).ended_with(2);
    }
    assert!(!journal(&world).exists());
    assert!(server.is_untouched());
}

#[test]
fn the_document_of_a_script_that_goes_on_covers_what_passed_since() {
    let server = FakeServer::always(reply(&[tag("m1", "missed", 5)]));
    let world = World::signed_in(&server);
    for is_first in [true, false] {
        let ran = world.run("tags --new mail --json").ended_with(0);
        let document = ran.json();
        assert_eq!(document["since"].is_string(), is_first, "{ran}");
        assert_eq!(document["coverage"].as_array().map(Vec::len), Some(1), "{ran}");
        assert_eq!(document["gaps"].as_array().unwrap().is_empty(), !is_first, "{ran}");
        assert_eq!(ran.stderr, "", "{ran}");
    }
    world.run("tags --new mail --require-coverage").ended_with(0);
}

#[test]
fn a_journal_that_only_single_answers_fill_is_masked_and_pruned_as_well() {
    let server = FakeServer::always(reply(&[tag("m1", "missed", 5)]));
    let world = recording(&server);
    world.run("tags").ended_with(0);
    let connection = || rusqlite::Connection::open(journal(&world)).unwrap();
    let is_older = |days: i64| -> String { format!("at < (unixepoch() - {days} * 86400) * 1000") };
    let count = |which: &str| -> i64 {
        let sql = format!("SELECT count(*) FROM event WHERE {which}");
        connection().query_row(&sql, [], |row| row.get(0)).unwrap()
    };
    for (age, what) in [(4, format!("masked = 0 AND {}", is_older(3))), (100, is_older(90))] {
        let change = format!(
            "UPDATE event SET at = at - {age} * 86400000; DELETE FROM meta WHERE key = 'pruned';
             UPDATE meta SET value = zeroblob(8) WHERE key = 'created'"
        );
        connection().execute_batch(&change).unwrap();
        assert!(count(&what) > 0, "{what}");
        // Each takes a small step.
        for line in ["tags", "tags --new mail", "tags", "tags"] {
            world.run(line).ended_with(0);
        }
        assert_eq!(count(&what), 0, "{what}");
        let noted = "SELECT count(*) FROM meta WHERE key = 'pruned'";
        let noted: i64 = connection().query_row(noted, [], |row| row.get(0)).unwrap();
        assert_eq!(noted, 1, "it is done for an hour");
    }
}
