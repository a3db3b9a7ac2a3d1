//! A table that fits a terminal: worded, marked and coloured for a person, one line a row.

use std::io::{self, Write};

use comfy_table::{CellAlignment, Table, TableStyle};

use crate::output::formats::cell::{Cell, Glance};
use crate::output::formats::fit::{GAP, Place, Wish, fit};
use crate::output::presentation::Presentation;
use crate::output::select::{Column, Selection};
use crate::output::text::sanitize::sanitize;
use crate::output::text::style::Tint;
use crate::output::text::width::{cut, width};
use crate::report::Meaning;

/// What `comfy-table` lays out instead of a column of text. It measures whole strings, and terminals paint some of them
/// wider (Arabic ligatures); nor must it break texts, or see colour codes. So it gets as many stand-ins as the terminal
/// paints columns, and the texts take their places afterwards.
const STAND_IN: &str = "x";

/// A text of the table, harmless and without spaces at its end.
struct Label {
    text: String,
    tint: Tint,
}

impl Label {
    fn new(text: &str, tint: Tint) -> Self {
        Self { text: sanitize(text).trim_end_matches(' ').to_owned(), tint }
    }

    fn of_cell(cell: Cell<'_>, presentation: &Presentation) -> Self {
        let Presentation { zone, now, mask, .. } = presentation;
        let Glance { words, tint } = cell.glance(*now, zone, *mask);
        Self::new(&words, tint)
    }

    fn cut(&self, columns: usize) -> Self {
        Self { text: cut(&self.text, columns).into_owned(), tint: self.tint }
    }
}

/// Writes the rows of a report under the selected columns. No line is wider than `room`.
///
/// # Errors
/// What the writer answers.
pub fn write_table(
    selection: &Selection<'_>,
    presentation: &Presentation,
    room: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let columns = selection.columns();
    let headings = columns.iter().map(|column| Label::new(&column.title, Tint::Strong));
    let headings = presentation.headers.then(|| headings.collect());
    let rows = selection
        .rows()
        .map(|cells| cells.into_iter().map(|cell| Label::of_cell(cell, presentation)).collect());
    let lines: Vec<Vec<Label>> = headings.into_iter().chain(rows).collect();

    let places = places(columns, &lines, room);
    let cut = |line: &Vec<Label>| places.iter().map(|place| line[place.column].cut(place.width)).collect();
    let lines: Vec<Vec<Label>> = lines.iter().map(cut).collect();

    for (laid_out, line) in lay_out(columns, &places, &lines).lines().zip(&lines) {
        write_line(&laid_out, line, presentation.color, out)?;
    }
    Ok(())
}

/// Which columns are shown, and how wide.
fn places(columns: &[Column], lines: &[Vec<Label>], room: usize) -> Vec<Place> {
    let wish = |(index, column): (usize, &Column)| {
        let widest = lines.iter().map(|line| width(&line[index].text)).max();
        let natural = widest.unwrap_or_default().max(1);
        let least = least(column).map_or(natural, |least| least.min(natural));
        Wish { natural, least, rank: column.rank }
    };
    let wishes: Vec<Wish> = columns.iter().enumerate().map(wish).collect();
    fit(&wishes, room)
}

/// Columns in which a cell still says something; `None` where half of it would mislead.
fn least(column: &Column) -> Option<usize> {
    match column.meaning {
        // A sentence needs more than a word; what nobody named may be either.
        Meaning::Text if u8::try_from(column.rank).is_ok() => Some(32),
        Meaning::Text => Some(16),
        Meaning::Kind | Meaning::Icons | Meaning::Raw => Some(12),
        // Names are told apart by their ends as often as by their beginnings.
        Meaning::Name => Some(24),
        Meaning::Id => Some(10),
        Meaning::State
        | Meaning::Verdict
        | Meaning::Time
        | Meaning::Elapsed
        | Meaning::Remaining
        | Meaning::Count
        | Meaning::Phone => None,
    }
}

/// The table with stand-ins for its texts.
fn lay_out(columns: &[Column], places: &[Place], lines: &[Vec<Label>]) -> Table {
    let mut table = Table::new();
    table.load_style(TableStyle::new());
    for line in lines {
        table.add_row(line.iter().map(|label| STAND_IN.repeat(width(&label.text))));
    }
    for (column, place) in table.column_iter_mut().zip(places) {
        column.set_padding((0, GAP));
        if columns[place.column].meaning.is_number() {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// Writes a laid out line with the texts in place of their stand-ins.
fn write_line(laid_out: &str, line: &[Label], color: bool, out: &mut dyn Write) -> io::Result<()> {
    let mut rest = laid_out;
    for Label { text, tint } in line.iter().filter(|label| !label.text.is_empty()) {
        let (spaces, stand_ins) = rest.split_at(rest.find(STAND_IN).unwrap_or(rest.len()));
        let style = tint.style_if(color);
        write!(out, "{spaces}{style}{text}{style:#}")?;
        rest = &stand_ins[width(text)..];
    }
    writeln!(out)
}

#[cfg(test)]
mod tests;
