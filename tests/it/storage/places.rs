//! Where files are looked for: `HOME` and the variables beside it, in whatever state they are.

use std::fs;

use crate::support::{FakeServer, NOT_ON_BREAK, World};

const LOGIN: &str = "login --store file --no-verify --ssid-stdin";

/// Runs in a world whose home is `home`, or none.
fn run(world: &World, home: Option<&str>, line: &str, input: &str) -> crate::support::Ran {
    world.run_as(line, input, |command| {
        match home {
            Some(home) => command.env("HOME", home),
            None => command.env_remove("HOME"),
        };
    })
}

#[test]
fn without_a_home_what_needs_no_file_works_and_the_rest_names_the_variable() {
    let server = FakeServer::always(NOT_ON_BREAK);
    let world = World::at(&server);
    for home in [None, Some(""), Some("relative"), Some("./relative")] {
        run(&world, home, "tags --sandbox", "").ended_with(0);
        run(&world, home, "schema tags", "").ended_with(0);
        let signed_in = World::signed_in(&server);
        run(&signed_in, home, "break-status", "").ended_with(0);
        for line in ["profiles", "break-status", "logout", LOGIN] {
            let ran = run(&world, home, line, "session-of-asha").ended_with(2);
            assert!(ran.stderr.contains("HOME") && ran.stderr.contains("DEEPCALL_CONFIG_DIR"), "{ran}");
        }
        assert_eq!(fs::read_dir(world.home()).unwrap().count(), 0, "nothing is written elsewhere");
    }
}

#[test]
fn a_home_that_is_not_there_holds_no_session() {
    let world = World::new();
    for home in ["/nonexistent/home", "/dev/null"] {
        let ran = run(&world, Some(home), "break-status", "").ended_with(4);
        assert!(ran.stderr.contains("deepcall login"), "{ran}");
        run(&world, Some(home), "profiles", "").ended_with(0);
    }
    // Below a device nothing can be created, not even by root.
    let ran = run(&world, Some("/dev/null"), LOGIN, "session-of-asha").ended_with(1);
    assert!(ran.stderr.contains("/dev/null/.local/share/deepcall/sessions"), "{ran}");
}

/// A home that cannot be written, also not by root: a file system of its own, in a namespace of its own.
const READ_ONLY: &str = r#"
mount -t tmpfs -o ro none "$HOME" || exit 99
deepcall tags --sandbox >/dev/null && deepcall profiles --json >/dev/null && deepcall config show >/dev/null || exit 98
printf session-of-asha | deepcall $LOGIN
echo $?
deepcall config set jobs 4
echo $?
"#;

#[test]
fn in_a_home_that_cannot_be_written_reading_works_and_writing_reports_where_it_failed() {
    let world = World::new().with("LOGIN", LOGIN);
    let mut shell = world.shell("unshare");
    shell.arg(if rustix::process::geteuid().is_root() { "-m" } else { "-rm" });
    shell.args(["sh", "-c", READ_ONLY]);
    let ran = world.start(shell).end().ended_with(0);
    assert_eq!(ran.stdout, "1\n1\n", "{ran}");
    assert_eq!(ran.stderr.matches("Read-only file system").count(), 2, "{ran}");
    assert!(
        ran.stderr.contains("/.local/share/deepcall") && ran.stderr.contains("/.config/deepcall"),
        "{ran}"
    );
}

#[test]
fn a_relative_xdg_variable_is_ignored_as_specified() {
    let world = World::new().with("XDG_CONFIG_HOME", "relative").with("XDG_DATA_HOME", "also/relative");
    world.run_with_input(LOGIN, "session-of-asha").ended_with(0);
    assert!(world.config_folder().join("profiles.toml").is_file());
    assert!(world.home().join(".local/share/deepcall/sessions").is_dir());
    assert!(!world.home().join("relative").exists() && !world.home().join("also").exists());
}

#[test]
fn a_config_folder_of_ones_own_holds_everything() {
    let world = World::new().with("DEEPCALL_CONFIG_DIR", "own");
    let ran = run(&world, None, LOGIN, "session-of-asha").ended_with(0);
    assert!(ran.stderr.contains("plain text"), "{ran}");
    let names: Vec<_> = fs::read_dir(world.home()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["own"]);
    assert!(world.home().join("own/sessions").is_dir() && world.home().join("own/profiles.toml").is_file());
}
