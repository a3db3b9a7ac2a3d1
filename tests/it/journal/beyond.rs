//! Beyond the hour: what was received before and one fresh answer as one list, and what of it may be missing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::commands::asha_and_ravi;
use super::*;
use crate::support::{EXPIRED, NOT_ON_BREAK, ON_BREAK, Reply};

#[test]
fn what_the_server_hands_out_once_is_still_in_the_list_later() {
    let server = once(&[&[tag("m1", "missed", 5)], &[tag("m2", "missed", 4)]]);
    let world = recording(&server);
    assert_eq!(ids(&world.run("tags --json").ended_with(0)), ["m1"]);
    // Both what is read to record the answer, which is the last day, and more.
    for since in ["8h", "3d"] {
        assert_eq!(ids(&world.run(&format!("tags --since {since} --json")).ended_with(0)), ["m1", "m2"]);
    }
    assert_eq!(ids(&world.run("tags --since 8h --until 4m30s --json").ended_with(0)), ["m1"]);
    assert_eq!(ids(&world.run("tags --since 3m --json").ended_with(0)), [""; 0]);
}

#[test]
fn a_notification_is_listed_once_in_its_latest_state() {
    let ringing = tag("m1", "incoming", 5).replace("of m1", "ringing");
    let answered = tag("m1", "incoming", 5).replace("of m1", "answered");
    let server = FakeServer::in_turn([reply(&[ringing]), reply(&[answered]), NO_TAGS.to_owned()]);
    let world = recording(&server);
    for _ in 0..2 {
        world.run("tags").ended_with(0);
    }
    let ran = world.run("tags --since 8h --json").ended_with(0);
    assert_eq!(ids(&ran), ["m1"]);
    assert_eq!(ran.json()["tags"][0]["message"], "answered", "{ran}");
}

#[test]
fn a_list_says_what_of_its_window_was_recorded() {
    let server = FakeServer::always(reply(&[tag("m1", "missed", 5)]));
    let world = recording(&server);
    // One answer does not show that the server repeats the last hour; two do.
    world.run("tags").ended_with(0);
    let ran = world.run("tags --since 8h --json").ended_with(0);
    let document = ran.json();
    let share = document["coverage"][0]["covered_share"].as_f64().unwrap();
    assert!(share > 0.0 && share < 0.2, "the hour that the server repeats at most: {ran}");
    assert_eq!(document["coverage"][0]["profile"], "env");
    assert_eq!(document["gaps"][0]["why"], "not_running", "{ran}");
    assert_eq!(document["gaps"][0]["from"], document["since"], "{ran}");
    assert!(ran.stderr.contains(" but for ") && ran.stderr.contains("(deepcall did not record)"), "{ran}");
    world.run("tags --since 8h --require-coverage").ended_with(3);
    // A server that never answers twice alike has shown nothing: only a moment is covered by then.
    world.run("tags --since 0m --require-coverage").ended_with(0);
}

#[test]
fn without_a_journal_nothing_is_claimed() {
    let server = FakeServer::always(reply(&[tag("m1", "missed", 5)]));
    let world = World::signed_in(&server);
    let ran = world.run("tags --since 8h --json").ended_with(0);
    for key in ["coverage", "gaps"] {
        assert_eq!(ran.json().get(key), Some(&serde_json::Value::Null), "{ran}");
    }
    assert!(ran.stderr.contains("DeepCall documents only the last hour"), "{ran}");
    world.run("tags --require-coverage").ended_with(3);
    let ran =
        World::signed_in(&FakeServer::always(ON_BREAK)).run("break-status --since 8h --json").ended_with(0);
    assert_eq!(ran.json()["break_status"].as_array().map(Vec::len), Some(1), "{ran}");
    assert_eq!(ran.json().get("coverage"), Some(&serde_json::Value::Null), "{ran}");
}

