//! Which runs record what, and that no other leaves a trace.

use std::fs;

use super::commands::asha_and_ravi;
use super::*;
use crate::support::{CANARY_SSID, IN_WRAPUP, NOT_IN_WRAPUP, NOT_ON_BREAK, ON_BREAK};

#[test]
fn without_a_journal_no_command_makes_a_file() {
    let server = FakeServer::answering(|request, _| {
        request.choose([ON_BREAK.to_owned(), IN_WRAPUP.to_owned(), reply(&[tag("m1", "missed", 5)])])
    });
    let world = World::signed_in(&server);
    let before = everything_below(world.home().to_owned());
    for line in [
        "tags",
        "tags --since 8h",
        "break-status",
        "break-status --since 8h",
        "wrapup",
        "status",
        "watch --json --until tag",
        "journal path",
        "journal status",
        "journal verify",
        "journal prune",
        "journal export --what tags",
        "journal forget asha --yes",
        "doctor",
    ] {
        let _ = world.run(line);
        assert_eq!(everything_below(world.home().to_owned()), before, "{line}");
    }
}

#[test]
fn where_nobody_is_signed_in_no_file_is_made() {
    let (server, gone) = (FakeServer::always(NO_TAGS), World::new().with("DEEPCALL_STORE", "file"));
    let signed_in = asha_and_ravi(&server);
    signed_in.run("journal off").ended_with(0);
    // Its profiles are known, their secrets are not.
    for name in ["profiles.toml", "config.toml"] {
        fs::create_dir_all(gone.config_folder()).unwrap();
        fs::copy(signed_in.config_folder().join(name), gone.config_folder().join(name)).unwrap();
    }
    for world in [World::at(&server), gone] {
        world.run("tags --new mail").ended_with(4);
        world.run("tags --new mail --all").ended_with(4);
        world.run("config set journal.record true").ended_with(0);
        for line in ["tags", "break-status", "wrapup", "status", "api agentProfile/tags", "watch --json"] {
            let ran = world.run(line).ended_with(4);
            assert!(!journal(&world).parent().unwrap().exists(), "{line}\n{ran}");
        }
    }
    signed_in.run("tags --new mail").ended_with(0);
    assert!(journal(&signed_in).exists());
}

