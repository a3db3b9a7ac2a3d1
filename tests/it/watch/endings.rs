//! What ends a watch: its reader, signals, time, and sessions that the server no longer accepts.

use std::io::{BufRead, BufReader, Read};

use rustix::process::Signal;

use super::*;

#[test]
fn the_timeout_ends_it_with_124() {
    let server = FakeServer::always(NOT_IN_WRAPUP);
    let ran = World::signed_in(&server).run("watch --json --only wrapups --timeout 500ms").ended_with(124);
    assert_eq!(events(&ran).last().unwrap()["reason"], "timeout");
}

#[test]
fn a_watch_that_may_not_grow_stale_exits_with_5_when_nobody_answers() {
    let server = FakeServer::always(Reply::Reset(vec![]));
    let ran = World::signed_in(&server)
        .run("watch --json --only wrapups --interval 2s --max-stale 10s")
        .ended_with(5);
    let events = events(&ran);
    assert_eq!(types(&events), ["start", "connection_lost", "end"], "{ran}");
    assert_eq!(events[2]["reason"], "unreachable");
}

#[test]
fn a_silence_that_may_not_even_last_until_the_next_poll_is_refused() {
    let server = FakeServer::always(NOT_IN_WRAPUP);
    for line in [
        "watch --interval 10s --max-stale 5s",
        "watch --interval 10s --max-stale 10s",
        "watch --max-stale 4s",
        "watch --interval 1h --max-stale 59m --json --sandbox",
    ] {
        let ran = World::signed_in(&server).run(line).ended_with(2);
        assert!(ran.stderr.contains("max_stale") && ran.stderr.contains("interval"), "{line}\n{ran}");
    }
    let configured = World::signed_in(&server);
    configured.run("config set watch.max_stale 30s").ended_with(0);
    let ran = configured.run("watch --interval 1m").ended_with(2);
    assert!(ran.stderr.contains("config.toml") && ran.stderr.contains("--interval"), "{ran}");
    assert_eq!(server.arrivals().len(), 0);
}

#[test]
fn a_failed_poll_is_no_answer_without_notifications() {
    for reply in [Reply::with_headers("500 x", &[], ""), Reply::Closed(vec![])] {
        let server = FakeServer::always(reply);
        let ran = World::signed_in(&server)
            .run("watch --json --only tags --interval 2s --max-stale 10s")
            .ended_with(5);
        assert_eq!(types(&events(&ran)), ["start", "connection_lost", "end"], "{ran}");
    }
}

#[test]
fn an_awaited_event_that_can_no_longer_happen_ends_it_with_1() {
    let server = FakeServer::answering(|request, _| {
        Reply::ok(request.choose([NOT_ON_BREAK, NOT_IN_WRAPUP, WRONG_PARAMETERS]))
    });
    let world = World::at(&server).with("DEEPCALL_USER_ID", "7").with("DEEPCALL_TOKEN", "a-token-of-seven");
    let ran = world.run("watch --json --until tag:missed").ended_with(1);
    let events = events(&ran);
    assert_eq!(types(&events), ["start", "state", "profile_ended", "end"], "{ran}");
    assert_eq!((&events[3]["reason"], &events[3]["exit_code"]), (&"failed".into(), &1.into()), "{ran}");
    let why = "tag, the event of --until, can no longer happen: tags are no longer followed";
    assert!(ran.stderr.contains(why), "{ran}");
}

#[test]
fn a_profile_that_is_awaited_and_has_no_session_ends_it_at_once() {
    let server = FakeServer::always(NOT_ON_BREAK);
    let world = World::at(&server).with("DEEPCALL_STORE", "file");
    for name in ["asha", "ravi"] {
        world.run_with_input(&format!("login --ssid-stdin --profile {name}"), name).ended_with(0);
    }
    let sessions = world.home().join(".local/share/deepcall/sessions");
    let of_ravi = |entry: &std::fs::DirEntry| entry.file_name().to_string_lossy().starts_with("ravi@");
    let secret = std::fs::read_dir(sessions).unwrap().map(Result::unwrap).find(of_ravi).unwrap();
    std::fs::remove_file(secret.path()).unwrap();
    let line = "watch --all --json --only breaks --until";
    let ran = world.run(&format!("{line} break_ended@ravi")).ended_with(4);
    assert!(ran.stderr.contains("ravi") && ran.stdout.is_empty(), "{ran}");
    world.run(&format!("{line} break_ended@asha --timeout 1s")).ended_with(124);
}

