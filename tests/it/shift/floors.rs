//! Floors that no sandbox has: a night on which the clocks change with all that leaves a figure open and every script in the
//! names, and 200 agents for a day. Each figure is in every format.

use serde_json::Value;

use crate::shift::files::{a_page_has_the_cells_of_the_table, a_workbook_has_the_figures};
use crate::shift::formats::rows_have_the_figures;
use crate::shift::written::Written;
use crate::shift::{number, rows};
use crate::support::{InProcess, World};

const MINUTE: i64 = 60;
const HOUR: i64 = 3600;

const NIGHT: &str = "shift --timezone Europe/Berlin --since 2026-10-24T22:00 --until 2026-10-25T06:00";

const NAMES: [&str; 6] =
    ["தமிழ் செல்வி", "عائشة", "<script>alert(1)</script>", "=cmd|'/C calc'!A0", "O'Brien & Söhne", "nobody"];

/// A night shift of nine hours, because the clocks go back an hour.
fn night() -> (InProcess, World) {
    let written = Written::from("2026-10-24T20:00:00Z");
    let [tamil, arabic, script, formula, other, nobody] = NAMES;
    written
        .agent(tamil, "1001")
        .answered(-600, 10 * HOUR)
        // Over midnight; and in the hour that the clocks show twice.
        .on_break("Tea", Some(110 * MINUTE), 110 * MINUTE + 4, Some(140 * MINUTE))
        .in_wrapup("c1", 3 * HOUR, 3 * HOUR + 70)
        .on_break("Lunch", Some(290 * MINUTE), 290 * MINUTE + 3, Some(310 * MINUTE))
        .in_wrapup("c2", 6 * HOUR, 6 * HOUR + 90);
    written
        .agent(arabic, "+919876543210")
        // Whether the break went on in the hole, nobody knows.
        .answered(0, 2 * HOUR)
        .answered(3 * HOUR, 9 * HOUR)
        .on_break("استراحة", None, 110 * MINUTE, Some(3 * HOUR));
    written.agent(script, "1003").answered(0, 8 * HOUR).on_break(
        "<b>Tea</b>",
        Some(460 * MINUTE),
        460 * MINUTE + 5,
        None,
    );
    written
        .agent(formula, "=1004")
        .answered(0, 9 * HOUR)
        .on_break("=1+1", Some(HOUR), HOUR + 5, Some(2 * HOUR))
        .notified(HOUR, "missed", "919876543210")
        .notified(2 * HOUR, "Missed", "919876500000")
        .notified(3 * HOUR, "outgoing", "09876543210")
        .notified(4 * HOUR, "=2+2", "919876543210")
        .notified(5 * HOUR, "callback", "919876500000");
    written
        .agent(other, "1005")
        .answered(-HOUR, 9 * HOUR)
        .on_break("Tea", Some(-30 * MINUTE), -30 * MINUTE + 2, Some(20 * MINUTE))
        .in_wrapup("c3", 9 * HOUR - 60, 9 * HOUR + 60);
    written.agent(nobody, "");
    written.house()
}

fn document(house: &InProcess, line: &str) -> Value {
    house.run(&format!("{line} --json")).ended_with(0).json()
}

fn agent<'d>(document: &'d Value, name: &str) -> &'d Value {
    let named = rows(document, "agents").iter().find(|row| row["profile"] == name);
    named.unwrap_or_else(|| panic!("{name} in {document}"))
}

#[test]
fn what_answers_leave_open_is_told_as_it_is() {
    let (house, _world) = night();
    let document = document(&house, NIGHT);
    assert_eq!(document["since"], "2026-10-24T22:00:00.000+02:00");
    assert_eq!(document["until"], "2026-10-25T06:00:00.000+01:00");
    let [tamil, arabic, script, formula, other, nobody] = NAMES.map(|name| agent(&document, name));
    let figures = |row: &Value| {
        ["breaks", "break_seconds", "break_seconds_min", "break_seconds_max"].map(|key| number(&row[key]))
    };
    assert_eq!(figures(tamil)[..2], [2, 50 * MINUTE], "over midnight, and while the clocks change");
    assert_eq!(number(&tamil["wrapups"]), 2);
    let [count, _, least, most] = figures(arabic);
    assert_eq!((count, least), (1, 10 * MINUTE), "until the hole it was seen");
    assert!((70 * MINUTE..=70 * MINUTE + 15).contains(&most), "in the hole it may have gone on: {arabic}");
    assert_eq!(number(&arabic["covered_seconds"]), 8 * HOUR);
    let [count, seconds, least, most] = figures(script);
    assert_eq!((count, seconds), (1, 20 * MINUTE), "as far as answers go");
    assert!(least <= seconds && most >= 80 * MINUTE, "it may go on: {script}");
    assert_eq!(rows(formula, "by_reason")[0]["reason"], "=1+1");
    assert_eq!(
        (number(&formula["over_limit_count"]), number(&formula["over_limit_seconds"])),
        (1, 45 * MINUTE)
    );
    assert_eq!((number(&formula["missed_customers"]), number(&formula["missed_not_called_back"])), (2, 1));
    assert_eq!(figures(other)[..2], [1, 20 * MINUTE], "what was before the shift is not in it");
    assert_eq!(number(&other["wrapups"]), 1);
    assert!(other["wrapup_mean_seconds"].is_null(), "it ended after the shift");
    for key in ["breaks", "break_seconds", "wrapups", "tags_by_kind", "missed_customers", "longest_break"] {
        assert!(nobody[key].is_null(), "{key}: {nobody}");
    }
    let table = house.run(NIGHT).ended_with(0).stdout;
    for words in ["19–80 min", "10–70 min", "22:00 – Sun 06:00 (Europe/Berlin)"] {
        assert!(table.contains(words), "{words}: {table}");
    }
}