#[test]
fn what_two_runs_received_is_in_the_journal_once() {
    let server = FakeServer::always(reply(&[tag("m1", "missed", 5), tag("m2", "callback", 6)]));
    let world = recording(&server);
    for _ in 0..2 {
        world.run("tags").ended_with(0);
    }
    let exported = world.run("journal export --what tags --json").ended_with(0);
    assert_eq!(ids(&exported), ["m1", "m2"]);
    let events = world.run("journal export -o ndjson").ended_with(0).stdout;
    assert_eq!(events.matches(r#""type":"tag""#).count(), 2, "{events}");
    world.run("journal verify").ended_with(0);
}

#[test]
fn an_agent_whom_the_journal_holds_is_recorded_unless_that_is_forbidden() {
    let server = once(&[&[tag("m1", "missed", 9)], &[tag("m2", "missed", 6)], &[tag("m3", "missed", 3)]]);
    let world = recording(&server);
    world.run("tags").ended_with(0);
    world.run("config unset journal.record").ended_with(0);
    world.run("tags").ended_with(0);
    world.run("journal off").ended_with(0);
    // It is shown, but not kept.
    assert_eq!(ids(&world.run("tags --json").ended_with(0)), ["m1", "m2", "m3"]);
    assert_eq!(ids(&world.run("tags --json").ended_with(0)), ["m1", "m2"]);
}

#[test]
fn each_command_that_receives_something_records_it() {
    let tags = reply(&[tag("m1", "missed", 5)]);
    for (line, server, kind) in [
        ("break-status", FakeServer::always(ON_BREAK), "break_started"),
        ("wrapup", FakeServer::always(IN_WRAPUP), "wrapup_started"),
        ("api agentProfile/agentOnBreak", FakeServer::always(ON_BREAK), "break_started"),
        ("api /api/v2/agentprofile/checkAgentInWrapUp", FakeServer::always(IN_WRAPUP), "wrapup_started"),
        ("api agentProfile/tags -f ref=true", FakeServer::always(tags.clone()), "tag"),
        (
            "status",
            FakeServer::answering(move |request, _| {
                request.choose([NOT_ON_BREAK.to_owned(), NOT_IN_WRAPUP.to_owned(), tags.clone()])
            }),
            "tag",
        ),
    ] {
        let world = recording(&server);
        for _ in 0..2 {
            world.run(line).ended_with(0);
        }
        let events = world.run("journal export -o ndjson").ended_with(0).stdout;
        assert_eq!(events.matches(&format!(r#""type":"{kind}""#)).count(), 1, "{line}\n{events}");
        world.run("journal verify").ended_with(0);
    }
}

#[test]
fn a_reply_that_another_field_may_have_selected_is_not_recorded_and_noted() {
    let server = FakeServer::always(reply(&[tag("m1", "missed", 5)]));
    let world = recording(&server);
    let ran = world.run("api agentProfile/tags -f ref=true -f type=missed").ended_with(0);
    assert!(ran.stderr.contains("this reply is not recorded"), "{ran}");
    assert_eq!(world.run("journal export -o ndjson").ended_with(0).stdout, "");
    let other = world.run("api Agent/live").ended_with(0);
    assert_eq!(other.stderr, "", "{other}");
}

#[test]
fn a_journal_that_cannot_be_used_is_noted_once_and_stops_nothing() {
    let server = FakeServer::always(reply(&[tag("m1", "missed", 5)]));
    let world = recording(&server);
    fs::create_dir_all(journal(&world)).unwrap();
    for line in ["tags --json", "tags --since 30m --json"] {
        let ran = world.run(line).ended_with(0);
        assert_eq!(ids(&ran), ["m1"]);
        assert_eq!(ran.stderr.matches("journal.db").count(), 1, "{ran}");
    }
    world.run("tags --new script").ended_with(2);
}

#[test]
fn a_simulated_floor_never_touches_it() {
    let server = FakeServer::always(reply(&[tag("m1", "missed", 5)]));
    let world = recording(&server);
    world.run("tags --sandbox --since 8h").ended_with(0);
    world.run("status --sandbox").ended_with(0);
    world.run("break-status --sandbox --all --since 8h").ended_with(0);
    assert!(!journal(&world).exists());
    world.run("tags").ended_with(0);
    let before = fs::read(journal(&world)).unwrap();
    let ran = world.run("tags --sandbox --all --since 8h --json").ended_with(0);
    assert!(!ran.stdout.contains("of m1"), "{ran}");
    assert_eq!(fs::read(journal(&world)).unwrap(), before);
    world.run("tags --sandbox --new script").ended_with(2);
}

#[test]
fn no_credential_is_kept_and_numbers_are_masked_where_that_is_set() {
    let echo = format!(
        r#"{{"_id":"m1","type":"missed","message":{},"cNumber":"919000012345","time":"{}"}}"#,
        serde_json::Value::from(format!("session {CANARY_SSID} of 919000012345")),
        minutes_ago(5)
    );
    let server = FakeServer::always(reply(&[echo]));
    let world = recording(&server);
    world.run("config set journal.numbers never").ended_with(0);
    // The search for leaked secrets reads the database and its log after each run.
    world.run("tags").ended_with(0);
    for path in everything_below(journal(&world).parent().unwrap().to_owned()) {
        let bytes = fs::read(&path).unwrap();
        let has = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        assert!(!has("919000012345"), "{}", path.display());
    }
    // What the server just sent is whole, what was recorded is not.
    let ran = world.run("tags --json").ended_with(0);
    assert_eq!(ran.json()["tags"][0]["customer"], "919000012345", "{ran}");
    let ran = world.run("journal export --what tags --json").ended_with(0);
    assert_eq!(ran.json()["tags"][0]["customer"], "•••••••••345", "{ran}");
}

#[test]
fn without_a_recorder_each_command_that_records_masks_old_numbers() {
    let server = FakeServer::always(reply(&[tag("m1", "missed", 5)]));
    let world = recording(&server);
    world.run("config set journal.numbers 1s").ended_with(0);
    let begin = std::time::Instant::now();
    let masked = std::iter::repeat_with(|| {
        world.run("tags").ended_with(0);
        let shown = world.run("journal export --what tags --json").ended_with(0);
        shown.json()["tags"][0]["customer"] == "•••••••••345"
    });
    let is_masked = |masked: &bool| *masked || begin.elapsed() > std::time::Duration::from_secs(30);
    assert_eq!(masked.into_iter().find(is_masked), Some(true));
}

#[test]
fn what_is_kept_masked_is_neither_recorded_nor_listed_twice() {
    let at = minutes_ago(5);
    let tag = |id: &str| {
        format!(
            r#"{{{id}"type":"missed","message":"call 919000012345 back","cNumber":"919000012345","time":"{at}"}}"#
        )
    };
    let server = FakeServer::always(reply(&[tag(""), tag(r#""_id":"m1","#)]));
    let world = recording(&server);
    world.run("config set journal.numbers never").ended_with(0);
    world.run("tags").ended_with(0);
    world.run("tags").ended_with(0);
    let ran = world.run("tags --since 8h --json").ended_with(0);
    assert_eq!(ran.json()["tags"].as_array().unwrap().len(), 2, "{ran}");
    let ran = world.run("journal export --what events --json").ended_with(0);
    assert_eq!(ran.stdout.matches(r#""type":"tag""#).count(), 2, "{ran}");
}

#[test]
fn a_journal_of_another_path_is_the_one_that_is_named() {
    let server = FakeServer::always(reply(&[tag("m1", "missed", 5)]));
    let world = recording(&server);
    let elsewhere = world.home().join("elsewhere/shift.db");
    let world = world.with("DEEPCALL_JOURNAL", elsewhere.to_str().unwrap());
    assert_eq!(world.run("journal path").ended_with(0).stdout, format!("{}\n", elsewhere.display()));
    world.run("tags").ended_with(0);
    assert!(elsewhere.exists());
    assert!(!journal(&world).exists());
}
