//! A shift as a table in Markdown, for chats, wikis and merge requests.

use std::io::{self, Write};

use crate::commands::shift::report::ShiftReport;
use crate::commands::shift::table::with_total;
use crate::output::cell::Cell;
use crate::output::formats::render::RenderError;
use crate::output::presentation::{Presentation, TimeStyle};
use crate::output::table_view::TableView;
use crate::output::text::sanitize::sanitize;

/// # Errors
/// If `out` cannot be written, or a column is not known.
pub(super) fn write(
    report: &ShiftReport,
    presentation: &Presentation,
    out: &mut dyn Write,
) -> Result<(), RenderError> {
    let figures = with_total(report);
    let view = TableView::for_table(&figures, presentation.columns.as_deref(), presentation.mask)?;
    Ok(write_view(&view, presentation, out)?)
}

fn write_view(view: &TableView<'_>, presentation: &Presentation, out: &mut dyn Write) -> io::Result<()> {
    let columns = view.columns();
    if presentation.headers {
        line(columns.iter().map(|column| escaped(&column.title)), out)?;
        let rule = |number| if number { "---:" } else { "---" };
        line(columns.iter().map(|column| rule(column.meaning.is_number()).to_owned()), out)?;
    }
    view.rows().try_for_each(|cells| {
        let text = |cell| escaped(&Cell::display(cell, presentation, TimeStyle::Clock).text);
        line(cells.map(text), out)
    })
}

fn line(cells: impl Iterator<Item = String>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "| {} |", cells.collect::<Vec<_>>().join(" | "))
}

/// Text that Markdown shows as it is: nothing ends the cell, and nothing is a link, an emphasis or HTML.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in sanitize(text).chars() {
        if matches!(character, '\\' | '|' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '~' | '&' | '#' | '!') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_more_than_text() {
        assert_eq!(escaped("a|b"), "a\\|b");
        assert_eq!(escaped("[x](http://y) <b> *z*"), "\\[x\\](http://y) \\<b\\> \\*z\\*");
        assert_eq!(escaped("a\nb\u{1b}[31m"), escaped(&sanitize("a\nb\u{1b}[31m")));
        assert!(!escaped("a\nb").contains('\n'));
    }
}
