//! How far a script has read (`tags --new NAME`).

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::{Journal, JournalError, millis};

impl Journal {
    /// The last event that the script of this name has had.
    pub(crate) fn cursor(&self, name: &str) -> Result<Option<i64>, JournalError> {
        let mut find = self.statement("SELECT seq FROM cursor WHERE name = ?1")?;
        find.query_row([name], |row| row.get(0)).optional().map_err(|error| self.fault(error))
    }

    /// Moves it on; never back.
    pub(crate) fn move_cursor(&self, name: &str, seq: i64, now: Timestamp) -> Result<(), JournalError> {
        self.write(now, |change| {
            let mut put = change.prepare_cached(
                "INSERT INTO cursor (name, seq, moved_at) VALUES (?1, ?2, ?3)
                 ON CONFLICT (name) DO UPDATE SET seq = max(seq, excluded.seq), moved_at = excluded.moved_at",
            )?;
            put.execute(params![name, seq, millis(now)]).map(|_| ())
        })
    }
}
