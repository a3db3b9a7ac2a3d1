//! The past of a sandbox: what `--since` shows of it, and that no journal has anything to do with it.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

use super::*;
use crate::support::InProcess;

/// At an afternoon in India, by a clock that stands still.
fn run(line: &str) -> Ran {
    InProcess::new().run(line).ended_with(0)
}

fn rows(document: &Value, key: &str) -> Vec<Value> {
    document[key].as_array().unwrap_or_else(|| panic!("{document}")).clone()
}

fn moment(value: &Value) -> Timestamp {
    value.as_str().unwrap_or_else(|| panic!("{value}")).parse().unwrap()
}

/// Lines of `journal export`, with the whole floor.
fn exported(since: &str) -> Vec<String> {
    let ran = run(&format!("journal export --sandbox -o ndjson --since {since}"));
    ran.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn an_agent_of_the_floor_is_named_by_its_id_too() {
    let export = |agent: &str| {
        run(&format!("journal export --sandbox --what tags --since 1h --json --agent {agent}")).stdout
    };
    let by_name = export("asha");
    assert!(by_name.contains("\"profile\":\"asha\""), "{by_name}");
    assert_eq!(export("1001"), by_name);
    assert_eq!(export("1001 --agent asha"), by_name);
    InProcess::new().run("journal export --sandbox --agent 9999").ended_with(2);
}

#[test]
fn tags_of_a_shift_have_those_of_the_last_hour_once() {
    let (hour, shift) = (ids(&run("tags --sandbox --json")), run("tags --sandbox --since 8h --json"));
    let all = ids(&shift);
    assert!(all.len() > 3 * hour.len() && hour.len() > 3, "{} {}", all.len(), hour.len());
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "nothing twice");
    assert!(hour.iter().all(|id| all.contains(id)), "{hour:?}");
    let document = shift.json();
    assert_eq!(
        document["coverage"][0]["covered_share"], 1.0,
        "the server repeats what an outage hid: {shift}"
    );
    assert_eq!(document["gaps"], Value::Array(vec![]), "{shift}");
    assert!(shift.stderr.contains("covered 06:30–14:30"), "{shift}");
    for tag in rows(&document, "tags") {
        assert!(moment(&document["since"]) <= moment(&tag["time"]), "{tag}");
    }
    InProcess::new().run("tags --sandbox --since 8h --require-coverage").ended_with(0);
    let other = run("tags --sandbox --since 8h --json --seed 2");
    assert_ne!(ids(&other), all);
}

#[test]
fn breaks_have_an_outage_a_day_of_some_minutes() {
    let ran = run("break-status --sandbox --profiles asha,ravi,dev --since 3d --json");
    let document = ran.json();
    let gaps = rows(&document, "gaps");
    let of_asha: Vec<_> = gaps.iter().filter(|gap| gap["profile"] == "asha").collect();
    assert!((2..=4).contains(&of_asha.len()), "{ran}");
    for gap in &of_asha {
        let minutes = moment(&gap["to"]).duration_since(moment(&gap["from"])).as_mins();
        assert!(gap["why"] == "outage" && (3..=13).contains(&minutes), "{gap}");
    }
    assert_eq!(gaps.len(), 3 * of_asha.len(), "of everybody at once");
    assert!(ran.stderr.contains(" but for ") && ran.stderr.contains(": no answer from the server"), "{ran}");
    let breaks = rows(&document, "break_status");
    let over = breaks.iter().filter(|row| row["until"].is_string()).count();
    assert!(over > 3 * 20, "{over}");
    InProcess::new().run("break-status --sandbox --since 3d --require-coverage").ended_with(3);
    // The sentence names each outage once for all.
    let [first, ..] = &of_asha[..] else { panic!("{ran}") };
    let line = format!("break-status --sandbox --since {} --require-coverage", first["to"].as_str().unwrap());
    let since_then = InProcess::new().run(&line).stderr;
    // One dash is that of the whole window.
    assert_eq!(since_then.matches('–').count(), of_asha.len(), "{since_then}");
    assert_eq!(since_then.matches("no answer from the server").count(), 1, "{since_then}");
}

#[test]
fn nothing_is_known_of_what_is_more_than_eight_days_ago() {
    let ran = run("tags --sandbox --since 10d --profile dev --json");
    let gaps = rows(&ran.json(), "gaps");
    assert_eq!(gaps.len(), 1, "{ran}");
    assert_eq!(
        (&gaps[0]["from"], &gaps[0]["why"]),
        (&ran.json()["since"], &Value::from("not_running")),
        "{ran}"
    );
    let hours = moment(&gaps[0]["to"]).duration_since(moment(&gaps[0]["from"])).as_hours();
    assert!((47..=48).contains(&hours), "{ran}");
    InProcess::new().run("tags --sandbox --since 10d --profile dev --require-coverage").ended_with(3);
}

#[test]
fn a_later_window_is_the_end_of_an_earlier_one() {
    let (short, long) = (exported("2h"), exported("5h"));
    assert!(short.len() > 500 && long.len() > 2 * short.len(), "{} {}", short.len(), long.len());
    assert_eq!(short, long[long.len() - short.len()..]);
    let kinds: BTreeSet<String> = long
        .iter()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["type"].as_str().unwrap().to_owned())
        .collect();
    for kind in ["tag", "break_started", "break_ended", "wrapup_started", "wrapup_ended"] {
        assert!(kinds.contains(kind), "{kinds:?}");
    }
}

