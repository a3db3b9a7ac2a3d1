//! A shift as a workbook: the agents, each break, and the gaps. Moments are dates, lengths are times that can be added up, and
//! what is text, a phone number too, is never a number or a formula.

use std::borrow::Cow;
use std::io;

use jiff::Timestamp;
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

use crate::commands::shift::report::{ShiftOfAgent, ShiftReport};
use crate::commands::shift::words;
use crate::floor::event::Gap;
use crate::floor::shift::{KindCount, ShiftBreak};
use crate::floor::timeline::Span;
use crate::output::text::mask::mask_text;
use crate::output::text::redact::Redactor;
use crate::output::text::sanitize::sanitize;
use crate::report::{Field, Meaning, Row, Shown, Value};

/// So many characters fit into a cell, counted as UTF-16 counts them.
const LONGEST_TEXT: usize = 32_767;
const WIDEST: usize = 60;
const A4: u8 = 9;
/// So many columns can be read on the width of a page.
const FITTED: usize = 14;

static BREAK: &[Field] = &[
    of_sheet("profile", Meaning::Name),
    of_sheet("agent_id", Meaning::Id),
    of_sheet("reason", Meaning::Text),
    of_sheet("from", Meaning::Time),
    of_sheet("to", Meaning::Time),
    of_sheet("length_seconds", Meaning::Elapsed),
    of_sheet("length_min_seconds", Meaning::Elapsed),
    of_sheet("length_max_seconds", Meaning::Elapsed),
    of_sheet("over_limit_seconds", Meaning::Overrun),
    of_sheet("goes_on", Meaning::State),
];

static GAP: &[Field] = &[
    of_sheet("profile", Meaning::Name),
    of_sheet("agent_id", Meaning::Id),
    of_sheet("from", Meaning::Time),
    of_sheet("to", Meaning::Time),
    of_sheet("length_seconds", Meaning::Elapsed),
    of_sheet("why", Meaning::Text),
];

const fn of_sheet(key: &'static str, meaning: Meaning) -> Field {
    Field::new(key, "", meaning, Shown::OnRequest, "")
}

/// A value under its heading.
struct Item {
    title: String,
    meaning: Meaning,
    value: Value,
}

/// The workbook, packed. What is in it is compressed, so that secrets have to be hidden before.
///
/// # Errors
/// If there is more than a sheet can hold.
pub(super) fn packed(report: &ShiftReport, redactor: &Redactor) -> io::Result<Vec<u8>> {
    let look = |format| Format::new().set_num_format(format);
    let heading = Format::new().set_bold().set_border_bottom(FormatBorder::Thin);
    let writer = Writer {
        report,
        redactor,
        // The button of the filter covers the right edge of its cell.
        number_heading: heading.clone().set_align(FormatAlign::Right).set_indent(2),
        heading,
        // Its hours go on after 24.
        length: look("[h]:mm:ss"),
        moment: look("yyyy-mm-dd hh:mm:ss"),
        share: look("0.0%"),
    };
    writer.workbook().and_then(|mut workbook| workbook.save_to_buffer()).map_err(io::Error::other)
}

struct Writer<'r> {
    report: &'r ShiftReport,
    redactor: &'r Redactor,
    heading: Format,
    number_heading: Format,
    length: Format,
    moment: Format,
    share: Format,
}

