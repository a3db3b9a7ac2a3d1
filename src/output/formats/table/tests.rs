use proptest::prelude::*;

use super::*;
use crate::output::formats::sample::{any_calls, call, floor, report, terminal, text, without_colour};
use crate::output::payloads::{assert_harmless, payloads};
use crate::report::{RawList, Report, Value};

fn drawn(report: &Report, presentation: &Presentation) -> String {
    let view = TableView::for_table(report, presentation.columns.as_deref(), presentation.mask)
        .expect("known columns");
    let mut out = Vec::new();
    let room = presentation.width.expect("a terminal");
    write_table(&view, presentation, room, &mut out).expect("a vector takes everything");
    String::from_utf8(out).expect("text")
}

#[test]
fn on_forty_columns_the_most_useful_ones_stay() {
    let expected = "\
TIME             KIND          MESSAGE
30 s ago         ✗ missed_ca…  Called t…
3 min ago        ↩ Callback    नमस्ते, कृप…
1 h ago          ↓ incoming    日本語の…
yesterday 12:30  · note        👨👩👧👦…
";
    assert_eq!(drawn(&floor(), &terminal(40)), expected);
}

#[test]
fn on_eighty_columns_long_cells_are_cut() {
    let expected = "\
TIME             KIND          CUSTOMER         MESSAGE
30 s ago         ✗ missed_ca…  919876543210     Called twice, wants to be rung …
3 min ago        ↩ Callback                     नमस्ते, कृपया वापस कॉल करें
1 h ago          ↓ incoming                     日本語のとても長いメッセージです
yesterday 12:30  · note        +91 98765 43210  👨👩👧👦 plan ␛[2J\\u{202e}evil␊…
";
    assert_eq!(drawn(&floor(), &terminal(80)), expected);
}

#[test]
fn on_two_hundred_columns_everything_is_shown() {
    let expected = "\
PROFILE  TIME             KIND           CUSTOMER         MESSAGE                                         ON BREAK   LEFT
asha     30 s ago         ✗ missed_call  919876543210     Called twice, wants to be rung back before six
रवि      3 min ago        ↩ Callback                      नमस्ते, कृपया वापस कॉल करें                                    -45 s
asha     1 h ago          ↓ incoming                      日本語のとても長いメッセージです                ‖ yes
asha     yesterday 12:30  · note         +91 98765 43210  👨👩👧👦 plan ␛[2J\\u{202e}evil␊error: fake row  · no
";
    assert_eq!(drawn(&floor(), &terminal(200)), expected);
}

#[test]
fn columns_are_aligned_as_terminals_paint_them() {
    let rows = ["Asha", "日本", "صلاح", "👨‍👩‍👧‍👦", "नमस्ते", "ends with spaces  "];
    let rows = rows.map(|message| call(30, "note", message).with("remaining", Value::Seconds(60)));
    let expected = "\
TIME      KIND    MESSAGE            LEFT
30 s ago  · note  Asha              1 min
30 s ago  · note  日本              1 min
30 s ago  · note  صلاح              1 min
30 s ago  · note  👨👩👧👦          1 min
30 s ago  · note  नमस्ते              1 min
30 s ago  · note  ends with spaces  1 min
";
    assert_eq!(drawn(&report(rows.to_vec()), &terminal(80)), expected);
}

#[test]
fn colour_and_mark_have_one_meaning() {
    let rows = vec![call(30, "missed", "a"), call(90, "callback", "b").with("remaining", Value::Seconds(-5))];
    let expected = "\
\u{1b}[1mTIME\u{1b}[0m       \u{1b}[1mKIND\u{1b}[0m        \u{1b}[1mMESSAGE\u{1b}[0m  \u{1b}[1mLEFT\u{1b}[0m
30 s ago   \u{1b}[31m✗ missed\u{1b}[0m    a
1 min ago  \u{1b}[33m↩ callback\u{1b}[0m  b        \u{1b}[31m-5 s\u{1b}[0m
";
    assert_eq!(drawn(&report(rows), &Presentation { color: true, ..terminal(80) }), expected);
}

#[test]
fn headings_can_be_left_out() {
    let rows = vec![call(30, "note", "a")];
    let bare = Presentation { headers: false, ..terminal(80) };
    assert_eq!(drawn(&report(rows), &bare), "30 s ago  · note  a\n");
}

#[test]
fn no_payload_gets_through_in_any_column() {
    for (name, payload) in payloads() {
        let payload = payload.as_str();
        let row = call(1, payload, payload)
            .with("profile", text(payload))
            .with("customer", text(payload))
            .with("icons", RawList { label: payload.into(), items: Vec::new() });
        let report = report(vec![row, call(1, "note", "next")]);
        for presentation in [terminal(80), Presentation { color: true, ..terminal(200) }] {
            let table = without_colour(&drawn(&report, &presentation));
            assert_harmless("a table", name, &table);
            assert_eq!(table.lines().count(), 3, "{name}");
        }
    }
}

#[test]
fn the_time_of_day_stands_beside_the_distance_where_nothing_is_lost_by_it() {
    let rows = vec![call(120, "missed", "Missed call from Neha Joshi"), call(86_400, "note", "x")];
    let report = report(rows);
    let at = |width, time| drawn(&report, &Presentation { time: Some(time), ..terminal(width) });
    assert!(at(500, TimeStyle::Both).contains("2 min ago · 13:28"));
    assert!(!at(500, TimeStyle::Relative).contains("13:28"));
    let mut with_relative_alone = 0;
    for width in 20..500 {
        let (both, relative) = (at(width, TimeStyle::Both), at(width, TimeStyle::Relative));
        if !both.contains(" · 13:28") {
            with_relative_alone += 1;
            assert_eq!(both, relative, "{width}");
        }
        // What is whole in the one is whole in the other, headings of columns among it.
        for text in ["Missed call from Neha Joshi", "missed", "yesterday 13:30", "KIND", "MESSAGE"] {
            assert!(both.contains(text) || !relative.contains(text), "{width}: {text}\n{both}");
        }
        assert!(at(width, TimeStyle::Clock).contains("13:28"), "{width}");
    }
    assert!(with_relative_alone > 0);
}

#[test]
fn an_id_and_icons_give_way_to_the_time_of_day() {
    let icons = RawList { label: "missed".into(), items: Vec::new() };
    let row = call(120, "missed", "Missed call from Neha Joshi").with("icons", icons);
    let report = report(vec![row]);
    let at = |width, time| drawn(&report, &Presentation { time: Some(time), ..terminal(width) });
    let relative = "\
TIME       KIND      MESSAGE                      ICONS
2 min ago  ✗ missed  Missed call from Neha Joshi  missed
";
    let both = "\
TIME               KIND      MESSAGE
2 min ago · 13:28  ✗ missed  Missed call from Neha Joshi
";
    assert_eq!(at(60, TimeStyle::Relative), relative);
    assert_eq!(at(60, TimeStyle::Both), both);
}

fn wish(natural: usize, least: usize, rank: usize) -> Wish {
    let beginning = if least < natural { SLIVER.min(least) } else { natural };
    Wish { natural, least, beginning, rank, needs_room: false, says_less_than_a_clock: false }
}

fn fitted(wishes: &[Wish], room: usize) -> Vec<(usize, usize)> {
    fit(wishes, room).iter().map(|place| (place.column, place.width)).collect()
}

#[test]
fn columns_are_as_wide_as_they_like_where_there_is_room() {
    let wishes = [wish(10, 10, 0), wish(30, 16, 2), wish(8, 8, 1)];
    assert_eq!(fitted(&wishes, 52), [(0, 10), (1, 30), (2, 8)]);
    assert_eq!(fitted(&wishes, 500), [(0, 10), (1, 30), (2, 8)]);
}

#[test]
fn the_widest_column_gives_first() {
    let wishes = [wish(10, 10, 0), wish(30, 16, 2), wish(20, 10, 1)];
    assert_eq!(fitted(&wishes, 60), [(0, 10), (1, 26), (2, 20)]);
    assert_eq!(fitted(&wishes, 49), [(0, 10), (1, 18), (2, 17)]);
}

#[test]
fn the_highest_rank_goes_first_and_the_most_useful_column_stays() {
    let wishes = [wish(10, 10, 0), wish(30, 16, 2), wish(20, 10, 1)];
    assert_eq!(fitted(&wishes, 40), [(0, 10), (1, 16), (2, 10)]);
    assert_eq!(fitted(&wishes, 39), [(0, 10), (2, 20)]);
    assert_eq!(fitted(&wishes, 31), [(0, 10), (2, 19)]);
    assert_eq!(fitted(&wishes, 19), [(0, 10)]);
    assert_eq!(fitted(&wishes, 4), [(0, 4)]);
    assert_eq!(fitted(&wishes, 0), [(0, 1)]);
}

#[test]
fn an_empty_edge_is_filled_with_the_beginning_of_what_was_dropped() {
    let wishes = [wish(10, 10, 0), wish(30, 16, 2), wish(10, 10, 1)];
    assert_eq!(fitted(&wishes, 32), [(0, 10), (1, 8), (2, 10)]);
    assert_eq!(fitted(&wishes, 35), [(0, 10), (1, 11), (2, 10)]);
    assert_eq!(fitted(&wishes, 31), [(0, 10), (2, 10)]);
    // Half a number would mislead.
    assert_eq!(fitted(&[wish(10, 10, 0), wish(20, 20, 1)], 31), [(0, 10)]);
    let short_text = Wish { beginning: SLIVER, ..wish(20, 20, 1) };
    assert_eq!(fitted(&[wish(10, 10, 0), short_text], 31), [(0, 10), (1, 19)]);
}

#[test]
fn texts_that_are_all_short_are_cut_like_long_ones() {
    for message in ["Incoming call from Tenzin Dorjee", "Incoming call from Tenzin Dorjee of Sales"] {
        let table = drawn(&report(vec![call(1, "note", message)]), &terminal(40));
        assert!(table.contains("  MESSAGE\n") && table.contains("  Incoming call"), "{table}");
    }
}

#[test]
fn of_equal_ranks_the_right_one_goes() {
    assert_eq!(fitted(&[wish(9, 9, 3), wish(9, 9, 3)], 12), [(0, 9)]);
}

#[test]
fn a_column_that_needs_room_is_dropped_before_another_is_cut() {
    let spare = |rank| Wish { needs_room: true, ..wish(10, 10, rank) };
    let shown = |room| -> Vec<(usize, usize)> {
        let places = fit(&[wish(10, 10, 1), spare(5), spare(4), wish(20, 5, 6)], room);
        places.iter().map(|place| (place.column, place.width)).collect()
    };
    assert_eq!(shown(56), [(0, 10), (1, 10), (2, 10), (3, 20)]);
    assert_eq!(shown(55), [(0, 10), (2, 10), (3, 20)]);
    assert_eq!(shown(43), [(0, 10), (3, 20)]);
    assert_eq!(shown(20), [(0, 10), (3, 8)]);
    assert_eq!(fit(&[spare(1), spare(2)], 5).len(), 1);
}

#[test]
fn nothing_to_fit_is_nothing() {
    assert_eq!(fitted(&[], 80), []);
}

proptest! {
    #[test]
    fn every_row_is_one_harmless_line_within_the_width(
        rows in any_calls(),
        columns in 20_usize..500,
        color in any::<bool>(),
    ) {
        let count = rows.len() + 1;
        let table = drawn(&report(rows), &Presentation { color, ..terminal(columns) });
        let table = without_colour(&table);
        assert_harmless("a table", "random text", &table);
        prop_assert_eq!(table.lines().count(), count);
        prop_assert!(table.ends_with('\n'));
        for line in table.lines() {
            prop_assert!(width(line) <= columns, "{} > {columns}: {line}", width(line));
            prop_assert!(!line.ends_with(' '), "{line}");
        }
    }

    #[test]
    fn what_is_placed_fits(
        wishes in prop::collection::vec((1_usize..300, 1_usize..40, 0_usize..300), 1..40),
        room in 1_usize..600,
    ) {
        let wishes: Vec<Wish> =
            wishes.into_iter().map(|(natural, least, rank)| wish(natural, least.min(natural), rank)).collect();
        let places = fit(&wishes, room);
        let used = places.iter().map(|place| place.width).sum::<usize>() + usize::from(GAP) * (places.len() - 1);
        prop_assert!(used <= room);
        prop_assert!(places.is_sorted_by(|one, next| one.column < next.column));
        let useful = wishes.iter().map(|wish| wish.rank).min();
        prop_assert!(places.iter().any(|place| Some(wishes[place.column].rank) == useful));
        // No column is cut while another part of the line stays empty.
        let cut = places.iter().any(|place| place.width < wishes[place.column].natural);
        prop_assert!(!cut || used == room);
    }
}
