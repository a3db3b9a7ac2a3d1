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
    let (delimiter, sign) = if choice & 2 == 0 { (Delimiter::Comma, ',') } else { (Delimiter::Tab, '\t') };
    let mut out = vec![];
    write(&rows[0], &rows[1..], delimiter, choice & 4 == 0, guard, &mut out).unwrap();
    let found = read(std::str::from_utf8(&out).unwrap(), sign);

    let sent = if choice & 4 == 0 { &rows[..] } else { &rows[1..] };
    assert_eq!(found.len(), sent.len());
    for (found, sent) in found.iter().zip(sent) {
        assert_eq!(found.len(), sent.len());
        for (found, sent) in found.iter().zip(sent) {
            check_cell(found, sent, guard);
        }
    }
}

fn check_cell(found: &str, sent: &str, guard: bool) {
    let safe = sanitize(sent).into_owned();
    let guarded = format!("'{safe}");
    if guard && is_formula(sent) {
        assert_eq!(found, guarded, "{sent:?}");
    } else if !guard || sent.chars().all(|c| c.is_alphanumeric() || " ,;.:/_".contains(c)) {
        assert_eq!(found, safe, "{sent:?}");
    } else {
        // More may be looked through than what is known here to be stripped.
        assert!(found == safe || found == guarded, "{found:?} of {sent:?}");
    }
}

/// What a spreadsheet would calculate, but for phone numbers and plain signed numbers.
fn is_formula(cell: &str) -> bool {
    let stripped = |c: char| c.is_whitespace() || c.is_control() || "\"'\u{feff}\u{200b}".contains(c);
    if !cell.trim_start_matches(stripped).starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) {
        return false;
    }
    let cell = cell.trim_matches(' ');
    let digits = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    let unsigned = cell.strip_prefix(['+', '-']).unwrap_or(cell);
    let is_number = match unsigned.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(unsigned),
    };
    let is_dialled = |c: char| c.is_ascii_digit() || c == '•';
    let mut dialled = cell.strip_prefix('+').unwrap_or(cell).chars();
    let is_phone = dialled.next().is_some_and(is_dialled)
        && (5..=20).contains(&dialled.as_str().chars().count())
        && dialled.all(|c| is_dialled(c) || " ()-".contains(c));
    !is_number && !is_phone
}

/// RFC 4180 with LF: a cell in quotation marks may contain anything, a doubled mark stands for one.
fn read(text: &str, delimiter: char) -> Rows {
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
                let end = rest.find([delimiter, '\n', '"']).expect("the last line does not end");
                cell.push_str(&rest[..end]);
                rest = &rest[end..];
            }
            row.push(cell);
            match rest.split_at_checked(1) {
                Some((sign, more)) if sign.starts_with(delimiter) => rest = more,
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
