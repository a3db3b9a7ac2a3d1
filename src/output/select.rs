//! Which columns a table, CSV or TSV has, by name or by what the rows say, and their cells.
//! It must not know how cells are worded or laid out.

use std::borrow::Cow;

use crate::json;
use crate::json::RawValue;
use crate::output::formats::cell::Cell;
use crate::report::{Document, Field, Meaning, Report, Row, Shown, Value};
use crate::words::nearest;

/// More columns that nobody asked for than this help nobody.
const MOST_EXTRA: usize = 40;

/// A column: where its cells come from, and how gladly it is given up.
#[derive(Clone, Debug)]
pub struct Column {
    /// What `--columns` calls it, and the heading in CSV and TSV; may come from the server.
    pub name: Cow<'static, str>,
    /// The heading in tables; may come from the server.
    pub title: Cow<'static, str>,
    /// What its cells mean.
    pub meaning: Meaning,
    /// On a narrow terminal the columns with the highest rank go first.
    pub rank: usize,
    source: Source,
}

#[derive(Clone, Debug)]
enum Source {
    /// A field.
    Field(&'static Field),
    /// What a path leads to inside a field.
    Path(&'static Field, Vec<String>),
    /// The extra field that the column is named after.
    Extra,
}

/// The columns of a report, with what they show of each row.
#[derive(Debug)]
pub struct Selection<'r> {
    report: &'r Report,
    columns: Vec<Column>,
}

/// Why columns cannot be selected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SelectError {
    /// No field has this name.
    #[error("no column is called \"{name}\"{} are {}", closest(nearest.as_deref()), known.join(", "))]
    Unknown {
        /// What was asked for.
        name: String,
        /// The known name that differs least, if any is close.
        nearest: Option<String>,
        /// Every known name.
        known: Vec<&'static str>,
    },
    /// A dotted path into a field that has no inside.
    #[error("\"{field}\" holds a single value, so \"{name}\" leads nowhere{}", pathless(known))]
    NoInside {
        /// What was asked for.
        name: String,
        /// Its first segment.
        field: &'static str,
        /// The fields that paths may lead into.
        known: Vec<&'static str>,
    },
}

fn closest(nearest: Option<&str>) -> String {
    nearest.map_or_else(|| "; known".to_owned(), |name| format!(", did you mean \"{name}\"? Known"))
}

fn pathless(known: &[&str]) -> String {
    if known.is_empty() { String::new() } else { format!("; paths lead into {}", known.join(", ")) }
}

/// The columns with these names: keys of the document, or dotted paths into its raw fields
/// (`fields.queue`, `icons.0.name`). Needs no rows, so names can be checked before any request.
///
/// # Errors
/// At the first name that the document does not know.
pub fn named(document: &Document, names: &[String]) -> Result<Vec<Column>, SelectError> {
    names.iter().enumerate().map(|(rank, name)| Ok(Column { rank, ..by_name(document, name)? })).collect()
}

impl<'r> Selection<'r> {
    /// For a table: the columns asked for, else what the report shows by itself.
    ///
    /// # Errors
    /// At the first name that the document does not know.
    pub fn of(report: &'r Report, requested: Option<&[String]>) -> Result<Self, SelectError> {
        Self::new(report, requested, |field| match field.shown {
            Shown::Always(_) => true,
            Shown::WhenSaid(_) => is_said(report, field),
            Shown::WhenVaried(_) => is_varied(report, field),
            Shown::OnRequest => false,
        })
    }

    /// For CSV and TSV: the columns asked for, else every field that a table may show, whether or not a row says it. A
    /// script counts on the same columns in the same order from run to run; keys that no field names come after them.
    ///
    /// # Errors
    /// At the first name that the document does not know.
    pub fn steady(report: &'r Report, requested: Option<&[String]>) -> Result<Self, SelectError> {
        Self::new(report, requested, |field| field.shown != Shown::OnRequest)
    }

    fn new(
        report: &'r Report,
        requested: Option<&[String]>,
        is_shown: impl Fn(&Field) -> bool,
    ) -> Result<Self, SelectError> {
        if let Some(names) = requested {
            return Ok(Self { report, columns: named(report.document, names)? });
        }
        let shown = report.document.fields.iter().filter(|field| is_shown(field));
        let mut columns: Vec<_> = shown.map(whole).collect();
        columns.extend(extra_columns(report));
        Ok(Self { report, columns })
    }

    /// The columns, in order.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The cells of each row, in the order of the columns. Extra fields are read row by row: those of a large answer
    /// take more memory than the answer.
    pub fn rows(&self) -> impl Iterator<Item = Vec<Cell<'_>>> {
        let has_extra = self.columns.iter().any(|column| matches!(column.source, Source::Extra));
        let extra_fields = self.report.document.extra_fields.filter(|_| has_extra);
        self.report.rows.iter().map(move |row| {
            let extra_fields = extra_fields.map_or_else(Vec::new, |of| of(row));
            self.columns.iter().map(|column| column.cell(row, &extra_fields)).collect()
        })
    }
}

