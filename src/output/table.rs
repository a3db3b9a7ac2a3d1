//! Rows as columns of text, one line each: fitted, marked and coloured for a person at a terminal;
//! exact and whole in a pipe. It must not know where cells come from.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use crate::output::{
    cell::{Cell, Glance},
    fit::{Place, Wish, fit},
    grid::{self, Label},
    presentation::Presentation,
    report::Meaning,
    select::{Column, Selection},
    style::Tint,
};

/// In a pipe nothing is cut. A longer cell runs over its column, so that one long message does not
/// fill every other row with spaces.
const WIDEST_ALIGNED: usize = 160;

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
    let columns = selection.columns();
    let headings = columns.iter().map(|column| Label::new(Cow::Borrowed(&*column.title), Tint::Strong));
    let heading = presentation.headers.then(|| headings.collect());
    let rows = selection.rows().map(|cells| {
        let labels = cells.into_iter().map(|cell| label(cell, presentation));
        labels.collect()
    });
    let mut lines: Vec<Vec<Label<'_>>> = heading.into_iter().chain(rows).collect();

    let mut places = fit(&wishes(columns, &lines), presentation.width);
    if presentation.width.is_none() {
        for place in &mut places {
            place.width = place.width.min(WIDEST_ALIGNED);
        }
    } else {
        for line in &mut lines {
            for place in &places {
                line[place.column].cut(place.width);
            }
        }
    }
    let tracks: Vec<_> = places.iter().map(|place| track(place, columns)).collect();
    grid::draw(&lines, &tracks, presentation.color, out)
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

fn wishes(columns: &[Column], lines: &[Vec<Label<'_>>]) -> Vec<Wish> {
    let wish = |(at, column): (usize, &Column)| {
        let natural = lines.iter().map(|line| line[at].width()).max().unwrap_or(0).max(1);
        let least = least(column).map_or(natural, |least| least.min(natural));
        Wish { natural, least, rank: column.rank }
    };
    columns.iter().enumerate().map(wish).collect()
}

/// Columns in which a cell still says something; `None` where half of it would mislead.
fn least(column: &Column) -> Option<usize> {
    match column.meaning {
        // A sentence needs more than a word; what nobody named may be either.
        Meaning::Text if u8::try_from(column.rank).is_ok() => Some(32),
        Meaning::Text => Some(16),
        Meaning::Kind | Meaning::Icons | Meaning::Raw => Some(12),
        Meaning::Name | Meaning::Id => Some(10),
        Meaning::State
        | Meaning::Time
        | Meaning::Elapsed
        | Meaning::Remaining
        | Meaning::Count
        | Meaning::Phone => None,
    }
}

fn track(place: &Place, columns: &[Column]) -> grid::Track {
    let stands_right =
        matches!(columns[place.column].meaning, Meaning::Elapsed | Meaning::Remaining | Meaning::Count);
    grid::Track { cell: place.column, width: place.width, stands_right }
}

#[cfg(test)]
mod tests;
