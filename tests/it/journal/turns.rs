//! `tags --new NAME` by two processes at once: they take turns.

use std::io::{BufRead, BufReader, Read};
use std::process::{ChildStdout, Command};
use std::thread::{self, JoinHandle};

use rustix::process::Signal;

use super::*;
use crate::support::Running;

/// More than a pipe holds, so that whoever prints them waits for its reader.
const MANY: usize = 3000;

fn many() -> Vec<String> {
    (0..MANY).map(|number| tag(&format!("m{number}"), "missed", 5)).collect()
}

fn mail(world: &World) -> Command {
    world.command(["tags", "--new", "mail", "-o", "ndjson"])
}

/// A call that is in the middle of its answer: it has begun to print, and cannot go on.
struct Printing {
    running: Running,
    stdout: BufReader<ChildStdout>,
    first_line: String,
}

impl Printing {
    fn start(world: &World) -> Self {
        let mut running = world.start(mail(world));
        let mut stdout = BufReader::with_capacity(64, running.child.stdout.take().unwrap());
        let mut first_line = String::new();
        stdout.read_line(&mut first_line).unwrap();
        Self { running, stdout, first_line }
    }

    fn pid(&self) -> u32 {
        self.running.child.id()
    }

    /// Reads what is left; all lines.
    fn end(mut self) -> String {
        let mut printed = self.first_line;
        self.stdout.read_to_string(&mut printed).unwrap();
        self.running.end().ended_with(0);
        printed
    }
}

/// Another call, which says that it waits.
struct Waiting {
    running: Running,
    /// What it prints is read, so that one that does not wait ends, and says nothing.
    stdout: JoinHandle<String>,
    said: String,
}

impl Waiting {
    fn start(world: &World) -> Self {
        let mut running = world.start(mail(world));
        let stdout = running.child.stdout.take().unwrap();
        let stdout = thread::spawn(|| std::io::read_to_string(stdout).unwrap());
        let mut said = String::new();
        let mut stderr = BufReader::with_capacity(1, running.child.stderr.take().unwrap());
        stderr.read_line(&mut said).unwrap();
        running.child.stderr = Some(stderr.into_inner());
        Self { running, stdout, said }
    }

    /// What it printed.
    #[track_caller]
    fn ended_with(self, code: i32) -> String {
        self.running.end().ended_with(code);
        self.stdout.join().unwrap()
    }
}

fn ids_of(lines: &str) -> Vec<String> {
    let id = |line: &str| {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        row["id"].as_str().unwrap().to_owned()
    };
    lines.lines().map(id).collect()
}

#[test]
fn of_two_calls_at_once_the_second_goes_on_where_the_first_has_stopped() {
    let server = once(&[&many(), &[tag("late", "missed", 4)]]);
    let world = World::signed_in(&server);
    let first = Printing::start(&world);
    let second = Waiting::start(&world);
    let held = format!("another `deepcall tags --new mail` (process {})", first.pid());
    assert_eq!(second.said, format!("note: waiting for {held}\n"));
    // Meanwhile another script is not held up.
    assert_eq!(ids(&world.run("tags --new other --json").ended_with(0)).len(), MANY + 1);
    assert_eq!(ids_of(&first.end()).len(), MANY);
    assert_eq!(ids_of(&second.ended_with(0)), ["late"]);
    assert_eq!(ids(&world.run("tags --new mail --json").ended_with(0)), [""; 0]);
    world.run("journal verify").ended_with(0);
}

#[test]
fn a_call_that_is_killed_holds_nobody_up_and_what_it_printed_comes_again() {
    let server = once(&[&many()]);
    let world = World::signed_in(&server);
    let first = Printing::start(&world);
    let second = Waiting::start(&world);
    assert!(second.said.contains("waiting for another"), "{}", second.said);
    first.running.signal(Signal::KILL);
    assert_eq!(ids_of(&second.ended_with(0)).len(), MANY);
    drop(first);
    assert_eq!(ids(&world.run("tags --new mail --json").ended_with(0)), [""; 0]);
}

#[test]
fn a_call_that_waits_ends_at_once_when_it_is_told_to() {
    let server = once(&[&many()]);
    let world = World::signed_in(&server);
    let first = Printing::start(&world);
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let second = Waiting::start(&world);
        second.running.signal(signal);
        assert_eq!(second.ended_with(code), "");
    }
    let arrivals = server.arrivals().len();
    let ran = world.run("tags --new mail --timeout 100ms --json").ended_with(124);
    let error = ran.json_error();
    let held = format!("another `deepcall tags --new mail` (process {})", first.pid());
    assert_eq!(error["message"], format!("{held} has not finished within --timeout (100ms)"), "{ran}");
    assert_eq!(server.arrivals().len(), arrivals, "nothing was taken from the server: {ran}");
    assert_eq!(ids_of(&first.end()).len(), MANY);
}
