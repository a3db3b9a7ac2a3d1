//! Paints lines onto a buffer of cells, and reads plain text back. Tints become styles of the screen library only here.

use anstyle::{AnsiColor, Effects};
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier, Style};
use unicode_width::UnicodeWidthStr;

use crate::output::text::style::Tint;
use crate::output::text::width::{cut, width};

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

/// Paints a line into row `y`, beginning at column `x`, and cuts it at the right edge.
pub(crate) fn paint(buffer: &mut Buffer, x: usize, y: usize, line: &Line, color: bool) {
    let area = buffer.area;
    let (Ok(row), Ok(mut column)) = (u16::try_from(y), u16::try_from(x)) else { return };
    if row >= area.height {
        return;
    }
    for Words(text, tint) in &line.words {
        let room = usize::from(area.width.saturating_sub(column));
        if room == 0 {
            break;
        }
        (column, _) = buffer.set_stringn(column, row, cut(text, room), room, style(*tint, color));
    }
    if line.is_selected {
        let whole = ratatui::layout::Rect { y: row, height: 1, ..area };
        buffer.set_style(whole, Style::new().add_modifier(Modifier::REVERSED));
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
            column += u16::try_from(symbol.width().max(1)).unwrap_or(1);
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}
