//! Format, width, colour, zone and masking of an answer, decided before the first byte is written.

use std::{fmt, str::FromStr};

use jiff::{Timestamp, tz::TimeZone};

/// Everything outside the report that a format depends on.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent answers to yes-or-no questions")]
pub struct Presentation {
    pub format: Format,
    /// Columns of the terminal; `None` in a pipe.
    pub width: Option<usize>,
    /// See [`colour_wanted`].
    pub color: bool,
    /// The zone in which times are shown.
    pub zone: TimeZone,
    /// The moment from which relative times count.
    pub now: Timestamp,
    /// How tables show times; `None` for RFC 3339.
    pub time: Option<TimeStyle>,
    /// Whether phone numbers are hidden except for their last three digits.
    pub mask: bool,
    /// Whether tables, CSV and TSV begin with a line of headings.
    pub headers: bool,
    /// The columns that `--columns` requests; `None` for those that the report shows by default.
    pub columns: Option<Vec<String>>,
    /// Whether CSV and TSV mark cells that a spreadsheet would read as formulas.
    pub guard: bool,
}

impl Presentation {
    /// Whether a person reads the answer: tables fit the terminal, times are relative, and there are symbols and sentences.
    #[must_use]
    pub fn is_for_terminal(&self) -> bool {
        self.width.is_some()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Aligned columns; in a pipe without colour, cuts and relative times.
    Table,
    /// One JSON object.
    Json,
    /// One JSON object per line, one line per row.
    Ndjson,
    /// Comma-separated values.
    Csv,
    /// Tab-separated values.
    Tsv,
}

impl Format {
    /// Every format, in the order in which help lists them.
    pub const ALL: [Self; 5] = [Self::Table, Self::Json, Self::Ndjson, Self::Csv, Self::Tsv];

    /// Its word in `--output` and `DEEPCALL_OUTPUT`.
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

/// The value of `--color`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColorWhen {
    /// On a terminal, unless a variable says otherwise.
    Auto,
    Always,
    Never,
}

impl ColorWhen {
    /// Every choice, in the order in which help lists them.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Always, Self::Never];

    /// Its word in `--color`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Always => "always",
            Self::Never => "never",
        }
    }
}

/// The value of `--time`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeStyle {
    /// "2 min ago".
    Relative,
    /// "11:34", with the day before it unless that is today.
    Clock,
    /// "2 min ago · 11:34"; on a terminal without room for that, "2 min ago".
    Both,
}

impl TimeStyle {
    /// Every choice, in the order in which help lists them.
    pub const ALL: [Self; 3] = [Self::Relative, Self::Clock, Self::Both];

    /// Its word in `--time`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Relative => "relative",
            Self::Clock => "clock",
            Self::Both => "both",
        }
    }
}

/// A word that is not among the allowed ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownWord {
    pub word: String,
    pub known: Vec<&'static str>,
}

impl fmt::Display for UnknownWord {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "\"{}\" is unknown; known are {}", self.word, self.known.join(", "))
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

impl FromStr for TimeStyle {
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

/// Whether one stream gets colour. `--color` decides first, then `NO_COLOR` unless it is empty, then `CLICOLOR_FORCE`
/// unless it is empty or `0`, and last whether the stream is a terminal. stdout and stderr may differ.
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
