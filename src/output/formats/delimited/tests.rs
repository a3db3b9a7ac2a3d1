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

const DELIMITERS: [Delimiter; 2] = [Delimiter::Comma, Delimiter::Tab];

/// The cells as a reader of another make gives them back.
fn read(text: &str, delimiter: Delimiter) -> Vec<Vec<String>> {
    let mut builder = csv::ReaderBuilder::new();
    let mut reader = builder.delimiter(delimiter.byte()).has_headers(false).from_reader(text.as_bytes());
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

#[test]
fn cells_are_quoted_where_they_have_to_be() {
    let rows = [row(&["a", "b,c", "say \"hi\""]), row(&["", "d e", "f;g"])];
    let expected = "x,y,\"z,\"\na,\"b,c\",\"say \"\"hi\"\"\"\n,d e,f;g\n";
    assert_eq!(written(&["x", "y", "z,"], &rows, Delimiter::Comma, true), expected);
}

#[test]
fn tsv_is_quoted_as_csv_is() {
    let rows = [row(&["a\tb", "c\nd", "say \"hi\", you"]), row(&["", "1,2", "\\t"])];
    let expected = "x\ty\tz\na␉b\tc␊d\t\"say \"\"hi\"\", you\"\n\t1,2\t\\t\n";
    assert_eq!(written(&["x", "y", "z"], &rows, Delimiter::Tab, false), expected);
}

#[test]
fn an_empty_cell_alone_is_still_a_line() {
    for delimiter in DELIMITERS {
        assert_eq!(written(&[], &[row(&[""]), row(&["a"])], delimiter, false), "\"\"\na\n");
    }
}

/// What begins a formula, after what a spreadsheet strips before it.
#[test]
fn formulas_are_guarded_behind_whatever_a_spreadsheet_strips() {
    let formulas = [
        "=1+1",
        "+cmd",
        "-cmd",
        "@SUM(A1)",
        "＝1",
        "＋1",
        "－1",
        "＠1",
        "﹦1",
        "−1",
        "⁺1",
        "+91-1+cmd|' /C calc'!A0",
        "-1+1",
        "+",
        "-",
        "--1",
        "+91-9876543210=",
        "-1.",
        "-1e5",
        "+12345 67890 12345 67890",
        "=1+1\"",
    ];
    let stripped = [
        "",
        " ",
        "\u{a0}",
        "\t",
        "\r",
        "\n",
        "\"",
        "'",
        "\"'",
        "\"\"",
        "\u{201c}",
        "＂",
        "\u{feff}",
        "\u{200b}",
        "\u{200d}",
        "\u{2028}",
        "\u{3000}",
        "\u{ad}",
        "\u{3164}",
        "\u{115f}",
        "\u{e0020}",
        "\u{fe0f}",
        "\0",
        "\u{1b}",
        " \"\t\u{feff}' ",
    ];
    for (formula, before) in formulas.iter().flat_map(|formula| stripped.map(|before| (formula, before))) {
        let cell = format!("{before}{formula}");
        for (column, delimiter) in [(0, DELIMITERS[0]), (1, DELIMITERS[1]), (2, DELIMITERS[0])] {
            let mut cells = row(&["a", "b", "c"]);
            cells[column].clone_from(&cell);
            let lines = read(&written(&[], &[cells.clone()], delimiter, true), delimiter);
            assert_eq!(lines[0][column], format!("'{}", sanitize(&cell)), "{cell:?}");
            let header: Vec<&str> = cells.iter().map(String::as_str).collect();
            let lines = read(&written(&header, &[], delimiter, true), delimiter);
            assert_eq!(lines[0][column], format!("'{}", sanitize(&cell)), "{cell:?}");
            let plain = read(&written(&[], &[cells], delimiter, false), delimiter);
            assert_eq!(plain[0][column], sanitize(&cell), "{cell:?}");
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
        "2026-11-23T10:15:30.000+05:30",
        "'quoted",
        "\"quoted\" = not",
        "+•• ••••• ••210",
        "+•••••••••210",
        " +91 98765 43210 ",
        "★ = star",
    ] {
        for delimiter in DELIMITERS {
            let lines = read(&written(&[], &[row(&[cell, "x"])], delimiter, true), delimiter);
            assert_eq!(lines[0][0], cell);
        }
    }
}

#[test]
fn every_payload_is_harmless_on_its_one_line() {
    for (name, text) in payloads() {
        let rows = [vec!["a".to_owned(), text.clone(), "b".to_owned()]];
        for delimiter in DELIMITERS {
            let lines = written(&[], &rows, delimiter, true);
            let tabs = if delimiter == Delimiter::Tab { 2 } else { 0 };
            assert_eq!(lines.matches('\t').count(), tabs, "{name}");
            assert_harmless("csv", name, &lines.replace('\t', " "));
            assert_eq!(lines.matches('\n').count(), 1, "{name}");
            let cells = read(&written(&[], &rows, delimiter, false), delimiter);
            assert_eq!(cells, [vec!["a".to_owned(), sanitize(&text).into_owned(), "b".to_owned()]], "{name}");
        }
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
    for delimiter in DELIMITERS {
        let rows = vec![row(&["a long cell"]); 10_000];
        let failed = write(&[], rows, delimiter, false, true, &mut Closed).unwrap_err();
        assert_eq!(failed.kind(), io::ErrorKind::BrokenPipe);
    }
}

proptest! {
    #[test]
    fn every_table_comes_back_from_a_reader(
        rows in (1..5_usize).prop_flat_map(|width| prop::collection::vec(
            prop::collection::vec("[a=+@,;\"' \n\r\t\u{1b}\u{9b}\u{feff}é\\-]{0,6}|\\PC{0,4}", width), 1..6)),
        guard: bool,
        delimiter in prop::sample::select(&DELIMITERS[..]),
    ) {
        let lines = written(&[], &rows, delimiter, guard);
        assert_harmless("csv", "generated", &lines.replace('\t', " "));
        let cells = read(&lines, delimiter);
        prop_assert_eq!(cells.len(), rows.len());
        for (cells, row) in cells.iter().zip(&rows) {
            prop_assert_eq!(cells.len(), row.len());
            for (cell, sent) in cells.iter().zip(row) {
                let safe = sanitize(sent).into_owned();
                prop_assert!(*cell == safe || (guard && cell.strip_prefix('\'') == Some(&safe)));
                let begins = sent.trim_start_matches(['"', '\'', ' ', '\t', '\n', '\r', '\u{feff}']);
                prop_assert!(!(guard && begins.starts_with(['=', '@'])) || cell.starts_with('\''));
            }
        }
    }

    /// Without a quotation mark in any cell, TSV can be split by `cut` and `awk` as well.
    #[test]
    fn tsv_without_quotation_marks_splits_at_its_tabs(
        rows in prop::collection::vec(prop::collection::vec("[^\"]{0,8}", 3), 1..5)
    ) {
        let lines = written(&[], &rows, Delimiter::Tab, false);
        let cells: Vec<Vec<String>> =
            lines.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect();
        let safe: Vec<Vec<String>> =
            rows.iter().map(|row| row.iter().map(|cell| sanitize(cell).into_owned()).collect()).collect();
        prop_assert_eq!(cells, safe);
    }
}
