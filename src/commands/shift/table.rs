//! A shift as a table, on a terminal and in a pipe: the figures of each agent, and below them a line of cells for each, under a
//! ruler of hours.

use std::io::{self, Write};

use jiff::{SignedDuration, Timestamp};

use crate::commands::shift::report::{ShiftOfAgent, ShiftReport};
use crate::commands::shift::words;
use crate::failure::Failure;
use crate::floor::shift::{BreakFigures, Cell, cells};
use crate::floor::timeline::Span;
use crate::output::formats::render::RenderError;
use crate::output::formats::table::write_table;
use crate::output::presentation::Presentation;
use crate::output::table_view::TableView;
use crate::output::text::style::Tint;
use crate::output::text::terminal::sanitize_for_terminal;
use crate::output::text::width::{cut, pad_right, width, wrap};
use crate::report::Report;

/// Wide enough for every column: a table in a pipe is not cut.
const UNCUT: usize = 10_000;

/// How long lines of cells are in a pipe.
const IN_PIPE: usize = 100;

/// The longest name before a line of cells.
const LONGEST_NAME: usize = 24;

/// How long a cell may be in seconds, so that hours begin with a cell.
const LENGTHS: [i64; 17] =
    [60, 120, 180, 300, 360, 600, 720, 900, 1200, 1800, 3600, 7200, 10800, 14400, 21600, 43200, 86400];

/// # Errors
/// If `out` cannot be written, or a column is not known.
pub(super) fn write(
    report: &ShiftReport,
    presentation: &Presentation,
    is_ascii: bool,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let Presentation { headers, color, .. } = *presentation;
    let room = presentation.width.unwrap_or(UNCUT);
    if report.agents.is_empty() {
        return Ok(());
    }
    if headers {
        let style = Tint::Strong.style_if(color);
        writeln!(out, "{style}{}{style:#}", cut(&words::title(report), room))?;
    }
    let has_timeline = wants_timeline(presentation.columns.as_deref());
    let columns = presentation
        .columns
        .as_ref()
        .map(|columns| columns.iter().filter(|name| !is_timeline(name)).cloned().collect::<Vec<_>>());
    if columns.as_ref().is_none_or(|columns| !columns.is_empty()) {
        let figures = with_total(report);
        let view = TableView::for_table(&figures, columns.as_deref(), presentation.mask)
            .map_err(RenderError::from)?;
        write_table(&view, presentation, room, out)?;
        if has_timeline {
            writeln!(out)?;
        }
    }
    if has_timeline {
        let room = presentation.width.unwrap_or(IN_PIPE);
        let signs = if is_ascii { &Signs::ASCII } else { &Signs::USUAL };
        Timeline::of(report, room, signs).write(headers, color, out)?;
    }
    Ok(())
}

/// The rows of a table for people.
pub(super) fn with_total(report: &ShiftReport) -> Report {
    let mut figures = report.to_report();
    figures.rows.push(report.total_row());
    figures
}

fn is_timeline(name: &str) -> bool {
    name.trim_start_matches('+') == "timeline"
}

/// Columns that are named alone leave the rest out.
fn wants_timeline(columns: Option<&[String]>) -> bool {
    columns.is_none_or(|columns| {
        columns.iter().all(|name| name.starts_with('+')) || columns.iter().any(|name| is_timeline(name))
    })
}

/// What a cell looks like.
struct Signs {
    on_break: char,
    in_wrapup: char,
    neither: char,
    not_seen: char,
    over: char,
}

impl Signs {
    const USUAL: Self = Self { on_break: '█', in_wrapup: '▒', neither: '·', not_seen: '?', over: '!' };
    const ASCII: Self = Self { on_break: 'B', in_wrapup: 'w', neither: '.', not_seen: '?', over: '!' };

    fn of(&self, cell: Cell) -> (char, Tint) {
        match cell {
            Cell::Break => (self.on_break, Tint::Notable),
            Cell::Wrapup => (self.in_wrapup, Tint::Passing),
            Cell::Neither => (self.neither, Tint::Quiet),
            Cell::NotSeen => (self.not_seen, Tint::Quiet),
            Cell::Over => (self.over, Tint::Bad),
        }
    }
}

/// The line of cells of each agent, for formats that have it as a column.
pub(super) fn lines_of_cells(report: &ShiftReport) -> Vec<String> {
    let timeline = Timeline { name: 0, ..Timeline::of(report, IN_PIPE, &Signs::USUAL) };
    let line = |agent| timeline.cells(agent).into_iter().map(|cell| timeline.signs.of(cell).0).collect();
    report.agents.iter().map(line).collect()
}

/// The lines of cells.
struct Timeline<'r> {
    report: &'r ShiftReport,
    signs: &'r Signs,
    room: usize,
    /// Of the names before the cells.
    name: usize,
    /// The length of a cell.
    cell: SignedDuration,
}

impl<'r> Timeline<'r> {
    fn of(report: &'r ShiftReport, room: usize, signs: &'r Signs) -> Self {
        let widest = report.agents.iter().map(|agent| width(&sanitize_for_terminal(&agent.profile))).max();
        let name = widest.unwrap_or(0).min(LONGEST_NAME).min(room / 3);
        let window = report.frame.window.to.duration_since(report.frame.window.from).as_secs().max(1);
        let cells = i64::try_from(room.saturating_sub(name + 2).max(1)).unwrap_or(i64::MAX);
        let fits = |length: &i64| (window + length - 1) / length <= cells;
        let length = LENGTHS.into_iter().find(fits).unwrap_or((window + cells - 1) / cells);
        Self { report, signs, room, name, cell: SignedDuration::from_secs(length) }
    }

