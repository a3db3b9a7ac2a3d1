//! The door to JSON text. serde_json reads it, by [`RawValue`]: what a server wrote stays as it was written, byte for
//! byte. What is added here is what serde_json leaves open: how deep a text may be nested, escapes that stand for half
//! of a character, and how much of a text is taken apart at once.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, LazyLock};

use memchr::{memchr, memchr2_iter};
use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use serde_json::de::StrRead;
pub use serde_json::value::RawValue;

mod escapes;
mod layout;
mod mend;
mod tokens;

pub use escapes::unescaped;
pub(crate) use layout::is_bidi_control;
pub use layout::{Layout, compact, write_raw, write_string};
pub use mend::mend;
pub use tokens::{escaped_strings, replace};

/// How deeply arrays and objects may be nested. [`RawValue`] takes any depth, and readers by recursion come later.
pub const DEPTH: usize = 128;

/// Why a text is refused.
#[derive(Debug, thiserror::Error)]
pub enum Malformed {
    /// It is not JSON.
    #[error("it is not JSON")]
    Syntax(#[source] serde_json::Error),
    /// Nested beyond [`DEPTH`].
    #[error("it is nested more than {DEPTH} levels deep")]
    TooDeep,
    /// `\ud800` without its other half: no text can contain it.
    #[error("it escapes half of a character")]
    LoneSurrogate,
}

/// Checks that a text is one value with nothing but space around it, and finds that value.
///
/// # Errors
/// When it is not. A text that is nested too deeply is called so even if it is never closed.
pub fn check(text: &str) -> Result<&RawValue, Malformed> {
    checked(text, |reader| Deserialize::deserialize(reader))
}

/// A value of an object: a list with its elements, or what is none.
#[derive(Clone, Debug)]
pub enum Content<'a> {
    /// The elements of a list.
    List(Vec<&'a RawValue>),
    /// A list with more of them than were allowed.
    LongList,
    /// Anything else.
    Value(&'a RawValue),
}

impl<'a> Content<'a> {
    /// A checked value, whose list may have so many elements.
    #[must_use]
    pub fn of(value: &'a RawValue, most: usize) -> Self {
        if !value.get().starts_with('[') {
            return Self::Value(value);
        }
        elements(value, most).map_or(Self::LongList, Self::List)
    }

    /// What is no list.
    #[must_use]
    pub fn value(&self) -> Option<&'a RawValue> {
        if let Self::Value(value) = self { Some(value) } else { None }
    }
}

/// Checks a text in the same way, and goes over the members of the object that it is as it does so. Their lists are taken apart
/// in the same pass, because they are most of a long reply; those of more than `most` elements are not.
///
/// # Errors
/// As [`check`]; when it is no object.
pub fn check_object<'a>(
    text: &'a str,
    most: usize,
    visit: impl FnMut(Cow<'a, str>, Content<'a>),
) -> Result<(), Malformed> {
    checked(text, |reader| reader.deserialize_map(Contents { text, most, visit }))
}

fn checked<'a, T>(
    text: &'a str,
    read: impl FnOnce(&mut serde_json::Deserializer<StrRead<'a>>) -> serde_json::Result<T>,
) -> Result<T, Malformed> {
    if is_too_deep(text) {
        return Err(Malformed::TooDeep);
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = read(&mut reader).map_err(Malformed::Syntax)?;
    reader.end().map_err(Malformed::Syntax)?;
    if is_halved(text) {
        return Err(Malformed::LoneSurrogate);
    }
    Ok(value)
}

/// Whether it escapes half of a character: `RawValue` takes any four digits for one.
fn is_halved(text: &str) -> bool {
    matches!(mend(text), Cow::Owned(_))
}

/// Counted before anything is parsed, and in texts that are no JSON as well.
fn is_too_deep(text: &str) -> bool {
    may_be_deeper(text.as_bytes(), DEPTH) && is_deeper(text.as_bytes(), DEPTH)
}

/// Answers by the number of brackets that open something, those in strings among them, which is found quickly and is enough
/// for most texts. A bracket after `},` takes the place of the one closed there: a list of a thousand objects has two.
fn may_be_deeper(text: &[u8], depth: usize) -> bool {
    let follows_another = |at: &usize| {
        let closed = text[..*at].trim_ascii_end().strip_suffix(b",").map(<[u8]>::trim_ascii_end);
        closed.is_some_and(|closed| closed.ends_with(b"}") || closed.ends_with(b"]"))
    };
    // A text that is no JSON may close what it has not opened, just before.
    let brackets = memchr2_iter(b'{', b'[', text).filter(|at| !follows_another(at)).take(depth);
    brackets.count() == depth
}

fn is_deeper(text: &[u8], most: usize) -> bool {
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => at += tokens::length_of_string(&text[at..]) - 1,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > most {
            return true;
        }
        at += 1;
    }
    false
}

/// The text of a checked JSON string; `None` for anything else, and for half of a character.
#[must_use]
pub fn string(json: &str) -> Option<Cow<'_, str>> {
    let between = json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'))?;
    if memchr(b'\\', between.as_bytes()).is_none() {
        return Some(Cow::Borrowed(between));
    }
    serde_json::from_str(json).ok().map(|Text(text)| text)
}

/// serde copies the text of a bare `Cow`.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// A value has more members or elements than were allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany;

/// A member of an object.
pub type Member<'a> = (Cow<'a, str>, &'a RawValue);

