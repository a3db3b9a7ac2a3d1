//! The breaks of today in the rows.

use super::*;
use crate::floor::samples::today::{holed, today, whole};
use crate::floor::shift::Today;

/// The cell of an agent, as text.
fn cell(stage: &Stage, name: &str) -> String {
    let row = stage.row(name);
    let cell = row.split(r#"<td class="breaks">"#).nth(1).unwrap_or_else(|| panic!("no cell in {row}"));
    cell.split("</td>").next().unwrap_or_default().to_owned()
}

fn recorded() -> Stage {
    let mut stage = busy();
    stage.agent(0).today = Some(today(&[], &whole()));
    stage.agent(1).today = Some(today(&[(11, 0, "tea")], &holed()));
    stage.agent(2).today = Some(today(&[(200, 191, "tea"), (180, 150, "lunch"), (16, 0, "lunch")], &whole()));
    stage.agent(3).today = Some(today(&[], &holed()));
    stage
}

#[test]
fn a_row_has_the_number_and_the_minutes_of_the_breaks_of_today_and_says_what_was_not_seen() {
    let mut stage = recorded();
    assert_eq!(cell(&stage, "asha"), "3 breaks, 54–55 min today");
    assert_eq!(cell(&stage, "ravi"), "≥ 1 break, 6–11 min today");
    assert_eq!(cell(&stage, "neha"), "no break today");
    assert_eq!(cell(&stage, "अनीता"), "no break was seen today");
    stage.agent(0).today = Some(today(&[(200, 0, "tea")], &whole()));
    let hours = cell(&stage, "neha");
    assert!(hours.starts_with("1 break, 3 h ") && !hours.contains("min"), "{hours}");
    // The longest is drawn smaller, so that it is there as a whole.
    let mut day = Today::clone(&today(&[(16, 0, "lunch")], &holed()));
    let time = &mut day.breaks.time;
    (time.min, time.max) = (Duration::from_secs(39_300), Duration::from_secs(43_500));
    stage.agent(0).today = Some(Arc::new(day));
    assert!(
        stage.row("neha").contains(r#"<td class="breaks long">≥ 1 break, 10 h 55–12 h 05 today</td>"#),
        "{}",
        stage.row("neha")
    );
    // Of whom no journal tells, nothing is shown.
    assert_eq!(cell(&stage, "kim"), "");
    assert!(stage.floor().contains(r#"<th scope="col">Breaks today</th>"#));
}

#[test]
fn without_a_journal_and_without_breaks_there_is_no_such_column() {
    let mut without_breaks = recorded();
    without_breaks.page.options.only.breaks = false;
    for floor in [busy().floor(), without_breaks.floor()] {
        assert!(!floor.contains("breaks\"") && !floor.contains("Breaks"), "{floor}");
    }
}

#[test]
fn while_a_break_goes_on_the_page_changes_once_a_minute() {
    let mut stage = recorded();
    let mut shown = vec![];
    for second in 0..120 {
        let mut day = Today::clone(&today(&[(16, 0, "lunch")], &whole()));
        let more = Duration::from_secs(second);
        let time = &mut day.breaks.time;
        (time.seconds, time.min, time.max) = (time.seconds + more, time.min + more, time.max + more);
        stage.agent(2).today = Some(Arc::new(day));
        shown.push(stage.floor());
    }
    shown.dedup();
    assert_eq!(shown.len(), 3, "{shown:?}");
}
