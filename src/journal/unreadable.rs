//! Values that the file has and nobody can read: a bit has changed, or another program wrote them. Rows that have one are
//! passed over, so that all the others can be read; `verify` lists them.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Error, OptionalExtension, Row};

use super::Journal;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Unreadable {
    #[default]
    None,
    Met,
    Reported,
}

impl Journal {
    /// Whether something could not be read that was to be; true once.
    pub(crate) fn has_unreadable(&self) -> bool {
        let is_new = self.unreadable.get() == Unreadable::Met;
        if is_new {
            self.unreadable.set(Unreadable::Reported);
        }
        is_new
    }

    pub(super) fn note_unreadable(&self) {
        if self.unreadable.get() == Unreadable::None {
            self.unreadable.set(Unreadable::Met);
        }
    }
}

/// Whether an event is the work of another version, which knows more types.
pub(super) fn is_of_another_version(connection: &Connection, seq: i64) -> rusqlite::Result<bool> {
    let program = "SELECT program FROM run WHERE id = (SELECT run FROM event WHERE seq = ?1)";
    let mut program = connection.prepare_cached(program)?;
    let program = program.query_row([seq], |row| text(row, 0)).optional()?;
    Ok(program.is_some_and(|program| program != env!("CARGO_PKG_VERSION")))
}

/// `None` for a value that cannot be read.
pub(super) fn readable<T>(read: rusqlite::Result<T>) -> rusqlite::Result<Option<T>> {
    match read {
        Ok(value) => Ok(Some(value)),
        Err(
            Error::FromSqlConversionFailure(..)
            | Error::IntegralValueOutOfRange(..)
            | Error::InvalidColumnType(..)
            | Error::Utf8Error(..),
        ) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A text, as far as it is one.
pub(super) fn text(row: &Row<'_>, index: usize) -> rusqlite::Result<String> {
    Ok(match row.get_ref(index)? {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Null => String::new(),
    })
}
