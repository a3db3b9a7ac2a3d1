//! A table that fits a terminal, with words, marks and colours for a person.

use std::io::{self, Write};

use comfy_table::{CellAlignment, Table, TableStyle};

use crate::output::cell::{Cell, DisplayText};
use crate::output::presentation::{Presentation, TimeStyle};
use crate::output::table_view::{Column, TableView};
use crate::output::text::style::Tint;
use crate::output::text::terminal::sanitize_for_terminal;
use crate::output::text::width::{cut, width, wrap};
use crate::report::Meaning;

/// Spaces between two columns.
pub(super) const GAP: u16 = 2;

/// `comfy-table` lays out placeholders of the right width, and the texts replace them afterwards. It measures whole
/// strings, but terminals paint some of them wider (Arabic ligatures); it would also break texts, and count colour codes.
const PLACEHOLDER: &str = "x";

type Line = Vec<DisplayText>;

/// Writes the rows of a report under the selected columns. No line is wider than `room` terminal columns.
///
/// # Errors
/// If `out` cannot be written.
pub(crate) fn write_table(
    view: &TableView<'_>,
    presentation: &Presentation,
    room: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let columns = view.columns();
    let Presentation { headers, color, .. } = presentation;
    let heading = |column: &Column| harmless(DisplayText { text: column.title.clone(), tint: Tint::Strong });
    let headings: Option<Line> = headers.then(|| columns.iter().map(heading).collect());
    let rows = |style| {
        let cell = move |cell| harmless(Cell::display(cell, presentation, style));
        view.rows().map(move |cells| cells.map(cell).collect())
    };
    let lines = |style| headings.iter().cloned().chain(rows(style));

    // Lines are made more than once: keeping the uncut texts of a large answer would take as much memory as the answer.
    let layout = |style| Layout::new(wishes(columns, lines(style)), room);
    let mut style = presentation.time.unwrap_or(TimeStyle::Relative);
    let mut chosen = layout(style);
    if style == TimeStyle::Both && !chosen.shows_all() {
        let relative = layout(TimeStyle::Relative);
        if !chosen.shows_as_much_as(&relative) {
            (style, chosen) = (TimeStyle::Relative, relative);
        }
    }
    let places = chosen.places;
    let lines: Vec<Line> = lines(style).flat_map(|line| fitted(columns, &places, &line)).collect();
    for (laid_out, line) in lay_out(columns, &places, &lines).lines().zip(&lines) {
        write_line(&laid_out, line, *color, out)?;
    }
    Ok(())
}

/// Spaces at the end of a cell are removed, because they would be coloured.
fn harmless(DisplayText { text, tint }: DisplayText) -> DisplayText {
    DisplayText { text: sanitize_for_terminal(&text).trim_end_matches(' ').to_owned(), tint }
}

fn wishes(columns: &[Column], lines: impl Iterator<Item = Line>) -> Vec<Wish> {
    let mut widest = vec![1; columns.len()];
    for line in lines {
        for (widest, cell) in widest.iter_mut().zip(line) {
            *widest = width(&cell.text).max(*widest);
        }
    }
    let wish = |(column, natural): (&Column, usize)| {
        let or_whole = |width: Option<usize>| width.map_or(natural, |width| width.min(natural));
        let least = least(column);
        Wish {
            natural,
            least: or_whole(least),
            beginning: or_whole(least.map(|_| SLIVER)),
            rank: column.rank,
            needs_room: column.needs_room,
            says_less_than_a_clock: column.needs_room
                && matches!(column.meaning, Meaning::Id | Meaning::Icons),
        }
    };
    columns.iter().zip(widest).map(wish).collect()
}

/// Which columns are shown, and how wide.
struct Layout {
    wishes: Vec<Wish>,
    places: Vec<Place>,
}

impl Layout {
    fn new(wishes: Vec<Wish>, room: usize) -> Self {
        let places = fit(&wishes, room);
        Self { wishes, places }
    }

    fn width(&self, column: usize) -> Option<usize> {
        self.places.iter().find(|place| place.column == column).map(|place| place.width)
    }

    fn shows_all(&self) -> bool {
        self.wishes.iter().enumerate().all(|(column, wish)| self.width(column) >= Some(wish.natural))
    }

    /// Whether nothing is lost compared with another layout but columns that say less than the time of day. A column that is cut
    /// in both may give room if it has plenty.
    fn shows_as_much_as(&self, other: &Self) -> bool {
        self.wishes.iter().enumerate().filter(|(_, wish)| !wish.says_less_than_a_clock).all(
            |(column, wish)| {
                let (width, before) = (self.width(column), other.width(column));
                width >= before.min(Some(wish.natural)) || width >= Some(wish.least * PLENTY)
            },
        )
    }
}

/// A row as lines: prose is wrapped, and everything else is cut.
fn fitted(columns: &[Column], places: &[Place], line: &[DisplayText]) -> Vec<Line> {
    let cell = |place: &Place| {
        let DisplayText { text, tint } = &line[place.column];
        let texts = match columns[place.column].meaning {
            Meaning::Prose => wrap(text, place.width),
            _ => vec![cut(text, place.width).into_owned()],
        };
        (texts, *tint)
    };
    let cells: Vec<(Vec<String>, Tint)> = places.iter().map(cell).collect();
    let height = cells.iter().map(|(texts, _)| texts.len()).max().unwrap_or(0);
    let line_at = |at| {
        let text = |(texts, tint): &(Vec<String>, Tint)| DisplayText {
            text: texts.get(at).cloned().unwrap_or_default(),
            tint: *tint,
        };
        cells.iter().map(text).collect()
    };
    (0..height).map(line_at).collect()
}

