//! What `doctor` finds, each kind of trouble on its own; and that it can be pasted into a ticket.

use std::collections::BTreeMap;
use std::sync::{Arc, Barrier};

use crate::faults::certificates::{Authority, Farewell, TlsServer};
use crate::support::fake_server::Nobody;
use crate::support::{CANARY_SSID, FakeServer, InProcess, NOT_ON_BREAK, Ran, Reply, World};

/// The verdict of each check; where there are several of a kind, the last one's.
fn verdicts(ran: &Ran) -> BTreeMap<String, String> {
    let document = ran.json();
    let text = |row: &serde_json::Value, key: &str| row[key].as_str().unwrap().to_owned();
    let rows = document["checks"].as_array().unwrap();
    rows.iter().map(|row| (text(row, "check"), text(row, "verdict"))).collect()
}

/// The detail and the advice of a check.
fn finding(ran: &Ran, check: &str) -> String {
    let document = ran.json();
    let rows = document["checks"].as_array().unwrap();
    let row = rows.iter().find(|row| row["check"] == check).unwrap_or_else(|| panic!("no {check}\n{ran}"));
    format!("{} | {}", row["detail"].as_str().unwrap(), row["advice"].as_str().unwrap_or(""))
}

#[track_caller]
fn assert_verdicts(ran: &Ran, wanted: &[(&str, &str)]) {
    let found = verdicts(ran);
    for (check, verdict) in wanted {
        assert_eq!(found.get(*check).map(String::as_str), Some(*verdict), "{check}\n{ran}");
    }
}

/// A server whose `Date` is this far from now.
fn server_ahead_by(seconds: i64) -> FakeServer {
    FakeServer::answering(move |_, _| {
        let then = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(seconds);
        let date = then.strftime("Date: %a, %d %b %Y %H:%M:%S GMT").to_string();
        Reply::with_headers("200 OK", &[&date], NOT_ON_BREAK)
    })
}

#[test]
fn all_is_well_and_no_credentials_are_needed_to_see_that_a_server_lives() {
    let server = server_ahead_by(0);
    let ran = World::signed_in(&server).run("doctor --json").ended_with(0);
    assert_verdicts(
        &ran,
        &[
            ("program", "ok"),
            ("config", "ok"),
            ("profiles", "ok"),
            ("bus", "skipped"),
            ("store", "skipped"),
            ("proxy", "ok"),
            ("address", "ok"),
            ("network", "ok"),
            ("tls", "skipped"),
            ("server", "ok"),
            ("clock", "ok"),
            ("session", "ok"),
            ("terminal", "ok"),
        ],
    );
    let bodies: Vec<String> = server.arrivals().into_iter().map(|request| request.body).collect();
    assert_eq!(bodies.len(), 2, "one for the server, one for the session: {bodies:?}");
    assert_eq!(bodies[0], "{}");
    assert!(server.arrivals().iter().all(|request| request.path.ends_with("/agentOnBreak")), "a pure read");
    assert!(finding(&ran, "address").contains("(DEEPCALL_SERVER)"), "{ran}");
}

#[test]
fn with_no_session_all_else_is_looked_at() {
    let server = FakeServer::always(NOT_ON_BREAK);
    let world = World::at(&server).with("DEEPCALL_STORE", "file");
    let ran = world.run("doctor --json").ended_with(4);
    assert_verdicts(&ran, &[("store", "ok"), ("server", "ok"), ("clock", "skipped"), ("session", "fail")]);
    assert!(finding(&ran, "session").contains("run `deepcall login`"), "{ran}");
}

#[test]
fn each_session_is_listed_by_name() {
    let server = FakeServer::answering(|request, _| {
        Reply::ok(if request.body.contains("second") {
            r#"{"status":"error","errCode":1044,"message":"Session expired"}"#
        } else {
            NOT_ON_BREAK
        })
    });
    let world = World::at(&server).with("DEEPCALL_STORE", "file");
    for (name, secret) in [("asha", "first"), ("ravi", "second")] {
        let line = format!("login --profile {name} --ssid-stdin --no-verify");
        world.run_with_input(&line, secret).ended_with(0);
    }
    let ran = world.run("doctor --json").ended_with(4);
    let document = ran.json();
    let rows = document["checks"].as_array().unwrap().iter().filter(|row| row["check"] == "session");
    let found: Vec<_> = rows.map(|row| (row["subject"].clone(), row["verdict"].clone())).collect();
    assert_eq!(found, [("asha".into(), "ok".into()), ("ravi".into(), "fail".into())]);
    assert!(ran.stdout.contains("deepcall login --profile ravi"), "{ran}");
}

#[test]
fn a_server_that_refuses_connections_is_a_failure_of_the_network() {
    let nobody = Nobody::there();
    let world = World::new()
        .with("DEEPCALL_SERVER", &format!("http://{}", nobody.address()))
        .with("DEEPCALL_SSID", CANARY_SSID);
    let ran = world.run("doctor --json").ended_with(5);
    assert_verdicts(
        &ran,
        &[("network", "fail"), ("server", "skipped"), ("clock", "skipped"), ("session", "skipped")],
    );
}

