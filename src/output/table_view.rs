//! A report as columns and rows of cells, for tables, CSV and TSV.

use std::collections::HashMap;

use crate::json;
use crate::json::RawValue;
use crate::output::cell::Cell;
use crate::output::text::mask::Role;
use crate::report::{Field, Meaning, Report, Row, Shown, Value};

mod choice;

pub use choice::ColumnError;
use choice::parent_of_extra_fields;
pub(crate) use choice::{Choice, names};

/// The most columns of `+extra`: as many keys as one notification may have.
const MOST_EXTRA: usize = 500;

#[derive(Clone, Debug)]
pub(crate) struct Column {
    /// Its name in `--columns`, and its heading in CSV and TSV; may come from the server.
    pub(crate) name: String,
    /// Its heading in tables; may come from the server.
    pub(crate) title: String,
    pub(crate) meaning: Meaning,
    /// On a narrow terminal the columns with the highest rank are dropped first.
    pub(crate) rank: usize,
    /// Whether it is dropped before another column is cut.
    pub(crate) needs_room: bool,
    source: Source,
}

#[derive(Clone, Debug)]
enum Source {
    Field(&'static Field),
    /// A value inside a field, and the path to it.
    Path(&'static Field, Vec<String>),
    /// An extra field, by its place among the extra fields.
    Extra(usize),
}

/// The columns of a report with their cells.
#[derive(Debug)]
pub(crate) struct TableView<'r> {
    report: &'r Report,
    columns: Vec<Column>,
    /// By row; empty without `+extra`.
    extra_fields: Vec<ExtraTexts>,
}

/// The texts of extra fields, each with its place among the columns, in the order of the places. Reading them takes as
/// long as showing the row, so they are read once. Pairs of key and text would take more memory than the answer itself.
type ExtraTexts = Vec<(usize, Box<str>)>;

impl<'r> TableView<'r> {
    /// For a table: the requested columns, else those in which rows have a value. Keys of the server's own become
    /// columns only by `--columns`, here as in CSV.
    ///
    /// # Errors
    /// At the first name of a column that is unknown or given twice, and when `+extra` would add too many.
    pub(crate) fn for_table(
        report: &'r Report,
        requested: Option<&[String]>,
        mask: bool,
    ) -> Result<Self, ColumnError> {
        Self::new(report, requested, mask, |field| match field.shown {
            Shown::Always(_) => true,
            Shown::WhenPresent(_) | Shown::WithRoom(_) => is_present(report, field),
            Shown::WhenDifferent(_) => is_different(report, field),
            Shown::InFiles | Shown::OnRequest => false,
        })
    }

    /// For CSV and TSV: the requested columns, else every field that a table may show, even if no row has a value in it.
    /// Scripts rely on the same columns in the same order in every run.
    ///
    /// # Errors
    /// As above.
    pub(crate) fn for_delimited(
        report: &'r Report,
        requested: Option<&[String]>,
        mask: bool,
    ) -> Result<Self, ColumnError> {
        Self::new(report, requested, mask, |field| field.shown != Shown::OnRequest)
    }

    fn new(
        report: &'r Report,
        requested: Option<&[String]>,
        mask: bool,
        is_usual: impl Fn(&Field) -> bool,
    ) -> Result<Self, ColumnError> {
        let Choice { chosen, added, has_extra } = Choice::of(report.document, requested.unwrap_or_default())?;
        let usual = || report.document.fields.iter().filter(|field| is_usual(field)).map(Column::of_field);
        let mut columns = chosen.unwrap_or_else(|| usual().collect());
        let mut extra_fields = Vec::new();
        let mut extra = Vec::new();
        if has_extra {
            (extra, extra_fields) = read_extra_fields(report, mask)?;
        }
        // Each heading stands once.
        for column in added.into_iter().chain(extra) {
            if columns.iter().all(|other| other.name != column.name) {
                columns.push(column);
            }
        }
        Ok(Self { report, columns, extra_fields })
    }

    #[must_use]
    pub(crate) fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The cells of each row, in the order of the columns.
    pub(crate) fn rows(&self) -> impl Iterator<Item = impl Iterator<Item = Cell<'_>>> {
        self.report.rows.iter().enumerate().map(move |(at, row)| {
            let extra_fields = self.extra_fields.get(at).map_or(&[][..], Vec::as_slice);
            self.columns.iter().map(move |column| column.cell(row, extra_fields))
        })
    }
}

