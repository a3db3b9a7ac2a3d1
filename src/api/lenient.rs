//! Readers that take what servers really send: numbers as text, flags as numbers, JSON in strings, `""` for
//! nothing (`api.md` §10). Each says `None` when a piece does not hold what was looked for.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{self, DeserializeSeed, Deserializer as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::budget::{ITEMS, KEYS_PER_ITEM};

/// Text: a string that is not empty, a number in the digits it was written in, a flag, or an id in the
/// `{"$oid": …}` form of the database behind the API.
#[must_use]
pub fn text(raw: &RawValue) -> Option<String> {
    borrowed_text(raw).map(Cow::into_owned)
}

/// The same, borrowed where it holds no escapes: most of a reply is such text.
#[must_use]
pub fn borrowed_text(raw: &RawValue) -> Option<Cow<'_, str>> {
    let json = raw.get();
    match json.as_bytes().first()? {
        b'"' if !json.contains('\\') => {
            let text = json.get(1..json.len() - 1)?;
            (!text.is_empty()).then_some(Cow::Borrowed(text))
        }
        b'"' => Key
            .deserialize(&mut serde_json::Deserializer::from_str(json))
            .ok()
            .filter(|text| !text.is_empty()),
        b'{' => borrowed_text(wrapped(raw, &["$oid", "$numberLong", "$numberInt", "$uuid"])?),
        b'[' | b'n' => None,
        _ => Some(Cow::Borrowed(json)),
    }
}

/// A flag: `true`, `1`, `1.0`, `"1"`, `"true"`, `"yes"`, `"on"`, and their opposites. Other numbers count as true.
#[must_use]
pub fn flag(raw: &RawValue) -> Option<bool> {
    let text = borrowed_text(raw)?;
    let text = text.trim();
    for (words, flag) in [(["true", "yes", "on"], true), (["false", "no", "off"], false)] {
        if words.iter().any(|word| text.eq_ignore_ascii_case(word)) {
            return Some(flag);
        }
    }
    text.parse::<f64>().ok().filter(|number| number.is_finite()).map(|number| number != 0.0)
}

/// A whole number: `12`, `"12"`, `12.0`, `"1.2e1"`.
#[must_use]
pub fn integer(raw: &RawValue) -> Option<i64> {
    whole(borrowed_text(raw)?.trim())
}

/// The whole number that a text stands for, if it fits without loss.
pub(super) fn whole(text: &str) -> Option<i64> {
    // Beyond 2^53 a float no longer knows which whole number it means.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let number: f64 = text.parse().ok()?;
    #[expect(clippy::cast_possible_truncation, reason = "it is whole and below 2^53")]
    (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
}

/// The piece itself, or the JSON inside it if it is a string that holds some. `None` for `null`, `""`,
/// and what is text through and through.
#[must_use]
pub fn structure(raw: &RawValue) -> Option<Cow<'_, RawValue>> {
    match raw.get().as_bytes().first()? {
        b'"' => {
            let inner: String = serde_json::from_str(raw.get()).ok()?;
            super::well_formed::check(&inner).ok()?;
            let inner: Box<RawValue> = serde_json::from_str(&inner).ok()?;
            (!is_absent(&inner)).then_some(Cow::Owned(inner))
        }
        _ => (!is_absent(raw)).then_some(Cow::Borrowed(raw)),
    }
}

/// Whether a piece says nothing: `null` or `""`.
#[must_use]
pub fn is_absent(raw: &RawValue) -> bool {
    matches!(raw.get(), "null" | "\"\"")
}

/// Whether a piece is an object.
#[must_use]
pub fn is_object(raw: &RawValue) -> bool {
    raw.get().starts_with('{')
}

/// Whether a piece is a list.
#[must_use]
pub fn is_list(raw: &RawValue) -> bool {
    raw.get().starts_with('[')
}

/// A reply holds more items, or an item more keys, than [`super::budget`] allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} than {limit}")]
pub struct OverLimit {
    what: &'static str,
    limit: usize,
}

const TOO_MANY_KEYS: OverLimit = OverLimit { what: "an item has more keys", limit: KEYS_PER_ITEM };
const TOO_MANY_ITEMS: OverLimit = OverLimit { what: "a list has more items", limit: ITEMS };

