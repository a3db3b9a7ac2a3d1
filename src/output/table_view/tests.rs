use proptest::prelude::*;

use super::*;
use crate::output::formats::sample::{CALLS, call, india, raw, report};
use crate::report::RawList;

fn names(columns: &[Column]) -> Vec<&str> {
    columns.iter().map(|column| &*column.name).collect()
}

fn texts(view: &TableView<'_>) -> Vec<Vec<String>> {
    let text = |cell: Cell<'_>| cell.exact(&india(), false).into_owned();
    view.rows().map(|cells| cells.into_iter().map(text).collect()).collect()
}

fn columns(report: &Report, requested: Option<&[String]>) -> Vec<Column> {
    TableView::for_table(report, requested, false).expect("known columns").columns
}

fn delimited_columns(report: &Report) -> Vec<Column> {
    TableView::for_delimited(report, None, false).expect("columns").columns
}

fn requested(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

fn refused(name: &str) -> String {
    Choice::of(&CALLS, &requested(&["time", name])).expect_err("no such column").to_string()
}

#[test]
fn a_table_shows_columns_with_values_and_with_differences() {
    let report_of = |row| report(vec![call(1, "note", "x"), row]);
    let text = |text: &str| Value::Text(text.into());
    for (row, expected) in [
        (call(2, "note", "x"), &["time", "kind", "message"][..]),
        (call(2, "note", "x").with("profile", text("ravi")), &["profile", "time", "kind", "message"]),
        (call(2, "note", "x").with("customer", text("91")), &["time", "kind", "customer", "message"]),
        (call(2, "note", "x").with("customer", text("")), &["time", "kind", "message"]),
        (call(2, "note", "x").with("call_id", text("c1")), &["time", "kind", "message"]),
    ] {
        assert_eq!(names(&columns(&report_of(row), None)), expected);
    }
    assert_eq!(names(&columns(&report(Vec::new()), None)), ["time", "kind", "message"]);
}

/// Rows with keys of the server's own, some of them called like ours.
fn with_keys_of_the_server() -> Report {
    let fields = [
        r#"{"queue":"sales","score":1.50,"customer":"x","profile":"evil","time":"now"}"#,
        r#"{"team":"B","queue":"help","deep":{"x":1}}"#,
    ];
    let row = |fields| call(1, "note", "x").with("fields", Value::Raw(raw(fields)));
    report(fields.into_iter().map(row).collect())
}

#[test]
fn keys_of_the_server_become_columns_on_request_alone() {
    let report = with_keys_of_the_server();
    assert_eq!(names(&columns(&report, None)), ["time", "kind", "message"]);
    let usual = ["profile", "time", "kind", "customer", "message", "on_break", "remaining", "icons"];
    assert_eq!(names(&delimited_columns(&report)), usual);
}

#[test]
fn every_further_value_is_a_column_under_its_own_name_in_order_of_appearance() {
    let report = with_keys_of_the_server();
    let view = TableView::for_table(&report, Some(&requested(&["+extra"])), false).expect("columns");
    let further =
        ["fields.queue", "fields.score", "fields.customer", "fields.profile", "fields.time", "fields.team"];
    assert_eq!(names(view.columns())[..3], ["time", "kind", "message"]);
    assert_eq!(names(view.columns())[3..], further);
    assert!(view.columns().is_sorted_by_key(|column| column.rank));
    let cells: Vec<_> = texts(&view).into_iter().map(|row| row[3..].to_vec()).collect();
    assert_eq!(cells, [["sales", "1.5", "x", "evil", "now", ""], ["help", "", "", "", "", "B"]]);
}

#[test]
fn a_name_is_added_to_the_usual_columns_or_to_the_named_ones() {
    let report = with_keys_of_the_server();
    for (wanted, found) in [
        (&["+call_id"][..], &["time", "kind", "message", "call_id"][..]),
        (&["+fields.queue", "+customer"], &["time", "kind", "message", "fields.queue", "customer"]),
        (&["+kind", "+call_id", "+call_id"], &["time", "kind", "message", "call_id"]),
        (&["kind", "+time"], &["kind", "time"]),
        (&["+time", "kind"], &["kind", "time"]),
    ] {
        assert_eq!(names(&columns(&report, Some(&requested(wanted)))), found, "{wanted:?}");
    }
    let further = columns(&report, Some(&requested(&["kind", "+fields.team", "+extra"])));
    assert_eq!(names(&further)[..3], ["kind", "fields.team", "fields.queue"]);
    assert_eq!(further.iter().filter(|column| column.name == "fields.team").count(), 1);
}

#[test]
fn too_many_further_values_are_an_error_and_not_a_part() {
    let row = |keys: std::ops::Range<usize>| {
        let keys: Vec<String> = keys.map(|key| format!("\"key{key}\":{key}")).collect();
        call(1, "note", "x").with("fields", Value::Raw(raw(&format!("{{{}}}", keys.join(",")))))
    };
    let extra = requested(&["+extra"]);
    assert_eq!(columns(&report(vec![row(0..300), row(200..500)]), Some(&extra)).len(), 3 + 500);
    let too_much = report(vec![row(0..300), row(200..501)]);
    assert_eq!(
        TableView::for_delimited(&too_much, Some(&extra), false).expect_err("too many").to_string(),
        "+extra would add more than 500 columns; name those that you need, e.g. +fields.queue"
    );
}

proptest! {
    /// Whatever the server sends: the same columns, and no heading twice.
    #[test]
    fn headings_are_ours_alone(
        keys in prop::collection::vec("profile|time|customer|fields|[a-z.+=\"]{0,3}", 0..6),
        values in prop::collection::vec("\"[0-9a-z]{0,3}\"|[1-9]{1,3}|null|\\[1\\]|true", 6),
    ) {
        let members: Vec<_> = keys.iter().zip(&values).map(|(key, value)| {
            format!("{}:{value}", serde_json::Value::from(key.as_str()))
        }).collect();
        let row = call(1, "note", "x").with("fields", Value::Raw(raw(&format!("{{{}}}", members.join(",")))));
        let report = report(vec![row]);
        let usual = delimited_columns(&crate::output::formats::sample::report(Vec::new()));
        let whatever = delimited_columns(&report);
        prop_assert_eq!(names(&whatever), names(&usual));
        let with_extra = requested(&["+extra"]);
        let view = TableView::for_delimited(&report, Some(&with_extra), false).expect("columns");
        let headings = names(view.columns());
        prop_assert_eq!(&headings[..usual.len()], &names(&usual)[..]);
        prop_assert!(headings[usual.len()..].iter().all(|heading| heading.starts_with("fields.")));
        let different: std::collections::BTreeSet<_> = headings.iter().collect();
        prop_assert_eq!(different.len(), headings.len());
    }
}

#[test]
fn a_script_gets_the_same_columns_whatever_values_rows_have() {
    let shown = ["profile", "time", "kind", "customer", "message", "on_break", "remaining", "icons"];
    assert_eq!(names(&delimited_columns(&report(Vec::new()))), shown);
    let row = call(1, "note", "x").with("fields", Value::Raw(raw(r#"{"queue":"sales"}"#)));
    assert_eq!(names(&delimited_columns(&report(vec![row]))), shown);
}

#[test]
fn paths_lead_into_what_the_server_sent() {
    let fields = r#"{"queue": "sales", "q": 1, "q": 2, "detail": {"list": [10, {"x": null}], "n": 1e400}}"#;
    let icons = RawList {
        label: "missed".into(),
        items: [raw(r#"{"name":"missed","action":{"type":"call"}}"#)].into(),
    };
    let row = call(1, "note", "x").with("fields", Value::Raw(raw(fields))).with("icons", icons);
    let report = report(vec![row]);
    for (path, text) in [
        ("fields.queue", "sales"),
        ("fields.q", "2"),
        ("fields.detail.list.0", "10"),
        ("fields.detail.list", r#"[10,{"x":null}]"#),
        ("fields.detail.list.1.x", ""),
        ("fields.detail.list.2", ""),
        ("fields.detail.list.x", ""),
        ("fields.detail.n", "1e400"),
        ("fields.detail.n.deeper", ""),
        ("fields.nothing", ""),
        ("icons", "missed"),
        ("icons.0.name", "missed"),
        ("icons.0.action.type", "call"),
        ("icons.0", r#"{"name":"missed","action":{"type":"call"}}"#),
        ("icons.1.name", ""),
        ("icons.name", ""),
    ] {
        let view = TableView::for_table(&report, Some(&requested(&[path])), false).expect("a known column");
        assert_eq!(names(view.columns()), [path]);
        assert_eq!(texts(&view), [[text]], "{path}");
    }
}

#[test]
fn requested_columns_keep_their_order_and_are_given_up_from_the_end() {
    let choice = Choice::of(&CALLS, &requested(&["message", "fields.queue", "time"])).expect("known columns");
    let columns = choice.chosen.expect("names");
    assert_eq!(names(&columns), ["message", "fields.queue", "time"]);
    assert_eq!(columns.iter().map(|column| column.rank).collect::<Vec<_>>(), [0, 1, 2]);
}

#[test]
fn an_unknown_name_is_an_error_with_the_known_ones() {
    let known = "are profile, time, kind, customer, message, on_break, remaining, call_id, icons, fields";
    for (name, expected) in [
        ("knd", "no column is called \"knd\", did you mean \"kind\"? Known"),
        ("Time", "no column is called \"Time\", did you mean \"time\"? Known"),
        ("icon.0.name", "no column is called \"icon.0.name\", did you mean \"icons.0.name\"? Known"),
        ("tiem", "no column is called \"tiem\", did you mean \"time\"? Known"),
        ("queue", "no column is called \"queue\"; known"),
        ("extra", "no column is called \"extra\", did you mean \"+extra\"? Known"),
        ("+knd", "no column is called \"knd\", did you mean \"kind\"? Known"),
        ("+", "no column is called \"\"; known"),
        ("", "no column is called \"\"; known"),
    ] {
        let further = "a key inside \"fields\" is fields.KEY";
        assert_eq!(refused(name), format!("{expected} {known}; {further}"));
    }
    assert_eq!(
        refused("kind.name"),
        "\"kind\" is a single value, so there is no column \"kind.name\"; dotted names are possible for icons, fields"
    );
    assert_eq!(refused("time"), "the column \"time\" is named twice");
}
