//! A table in a pipe: exact values (but for times, if `--time` was typed), aligned, never cut.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use anstyle::Style;

use crate::output::cell::Cell;
use crate::output::formats::table::GAP;
use crate::output::presentation::Presentation;
use crate::output::table_view::{Column, TableView};
use crate::output::text::sanitize::sanitized;
use crate::output::text::style::Tint;
use crate::output::text::width::width;

/// A longer cell overruns its column, so that one long message does not pad every other row with spaces.
const WIDEST_ALIGNED: usize = 160;

type Line<'t> = Vec<Cow<'t, str>>;

/// Writes the rows of a report under the selected columns, one line after the other. Each cell is made twice, once to
/// measure it and once to write it, so that only one line of a long table is in memory.
///
/// # Errors
/// If `out` cannot be written.
pub(crate) fn write_plain_table(
    view: &TableView<'_>,
    presentation: &Presentation,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Presentation { headers, color, .. } = presentation;
    let columns = view.columns();
    let headings = columns.iter().map(|column| sanitized(Cow::Borrowed(column.title.as_str())));
    let headings: Option<Line<'_>> = headers.then(|| headings.collect());
    let text = |cell| sanitized(Cell::plain(cell, presentation));
    let rows = || view.rows().map(|cells| cells.map(text).collect::<Line<'_>>());

    let mut widths = vec![1; columns.len()];
    for line in headings.iter().cloned().chain(rows()) {
        for (widest, text) in widths.iter_mut().zip(&line) {
            *widest = width(text).min(WIDEST_ALIGNED).max(*widest);
        }
    }
    if let Some(headings) = headings {
        write_line(&headings, columns, &widths, Tint::Strong.style_if(*color), out)?;
    }
    rows().try_for_each(|row| write_line(&row, columns, &widths, Style::new(), out))
}

fn write_line(
    texts: &[Cow<'_, str>],
    columns: &[Column],
    widths: &[usize],
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut line = Vec::new();
    for ((text, column), widest) in texts.iter().zip(columns).zip(widths) {
        let spaces = widest.saturating_sub(width(text));
        let (before, after) = if column.meaning.is_number() { (spaces, 0) } else { (0, spaces) };
        line.resize(line.len() + before, b' ');
        write!(line, "{style}{text}{style:#}")?;
        line.resize(line.len() + after + usize::from(GAP), b' ');
    }
    line.truncate(line.trim_ascii_end().len());
    line.push(b'\n');
    out.write_all(&line)
}

#[cfg(test)]
mod tests;