#[test]
fn a_proxy_that_refuses_connections_is_a_failure_of_the_proxy() {
    let world = World::new()
        .with("HTTPS_PROXY", "http://user:hidden@127.0.0.1:1")
        .with("DEEPCALL_SERVER", "https://deepcall.example")
        .with("DEEPCALL_SSID", CANARY_SSID);
    let ran = world.run("doctor --json").ended_with(5);
    assert_verdicts(&ran, &[("proxy", "fail"), ("network", "skipped"), ("session", "skipped")]);
    assert!(finding(&ran, "proxy").contains("HTTPS_PROXY") && !ran.stdout.contains("hidden"), "{ran}");
}

#[test]
fn a_proxy_that_is_not_trusted_is_a_failure_of_the_proxy_and_not_of_the_server() {
    let stranger = TlsServer::start(vec![Authority::new("Nobody").vouches()], vec![], Farewell::Silent);
    let world = World::new()
        .with("HTTPS_PROXY", &format!("https://{}", stranger.address))
        .with("DEEPCALL_SERVER", "https://deepcall.example")
        .with("DEEPCALL_SSID", CANARY_SSID);
    let ran = world.run("doctor --json").ended_with(6);
    let wanted = [("proxy", "fail"), ("network", "skipped"), ("tls", "skipped"), ("session", "skipped")];
    assert_verdicts(&ran, &wanted);
    let finding = finding(&ran, "proxy");
    assert!(finding.contains("the proxy named by HTTPS_PROXY could not prove its identity"), "{ran}");
}

#[test]
fn a_wrong_clock_is_reported_with_its_offset() {
    let ran = World::signed_in(&server_ahead_by(3600)).run("doctor --json").ended_with(1);
    assert_verdicts(&ran, &[("server", "ok"), ("clock", "fail"), ("session", "ok")]);
    assert!(finding(&ran, "clock").contains(" s behind the server's"), "{ran}");
    let ran = World::signed_in(&server_ahead_by(-100)).run("doctor --json").ended_with(0);
    assert_verdicts(&ran, &[("clock", "warn")]);
}

#[test]
fn a_server_that_is_not_trusted_is_reported_with_its_certificate() {
    let proof = Authority::new("Nobody You Know").vouches();
    let stranger = TlsServer::start(vec![proof], vec![], Farewell::Silent);
    let world = World::new()
        .with("DEEPCALL_SERVER", &format!("https://{}", stranger.address))
        .with("DEEPCALL_SSID", CANARY_SSID);
    let ran = world.run("doctor --json").ended_with(6);
    assert_verdicts(
        &ran,
        &[("network", "ok"), ("tls", "fail"), ("server", "skipped"), ("session", "skipped")],
    );
    assert!(finding(&ran, "tls").contains("by CN=Nobody You Know, valid until "), "{ran}");
}

#[test]
fn a_foreign_page_is_a_failure_of_the_server() {
    let server = FakeServer::answering(|_, _| {
        Reply::with_headers("200 OK", &["Content-Type: text/html"], "<html>Welcome to our hotel</html>")
    });
    let ran = World::signed_in(&server).run("doctor --json").ended_with(6);
    assert_verdicts(&ran, &[("network", "ok"), ("server", "fail"), ("session", "skipped")]);
}

