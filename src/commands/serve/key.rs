//! The key of the wall: a new one, or the one that a file keeps.

use std::path::Path;

use crate::app::App;
use crate::failure::Failure;
use crate::store::private_file::{self, FileError, OthersMay};
use crate::watch::sinks::wall::key::Key;

/// More than any key has.
const LIMIT: u64 = 1 << 10;

/// The key of this file, which is made if there is none; without a file a new key.
///
/// # Errors
/// If other users can read the file, it holds no key, its folder does not exist, or it is a link to nothing (exit code 2); if
/// it cannot be made, or there are no random numbers (1).
pub(super) fn of(file: Option<&Path>, app: &App) -> Result<Key, Failure> {
    let Some(path) = file else { return random() };
    let key = if let Some(kept) = read(path)? {
        kept
    } else {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        if let Some(folder) = folder.filter(|folder| !folder.exists()) {
            return Err(Failure::config(format!("the folder {} does not exist", folder.display()))
                .hint("create it, or name another key file"));
        }
        let new = random()?;
        let content = zeroize::Zeroizing::new(format!("{}\n", new.text().expose()));
        private_file::create_new(path, content.as_bytes())?;
        // Somebody else may have made it at the same moment. A link that leads nowhere is in the way of a new file.
        read(path)?.ok_or_else(|| {
            Failure::config(format!("{} is a link to a file that does not exist", path.display()))
                .hint("delete the link, or name another key file")
        })?
    };
    app.redactor.hide(key.text().expose());
    Ok(key)
}

fn random() -> Result<Key, Failure> {
    Key::random().map_err(|error| {
        Failure::failed("serve", "the system provides no random numbers for a key").caused_by(&error)
    })
}

fn read(path: &Path) -> Result<Option<Key>, Failure> {
    let bytes = match private_file::read(path, LIMIT, OthersMay::Nothing) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return Ok(None),
        Err(error @ (FileError::NotAFile { .. } | FileError::TooLarge { .. })) => {
            let failure = Failure::config(error.to_string());
            return Err(if path.is_dir() {
                failure.hint(format!("name a file in it, for example {}", path.join("wall.key").display()))
            } else {
                failure.hint("name another file; it is created if it does not exist")
            });
        }
        Err(error) => return Err(error.into()),
    };
    let text = std::str::from_utf8(&bytes).unwrap_or_default().trim();
    Key::parse(text).map(Some).map_err(|why| {
        Failure::config(format!("there is no key in {}: {why}", path.display()))
            .hint("delete the file: the next start creates a new one")
    })
}
