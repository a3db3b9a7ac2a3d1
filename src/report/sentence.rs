//! A sentence for a person, before the output layer words it.

use jiff::Timestamp;

/// A sentence for a person, in parts, so that times and lengths are worded by the output layer.
#[derive(Clone, Debug)]
pub struct Sentence {
    /// Whether its state is the unusual one (on break, in wrap-up).
    pub tone: Tone,
    /// The parts in order; no space is added between them.
    pub parts: Vec<Part>,
}

/// How a sentence is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// All is as usual.
    Usual,
    /// Worth a look.
    Notable,
    /// Wrong.
    Bad,
}

/// A part of a [`Sentence`].
#[derive(Clone, Debug)]
pub enum Part {
    /// The next part begins on a new line.
    NewLine,
    /// Our own words.
    Words(&'static str),
    /// Text that may come from the server.
    Text(String),
    /// A phone number, which `--mask` hides.
    Phone(String),
    /// The name of a profile or a server, which stays as it is.
    Name(String),
    /// An identifier from the server.
    Id(String),
    /// The names of icons, with commas between them.
    Icons(String),
    /// A moment, shown as clock time (with the date when it is not today).
    Clock(Timestamp),
    /// A length of time in seconds, shown as "10 min".
    Length(i64),
}
