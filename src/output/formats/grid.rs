//! Texts side by side in tracks of fixed width, coloured after they are laid out. It must not know
//! what they mean.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use comfy_table::{Cell, CellAlignment, ColumnConstraint, ContentLineStyle, Table, TableStyle, Width};
use unicode_width::UnicodeWidthStr;

use crate::output::formats::fit::GAP;
use crate::output::formats::plain;
use crate::output::text::sanitize::sanitize;
use crate::output::text::style::Tint;
use crate::output::text::width::{cut, width};

/// Parts the cells of a laid out line until they are coloured. No cell holds it: `sanitize` lets no
/// control character through.
const EDGE: char = '\u{1f}';

const BORDERLESS: TableStyle =
    TableStyle::new().content_lines(ContentLineStyle { left: None, junction: Some(EDGE), right: None });

/// A text ready to be laid out: harmless, and measured once.
#[derive(Clone, Debug)]
pub struct Label<'t> {
    text: Cow<'t, str>,
    width: usize,
    tint: Tint,
}

impl<'t> Label<'t> {
    /// Makes a text harmless and measures it.
    #[must_use]
    pub fn new(text: Cow<'t, str>, tint: Tint) -> Self {
        if let Some(width) = plain::columns(&text) {
            return Self { text, width, tint };
        }
        let text = match sanitize(&text) {
            Cow::Borrowed(_) => text,
            Cow::Owned(harmless) => Cow::Owned(harmless),
        };
        Self { width: width(&text), text, tint }
    }

    /// Columns it takes.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Cuts it to so many columns, if it takes more.
    pub fn cut(&mut self, columns: usize) {
        if self.width > columns {
            self.text = Cow::Owned(cut(&self.text, columns).into_owned());
            self.width = width(&self.text);
        }
    }
}

/// Where one label of each line goes.
#[derive(Clone, Copy, Debug)]
pub struct Track {
    /// Which label of a line.
    pub cell: usize,
    /// Its columns; a wider label runs over.
    pub width: usize,
    /// Whether labels stand at its right edge.
    pub stands_right: bool,
}

impl Track {
    /// Whether the table library would set this label as it is painted. It measures whole strings,
    /// in which Arabic ligatures count as one column where terminals paint two, and it wraps what
    /// is too wide.
    fn suits(&self, label: &Label<'_>) -> bool {
        label.width <= self.width && (label.text.is_ascii() || label.text.width() == label.width)
    }

    fn set(&self, label: &Label<'_>) -> String {
        let (before, after) = self.spaces(label);
        format!("{:before$}{}{:after$}", "", label.text, "")
    }

    /// Spaces before and after a label.
    fn spaces(&self, label: &Label<'_>) -> (usize, usize) {
        let spaces = self.width.saturating_sub(label.width);
        if self.stands_right { (spaces, 0) } else { (0, spaces) }
    }
}

/// Writes one line of text for each line of labels, laid out by the table library. It takes some 4 µs and 2 kB per
/// line; for long tables there is [`Pen`].
///
/// # Errors
/// What the writer answers.
pub fn draw(lines: &[Vec<Label<'_>>], tracks: &[Track], color: bool, out: &mut dyn Write) -> io::Result<()> {
    let mut painted = Vec::new();
    lay_out(lines, tracks).lines().zip(lines).try_for_each(|(laid_out, line)| {
        for (piece, track) in laid_out.split(EDGE).zip(tracks) {
            let label = &line[track.cell];
            let piece = if track.suits(label) { Cow::Borrowed(piece) } else { Cow::Owned(track.set(label)) };
            paint(&piece, label.tint, color, &mut painted);
            push_spaces(GAP, &mut painted);
        }
        write_line(&mut painted, out)
    })
}

/// Draws the same one line after the other, without keeping any.
pub struct Pen<'p> {
    tracks: &'p [Track],
    color: bool,
    painted: Vec<u8>,
    out: &'p mut dyn Write,
}

impl<'p> Pen<'p> {
    /// Lines with these tracks.
    pub fn new(tracks: &'p [Track], color: bool, out: &'p mut dyn Write) -> Self {
        Self { tracks, color, painted: Vec::new(), out }
    }

    /// Writes one line of text.
    ///
    /// # Errors
    /// What the writer answers.
    pub fn draw(&mut self, line: &[Label<'_>]) -> io::Result<()> {
        for track in self.tracks {
            let label = &line[track.cell];
            let (before, after) = track.spaces(label);
            push_spaces(before, &mut self.painted);
            paint(&label.text, label.tint, self.color, &mut self.painted);
            push_spaces(after + GAP, &mut self.painted);
        }
        write_line(&mut self.painted, self.out)
    }
}

/// Writes the line and empties it, so that the next one needs no memory of its own.
fn write_line(painted: &mut Vec<u8>, out: &mut dyn Write) -> io::Result<()> {
    let end = painted.iter().rposition(|&byte| byte != b' ').map_or(0, |last| last + 1);
    painted.truncate(end);
    painted.push(b'\n');
    let written = out.write_all(painted);
    painted.clear();
    written
}

fn push_spaces(count: usize, painted: &mut Vec<u8>) {
    painted.resize(painted.len() + count, b' ');
}

fn lay_out(lines: &[Vec<Label<'_>>], tracks: &[Track]) -> Table {
    let mut table = Table::new();
    table.load_style(BORDERLESS);
    for line in lines {
        table.add_row(tracks.iter().map(|track| {
            let label = &line[track.cell];
            Cell::new_owned(if track.suits(label) { label.text.to_string() } else { String::new() })
        }));
    }
    for (column, track) in table.column_iter_mut().zip(tracks) {
        let width = u16::try_from(track.width).unwrap_or(u16::MAX);
        column.set_padding((0, 0)).set_constraint(ColumnConstraint::Absolute(Width::Fixed(width)));
        if track.stands_right {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// Colours the text, not the spaces around it.
fn paint(piece: &str, tint: Tint, color: bool, painted: &mut Vec<u8>) {
    if !color || tint == Tint::Plain || piece.bytes().all(|byte| byte == b' ') {
        painted.extend_from_slice(piece.as_bytes());
        return;
    }
    let text = piece.trim_matches(' ');
    let style = tint.style();
    let indented = piece.trim_start_matches(' ');
    let (before, after) = (piece.len() - indented.len(), indented.len() - text.len());
    // Writing to memory cannot fail.
    let _ = write!(painted, "{:before$}{style}{text}{style:#}{:after$}", "", "");
}

#[cfg(test)]
mod tests;
