//! Rows as columns of text, one line each: fitted, marked and coloured for a person at a terminal;
//! exact and whole in a pipe. It must not know where cells come from.

use std::{
    borrow::{Borrow, Cow},
    io::{self, Write},
};

use crate::output::formats::cell::{Cell, Glance};
use crate::output::formats::fit::{Place, Wish, fit};
use crate::output::formats::grid;
use crate::output::formats::grid::Label;
use crate::output::presentation::Presentation;
use crate::output::select::{Column, Selection};
use crate::output::text::style::Tint;
use crate::report::Meaning;

/// In a pipe nothing is cut. A longer cell runs over its column, so that one long message does not
/// fill every other row with spaces.
const WIDEST_ALIGNED: usize = 160;

/// Beyond so many rows each is made twice, to be measured and to be drawn, and none is kept. The cells of a reply of
/// 20,000 rows would take more memory than the reply itself, and to get that memory from the system takes as long as
/// making them again; and the table library takes as long again.
const MOST_KEPT: usize = 1000;

/// Writes the rows of a report under the selected columns. No line is wider than the presentation's width;
/// without a width nothing is cut.
///
/// # Errors
/// What the writer answers.
pub fn write_table(
    selection: &Selection<'_>,
    presentation: &Presentation,
    out: &mut dyn Write,
) -> io::Result<()> {
    write_keeping(MOST_KEPT, selection, presentation, out)
}

fn write_keeping(
    most: usize,
    selection: &Selection<'_>,
    presentation: &Presentation,
    out: &mut dyn Write,
) -> io::Result<()> {
    let headings = selection.columns().iter().map(|column| Cow::Borrowed(&*column.title));
    let headings = headings.map(|title| Label::new(title, Tint::Strong));
    let heading = presentation.headers.then(|| headings.collect());
    if selection.rows().len() > most {
        write_unkept(heading, selection, presentation, out)
    } else {
        write_kept(heading, selection, presentation, out)
    }
}

/// Makes all lines, then draws them.
fn write_kept(
    heading: Option<Vec<Label<'_>>>,
    selection: &Selection<'_>,
    presentation: &Presentation,
    out: &mut dyn Write,
) -> io::Result<()> {
    let columns = selection.columns();
    let rows = selection.rows().map(|cells| labels(cells, presentation).collect());
    let mut lines: Vec<Vec<_>> = heading.into_iter().chain(rows).collect();
    let mut widest = vec![1; columns.len()];
    for line in &lines {
        measure(line, &mut widest);
    }
    let places = places(columns, &widest, presentation.width);
    for line in &mut lines {
        cut(line, &places, presentation.width);
    }
    grid::draw(&lines, &tracks(&places, columns), presentation.color, out)
}

/// Makes each line to measure it, and again to draw it.
fn write_unkept(
    heading: Option<Vec<Label<'_>>>,
    selection: &Selection<'_>,
    presentation: &Presentation,
    out: &mut dyn Write,
) -> io::Result<()> {
    let columns = selection.columns();
    let mut widest = vec![1; columns.len()];
    measure(heading.iter().flatten(), &mut widest);
    for cells in selection.rows() {
        measure(labels(cells, presentation), &mut widest);
    }
    let places = places(columns, &widest, presentation.width);
    let tracks = tracks(&places, columns);
    let mut pen = grid::Pen::new(&tracks, presentation.color, out);
    let mut draw = |line: &mut [Label<'_>]| {
        cut(line, &places, presentation.width);
        pen.draw(line)
    };
    heading.into_iter().try_for_each(|mut line| draw(&mut line))?;
    // One line after the other in the memory of the first.
    let mut line = Vec::with_capacity(columns.len());
    selection.rows().try_for_each(|cells| {
        line.clear();
        line.extend(labels(cells, presentation));
        draw(&mut line)
    })
}

fn labels<'r>(
    cells: impl Iterator<Item = Cell<'r>>,
    presentation: &Presentation,
) -> impl Iterator<Item = Label<'r>> {
    cells.map(|cell| label(cell, presentation))
}

/// Notes in `widest` how much room each label of a line takes, where it is more than those before it.
fn measure<'l>(line: impl IntoIterator<Item = impl Borrow<Label<'l>>>, widest: &mut [usize]) {
    for (widest, label) in widest.iter_mut().zip(line) {
        *widest = label.borrow().width().max(*widest);
    }
}

/// Where each column goes, as wide as its widest cell where there is room.
fn places(columns: &[Column], widest: &[usize], room: Option<usize>) -> Vec<Place> {
    let wish = |(column, &natural): (&Column, &usize)| {
        let least = least(column).map_or(natural, |least| least.min(natural));
        Wish { natural, least, rank: column.rank }
    };
    let wishes: Vec<_> = columns.iter().zip(widest).map(wish).collect();
    let mut places = fit(&wishes, room);
    if room.is_none() {
        for place in &mut places {
            place.width = place.width.min(WIDEST_ALIGNED);
        }
    }
    places
}

/// At a terminal no cell is wider than its column.
fn cut(line: &mut [Label<'_>], places: &[Place], room: Option<usize>) {
    if room.is_some() {
        for place in places {
            line[place.column].cut(place.width);
        }
    }
}

fn label<'r>(cell: Cell<'r>, presentation: &Presentation) -> Label<'r> {
    let Presentation { zone, now, mask, .. } = presentation;
    if presentation.terminal {
        let Glance { words, tint } = cell.glance(*now, zone, *mask);
        Label::new(words, tint)
    } else {
        Label::new(cell.exact(zone, *mask), Tint::Plain)
    }
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

fn tracks(places: &[Place], columns: &[Column]) -> Vec<grid::Track> {
    let track = |place: &Place| {
        let stands_right =
            matches!(columns[place.column].meaning, Meaning::Elapsed | Meaning::Remaining | Meaning::Count);
        grid::Track { cell: place.column, width: place.width, stands_right }
    };
    places.iter().map(track).collect()
}

#[cfg(test)]
mod tests;
