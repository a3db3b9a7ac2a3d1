//! `deepcall ping`: the only command that writes on the server.

use crate::support::{FakeServer, InProcess, Reply, World};

#[test]
fn path_and_mic_perm_have_defaults_and_can_be_overridden() {
    let server = FakeServer::always(r#"{"status":"success","message":"ok","code":200}"#);
    let world = World::signed_in(&server);
    let ran = world.run("ping --json").ended_with(0);
    assert_eq!(ran.json()["ok"], true);
    assert_eq!(ran.json()["reply"]["message"], "ok");
    world.run("ping --mic-perm granted --path agentProfile/otherPing").ended_with(0);
    std::fs::create_dir_all(world.config_folder()).unwrap();
    std::fs::write(world.config_folder().join("config.toml"), "[ping]\npath = 'a/b'\nmic_perm = 1\n")
        .unwrap();
    world.run("ping").ended_with(0);
    let sent: Vec<_> =
        server.arrivals().iter().map(|it| (it.path.clone(), it.json()["mic_perm"].clone())).collect();
    assert_eq!(sent[0], ("/api/v2/agentProfile/setWebPingTime".to_owned(), true.into()));
    assert_eq!(sent[1], ("/api/v2/agentProfile/otherPing".to_owned(), "granted".into()));
    assert_eq!(sent[2], ("/api/v2/a/b".to_owned(), 1.into()));
}

#[test]
fn its_error_codes_lead_to_their_exit_codes() {
    for (code, exit) in [(1503, 4), (1505, 2), (1506, 1)] {
        let server = FakeServer::always(format!(r#"{{"status":"error","errCode":{code},"message":"x"}}"#));
        World::signed_in(&server).run("ping").ended_with(exit);
        assert_eq!(server.arrivals().len(), 1, "{code}");
    }
}

#[test]
fn it_is_sent_again_at_most_once() {
    let server = FakeServer::always(Reply::with_headers("503 x", &[], ""));
    World::signed_in(&server).run("ping").ended_with(5);
    assert_eq!(server.arrivals().len(), 2);
}

#[test]
fn no_other_command_ever_pings() {
    let server = FakeServer::always(r#"{"status":"success","data":[],"code":200}"#);
    let world = World::signed_in(&server);
    for line in ["tags", "break-status", "wrapup", "profiles --check", "api Agent/live"] {
        let _ = world.run(line);
    }
    assert!(server.arrivals().iter().all(|request| !request.path.to_lowercase().contains("ping")));
}

#[test]
fn the_sandbox_takes_a_ping() {
    let ran = InProcess::new().on_terminal(80).with("NO_COLOR", "1").run("ping --sandbox");
    assert_eq!(ran.code, 0, "{ran}");
    assert!(ran.stdout.contains("Presence updated"), "{ran}");
}