#[test]
fn without_a_bus_the_store_is_reported_with_the_ways_out() {
    let server = FakeServer::always(NOT_ON_BREAK);
    let world = World::at(&server);
    let ran = world.run("doctor --json").ended_with(1);
    assert_verdicts(&ran, &[("bus", "fail"), ("store", "fail"), ("server", "ok"), ("session", "fail")]);
    assert!(finding(&ran, "store").contains("--store file"), "{ran}");
    // Each way out once, and no address of a socket that the keyring's library made up.
    let nowhere = World::at(&server).with("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
    for world in [world, nowhere] {
        let ran = world.run("doctor").ended_with(1);
        assert_eq!(ran.stderr.matches("--store file").count(), 1, "{ran}");
        assert_eq!(ran.stderr.matches("DEEPCALL_SSID,").count(), 1, "{ran}");
        assert!(!ran.stdout.contains("unix:path="), "{ran}");
    }
}

#[test]
fn a_keyring_that_no_session_needs_may_be_missing() {
    let server = FakeServer::always(NOT_ON_BREAK);
    let world = World::new().with("DEEPCALL_SERVER", &server.url());
    for (name, default) in [("asha", ""), ("ravi", " --default")] {
        let line = format!("login --store file --ssid-stdin --profile {name}{default}");
        world.run_with_input(&line, CANARY_SSID).ended_with(0);
    }
    world.run("logout --profile ravi").ended_with(0);
    let ran = world.run("doctor --json").ended_with(0);
    assert_verdicts(&ran, &[("bus", "skipped"), ("store", "ok"), ("session", "ok")]);
    assert!(finding(&ran, "bus").contains("all sessions are stored in files"), "{ran}");
}

#[test]
fn a_narrow_terminal_wraps_the_details_and_loses_nothing() {
    let wide = InProcess::new().on_terminal(300).run("doctor --server http://127.0.0.1:9");
    let narrow = InProcess::new().on_terminal(80).run("doctor --server http://127.0.0.1:9");
    assert!(!narrow.stdout.contains('…'), "{narrow}");
    let longest = wide.stdout.lines().max_by_key(|line| line.len()).unwrap();
    assert!(longest.len() > 80, "{wide}");
    for word in longest.split_whitespace() {
        assert!(narrow.stdout.contains(word), "{word} is missing\n{narrow}");
    }
}

#[test]
fn a_broken_config_file_is_reported_and_does_not_hide_the_rest() {
    let server = FakeServer::always(NOT_ON_BREAK);
    for text in ["mask = \n", "[watch]\ninterval = '1s'\n", "sever = 'x'\n"] {
        let world = World::signed_in(&server);
        std::fs::create_dir_all(world.config_folder()).unwrap();
        std::fs::write(world.config_folder().join("config.toml"), text).unwrap();
        let ran = world.run("doctor --json").ended_with(2);
        assert_verdicts(&ran, &[("config", "fail"), ("server", "ok"), ("session", "ok")]);
    }
}

#[test]
fn it_can_be_pasted_into_a_ticket() {
    let server = FakeServer::always(
        r#"{"status":"error","errCode":1044,"message":"Session of +91 98765 43210 expired"}"#,
    );
    let ran = World::signed_in(&server).run("doctor").ended_with(4);
    assert!(!ran.stdout.contains("43210") && ran.stdout.contains("210"), "{ran}");
    assert!(ran.stdout.lines().count() <= 24, "one screen\n{ran}");
    assert!(ran.stdout.lines().all(|line| !line.contains('\u{1b}')), "{ran}");
    assert!(ran.stderr.contains("session of env: "), "what to do about it\n{ran}");
    // Phone numbers are always hidden, so that asking for it would change nothing.
    World::signed_in(&server).run("doctor --mask").ended_with(2);
}

#[test]
fn the_sandbox_is_well_and_leaves_nothing_behind() {
    let world = World::new();
    let ran = world.run("--sandbox doctor --json").ended_with(0);
    assert_verdicts(&ran, &[("store", "skipped"), ("server", "ok"), ("clock", "ok"), ("session", "ok")]);
    assert!(!world.config_folder().exists());
}

/// Profiles that are each stored with a server of their own.
fn stored_at(servers: &[FakeServer]) -> World {
    let world = World::new().with("DEEPCALL_STORE", "file");
    for (at, server) in servers.iter().enumerate() {
        let line = format!("login --profile p{at} --ssid-stdin --no-verify --server {}", server.url());
        world.run_with_input(&line, "some-session").ended_with(0);
    }
    world
}

#[test]
fn servers_are_asked_side_by_side() {
    // Each answers its first question once all of them have been asked.
    let everybody = Arc::new(Barrier::new(3));
    let servers = [(); 3].map(|()| {
        let everybody = Arc::clone(&everybody);
        FakeServer::answering(move |_, earlier| {
            if earlier == 0 {
                everybody.wait();
            }
            Reply::ok(NOT_ON_BREAK)
        })
    });
    let ran = stored_at(&servers).run("doctor --json").ended_with(0);
    let document = ran.json();
    let rows = document["checks"].as_array().unwrap().iter().filter(|row| row["check"] == "server");
    let found: Vec<_> = rows.map(|row| (row["subject"].as_str().unwrap(), row["verdict"].clone())).collect();
    let wanted: Vec<String> = servers.iter().map(FakeServer::url).collect();
    assert_eq!(found, wanted.iter().map(|url| (url.as_str(), "ok".into())).collect::<Vec<_>>(), "in order");
}

#[test]
fn a_time_that_is_over_ends_it_with_124_and_with_all_that_was_found() {
    let servers = [
        FakeServer::always(NOT_ON_BREAK),
        FakeServer::always(Reply::SILENCE),
        FakeServer::answering(
            |_, earlier| {
                if earlier == 0 { Reply::ok(NOT_ON_BREAK) } else { Reply::SILENCE }
            },
        ),
    ];
    let world = stored_at(&servers);
    let ran = world.run("doctor --json --timeout 8s").ended_with(124);
    let document = ran.json();
    let rows = document["checks"].as_array().unwrap();
    let verdicts = |check: &str| -> Vec<&str> {
        rows.iter().filter(|it| it["check"] == check).map(|it| it["verdict"].as_str().unwrap()).collect()
    };
    assert_eq!(verdicts("server"), ["ok", "fail", "ok"], "{ran}");
    assert_eq!(verdicts("session"), ["fail", "fail", "skipped"], "nobody had time left to be asked\n{ran}");
    assert_eq!(verdicts("terminal"), ["ok"], "{ran}");
    assert!(ran.stdout.contains("no answer within --timeout (8s)"), "{ran}");
    // The same from the config file.
    std::fs::write(world.config_folder().join("config.toml"), "timeout = '1s'\n").unwrap();
    let ran = world.run("doctor").ended_with(124);
    assert!(ran.stdout.contains("no answer within --timeout (1s)"), "{ran}");
}
