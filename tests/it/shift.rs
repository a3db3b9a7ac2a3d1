//! `deepcall shift` by the whole program: the past of a sandbox under a clock that stands still, and a person's own journal.

mod figures;
mod files;
mod floors;
mod formats;
mod windows;
mod written;

use serde_json::Value;

use crate::support::{InProcess, Ran};

/// At an afternoon in India, by a clock that stands still.
fn run(line: &str) -> Ran {
    InProcess::new().with("NO_COLOR", "1").run(line).ended_with(0)
}

/// The same with a config file.
fn configured(text: &str) -> InProcess {
    let world = InProcess::new().with("NO_COLOR", "1");
    for (key, value) in text.lines().filter_map(|line| line.trim().split_once(" = ")) {
        world.run_words(["config", "set", key, value]).ended_with(0);
    }
    world
}

/// The hours of a house.
const HOUSE: &str = "
    shift.start = 9:00
    shift.end = 18:00
    shift.allowance.tea = 2x15m
    shift.allowance.total = 75m
    alert.break = 15m
    alert.break.lunch = 45m
";

fn rows<'d>(document: &'d Value, key: &str) -> &'d [Value] {
    document[key].as_array().unwrap_or_else(|| panic!("{key} of {document}"))
}

fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("{value}"))
}
