//! CSV and TSV: a reader by the book gets the cells back, and no cell is a formula.

use deepcall::output::formats::delimited::{Delimiter, write};
use deepcall::output::text::sanitize::sanitize;

use super::Bytes;

type Rows = Vec<Vec<String>>;

/// The first byte chooses the format and the guard. Lines of the rest are rows, their cells end at 0x1f.
pub fn check(input: &[u8]) {
    let mut bytes = Bytes(input);
    let choice = bytes.byte();
    let guard = choice & 1 == 0;
    let rows: Rows = bytes
        .0
        .split(|&byte| byte == b'\n')
        .map(|row| {
            row.split(|&byte| byte == 0x1f).map(|cell| String::from_utf8_lossy(cell).into_owned()).collect()
        })
        .collect();
    let (delimiter, read): (_, fn(&str) -> Rows) =
        if choice & 2 == 0 { (Delimiter::Comma, read_csv) } else { (Delimiter::Tab, read_tsv) };
    let mut out = vec![];
    write(&rows[0], &rows[1..], delimiter, choice & 4 == 0, guard, &mut out).unwrap();
    let found = read(std::str::from_utf8(&out).unwrap());

    let wanted = if choice & 4 == 0 { &rows[..] } else { &rows[1..] };
    let wanted: Rows =
        wanted.iter().map(|row| row.iter().map(|cell| expected(cell, guard)).collect()).collect();
    assert_eq!(found, wanted);
}

fn expected(cell: &str, guard: bool) -> String {
    let safe = sanitize(cell).into_owned();
    if guard && is_formula(&safe) { format!("'{safe}") } else { safe }
}

/// What a spreadsheet would calculate, but for phone numbers and plain signed numbers.
fn is_formula(cell: &str) -> bool {
    let visible = cell.trim_start_matches(['␉', '␊', '␍', ' ', '\u{a0}']);
    if !visible.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) {
        return false;
    }
    let digits = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    let unsigned = cell.strip_prefix(['+', '-']).unwrap_or(cell);
    let is_number = match unsigned.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(unsigned),
    };
    let mut dialled = cell.strip_prefix('+').unwrap_or(cell).chars();
    let is_phone = dialled.next().is_some_and(|first| first.is_ascii_digit())
        && (5..=20).contains(&dialled.as_str().chars().count())
        && dialled.all(|c| c.is_ascii_digit() || " ()-".contains(c));
    !is_number && !is_phone
}

fn read_tsv(text: &str) -> Rows {
    text.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

/// RFC 4180 with LF: a cell in quotation marks may contain anything, a doubled mark stands for one.
pub fn read_csv(text: &str) -> Rows {
    let mut rows = vec![];
    let mut rest = text;
    while !rest.is_empty() {
        let mut row = vec![];
        loop {
            let mut cell = String::new();
            if let Some(mut quoted) = rest.strip_prefix('"') {
                loop {
                    let end = quoted.find('"').expect("a quotation mark is never closed");
                    cell.push_str(&quoted[..end]);
                    rest = &quoted[end + 1..];
                    let Some(more) = rest.strip_prefix('"') else { break };
                    cell.push('"');
                    quoted = more;
                }
            } else {
                let end = rest.find([',', '\n', '"']).expect("the last line does not end");
                cell.push_str(&rest[..end]);
                rest = &rest[end..];
            }
            row.push(cell);
            match rest.split_at_checked(1) {
                Some((",", more)) => rest = more,
                Some(("\n", more)) => {
                    rest = more;
                    break;
                }
                other => panic!("{other:?} after a cell"),
            }
        }
        rows.push(row);
    }
    rows
}
