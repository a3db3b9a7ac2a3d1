//! `login`, `logout`, `profiles`: what is asked, proved, stored, listed and forgotten.

use insta::assert_snapshot;

use crate::support::{
    CANARY_SSID, CANARY_TOKEN, FakeServer, NOT_IN_WRAPUP, NOT_ON_BREAK, Reply, Screen, WRONG_PARAMETERS,
    World,
};

fn scrubbed(text: &str, server: &FakeServer) -> String {
    text.replace(&server.url(), "http://SERVER")
}

#[test]
fn a_session_is_proved_stored_listed_used_and_forgotten() {
    let server = FakeServer::always(NOT_ON_BREAK);
    let world = World::at(&server);
    let ran =
        world.run_with_input("login --store file --ssid-stdin --profile asha", CANARY_SSID).ended_with(0);
    assert!(ran.stderr.contains("plain text"), "{ran}");
    assert_eq!(server.arrivals().len(), 1);
    assert_eq!(server.arrivals()[0].json(), serde_json::json!({"ssid": CANARY_SSID}));
    let world_after = world.run("break-status --json").ended_with(0);
    assert_eq!(world_after.json()["profile"], "asha");
    let listed = world.run("profiles --json").ended_with(0).json();
    assert_eq!(listed["profiles"][0]["name"], "asha");
    assert_eq!(listed["profiles"][0]["default"], true);
    assert_eq!(listed["profiles"][0]["store"], "file");
    assert_eq!(listed["profiles"][0]["check"], serde_json::Value::Null);
    assert_eq!(server.arrivals().len(), 2, "listing asks nobody");
    assert_eq!(world.run("profiles --check --json").ended_with(0).json()["profiles"][0]["check"], "ok");
    world.run("logout --profile asha").ended_with(0);
    assert_eq!(world.run("profiles --json").json()["profiles"], serde_json::json!([]));
    let ran = world.run("tags").ended_with(4);
    assert!(ran.stderr.contains("deepcall login") && ran.stderr.contains("--sandbox"), "{ran}");
}

#[test]
fn a_user_id_with_a_token_is_the_other_form() {
    let server = FakeServer::always(NOT_ON_BREAK);
    let world = World::at(&server);
    let line = "login --store file --user-id 12345678 --token-stdin";
    world.run_with_input(line, CANARY_TOKEN).ended_with(0);
    assert_eq!(server.arrivals()[0].json(), serde_json::json!({"userId": "12345678", "token": CANARY_TOKEN}));
    let row = world.run("profiles --json").json()["profiles"][0].clone();
    assert_eq!((row["kind"].as_str(), row["user_id"].as_str()), (Some("token"), Some("12345678")));
}