#[test]
fn each_export_shows_the_chosen_agents() {
    for (what, key) in
        [("events", "events"), ("intervals", "intervals"), ("tags", "tags"), ("coverage", "coverage")]
    {
        let line =
            format!("journal export --sandbox --what {what} --since 26h --agent asha --agent ravi --json");
        let ran = run(&line);
        let rows = rows(&ran.json(), key);
        let names: BTreeSet<_> = rows.iter().map(|row| row["profile"].as_str().unwrap().to_owned()).collect();
        assert_eq!(names.into_iter().collect::<Vec<_>>(), ["asha", "ravi"], "{what}");
        if what == "events" {
            let of = |kind: &str| {
                rows.iter().filter(|row| row["type"] == kind && row["profile"] == "asha").count()
            };
            let outages = of("connection_lost");
            assert!((1..=2).contains(&outages), "one each day: {outages}");
            assert_eq!(of("connection_restored"), outages);
        }
    }
    let ran = InProcess::new().run("journal export --sandbox --agent ahsa").ended_with(2);
    assert!(ran.stderr.contains("did you mean `asha`?"), "{ran}");
    InProcess::new().run("journal export --seed 2").ended_with(2);
}

#[test]
fn a_watch_shows_the_past_and_then_the_present_and_nothing_twice() {
    let world = World::new();
    let line = "watch --sandbox --profiles asha,ravi --since 3h --json --until state@ravi";
    let ran = world.run(line).ended_with(0);
    let events: Vec<Value> = ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let began = moment(&events[0]["at"]);
    let past: Vec<_> = events[1..].iter().take_while(|event| moment(&event["at"]) <= began).collect();
    assert!(past.len() > 100, "{}", past.len());
    assert!(past.windows(2).all(|pair| moment(&pair[0]["at"]) <= moment(&pair[1]["at"])), "in order");
    assert!(past.iter().any(|event| event["type"] == "break_ended" || event["type"] == "wrapup_ended"));
    let tags: Vec<_> = events.iter().filter(|event| event["type"] == "tag").collect();
    let ids: BTreeSet<_> = tags.iter().map(|tag| tag["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), tags.len(), "{ran}");
    // All of the last hour is known by the time of the first answer, but for what has just come.
    let fresh = tags.iter().filter(|tag| moment(&tag["at"]) > began).count();
    assert!(fresh < 5, "{ran}");
}

#[test]
fn no_journal_is_opened_read_or_made() {
    let server = FakeServer::always(NO_TAGS);
    let world = recording(&server);
    world.run("tags").ended_with(0);
    let before: Vec<_> = everything_below(world.home().to_path_buf())
        .into_iter()
        .map(|path| (fs::read(&path).ok(), path))
        .collect();
    for line in [
        "tags --since 8h",
        "break-status --all --since 8h --require-coverage",
        "watch --since 1h --json --until start",
        "status",
        "wrapup",
    ] {
        let calls = world.home().join("calls");
        let program = world.command(["--sandbox"].into_iter().chain(line.split(' ')));
        let mut strace = Command::new("strace");
        strace.args(["-f", "-qq", "-e", "trace=%file", "-o"]).arg(&calls);
        strace.arg(program.get_program()).args(program.get_args()).env_clear().current_dir(world.home());
        strace.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let output = strace.output().unwrap();
        assert!(matches!(output.status.code(), Some(0 | 3)), "{line}: {output:?}");
        let touched = fs::read_to_string(&calls).unwrap();
        assert!(touched.contains("config.toml"), "{touched}");
        assert!(!touched.contains("journal.db"), "{line}: {touched}");
        fs::remove_file(calls).unwrap();
    }
    let unusable = world.with("DEEPCALL_JOURNAL", "/dev/null/nowhere/journal.db");
    let ran = unusable.run("--sandbox tags --since 8h").ended_with(0);
    assert!(ran.stderr.starts_with("note: covered "), "{ran}");
    let ran = unusable.run("journal export --sandbox --since 1h --agent asha").ended_with(0);
    assert_eq!(ran.stderr, "", "{ran}");
    let after: Vec<_> = everything_below(unusable.home().to_path_buf())
        .into_iter()
        .map(|path| (fs::read(&path).ok(), path))
        .collect();
    assert_eq!(before, after);
}

#[test]
fn what_is_about_the_file_refuses_a_sandbox_and_says_why() {
    let world = World::new();
    for line in ["on", "off", "status", "path", "verify", "prune", "forget asha"]
        .map(|line| format!("journal {line}"))
    {
        for line in [format!("--sandbox {line}"), format!("{line} --sandbox")] {
            let ran = world.run(&line).ended_with(2);
            assert!(ran.stderr.contains("the past of a sandbox is in no file"), "{line}: {ran}");
        }
    }
    let ran = world.run("--sandbox record").ended_with(2);
    assert!(ran.stderr.contains("the past of a sandbox is in no file"), "{ran}");
    for line in ["tags --sandbox --new mail", "watch --sandbox --record"] {
        world.run(line).ended_with(2);
    }
    assert!(!journal(&world).exists());
    assert_eq!(everything_below(world.home().join(".config")), Vec::<PathBuf>::new());
}
