//! A piece of JSON exactly as the server wrote it. It must not know what it means.

use serde_json::value::RawValue;

use crate::text::Text;

/// Valid JSON, byte for byte, borrowed: a number, a string, an object, …, without space around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece<'a>(&'a str);

impl<'a> Piece<'a> {
    /// `null`.
    pub const NULL: Self = Self("null");

    /// The caller answers for its being JSON.
    #[must_use]
    pub(crate) const fn of_checked(json: &'a str) -> Self {
        Self(json)
    }

    /// The JSON.
    #[must_use]
    pub const fn get(self) -> &'a str {
        self.0
    }
}

impl<'a> From<&'a RawValue> for Piece<'a> {
    fn from(raw: &'a RawValue) -> Self {
        Self(raw.get())
    }
}

/// The same, kept: it shares the text that it is a part of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raw(Text);

impl Raw {
    /// A piece that was found in this text; one that was found elsewhere is copied.
    #[must_use]
    pub fn within(text: &Text, piece: Piece<'_>) -> Self {
        Self(text.part(piece.get()))
    }

    /// The JSON.
    #[must_use]
    pub fn get(&self) -> &str {
        &self.0
    }

    /// The text of the JSON.
    #[must_use]
    pub fn text(&self) -> &Text {
        &self.0
    }

    /// The same, borrowed.
    #[must_use]
    pub fn piece(&self) -> Piece<'_> {
        Piece(&self.0)
    }

    /// The same piece, keeping nothing else in memory: for what outlives the reply it came with.
    #[must_use]
    pub fn detached(&self) -> Self {
        Self(self.0.detached())
    }
}

impl From<Piece<'_>> for Raw {
    fn from(piece: Piece<'_>) -> Self {
        Self(Text::from(piece.get()))
    }
}

#[cfg(test)]
impl Raw {
    /// A piece for a test.
    ///
    /// # Panics
    /// If it is not JSON.
    pub(crate) fn of(json: &str) -> Self {
        Piece::from(serde_json::from_str::<&RawValue>(json).expect("valid JSON")).into()
    }
}