/// The width below which a cell is of no use; `None` where a cut value would mislead.
fn least(column: &Column) -> Option<usize> {
    match column.meaning {
        // A sentence needs more than a word; an extra field may be either.
        Meaning::Text if column.is_extra() => Some(16),
        Meaning::Text => Some(32),
        // It is wrapped.
        Meaning::Prose => Some(16),
        Meaning::Kind | Meaning::Icons | Meaning::Raw | Meaning::Nested(_) => Some(12),
        // Names differ in their ends as often as in their beginnings.
        Meaning::Name => Some(24),
        Meaning::Id => Some(10),
        Meaning::State
        | Meaning::Verdict
        | Meaning::Time
        | Meaning::Elapsed
        | Meaning::AgentState
        | Meaning::Remaining
        | Meaning::Overrun
        | Meaning::Count
        | Meaning::Share
        | Meaning::List(_)
        | Meaning::Phone => None,
    }
}

/// The table with placeholders for its texts.
fn lay_out(columns: &[Column], places: &[Place], lines: &[Line]) -> Table {
    let mut table = Table::new();
    table.load_style(TableStyle::new());
    for line in lines {
        table.add_row(line.iter().map(|cell| PLACEHOLDER.repeat(width(&cell.text))));
    }
    for (column, place) in table.column_iter_mut().zip(places) {
        column.set_padding((0, GAP));
        if columns[place.column].meaning.is_number() {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// Writes a laid-out line with the texts in place of the placeholders.
fn write_line(laid_out: &str, line: &[DisplayText], color: bool, out: &mut dyn Write) -> io::Result<()> {
    let mut rest = laid_out;
    for DisplayText { text, tint } in line.iter().filter(|cell| !cell.text.is_empty()) {
        let (spaces, placeholders) = rest.split_at(rest.find(PLACEHOLDER).unwrap_or(rest.len()));
        let style = tint.style_if(color);
        write!(out, "{spaces}{style}{text}{style:#}")?;
        rest = &placeholders[width(text)..];
    }
    writeln!(out)
}

/// The least room that is worth filling with the beginning of a column that was dropped.
const SLIVER: usize = 8;

/// A column that is so many times wider than it needs to be of use has plenty of room.
const PLENTY: usize = 2;

/// The width that a column asks for.
#[derive(Clone, Copy, Debug)]
struct Wish {
    /// The width of its widest cell.
    natural: usize,
    /// The width below which it is of no use beside others.
    least: usize,
    /// The width that its beginning needs, which is better than nothing; all of it, where a part says something else.
    beginning: usize,
    /// The column with the highest rank is dropped first.
    rank: usize,
    /// Whether it is dropped before another column is cut.
    needs_room: bool,
    /// Whether it is dropped before the time of day is.
    says_less_than_a_clock: bool,
}

/// The width that a column gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    /// Its index among all columns.
    column: usize,
    width: usize,
}

/// Gives each column its natural width if there is room, for which it drops those that need room. Otherwise it drops the
/// columns with the highest rank until the rest fits at its least width, and takes the missing room from the widest. One
/// column always stays.
fn fit(wishes: &[Wish], room: usize) -> Vec<Place> {
    let mut kept: Vec<(usize, Wish)> = wishes.iter().copied().enumerate().collect();
    let needs_room = |kept: &[(usize, Wish)]| {
        (0..kept.len()).filter(|&at| kept[at].1.needs_room).max_by_key(|&at| kept[at].1.rank)
    };
    while kept.len() > 1
        && total(&kept, usize::MAX) > room
        && let Some(last) = needs_room(&kept)
    {
        kept.remove(last);
    }
    let mut last_dropped = None;
    while kept.len() > 1 && total(&kept, 0) > room {
        let last = (0..kept.len()).max_by_key(|&at| kept[at].1.rank);
        last_dropped = last.map(|at| kept.remove(at));
    }
    // The beginning of a text is worth more than an empty edge.
    let spare = room.saturating_sub(total(&kept, room) + usize::from(GAP));
    if let Some((column, wish)) = last_dropped.filter(|(_, wish)| wish.beginning <= spare) {
        kept.push((column, Wish { least: wish.beginning, ..wish }));
        kept.sort_unstable_by_key(|(column, _)| *column);
    }
    share(&kept, room)
}

/// Limits the widest columns to a common width, and gives each of them one of the columns that are left.
fn share(kept: &[(usize, Wish)], room: usize) -> Vec<Place> {
    let cap = (0..=room).rev().find(|&cap| total(kept, cap) <= room).unwrap_or(0);
    let mut left = room.saturating_sub(total(kept, cap));
    let place = |&(column, wish): &(usize, Wish)| {
        let width = capped(wish, cap);
        let more = usize::from(left > 0 && width < wish.natural);
        left -= more;
        Place { column, width: (width + more).min(room.max(1)) }
    };
    kept.iter().map(place).collect()
}

fn total(kept: &[(usize, Wish)], cap: usize) -> usize {
    kept.iter().map(|(_, wish)| capped(*wish, cap)).sum::<usize>()
        + usize::from(GAP) * kept.len().saturating_sub(1)
}

fn capped(wish: Wish, cap: usize) -> usize {
    wish.natural.min(cap.max(wish.least))
}

#[cfg(test)]
mod tests;