#[test]
fn a_break_of_a_former_agent_is_not_called_one_of_the_present_agent() {
    let server = FakeServer::answering(|_, earlier| {
        let (on_break, agent) = if earlier < 2 { (1, 13) } else { (0, 14) };
        let data =
            format!(r#"{{"on_break":{on_break},"breakDetail":{{"reason":"Lunch"}},"agent_id":{agent}}}"#);
        Reply::ok(&format!(r#"{{"status":"success","data":{data}}}"#))
    });
    let world = recording(&server);
    world.run("watch --json --only breaks --interval 2s --until agent_changed --timeout 60s").ended_with(0);
    let ran = world.run("break-status --since 1h --json").ended_with(0);
    let rows = ran.json()["break_status"].as_array().unwrap().clone();
    let [lunch] = rows.as_slice() else { panic!("{ran}") };
    assert_eq!((&lunch["reason"], &lunch["agent_id"]), (&"Lunch".into(), &serde_json::Value::Null), "{ran}");
}

#[test]
fn breaks_that_are_over_are_listed_with_their_end() {
    let server = FakeServer::in_turn([ON_BREAK, NOT_ON_BREAK, ON_BREAK]);
    let world = recording(&server);
    for _ in 0..2 {
        world.run("break-status").ended_with(0);
    }
    let ran = world.run("break-status --since 8h --json").ended_with(0);
    let document = ran.json();
    let breaks = document["break_status"].as_array().unwrap();
    assert_eq!(breaks.len(), 2, "{ran}");
    assert_eq!(breaks[0]["on_break"], true, "the present one comes first: {ran}");
    assert_eq!(breaks[0]["until"], serde_json::Value::Null, "{ran}");
    assert_eq!(breaks[1]["on_break"], false, "{ran}");
    assert_eq!(breaks[1]["reason"], "Lunch", "{ran}");
    assert!(breaks[1]["until"].is_string() && breaks[1]["since"].is_string(), "{ran}");
    assert!(document["gaps"].as_array().is_some_and(|gaps| !gaps.is_empty()), "{ran}");
    let now = world.run("break-status --json").ended_with(0);
    assert_eq!(now.json()["until"], serde_json::Value::Null);
    world.run("break-status --since 8h --require-coverage").ended_with(3);
    world.run("break-status --require-coverage").ended_with(2);
}

#[test]
fn nothing_and_very_much_are_listed_alike_in_every_format() {
    let many: Vec<String> = (0..20_000).map(|number| tag(&format!("m{number}"), "missed", 5)).collect();
    let server = FakeServer::in_turn([NO_TAGS.to_owned(), reply(&many), NO_TAGS.to_owned()]);
    let world = recording(&server);
    for count in [0, 20_000, 20_000] {
        assert_eq!(ids(&world.run("tags --since 8h --json").ended_with(0)).len(), count);
    }
    let lines = |line: &str| world.run(line).ended_with(0).stdout.lines().count();
    assert_eq!(lines("journal export --what tags -o csv"), 20_001);
    assert_eq!(lines("journal export --what tags -o ndjson"), 20_000);
    assert_eq!(lines("journal export --what events -o ndjson"), 20_000);
    assert_eq!(lines("journal export --what events -o csv"), 20_001);
    let document = world.run("journal export --json").ended_with(0).json();
    assert_eq!(document["events"].as_array().unwrap().len(), 20_000);
    assert_eq!(lines("tags --since 8h -o csv"), 20_001);
    world.run("journal verify").ended_with(0);
}

#[test]
fn what_was_recorded_is_listed_even_if_the_server_does_not_answer() {
    let replies = ["a1", "r1"].map(|id| reply(&[tag(id, "missed", 5)]));
    let server = FakeServer::answering(move |request, earlier| {
        let is_of_asha = request.body.contains("asha");
        if is_of_asha && earlier >= 2 {
            EXPIRED.to_owned()
        } else {
            replies[usize::from(!is_of_asha)].clone()
        }
    });
    let world = asha_and_ravi(&server);
    world.run("journal on").ended_with(0);
    world.run("tags --all").ended_with(0);
    let cases: [(&str, i32, &[&str]); 2] = [
        ("tags --all --since 8h --json", 1, &["a1", "r1"]),
        ("tags --profile asha --since 8h --json", 4, &["a1"]),
    ];
    for (line, code, expected) in cases {
        let ran = world.run(line).ended_with(code);
        assert_eq!(ids(&ran), expected, "{ran}");
        let document = ran.json();
        let failures = document["failures"].as_array().unwrap();
        assert_eq!((failures.len(), &failures[0]["profile"]), (1, &"asha".into()), "{ran}");
        assert!(failures[0]["hint"].as_str().unwrap().contains("deepcall login"), "{ran}");
        // What passed since the last answer is a hole.
        let gaps = document["gaps"].as_array().unwrap();
        assert!(gaps.iter().any(|gap| gap["profile"] == "asha"), "{ran}");
    }
    let ran = world.run("tags --profile asha --since 8h").ended_with(4);
    assert!(ran.stdout.contains("of a1") && ran.stderr.contains("expired"), "{ran}");
    // Without a window that has something, only the failure is left.
    world.run("tags --profile asha --since 1m --json").ended_with(4);
}

#[test]
fn breaks_that_were_recorded_are_listed_even_if_the_server_does_not_answer() {
    // Of asha, a break that is over, and one that went on at the last answer.
    let is_down = Arc::new(AtomicBool::new(false));
    let is_away = Arc::clone(&is_down);
    let server =
        FakeServer::answering(move |request, earlier| match (request.body.contains("asha"), earlier) {
            _ if is_away.load(Ordering::SeqCst) => Reply::Reset(vec![]),
            (true, 6..) => Reply::ok(EXPIRED),
            (true, 2..4) => Reply::ok(NOT_ON_BREAK),
            _ => Reply::ok(ON_BREAK),
        });
    let world = asha_and_ravi(&server);
    world.run("journal on").ended_with(0);
    for _ in 0..3 {
        world.run("break-status --all").ended_with(0);
    }
    let of_asha = |ran: &Ran, key: &str| -> Vec<serde_json::Value> {
        let rows = ran.json()[key].as_array().unwrap().clone();
        rows.into_iter().filter(|row| row["profile"] == "asha").collect()
    };
    let check = |ran: &Ran| {
        let breaks = of_asha(ran, "break_status");
        let states: Vec<_> = breaks.iter().map(|row| (&row["on_break"], row["until"].is_string())).collect();
        assert_eq!(states.len(), 2, "{ran}");
        assert!(states.contains(&(&false.into(), true)), "{ran}");
        assert!(
            states.contains(&(&serde_json::Value::Null, false)),
            "whether it goes on is not known: {ran}"
        );
        assert!(breaks.iter().all(|row| row["until_min"].is_string() && row["reason"] == "Lunch"), "{ran}");
        assert_eq!(of_asha(ran, "coverage").len(), 1, "{ran}");
        assert!(!of_asha(ran, "gaps").is_empty(), "{ran}");
        assert_eq!(of_asha(ran, "failures").len(), 1, "{ran}");
        assert!(!ran.stderr.contains("journal on"), "{ran}");
    };
    let ran = world.run("break-status --all --since 8h --json").ended_with(1);
    check(&ran);
    assert_eq!(ran.json()["break_status"][0]["profile"], "ravi", "whoever is on break comes first: {ran}");
    let ran = world.run("break-status --profile asha --since 8h --json").ended_with(4);
    check(&ran);
    assert!(ran.json()["failures"][0]["hint"].as_str().unwrap().contains("deepcall login"), "{ran}");
    let ran = world.run("break-status --profile asha --since 8h").ended_with(4);
    assert!(ran.stdout.contains("Lunch") && ran.stderr.contains("expired"), "{ran}");

    is_down.store(true, Ordering::SeqCst);
    let ran = world.run("break-status --all --since 8h --retries 0 --json").ended_with(5);
    check(&ran);
    assert_eq!(ran.json()["break_status"].as_array().map(Vec::len), Some(3), "{ran}");
    // Without an answer in the window, only the failures are left.
    for line in ["break-status --all --since 0m", "tags --all --since 2h --until 90m"] {
        let ran = world.run(&format!("{line} --retries 0 --json")).ended_with(5);
        assert_eq!(ran.json()["coverage"], serde_json::Value::Null, "{ran}");
        assert!(!ran.stderr.contains("journal on"), "{ran}");
    }
}

#[test]
fn what_was_recorded_is_listed_even_if_the_profile_has_no_session() {
    let server = FakeServer::answering(|request, _| match &request.path {
        path if path.contains("tags") => reply(&[tag("m1", "missed", 5)]),
        _ => ON_BREAK.to_owned(),
    });
    let world = asha_and_ravi(&server);
    world.run("journal on").ended_with(0);
    for command in ["tags", "break-status"] {
        world.run(&format!("{command} --all")).ended_with(0);
    }
    fs::remove_dir_all(world.home().join(".local/share/deepcall/sessions")).unwrap();
    let arrived = server.arrivals().len();
    for (line, key) in [("tags --since 8h", "tags"), ("break-status --since 8h", "break_status")] {
        let ran = world.run(&format!("{line} --profile asha --json")).ended_with(4);
        let document = ran.json();
        assert_eq!(document[key].as_array().map(Vec::len), Some(1), "{ran}");
        assert_eq!(document[key][0]["profile"], "asha", "{ran}");
        assert_eq!(document["failures"][0]["profile"], "asha", "{ran}");
        assert!(document["failures"][0]["hint"].as_str().unwrap().contains("deepcall login"), "{ran}");
        assert_eq!(document["gaps"].as_array().unwrap().last().unwrap()["why"], "not_running", "{ran}");
        let ran = world.run(&format!("{line} --all --json")).ended_with(4);
        assert_eq!(ran.json()[key].as_array().map(Vec::len), Some(2), "{ran}");
        assert_eq!(ran.json()["failures"].as_array().map(Vec::len), Some(2), "{ran}");
    }
    let ran = world.run("tags --profile asha --since 8h").ended_with(4);
    assert!(ran.stdout.contains("of m1") && ran.stderr.contains("deepcall login"), "{ran}");
    assert_eq!(server.arrivals().len(), arrived, "nobody can be asked");
    // What nothing was recorded of has the failure alone.
    let ran = world.run("tags --profile asha --since 1m").ended_with(4);
    assert_eq!(ran.stdout, "", "{ran}");
}

#[test]
fn whom_the_journal_does_not_hold_the_note_about_breaks_names_what_records() {
    let server = FakeServer::always(ON_BREAK);
    let world = asha_and_ravi(&server);
    world.run("tags --profile asha --new mail").ended_with(0);
    let ran = world.run("break-status --profile ravi --since 8h").ended_with(0);
    assert!(ran.stderr.contains("the journal holds none of these profiles"), "{ran}");
    assert!(!ran.stderr.contains("without a journal"), "{ran}");
}

#[test]
fn a_watch_from_before_the_journal_notes_what_is_not_covered() {
    let server = FakeServer::always(reply(&[tag("m1", "missed", 5)]));
    let world = recording(&server);
    for _ in 0..2 {
        world.run("tags").ended_with(0);
    }
    let watch = |line: &str| world.run(&format!("watch --only tags --until state --timeout 30s {line}"));
    let notes = |ran: &Ran| ran.stderr.lines().filter(|line| line.starts_with("note: covered ")).count();
    let ran = watch("--since 12h --json").ended_with(0);
    assert_eq!(notes(&ran), 1, "{ran}");
    assert!(ran.stderr.contains(" but for ") && ran.stderr.contains("(deepcall did not record)"), "{ran}");
    assert_eq!(notes(&watch("--since 12h --output lines").ended_with(0)), 1);
    // What the server shows needs no word, and who wants none gets none.
    for line in ["--since 30m --json", "--json", "--since 12h --json --quiet"] {
        let ran = watch(line).ended_with(0);
        assert_eq!(notes(&ran), 0, "{line}: {ran}");
    }
}

#[test]
fn a_watch_without_a_journal_notes_that_the_server_shows_an_hour() {
    let server = FakeServer::always(reply(&[tag("m1", "missed", 5)]));
    let world = World::signed_in(&server);
    let notes = |line: &str| {
        let ran = world.run(&format!("watch --only tags --until state --timeout 30s --json {line}"));
        ran.ended_with(0).stderr.matches("only the last hour").count()
    };
    for (line, expected) in [
        ("--since 12h", 1),
        ("--since 30m", 0),
        ("", 0),
        ("--since 12h --quiet", 0),
        ("--since 12h --record", 0),
    ] {
        assert_eq!(notes(line), expected, "{line}");
    }
    // A journal that is there, and that nobody is to read or write.
    world.run("config set journal.record false").ended_with(0);
    assert_eq!(notes("--since 12h"), 1);
}
