//! The columns that `--columns` chooses.

use crate::output::table_view::{Column, Source};
use crate::report::{Document, Field, Meaning};
use crate::words::nearest;

/// `+` before a name adds its column to the usual ones, or to those that are named without it.
const ADDED: char = '+';
/// With [`ADDED`] before it: every further value.
const EXTRA: &str = "extra";

/// What `--columns` chooses.
#[derive(Clone, Debug, Default)]
pub(crate) struct Choice {
    /// `None` for the usual columns.
    pub(super) chosen: Option<Vec<Column>>,
    pub(super) added: Vec<Column>,
    /// Whether every further value becomes a column.
    pub(super) has_extra: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ColumnError {
    #[error("no column is called \"{name}\"{} are {}{}", closest(nearest.as_deref()), known.join(", "), further(*parent))]
    Unknown {
        name: String,
        /// The most similar known name, if one is similar.
        nearest: Option<String>,
        known: Vec<&'static str>,
        /// The field that contains the keys of the server's own. Which ones it sends is not known before the request.
        parent: Option<&'static str>,
    },
    /// A dotted path into a field that contains a single value.
    #[error("\"{field}\" is {what}, so there is no column \"{name}\"{}", paths_into(known))]
    NotNested {
        name: String,
        /// The first segment of `name`.
        field: &'static str,
        /// What its value is.
        what: &'static str,
        /// The fields with nested values.
        known: Vec<&'static str>,
    },
    /// Readers of CSV find a column by its heading.
    #[error("the column \"{name}\" is named twice")]
    Twice { name: String },
    /// As for a reply that is too large: an error is better than a part.
    #[error("+extra would add more than {most} columns; name those that you need, e.g. +{parent}.queue")]
    TooMany { most: usize, parent: &'static str },
}

fn closest(nearest: Option<&str>) -> String {
    nearest.map_or_else(|| "; known".to_owned(), |name| format!(", did you mean \"{name}\"? Known"))
}

fn further(parent: Option<&str>) -> String {
    parent.map_or_else(String::new, |parent| format!("; a key inside \"{parent}\" is {parent}.KEY"))
}

fn paths_into(known: &[&str]) -> String {
    if known.is_empty() {
        String::new()
    } else {
        format!("; dotted names are possible for {}", known.join(", "))
    }
}

impl Choice {
    /// The columns with these names: keys of the document, or dotted paths into its raw fields (`fields.queue`,
    /// `icons.0.name`). It needs no rows, so names can be checked before any request.
    ///
    /// # Errors
    /// At the first name that is unknown, or given twice.
    pub(crate) fn of(document: &Document, names: &[String]) -> Result<Self, ColumnError> {
        let mut choice = Self::default();
        for name in names {
            // As in every list, a blank may follow a comma.
            let name = name.trim();
            match name.strip_prefix(ADDED) {
                Some(EXTRA) if document.extra_fields.is_some() => choice.has_extra = true,
                // Asked for by name, so a narrow terminal gives it up last.
                Some(name) => {
                    let column = column_by_name(document, name)?;
                    choice.added.push(Column { rank: 0, needs_room: false, ..column });
                }
                None => {
                    let chosen = choice.chosen.get_or_insert_default();
                    let column = column_by_name(document, name)?;
                    let column = Column { rank: chosen.len(), needs_room: false, ..column };
                    if chosen.iter().any(|other| other.name == column.name) {
                        return Err(ColumnError::Twice { name: column.name });
                    }
                    chosen.push(column);
                }
            }
        }
        Ok(choice)
    }
}

/// The names of `--columns` for a document, with the paths whose keys are ours.
pub(crate) fn names(document: &Document) -> impl Iterator<Item = (String, &'static str)> {
    let mut named = Vec::new();
    for field in document.fields {
        named.push((field.key.to_owned(), field.about));
        if let Meaning::Nested(inner) = field.meaning {
            named.extend(inner.iter().map(|inner| (format!("{}.{}", field.key, inner.key), inner.about)));
        }
    }
    let added: Vec<_> = named.iter().map(|(name, about)| (format!("{ADDED}{name}"), *about)).collect();
    let extra = document.extra_fields.map(|_| (format!("{ADDED}{EXTRA}"), "every further single value"));
    named.into_iter().chain(added).chain(extra)
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
        return Err(ColumnError::NotNested {
            name: name.to_owned(),
            field: field.key,
            what: what(field),
            known,
        });
    }
    let path: Vec<String> = path.split('.').map(str::to_owned).collect();
    Ok(Column {
        name: name.to_owned(),
        title: name.to_owned(),
        meaning: meaning_inside(field, &path, name)?,
        rank: 0,
        needs_room: false,
        source: Source::Path(field, path),
    })
}

/// The meaning of what a path into a field leads to. Keys of the server's own are not known before the request.
fn meaning_inside(field: &Field, path: &[String], name: &str) -> Result<Meaning, ColumnError> {
    let (Meaning::Nested(fields), [key, rest @ ..]) = (field.meaning, path) else { return Ok(Meaning::Raw) };
    let Some(field) = fields.iter().find(|field| field.key == key) else {
        let known: Vec<_> = fields.iter().map(|field| field.key).collect();
        let before = name.len() - path.iter().map(|key| key.len() + 1).sum::<usize>() + 1;
        let nearest = nearest(key, known.iter().copied());
        let nearest = nearest.map(|near| format!("{}{near}", &name[..before]));
        return Err(ColumnError::Unknown { name: name.to_owned(), nearest, known, parent: None });
    };
    if !rest.is_empty() && !is_nested(field) {
        let known = fields.iter().filter(|field| is_nested(field)).map(|field| field.key).collect();
        return Err(ColumnError::NotNested {
            name: name.to_owned(),
            field: field.key,
            what: what(field),
            known,
        });
    }
    if rest.is_empty() { Ok(field.meaning) } else { meaning_inside(field, rest, name) }
}

fn unknown(document: &Document, name: &str, first: &str) -> ColumnError {
    let known: Vec<_> = document.fields.iter().map(|field| field.key).collect();
    let parent = parent_of_extra_fields(document);
    let nearest = nearest(first, known.iter().copied())
        .map(|key| format!("{key}{}", &name[first.len()..]))
        .or_else(|| parent.filter(|_| name == EXTRA).map(|_| format!("{ADDED}{EXTRA}")))
        .filter(|_| !name.is_empty());
    ColumnError::Unknown { name: name.to_owned(), nearest, known, parent }
}

/// The field that contains the extra fields; their keys are paths into it.
pub(super) fn parent_of_extra_fields(document: &Document) -> Option<&'static str> {
    document.extra_fields?;
    document.fields.iter().find(|field| field.meaning == Meaning::Raw).map(|field| field.key)
}

fn what(field: &Field) -> &'static str {
    if matches!(field.meaning, Meaning::List(_)) { "a list" } else { "a single value" }
}

fn is_nested(field: &Field) -> bool {
    matches!(field.meaning, Meaning::Raw | Meaning::Icons | Meaning::Nested(_))
}
