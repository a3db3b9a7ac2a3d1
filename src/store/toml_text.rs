//! TOML that a person may have edited, read so that each mistake is reported with its line.

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::DeTable;

use crate::words::without_mark;

/// What is wrong with a text, and where. The line itself is never quoted: it may contain a password.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Mistake {
    /// Counted from 1.
    pub line: usize,
    pub detail: String,
}

/// Reads a whole file.
///
/// # Errors
/// When it is not UTF-8, is not TOML, or contains a key that `T` does not know.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Mistake> {
    let bytes = without_mark(bytes);
    toml::from_str(text(bytes)?).map_err(|error| Mistake::of_toml(bytes, &error))
}

/// The whole file, behind [`without_mark`], as a table with the position of each part.
///
/// # Errors
/// When it is not UTF-8, or is not TOML.
pub(crate) fn table(bytes: &[u8]) -> Result<Spanned<DeTable<'_>>, Mistake> {
    DeTable::parse(text(bytes)?).map_err(|error| Mistake::of_toml(bytes, &error))
}

fn text(bytes: &[u8]) -> Result<&str, Mistake> {
    std::str::from_utf8(bytes)
        .map_err(|error| Mistake::at(bytes, error.valid_up_to(), "not UTF-8".to_owned()))
}

impl Mistake {
    /// A mistake at this byte of the text.
    pub(crate) fn at(bytes: &[u8], byte: usize, detail: String) -> Self {
        let line = bytes.iter().take(byte).filter(|byte| **byte == b'\n').count() + 1;
        Self { line, detail }
    }

    /// Only the error's message: its own display quotes the line.
    fn of_toml(bytes: &[u8], error: &toml::de::Error) -> Self {
        let detail = error.message().trim().replace('\n', " ");
        Self::at(bytes, error.span().map_or(0, |span| span.start), detail)
    }
}