impl Column {
    /// Of equal keys in one row the last one counts.
    fn cell<'r>(&self, row: &'r Row, extra_fields: &[(String, String)]) -> Cell<'r> {
        match &self.source {
            Source::Field(field) => field_cell(row, field),
            Source::Path(field, path) => Cell::from_json(inside(row.get(field.key), path)),
            Source::Extra => {
                let last = extra_fields.iter().rfind(|(key, _)| *key == self.name);
                Cell::from_extra(last.map(|(_, text)| text.clone()))
            }
        }
    }
}

fn by_name(document: &Document, name: &str) -> Result<Column, SelectError> {
    let (first, path) = name.split_once('.').map_or((name, None), |(first, path)| (first, Some(path)));
    let Some(field) = document.fields.iter().find(|field| field.key == first) else {
        return Err(unknown(document, name, first));
    };
    let Some(path) = path else {
        return Ok(whole(field));
    };
    if !has_inside(field) {
        let known = document.fields.iter().filter(|field| has_inside(field)).map(|field| field.key).collect();
        return Err(SelectError::NoInside { name: name.to_owned(), field: field.key, known });
    }
    Ok(Column {
        name: Cow::Owned(name.to_owned()),
        title: Cow::Owned(name.to_owned()),
        meaning: Meaning::Raw,
        rank: 0,
        source: Source::Path(field, path.split('.').map(str::to_owned).collect()),
    })
}

fn unknown(document: &Document, name: &str, first: &str) -> SelectError {
    let known: Vec<_> = document.fields.iter().map(|field| field.key).collect();
    let nearest = nearest(first, known.iter().copied())
        .map(|key| format!("{key}{}", &name[first.len()..]))
        .or_else(|| Some(format!("{}.{name}", parent_of_extra_fields(document)?)))
        .filter(|_| !name.is_empty());
    SelectError::Unknown { name: name.to_owned(), nearest, known }
}

/// The field that the extra fields are in: their keys are paths into it.
fn parent_of_extra_fields(document: &Document) -> Option<&'static str> {
    document.extra_fields?;
    document.fields.iter().find(|field| field.meaning == Meaning::Raw).map(|field| field.key)
}

fn has_inside(field: &Field) -> bool {
    matches!(field.meaning, Meaning::Raw | Meaning::Icons)
}

fn whole(field: &'static Field) -> Column {
    let rank = match field.shown {
        Shown::Always(rank) | Shown::WhenSaid(rank) | Shown::WhenVaried(rank) => usize::from(rank),
        Shown::OnRequest => usize::from(u8::MAX),
    };
    Column {
        name: Cow::Borrowed(field.key),
        title: Cow::Borrowed(field.title),
        meaning: field.meaning,
        rank,
        source: Source::Field(field),
    }
}

fn is_said(report: &Report, field: &Field) -> bool {
    report.rows.iter().any(|row| !field_cell(row, field).is_empty())
}

fn is_varied(report: &Report, field: &Field) -> bool {
    let mut cells = report.rows.iter().map(|row| field_cell(row, field));
    cells.next().is_some_and(|first| cells.any(|other| other != first))
}

fn field_cell<'r>(row: &'r Row, field: &Field) -> Cell<'r> {
    Cell::new(row.get(field.key), field.meaning, field.key)
}

/// A column for each key of an extra field, in order of first appearance.
fn extra_columns(report: &Report) -> impl Iterator<Item = Column> {
    let mut keys: Vec<String> = Vec::new();
    let rows = report.document.extra_fields.into_iter().flat_map(|of| report.rows.iter().map(of));
    for (key, _) in rows.flatten() {
        if !keys.contains(&key) {
            keys.push(key);
        }
        if keys.len() == MOST_EXTRA {
            break;
        }
    }
    keys.into_iter().enumerate().map(|(index, key)| Column {
        name: Cow::Owned(key.clone()),
        title: Cow::Owned(key),
        meaning: Meaning::Text,
        rank: usize::from(u8::MAX) + 1 + index,
        source: Source::Extra,
    })
}

fn inside<'r>(value: &'r Value, path: &[String]) -> Option<&'r str> {
    let found = match value {
        Value::Raw(raw) => json::find(raw, path),
        Value::RawList { items, .. } => {
            let (first, rest) = path.split_first()?;
            json::find(items.get(first.parse::<usize>().ok()?)?, rest)
        }
        _ => None,
    };
    found.map(RawValue::get)
}

#[cfg(test)]
mod tests;
