//! A damaged file is kept for whoever can read it, out of the way of the next.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, params};

use super::error::JournalError;
use super::place::Place;
use super::{connect, migration, millis, schema};

/// What users read of a damaged file.
pub(crate) fn kept_as(place: &Path) -> String {
    format!("the journal was damaged; it is kept as {}", place.display())
}

/// Sets the file aside, unless another process has already done so and begun a new one.
pub(super) fn set_aside(place: &Place, now: Timestamp) -> Result<Option<PathBuf>, JournalError> {
    let _alone = place.alone()?;
    if Place::existing(place.path())?.is_none() || is_whole(place)? {
        return Ok(None);
    }
    let aside = place.set_aside(now)?;
    // Recording goes on, even where a run would make no file of its own.
    place.check(true)?;
    let begin = || -> rusqlite::Result<()> {
        let mut new = connect(place.path())?;
        migration::begin(&mut new, schema::STEPS, now)?;
        // Whoever was recorded is recorded. If not even their names can be read, that is everybody.
        if salvage(&new, &aside).is_err() {
            let noted = params![AGENTS_LOST, millis(now).to_le_bytes()];
            new.execute("INSERT OR REPLACE INTO meta VALUES (?1, ?2)", noted)?;
        }
        Ok(())
    };
    begin().map_err(|error| JournalError::of(place.path(), error))?;
    Ok(Some(aside))
}

/// In `meta`, if the journal has taken the place of one whose agents are not known.
pub(super) const AGENTS_LOST: &str = "agents_lost";

/// Takes the agents over into the new file, and the key by which those in variables are known.
fn salvage(new: &Connection, aside: &Path) -> rusqlite::Result<()> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let old = Connection::open_with_flags(aside, flags)?;
    let key = "SELECT value FROM meta WHERE key = 'hash_key'";
    let key: Vec<u8> = old.query_row(key, [], |row| row.get(0))?;
    let change = new.unchecked_transaction()?;
    change.execute("UPDATE meta SET value = ?1 WHERE key = 'hash_key'", [key])?;
    let mut agents = old.prepare("SELECT server, key, profile, agent_id FROM agent ORDER BY id")?;
    let mut rows = agents.query([])?;
    while let Some(row) = rows.next()? {
        let text = |index| row.get::<_, String>(index);
        let (server, key, profile) = (text(0)?, text(1)?, text(2)?);
        let agent_id: Option<String> = row.get(3)?;
        change.execute(
            "INSERT INTO agent (server, key, profile, agent_id) VALUES (?1, ?2, ?3, ?4)",
            params![server, key, profile, agent_id],
        )?;
    }
    change.commit()
}

/// Whether SQLite finds no fault in the file.
pub(super) fn is_whole(place: &Place) -> Result<bool, JournalError> {
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
