use proptest::prelude::*;

use super::*;
use crate::output::formats::sample::{call, piped, raw, report, terminal, without_colour};
use crate::output::payloads::{assert_harmless, payloads};
use crate::output::select::Selection;
use crate::output::text::width::width;
use crate::report::{Report, Row, Value};

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

/// What supervisors see on a good day and on a bad one.
fn floor() -> Report {
    report(vec![
        call(30, "missed_call", "Called twice, wants to be rung back before six")
            .with("customer", text("919876543210"))
            .with("fields", Value::Raw(raw(r#"{"queue":"sales"}"#))),
        call(200, "Callback", "नमस्ते, कृपया वापस कॉल करें")
            .with("profile", text("रवि"))
            .with("remaining", Value::Seconds(-45)),
        call(4000, "incoming", "日本語のとても長いメッセージです").with("on_break", Value::Flag(true)),
        call(90_000, "note", "👨‍👩‍👧‍👦 plan \u{1b}[2J\u{202e}evil\nerror: fake row")
            .with("customer", text("+91 98765 43210"))
            .with("on_break", Value::Flag(false)),
    ])
}

fn drawn(report: &Report, presentation: &Presentation) -> String {
    let selection = Selection::of(report, presentation.columns.as_deref()).expect("known columns");
    let mut out = Vec::new();
    write_table(&selection, presentation, &mut out).expect("a vector takes everything");
    String::from_utf8(out).expect("text")
}

#[test]
fn lines_look_the_same_whether_they_are_kept_or_made_twice() {
    for presentation in [terminal(40), terminal(80), piped()] {
        let report = floor();
        let selection = Selection::of(&report, None).expect("no names");
        let written = |most: usize| {
            let mut out = Vec::new();
            write_keeping(most, &selection, &presentation, &mut out).expect("a vector takes everything");
            String::from_utf8(out).expect("text")
        };
        let trimmed = |text: String| text.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
        assert_eq!(trimmed(written(0)), trimmed(written(usize::MAX)));
    }
}

#[test]
fn on_forty_columns_the_most_useful_ones_stay() {
    let expected = "\
TIME             KIND          MESSAGE
30 s ago         ✗ missed_ca…  Called t…
3 min ago        ↩ Callback    नमस्ते, कृप…
1 h ago          ↓ incoming    日本語の…
yesterday 12:30  · note        👨‍👩‍👧‍👦 plan …
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
yesterday 12:30  · note        +91 98765 43210  👨‍👩‍👧‍👦 plan ␛[2J\\u{202e}evil␊error:…
";
    assert_eq!(drawn(&floor(), &terminal(80)), expected);
}

#[test]
fn on_two_hundred_columns_everything_is_shown() {
    let expected = "\
PROFILE  TIME             KIND           CUSTOMER         MESSAGE                                         ON BREAK   LEFT  queue
asha     30 s ago         ✗ missed_call  919876543210     Called twice, wants to be rung back before six                   sales
रवि      3 min ago        ↩ Callback                      नमस्ते, कृपया वापस कॉल करें                                    -45 s
asha     1 h ago          ↓ incoming                      日本語のとても長いメッセージです                ‖ yes
asha     yesterday 12:30  · note         +91 98765 43210  👨‍👩‍👧‍👦 plan ␛[2J\\u{202e}evil␊error: fake row        · no
";
    assert_eq!(drawn(&floor(), &terminal(200)), expected);
}

#[test]
fn a_pipe_gets_exact_text_without_marks_and_nothing_is_cut() {
    let expected = "\
PROFILE  TIME                       KIND         CUSTOMER         MESSAGE                                         ON BREAK  LEFT  queue
asha     2026-11-23T13:29:30+05:30  missed_call  919876543210     Called twice, wants to be rung back before six                  sales
रवि      2026-11-23T13:26:40+05:30  Callback                      नमस्ते, कृपया वापस कॉल करें                                     -45
asha     2026-11-23T12:23:20+05:30  incoming                      日本語のとても長いメッセージです                true
asha     2026-11-22T12:30:00+05:30  note         +91 98765 43210  👨‍👩‍👧‍👦 plan ␛[2J\\u{202e}evil␊error: fake row        false
";
    assert_eq!(drawn(&floor(), &piped()), expected);
}

#[test]
fn colour_says_what_the_mark_says() {
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
fn requested_columns_are_shown_in_their_order() {
    let names = ["customer", "fields.queue", "kind"].map(str::to_owned).to_vec();
    let asked = Presentation { columns: Some(names), mask: true, ..piped() };
    let expected = "\
CUSTOMER         fields.queue  KIND
•••••••••210     sales         missed_call
                               Callback
                               incoming
+•• ••••• ••210                note
";
    assert_eq!(drawn(&floor(), &asked), expected);
}

#[test]
fn a_heading_from_the_server_is_harmless() {
    let fields = raw("{\"\\u001b]0;owned\\u0007\\nx\":\"y\"}");
    let table = drawn(&report(vec![call(1, "note", "a").with("fields", Value::Raw(fields))]), &piped());
    assert!(table.starts_with("TIME                       KIND  MESSAGE  ␛]0;owned␇␊x\n"), "{table}");
}

#[test]
fn one_long_cell_does_not_fill_the_other_rows_with_spaces() {
    let long = "w".repeat(100_000);
    let table = drawn(&report(vec![call(1, "a", &long), call(2, "b", "x")]), &piped());
    assert!(table.contains(&long));
    assert!(table.len() < 101_000);
}

#[test]
fn no_payload_gets_through_in_any_column() {
    for (name, payload) in payloads() {
        let payload = payload.as_str();
        let row = call(1, payload, payload)
            .with("profile", text(payload))
            .with("customer", text(payload))
            .with("icons", Value::RawList { label: payload.into(), items: Box::default() });
        let report = report(vec![row, call(1, "note", "next")]);
        for presentation in [terminal(80), Presentation { color: true, ..terminal(200) }, piped()] {
            let table = without_colour(&drawn(&report, &presentation));
            assert_harmless("a table", name, &table);
            assert_eq!(table.lines().count(), 3, "{name}");
        }
    }
}

fn anything() -> impl Strategy<Value = String> {
    prop_oneof![
        ".{0,40}",
        "[a-zA-Z ,]{0,60}",
        "[\u{1b}\u{9b}\r\n\t\u{7f}\u{202e}\u{200d}\u{301}\u{fe0f}a ]{0,30}",
        "[अआइकखगनमरलसह्ािीुे ]{0,30}",
        "[日本語中文ＡＢ👨👩👧🏽❤🇮🇳\u{200d}\u{fe0f}]{0,20}",
        "[صلاحمد ]{0,20}",
    ]
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let row =
        (0_i64..200_000, prop::array::uniform4(anything()), any::<i32>()).prop_map(|(ago, texts, left)| {
            let [kind, message, customer, profile] = texts.each_ref().map(String::as_str);
            call(ago, kind, message)
                .with("customer", text(customer))
                .with("profile", text(profile))
                .with("remaining", Value::Seconds(left.into()))
        });
    prop::collection::vec(row, 0..8)
}

proptest! {
    #[test]
    fn every_row_is_one_harmless_line_within_the_width(
        rows in rows(),
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
    fn a_piped_table_holds_every_text_whole(rows in rows()) {
        let table = drawn(&report(rows.clone()), &piped());
        prop_assert_eq!(table.lines().count(), rows.len() + 1);
        for (row, line) in rows.iter().zip(table.lines().skip(1)) {
            let Value::Text(message) = &row.0[4] else { unreachable!() };
            prop_assert!(line.contains(crate::output::text::sanitize::sanitize(message).trim_end()));
        }
    }
}