#[test]
fn an_expired_session_is_confirmed_once_and_exits_with_4() {
    let server = FakeServer::in_turn([NOT_IN_WRAPUP, EXPIRED]);
    let ran = World::signed_in(&server).run("watch --json --only wrapups --interval 2s").ended_with(4);
    let events = events(&ran);
    assert_eq!(types(&events), ["start", "state", "session_expired", "end"], "{ran}");
    assert_eq!(events[3]["reason"], "session_expired");
    assert!(ran.stderr.contains("deepcall login"), "{ran}");
    assert_eq!(server.arrivals().len(), 3, "one poll confirms, none follows");
}

#[test]
fn a_session_that_one_call_does_not_know_has_not_ended() {
    let server =
        FakeServer::answering(|request, _| Reply::ok(request.choose([NOT_ON_BREAK, NOT_IN_WRAPUP, EXPIRED])));
    let ran = World::signed_in(&server).run("watch --json --interval 2s --until profile_ended").ended_with(0);
    let events = events(&ran);
    assert_eq!(types(&events), ["start", "state", "profile_ended", "end"], "{ran}");
    assert_eq!((&events[2]["reason"], &events[2]["part"]), (&"refused".into(), &"tags".into()), "{ran}");
    assert!(events[1]["on_break"] == false && events[1]["in_wrapup"] == false, "{ran}");
}

/// That it takes less than two seconds is for `watch::run` to show, under a clock that no other process can hold up.
#[test]
fn a_reader_that_goes_away_ends_it_even_without_events() {
    let server = FakeServer::always(NOT_IN_WRAPUP);
    let world = World::signed_in(&server);
    let mut child = start(&world, "watch --json --only wrapups --interval 1h");
    let mut stdout = BufReader::new(child.child.stdout.take().unwrap());
    for _ in 0..2 {
        stdout.read_line(&mut String::new()).unwrap();
    }
    drop(stdout);
    let ran = child.end().ended_with(141);
    assert_eq!(ran.stderr, "");
}

#[test]
fn signals_end_it_in_order() {
    let server = FakeServer::always(NOT_IN_WRAPUP);
    for (signal, code, reason) in [
        (Signal::INT, 130, "interrupted"),
        (Signal::TERM, 143, "terminated"),
        (Signal::HUP, 143, "terminated"),
    ] {
        let world = World::signed_in(&server);
        // Whatever started the tests may ignore interrupts and hang-ups, and a child would inherit that.
        let mut command = world.shell("env");
        command.args(["--default-signal=INT,HUP", "deepcall", "watch", "--json", "--only", "wrapups"]);
        let child = world.start(command);
        let arrived = server.arrivals().len();
        server.await_arrivals(arrived + 1);
        child.signal(signal);
        let ran = child.end().ended_with(code);
        assert_eq!(events(&ran).last().unwrap()["reason"], reason);
    }
}

#[test]
fn a_watch_under_nohup_outlives_its_terminal() {
    let server = FakeServer::always(NOT_IN_WRAPUP);
    let world = World::signed_in(&server);
    let mut command = world.shell("nohup");
    command.args(["deepcall", "watch", "--json", "--only", "wrapups", "--interval", "2s"]);
    let mut watch = world.start(command);
    let mut stdout = BufReader::new(watch.child.stdout.take().unwrap());
    for _ in 0..2 {
        stdout.read_line(&mut String::new()).unwrap();
    }
    let arrived = server.arrivals().len();
    watch.signal(Signal::HUP);
    server.await_arrivals(arrived + 2);
    assert!(watch.child.try_wait().unwrap().is_none(), "it still watches");
    watch.signal(Signal::TERM);
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    assert!(rest.contains("terminated"), "{rest}");
    let _ = watch.end().ended_with(143);
}
