//! Writes cells of text as CSV or TSV.

use std::borrow::Cow;
use std::io::{self, Write};

use csv::Terminator;

use crate::output::text::sanitize::sanitize;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delimiter {
    /// CSV by RFC 4180: cells are quoted where they have to be.
    Comma,
    /// TSV: nothing is quoted, because `sanitize` has already replaced tabs and line feeds in cells.
    Tab,
}

/// Writes UTF-8 lines that end in LF, each cell made harmless.
///
/// With `guard`, a cell that a spreadsheet would read as a formula gets a leading `'`. Phone numbers and plain signed
/// numbers get none, although they begin like a formula.
///
/// # Errors
/// If `out` cannot be written.
pub fn write<R>(
    header: &[String],
    rows: impl IntoIterator<Item = R>,
    delimiter: Delimiter,
    headers: bool,
    guard: bool,
    out: &mut dyn Write,
) -> io::Result<()>
where
    R: IntoIterator<Item: AsRef<str>>,
{
    match delimiter {
        Delimiter::Comma => {
            let mut csv =
                csv::WriterBuilder::new().terminator(Terminator::Any(b'\n')).flexible(true).from_writer(out);
            if headers {
                write_csv_line(header, guard, &mut csv)?;
            }
            rows.into_iter().try_for_each(|row| write_csv_line(row, guard, &mut csv))?;
            csv.flush()
        }
        Delimiter::Tab => {
            if headers {
                write_tsv_line(header, guard, out)?;
            }
            rows.into_iter().try_for_each(|row| write_tsv_line(row, guard, out))
        }
    }
}

fn write_csv_line<W: Write>(
    cells: impl IntoIterator<Item: AsRef<str>>,
    guard: bool,
    csv: &mut csv::Writer<W>,
) -> io::Result<()> {
    for cell in cells {
        csv.write_field(harmless(cell.as_ref(), guard).as_bytes()).map_err(io_error)?;
    }
    csv.write_record(None::<&[u8]>).map_err(io_error)
}

fn write_tsv_line(
    cells: impl IntoIterator<Item: AsRef<str>>,
    guard: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    for (index, cell) in cells.into_iter().enumerate() {
        if index > 0 {
            out.write_all(b"\t")?;
        }
        out.write_all(harmless(cell.as_ref(), guard).as_bytes())?;
    }
    out.write_all(b"\n")
}

fn harmless(cell: &str, guard: bool) -> Cow<'_, str> {
    let cell = sanitize(cell);
    if guard { guarded(cell) } else { cell }
}

/// The I/O error inside, so that a closed pipe is still recognised.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// Puts a `'` before a cell that a spreadsheet would read as a formula (CWE-1236). Line breaks need no rule here:
/// `sanitize` has replaced them by `␊`, so no cell begins a new line.
fn guarded(cell: Cow<'_, str>) -> Cow<'_, str> {
    let visible = cell.trim_start_matches([' ', '\u{a0}', '␉', '␊', '␍']);
    let begins_formula = visible.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    if begins_formula && !is_phone(&cell) && !is_signed_number(&cell) {
        Cow::Owned(format!("'{cell}"))
    } else {
        cell
    }
}

/// `^\+?[0-9][0-9 ()-]{5,20}$`
fn is_phone(cell: &str) -> bool {
    let cell = cell.strip_prefix('+').unwrap_or(cell);
    (6..=21).contains(&cell.len())
        && cell.starts_with(|first: char| first.is_ascii_digit())
        && cell.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b' ' | b'(' | b')' | b'-'))
}

/// `^[+-]?[0-9]+(\.[0-9]+)?$`
fn is_signed_number(cell: &str) -> bool {
    let number = cell.strip_prefix(['+', '-']).unwrap_or(cell);
    let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
    let is_digits = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_digits(whole) && is_digits(part)
}

#[cfg(test)]
mod tests;
