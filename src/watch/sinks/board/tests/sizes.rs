//! The board at the sizes of screens.

use super::*;

#[test]
fn the_board_fits_a_small_screen() {
    insta::assert_snapshot!(busy_floor().text(60, 10));
}

#[test]
fn the_board_on_an_ordinary_screen() {
    insta::assert_snapshot!(busy_floor().text(80, 24));
}

#[test]
fn the_board_on_a_large_screen() {
    insta::assert_snapshot!(busy_floor().text(200, 50));
}

#[test]
fn the_board_on_a_phone() {
    insta::assert_snapshot!(busy_floor().text(40, 12));
}

#[test]
fn the_board_on_half_a_screen() {
    insta::assert_snapshot!(busy_floor().text(120, 35));
}

#[test]
fn a_tag_in_a_row_keeps_its_age_at_every_width() {
    let mut stage = busy_floor();
    let message = "Missed call from somebody with a very long name, who asks for a call before five";
    stage.tag(3, Tag { message: Some(message.into()), ..notification("missed call", 700, &["missed call"]) });
    for columns in 80..=300 {
        let screen = stage.text(columns, 24);
        let row = screen.lines().find(|line| line.contains("◔ अनीता")).expect("a row");
        assert!(row.contains(" 5 min "), "{columns}: {row}");
        let kinds = row.to_lowercase().matches("missed").count();
        // On a wide screen the events have it once more.
        assert!(kinds == if columns < 190 { 1 } else { 1 + row.matches("│  ✗").count() }, "{columns}: {row}");
    }
}

#[test]
fn floors_of_no_agent_of_one_and_of_two_hundred_are_drawn() {
    let mut stage = Stage::new(&[]);
    let screen = stage.text(80, 24);
    assert!(screen.contains("no agent is followed") && screen.contains("no events yet"), "{screen}");
    stage.follow("asha", answer(on_break(Some("tea"), Some(900)), 999));
    assert!(stage.text(80, 24).contains("‖ asha"));
    for number in 1..200 {
        let name = format!("वरिष्ठ-अधिकारी-{number}-of-a-very-large-team-with-long-names");
        stage.follow(&name, answer(on_break(Some("a reason that is long, too"), Some(900)), 999));
    }
    for (columns, lines) in [(40, 12), (80, 24), (120, 35), (200, 50), (300, 100)] {
        let screen = stage.text(columns, lines);
        assert!(screen.contains(" more\n") || screen.contains(" more "), "{screen}");
        let widths = screen.lines().map(crate::output::text::width::width);
        assert!(widths.max() <= Some(usize::from(columns)), "{screen}");
    }
}

#[test]
fn the_least_screen_has_the_first_agent() {
    let mut stage = busy_floor();
    let screen = stage.text(20, 5);
    assert!(screen.contains("✗ asha") && !screen.contains("more"), "{screen}");
    stage.press(&Key::End);
    assert!(stage.text(20, 5).contains("›? kim"));
}

#[test]
fn a_wider_screen_has_every_column_of_a_narrower_one() {
    let mut stage = busy_floor();
    stage.follow("a-name-of-some-length", answer(on_break(Some("tea"), Some(500)), 998));
    let titles = ["agent", "state", "reason", "for", "left", "since", "last tag"];
    let mut before = Vec::new();
    for columns in 60..=300 {
        let screen = stage.text(columns, 24);
        let line = screen.lines().nth(2).expect("titles").split('│').next().unwrap_or_default();
        let shown: Vec<&str> = titles.into_iter().filter(|title| line.contains(title)).collect();
        assert!(before.iter().all(|title| shown.contains(title)), "{columns}: {before:?}, then {shown:?}");
        before = shown;
    }
    assert_eq!(before, titles);
}
