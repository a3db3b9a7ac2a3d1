//! Paints lines onto a buffer of cells, and reads plain text back. Tints become styles of the screen library only here.

use std::num::NonZero;

use anstyle::{AnsiColor, Effects};
use ratatui::buffer::{Buffer, CellDiffOption, CellWidth};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

use crate::output::text::style::Tint;
use crate::output::text::width::{clusters, cut, width};

#[derive(Clone, Debug)]
pub(crate) struct Words(pub(crate) String, pub(crate) Tint);

#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    pub(crate) words: Vec<Words>,
    pub(crate) is_selected: bool,
}

impl Line {
    pub(crate) fn of(text: impl Into<String>, tint: Tint) -> Self {
        Self { words: vec![Words(text.into(), tint)], is_selected: false }
    }

    pub(crate) fn with(mut self, text: impl Into<String>, tint: Tint) -> Self {
        self.words.push(Words(text.into(), tint));
        self
    }

    pub(crate) fn width(&self) -> usize {
        self.words.iter().map(|words| width(&words.0)).sum()
    }
}

/// Paints the lines that fit into this part of the screen, each cut at its right edge.
pub(crate) fn paint(buffer: &mut Buffer, part: Rect, lines: &[Line], color: bool) {
    for (row, line) in part.intersection(buffer.area).rows().zip(lines) {
        paint_line(buffer, row, line, color);
    }
}

fn paint_line(buffer: &mut Buffer, part: Rect, line: &Line, color: bool) {
    let (row, mut column) = (part.y, part.x);
    for Words(text, tint) in &line.words {
        let room = usize::from(part.right().saturating_sub(column));
        if room == 0 {
            break;
        }
        let style = style(*tint, color);
        for (cluster, wide) in clusters(&cut(text, room)) {
            // What takes no column has no cell.
            let Some(wide) = u16::try_from(wide).ok().and_then(NonZero::new) else { continue };
            for covered in column..column + wide.get() {
                buffer[(covered, row)].reset();
                // Differs from a blank, so that a later blank here is written: terminals keep the second part of a
                // cluster, such as a vowel sign, when the first is overwritten.
                buffer[(covered, row)].set_diff_option(CellDiffOption::Skip);
            }
            let cell = buffer[(column, row)].set_symbol(cluster).set_style(style);
            cell.set_diff_option(CellDiffOption::None);
            if cell.cell_width() != wide.get() {
                // The screen library would write into the second column of a Bengali syllable.
                cell.set_diff_option(CellDiffOption::ForcedWidth(wide));
            }
            column += wide.get();
        }
    }
    if line.is_selected {
        buffer.set_style(part, Style::new().add_modifier(Modifier::REVERSED));
    }
}

fn style(tint: Tint, color: bool) -> Style {
    let from = tint.style_if(color);
    let mut style = Style::new();
    if let Some(anstyle::Color::Ansi(color)) = from.get_fg_color() {
        style = style.fg(match color {
            AnsiColor::Red => Color::Red,
            AnsiColor::Green => Color::Green,
            AnsiColor::Yellow => Color::Yellow,
            AnsiColor::Cyan => Color::Cyan,
            _ => Color::Reset,
        });
    }
    if from.get_effects().contains(Effects::BOLD) {
        style = style.add_modifier(Modifier::BOLD);
    }
    if from.get_effects().contains(Effects::DIMMED) {
        style = style.add_modifier(Modifier::DIM);
    }
    style
}

/// The screen as lines of text without trailing blanks.
pub(crate) fn plain_text(buffer: &Buffer) -> String {
    let mut text = String::new();
    for row in 0..buffer.area.height {
        let mut line = String::new();
        let mut column = 0;
        while column < buffer.area.width {
            let symbol = buffer[(column, row)].symbol();
            line.push_str(symbol);
            column += u16::try_from(width(symbol).max(1)).unwrap_or(1);
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The columns of the screen library's own table differ from those of terminals here: it gives one to each.
    const WIDE: [&str; 3] = ["কা", "மா", "ಕೂ"];

    fn row(text: &str) -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 6, 1));
        paint(&mut buffer, Rect::new(0, 0, 6, 1), &[Line::of(text, Tint::Plain)], false);
        buffer
    }

    /// What is written to change one row into another.
    fn written(before: &str, after: &str) -> Vec<(u16, String)> {
        let (before, after) = (row(before), row(after));
        before.diff_iter(&after).map(|(x, _, cell)| (x, cell.symbol().to_owned())).collect()
    }

    #[test]
    fn a_syllable_is_written_whole_and_the_next_cell_after_it() {
        for syllable in WIDE {
            assert_eq!(syllable.cell_width(), 1, "{syllable}");
            assert_eq!(row(syllable)[(0, 0)].cell_width(), 2, "{syllable}");
            let cells = [(0, syllable.to_owned()), (2, "x".to_owned())];
            assert_eq!(written("", &format!("{syllable}x")), cells);
        }
    }

    #[test]
    fn no_vowel_sign_stays_when_its_syllable_is_gone() {
        for syllable in WIDE.into_iter().chain(["कि", "日", "กำ", "ｶﾞ"]) {
            for after in ["", "x", "x y"] {
                let written: Vec<u16> = written(syllable, after).into_iter().map(|(x, _)| x).collect();
                assert!(written.starts_with(&[0, 1]), "{syllable}, then {after:?}: {written:?}");
            }
        }
        assert_eq!(written("स्त्रीx", "दx").len(), 5, "all four columns, and what follows");
    }

    #[test]
    fn a_row_that_stays_is_not_written_again() {
        for text in WIDE.into_iter().chain(["स्त्रीx", "日本x", "a"]) {
            assert_eq!(written(text, text), [], "{text}");
        }
    }

    #[test]
    fn a_syllable_that_has_no_room_is_cut() {
        for syllable in WIDE {
            assert_eq!(plain_text(&row(&format!("abcd{syllable}"))), format!("abcd{syllable}\n"));
            assert_eq!(plain_text(&row(&format!("abcde{syllable}"))), "abcde…\n");
        }
    }
}
