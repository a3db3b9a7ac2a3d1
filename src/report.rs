//! The answer of a command before it has a format. Every format is made from this one value, so that formats cannot
//! disagree.

mod conversions;
mod sentence;

use compact_str::CompactString;
use jiff::Timestamp;

use crate::json::Raw;

pub use sentence::{Part, Sentence, Tone};

/// One value of a row.
#[derive(Clone, Debug)]
pub enum Value {
    /// The server sent nothing: `null` in JSON.
    Absent,
    /// Text, which may come from the server and is then made harmless on the way out.
    Text(CompactString),
    /// A whole number.
    Number(i64),
    /// Yes or no.
    Flag(bool),
    /// A moment.
    Time(Timestamp),
    /// A moment, and how many seconds it was away when the server answered: a value beside it shows them.
    Away(Box<(Timestamp, i64)>),
    /// A length of time in seconds.
    Seconds(i64),
    /// JSON as the server wrote it.
    Raw(Raw),
    /// A list of such pieces. Boxed as others are, because most values are smaller, and a large answer has many.
    RawList(Box<RawList>),
    /// An object with keys of its own.
    Row(Box<Row>),
    /// A list of such objects.
    Rows(Box<[Row]>),
    /// A part of a whole, from 0 to 1.
    Share(f64),
    /// A value for which tables show these words. Programs get the value; a cell of CSV, which holds no list, has the words too.
    Worded(Box<(CompactString, Self)>),
    /// A moment or a length that is not known to the minute. People see that; programs get the bounds beside it.
    About(Box<Self>),
}

/// Pieces of JSON as the server wrote them.
#[derive(Clone, Debug)]
pub struct RawList {
    /// What a table shows, e.g. the names of icons.
    pub label: CompactString,
    /// What JSON shows.
    pub items: Vec<Raw>,
}

impl Value {
    /// A value with the words that tables show for it; `None` stays without a value.
    #[must_use]
    pub fn worded(words: impl Into<CompactString>, value: impl Into<Self>) -> Self {
        match value.into() {
            Self::Absent => Self::Absent,
            value => Self::Worded(Box::new((words.into(), value))),
        }
    }

    /// Whether the server sent nothing.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// A moment in a row that also shows how far away it is.
    #[must_use]
    pub fn away(moment: Timestamp, seconds: Option<i64>) -> Self {
        seconds.map_or(Self::Time(moment), |seconds| Self::Away(Box::new((moment, seconds))))
    }
}

/// To four places, which is half a minute of a week.
pub(crate) fn share_text(share: f64) -> String {
    format!("{share:.4}")
}

/// What a field means: decides alignment, colour, symbol, relative times and masking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Plain words.
    Text,
    /// Sentences of this program, which a table on a terminal wraps instead of cutting them.
    Prose,
    /// The name of a profile or an agent.
    Name,
    /// The kind of a notification: coloured and marked by its words (missed, callback, …).
    Kind,
    /// How a check ended: ok, warn, fail or skipped.
    Verdict,
    /// Whether an unusual state holds (on break, in wrap-up).
    State,
    /// The state of an agent in one word: on_break, in_wrapup, neither or unknown.
    AgentState,
    /// A moment: relative on a terminal, RFC 3339 elsewhere.
    Time,
    /// A length of time already passed.
    Elapsed,
    /// A length of time still to come; negative once over.
    Remaining,
    /// A length of time beyond a limit.
    Overrun,
    /// A customer's phone number: `--mask` hides it.
    Phone,
    /// An opaque identifier.
    Id,
    /// A whole number that is counted or named, e.g. a code.
    Count,
    /// Icons that belong to a notification.
    Icons,
    /// JSON as the server wrote it.
    Raw,
    /// An object with these keys; where a text stands for it, its kind and its time.
    Nested(&'static [Field]),
    /// A list of objects with these keys; where a text stands for it, their number.
    List(&'static [Field]),
    /// A part of a whole, from 0 to 1.
    Share,
}

impl Meaning {
    /// Whether its values are numbers, which stand at the right edge of a table's column.
    pub(crate) fn is_number(self) -> bool {
        matches!(self, Self::Elapsed | Self::Remaining | Self::Overrun | Self::Count | Self::Share)
    }
}

/// One key of a document: its name in JSON and `--columns`, its heading in tables, its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// The key in JSON and in `--columns`.
    pub key: &'static str,
    /// The heading in tables.
    pub title: &'static str,
    /// What it means.
    pub meaning: Meaning,
    /// Whether and when a table shows it by default.
    pub shown: Shown,
    /// One line for the JSON Schema and the man page.
    pub about: &'static str,
}

impl Field {
    /// A key with its heading, meaning, place in tables, and one line about it.
    #[must_use]
    pub const fn new(
        key: &'static str,
        title: &'static str,
        meaning: Meaning,
        shown: Shown,
        about: &'static str,
    ) -> Self {
        Self { key, title, meaning, shown, about }
    }
}

/// When a table shows a field without being asked by `--columns`. The number is its rank:
/// on a narrow terminal the columns with the highest rank go first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Always, even when no row has it.
    Always(u8),
    /// When at least one row has it.
    WhenPresent(u8),
    /// When at least one row has it, and the terminal has room for it and the whole of every other column.
    WithRoom(u8),
    /// When rows differ in it (the profile, with several profiles).
    WhenDifferent(u8),
    /// In CSV and TSV; in a table only by `--columns`.
    InFiles,
    /// Only by `--columns`, and in JSON.
    OnRequest,
}