impl Column {
    fn of_field(field: &'static Field) -> Self {
        let rank = match field.shown {
            Shown::Always(rank)
            | Shown::WhenPresent(rank)
            | Shown::WithRoom(rank)
            | Shown::WhenDifferent(rank) => usize::from(rank),
            Shown::InFiles | Shown::OnRequest => usize::from(u8::MAX),
        };
        Self {
            name: field.key.to_owned(),
            title: field.title.to_owned(),
            meaning: field.meaning,
            rank,
            needs_room: matches!(field.shown, Shown::WithRoom(_)),
            source: Source::Field(field),
        }
    }

    #[must_use]
    pub(crate) fn is_extra(&self) -> bool {
        matches!(self.source, Source::Extra(_))
    }

    fn of_extra_field(place: usize, name: String) -> Self {
        Self {
            title: name.clone(),
            name,
            meaning: Meaning::Text,
            rank: usize::from(u8::MAX) + 1 + place,
            needs_room: false,
            source: Source::Extra(place),
        }
    }

    fn cell<'r>(&self, row: &'r Row, extra_fields: &'r [(usize, Box<str>)]) -> Cell<'r> {
        match &self.source {
            Source::Field(field) => field_cell(row, field),
            Source::Path(field, path) => cell_inside(row.get(field.key), field, path),
            Source::Extra(place) => {
                let at = extra_fields.binary_search_by_key(place, |(place, _)| *place).ok();
                Cell::from_extra(at.map(|at| &*extra_fields[at].1))
            }
        }
    }
}

fn is_present(report: &Report, field: &Field) -> bool {
    report.rows.iter().any(|row| !field_cell(row, field).is_empty())
}

fn is_different(report: &Report, field: &Field) -> bool {
    let mut cells = report.rows.iter().map(|row| field_cell(row, field));
    cells.next().is_some_and(|first| cells.any(|other| other != first))
}

fn field_cell<'r>(row: &'r Row, field: &Field) -> Cell<'r> {
    Cell::new(row.get(field.key), field.meaning, field.key)
}

/// A column for each extra field, in order of first appearance, and the texts of each row. A name begins with the key of
/// the field that contains it, so that none is like one of ours. Of equal keys in one row, the last one counts.
fn read_extra_fields(report: &Report, mask: bool) -> Result<(Vec<Column>, Vec<ExtraTexts>), ColumnError> {
    let document = report.document;
    let parent = parent_of_extra_fields(document).unwrap_or_default();
    let (mut columns, mut places) = (Vec::new(), HashMap::new());
    let mut texts = Vec::new();
    for row in &report.rows {
        let mut of_row = ExtraTexts::new();
        for (key, text) in document.extra_fields.map(|read| read(row)).unwrap_or_default() {
            let (heading, text) = if mask {
                (Role::Plain.mask(&key).into_owned(), Role::of_key(&key).mask(&text).into_owned())
            } else {
                (key, text)
            };
            let name = format!("{parent}.{heading}");
            let place = *places.entry(name.clone()).or_insert_with(|| {
                columns.push(Column::of_extra_field(columns.len(), name));
                columns.len() - 1
            });
            match of_row.binary_search_by_key(&place, |(place, _)| *place) {
                Ok(at) => of_row[at].1 = text.into_boxed_str(),
                Err(at) => of_row.insert(at, (place, text.into_boxed_str())),
            }
        }
        if columns.len() > MOST_EXTRA {
            return Err(ColumnError::TooMany { most: MOST_EXTRA, parent });
        }
        texts.push(of_row);
    }
    Ok((columns, texts))
}

/// The cell at the end of a path into a field.
fn cell_inside<'r>(value: &'r Value, field: &Field, path: &[String]) -> Cell<'r> {
    let value = if let Value::Worded(worded) = value { &worded.1 } else { value };
    let (Value::Row(row), [key, rest @ ..]) = (value, path) else {
        let (json, role) = inside(value, Role::of_key(field.key), path);
        return Cell::from_json(json, role);
    };
    match row.iter().find(|(field, _)| field.key == key) {
        Some((field, value)) if rest.is_empty() => Cell::new(value, field.meaning, field.key),
        Some((field, value)) => cell_inside(value, field, rest),
        None => Cell::from_json(None, Role::Plain),
    }
}

/// The JSON at the end of a path into a field, and its role.
fn inside<'r>(value: &'r Value, role: Role, path: &[String]) -> (Option<&'r RawValue>, Role) {
    let at_the_end = |raw: &'r RawValue, path: &[String]| (json::find(raw, path), role.along(raw, path));
    match value {
        Value::Raw(raw) => at_the_end(raw, path),
        Value::RawList(list) => {
            let item = path.split_first().and_then(|(first, rest)| {
                let item = list.items.get(first.parse::<usize>().ok()?)?;
                Some(at_the_end(item, rest))
            });
            item.unwrap_or((None, role))
        }
        _ => (None, role),
    }
}

#[cfg(test)]
mod tests;
