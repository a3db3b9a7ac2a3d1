//! The breaks of today in the rows and on the page of an agent.

use super::*;
use crate::floor::samples::today::{holed, today, whole};

/// Of some agents today is known.
fn recorded_floor() -> Stage {
    let mut stage = busy_floor();
    let breaks = [(200, 191, "tea"), (180, 150, "lunch"), (16, 0, "lunch")];
    stage.agent(2).today = Some(today(&breaks, &whole()));
    stage.agent(1).today = Some(today(&[(11, 0, "tea")], &holed()));
    stage.agent(0).today = Some(today(&[], &whole()));
    stage.agent(3).today = Some(today(&[], &holed()));
    stage
}

#[test]
fn the_breaks_of_today_are_in_a_row_where_the_width_allows() {
    for columns in [80, 120, 200] {
        insta::assert_snapshot!(format!("breaks_of_today_at_{columns}"), recorded_floor().text(columns, 16));
    }
    // Who wants to know nothing of breaks is not told of them.
    let mut stage = recorded_floor();
    stage.options.only.breaks = false;
    assert!(!stage.text(120, 16).contains("breaks"));
}

#[test]
fn the_breaks_of_today_cut_no_number_and_give_way_to_no_last_tag_beside_the_events() {
    let number = "919812345678";
    for columns in 80..=260 {
        let page = |mut stage: Stage| -> Vec<String> {
            let screen = stage.text(columns, 16);
            screen.lines().map(|line| line.split('│').next().unwrap_or_default().to_owned()).collect()
        };
        let is_whole =
            |page: &[String]| page[..12].iter().any(|line| line.contains("◔ अनीता") && line.contains(number));
        let (without, with) = (page(busy_floor()), page(recorded_floor()));
        assert!(is_whole(&with) || !is_whole(&without), "{columns}\n{}", with.join("\n"));
        let has = |title: &str| with[2].contains(title);
        assert!(columns < 190 || has("breaks"), "{columns}\n{}", with.join("\n"));
        assert!(columns >= 190 || has("last tag"), "{columns}\n{}", with.join("\n"));
    }
}

#[test]
fn no_name_is_cut_for_the_breaks_while_the_beginning_has_a_column() {
    let mut stage = recorded_floor();
    stage.agent(2).learn("Asha Chattopadhyay".to_owned());
    stage.controls.opened = Some("asha".to_owned());
    for columns in 80..=260 {
        let screen = stage.text(columns, 24);
        let (titles, row) = (screen.lines().nth(2).unwrap(), screen.lines().nth(3).unwrap());
        let is_cut = row.split("  ").next().is_some_and(|name| name.ends_with('…'));
        let has = |title: &str| titles.contains(title);
        assert!(!(is_cut && has("breaks") && has("since")), "{columns}\n{titles}\n{row}");
    }
}

#[test]
fn an_opened_agent_has_the_breaks_of_today_by_reason() {
    for columns in [60, 80] {
        let mut stage = recorded_floor();
        stage.text(columns, 24);
        stage.press(&Key::Enter);
        insta::assert_snapshot!(format!("opened_day_at_{columns}"), stage.text(columns, 24));
    }
}

#[test]
fn a_page_says_what_is_not_known_of_today() {
    let mut stage = recorded_floor();
    let page = |stage: &mut Stage, name: &str| {
        stage.controls.opened = Some(name.to_owned());
        stage.text(100, 24)
    };
    assert!(page(&mut stage, "neha").contains("   no break today\n"));
    let ravi = page(&mut stage, "ravi");
    // The last answer is too long ago to say that the break goes on.
    assert!(ravi.contains("1 break today, 6–11 min of 1 h 15 min: tea 7 min of 30 min"), "{ravi}");
    assert!(ravi.contains("   answers cover 89 % of "), "{ravi}");
    let anita = page(&mut stage, "अनीता");
    assert!(
        anita.contains("   no break was seen today\n") && anita.contains("answers cover 89 %"),
        "{anita}"
    );
    // Of whom no journal tells, nothing is shown.
    assert!(!page(&mut stage, "mo").contains("today"));
}

#[test]
fn a_reason_from_the_server_is_harmless_on_the_page() {
    for (name, text) in payloads() {
        let mut stage = busy_floor();
        stage.agent(2).today = Some(today(&[(30, 10, &text)], &whole()));
        stage.controls.opened = Some("asha".to_owned());
        let page = stage.text(80, 24);
        assert_harmless("the breaks of today", name, &page);
        assert!(page.contains("1 break today") && page.contains("time"), "{name}: {page}");
    }
}
