//! Writes an answer. Its options are checked before any request, so that a typing error costs none.

use std::io::Write;

use crate::app::options::OutputOptions;
use crate::clock::Clock;
use crate::failure::Failure;
use crate::output::formats::json;
use crate::output::formats::json::Layout;
use crate::output::formats::render;
use crate::output::jq::{Filter, RowFilter};
use crate::output::presentation::{Format, Presentation};
use crate::output::table_view::Choice;
use crate::report::{Document, Report};

pub(crate) struct Renderer {
    presentation: Presentation,
    /// The columns of the config file, if none were typed.
    lasting_columns: Option<Vec<String>>,
    filter: Option<Filter>,
    /// The filter for single rows, if the expression can be applied to them.
    row_filter: Option<RowFilter>,
    clock: Clock,
}

impl Renderer {
    /// Checks `--columns` and compiles `--jq`.
    ///
    /// # Errors
    /// If a column is not known, or the expression is wrong: exit code 2.
    pub(crate) fn new(
        options: &OutputOptions,
        presentation: Presentation,
        lasting_columns: Option<Vec<String>>,
        document: &Document,
        clock: Clock,
    ) -> Result<Self, Failure> {
        if let Some(columns) = &presentation.columns {
            Choice::of(document, columns)?;
        }
        let expression = options.format.jq.as_deref();
        let filter = expression.map(Filter::compile).transpose()?;
        let row_filter = expression.and_then(|expression| RowFilter::of(expression, document.rows_key));
        Ok(Self { presentation, lasting_columns, filter, row_filter, clock })
    }

    /// Whether the answer is one JSON document, or what `--jq` makes of it.
    pub(crate) fn is_document(&self) -> bool {
        self.presentation.format == Format::Json
    }

    pub(crate) fn presentation(&self) -> &Presentation {
        &self.presentation
    }

    /// Writes the report, or what the jq expression makes of it.
    ///
    /// # Errors
    /// If `out` cannot be written, or the jq expression fails on the document.
    pub(crate) fn write(&self, report: &Report, out: &mut dyn Write) -> Result<(), Failure> {
        let Some(filter) = &self.filter else {
            return Ok(render::render(report, &self.presentation_of(report), out)?);
        };
        let Presentation { zone, mask, .. } = &self.presentation;
        let is_for_terminal = self.presentation.is_for_terminal();
        let mut document = Vec::new();
        if let Some(by_row) = self.row_filter.as_ref().filter(|_| !report.single) {
            return report.rows.iter().try_for_each(|row| {
                document.clear();
                match &by_row.only_key {
                    Some(key) => json::write_member(row, key, zone, *mask, &mut document)?,
                    None => json::write_line(row, zone, *mask, &mut document)?,
                }
                Ok(by_row.filter.run(&document, is_for_terminal, out)?)
            });
        }
        json::write_document(report, zone, *mask, Layout::Compact, &mut document)?;
        Ok(filter.run(&document, is_for_terminal, out)?)
    }

    /// The columns of the config file are for tables: they do not turn a sentence into one. Relative times count from the
    /// moment of writing, as an answer may be long in coming.
    fn presentation_of(&self, report: &Report) -> Presentation {
        let is_sentence = render::has_sentence(report, &self.presentation);
        let lasting = self.lasting_columns.as_ref().filter(|_| !is_sentence);
        let columns = self.presentation.columns.as_ref().or(lasting).cloned();
        Presentation { columns, now: self.clock.now(), ..self.presentation.clone() }
    }

    /// Whether the table would have headings only.
    pub(crate) fn shows_an_empty_table(&self, report: &Report) -> bool {
        let is_table = self.presentation.format == Format::Table && self.presentation.is_for_terminal();
        is_table && report.rows.is_empty() && report.sentence.is_none() && report.failures.problems.is_empty()
    }

    /// Whether the answer itself lists the profiles that failed.
    pub(crate) fn holds_failures_of(&self, report: &Report) -> bool {
        self.presentation.format == Format::Json && report.document.has_failures
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};

    use jiff::SignedDuration;

    use super::*;
    use crate::output::formats::sample::{CALLS, call, now, report, terminal};

    #[test]
    fn relative_times_count_from_the_moment_of_writing() {
        let passed = Arc::new(AtomicI64::new(0));
        let seconds = Arc::clone(&passed);
        let clock =
            Clock::from_fn(move || now() + SignedDuration::from_secs(seconds.load(Ordering::Relaxed)));
        let options = OutputOptions::default();
        let renderer = Renderer::new(&options, terminal(80), None, &CALLS, clock).expect("no columns");
        passed.store(20, Ordering::Relaxed);
        let mut out = Vec::new();
        renderer.write(&report(vec![call(10, "missed", "")]), &mut out).expect("a vector takes all");
        let out = String::from_utf8(out).expect("text");
        assert!(out.contains("30 s ago"), "{out}");
    }
}
