use proptest::prelude::*;

use super::*;
use crate::output::formats::sample::without_colour;

fn drawn(lines: &[Vec<Label<'_>>], tracks: &[Track], color: bool) -> String {
    let mut out = Vec::new();
    draw(lines, tracks, color, &mut out).expect("a vector takes everything");
    String::from_utf8(out).expect("text")
}

fn line<'t>(texts: &[&'t str]) -> Vec<Label<'t>> {
    texts.iter().map(|text| Label::new(Cow::Borrowed(text), Tint::Bad)).collect()
}

fn tracks(widths: &[usize]) -> Vec<Track> {
    let track = |(cell, &width)| Track { cell, width, stands_right: cell == 1 };
    widths.iter().enumerate().map(track).collect()
}

#[test]
fn labels_stand_left_or_right_and_lines_end_with_text() {
    let lines = [line(&["a", "1", "x"]), line(&["bbb", "22", ""]), line(&["", "", ""])];
    assert_eq!(drawn(&lines, &tracks(&[3, 4, 5]), false), "a       1  x\nbbb    22\n\n");
}

#[test]
fn labels_stand_under_each_other_as_terminals_paint_them() {
    let lines = [
        line(&["Asha", "1", "|"]),
        line(&["日本", "1", "|"]),
        line(&["صلاح", "1", "|"]),
        line(&["👨‍👩‍👧‍👦", "1", "|"]),
        line(&["नमस्ते", "1", "|"]),
    ];
    let expected = "Asha  1  |\n日本  1  |\nصلاح  1  |\n👨‍👩‍👧‍👦    1  |\nनमस्ते  1  |\n";
    assert_eq!(drawn(&lines, &tracks(&[4, 1, 1]), false), expected);
}

#[test]
fn a_label_wider_than_its_track_runs_over_whole() {
    let lines = [line(&["far too long", "1", "x"]), line(&["a", "1", "x"])];
    assert_eq!(drawn(&lines, &tracks(&[3, 1, 1]), false), "far too long  1  x\na    1  x\n");
    let long = "w".repeat(100_000);
    assert_eq!(drawn(&[line(&[&long, "1"])], &tracks(&[70_000, 1]), false), format!("{long}  1\n"));
}

#[test]
fn colour_covers_the_text_and_not_the_spaces_around_it() {
    let expected = "\u{1b}[31ma b\u{1b}[0m    \u{1b}[31m1\u{1b}[0m\n";
    assert_eq!(drawn(&[line(&["a b", "1"])], &tracks(&[4, 2]), true), expected);
}

#[test]
fn a_label_shows_what_it_would_not_do() {
    assert_eq!(drawn(&[line(&["\u{1f}\n\u{1b}[2J"])], &tracks(&[8]), false), "␟␊␛[2J\n");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_pen_draws_what_the_library_lays_out(
        texts in prop::collection::vec(prop::array::uniform3(".{0,12}|[a-z ]{0,12}|[اصلحم]{0,5}"), 1..8),
        widths in prop::array::uniform3(1_usize..16),
        color in any::<bool>(),
    ) {
        let lines: Vec<_> = texts.iter().map(|texts| line(&texts.each_ref().map(String::as_str))).collect();
        let tracks = tracks(&widths);
        let mut out = Vec::new();
        let mut pen = Pen::new(&tracks, color, &mut out);
        lines.iter().try_for_each(|line| pen.draw(line)).expect("a vector takes everything");
        let laid_out = drawn(&lines, &tracks, color);
        prop_assert_eq!(String::from_utf8(out).expect("text"), laid_out.as_str());
        prop_assert_eq!(without_colour(&laid_out), drawn(&lines, &tracks, false));
    }
}
