//! Runs one command in one scene and measures it: arrivals, peak memory, time. What every run must hold, whatever goes
//! wrong, is judged here. Time is printed and never judged: it depends on the machine.

use std::io::{BufRead, BufReader, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde::de::IgnoredAny;
use serde_json::Value;

use super::matrix::{Case, Run, Scene, Wanted};
use crate::support::overseer::Overseer;
use crate::support::{CANARY_SSID, Ran, World, leaks};

/// The most lines that a failure may say on stderr.
const LINES: usize = 10;
/// The most memory that a run may take, in KiB, whatever it is answered.
const PEAK_KIB: u64 = 96 * 1024;
/// The system ends a run that uses so many seconds of processor time: many times what the slowest build needs, and a
/// moment to work that grows with the square of a reply.
const CPU_LIMIT: &str = "--cpu=60";

/// What was measured of one run.
pub struct Line {
    pub row: &'static str,
    pub command: &'static str,
    pub what: String,
    pub exit: i32,
    pub kind: String,
    pub arrivals: usize,
    pub took: Duration,
    pub peak_kib: u64,
    pub cpu: f64,
    /// What does not hold.
    pub wrong: Vec<String>,
    /// What the run left, to find out why it does not hold.
    pub ran: String,
}

/// What the program used, as GNU `time` saw it.
struct Used {
    peak_kib: u64,
    cpu: f64,
}

/// Runs it and judges how it ended.
pub fn measure(case: &Case, run: &Run) -> Line {
    let mut scene = (run.scene)();
    let world = world(&scene);
    let usage = tempfile::NamedTempFile::new().unwrap();
    let mut command = command(&world, &scene, run.command, usage.path());
    let started = Instant::now();
    let mut child = command.spawn().unwrap();
    let overseer = Overseer::of(child.id(), false);
    if let Some(started) = scene.started.take() {
        started(only_child_of(child.id()));
    }
    let ran = follow(&mut child, &mut scene);
    let took = started.elapsed();
    let used = used(&std::fs::read_to_string(usage.path()).unwrap());
    let log = ran.stderr.lines().filter(|line| line.starts_with("POST ") && !line.contains(": "));
    let arrivals = scene.arrivals.as_ref().map_or_else(|| log.count(), |count| count());
    let kind = if run.command == "watch" { kind_of_watch(&ran) } else { kind_of(&ran) };
    let mut wrong = judge(case, run, &world, &scene, &ran, (&kind, arrivals));
    wrong.extend(overseer.found());
    // A server that got anything but a POST below /api/v2 panics when it is dropped.
    if catch_unwind(AssertUnwindSafe(|| drop(scene))).is_err() {
        wrong.push("a server got what nobody expected".to_owned());
    }
    if used.peak_kib > PEAK_KIB {
        wrong.push(format!("used {} KiB", used.peak_kib));
    }
    Line {
        row: case.row,
        command: run.command,
        what: case.what.clone(),
        exit: ran.code,
        kind,
        arrivals,
        took,
        peak_kib: used.peak_kib,
        cpu: used.cpu,
        wrong,
        ran: ran.to_string(),
    }
}

fn world(scene: &Scene) -> World {
    let mut world = World::new();
    for (name, value) in &scene.variables {
        world = world.with(name, value);
    }
    if scene.profiles.is_empty() {
        return world.with("DEEPCALL_SERVER", &scene.address).with("DEEPCALL_SSID", CANARY_SSID);
    }
    for profile in &scene.profiles {
        let line = format!(
            "login --no-verify --ssid-stdin --store file --allow-http --profile {profile} --server {}",
            scene.address
        );
        let _ = world.run_with_input(&line, CANARY_SSID).ended_with(0);
    }
    world
}

/// The binary behind the scene's wrapper, behind GNU `time`, which reports peak memory and processor time.
fn command(world: &World, scene: &Scene, name: &str, usage: &std::path::Path) -> Command {
    let line = if name == "watch" {
        "watch --json --only tags --interval 2s --until connection_restored --timeout 120s".to_owned()
    } else {
        let log = if scene.arrivals.is_none() { "-v" } else { "" };
        let format = if is_json(name) { "--json" } else { "" };
        format!("{name} {format} {log} {}", scene.patience)
    };
    let binary = world.command(line.split_whitespace().chain(scene.options.split_whitespace()));
    let mut command = Command::new("/usr/bin/time");
    command
        .args(["-o", usage.to_str().unwrap(), "-f", "%M %U %S", "prlimit", CPU_LIMIT])
        .args(&scene.wrapper);
    command.arg(binary.get_program()).args(binary.get_args()).env_clear().current_dir(world.home());
    for (name, value) in binary.get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Reads its output to the end; a scene is mended as soon as a watch reports that it lost the connection.
fn follow(child: &mut Child, scene: &mut Scene) -> Ran {
    let mut errors = child.stderr.take().unwrap();
    let stderr = std::thread::spawn(move || {
        let mut text = String::new();
        errors.read_to_string(&mut text).unwrap();
        text
    });
    let mut stdout = String::new();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut from = 0;
    while lines.read_line(&mut stdout).unwrap() > 0 {
        if stdout[from..].contains(r#""connection_lost""#)
            && let Some(mend) = scene.mend.take()
        {
            mend();
        }
        from = stdout.len();
    }
    let code = child.wait().unwrap().code().unwrap_or(-1);
    Ran { stdout, stderr: stderr.join().unwrap(), code }
}

fn judge(
    case: &Case,
    run: &Run,
    world: &World,
    scene: &Scene,
    ran: &Ran,
    (kind, arrivals): (&str, usize),
) -> Vec<String> {
    let Wanted { exit, kind: wanted, attempts } = &run.wanted;
    let mut wrong = vec![];
    let mut check = |holds: bool, what: String| {
        if !holds {
            wrong.push(what);
        }
    };
    check(ran.code == *exit, format!("exit {} instead of {exit}", ran.code));
    check(wanted.split('|').any(|wanted| wanted == kind), format!("kind {kind:?} instead of {wanted:?}"));
    check(attempts.contains(&arrivals), format!("{arrivals} of {attempts:?} arrivals"));
    let is_whole = if run.command == "watch" {
        is_whole_watch(&ran.stdout)
    } else if *exit == 0 {
        // No reader of ours may be narrower than JSON is: 1e400 and 130 levels are JSON.
        !is_json(run.command) || serde_json::from_str::<IgnoredAny>(&ran.stdout).is_ok()
    } else {
        ran.stdout.is_empty()
    };
    check(is_whole, "stdout is neither empty nor whole".to_owned());
    check(ran.stderr.lines().count() <= LINES, "stderr is too long".to_owned());
    check(!ran.stderr.contains("panicked"), "it panicked".to_owned());
    if *exit == 0 {
        for text in &case.prints {
            check(ran.stdout.contains(text), format!("stdout lacks {text}"));
        }
    } else if run.command != "watch" {
        for text in &case.messages {
            check(ran.stderr.contains(text), format!("stderr lacks {text}"));
        }
    }
    for other in &scene.untouched {
        check(other.is_untouched(), "a second address was spoken to".to_owned());
    }
    for look in &scene.checks {
        if let Err(what) = look(world, ran) {
            check(false, what);
        }
    }
    let streams = [("stdout", ran.stdout.as_bytes()), ("stderr", ran.stderr.as_bytes())];
    let found = leaks::find_after_run(&streams, world.home());
    check(found.is_empty(), format!("it let a secret out: {found:?}"));
    wrong
}

fn is_json(command: &str) -> bool {
    !command.contains("-o")
}

/// The last line of stderr is the error, as JSON; notes and the log stand before it.
fn kind_of(ran: &Ran) -> String {
    let error: Option<Value> = ran.stderr.lines().last().and_then(|line| serde_json::from_str(line).ok());
    let kind = error.as_ref().and_then(|error| error["error"]["kind"].as_str());
    kind.unwrap_or(if ran.code == 0 { "-" } else { "?" }).to_owned()
}

/// How a watch named the connection that it lost; else why it ended.
fn kind_of_watch(ran: &Ran) -> String {
    let events = events(&ran.stdout);
    let lost = events.iter().find(|event| event["type"] == "connection_lost");
    let named = lost.map(|event| &event["failure"]).or(events.last().map(|event| &event["reason"]));
    named.and_then(Value::as_str).unwrap_or("?").to_owned()
}

fn events(stdout: &str) -> Vec<Value> {
    stdout.lines().map(|line| serde_json::from_str(line).unwrap_or_default()).collect()
}

/// Every line is an event, the first one is `start`, the last one `end`.
fn is_whole_watch(stdout: &str) -> bool {
    let events = events(stdout);
    let kinds: Vec<_> = events.iter().map(|event| event["type"].as_str()).collect();
    stdout.ends_with('\n')
        && kinds.iter().all(Option::is_some)
        && kinds.first() == Some(&Some("start"))
        && kinds.last() == Some(&Some("end"))
}

/// `time` starts the program as its only child.
fn only_child_of(id: u32) -> u32 {
    let path = format!("/proc/{id}/task/{id}/children");
    loop {
        let children = std::fs::read_to_string(&path).unwrap();
        if let Some(child) = children.split_whitespace().next() {
            return child.parse().unwrap();
        }
        std::thread::yield_now();
    }
}

/// The last line that `time` wrote; a line before it is about a program that did not end well.
fn used(text: &str) -> Used {
    let mut words = text.lines().last().unwrap().split(' ');
    let mut next = || words.next().unwrap().to_owned();
    let (peak, user, system) = (next(), next(), next());
    Used {
        peak_kib: peak.parse().unwrap(),
        cpu: user.parse::<f64>().unwrap() + system.parse::<f64>().unwrap(),
    }
}