    fn write(&self, headers: bool, color: bool, out: &mut dyn Write) -> io::Result<()> {
        if headers {
            let style = Tint::Strong.style_if(color);
            let ruler = self.ruler();
            writeln!(out, "{}  {style}{}{style:#}", pad_right("", self.name), ruler.trim_end())?;
        }
        for agent in &self.report.agents {
            let name = sanitize_for_terminal(&agent.profile);
            write!(out, "{}  ", pad_right(&cut(&name, self.name), self.name))?;
            let cells = self.cells(agent);
            for same in cells.chunk_by(|one, other| one == other) {
                let (sign, tint) = self.signs.of(same[0]);
                let style = tint.style_if(color);
                write!(out, "{style}{}{style:#}", sign.to_string().repeat(same.len()))?;
            }
            writeln!(out)?;
        }
        for line in wrap(&self.legend(), self.room) {
            writeln!(out, "{line}")?;
        }
        Ok(())
    }

    /// The last cell may be shorter, because the shift goes on or is no multiple of a cell.
    fn cells(&self, agent: &ShiftOfAgent) -> Vec<Cell> {
        let over = agent.shift.breaks.as_ref().map(BreakFigures::over).unwrap_or_default();
        let Span { from, to } = self.report.frame.window;
        let whole = usize::try_from(to.duration_since(from).as_secs() / self.cell.as_secs()).unwrap_or(0);
        let length = self.cell.saturating_mul(i32::try_from(whole).unwrap_or(i32::MAX));
        let border = from.checked_add(length).unwrap_or(to).min(to);
        let timeline = &agent.shift.timeline;
        let mut all = cells(timeline, &over, Span { from, to: border }, whole);
        if border < to {
            all.extend(cells(timeline, &over, Span { from: border, to }, 1));
        }
        all
    }

    /// Hours or days, or minutes of a short window, as many as there is room for.
    fn ruler(&self) -> String {
        const HOUR: i64 = 60;
        const DAY: i64 = 24 * HOUR;
        let Span { from, to } = self.report.frame.window;
        let zone = &self.report.frame.zone;
        let minutes = to.duration_since(from).as_secs() / 60;
        // Steps in minutes, and how wide a label is with the space after it.
        let (form, room, steps): (_, _, &[i64]) = if minutes > 2 * DAY {
            ("%-d %b", 7, &[DAY, 2 * DAY, 3 * DAY, 7 * DAY, 14 * DAY, 28 * DAY])
        } else if minutes > 2 * HOUR {
            ("%H", 4, &[HOUR, 2 * HOUR, 3 * HOUR, 4 * HOUR, 6 * HOUR, 12 * HOUR, DAY])
        } else {
            ("%H:%M", 6, &[1, 2, 5, 10, 15, 20, 30, HOUR, 2 * HOUR])
        };
        let fits = |step: &&i64| **step * 60 / self.cell.as_secs() >= room;
        let step = steps.iter().find(fits).or(steps.last()).copied().unwrap_or(DAY);
        let unit = step.min(HOUR);
        let mut ruler = String::new();
        let begin = zone.to_datetime(from);
        let past = i64::from(begin.minute()) % unit * 60 + i64::from(begin.second());
        let mut moment = from.checked_sub(SignedDuration::from_secs(past)).unwrap_or(from);
        let mut days = 0;
        while moment < to {
            let there = zone.to_datetime(moment);
            // Clocks may have been set by half an hour since.
            let of_day = (i64::from(there.hour()) * HOUR + i64::from(there.minute())) / unit * unit;
            days += i64::from(of_day == 0);
            let is_shown =
                if step >= DAY { of_day == 0 && (days - 1) % (step / DAY) == 0 } else { of_day % step == 0 };
            if is_shown && from <= moment {
                let label = there.strftime(form).to_string();
                let place = self.place(moment);
                if ruler.is_empty() || ruler.len() < place {
                    ruler = format!("{ruler:<place$}{label}");
                }
            }
            moment = moment.checked_add(SignedDuration::from_mins(unit)).unwrap_or(to);
        }
        ruler.truncate(self.room.saturating_sub(self.name + 2));
        ruler
    }

    fn place(&self, moment: Timestamp) -> usize {
        let seconds = moment.duration_since(self.report.frame.window.from).as_secs();
        usize::try_from(seconds / self.cell.as_secs()).unwrap_or(0)
    }

    fn legend(&self) -> String {
        let Signs { on_break, in_wrapup, neither, not_seen, over } = self.signs;
        let minutes = crate::output::text::times::length(self.cell.as_secs());
        format!(
            "{on_break} break  {in_wrapup} wrap-up  {neither} neither  {not_seen} not recorded  {over} over the limit; each {minutes}"
        )
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::commands::shift::samples;

    #[test]
    fn hours_are_named_after_clocks_were_set_by_half_an_hour() {
        let mut report = samples::report("asha", "Tea", false);
        report.frame.zone = TimeZone::get("Australia/Lord_Howe").expect("a zone");
        let [from, to] =
            ["2026-04-04T22:00+11", "2026-04-05T07:00+10:30"].map(|text| text.parse().expect("a moment"));
        report.frame.window = Span { from, to };
        let ruler = Timeline::of(&report, 100, &Signs::USUAL).ruler();
        for hour in ["22", "00", "03", "06"] {
            assert!(ruler.contains(hour), "{hour}: {ruler}");
        }
    }
}