/// The fixed shape of one command's answer; also the source of its JSON Schema.
#[derive(Clone, Copy, Debug)]
pub struct Document {
    /// The name in `deepcall schema NAME`.
    pub name: &'static str,
    /// The plural key under which rows stand.
    pub rows_key: &'static str,
    /// Keys before the rows.
    pub head: &'static [Field],
    /// Keys of one row.
    pub fields: &'static [Field],
    /// Keys after the rows and before `failures`.
    pub tail: &'static [Field],
    /// Whether rows stand in a list, or one row is the whole document.
    pub shape: Shape,
    /// Whether the document has a `failures` key beside its rows.
    pub has_failures: bool,
    /// Reads what else a row holds: further columns of a table.
    pub extra_fields: Option<fn(&Row) -> ExtraFields>,
    /// What a person reads when there are no rows.
    pub empty: &'static str,
}

/// Keys that no [`Field`] names, in the order in which the server sent them, and their texts.
pub type ExtraFields = Vec<(String, String)>;

/// How the rows of a document stand in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Always a list under its key.
    List,
    /// A list, or the one row itself where one profile was selected.
    ListOrOne,
    /// Always the one row itself.
    One,
}

/// Values by the keys of their fields.
#[derive(Clone, Debug)]
pub struct Row {
    fields: &'static [Field],
    /// One for each field.
    values: Box<[Value]>,
}

impl Row {
    /// A row of these fields, all absent.
    #[must_use]
    pub fn new(fields: &'static [Field]) -> Self {
        Self { fields, values: fields.iter().map(|_| Value::Absent).collect() }
    }

    /// A row of all these values, in the order of the fields: for a large answer, because no field is searched for.
    ///
    /// # Panics
    /// If the keys are not those of the fields. They stand in the code, so a wrong one shows at the first test.
    #[must_use]
    pub fn of<const N: usize>(fields: &'static [Field], values: [(&str, Value); N]) -> Self {
        assert!(fields.iter().map(|field| field.key).eq(values.iter().map(|(key, _)| *key)), "other fields");
        Self { fields, values: values.into_iter().map(|(_, value)| value).collect() }
    }

    /// The same row with another value.
    ///
    /// # Panics
    /// If the row has no such field. Keys stand in the code, so a misspelt one shows at the first test.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        let at = self.place(key);
        self.values[at] = value.into();
        self
    }

    /// The same, with these values known only about.
    ///
    /// # Panics
    /// If the row has no such field.
    #[must_use]
    pub fn about(mut self, keys: &[&str]) -> Self {
        for key in keys {
            let at = self.place(key);
            if !self.values[at].is_absent() {
                self.values[at] = Value::About(Box::new(self.values[at].clone()));
            }
        }
        self
    }

    /// The value of a field.
    ///
    /// # Panics
    /// If the row has no such field.
    #[must_use]
    pub fn get(&self, key: &str) -> &Value {
        &self.values[self.place(key)]
    }

    /// The fields with their values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&'static Field, &Value)> {
        self.fields.iter().zip(&self.values)
    }

    /// The value at a place that [`Self::place`] found in a row of the same fields.
    pub(crate) fn at(&self, place: usize) -> &Value {
        &self.values[place]
    }

    /// Where the value of a field is.
    ///
    /// # Panics
    /// If the row has no such field.
    pub(crate) fn place(&self, key: &str) -> usize {
        let place = self.fields.iter().position(|field| field.key == key);
        place.unwrap_or_else(|| unreachable!("no field is called {key:?}"))
    }
}

/// The answer of a command.
#[derive(Clone, Debug)]
pub struct Report {
    /// The shape of what follows.
    pub document: &'static Document,
    /// Values of [`Document::head`].
    pub head: Row,
    /// The rows.
    pub rows: Vec<Row>,
    /// Values of [`Document::tail`].
    pub tail: Row,
    /// Whether the JSON document is the one row itself, not a list under a key.
    pub single: bool,
    /// Why some profiles have no row, or not the whole of it.
    pub failures: Failures,
    /// What a terminal shows instead of a table.
    pub sentence: Option<Sentence>,
    /// What a terminal shows above the table.
    pub summary: Option<Sentence>,
    /// Whether the sentence is about what was done, which a table cannot show: then a pipe gets it as well.
    pub is_action: bool,
    /// News for stderr: what was cut, what cannot be promised.
    pub notes: Vec<String>,
}

impl Report {
    /// These rows and nothing else.
    #[must_use]
    pub fn new(document: &'static Document, rows: Vec<Row>) -> Self {
        Self {
            document,
            head: Row::new(document.head),
            rows,
            tail: Row::new(document.tail),
            single: false,
            failures: Failures::default(),
            sentence: None,
            summary: None,
            is_action: false,
            notes: Vec::new(),
        }
    }
}

/// What failed, and of how many profiles.
#[derive(Clone, Debug, Default)]
pub struct Failures {
    pub problems: Vec<Problem>,
    /// How many profiles were queried, those that failed among them.
    pub queried: usize,
}

/// A failure as it is shown: in `failures`, as an error on stderr, or as JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Whose request failed, where there are several.
    pub profile: Option<String>,
    /// The stable word of the kind, e.g. `sign_in`.
    pub kind: &'static str,
    /// DeepCall's own error code, where it gave one.
    pub code: Option<i64>,
    /// What happened, in one line.
    pub message: String,
    /// What lay behind it, nearest first.
    pub causes: Vec<String>,
    /// What to do about it.
    pub hints: Vec<String>,
}

#[cfg(test)]
mod tests;
