//! Text that is shared: a part of it keeps the whole in memory and copies nothing. It must not know what the text says.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// Where a part of a text stands, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    start: u32,
    end: u32,
}

impl Place {
    /// From the first byte up to `end`. Beyond 4 GiB, which no text here comes near, places run together.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        let count = |at| u32::try_from(at).unwrap_or(u32::MAX);
        Self { start: count(start), end: count(end) }
    }

    /// Where `part` stands in `whole`; `None` if it is not a part of it, but lies elsewhere in memory.
    #[must_use]
    pub fn of(part: &str, whole: &str) -> Option<Self> {
        let start = (part.as_ptr() as usize).checked_sub(whole.as_ptr() as usize)?;
        let end = start.checked_add(part.len()).filter(|&end| end <= whole.len())?;
        Some(Self::new(start, end))
    }

    /// What stands there; nothing if the text has no such place.
    #[must_use]
    pub fn within(self, whole: &str) -> &str {
        whole.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

/// A text, or a part of one. The texts in a reply are parts of it: twenty thousand notifications are one allocation,
/// and cloning copies nothing. Two words, so that rows of them stay small.
#[derive(Clone)]
pub struct Text {
    whole: Arc<String>,
    place: Place,
}

impl Text {
    /// A text that was found inside this one: a part of it. What is found elsewhere is copied.
    #[must_use]
    pub fn part(&self, found: &str) -> Self {
        match Place::of(found, &self.whole) {
            Some(place) => Self { whole: Arc::clone(&self.whole), place },
            None => Self::from(found),
        }
    }

    /// What was read out of this text: a part of it where nothing had to be decoded.
    #[must_use]
    pub fn keep(&self, read: Cow<'_, str>) -> Self {
        match read {
            Cow::Borrowed(found) => self.part(found),
            Cow::Owned(decoded) => Self::from(decoded),
        }
    }

    /// The same text, keeping nothing else in memory: for what outlives the reply it came with.
    #[must_use]
    pub fn detached(&self) -> Self {
        Self::from(&**self)
    }
}

impl From<String> for Text {
    fn from(whole: String) -> Self {
        let place = Place::new(0, whole.len());
        Self { whole: Arc::new(whole), place }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        self.place.within(&self.whole)
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        self
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Text {}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        **self == *other
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_in_the_same_place_and_a_detached_one_in_another() {
        let whole = Text::from("one two three");
        let part = whole.part(&whole[4..]).part(&whole[4..7]);
        assert_eq!((&*part, part.as_ptr()), ("two", whole[4..].as_ptr()));
        let detached = part.detached();
        assert_eq!(detached, part);
        assert_ne!(detached.as_ptr(), part.as_ptr());
    }

    #[test]
    fn what_is_no_part_is_copied() {
        assert_eq!(&*Text::from("one").part("two"), "two");
        assert_eq!(&*Text::from("").part(""), "");
        let long = "a long text behind which another one may lie".to_owned();
        assert_eq!(&*Text::from(&long[..2]).part(&long), long);
    }

    #[test]
    fn a_text_is_two_words() {
        assert_eq!(size_of::<Option<Text>>(), 2 * size_of::<usize>());
    }
}
