//! A report as columns and rows of cells, for tables, CSV and TSV.

use crate::json;
use crate::json::RawValue;
use crate::output::cell::Cell;
use crate::report::{Document, Field, Meaning, Report, Row, Shown, Value};
use crate::words::nearest;

/// The most extra columns of a table: more of them only make it unreadable.
const MOST_EXTRA: usize = 40;

#[derive(Clone, Debug)]
pub(crate) struct Column {
    /// Its name in `--columns`, and its heading in CSV and TSV; may come from the server.
    pub(crate) name: String,
    /// Its heading in tables; may come from the server.
    pub(crate) title: String,
    pub(crate) meaning: Meaning,
    /// On a narrow terminal the columns with the highest rank are dropped first.
    pub(crate) rank: usize,
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
    extra_fields: ExtraTexts,
}

/// The texts of extra fields, by row and column. Reading them takes as long as showing the row, so they are read once.
/// Pairs of key and text would take more memory than the answer itself.
type ExtraTexts = Vec<Vec<Option<Box<str>>>>;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ColumnError {
    #[error("no column is called \"{name}\"{} are {}", closest(nearest.as_deref()), known.join(", "))]
    Unknown {
        name: String,
        /// The most similar known name, if one is similar.
        nearest: Option<String>,
        known: Vec<&'static str>,
    },
    /// A dotted path into a field that contains a single value.
    #[error("\"{field}\" is a single value, so there is no column \"{name}\"{}", paths_into(known))]
    NotNested {
        name: String,
        /// The first segment of `name`.
        field: &'static str,
        /// The fields with nested values.
        known: Vec<&'static str>,
    },
}

fn closest(nearest: Option<&str>) -> String {
    nearest.map_or_else(|| "; known".to_owned(), |name| format!(", did you mean \"{name}\"? Known"))
}

fn paths_into(known: &[&str]) -> String {
    if known.is_empty() {
        String::new()
    } else {
        format!("; dotted names are possible for {}", known.join(", "))
    }
}

/// The columns with these names: keys of the document, or dotted paths into its raw fields (`fields.queue`,
/// `icons.0.name`). It needs no rows, so names can be checked before any request.
///
/// # Errors
/// At the first unknown name.
pub(crate) fn columns_by_name(document: &Document, names: &[String]) -> Result<Vec<Column>, ColumnError> {
    let by_name = |(rank, name): (usize, &String)| Ok(Column { rank, ..column_by_name(document, name)? });
    names.iter().enumerate().map(by_name).collect()
}

impl<'r> TableView<'r> {
    /// For a table: the requested columns, else those in which rows have a value.
    ///
    /// # Errors
    /// At the first unknown name.
    pub(crate) fn for_table(report: &'r Report, requested: Option<&[String]>) -> Result<Self, ColumnError> {
        Self::new(report, requested, |field| match field.shown {
            Shown::Always(_) => true,
            Shown::WhenPresent(_) => is_present(report, field),
            Shown::WhenDifferent(_) => is_different(report, field),
            Shown::OnRequest => false,
        })
    }

    /// For CSV and TSV: the requested columns, else every field that a table may show, even if no row has a value in it.
    /// Scripts rely on the same columns in the same order in every run; extra fields follow them.
    ///
    /// # Errors
    /// At the first unknown name.
    pub(crate) fn for_delimited(
        report: &'r Report,
        requested: Option<&[String]>,
    ) -> Result<Self, ColumnError> {
        Self::new(report, requested, |field| field.shown != Shown::OnRequest)
    }