/// An object's keys and values in the server's order; of equal keys the last one counts.
#[derive(Debug, Default)]
pub struct Object<'a>(pub Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Object<'a> {
    /// Reads one level of valid JSON; what is not an object has no keys.
    ///
    /// # Errors
    /// When there are more keys than [`KEYS_PER_ITEM`].
    pub fn read(json: &'a str) -> Result<Self, OverLimit> {
        if !json.starts_with('{') {
            return Ok(Self::default());
        }
        // The text is known to be JSON, so nothing but the limit can go wrong.
        serde_json::Deserializer::from_str(json).deserialize_map(ObjectVisitor).map_err(|_| TOO_MANY_KEYS)
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&'a RawValue> {
        self.0.iter().rev().find(|(name, _)| name == key).map(|(_, value)| *value)
    }

    /// The value of a key, read as text, flag, ….
    pub fn read_as<T>(&self, key: &str, read: impl Fn(&RawValue) -> Option<T>) -> Option<T> {
        self.get(key).and_then(read)
    }
}

/// The elements of a list in valid JSON; what is not a list has none.
///
/// # Errors
/// When there are more elements than [`ITEMS`].
pub fn elements(json: &str) -> Result<Vec<&RawValue>, OverLimit> {
    if !json.starts_with('[') {
        return Ok(Vec::new());
    }
    serde_json::Deserializer::from_str(json).deserialize_seq(ListVisitor).map_err(|_| TOO_MANY_ITEMS)
}

/// Goes over the elements of a list in valid JSON: each as it was written, and taken apart as by [`Object::read`], in
/// the same pass.
///
/// # Errors
/// When there are more elements than [`ITEMS`], or an element has more keys than [`KEYS_PER_ITEM`].
pub fn each_item<'a>(json: &'a str, mut visit: impl FnMut(&'a str, Object<'a>)) -> Result<(), OverLimit> {
    let between = |c: char| matches!(c, ',' | ' ' | '\n' | '\r' | '\t');
    let mut rest = json.strip_prefix('[').unwrap_or_default();
    let mut count = 0;
    loop {
        rest = rest.trim_start_matches(between);
        if rest.is_empty() || rest.starts_with(']') {
            return Ok(());
        }
        if count == ITEMS {
            return Err(TOO_MANY_ITEMS);
        }
        count += 1;
        let parser = serde_json::Deserializer::from_str(rest);
        let (object, end) = if rest.starts_with('{') {
            let mut object = parser.into_iter::<Object<'a>>();
            (object.next().and_then(Result::ok).ok_or(TOO_MANY_KEYS)?, object.byte_offset())
        } else {
            let mut skipped = parser.into_iter::<IgnoredAny>();
            skipped.next();
            (Object::default(), skipped.byte_offset())
        };
        // Valid JSON moves on; what is not ends here instead of turning for ever.
        if end == 0 {
            return Ok(());
        }
        visit(&rest[..end], object);
        rest = &rest[end..];
    }
}

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor)
    }
}

/// The value of a one-key object such as `{"$oid": "…"}`.
pub(super) fn wrapped<'a>(raw: &'a RawValue, keys: &[&str]) -> Option<&'a RawValue> {
    let object = Object::read(raw.get()).ok()?;
    let [(key, value)] = object.0.as_slice() else { return None };
    keys.contains(&key.as_ref()).then_some(*value).filter(|value| !is_object(value))
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Object<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        // As many as most items have: growing would copy them several times over.
        let mut members = Vec::with_capacity(16);
        while let Some(key) = map.next_key_seed(Key)? {
            if members.len() == KEYS_PER_ITEM {
                return Err(de::Error::custom(TOO_MANY_KEYS));
            }
            members.push((key, map.next_value()?));
        }
        Ok(Object(members))
    }
}

struct ListVisitor;

impl<'de> Visitor<'de> for ListVisitor {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = list.next_element()? {
            if elements.len() == ITEMS {
                return Err(de::Error::custom(TOO_MANY_ITEMS));
            }
            elements.push(element);
        }
        Ok(elements)
    }
}

/// A key or another string, borrowed where it holds no escapes.
pub(super) struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(key))
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(key.to_owned()))
    }
}

#[cfg(test)]
mod tests;