impl Writer<'_> {
    fn workbook(&self) -> Result<Workbook, XlsxError> {
        let mut workbook = Workbook::new();
        let made = ExcelDateTime::from_timestamp(self.report.frame.now.as_second())?;
        workbook.set_properties(&DocProperties::new().set_title(self.title()).set_creation_datetime(&made));
        let Agents { headings, lines, total, least } = agents(self.report);
        let mut sheet = self.sheet("Agents", &headings, &lines)?;
        if !lines.is_empty() {
            // Apart from the agents, so that it is neither sorted nor filtered with them.
            let below = place(lines.len()).saturating_add(2);
            self.row(&mut sheet, below, &total)?;
            self.row(&mut sheet, below.saturating_add(1), &least)?;
        }
        workbook.push_worksheet(sheet);
        for (name, fields, rows) in [("Breaks", BREAK, breaks(self.report)), ("Gaps", GAP, gaps(self.report))]
        {
            let lines: Vec<_> = rows.iter().map(line).collect();
            workbook.push_worksheet(self.sheet(name, &line(&Row::new(fields)), &lines)?);
        }
        Ok(workbook)
    }

    fn title(&self) -> String {
        format!("Shift {}", words::title(self.report))
    }

    /// A sheet of these lines. `headings` is a line without values.
    fn sheet(&self, name: &str, headings: &[Item], lines: &[Vec<Item>]) -> Result<Worksheet, XlsxError> {
        let mut sheet = Worksheet::new();
        sheet.set_name(name)?.set_freeze_panes(1, 1)?;
        sheet.set_landscape().set_paper_size(A4).set_repeat_rows(0, 0)?.set_repeat_columns(0, 0)?;
        // More columns would be too small to read on one page.
        if headings.len() <= FITTED {
            sheet.set_print_fit_to_pages(1, 0);
        }
        sheet.set_header(format!("&C{}", self.title().replace('&', "&&")));
        for (item, column) in headings.iter().zip(0..) {
            let title = self.text(&item.title, Meaning::Kind);
            let format = if stands_right(item.meaning) { &self.number_heading } else { &self.heading };
            sheet.write_string_with_format(0, column, &title, format)?;
            // The button of the filter is beside it.
            let heading = title.chars().count() + 4;
            let widest = lines.iter().filter_map(|line| line.get(usize::from(column))).map(width).max();
            let width = heading.max(widest.unwrap_or(0)).min(WIDEST);
            sheet.set_column_width(column, u32::try_from(width).unwrap_or(0))?;
        }
        for (line, nth) in lines.iter().zip(1..) {
            self.row(&mut sheet, nth, line)?;
        }
        let last = u16::try_from(headings.len().saturating_sub(1)).unwrap_or(u16::MAX);
        sheet.autofilter(0, 0, place(lines.len()), last)?;
        Ok(sheet)
    }

    fn row(&self, sheet: &mut Worksheet, nth: u32, row: &[Item]) -> Result<(), XlsxError> {
        row.iter()
            .zip(0..)
            .try_for_each(|(item, column)| self.cell(sheet, nth, column, &item.value, item.meaning))
    }

    /// What is not known is an empty cell: neither 0 nor a text.
    fn cell(
        &self,
        sheet: &mut Worksheet,
        nth: u32,
        column: u16,
        value: &Value,
        meaning: Meaning,
    ) -> Result<(), XlsxError> {
        match value {
            Value::Text(text) => sheet.write_string(nth, column, self.text(text, meaning))?,
            Value::Number(number) => sheet.write_number(nth, column, in_a_cell(*number))?,
            Value::Flag(flag) => sheet.write_boolean(nth, column, *flag)?,
            Value::Share(share) => sheet.write_number_with_format(nth, column, *share, &self.share)?,
            Value::Seconds(seconds) => {
                let days = in_a_cell(*seconds) / 86_400.0;
                sheet.write_number_with_format(nth, column, days, &self.length)?
            }
            Value::Time(moment) => {
                sheet.write_datetime_with_format(nth, column, self.local(*moment)?, &self.moment)?
            }
            Value::About(value) => return self.cell(sheet, nth, column, value, meaning),
            Value::Worded(worded) => match &**worded {
                (words, Value::Rows(_)) => {
                    sheet.write_string(nth, column, self.text(words, Meaning::Text))?
                }
                (_, value) => return self.cell(sheet, nth, column, value, meaning),
            },
            Value::Absent
            | Value::Away(_)
            | Value::Raw(_)
            | Value::RawList(_)
            | Value::Row(_)
            | Value::Rows(_) => sheet,
        };
        Ok(())
    }

    /// A workbook knows no zones: its dates are in that of the report, which the first sheet names.
    fn local(&self, moment: Timestamp) -> Result<ExcelDateTime, XlsxError> {
        let there = self.report.frame.zone.to_datetime(moment);
        let [month, day, hour, minute, second] =
            [there.month(), there.day(), there.hour(), there.minute(), there.second()].map(i8::unsigned_abs);
        let milli = there.millisecond().unsigned_abs();
        ExcelDateTime::from_ymd(there.year().unsigned_abs(), month, day)?.and_hms_milli(
            u16::from(hour),
            minute,
            second,
            milli,
        )
    }

    fn text(&self, text: &str, meaning: Meaning) -> String {
        let text = if self.report.frame.mask { mask_text(text, meaning) } else { Cow::Borrowed(text) };
        let mut text = self.redactor.redact(&sanitize(&text));
        if let Some((end, _)) = text.char_indices().nth(LONGEST_TEXT / 2) {
            text.truncate(end);
        }
        text
    }
}

/// The first sheet.
struct Agents {
    headings: Vec<Item>,
    lines: Vec<Vec<Item>>,
    total: Vec<Item>,
    /// The smallest share of the shift that is covered: in `total` is the mean.
    least: Vec<Item>,
}

/// The columns are those of CSV, but what is nested has columns of its own.
fn agents(report: &ShiftReport) -> Agents {
    let figures = report.to_report();
    let head = || figures.head.iter().map(|(field, value)| item(field.key, field.meaning, value.clone()));
    let line = |row: &Row, kinds: Option<&[KindCount]>| {
        let shown = row.iter().filter(|(field, _)| field.shown != Shown::OnRequest);
        let mut items: Vec<Item> = shown.flat_map(items).collect();
        // Whose row it is stays in front.
        items.splice(2..2, head());
        items.extend(of_kinds(report, kinds));
        items
    };
    let of_agent = |(row, agent): (&Row, &ShiftOfAgent)| {
        line(row, agent.shift.tags.as_ref().map(|tags| tags.by_kind.as_slice()))
    };
    let least = Row::new(figures.document.fields)
        .with("profile", "least recorded")
        .with("covered_share", report.total.covered_least.map(Value::Share));
    Agents {
        least: line(&least, None),
        headings: line(&Row::new(figures.document.fields), None),
        lines: figures.rows.iter().zip(&report.agents).map(of_agent).collect(),
        total: line(&report.total_row(), report.total.tags_by_kind.as_deref()),
    }
}

