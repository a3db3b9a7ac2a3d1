//! The key of the wall: a new one, or the one that a file keeps.

use std::path::Path;

use crate::app::App;
use crate::failure::Failure;
use crate::store::private_file::{self, OthersMay};
use crate::watch::sinks::wall::key::Key;

/// More than any key has.
const LIMIT: u64 = 1 << 10;

/// The key of this file, which is made if there is none; without a file a new key.
///
/// # Errors
/// If other users can read the file, or it holds no key (exit code 2); if it cannot be made, or there are no random numbers
/// (1).
pub(super) fn of(file: Option<&Path>, app: &App) -> Result<Key, Failure> {
    let Some(path) = file else { return random() };
    let key = if let Some(kept) = read(path)? {
        kept
    } else {
        let new = random()?;
        let content = zeroize::Zeroizing::new(format!("{}\n", new.text().expose()));
        private_file::create_new(path, content.as_bytes())?;
        // Somebody else may have made it at the same moment.
        read(path)?.unwrap_or(new)
    };
    app.redactor.hide(key.text().expose());
    Ok(key)
}

fn random() -> Result<Key, Failure> {
    Key::random().map_err(|error| {
        Failure::failed("serve", "the system gives no random numbers for a key").caused_by(&error)
    })
}

fn read(path: &Path) -> Result<Option<Key>, Failure> {
    let Some(bytes) = private_file::read(path, LIMIT, OthersMay::Nothing)? else { return Ok(None) };
    let text = std::str::from_utf8(&bytes).unwrap_or_default().trim();
    Key::parse(text).map(Some).map_err(|why| {
        Failure::config(format!("there is no key in {}: {why}", path.display()))
            .hint("delete the file: the next start makes a new one")
    })
}
