//! Names and globs of profiles that fit nobody.

use crate::support::{FakeServer, NOT_ON_BREAK, World};

#[test]
fn each_name_and_glob_of_profiles_must_match_a_profile() {
    let world = World::new();
    let ran = world.run("break-status --sandbox --profiles asha,nobody --json").ended_with(2);
    assert!(
        ran.stderr.contains("no profile matches nobody") && ran.stderr.contains("known profiles: "),
        "{ran}"
    );
    assert_eq!(ran.stdout, "");
    for line in ["--profiles asha,", "--profiles ,", "--profiles="] {
        world.run(&format!("break-status --sandbox {line}")).ended_with(2);
    }
    world.run("break-status --sandbox --profiles asha,ra*").ended_with(0);
}

#[test]
fn a_profile_that_is_not_stored_is_a_mistake_of_the_line_and_none_at_all_means_sign_in() {
    let server = FakeServer::always(NOT_ON_BREAK);
    let world = World::at(&server).with("DEEPCALL_STORE", "file");
    let lines = |name: &str| {
        [
            "tags --profile",
            "tags -p",
            "status --profile",
            "status -p",
            "watch --profile",
            "ping --profile",
            "break-status --profile",
            "logout --profile",
            "profiles --default",
            "tags --profiles",
            "status --profiles",
            "profiles --profile",
        ]
        .map(|line| format!("{line} {name}"))
    };
    for line in lines("rvi").iter().filter(|line| !line.starts_with("profiles --profile")) {
        let ran = world.run(line).ended_with(4);
        assert_eq!(world.run(&format!("{line} --json")).json_error()["kind"], "sign_in", "{line}\n{ran}");
    }
    for name in ["asha", "ravi", "meera"] {
        world.run_with_input(&format!("login --ssid-stdin --profile {name}"), name).ended_with(0);
    }
    for line in lines("rvi") {
        let ran = world.run(&line).ended_with(2);
        assert!(ran.stderr.contains("rvi") && ran.stderr.contains("did you mean `ravi`?"), "{line}\n{ran}");
        assert_eq!(world.run(&format!("{line} --json")).json_error()["kind"], "usage", "{line}");
    }
    for line in lines("zzzzzz") {
        let ran = world.run(&line).ended_with(2);
        assert!(
            ran.stderr.contains("known profiles: asha, ravi, meera")
                || ran.stderr.contains("asha, meera, ravi"),
            "{line}\n{ran}"
        );
    }
    let ran = world.run_as("tags", "", |command| _ = command.env("DEEPCALL_PROFILE", "rvi")).ended_with(2);
    assert!(ran.stderr.contains("did you mean `ravi`?"), "{ran}");
    world.run("logout --profile asha").ended_with(0);
    for line in ["tags", "watch", "break-status", "ping", "logout"] {
        let ran = world.run(line).ended_with(2);
        assert!(ran.stderr.contains("several profiles are stored and none is the default"), "{line}\n{ran}");
    }
    world.run("logout --profile meera").ended_with(0);
    world.run("break-status").ended_with(0);
}

#[test]
fn a_name_that_no_profile_can_have_is_not_to_be_created() {
    let world = World::new();
    for (name, is_to_be_created) in [("night", true), ("a/b", false)] {
        let ran = world.run(&format!("tags --profile {name}")).ended_with(4);
        assert_eq!(ran.stderr.contains("deepcall login --profile"), is_to_be_created, "{ran}");
    }
}
