//! A damaged file is kept for whoever can read it, out of the way of the next.

use std::path::PathBuf;

use jiff::Timestamp;

use super::connect;
use super::error::JournalError;
use super::place::Place;

/// Sets the file aside, unless another process has already done so and begun a new one.
pub(super) fn set_aside(place: &Place, now: Timestamp) -> Result<Option<PathBuf>, JournalError> {
    let _alone = place.alone()?;
    if Place::existing(place.path())?.is_none() || is_whole(place)? {
        return Ok(None);
    }
    let aside = place.set_aside(now)?;
    // Recording goes on, even where a run would make no file of its own.
    place.check(true)?;
    Ok(Some(aside))
}

/// Whether SQLite finds no fault in the file.
fn is_whole(place: &Place) -> Result<bool, JournalError> {
    let check = || -> rusqlite::Result<bool> {
        let connection = connect(place.path())?;
        let finding: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        Ok(finding == "ok")
    };
    match check().map_err(|error| JournalError::of(place.path(), error)) {
        Ok(is_whole) => Ok(is_whole),
        Err(JournalError::Damaged { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}
