use std::io::Cursor;

use calamine::{Data, Range, Reader, Xlsx};

use super::*;
use crate::commands::shift::samples::{HOSTILE, report};

fn agents(report: &ShiftReport, redactor: &Redactor) -> Range<Data> {
    let bytes = packed(report, redactor).expect("it fits");
    Xlsx::new(Cursor::new(bytes)).expect("a workbook").worksheet_range("Agents").expect("a sheet")
}

fn cell(sheet: &Range<Data>, heading: &str) -> Data {
    let headings = sheet.rows().next().expect("headings");
    let place = headings.iter().position(|cell| *cell == Data::String(heading.to_owned()));
    sheet[(1, place.expect("a heading"))].clone()
}

#[test]
fn texts_are_texts_and_harmless() {
    let sheet = agents(&report(HOSTILE, "0123", false), &Redactor::default());
    assert_eq!(cell(&sheet, "Profile"), Data::String(sanitize(HOSTILE).into_owned()));
    assert_eq!(cell(&sheet, "Agent id"), Data::String("+919876543210".to_owned()));
    assert_eq!(cell(&sheet, "Longest break reason"), Data::String("0123".to_owned()));
    assert_eq!(cell(&sheet, "Tags: 0123"), Data::Float(3.0));
}

#[test]
fn what_is_not_known_is_an_empty_cell() {
    let sheet = agents(&report("asha", "Tea", false), &Redactor::default());
    for heading in ["Wrapups", "Wrapup mean", "Last activity", "Missed customers", "Over limit count"] {
        assert_eq!(cell(&sheet, heading), Data::Empty, "{heading}");
    }
}

#[test]
fn a_heading_stands_where_the_values_of_its_column_do() {
    let report = report("asha", "Tea", false);
    let of_agents = super::agents(&report).lines;
    let others = [breaks(&report), gaps(&report)].into_iter().flatten().map(|row| line(&row));
    let mut count = 0;
    for item in of_agents.into_iter().chain(others).flatten() {
        let value = if let Value::Worded(worded) = &item.value { &worded.1 } else { &item.value };
        let is_number =
            matches!(value, Value::Number(_) | Value::Seconds(_) | Value::Share(_) | Value::Time(_));
        if !matches!(value, Value::Absent) {
            assert_eq!(stands_right(item.meaning), is_number, "{}", item.title);
            count += usize::from(is_number);
        }
    }
    assert!(count > 10, "{count}");
}

#[test]
fn no_length_is_below_zero() {
    let sheet = agents(&report("asha", "Tea", false), &Redactor::default());
    let minutes = |heading| match cell(&sheet, heading) {
        Data::DateTime(length) => (length.is_duration(), (length.as_f64() * 1440.0).round()),
        other => unreachable!("{other:?}"),
    };
    assert_eq!(minutes("Balance"), (true, 0.0));
    assert_eq!(minutes("Balance exceeded"), (true, 15.0));
}

#[test]
fn secrets_are_hidden_before_they_are_packed() {
    let redactor = Redactor::default();
    redactor.hide("correct horse battery");
    let sheet = agents(&report("asha", "correct horse battery", false), &redactor);
    assert_eq!(cell(&sheet, "Longest break reason"), Data::String("••••".to_owned()));
}

#[test]
fn phone_numbers_are_masked_where_that_is_wanted() {
    let sheet = agents(&report("asha", "call 919876543210", true), &Redactor::default());
    assert_eq!(cell(&sheet, "Longest break reason"), Data::String("call •••••••••210".to_owned()));
}

/// So that the same report is the same file.
#[test]
fn a_workbook_depends_on_the_report_alone() {
    let bytes = || packed(&report("asha", "Tea", false), &Redactor::default()).expect("it fits");
    assert_eq!(bytes(), bytes());
}
