//! The figures of a document: that they agree with each other, and with what the sandbox shows elsewhere.

use jiff::Timestamp;
use serde_json::Value;

use crate::shift::{HOUSE, configured, number, rows, run};

fn moment(value: &Value) -> Timestamp {
    value.as_str().unwrap_or_else(|| panic!("{value}")).parse().unwrap()
}

fn sum(of: &[Value], key: &str) -> i64 {
    of.iter().filter(|row| !row[key].is_null()).map(|row| number(&row[key])).sum()
}

#[test]
fn of_one_agent_a_note_says_that_what_others_called_does_not_count() {
    let open = |line: &str| {
        let ran = configured(HOUSE).run(line).ended_with(0);
        let document = ran.json();
        let asha = rows(&document, "agents").iter().find(|agent| agent["profile"] == "asha").unwrap().clone();
        (
            number(&asha["missed_not_called_back"]),
            ran.stderr.contains("NOT CALLED counts customers whom none of these agents called"),
        )
    };
    let (of_all, is_noted) = open("shift --sandbox --json");
    assert!(!is_noted);
    let (alone, is_noted) = open("shift --sandbox -p asha --json");
    assert!(is_noted && alone > of_all, "{alone} {of_all}");
}

#[test]
fn the_document_has_the_keys_of_its_schema_and_no_others() {
    let document = configured(HOUSE).run("shift --sandbox --agents 2 --json").ended_with(0).json();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let order = ["since", "until", "zone", "agents", "total", "failures"];
    assert!(
        keys(&document).iter().all(|key| order.contains(&key.as_str()))
            && keys(&document).len() == order.len()
    );
    let schema = run("schema shift").json();
    let row = &schema["$defs"]["row"]["properties"];
    let mut expected: Vec<String> = keys(row);
    for agent in rows(&document, "agents") {
        let mut found = keys(agent);
        found.sort();
        expected.sort();
        assert_eq!(found, expected);
    }
    let mut total = keys(&document["total"]);
    let mut expected = keys(&schema["properties"]["total"]["properties"]);
    total.sort();
    expected.sort();
    assert_eq!(total, expected);
}

#[test]
fn parts_add_up_to_wholes() {
    let document = configured(HOUSE).run("shift --sandbox --agents 5 --json").ended_with(0).json();
    let (agents, total) = (rows(&document, "agents"), &document["total"]);
    assert_eq!(agents.len(), 5);
    for agent in agents {
        let reasons = rows(agent, "by_reason");
        let [breaks, seconds, min, max] =
            ["breaks", "break_seconds", "break_seconds_min", "break_seconds_max"]
                .map(|key| number(&agent[key]));
        assert_eq!(sum(reasons, "seconds"), seconds, "{agent}");
        assert_eq!(sum(reasons, "count"), breaks, "{agent}");
        assert!(min <= seconds && seconds <= max && max <= 9 * 3600, "{agent}");
        assert_eq!(
            number(&agent["allowance_seconds"]) - seconds,
            number(&agent["balance_seconds"]),
            "{agent}"
        );
        for reason in reasons.iter().filter(|it| !it["allowance_seconds"].is_null()) {
            let over = number(&reason["seconds"]) - number(&reason["allowance_seconds"]);
            assert_eq!(number(&reason["over_seconds"]), over.max(0), "{reason}");
        }
        // The pieces fill the window, one after the other.
        let timeline = rows(agent, "timeline");
        assert_eq!(timeline[0]["from"], document["since"]);
        assert_eq!(timeline[timeline.len() - 1]["to"], document["until"]);
        assert!(timeline.windows(2).all(|pair| pair[0]["to"] == pair[1]["from"]), "{agent}");
        let gaps: i64 = rows(agent, "gaps")
            .iter()
            .map(|gap| moment(&gap["to"]).duration_since(moment(&gap["from"])).as_secs())
            .sum();
        assert_eq!(number(&agent["covered_seconds"]) + gaps, 9 * 3600, "{agent}");
    }
    for key in [
        "covered_seconds",
        "breaks",
        "break_seconds",
        "break_seconds_min",
        "break_seconds_max",
        "allowance_seconds",
        "balance_seconds",
        "over_limit_count",
        "over_limit_seconds",
        "wrapups",
        "missed_customers",
        "missed_not_called_back",
    ] {
        assert_eq!(number(&total[key]), sum(agents, key), "{key}");
    }
    let over: Vec<i64> = agents.iter().map(|agent| number(&agent["over_limit_seconds"])).collect();
    assert!(over.is_sorted_by(|one, other| one >= other) && over[0] > 0, "{over:?}");
}

/// Two commands read one journal in different ways.
#[test]
fn breaks_and_notifications_are_those_of_the_other_commands() {
    let window = "--since 2026-11-22T09:00:00+05:30 --until 2026-11-22T18:00:00+05:30 --profile asha";
    let shift = run(&format!("shift --sandbox --json {window}")).json();
    let [agent] = rows(&shift, "agents") else { panic!("{shift}") };
    let tags = run(&format!("tags --sandbox --json {window}")).json();
    let listed = rows(&tags, "tags");
    let by_kind = agent["tags_by_kind"].as_object().unwrap();
    assert_eq!(by_kind.values().map(number).sum::<i64>(), i64::try_from(listed.len()).unwrap());
    for (kind, count) in by_kind {
        let of_kind = listed.iter().filter(|tag| tag["kind"] == **kind).count();
        assert_eq!(number(count), i64::try_from(of_kind).unwrap(), "{kind}");
    }
    let intervals = run("journal export --sandbox --what intervals --json --agent asha --since 2026-11-22T09:00:00+05:30 --until 2026-11-22T18:00:00+05:30").json();
    let of = |what: &str| rows(&intervals, "intervals").iter().filter(|row| row["what"] == what).count();
    assert_eq!(number(&agent["breaks"]), i64::try_from(of("break")).unwrap());
    assert_eq!(number(&agent["wrapups"]), i64::try_from(of("wrapup")).unwrap());
}

#[test]
fn no_key_is_about_what_nobody_saw() {
    let text = run("shift --sandbox --agents 2 --json").stdout;
    for word in
        ["login", "sign_in", "talk", "hold", "handle", "idle", "available", "occupancy", "service_level"]
    {
        assert!(!text.contains(word), "{word}");
    }
    let explained = run("explain shift").stdout;
    for words in
        ["staffed time", "hold", "handle time", "idle", "occupancy", "roster", "service level", "Agent/live"]
    {
        assert!(explained.contains(words), "{words}: {explained}");
    }
}
