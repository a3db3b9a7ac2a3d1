//! A shift as one page of HTML: without a script, and a table even where neither styles nor pictures are shown.

mod timeline;

use std::borrow::Cow;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::commands::shift::html::timeline::Timeline;
use crate::commands::shift::report::ShiftReport;
use crate::commands::shift::table::with_total;
use crate::commands::shift::words;
use crate::output::cell::{Cell, DisplayText};
use crate::output::presentation::{Presentation, TimeStyle};
use crate::output::table_view::{Column, ColumnError, TableView};
use crate::output::text::sanitize::sanitized;
use crate::output::text::style::Tint;

/// Colours are those of the reader's system, dark or light. On paper, 14 agents fit on a page.
const STYLE: &str = "\
:root{color-scheme:light dark}\
body{font:12px/1.35 system-ui,sans-serif;margin:1.2em;background:Canvas;color:CanvasText}\
h1{font-size:1.4em;margin:0 0 .2em}p{margin:.2em 0 .8em}\
table{border-collapse:collapse;width:100%;margin:0 0 1.2em}\
caption{text-align:left;font-weight:bold;padding:.3em 0}\
th,td{padding:.2em .4em;text-align:left;vertical-align:top;border-bottom:1px solid #8886}\
tbody th,tfoot th,td:not(.bars td){white-space:nowrap}thead th{vertical-align:bottom}\
tfoot th,tfoot td{border-top:2px solid #888;font-weight:bold}.bad{color:#c00;font-weight:bold}\
.bars td{width:100%}.bars svg{display:block;width:100%;height:auto}\
.key svg{vertical-align:-2px;margin:0 .3em 0 1.2em}.key svg:first-child{margin-left:0}\
@media(prefers-color-scheme:dark){.bad{color:#f77}}\
@page{size:A4 landscape;margin:6mm}\
@media print{:root{color-scheme:light}.bad{color:#c00}\
body{margin:0;font-size:6.5pt;line-height:1.15}h1{font-size:10pt}p{margin:0 0 2pt}small{font-size:5.8pt}\
table{margin:0 0 3pt}caption{padding:1pt 0}th,td{padding:.5pt 2.5pt}\
tr{break-inside:avoid}tfoot{display:table-row-group}}";

/// The page. Its columns are those of the table on a terminal that has room for all.
///
/// # Errors
/// Never: no column is chosen.
pub(super) fn page(report: &ShiftReport, presentation: &Presentation) -> Result<String, ColumnError> {
    let figures = with_total(report);
    let view = TableView::for_table(&figures, None, presentation.mask)?;
    let title = words::title(report);
    let bars = Timeline::of(report);
    let lines: Vec<Line<'_>> = view.rows().map(|cells| Line::of(&view, cells, presentation)).collect();
    let (total, agents) = lines.split_last().map_or((None, &[][..]), |(last, rest)| (Some(last), rest));
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                // Nothing is loaded and nothing runs, whatever a name in it may be.
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                title { "Shift " (title) }
                style { (PreEscaped(STYLE)) (PreEscaped(numbers_to_the_right(&view))) }
            }
            body {
                main {
                    h1 { "Shift " (title) }
                    p { (about(report)) }
                    table {
                        caption { "Figures" }
                        thead { tr { @for title in figure_titles(&view) { th scope="col" { (title) } } } }
                        tbody { @for line in agents { (line.figures()) } }
                        tfoot { @for line in total.as_slice() { (line.figures()) } }
                    }
                    (bars.legend())
                    table.bars {
                        caption { "Timeline" }
                        thead { tr { th scope="col" { "PROFILE" } th scope="col" { "HOURS" (bars.ruler()) } } }
                        tbody {
                            @for (line, agent) in agents.iter().zip(&report.agents) {
                                tr { th scope="row" { (line.name()) } td { (bars.of_agent(agent)) small { (line.lists()) } } }
                            }
                        }
                        tfoot {
                            @for line in total.as_slice() {
                                tr { th scope="row" { (line.name()) } td { small { (line.lists()) } } }
                            }
                        }
                    }
                }
            }
        }
    };
    let mut text = page.into_string();
    text.push('\n');
    Ok(text)
}

