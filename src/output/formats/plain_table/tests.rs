use proptest::prelude::*;

use super::*;
use crate::output::formats::sample::{any_calls, call, floor, piped, raw, report, text, without_colour};
use crate::output::payloads::{assert_harmless, payloads};
use crate::output::text::sanitize::sanitize;
use crate::report::{RawList, Report, Value};

fn drawn(report: &Report, presentation: &Presentation) -> String {
    let view = TableView::for_table(report, presentation.columns.as_deref(), presentation.mask)
        .expect("known columns");
    let mut out = Vec::new();
    write_plain_table(&view, presentation, &mut out).expect("a vector takes everything");
    String::from_utf8(out).expect("text")
}

#[test]
fn a_pipe_gets_exact_text_without_marks_and_nothing_is_cut() {
    let expected = "\
PROFILE  TIME                           KIND         CUSTOMER         MESSAGE                                         ON BREAK  LEFT
asha     2026-11-23T13:29:30.000+05:30  missed_call  919876543210     Called twice, wants to be rung back before six
रवि      2026-11-23T13:26:40.000+05:30  Callback                      नमस्ते, कृपया वापस कॉल करें                                     -45
asha     2026-11-23T12:23:20.000+05:30  incoming                      日本語のとても長いメッセージです                true
asha     2026-11-22T12:30:00.000+05:30  note         +91 98765 43210  👨‍👩‍👧‍👦 plan ␛[2J\\u{202e}evil␊error: fake row  false
";
    assert_eq!(drawn(&floor(), &piped()), expected);
}

#[test]
fn requested_columns_are_shown_in_their_order() {
    let names = ["customer", "fields.queue", "kind"].map(str::to_owned).to_vec();
    let selected = Presentation { columns: Some(names), mask: true, ..piped() };
    let expected = "\
CUSTOMER         fields.queue  KIND
•••••••••210     sales         missed_call
                               Callback
                               incoming
+•• ••••• ••210                note
";
    assert_eq!(drawn(&floor(), &selected), expected);
}

#[test]
fn a_heading_from_the_server_is_harmless() {
    let fields = raw("{\"\\u001b]0;owned\\u0007\\nx\":\"y\"}");
    let with_extra = Presentation { columns: Some(vec!["+extra".to_owned()]), ..piped() };
    let table = drawn(&report(vec![call(1, "note", "a").with("fields", Value::Raw(fields))]), &with_extra);
    let headings = "TIME                           KIND  MESSAGE  fields.␛]0;owned␇␊x\n";
    assert!(table.starts_with(headings), "{table}");
}

#[test]
fn one_long_cell_does_not_fill_the_other_rows_with_spaces() {
    let long = "w".repeat(100_000);
    let table = drawn(&report(vec![call(1, "a", &long), call(2, "b", "x")]), &piped());
    assert!(table.contains(&long));
    assert!(table.len() < 101_000);
}

#[test]
fn only_headings_are_coloured() {
    let coloured = drawn(&floor(), &Presentation { color: true, ..piped() });
    let (headings, rows) = coloured.split_once('\n').expect("headings");
    assert!(headings.starts_with("\u{1b}[1mPROFILE\u{1b}[0m  \u{1b}[1mTIME\u{1b}[0m   "), "{headings}");
    assert!(!rows.contains('\u{1b}'), "{rows}");
    assert_eq!(without_colour(&coloured), drawn(&floor(), &piped()));
}

#[test]
fn no_payload_gets_through_in_any_column() {
    for (name, payload) in payloads() {
        let payload = payload.as_str();
        let row = call(1, payload, payload)
            .with("profile", text(payload))
            .with("customer", text(payload))
            .with("icons", RawList { label: payload.into(), items: Vec::new() });
        let table = drawn(&report(vec![row, call(1, "note", "next")]), &piped());
        assert_harmless("a table", name, &table);
        assert_eq!(table.lines().count(), 3, "{name}");
    }
}

proptest! {
    #[test]
    fn a_piped_table_holds_every_text_whole(rows in any_calls()) {
        let table = drawn(&report(rows.clone()), &piped());
        prop_assert_eq!(table.lines().count(), rows.len() + 1);
        for (row, line) in rows.iter().zip(table.lines().skip(1)) {
            let Value::Text(message) = row.get("message") else { unreachable!() };
            prop_assert!(line.contains(sanitize(message).trim_end()));
        }
    }
}
