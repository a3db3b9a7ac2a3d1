//! Writes cells of text as CSV or TSV.

use std::borrow::Cow;
use std::io::{self, Write};

use csv::Terminator;
use unicode_width::UnicodeWidthChar;

use crate::output::text::mask::HIDDEN_DIGIT;
use crate::output::text::sanitize::{is_hidden, sanitize};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delimiter {
    /// CSV by RFC 4180.
    Comma,
    /// TSV, which is the same with another delimiter: a cell with a quotation mark is quoted, and others never need to
    /// be, because `sanitize` has replaced tabs and line feeds. Escapes with `\` would be read by few programs.
    Tab,
}

impl Delimiter {
    const fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Tab => b'\t',
        }
    }
}

/// Writes UTF-8 lines that end in LF, each cell made harmless, and quoted only where it has to be.
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
    let mut lines = csv::WriterBuilder::new()
        .delimiter(delimiter.byte())
        .terminator(Terminator::Any(b'\n'))
        .flexible(true)
        .from_writer(out);
    if headers {
        write_line(header, guard, &mut lines)?;
    }
    rows.into_iter().try_for_each(|row| write_line(row, guard, &mut lines))?;
    lines.flush()
}

fn write_line<W: Write>(
    cells: impl IntoIterator<Item: AsRef<str>>,
    guard: bool,
    lines: &mut csv::Writer<W>,
) -> io::Result<()> {
    for cell in cells {
        lines.write_field(harmless(cell.as_ref(), guard).as_bytes()).map_err(io_error)?;
    }
    lines.write_record(None::<&[u8]>).map_err(io_error)
}

/// With a `'` before it if a spreadsheet would read it as a formula (CWE-1236).
fn harmless(cell: &str, guard: bool) -> Cow<'_, str> {
    let shown = sanitize(cell);
    if guard && is_formula(cell) { Cow::Owned(format!("'{shown}")) } else { shown }
}

/// The I/O error inside, so that a closed pipe is still recognised.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// Signs with which spreadsheets let a formula begin, and the forms of them that an input method or a normalisation
/// turns into them.
const FORMULA_SIGNS: [char; 19] =
    ['=', '+', '-', '@', '＝', '＋', '－', '＠', '﹦', '﹢', '﹣', '﹫', '−', '⁼', '⁺', '⁻', '₌', '₊', '₋'];

/// Whether the cell begins with a sign of a formula, once what a spreadsheet may strip is gone. Line breaks need no rule
/// of their own: `sanitize` has replaced them, so no cell begins a new line.
fn is_formula(cell: &str) -> bool {
    let begins = cell.trim_start_matches(is_stripped).starts_with(FORMULA_SIGNS);
    let bare = cell.trim_matches(' ');
    begins && !is_phone(bare) && !is_signed_number(bare)
}

/// Quotation marks, any space, and what nobody sees, control characters among it. One program strips some of these and another
/// program others, some only when a file is opened for the second time.
fn is_stripped(character: char) -> bool {
    let is_quote = matches!(
        character,
        '"' | '\'' | '`' | '´' | '‘'..='‟' | '′' | '″' | '«' | '»' | '‹' | '›' | '＂' | '＇' | '｀'
    );
    is_quote
        || character.is_whitespace()
        || is_hidden(character)
        || character.width().unwrap_or_default() == 0
}

/// `^\+?[0-9][0-9 ()-]{5,20}$`, where `•` stands for a digit that `--mask` hides.
fn is_phone(cell: &str) -> bool {
    let cell = cell.strip_prefix('+').unwrap_or(cell);
    let is_digit = |character: char| character.is_ascii_digit() || character == HIDDEN_DIGIT;
    (6..=21).contains(&cell.chars().count())
        && cell.starts_with(is_digit)
        && cell.chars().all(|character| is_digit(character) || matches!(character, ' ' | '(' | ')' | '-'))
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