#[test]
fn every_format_has_the_figures_of_such_a_night() {
    let (house, _world) = night();
    rows_have_the_figures(&house, NIGHT);
    a_workbook_has_the_figures(&house, NIGHT);
    a_page_has_the_cells_of_the_table(&house, NIGHT);
    let page = house.run(&format!("{NIGHT} -o html")).ended_with(0).stdout;
    assert!(!page.contains("<script") && !page.contains("<b>") && page.contains(NAMES[0]), "{page}");
    // What has the look of a formula is text in each.
    for (format, delimiter) in [("csv", b','), ("tsv", b'\t')] {
        let text = house.run(&format!("{NIGHT} -o {format}")).ended_with(0).stdout;
        let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(text.as_bytes());
        let rows: Vec<_> = reader.records().map(|row| row.unwrap()).collect();
        assert!(rows.iter().flatten().all(|cell| !cell.starts_with('=')), "{text}");
        assert!(rows.iter().flatten().any(|cell| cell.starts_with("'=cmd")), "{text}");
    }
}

/// DeepCall has no list of kinds; `callback` may be said of a customer who asked for a call, as the sandbox says it.
#[test]
fn who_waits_for_a_call_counts_as_called_only_where_that_is_set() {
    let (house, _world) = night();
    let open = || number(&agent(&document(&house, NIGHT), NAMES[3])["missed_not_called_back"]);
    assert_eq!(open(), 1);
    house.run("config set shift.kinds.callback callback").ended_with(0);
    assert_eq!(open(), 0);
}

const DAY: &str = "shift --timezone UTC --since 2026-11-20T00:00 --until 2026-11-21T00:00";

/// 200 agents for a day, with as many breaks as those of the sandbox have.
fn team() -> (InProcess, World) {
    let written = Written::from("2026-11-20T00:00:00Z");
    let reasons = ["Tea", "Lunch", "Training", "Meeting", "Prayer"];
    for place in 0..200 {
        let agent = written.agent(&format!("agent-{place:03}"), &format!("{}", 2000 + place));
        agent.answered(-600, 6 * HOUR).answered(6 * HOUR + 300, 25 * HOUR);
        for nth in 0..25 {
            let from = nth * 57 * MINUTE + place * 7;
            let reason = reasons[usize::try_from((place + nth) % 5).unwrap()];
            agent.on_break(reason, Some(from), from + 3, Some(from + (5 + (place + nth) % 30) * MINUTE));
        }
        for nth in 0..4 {
            let at = nth * 5 * HOUR + 40 * MINUTE + place;
            agent.in_wrapup(&format!("c{place}-{nth}"), at, at + 45);
            agent.notified(at, ["missed", "outgoing"][usize::try_from(nth % 2).unwrap()], "919876543210");
        }
    }
    written.house()
}

#[test]
fn two_hundred_agents_fit_into_every_format() {
    let (house, _world) = team();
    let document = document(&house, DAY);
    let agents = rows(&document, "agents");
    assert_eq!((agents.len(), number(&document["total"]["agents"])), (200, 200));
    for key in ["breaks", "break_seconds", "wrapups", "missed_customers", "over_limit_count"] {
        let sum: i64 = agents.iter().map(|agent| number(&agent[key])).sum();
        assert_eq!(number(&document["total"][key]), sum, "{key}");
    }
    assert_eq!(number(&document["total"]["wrapups"]), 800);
    rows_have_the_figures(&house, DAY);
    a_workbook_has_the_figures(&house, DAY);
    a_page_has_the_cells_of_the_table(&house, DAY);
    let page = house.run(&format!("{DAY} -o html")).ended_with(0).stdout;
    assert!(page.len() <= 300_000, "{} bytes", page.len());
    let sentences = house.run(&format!("{DAY} --digest")).ended_with(0).stdout;
    assert!((5..=8).contains(&sentences.lines().count()) && sentences.len() < 2000, "{sentences}");
}
