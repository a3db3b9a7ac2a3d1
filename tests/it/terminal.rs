//! The real binary on a pseudo-terminal: what a person sees, and how the terminal is left.

use crate::support::{CANARY_SSID, FakeServer, NOT_ON_BREAK, Reply, Screen, World};

#[test]
fn the_prompt_does_not_echo_and_the_session_is_stored() {
    let server = FakeServer::always(NOT_ON_BREAK);
    let world = World::at(&server);
    let mut screen = Screen::start(&world, "login --store file", 24, 80);
    screen.wait_for("Session id (ssid)");
    // What is typed while echo is being switched off may be thrown away.
    screen.wait_for_echo(false);
    screen.type_keys(CANARY_SSID);
    screen.type_keys("\r");
    let (code, shown, _) = screen.end();
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("Signed in: profile default"), "{shown}");
    assert_eq!(server.arrivals()[0].json()["ssid"], CANARY_SSID);
}

#[test]
fn a_plain_prompt_moves_no_cursor_and_does_not_echo() {
    let server = FakeServer::always(NOT_ON_BREAK);
    let world = World::at(&server).with("ACCESSIBLE", "1");
    let mut screen = Screen::start(&world, "login --store file --color never", 24, 100);
    screen.wait_for("Session id (ssid), not shown while you type: ");
    screen.wait_for_echo(false);
    screen.type_keys(CANARY_SSID);
    screen.type_keys("\r");
    let (code, shown, raw) = screen.end();
    assert_eq!(code, 0, "{shown}");
    assert!(!raw.contains(&b'\x1b'), "{:?}", String::from_utf8_lossy(&raw));
    assert_eq!(server.arrivals()[0].json()["ssid"], CANARY_SSID);
}

#[test]
fn a_plain_prompt_is_ended_by_ctrl_c_and_restores_the_terminal() {
    let world = World::new().with("ACCESSIBLE", "1");
    let mut screen = Screen::start(&world, "login --store file --no-verify", 24, 100);
    screen.wait_for("not shown while you type");
    screen.wait_for_echo(false);
    screen.type_keys("half a secr\u{3}");
    screen.wait_for_echo(true);
    let (code, shown, _) = screen.end();
    assert!(code == 130 && !shown.contains("half"), "{code}\n{shown}");
}

#[test]
fn a_plain_watch_writes_lines_and_a_plain_wait_writes_one() {
    let world = World::new().with("ACCESSIBLE", "1").with("TERM", "xterm");
    let mut screen = Screen::start(&world, "watch --sandbox --color never", 24, 100);
    screen.wait_for("before the watch began");
    screen.type_keys("\u{3}");
    let (_, shown, raw) = screen.end();
    assert!(!raw.contains(&b'\x1b'), "{shown}");
    let server = FakeServer::always(Reply::SILENCE);
    let world = world.with("DEEPCALL_SERVER", &server.url()).with("DEEPCALL_SSID", CANARY_SSID);
    let mut screen = Screen::start(&world, "tags --color never", 24, 100);
    screen.wait_for("waiting for the server");
    screen.type_keys("\u{3}");
    let (code, shown, raw) = screen.end();
    assert!(code == 130 && shown.matches("waiting for the server").count() == 1, "{shown}");
    assert!(!raw.contains(&b'\x1b'), "{:?}", String::from_utf8_lossy(&raw));
}

#[test]
fn ctrl_c_at_the_prompt_ends_with_130_and_restores_the_terminal() {
    let world = World::new();
    let mut screen = Screen::start(&world, "login --store file --no-verify", 24, 80);
    screen.wait_for("Session id (ssid)");
    screen.wait_for_echo(false);
    screen.type_keys("half a secr");
    screen.type_keys("\u{3}");
    screen.wait_for_echo(true);
    let (code, shown, _) = screen.end();
    assert_eq!(code, 130, "{shown}");
    assert!(!shown.contains("half"), "{shown}");
}

#[test]
fn the_error_below_a_raw_reply_begins_on_a_line_of_its_own() {
    let screen = Screen::start(&World::new(), "api Agent/live --sandbox", 24, 80);
    let (code, shown, _) = screen.end();
    assert!(code == 1 && shown.lines().any(|line| line.starts_with("error: ")), "{code}\n{shown}");
}

