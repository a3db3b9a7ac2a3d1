//! Which tags a watch reports, and which of them ring, run a command, or end it.

use serde_json::Value;

use super::{events, types};
use crate::support::{FakeServer, Reply, World};

/// A reply with these tags, each an id, a kind and a message.
fn reply(tags: &[(&str, &str, &str)]) -> Reply {
    let tag = |(id, kind, message): &(&str, &str, &str)| {
        format!(r#"{{"_id":"{id}","type":"{kind}","message":"{message}","queue":"Billing {id}"}}"#)
    };
    let tags: Vec<String> = tags.iter().map(tag).collect();
    Reply::ok(&format!(r#"{{"data":[{}],"iconDetails":[],"status":"success","code":200}}"#, tags.join(",")))
}

const A: (&str, &str, &str) = ("a", "Missed call", "Neha Joshi");
const B: (&str, &str, &str) = ("b", "callback", "neha joshi");
const C: (&str, &str, &str) = ("c", "note", "ग्राहक");
const D: (&str, &str, &str) = ("d", "missed", "Ravi");

/// The first poll finds A and B, the second also C, the third also D.
fn one_by_one() -> FakeServer {
    FakeServer::answering(|_, earlier| {
        reply(match earlier {
            0 => &[A, B],
            1 => &[A, B, C],
            _ => &[A, B, C, D],
        })
    })
}

fn ids(events: &[Value]) -> Vec<&str> {
    let tags = events.iter().filter(|event| event["type"] == "tag");
    tags.map(|tag| tag["id"].as_str().unwrap()).collect()
}

#[test]
fn tags_and_watch_select_the_same_tags() {
    let server = FakeServer::answering(|_, _| reply(&[A, B, C, D]));
    let world = World::signed_in(&server);
    for (filter, selected) in [
        ("--kind missed", &["a", "d"][..]),
        ("--kind MISSED,back", &["a", "b", "d"]),
        ("--kind missed --kind note", &["a", "c", "d"]),
        ("--match neha", &["a", "b"]),
        ("--match Neha", &["a"]),
        ("--match ग्रा", &["c"]),
        ("--match billing.[cd]", &["c", "d"]),
        ("--kind missed --match neha", &["a"]),
        ("--kind missd", &[]),
        ("--match ^$", &[]),
    ] {
        let tags = world.run(&format!("tags --json --sort message {filter}")).ended_with(0);
        let tags: Vec<Value> = tags.json()["tags"].as_array().unwrap().clone();
        let mut shown: Vec<&str> = tags.iter().map(|tag| tag["id"].as_str().unwrap()).collect();
        shown.sort_unstable();
        assert_eq!(shown, selected, "tags {filter}");
        let line = format!("watch --json --only tags --until state --timeout 60s {filter}");
        let events = events(&world.run(&line).ended_with(0));
        assert_eq!(ids(&events), selected, "watch {filter}");
    }
}

#[test]
fn a_tag_that_is_left_out_is_neither_a_gap_nor_reported_later() {
    let server = one_by_one();
    let line = "watch --json --only tags --interval 2s --kind missed --until tag --timeout 60s";
    let ran = World::signed_in(&server).run(line).ended_with(0);
    let events = events(&ran);
    assert_eq!(types(&events), ["start", "state", "tag", "tag", "end"], "{ran}");
    assert_eq!(ids(&events), ["a", "d"], "{ran}");
    assert_eq!(events[1]["tags_repeat"], Value::Null, "{ran}");
    assert_eq!(ran.stderr, "");
}

#[test]
fn a_watch_ends_at_a_tag_of_the_kind_and_of_the_profile() {
    for (until, reported) in [
        ("tag", &["a", "b", "c"][..]),
        ("tag:note", &["a", "b", "c"]),
        ("tag:MISSED", &["a", "b", "c", "d"]),
        ("tag:missed@env", &["a", "b", "c", "d"]),
        ("tag@env", &["a", "b", "c"]),
    ] {
        let line = format!("watch --json --only tags --interval 2s --until {until} --timeout 60s");
        let events = events(&World::signed_in(&one_by_one()).run(&line).ended_with(0));
        assert_eq!(ids(&events), reported, "{until}");
        assert_eq!(events.last().unwrap()["reason"], "condition_met", "{until}");
    }
}

#[test]
fn a_command_runs_for_tags_of_the_kind_alone_whether_typed_or_configured() {
    for (config, typed) in [("", &["--on", "gap,tag:missed"][..]), ("watch.on = \"tag:missed\"\n", &[])] {
        let server = one_by_one();
        let world = World::signed_in(&server);
        std::fs::create_dir_all(world.config_folder()).unwrap();
        std::fs::write(world.config_folder().join("config.toml"), config).unwrap();
        let mut command = world.command(["watch", "--only", "tags", "--interval", "2s"]);
        command.args(["--until", "tag:missed", "--timeout", "60s", "--exec", "cat >> rang"]).args(typed);
        let _ = world.start(command).end().ended_with(0);
        let rang = std::fs::read_to_string(world.home().join("rang")).unwrap();
        let rang: Vec<Value> = rang.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(ids(&rang), ["d"], "{config}{typed:?}: what was there before does not ring");
    }
}

#[test]
fn a_kind_that_no_tag_has_is_noted_once_with_those_that_were_seen() {
    let seen = "seen: Missed call, callback\n";
    for (options, noted) in [
        ("--kind missd --until state", format!("note: so far, no tag has kind missd; {seen}")),
        ("--bell --on tag:missd --until tag:note", format!("note: so far, no tag has kind missd; {seen}")),
        ("--kind missd --bell --on tag:missd --until state", "kind missd; ".to_owned()),
        ("--kind missd,back --until state", String::new()),
        ("--match zzz --until state", String::new()),
    ] {
        let line = format!("watch --log --only tags --interval 2s {options} --timeout 60s");
        let ran = World::signed_in(&one_by_one()).run(&line).ended_with(0);
        let notes: String = ran.stderr.lines().filter(|line| line.contains("kind")).collect();
        assert_eq!(notes.is_empty(), noted.is_empty(), "{options}: {ran}");
        assert!(ran.stderr.contains(&noted), "{options}: {ran}");
        assert_eq!(notes.matches("missd").count(), usize::from(!noted.is_empty()), "{options}: {ran}");
    }
    // Where nothing was there at first, it is known at the end.
    let server = FakeServer::answering(|_, earlier| if earlier == 0 { reply(&[]) } else { reply(&[C]) });
    let line = "watch --json --only tags --interval 2s --bell --on tag:missd --until tag --timeout 60s";
    let ran = World::signed_in(&server).run(line).ended_with(0);
    assert!(ran.stderr.contains("note: no tag had kind missd; seen: note\n"), "{ran}");
}

#[test]
fn what_can_do_nothing_or_has_a_wrong_form_is_refused() {
    for (line, why) in [
        ("--kind missed --only breaks", "--kind requires tags to be followed: --only must include tags"),
        ("--match neha --only breaks,wrapups", "--match requires tags to be followed"),
        ("--until tag:missed --only breaks", "--until tag requires tags to be followed"),
        (
            "--bell --on tag:missed,break_started --only breaks",
            "--on tag:missed requires tags to be followed",
        ),
        ("--on tag:missed", "--on requires --bell, --notify or --exec"),
        ("--until tag:missed@nobody", "the profile \"nobody\" is not followed"),
        ("--until tag:", "a kind is missing after tag:, for example tag:missed"),
        ("--until tag:@asha", "a kind is missing after tag:"),
        ("--until break_started:lunch", "write break_started, or tag:KIND"),
        ("--bell --on tag:", "a kind is missing after tag:, for example tag:missed"),
        ("--bell --on break_started:lunch", "write break_started, or tag:KIND"),
        ("--bell --on tag:missed@asha", "write tag:missed without @asha"),
        ("--bell --on missed", "no event is called \"missed\""),
        ("--bell --on tag:missed,", "no event is called \"\""),
        ("--kind=", "a kind is missing"),
        ("--kind missed,", "a kind is missing"),
        ("--match=", "an expression is missing"),
        ("--match (", "unclosed group"),
    ] {
        let ran = World::new().run(&format!("watch --sandbox {line}")).ended_with(2);
        assert!(ran.stderr.contains(why), "{line}: {ran}");
        assert_eq!(ran.stdout, "", "{line}");
    }
    let world = World::new();
    std::fs::create_dir_all(world.config_folder()).unwrap();
    std::fs::write(world.config_folder().join("config.toml"), "watch.on = \"tag:\"\n").unwrap();
    let ran = world.run("watch --sandbox --bell").ended_with(2);
    assert!(ran.stderr.contains("watch.on: a kind is missing after tag:"), "{ran}");
}