/// The columns of a field.
fn items((field, value): (&'static Field, &Value)) -> Vec<Item> {
    let value = match value {
        Value::Worded(worded) if matches!(worded.1, Value::Row(_) | Value::Seconds(_)) => &worded.1,
        value => value,
    };
    match field.meaning {
        Meaning::Raw => vec![],
        Meaning::Nested(fields) => {
            let row = match value {
                Value::Row(row) => (**row).clone(),
                _ => Row::new(fields),
            };
            let inner = |(inner, value): (&Field, &Value)| {
                item(&format!("{}_{}", field.key, inner.key), inner.meaning, value.clone())
            };
            row.iter().map(inner).collect()
        }
        // Spreadsheets show no length below zero.
        Meaning::Remaining => {
            let part = |wanted: fn(i64) -> i64| match value {
                Value::Seconds(seconds) => Value::Seconds(wanted(*seconds).max(0)),
                _ => Value::Absent,
            };
            vec![
                item(field.key, field.meaning, part(|left| left)),
                item(&format!("{}_exceeded", field.key), field.meaning, part(i64::wrapping_neg)),
            ]
        }
        meaning => vec![item(field.key, meaning, value.clone())],
    }
}

/// A column for each kind that anybody had.
fn of_kinds(report: &ShiftReport, counts: Option<&[KindCount]>) -> Vec<Item> {
    let all = report.total.tags_by_kind.iter().flatten();
    let count_of = |wanted: &KindCount| {
        let counts = counts?;
        let count = counts.iter().find(|kind| kind.folded() == wanted.folded()).map_or(0, |kind| kind.count);
        Some(Value::Number(count.into()))
    };
    all.map(|kind| Item {
        title: format!("Tags: {}", kind.kind.as_deref().unwrap_or("without a kind")),
        meaning: Meaning::Count,
        value: count_of(kind).unwrap_or(Value::Absent),
    })
    .collect()
}

fn breaks(report: &ShiftReport) -> Vec<Row> {
    let row = |agent: &ShiftOfAgent, it: &ShiftBreak| {
        whose(agent, BREAK)
            .with("reason", it.reason.clone())
            .with("from", it.span.from)
            .with("to", it.span.to)
            .with("length_seconds", it.time.seconds)
            .with("length_min_seconds", it.time.min)
            .with("length_max_seconds", it.time.max)
            .with("over_limit_seconds", it.over.map(Span::length))
            .with("goes_on", it.is_open)
    };
    let of_agent = |agent: &ShiftOfAgent| {
        let breaks = agent.shift.breaks.iter().flat_map(|breaks| &breaks.list);
        breaks.map(|it| row(agent, it)).collect::<Vec<_>>()
    };
    report.agents.iter().flat_map(of_agent).collect()
}

fn gaps(report: &ShiftReport) -> Vec<Row> {
    let row = |agent: &ShiftOfAgent, gap: &Gap| {
        let length = Span { from: gap.from, to: gap.to }.length();
        whose(agent, GAP)
            .with("from", gap.from)
            .with("to", gap.to)
            .with("length_seconds", length)
            .with("why", gap.why.word())
    };
    let of_agent =
        |agent: &ShiftOfAgent| agent.shift.gaps.iter().map(|gap| row(agent, gap)).collect::<Vec<_>>();
    report.agents.iter().flat_map(of_agent).collect()
}

fn whose(agent: &ShiftOfAgent, fields: &'static [Field]) -> Row {
    Row::new(fields).with("profile", agent.profile.clone()).with("agent_id", agent.agent_id.clone())
}

/// The cells of a whole row.
fn line(row: &Row) -> Vec<Item> {
    row.iter().flat_map(items).collect()
}

fn item(key: &str, meaning: Meaning, value: Value) -> Item {
    let words = key.replace("_seconds", "").replace('_', " ");
    let mut letters = words.chars();
    let title = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    Item { title, meaning, value }
}

/// Whether a spreadsheet shows values of this meaning at the right edge of their column: moments are numbers to it.
fn stands_right(meaning: Meaning) -> bool {
    meaning.is_number() || matches!(meaning, Meaning::Time)
}

/// About how many characters an item is wide.
fn width(item: &Item) -> usize {
    match &item.value {
        Value::Text(text) => text.chars().count() + 2,
        Value::Worded(worded) => worded.0.chars().count() + 2,
        Value::Time(_) => 21,
        _ => 11,
    }
}

/// Exact up to what is counted or lasts here.
#[expect(clippy::cast_precision_loss, reason = "a cell holds nothing else, and 2^53 seconds are no shift")]
fn in_a_cell(number: i64) -> f64 {
    number as f64
}

fn place(rows: usize) -> u32 {
    u32::try_from(rows).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
