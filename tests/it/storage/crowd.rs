//! Many processes at once: no change is lost, no file is ever half written, and who has to wait says what for.

use std::fs::File;

use super::{Kept, LOGIN, assert_no_leftovers, sessions, signed_in};
use crate::support::{EXPIRED, FakeServer, NOT_IN_WRAPUP, Reply, Screen, World};

/// So many processes write at once.
const WRITERS: usize = 8;

/// Each writer signs in so many profiles of its own.
fn crowd(logins: usize) {
    let world = World::new();
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let world = &world;
            scope.spawn(move || {
                for login in 0..logins {
                    let user = format!("{writer}{login:04}");
                    let line = format!("{LOGIN} {user} --profile w{user}");
                    // "Busy" is fine, as long as it is reported.
                    while world.run_with_input(&line, &format!("token-of-{user}")).code != 0 {}
                    world.run("profiles --json").ended_with(0);
                }
            });
        }
    });
    let kept = Kept::in_home(&world);
    assert_eq!((kept.listed.len(), kept.secrets.len()), (WRITERS * logins, WRITERS * logins));
    assert_no_leftovers(&world);
}

#[test]
fn eight_writers_at_once_lose_nothing() {
    crowd(3);
}

#[test]
#[ignore = "takes minutes: `cargo test --test it -- --ignored storage`"]
fn eight_writers_at_once_lose_none_of_a_thousand_changes() {
    crowd(125);
}

#[test]
fn whoever_changes_the_profiles_waits_for_another_login_and_says_what_for() {
    let world = signed_in();
    let token = world.home().join("token");
    std::fs::write(&token, "token-of-222").unwrap();
    let login = format!("login --store file --no-verify --user-id 222 --token-file {}", token.display());
    for line in ["profiles --default ravi", &format!("{login} --profile asha"), "logout --profile asha"] {
        let held = File::open(world.config_folder().join("profiles.toml.lock")).unwrap();
        held.lock().unwrap();
        let before = Kept::in_home(&world);
        let screen = Screen::start(&world, line, 24, 200);
        screen.wait_until("what is waited for", |shown| {
            shown.contains("waiting for another deepcall that is changing") && shown.contains("profiles.toml")
        });
        // A command that only reads does not wait.
        world.run("profiles").ended_with(0);
        assert_eq!(Kept::in_home(&world), before);
        held.unlock().unwrap();
        let (code, shown, _) = screen.end();
        assert!(code == 0 && !shown.contains(".lock"), "{line}\n{shown}");
        assert_ne!(Kept::in_home(&world), before, "{line}\n{shown}");
    }
}

#[test]
fn a_lock_that_is_only_ever_held_for_a_write_is_not_waited_for_without_end() {
    let world = signed_in();
    let before = Kept::in_home(&world);
    let lock = sessions(&world).join(".lock");
    let held = File::open(&lock).unwrap();
    held.lock().unwrap();
    let ran =
        world.run_with_input(&format!("{LOGIN} 222 --profile asha --json"), "token-of-222").ended_with(1);
    assert_eq!(ran.json_error()["kind"], "busy");
    assert!(ran.stderr.contains(lock.to_str().unwrap()), "{ran}");
    assert_eq!(Kept::in_home(&world), before);
}

/// Two users sign in to one profile at the same time.
fn pairs(count: usize) {
    let world = World::new();
    for _ in 0..count {
        std::thread::scope(|scope| {
            for user in ["111", "222"] {
                let world = &world;
                scope.spawn(move || {
                    let line = format!("{LOGIN} {user} --profile asha");
                    world.run_with_input(&line, &format!("token-of-{user}")).ended_with(0);
                });
            }
        });
        let kept = Kept::in_home(&world);
        assert_eq!(kept.listed["asha"], kept.secrets["asha"].0, "one's profile with the other's secret");
    }
}

#[test]
fn of_two_logins_at_once_exactly_one_is_kept() {
    pairs(8);
}

#[test]
#[ignore = "takes minutes: `cargo test --test it -- --ignored storage`"]
fn of_two_logins_at_once_exactly_one_is_kept_two_hundred_times() {
    pairs(200);
}

#[test]
fn a_watch_whose_profile_is_forgotten_goes_on_until_the_server_ends_the_session() {
    let (over, is_over) = std::sync::mpsc::channel::<()>();
    let is_over = std::sync::Mutex::new(is_over);
    let server = FakeServer::answering(move |_, _| {
        let is_on = is_over.lock().unwrap().try_recv() == Err(std::sync::mpsc::TryRecvError::Empty);
        Reply::ok(if is_on { NOT_IN_WRAPUP } else { EXPIRED })
    });
    let world = World::at(&server);
    let login = "login --store file --no-verify --ssid-stdin --profile asha";
    world.run_with_input(login, "session-of-asha").ended_with(0);
    let mut command = world.command("watch --json --only wrapups --interval 2s".split(' '));
    command.stdin(std::process::Stdio::null());
    let watch = world.start(command);
    server.await_arrivals(1);
    world.run("logout --profile asha").ended_with(0);
    let arrived = server.arrivals().len();
    server.await_arrivals(arrived + 1);
    drop(over);
    let ran = watch.end().ended_with(4);
    assert!(ran.stdout.lines().last().unwrap().contains("session_expired"), "{ran}");
    assert!(ran.stderr.contains("deepcall login --profile asha"), "{ran}");
}