    fn new(
        report: &'r Report,
        requested: Option<&[String]>,
        is_shown: impl Fn(&Field) -> bool,
    ) -> Result<Self, ColumnError> {
        if let Some(names) = requested {
            return Ok(Self {
                report,
                columns: columns_by_name(report.document, names)?,
                extra_fields: ExtraTexts::new(),
            });
        }
        let shown = report.document.fields.iter().filter(|field| is_shown(field));
        let mut columns: Vec<_> = shown.map(Column::of_field).collect();
        let (keys, extra_fields) = read_extra_fields(report);
        columns.extend(keys.into_iter().enumerate().map(|(place, key)| Column::of_extra_field(place, key)));
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
            Shown::Always(rank) | Shown::WhenPresent(rank) | Shown::WhenDifferent(rank) => usize::from(rank),
            Shown::OnRequest => usize::from(u8::MAX),
        };
        Self {
            name: field.key.to_owned(),
            title: field.title.to_owned(),
            meaning: field.meaning,
            rank,
            source: Source::Field(field),
        }
    }

    #[must_use]
    pub(crate) fn is_extra(&self) -> bool {
        matches!(self.source, Source::Extra(_))
    }

    fn of_extra_field(place: usize, key: String) -> Self {
        Self {
            name: key.clone(),
            title: key,
            meaning: Meaning::Text,
            rank: usize::from(u8::MAX) + 1 + place,
            source: Source::Extra(place),
        }
    }

    fn cell<'r>(&self, row: &'r Row, extra_fields: &'r [Option<Box<str>>]) -> Cell<'r> {
        match &self.source {
            Source::Field(field) => field_cell(row, field),
            Source::Path(field, path) => Cell::from_json(inside(row.get(field.key), path)),
            Source::Extra(place) => Cell::from_extra(extra_fields.get(*place).and_then(Option::as_deref)),
        }
    }
}

fn column_by_name(document: &Document, name: &str) -> Result<Column, ColumnError> {
    let (first, path) = name.split_once('.').map_or((name, None), |(first, path)| (first, Some(path)));
    let Some(field) = document.fields.iter().find(|field| field.key == first) else {
        return Err(unknown(document, name, first));
    };
    let Some(path) = path else {
        return Ok(Column::of_field(field));
    };
    if !is_nested(field) {
        let known = document.fields.iter().filter(|field| is_nested(field)).map(|field| field.key).collect();
        return Err(ColumnError::NotNested { name: name.to_owned(), field: field.key, known });
    }
    Ok(Column {
        name: name.to_owned(),
        title: name.to_owned(),
        meaning: Meaning::Raw,
        rank: 0,
        source: Source::Path(field, path.split('.').map(str::to_owned).collect()),
    })
}

fn unknown(document: &Document, name: &str, first: &str) -> ColumnError {
    let known: Vec<_> = document.fields.iter().map(|field| field.key).collect();
    let nearest = nearest(first, known.iter().copied())
        .map(|key| format!("{key}{}", &name[first.len()..]))
        .or_else(|| Some(format!("{}.{name}", parent_of_extra_fields(document)?)))
        .filter(|_| !name.is_empty());
    ColumnError::Unknown { name: name.to_owned(), nearest, known }
}

/// The field that contains the extra fields; their keys are paths into it.
fn parent_of_extra_fields(document: &Document) -> Option<&'static str> {
    document.extra_fields?;
    document.fields.iter().find(|field| field.meaning == Meaning::Raw).map(|field| field.key)
}

fn is_nested(field: &Field) -> bool {
    matches!(field.meaning, Meaning::Raw | Meaning::Icons)
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

/// The keys of extra fields in order of first appearance, and their texts. Of equal keys in one row, the last one wins.
fn read_extra_fields(report: &Report) -> (Vec<String>, ExtraTexts) {
    let mut keys: Vec<String> = Vec::new();
    let Some(extra_fields) = report.document.extra_fields else { return (keys, ExtraTexts::new()) };
    let mut texts = ExtraTexts::new();
    for row in &report.rows {
        let mut of_row = vec![None; keys.len()];
        for (key, text) in extra_fields(row) {
            if let Some(place) = keys.iter().position(|known| *known == key) {
                of_row[place] = Some(text.into_boxed_str());
            } else if keys.len() < MOST_EXTRA {
                keys.push(key);
                of_row.push(Some(text.into_boxed_str()));
            }
        }
        texts.push(of_row);
    }
    (keys, texts)
}

/// The JSON at the end of a path into a field.
fn inside<'r>(value: &'r Value, path: &[String]) -> Option<&'r RawValue> {
    match value {
        Value::Raw(raw) => json::find(raw, path),
        Value::RawList(list) => {
            let (first, rest) = path.split_first()?;
            json::find(list.items.get(first.parse::<usize>().ok()?)?, rest)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
