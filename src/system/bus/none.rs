//! macOS and Windows have no message bus.

use std::convert::Infallible;
use std::path::{Path, PathBuf};

pub(crate) const IS_THE_WAY_TO_THE_KEYRING: bool = false;

#[expect(clippy::unnecessary_wraps, reason = "elsewhere there may be none")]
pub(crate) fn reach(_: Option<&str>, _: Option<&Path>) -> Result<Option<PathBuf>, Infallible> {
    Ok(None)
}

/// A terminal may show a notice by a sequence, whatever its kind. The consoles of Windows show none.
pub(crate) const UNKNOWN_TERMINALS_MAY_SHOW_NOTICES: bool = cfg!(not(windows));

/// Notices go to the terminal.
pub(crate) fn has_desktop(_: impl Fn(&str) -> bool) -> bool {
    false
}

/// # Errors
/// Always.
pub(crate) fn show_on_desktop(_: &str) -> Result<(), String> {
    Err("this system's desktop is not known".to_owned())
}