/// What every reader has to know: who saw how much, how a figure reads, when this was written.
fn about(report: &ShiftReport) -> String {
    let agents = report.agents.len();
    let covered = report.total.covered_least.zip(report.total.covered_mean);
    let covered = covered.map_or_else(|| "nothing".to_owned(), |(least, mean)| words::shares(least, mean));
    let made = report.frame.zone.to_datetime(report.frame.now).strftime("%a %-d %b %Y, %H:%M");
    let s = if agents == 1 { "" } else { "s" };
    let joined = words::joined(report).map(|joined| format!(" {}.", sanitized(Cow::Owned(joined))));
    let joined = joined.unwrap_or_default();
    format!(
        "{agents} agent{s}. Recorded (answers about breaks and wrap-ups came): {covered}. Made {made} ({}). \
         23–25 min: the answers leave the length open within these bounds. *: still going on. Empty: not known.{joined}",
        report.frame.zone_name
    )
}

/// Lists are long: they have lines of their own, below the bars.
const LISTS: [&str; 2] = ["by_reason", "tags_by_kind"];

/// A row of the table, as people read it.
struct Line<'v> {
    cells: Vec<(&'v Column, DisplayText)>,
}

impl<'v> Line<'v> {
    fn of<'c>(
        view: &'v TableView<'_>,
        cells: impl Iterator<Item = Cell<'c>>,
        presentation: &Presentation,
    ) -> Self {
        let shown = cells.map(|cell| {
            let DisplayText { text, tint } = cell.display(presentation, TimeStyle::Clock);
            DisplayText { text: sanitized(Cow::Owned(text)).into_owned(), tint }
        });
        Self { cells: view.columns().iter().zip(shown).collect() }
    }

    fn name(&self) -> &str {
        self.cells.first().map_or("", |(_, shown)| shown.text.as_str())
    }

    fn figures(&self) -> Markup {
        let figures = self.cells.iter().skip(1).filter(|(column, _)| is_figure(column));
        html! {
            tr {
                th scope="row" { (self.name()) }
                @for (_, DisplayText { text, tint }) in figures {
                    @if *tint == Tint::Bad { td.bad { (text) } } @else { td { (text) } }
                }
            }
        }
    }

    /// For example "By reason: 2× Tea 31 min. Tags: missed 3".
    fn lists(&self) -> String {
        let lists = self.cells.iter().filter(|(column, shown)| !is_figure(column) && !shown.text.is_empty());
        let lists = lists.map(|(column, shown)| format!("{}: {}", in_a_sentence(&column.title), shown.text));
        lists.collect::<Vec<_>>().join(". ")
    }
}

fn is_figure(column: &Column) -> bool {
    !LISTS.contains(&column.name.as_str())
}

fn in_a_sentence(title: &str) -> String {
    let (first, rest) = title.split_at(1);
    format!("{first}{}", rest.to_lowercase())
}

fn figure_titles<'v>(view: &'v TableView<'_>) -> impl Iterator<Item = &'v str> {
    view.columns().iter().filter(|column| is_figure(column)).map(|column| column.title.as_str())
}

/// Once for a column: a class for each cell would be a tenth of the page.
fn numbers_to_the_right(view: &TableView<'_>) -> String {
    let figures = view.columns().iter().filter(|column| is_figure(column)).zip(1..);
    let numbers = figures.filter(|(column, _)| column.meaning.is_number());
    let cells: Vec<String> = numbers.map(|(_, place)| format!("tr>:nth-child({place})")).collect();
    format!("table:not(.bars) :is({}){{text-align:right}}", cells.join(","))
}

#[cfg(test)]
mod tests;
