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
    TableView::for_table(report, requested).expect("known columns").columns
}

fn delimited_columns(report: &Report) -> Vec<Column> {
    TableView::for_delimited(report, None).expect("columns").columns
}

fn requested(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

fn refused(name: &str) -> String {
    columns_by_name(&CALLS, &requested(&["time", name])).expect_err("no such column").to_string()
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

#[test]
fn keys_that_no_field_names_follow_in_order_of_appearance() {
    let rows = vec![
        call(1, "note", "x").with("fields", Value::Raw(raw(r#"{"queue":"sales","score":1.50}"#))),
        call(2, "note", "x").with("fields", Value::Raw(raw(r#"{"team":"B","queue":"help","deep":{"x":1}}"#))),
    ];
    let report = report(rows);
    let view = TableView::for_table(&report, None).expect("columns");
    assert_eq!(names(view.columns()), ["time", "kind", "message", "queue", "score", "team"]);
    assert!(view.columns().is_sorted_by_key(|column| column.rank));
    let cells: Vec<_> = texts(&view).into_iter().map(|row| row[3..].to_vec()).collect();
    assert_eq!(cells, [["sales", "1.5", ""], ["help", "", "B"]]);
}

#[test]
fn at_most_forty_such_keys_become_columns() {
    let keys: Vec<String> = (0..60).map(|key| format!("\"key{key}\":{key}")).collect();
    let row = call(1, "note", "x").with("fields", Value::Raw(raw(&format!("{{{}}}", keys.join(",")))));
    assert_eq!(columns(&report(vec![row]), None).len(), 3 + 40);
}

#[test]
fn a_script_gets_the_same_columns_whatever_values_rows_have() {
    let shown = ["profile", "time", "kind", "customer", "message", "on_break", "remaining", "icons"];
    assert_eq!(names(&delimited_columns(&report(Vec::new()))), shown);
    let row = call(1, "note", "x").with("fields", Value::Raw(raw(r#"{"queue":"sales"}"#)));
    let columns = delimited_columns(&report(vec![row]));
    assert_eq!(names(&columns)[..8], shown);
    assert_eq!(names(&columns)[8..], ["queue"]);
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
        let view = TableView::for_table(&report, Some(&requested(&[path]))).expect("a known column");
        assert_eq!(names(view.columns()), [path]);
        assert_eq!(texts(&view), [[text]], "{path}");
    }
}

#[test]
fn requested_columns_keep_their_order_and_are_given_up_from_the_end() {
    let columns =
        columns_by_name(&CALLS, &requested(&["message", "fields.queue", "time"])).expect("known columns");
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
        ("queue", "no column is called \"queue\", did you mean \"fields.queue\"? Known"),
        ("", "no column is called \"\"; known"),
    ] {
        assert_eq!(refused(name), format!("{expected} {known}"));
    }
    assert_eq!(
        refused("kind.name"),
        "\"kind\" is a single value, so there is no column \"kind.name\"; dotted names are possible for icons, fields"
    );
}