#[test]
fn a_bad_session_is_not_stored() {
    for code in [1011, 1013, 1014, 1020, 1044] {
        let server = FakeServer::always(format!(r#"{{"status":"error","code":{code},"message":"no"}}"#));
        let world = World::at(&server);
        let ran = world.run_with_input("login --store file --ssid-stdin", CANARY_SSID).ended_with(4);
        assert!(ran.stderr.contains("nothing was stored"), "{ran}");
        assert_eq!(world.run("profiles --json").json()["profiles"], serde_json::json!([]));
    }
}

#[test]
fn without_a_keyring_login_fails_before_it_prompts() {
    let server = FakeServer::always(NOT_ON_BREAK);
    let world = World::at(&server);
    let ran = world.run_with_input("login --ssid-stdin", CANARY_SSID).ended_with(1);
    for hint in ["DEEPCALL_SSID", "--store file"] {
        assert!(ran.stderr.contains(hint), "{ran}");
    }
    assert_eq!(server.arrivals().len(), 0);
}

#[test]
fn credentials_in_variables_never_open_a_store() {
    let server = FakeServer::always(NOT_ON_BREAK);
    // A bus address at which nobody will ever answer: opening the keyring would take three seconds and fail.
    let world = World::signed_in(&server).with("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
    world.run("break-status").ended_with(0);
    let ran = world.run("break-status -v").ended_with(0);
    assert!(ran.stderr.contains("DEEPCALL_SSID"), "{ran}");
    let ran =
        world.run_with_input("login --store file --ssid-stdin --profile b", "another-session").ended_with(0);
    assert!(ran.stderr.contains("DEEPCALL_SSID is set and overrides"), "{ran}");
    let ran = world.run("profiles").ended_with(0);
    assert!(ran.stderr.contains("the session in DEEPCALL_SSID is in use"), "{ran}");
}

#[test]
fn a_stored_session_goes_to_its_own_server_only() {
    let (server, other) = (FakeServer::always(NOT_ON_BREAK), FakeServer::always(NOT_ON_BREAK));
    let world = World::new();
    let line = format!("login --store file --ssid-stdin --server {}", server.url());
    world.run_with_input(&line, CANARY_SSID).ended_with(0);
    let ran = world.run(&format!("break-status --server {}", other.url())).ended_with(4);
    assert!(ran.stderr.contains("deepcall login"), "{ran}");
    assert_eq!(other.connections(), 0);
}

#[test]
fn plain_http_to_another_machine_is_refused_before_anything_is_sent() {
    let world = World::new().with("DEEPCALL_SSID", CANARY_SSID);
    let ran = world.run("tags --server http://deepcall.example").ended_with(2);
    assert!(ran.stderr.contains("plain http"), "{ran}");
    world
        .run_with_input("login --store file --no-verify --ssid-stdin --server http://deepcall.example", "abc")
        .ended_with(2);
    let line = "login --store file --no-verify --allow-http --ssid-stdin --server http://deepcall.example";
    world.run_with_input(line, "abc").ended_with(0);
}

#[test]
fn a_secret_is_never_an_argument() {
    let world = World::new();
    for line in ["login --ssid abc", "login --token abc", "tags --ssid abc", "login abc"] {
        world.run(line).ended_with(2);
    }
    for line in ["login sesame-17", "login --profile asha sesame-17 --json", "login -- sesame-17"] {
        let ran = world.run(line).ended_with(2);
        assert!(!ran.stderr.contains("sesame"), "{ran}");
        assert!(ran.stderr.contains("--ssid-stdin") && ran.stderr.contains("--profile NAME"), "{ran}");
    }
}

#[test]
fn a_login_that_replaces_another_session_is_noted() {
    let world = World::new().with("DEEPCALL_SERVER", "http://127.0.0.1:9");
    let line = "login --store file --no-verify --ssid-stdin --profile asha";
    let note = "already had a session";
    let is_noted =
        |line: &str, secret| world.run_with_input(line, secret).ended_with(0).stderr.contains(note);
    assert!(!is_noted(line, "one"));
    assert!(!is_noted(line, "one"), "the same session");
    assert!(is_noted(line, "two"));
    let with_token = "login --store file --no-verify --profile asha --user-id 12345678 --token-stdin";
    let ran = world.run_with_input(with_token, "three").ended_with(0);
    assert!(ran.stderr.contains("an ssid at") && ran.stderr.contains("user 12345678 at"), "{ran}");
    assert!(!is_noted("login --store file --no-verify --ssid-stdin --profile ravi", "four"));
}

#[test]
fn without_a_terminal_there_is_nobody_to_ask() {
    let ran = World::new().run("login --store file --no-verify").ended_with(2);
    assert!(ran.stderr.contains("--ssid-stdin"), "{ran}");
}

#[test]
fn an_empty_or_broken_secret_is_refused() {
    let world = World::new();
    for input in ["", "\n", "  \n", "a\u{7}b", "\0"] {
        world.run_with_input("login --store file --no-verify --ssid-stdin", input).ended_with(2);
    }
}

#[test]
fn the_default_profile_can_be_changed() {
    let server = FakeServer::always(NOT_ON_BREAK);
    let world = World::at(&server);
    for name in ["asha", "ravi"] {
        world
            .run_with_input(&format!("login --store file --ssid-stdin --profile {name}"), name)
            .ended_with(0);
    }
    assert_eq!(world.run("break-status --json").json()["profile"], "asha");
    world.run("profiles --default ravi").ended_with(0);
    assert_eq!(world.run("break-status --json").json()["profile"], "ravi");
    world.run("profiles --default nobody").ended_with(2);
    world.run("logout --all").ended_with(0);
    assert_eq!(world.run("profiles --json").json()["profiles"], serde_json::json!([]));
}

#[test]
fn on_a_terminal_all_sessions_are_removed_only_after_a_yes() {
    let server = FakeServer::always(NOT_ON_BREAK);
    let world = World::at(&server).with("DEEPCALL_STORE", "file");
    for name in ["asha", "ravi"] {
        world.run_with_input(&format!("login --ssid-stdin --profile {name}"), name).ended_with(0);
    }
    let stored = || world.run("profiles --json").json()["profiles"].as_array().unwrap().len();
    for (answer, code, left) in [("\r", 3, 2), ("n\r", 3, 2), ("y\r", 0, 0)] {
        let mut screen = Screen::start(&world, "logout --all", 24, 80);
        screen.wait_for("Remove all 2 sessions? [y/N]");
        screen.type_keys(answer);
        let (ended, shown, _) = screen.end();
        assert_eq!((ended, stored()), (code, left), "{shown}");
    }
    world.run_with_input("login --ssid-stdin --profile asha", "asha").ended_with(0);
    let screen = Screen::start(&world, "logout --all", 24, 80);
    assert_eq!((screen.end().0, stored()), (0, 0), "one is the same as by its name");
    world.run("logout --yes").ended_with(2);
}

#[test]
fn what_was_done_is_said_in_a_pipe_too_and_json_stays_a_document() {
    let server = FakeServer::always(NOT_ON_BREAK);
    let world = World::at(&server).with("DEEPCALL_STORE", "file");
    let stdout = |ran: crate::support::Ran| ran.ended_with(0).stdout;
    let login = |name: &str, form: &str| {
        stdout(world.run_with_input(&format!("login --ssid-stdin --profile {name} {form}"), name))
    };
    let signed_in = format!("Signed in: profile asha at {}, stored in a file\n", server.url());
    assert_eq!(login("asha", ""), signed_in);
    assert!(login("ravi", "--json").starts_with("{\"name\":\"ravi\""));
    assert!(login("ravi", "-o csv").starts_with("name,"));
    assert!(login("ravi", "--columns name,store").starts_with("NAME "));
    assert_eq!(stdout(world.run("profiles --default ravi")), "ravi is the default profile now\n");
    assert!(stdout(world.run("profiles --default ravi --json")).starts_with("{\"profiles\":["));
    assert_eq!(stdout(world.run("ping --sandbox")), "Presence updated for asha\n");
    assert_eq!(stdout(world.run("logout --profile ravi")), "Removed: ravi\n");
    assert!(stdout(world.run("logout --json")).starts_with("{\"profiles\":[{"));
    assert_eq!(stdout(world.run("logout --all")), "There is nothing to remove\n");
}

/// A newer version may have written it.
#[test]
fn what_profiles_toml_has_beyond_this_version_is_neither_refused_nor_lost() {
    let server = FakeServer::always(NOT_ON_BREAK);
    let world = World::at(&server);
    let login = |profile: &str| {
        let line = format!("login --store file --ssid-stdin --profile {profile}");
        world.run_with_input(&line, CANARY_SSID).ended_with(0);
    };
    login("asha");
    let path = world.config_folder().join("profiles.toml");
    let written = std::fs::read_to_string(&path).unwrap();
    let (heading, rest) = written.split_once("default").unwrap();
    let newer =
        format!("{heading}format = 2\ndefault{rest}agent_name = \"Asha\"\n\n[teams]\nday = [\"asha\"]\n");
    std::fs::write(&path, newer).unwrap();
    let change = |made: &dyn Fn()| {
        made();
        let kept = std::fs::read_to_string(&path).unwrap();
        for part in
            ["format = 2\n", "[profiles.asha]\n", "agent_name = \"Asha\"\n", "[teams]\nday = [\"asha\"]\n"]
        {
            assert!(kept.contains(part), "{part:?} is lost:\n{kept}");
        }
    };
    change(&|| login("ravi"));
    change(&|| login("asha"));
    change(&|| _ = world.run("profiles --default ravi").ended_with(0));
    change(&|| _ = world.run("logout --profile ravi").ended_with(0));
    assert_eq!(world.run("profiles --json").ended_with(0).json()["profiles"][0]["name"], "asha");
}

#[test]
fn output_of_login_and_profiles() {
    let server = FakeServer::always(NOT_ON_BREAK);
    let world = World::at(&server);
    let ran = world.run_with_input("login --store file --ssid-stdin --profile asha", "s3cr3t-session");
    let columns = "name,default,server,kind,store";
    let listed = world.run(&format!("profiles --columns {columns}"));
    assert_snapshot!(scrubbed(&ran.stderr, &server));
    assert_snapshot!(scrubbed(&listed.stdout, &server));
}

#[test]
fn a_user_id_with_a_token_follows_breaks_and_wrapups_and_tags_has_one_hint() {
    let server = FakeServer::answering(|request, _| {
        Reply::ok(request.choose([NOT_ON_BREAK, NOT_IN_WRAPUP, WRONG_PARAMETERS]))
    });
    let world = World::at(&server);
    let line = "login --store file --user-id 12345678 --token-stdin";
    world.run_with_input(line, CANARY_TOKEN).ended_with(0);
    let ran = world.run("tags --json").ended_with(1);
    let error = ran.json_error();
    assert_eq!((error["kind"].as_str(), error["code"].as_i64()), (Some("forbidden"), Some(1000)), "{ran}");
    assert_eq!(error["hints"].as_array().unwrap().len(), 1, "{ran}");
    let ran = world.run("watch --json --interval 2s --timeout 5s").ended_with(124);
    assert!(!ran.stdout.contains("session_expired"), "{ran}");
    assert_eq!(ran.stdout.matches("\"profile_ended\"").count(), 1, "{ran}");
    assert!(ran.stdout.contains("an ssid only"), "{ran}");
    let polls = server.arrivals().iter().filter(|request| !request.path.ends_with("/tags")).count();
    assert!(polls > 2, "{polls}");
}