#[test]
fn back_from_ctrl_z_the_prompt_still_does_not_echo() {
    let world = World::new();
    let mut screen = Screen::start(&world, "login --store file --no-verify", 24, 80);
    screen.wait_for("Session id (ssid)");
    screen.wait_for_echo(false);
    screen.come_back_as_from_ctrl_z();
    screen.wait_for_echo(false);
    screen.type_keys(CANARY_SSID);
    screen.type_keys("\r");
    let (code, shown, _) = screen.end();
    assert_eq!(code, 0, "{shown}");
}

#[test]
fn sigterm_at_the_prompt_ends_with_143_and_restores_the_terminal() {
    let world = World::new();
    let screen = Screen::start(&world, "login --store file --no-verify", 24, 80);
    screen.wait_for("Session id (ssid)");
    screen.wait_for_echo(false);
    screen.signal(rustix::process::Signal::TERM);
    screen.wait_for_echo(true);
    let (code, shown, _) = screen.end();
    assert_eq!(code, 143, "{shown}");
}

#[test]
fn ctrl_c_during_a_request_ends_with_130() {
    let server = FakeServer::always(Reply::SILENCE);
    let world = World::signed_in(&server);
    let mut screen = Screen::start(&world, "tags", 24, 80);
    server.await_arrivals(1);
    screen.type_keys("\u{3}");
    let (code, shown, _) = screen.end();
    assert_eq!(code, 130, "{shown}");
}

#[test]
fn a_table_fits_the_terminal() {
    let world = World::new();
    for columns in [40, 80, 200] {
        let screen = Screen::start(&world, "tags --sandbox --all --since 30m --limit 15", 24, columns);
        let (code, shown, bytes) = screen.end();
        assert_eq!(code, 0, "{shown}");
        assert!(shown.contains("TIME") && shown.contains("MESSAGE"), "{shown}");
        // A line that wrapped would make more lines than there are rows, the heading and the note.
        let lines = String::from_utf8_lossy(&bytes).matches('\n').count();
        assert!(lines <= 18, "{lines} lines at {columns} columns:\n{shown}");
    }
}

/// Answers nobody from the `held`th request on, until the test lets it.
fn holding(held: usize, body: &'static str) -> (FakeServer, std::sync::mpsc::SyncSender<()>) {
    let (release, released) = std::sync::mpsc::sync_channel::<()>(0);
    let released = std::sync::Mutex::new(released);
    let server = FakeServer::answering(move |_, earlier| {
        if earlier >= held {
            // Until the sender is dropped.
            let _ = released.lock().unwrap().recv();
        }
        Reply::ok(body)
    });
    (server, release)
}

#[test]
fn a_person_who_waits_sees_the_progress() {
    let (server, release) = holding(1, NOT_ON_BREAK);
    let world = World::at(&server).with("DEEPCALL_STORE", "file");
    for name in ["asha", "ravi", "meera"] {
        let line = format!("login --no-verify --ssid-stdin --profile {name}");
        world.run_with_input(&line, name).ended_with(0);
    }
    let screen = Screen::start(&world, "break-status --all", 24, 80);
    screen.wait_for("1 of 3 profiles answered");
    drop(release);
    let (code, shown, _) = screen.end();
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("meera") && !shown.contains("answered"), "{shown}");
}

#[test]
fn a_person_who_waits_for_one_answer_sees_that_it_is_the_server() {
    let (server, release) = holding(0, NOT_ON_BREAK);
    let world = World::signed_in(&server);
    let screen = Screen::start(&world, "break-status", 24, 80);
    screen.wait_for("waiting for the server");
    drop(release);
    let (code, shown, _) = screen.end();
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("Not on break") && !shown.contains("waiting"), "{shown}");
}

#[test]
fn a_person_who_waits_for_the_end_of_a_wrapup_sees_when_the_next_request_is() {
    let server = FakeServer::always(r#"{"status":"success","data":{"response":1,"currentDuration":9}}"#);
    let world = World::signed_in(&server);
    let mut screen = Screen::start(&world, "wrapup --wait", 24, 80);
    screen.wait_for("1 agent still in wrap-up, next request within 10 s");
    screen.type_keys("\u{3}");
    let (code, shown, _) = screen.end();
    assert_eq!(code, 130, "{shown}");
}