/// The members of a checked object in the order in which they were written, equal keys among them. What is no object
/// has none.
///
/// # Errors
/// When there are more than `most`.
pub fn members(value: &RawValue, most: usize) -> Result<Vec<Member<'_>>, TooMany> {
    // Few objects have more, and a list that grows would be given out anew for each size.
    let mut members = Vec::with_capacity(most.min(16));
    let has_few = each_member(value, |key, value| {
        members.push((key, value));
        members.len() <= most
    });
    if has_few { Ok(members) } else { Err(TooMany) }
}

/// Goes over the members of a checked object while `visit` returns `true`. Returns whether it reached the end.
pub fn each_member<'a>(value: &'a RawValue, visit: impl FnMut(Cow<'a, str>, &'a RawValue) -> bool) -> bool {
    if !value.get().starts_with('{') {
        return true;
    }
    // A checked value cannot fail but by the visit.
    serde_json::Deserializer::from_str(value.get()).deserialize_map(Members(visit)).is_ok()
}

/// The elements of a checked list. What is no list has none.
///
/// # Errors
/// When there are more than `most`.
pub fn elements(value: &RawValue, most: usize) -> Result<Vec<&RawValue>, TooMany> {
    if !value.get().starts_with('[') {
        return Ok(Vec::new());
    }
    // A checked list cannot fail.
    let elements = Elements { most }.deserialize(&mut serde_json::Deserializer::from_str(value.get()));
    elements.ok().flatten().ok_or(TooMany)
}

/// The value to which a path of keys and indices leads.
#[must_use]
pub fn find<'a>(value: &'a RawValue, path: &[String]) -> Option<&'a RawValue> {
    path.iter().try_fold(value, |value, step| {
        if value.get().starts_with('[') {
            return elements(value, usize::MAX).ok()?.get(step.parse::<usize>().ok()?).copied();
        }
        // Of equal keys the last one counts.
        let mut found = None;
        each_member(value, |key, value| {
            found = if key == *step { Some(value) } else { found };
            true
        });
        found
    })
}

struct Members<F>(F);

impl<'de, F: FnMut(Cow<'de, str>, &'de RawValue) -> bool> Visitor<'de> for Members<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some((Text(key), value)) = map.next_entry()? {
            if !(self.0)(key, value) {
                return Err(A::Error::custom("seen enough"));
            }
        }
        Ok(())
    }
}

struct Contents<'a, F> {
    text: &'a str,
    most: usize,
    visit: F,
}

impl<'a, F: FnMut(Cow<'a, str>, Content<'a>)> Visitor<'a> for Contents<'a, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(Text(key)) = map.next_key()? {
            let is_list = matches!(key, Cow::Borrowed(key) if is_before_list(self.text, key));
            let content = if is_list {
                let elements = map.next_value_seed(Elements { most: self.most })?;
                elements.map_or(Content::LongList, Content::List)
            } else {
                Content::of(map.next_value()?, self.most)
            };
            (self.visit)(key, content);
        }
        Ok(())
    }
}

/// Whether a list comes after a key, which is a part of this text. serde has to know what it reads before it reads it, and the
/// key tells where that is; one with escapes, which is no part of the text, does not.
fn is_before_list(text: &str, key: &str) -> bool {
    let start = key.as_ptr().addr() - text.as_ptr().addr();
    let rest = text[start + key.len()..].strip_prefix('"').unwrap_or_default();
    rest.trim_start().strip_prefix(':').is_some_and(|value| value.trim_start().starts_with('['))
}

/// Reads the elements of a list, or `None` if there are more than `most`.
struct Elements {
    most: usize,
}

impl<'de> DeserializeSeed<'de> for Elements {
    type Value = Option<Vec<&'de RawValue>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Elements {
    type Value = Option<Vec<&'de RawValue>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        let mut are_few = true;
        while let Some(element) = list.next_element()? {
            are_few = elements.len() < self.most;
            if are_few {
                elements.push(element);
            }
        }
        Ok(are_few.then_some(elements))
    }
}

/// A checked value that is kept. Shared, because one icon may belong to many notifications.
#[derive(Clone, Debug)]
pub struct Raw(Arc<RawValue>);

impl Raw {
    /// `null`, without memory of its own.
    #[must_use]
    pub fn null() -> Self {
        static NULL: LazyLock<Raw> = LazyLock::new(|| RawValue::NULL.into());
        NULL.clone()
    }
}

impl From<&RawValue> for Raw {
    fn from(value: &RawValue) -> Self {
        Self(value.to_owned().into())
    }
}

impl Deref for Raw {
    type Target = RawValue;

    fn deref(&self) -> &RawValue {
        &self.0
    }
}

impl PartialEq for Raw {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl Eq for Raw {}

impl Serialize for Raw {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = <&RawValue>::deserialize(deserializer)?;
        // What a reader that has found it in a text does not check.
        if is_too_deep(value.get()) {
            return Err(D::Error::custom(Malformed::TooDeep));
        }
        if is_halved(value.get()) {
            return Err(D::Error::custom(Malformed::LoneSurrogate));
        }
        Ok(value.into())
    }
}

#[cfg(test)]
impl Raw {
    /// A value for a test.
    ///
    /// # Panics
    /// If it is not JSON.
    pub(crate) fn of(json: &str) -> Self {
        serde_json::from_str::<&RawValue>(json).expect("valid JSON").into()
    }
}

#[cfg(test)]
mod tests;

#[cfg(test)]
pub(crate) use tests::any_json;
