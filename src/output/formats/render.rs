//! Chooses the format of an answer and writes the report in it.

use std::io::{self, Write};

use crate::output::formats::delimited::Delimiter;
use crate::output::formats::json::Layout;
use crate::output::formats::sentence::write_sentence;
use crate::output::formats::{delimited, json, plain_table, table};
use crate::output::presentation::{Format, Presentation};
use crate::output::table_view::{ColumnError, TableView};
use crate::report::Report;

#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    #[error("cannot write the answer")]
    Io(#[from] io::Error),
    #[error(transparent)]
    Column(#[from] ColumnError),
}

/// Writes the report in the format of the presentation. A table without rows prints nothing; the console prints
/// [`crate::report::Document::empty`] on stderr instead.
///
/// # Errors
/// If `out` cannot be written, or a requested column does not exist.
pub fn render(report: &Report, presentation: &Presentation, out: &mut dyn Write) -> Result<(), RenderError> {
    match presentation.format {
        Format::Table => render_table(report, presentation, out),
        Format::Csv => render_delimited(report, presentation, Delimiter::Comma, out),
        Format::Tsv => render_delimited(report, presentation, Delimiter::Tab, out),
        Format::Json | Format::Ndjson => Ok(render_json(report, presentation, out)?),
    }
}

fn render_table(
    report: &Report,
    presentation: &Presentation,
    out: &mut dyn Write,
) -> Result<(), RenderError> {
    let view = TableView::for_table(report, presentation.columns.as_deref(), presentation.mask)?;
    match &report.sentence {
        // A sentence cannot show the columns that --columns requests.
        Some(sentence) if has_sentence(report, presentation) && presentation.columns.is_none() => {
            write_sentence(sentence, presentation, out)?;
        }
        _ if report.rows.is_empty() => {}
        _ => match presentation.width {
            Some(room) => {
                if let Some(summary) = &report.summary {
                    write_sentence(summary, presentation, out)?;
                }
                table::write_table(&view, presentation, room, out)?;
            }
            None => plain_table::write_plain_table(&view, presentation, out)?,
        },
    }
    Ok(())
}

/// Whether a sentence stands for the table, unless columns are requested.
#[must_use]
pub fn has_sentence(report: &Report, presentation: &Presentation) -> bool {
    report.sentence.is_some() && (presentation.is_for_terminal() || report.is_action)
}

fn render_delimited(
    report: &Report,
    presentation: &Presentation,
    delimiter: Delimiter,
    out: &mut dyn Write,
) -> Result<(), RenderError> {
    let view = TableView::for_delimited(report, presentation.columns.as_deref(), presentation.mask)?;
    let Presentation { zone, mask, headers, guard, .. } = presentation;
    let names: Vec<String> = view.columns().iter().map(|column| column.name.clone()).collect();
    let rows = view.rows().map(|cells| cells.map(|cell| cell.exact(zone, *mask)));
    Ok(delimited::write(&names, rows, delimiter, *headers, *guard, out)?)
}

fn render_json(report: &Report, presentation: &Presentation, out: &mut dyn Write) -> io::Result<()> {
    let Presentation { format, zone, mask, .. } = presentation;
    let layout = if presentation.is_for_terminal() { Layout::Indented } else { Layout::Compact };
    match format {
        Format::Ndjson => json::write_ndjson(report, zone, *mask, out),
        _ => json::write_document(report, zone, *mask, layout, out),
    }
}

#[cfg(test)]
mod tests;
