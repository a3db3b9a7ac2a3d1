//! How an answer is to look, decided before the first byte is written. It must not read the
//! environment itself: what the variables and terminals say is handed in.

use std::{fmt, str::FromStr};

use jiff::{Timestamp, tz::TimeZone};

/// Everything that a format may ask about its surroundings.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent answers to yes-or-no questions")]
pub struct Presentation {
    /// The form of the answer.
    pub format: Format,
    /// Columns of the terminal; `None` in a pipe.
    pub width: Option<usize>,
    /// Whether colour is wanted, see [`colour_wanted`].
    pub color: bool,
    /// The zone in which times are told.
    pub zone: TimeZone,
    /// What relative times count from.
    pub now: Timestamp,
    /// Whether phone numbers are hidden but for the last three digits.
    pub mask: bool,
    /// Whether tables, CSV and TSV begin with a line of headings.
    pub headers: bool,
    /// The columns asked for by name; `None` for those the report shows by itself.
    pub columns: Option<Vec<String>>,
    /// Whether CSV and TSV mark what a spreadsheet would take for a formula.
    pub guard: bool,
}

impl Presentation {
    /// Whether a person reads it: fitted tables, relative times, symbols, sentences.
    #[must_use]
    pub fn is_for_terminal(&self) -> bool {
        self.width.is_some()
    }
}

/// A form of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Columns for the eye; in a pipe without colour, cutting and relative times.
    Table,
    /// One JSON object.
    Json,
    /// One JSON object per row and line.
    Ndjson,
    /// Comma-separated values.
    Csv,
    /// Tab-separated values.
    Tsv,
}

impl Format {
    /// Every format, in the order in which help lists them.
    pub const ALL: [Self; 5] = [Self::Table, Self::Json, Self::Ndjson, Self::Csv, Self::Tsv];

    /// The word for it in `--output` and `DEEPCALL_OUTPUT`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
        }
    }
}

/// When colour is used, by `--color`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColorWhen {
    /// On a terminal, unless a variable says otherwise.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl ColorWhen {
    /// Every choice, in the order in which help lists them.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Always, Self::Never];

    /// The word for it in `--color`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Always => "always",
            Self::Never => "never",
        }
    }
}

/// A word that names none of the choices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownWord {
    /// What was written.
    pub word: String,
    /// What could have been.
    pub known: Vec<&'static str>,
}

impl fmt::Display for UnknownWord {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "\"{}\" is none of {}", self.word, self.known.join(", "))
    }
}

impl std::error::Error for UnknownWord {}

impl FromStr for Format {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        named(word, &Self::ALL, Self::word)
    }
}

impl FromStr for ColorWhen {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        named(word, &Self::ALL, Self::word)
    }
}

fn named<T: Copy>(word: &str, all: &[T], name: fn(T) -> &'static str) -> Result<T, UnknownWord> {
    all.iter().copied().find(|choice| name(*choice) == word).ok_or_else(|| UnknownWord {
        word: word.to_owned(),
        known: all.iter().map(|choice| name(*choice)).collect(),
    })
}

/// Whether one stream gets colour: `--color` first, then `NO_COLOR`, then `CLICOLOR_FORCE`, then
/// what the stream is. `NO_COLOR` counts when it is not empty, `CLICOLOR_FORCE` when it is neither
/// empty nor `0`. To be asked for stdout and stderr apart.
#[must_use]
pub fn colour_wanted(
    choice: ColorWhen,
    is_terminal: bool,
    no_color: Option<&str>,
    clicolor_force: Option<&str>,
    term: Option<&str>,
) -> bool {
    match choice {
        ColorWhen::Always => true,
        ColorWhen::Never => false,
        ColorWhen::Auto if no_color.is_some_and(|value| !value.is_empty()) => false,
        ColorWhen::Auto if clicolor_force.is_some_and(|value| !matches!(value, "" | "0")) => true,
        ColorWhen::Auto => is_terminal && term != Some("dumb"),
    }
}

#[cfg(test)]
mod tests;
