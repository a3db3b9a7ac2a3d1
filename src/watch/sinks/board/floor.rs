//! The page of all agents: a row for each.

use crate::output::text::style::Tint;
use crate::output::text::width::{cut, pad_left, pad_right};
use crate::watch::sinks::board::columns::{Column, GAP};
use crate::watch::sinks::board::controls::Controls;
use crate::watch::sinks::board::paint::Line;
use crate::watch::sinks::board::rows::RowView;

/// The columns before each row, for the symbols of selection and state.
pub(crate) const MARGIN: usize = 3;

/// The rows that fit below the titles. Records in `controls` what is shown of `sorted`.
pub(crate) fn lines(
    sorted: &[RowView],
    columns: &[(Column, usize)],
    controls: &mut Controls,
    room: usize,
) -> Vec<Line> {
    let shown: Vec<&RowView> = sorted.iter().filter(|row| row.is_found).collect();
    let room = room.saturating_sub(1);
    // On a line alone, a row says more than how many there are.
    let visible = if shown.len() > room && room > 1 { room - 1 } else { room };
    let names = |rows: &mut dyn Iterator<Item = &RowView>| rows.map(|row| row.profile.clone()).collect();
    controls.settle(names(&mut sorted.iter()), names(&mut shown.iter().copied()), visible);
    let mut lines = vec![titles(columns)];
    let last = (controls.first + visible).min(shown.len());
    for row in &shown[controls.first..last] {
        lines.push(row_line(row, columns, controls.selected.as_ref() == Some(&row.profile)));
    }
    if shown.is_empty() {
        let words = if sorted.is_empty() { "no agent is followed" } else { "no agent matches the filter" };
        lines.push(Line::of(format!("{:MARGIN$}{words}", ""), Tint::Quiet));
    } else if shown.len() > visible && room > visible {
        let words = match (controls.first, shown.len() - last) {
            (0, below) => format!("and {below} more"),
            (above, below) => format!("{above} more above, {below} below"),
        };
        lines.push(Line::of(format!("{:MARGIN$}{words}", ""), Tint::Quiet));
    }
    lines
}

pub(crate) fn titles(columns: &[(Column, usize)]) -> Line {
    let mut line = Line::of(" ".repeat(MARGIN), Tint::Strong);
    for &(column, width) in columns {
        line = line.with(cell(column, column.title(), width), Tint::Strong);
    }
    line
}

pub(crate) fn row_line(row: &RowView, columns: &[(Column, usize)], is_selected: bool) -> Line {
    let cursor = if is_selected { "›" } else { " " };
    let mut line = Line::of(cursor, Tint::Plain).with(format!("{} ", row.mark.symbol), row.mark.tint);
    for &(column, width) in columns {
        let tint = match column {
            Column::State | Column::Left => row.tint,
            Column::Since | Column::Breaks | Column::LastTag => Tint::Quiet,
            _ => Tint::Plain,
        };
        line = line.with(cell(column, &column.text(row, width), width), tint);
    }
    Line { is_selected, ..line }
}

fn cell(column: Column, text: &str, width: usize) -> String {
    let text = cut(text, width);
    let padded = if column.is_right_aligned() { pad_left(&text, width) } else { pad_right(&text, width) };
    // The margin is the gap before the first column.
    if column == Column::Agent { padded } else { format!("{:GAP$}{padded}", "") }
}
