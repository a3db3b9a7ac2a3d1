//! The version of SQLite.

use super::error::JournalError;

/// Up to here, two processes that reset the write-ahead log at once could damage the file.
const FIRST_GOOD: i32 = 3_051_003;

pub(crate) fn version() -> &'static str {
    rusqlite::version()
}

pub(super) fn refuse_older() -> Result<(), JournalError> {
    refuse(rusqlite::version_number())
}

fn refuse(number: i32) -> Result<(), JournalError> {
    if number < FIRST_GOOD { Err(JournalError::Library { found: version() }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_that_can_damage_a_journal_is_refused() {
        assert!(refuse(3_051_002).is_err() && refuse(3_040_001).is_err());
        assert!(refuse(3_051_003).is_ok());
        refuse_older().expect("the version that deepcall brings along");
    }
}
