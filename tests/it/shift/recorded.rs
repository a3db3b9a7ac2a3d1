//! A sandbox that is recorded over the wire: the report of it, and what the sandbox says.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use crate::sandbox::serve_profiles;
use crate::shift::{number, rows};
use crate::support::World;

fn moment(value: &Value) -> Option<Timestamp> {
    value.as_str().map(|text| text.parse().unwrap())
}

/// Who is on break, why and since when.
fn on_break(world: &World) -> BTreeMap<String, (Value, Timestamp)> {
    let document = world.run("break-status --all --poll --json").ended_with(0).json();
    let now = rows(&document, "break_status").iter().filter(|row| row["on_break"] == true);
    let of = |row: &Value| {
        (row["profile"].as_str().unwrap().to_owned(), (row["reason"].clone(), moment(&row["since"]).unwrap()))
    };
    now.map(of).collect()
}

#[test]
fn what_the_sandbox_says_is_within_the_bounds_of_the_report() {
    let server = World::new();
    let (_served, line) = serve_profiles(&server, "--profiles floor --agents 30");
    let folder = line.trim_end().strip_prefix("export DEEPCALL_CONFIG_DIR=").unwrap();
    let world = World::new().with("DEEPCALL_CONFIG_DIR", folder);
    let before = on_break(&world);
    world.run("record --all --interval 2s --timeout 7s").ended_with(124);
    let after = on_break(&world);
    let tags = world.run("tags --all --poll --json").ended_with(0).json();
    let document = world.run("shift --since 30m --timezone UTC --json").ended_with(0).json();
    let agents = rows(&document, "agents");
    assert_eq!(agents.len(), 30);
    let [since, until] = ["since", "until"].map(|key| moment(&document[key]).unwrap());
    let mut compared = 0;
    for agent in agents {
        let name = agent["profile"].as_str().unwrap();
        assert!(number(&agent["covered_seconds"]) >= 2, "{agent}");
        let bounds =
            ["break_seconds_min", "break_seconds", "break_seconds_max"].map(|key| number(&agent[key]));
        assert!(bounds.is_sorted(), "{agent}");
        match (before.get(name), after.get(name)) {
            // It went on all the time.
            (Some(one), Some(other)) if one == other => {
                let last = rows(agent, "timeline").iter().rfind(|piece| piece["state"] == "break");
                let last = moment(&last.unwrap_or_else(|| panic!("{agent}"))["to"]).unwrap();
                let truth = last.duration_since(one.1.max(since)).as_secs();
                assert_eq!(number(&agent["breaks"]), 1, "{agent}");
                assert_eq!(rows(agent, "by_reason")[0]["reason"], one.0);
                assert!(bounds[0] <= truth + 1 && truth <= bounds[2] + 1, "{truth} s: {agent}");
                assert!(bounds[2] <= until.duration_since(one.1.max(since)).as_secs() + 91, "{agent}");
                compared += 1;
            }
            (None, None) => assert_eq!((number(&agent["breaks"]), bounds[2]), (0, 0), "{agent}"),
            _ => {}
        }
        let mut kinds = BTreeMap::new();
        for tag in rows(&tags, "tags") {
            let is_inside = moment(&tag["time"]).is_some_and(|time| since <= time && time < until);
            if tag["profile"] == *name && is_inside {
                *kinds.entry(tag["kind"].as_str().unwrap().to_owned()).or_insert(0) += 1;
            }
        }
        let counted = agent["tags_by_kind"].as_object().unwrap().iter();
        let counted: BTreeMap<String, i64> =
            counted.map(|(kind, count)| (kind.clone(), number(count))).collect();
        assert_eq!(counted, kinds, "{agent}");
    }
    assert!(compared > 0, "of 30 agents somebody is on break: {before:?}");
}
