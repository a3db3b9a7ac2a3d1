//! Brings a file to the version of this program, an empty one too.

use std::path::Path;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::error::JournalError;
use super::place::{DATABASE_OF_OTHERS, Place, WITHOUT_VERSION};
use super::unreadable::readable;
use super::{customers, millis, moment, schema};
use crate::store::private_file;

/// The steps of a version, counted from an empty file.
fn known(steps: &[&str]) -> i64 {
    i64::try_from(steps.len()).unwrap_or(i64::MAX)
}

/// Whether the file is of an earlier version, or empty.
///
/// # Errors
/// When it is of a later version, or another program's.
pub(super) fn is_needed(connection: &Connection, path: &Path, steps: &[&str]) -> Result<bool, JournalError> {
    let fault = |error| JournalError::of(path, error);
    let pragma = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    // Of a file in which all can be read, the schema can.
    let objects = "SELECT count(*) FROM sqlite_schema";
    let objects: i64 = connection.query_row(objects, [], |row| row.get(0)).map_err(fault)?;
    let (application, version) =
        (pragma("application_id").map_err(fault)?, pragma("user_version").map_err(fault)?);
    let is_empty = objects == 0 && application == 0 && version == 0;
    if !is_empty && application != i64::from(schema::APPLICATION_ID) {
        return Err(JournalError::Foreign { path: path.to_owned(), what: DATABASE_OF_OTHERS });
    }
    if version < 1 && objects > 0 {
        return Err(JournalError::Foreign { path: path.to_owned(), what: WITHOUT_VERSION });
    }
    if version > known(steps) {
        return Err(JournalError::Newer { path: path.to_owned(), found: version, known: known(steps) });
    }
    Ok(version < known(steps))
}

/// Copies a file that is not empty, then changes it in one transaction. The caller is alone with it.
pub(super) fn migrate(
    connection: &mut Connection,
    place: &Place,
    steps: &[&str],
    now: Timestamp,
) -> Result<(), JournalError> {
    // Somebody else may have done it while we waited.
    if !is_needed(connection, place.path(), steps)? {
        return Ok(());
    }
    let fault = |error| JournalError::of(place.path(), error);
    let version: i64 =
        connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(fault)?;
    if version > 0 {
        copy(connection, place, version)?;
    }
    change(connection, version, steps, now).map_err(fault)
}

/// Makes the tables in an empty database that nobody else has.
pub(super) fn begin(connection: &mut Connection, steps: &[&str], now: Timestamp) -> rusqlite::Result<()> {
    change(connection, 0, steps, now)
}

fn copy(connection: &Connection, place: &Place, version: i64) -> Result<(), JournalError> {
    let copy = place.copy_of(version);
    // One of a migration that was interrupted.
    Place::remove(&copy)?;
    // SQLite takes an empty file for the new one, and leaves it its mode.
    private_file::check_private(&copy, true)?;
    // As bytes, because a path need not be text.
    connection
        .execute("VACUUM INTO CAST(?1 AS TEXT)", params![copy.as_os_str().as_encoded_bytes()])
        .map_err(|error| JournalError::of(place.path(), error))?;
    private_file::sync_file(&copy)?;
    Ok(())
}

fn change(connection: &mut Connection, version: i64, steps: &[&str], now: Timestamp) -> rusqlite::Result<()> {
    if version == 0 {
        // Settled by the first page that is written, which is in the file itself: whose it is can be seen from then on.
        connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
        connection.pragma_update(None, "application_id", schema::APPLICATION_ID)?;
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    }
    let change = Transaction::new(connection, TransactionBehavior::Immediate)?;
    let done = usize::try_from(version).unwrap_or(usize::MAX);
    for step in steps.iter().skip(done) {
        change.execute_batch(step)?;
    }
    if version == 0 {
        customers::Secret::make(&change)?;
        change.execute("INSERT INTO meta VALUES ('created', ?1)", params![millis(now).to_le_bytes()])?;
    }
    change.pragma_update(None, "user_version", known(steps))?;
    if version != 0 {
        change.execute(
            "INSERT OR REPLACE INTO meta VALUES ('copied', ?1)",
            params![millis(now).to_le_bytes()],
        )?;
    }
    change.commit()
}

/// How long a copy is kept from before a migration.
pub(super) const KEPT: Duration = Duration::from_secs(72 * 3600);

/// When the copy was made that is still kept.
pub(super) fn copied_at(connection: &Connection) -> rusqlite::Result<Option<Timestamp>> {
    let mut find = connection.prepare_cached("SELECT value FROM meta WHERE key = 'copied'")?;
    let found = readable(find.query_row([], |row| row.get(0)).optional())?.flatten();
    Ok(found.map(|bytes| moment(i64::from_le_bytes(bytes))))
}

/// Deletes the copies once they are old enough.
pub(super) fn delete_old_copies(
    connection: &Connection,
    place: &Place,
    now: Timestamp,
) -> Result<(), JournalError> {
    let fault = |error| JournalError::of(place.path(), error);
    let Some(copied) = copied_at(connection).map_err(fault)? else { return Ok(()) };
    if now.duration_since(copied) < SignedDuration::try_from(KEPT).unwrap_or(SignedDuration::MAX) {
        return Ok(());
    }
    place.copies().iter().try_for_each(|copy| Place::remove(copy))?;
    connection.execute("DELETE FROM meta WHERE key = 'copied'", []).map(|_| ()).map_err(fault)
}
