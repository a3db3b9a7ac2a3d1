//! The door to JSON text. serde_json reads it, by [`RawValue`]: what a server wrote stays as it was written, byte for
//! byte. What is added here is what serde_json leaves open: how deep a text may be nested, escapes that stand for half
//! of a character, and how much of a text is taken apart at once.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, LazyLock};

use memchr::{memchr, memchr2_iter};
use serde::de::{Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use serde_json::de::StrRead;
pub use serde_json::value::RawValue;

mod layout;
mod mend;
mod tokens;

pub(crate) use layout::is_bidi_control;
pub use layout::{Layout, write_raw, write_string};
pub use mend::mend;
pub use tokens::{compact, replace};

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

/// Checks a text in the same way, and goes over the members of the object that it is as it does so.
///
/// # Errors
/// As [`check`]; when it is no object.
pub fn check_object<'a>(
    text: &'a str,
    mut visit: impl FnMut(Cow<'a, str>, &'a RawValue),
) -> Result<(), Malformed> {
    let members = Members(|key, value| {
        visit(key, value);
        true
    });
    checked(text, |reader| reader.deserialize_map(members))
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
    let bytes = text.as_bytes();
    // Most values are too short for it.
    if memchr2_iter(b'{', b'[', bytes).nth(DEPTH).is_none() {
        return false;
    }
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => at += tokens::length_of_string(&bytes[at..]) - 1,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEPTH {
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
    serde_json::Deserializer::from_str(value.get()).deserialize_seq(Elements { most }).map_err(|_| TooMany)
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

struct Elements {
    most: usize,
}

impl<'de> Visitor<'de> for Elements {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = list.next_element()? {
            if elements.len() == self.most {
                return Err(A::Error::custom("too many elements"));
            }
            elements.push(element);
        }
        Ok(elements)
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
