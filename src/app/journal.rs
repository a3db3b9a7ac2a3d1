//! Whether and how this run uses the journal.

use std::path::PathBuf;

use crate::app::App;
use crate::app::settings::config_file::ConfigFile;
use crate::app::settings::config_text;
use crate::app::settings::config_text::TextFile;
use crate::app::settings::table::{JOURNAL_PATH, JOURNAL_RECORD};
use crate::failure::Failure;

/// The file of the journal, whether or not it exists.
///
/// # Errors
/// If a setting is wrong, or the system names no folder: exit code 2.
pub(crate) fn path(app: &App) -> Result<PathBuf, Failure> {
    match app.settings()?.get(&JOURNAL_PATH)?.value {
        Some(path) => Ok(path),
        None => Ok(app.folders()?.journal()),
    }
}

/// Sets `journal.record` in `config.toml`, and returns its path.
///
/// # Errors
/// If the file cannot be read or written, or is wrong.
pub(crate) fn set_record(app: &App, record: bool) -> Result<PathBuf, Failure> {
    let path = app.folders()?.config_file();
    TextFile::at(path.clone()).update(|before| {
        let after = config_text::set(before, JOURNAL_RECORD.key.name, if record { "true" } else { "false" })?;
        ConfigFile::parse(&after, &path)?;
        Ok(after)
    })?;
    Ok(path)
}
