use std::io::{self, Write};

use proptest::prelude::*;

use super::{Delimiter, write};
use crate::output::payloads::{assert_harmless, payloads};
use crate::output::text::sanitize::sanitize;

fn written(header: &[&str], rows: &[Vec<String>], delimiter: Delimiter, guard: bool) -> String {
    let header: Vec<String> = header.iter().map(|&cell| cell.to_owned()).collect();
    let mut out = Vec::new();
    write(&header, rows, delimiter, !header.is_empty(), guard, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn row(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|&cell| cell.to_owned()).collect()
}

/// The cells as a reader of another make gives them back.
fn read(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

#[test]
fn cells_are_quoted_where_they_have_to_be() {
    let rows = [row(&["a", "b,c", "say \"hi\""]), row(&["", "d e", "f;g"])];
    let expected = "x,y,\"z,\"\na,\"b,c\",\"say \"\"hi\"\"\"\n,d e,f;g\n";
    assert_eq!(written(&["x", "y", "z,"], &rows, Delimiter::Comma, true), expected);
}

#[test]
fn tabs_separate_and_nothing_is_quoted() {
    let rows = [row(&["a\tb", "c\nd", "say \"hi\", you"]), row(&["", "", ""])];
    let expected = "x\ty\tz\na␉b\tc␊d\tsay \"hi\", you\n\t\t\n";
    assert_eq!(written(&["x", "y", "z"], &rows, Delimiter::Tab, false), expected);
    assert_eq!(written(&[], &[row(&[""])], Delimiter::Tab, false), "\n");
}

#[test]
fn an_empty_cell_alone_is_still_a_line() {
    assert_eq!(written(&[], &[row(&[""]), row(&["a"])], Delimiter::Comma, false), "\"\"\na\n");
}

#[test]
fn formulas_are_guarded() {
    for cell in [
        "=1+1",
        "+cmd",
        "-cmd",
        "@SUM(A1)",
        " =1",
        "\u{a0}=1",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1",
        "＋1",
        "－1",
        "＠1",
        "+91-1+cmd|' /C calc'!A0",
        "-1+1",
        "+",
        "-",
        "--1",
        "+91-9876543210=",
        "-1.",
        "-1e5",
        "+12345 67890 12345 67890",
        "+•••••••••210",
    ] {
        for column in 0..3 {
            let mut cells = row(&["a", "b", "c"]);
            cells[column] = cell.to_owned();
            let lines = read(&written(&[], &[cells.clone()], Delimiter::Comma, true));
            assert_eq!(lines[0][column], format!("'{}", sanitize(cell)), "{cell:?}");
            let header: Vec<&str> = cells.iter().map(String::as_str).collect();
            let lines = read(&written(&header, &[], Delimiter::Comma, true));
            assert_eq!(lines[0][column], format!("'{}", sanitize(cell)), "{cell:?}");
            let plain = read(&written(&[], &[cells], Delimiter::Comma, false));
            assert_eq!(plain[0][column], sanitize(cell), "{cell:?}");
        }
    }
}

#[test]
fn phone_numbers_and_signed_numbers_are_left_alone() {
    for cell in [
        "+919876543210",
        "+91 98765 43210",
        "+91-98765-43210",
        "+1 (555) 010-0199",
        "-5",
        "+5",
        "-5.25",
        "919876543210",
        "a=b",
        "a-b",
        "",
        " ",
        "(022) 2345 6789",
        "2026-11-23T10:15:30+05:30",
        "'quoted",
    ] {
        let lines = read(&written(&[], &[row(&[cell, "x"])], Delimiter::Comma, true));
        assert_eq!(lines[0][0], cell);
    }
}

#[test]
fn every_payload_is_harmless_on_its_one_line() {
    for (name, text) in payloads() {
        let rows = [vec!["a".to_owned(), text.clone(), "b".to_owned()]];
        for delimiter in [Delimiter::Comma, Delimiter::Tab] {
            let lines = written(&[], &rows, delimiter, true);
            assert_eq!(
                lines.matches('\t').count(),
                if delimiter == Delimiter::Tab { 2 } else { 0 },
                "{name}"
            );
            assert_harmless("csv", name, &lines.replace('\t', " "));
            assert_eq!(lines.matches('\n').count(), 1, "{name}");
        }
        let cells = read(&written(&[], &rows, Delimiter::Comma, false));
        assert_eq!(cells, [vec!["a".to_owned(), sanitize(&text).into_owned(), "b".to_owned()]], "{name}");
    }
}

#[test]
fn a_closed_pipe_is_recognised() {
    struct Closed;
    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    for delimiter in [Delimiter::Comma, Delimiter::Tab] {
        let rows = vec![row(&["a long cell"]); 10_000];
        let failed = write(&[], rows, delimiter, false, true, &mut Closed).unwrap_err();
        assert_eq!(failed.kind(), io::ErrorKind::BrokenPipe);
    }
}

proptest! {
    #[test]
    fn every_table_comes_back_from_a_reader(
        rows in (1..5_usize).prop_flat_map(|width| prop::collection::vec(
            prop::collection::vec("[a=+@,;\"' \n\r\t\u{1b}\u{9b}é\\-]{0,6}", width), 1..6)),
        guard: bool,
    ) {
        let lines = written(&[], &rows, Delimiter::Comma, guard);
        assert_harmless("csv", "generated", &lines);
        let cells = read(&lines);
        prop_assert_eq!(cells.len(), rows.len());
        for (cells, row) in cells.iter().zip(&rows) {
            prop_assert_eq!(cells.len(), row.len());
            for (cell, sent) in cells.iter().zip(row) {
                let safe = sanitize(sent).into_owned();
                prop_assert!(*cell == safe || (guard && cell.strip_prefix('\'') == Some(&safe)));
                let begins = safe.trim_start_matches([' ', '␉', '␊', '␍']).starts_with(['=', '@']);
                prop_assert!(!(guard && begins) || cell.starts_with('\''));
            }
        }
    }

    #[test]
    fn every_tsv_line_splits_into_its_cells(rows in prop::collection::vec(prop::collection::vec(any::<String>(), 3), 1..5)) {
        let lines = written(&[], &rows, Delimiter::Tab, false);
        let cells: Vec<Vec<String>> =
            lines.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect();
        let safe: Vec<Vec<String>> =
            rows.iter().map(|row| row.iter().map(|cell| sanitize(cell).into_owned()).collect()).collect();
        prop_assert_eq!(cells, safe);
    }
}
