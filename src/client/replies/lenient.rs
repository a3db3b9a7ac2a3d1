//! Readers that take what servers really send: numbers as text, flags as numbers, JSON in strings, `""` for
//! nothing (`api.md` §10). Each returns `None` for a value of another sort.

use std::borrow::Cow;
use std::ops::Deref;

use crate::client::budget::{ICON_BYTES, ITEMS, KEYS_PER_ITEM};
use crate::json;
use crate::json::{Member, RawValue, TooMany};

/// Text: a string that is not empty, a number in the digits it was written in, or an id in the `{"$oid": …}` form of the
/// database behind the API. A flag is none: `false` is what some servers write for nothing.
#[must_use]
pub fn text(piece: &RawValue) -> Option<String> {
    borrowed_text(piece).map(Cow::into_owned)
}

/// The same, borrowed where the text has no escapes: most of a reply is such text.
#[must_use]
pub fn borrowed_text(piece: &RawValue) -> Option<Cow<'_, str>> {
    scalar(piece).filter(|_| !matches!(piece.get(), "true" | "false"))
}

/// The same, and flags as they are written.
#[must_use]
pub fn scalar(piece: &RawValue) -> Option<Cow<'_, str>> {
    let json = piece.get();
    match json.as_bytes().first()? {
        b'"' => json::string(json).filter(|text| !text.is_empty()),
        b'{' => scalar(wrapped(piece, &["$oid", "$numberLong", "$numberInt", "$uuid"])?),
        b'[' | b'n' => None,
        _ => Some(Cow::Borrowed(json)),
    }
}

/// A flag: `true`, `1`, `1.0`, `"1"`, `"true"`, `"yes"`, `"on"`, and their opposites. Other numbers count as true.
#[must_use]
pub fn flag(piece: &RawValue) -> Option<bool> {
    let text = scalar(piece)?;
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
pub fn integer(piece: &RawValue) -> Option<i64> {
    whole(borrowed_text(piece)?.trim())
}

/// A length in seconds, without parts of a second, if it is one: no wrap-up lasts a year.
#[must_use]
pub fn seconds(piece: &RawValue) -> Option<i64> {
    const YEAR: f64 = 366.0 * 24.0 * 60.0 * 60.0;
    let seconds: f64 = borrowed_text(piece)?.trim().parse().ok()?;
    #[expect(clippy::cast_possible_truncation, reason = "it is small")]
    (seconds.abs() <= YEAR).then_some(seconds as i64)
}

/// The whole number that a text denotes, if it fits without loss.
pub(crate) fn whole(text: &str) -> Option<i64> {
    // Beyond 2^53 a float no longer identifies one whole number.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let number: f64 = text.parse().ok()?;
    #[expect(clippy::cast_possible_truncation, reason = "it is whole and below 2^53")]
    (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
}

/// A piece of JSON, unpacked if it came in a string.
#[derive(Debug)]
pub struct Structure<'a> {
    json: Cow<'a, RawValue>,
    /// Whether damaged characters were replaced as it was unpacked.
    pub is_mended: bool,
}

impl Deref for Structure<'_> {
    type Target = RawValue;

    fn deref(&self) -> &RawValue {
        &self.json
    }
}

/// The piece itself, or the JSON inside it if it is a string of JSON. `None` for `null`, `""`
/// and other text.
#[must_use]
pub fn structure(piece: &RawValue) -> Option<Structure<'_>> {
    let structure = match piece.get().as_bytes().first()? {
        b'"' => {
            let text = borrowed_text(piece)?;
            let mended = json::mend(&text);
            let json = Cow::Owned(json::check(&mended).ok()?.to_owned());
            Structure { json, is_mended: matches!(mended, Cow::Owned(_)) }
        }
        _ => Structure { json: Cow::Borrowed(piece), is_mended: false },
    };
    (!is_absent(&structure)).then_some(structure)
}

/// Whether a piece is empty: `null` or `""`.
#[must_use]
pub fn is_absent(piece: &RawValue) -> bool {
    matches!(piece.get(), "null" | "\"\"")
}

/// Whether a piece is an object.
#[must_use]
pub fn is_object(piece: &RawValue) -> bool {
    piece.get().starts_with('{')
}

/// Whether a piece is a list.
#[must_use]
pub fn is_list(piece: &RawValue) -> bool {
    piece.get().starts_with('[')
}

/// A reply has more items, or an item more keys, than [`crate::client::budget`] allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} than {limit}")]
pub struct OverLimit {
    what: &'static str,
    limit: usize,
}

/// More keys than [`KEYS_PER_ITEM`].
pub(crate) const TOO_MANY_KEYS: OverLimit = OverLimit { what: "an item has more keys", limit: KEYS_PER_ITEM };
/// More items than [`ITEMS`].
pub(crate) const TOO_MANY_ITEMS: OverLimit = OverLimit { what: "a list has more items", limit: ITEMS };
/// More than [`ICON_BYTES`].
pub(crate) const TOO_MUCH_OF_ICONS: OverLimit =
    OverLimit { what: "the icons of all notifications have more bytes", limit: ICON_BYTES };

/// An object's keys and values in the server's order; of equal keys the last one counts.
#[derive(Debug, Default)]
pub struct Object<'a>(pub Vec<Member<'a>>);

impl<'a> Object<'a> {
    /// Reads one level; what is not an object has no keys.
    ///
    /// # Errors
    /// When there are more keys than [`KEYS_PER_ITEM`].
    pub fn read(piece: &'a RawValue) -> Result<Self, OverLimit> {
        json::members(piece, KEYS_PER_ITEM).map(Self).map_err(|TooMany| TOO_MANY_KEYS)
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&'a RawValue> {
        self.0.iter().rev().find(|(name, _)| name == key).map(|(_, value)| *value)
    }

    /// The value of a key, read as text, flag, ….
    pub fn read_as<T>(&self, key: &str, read: impl Fn(&'a RawValue) -> Option<T>) -> Option<T> {
        self.get(key).and_then(read)
    }
}

/// The elements of a list; what is not a list has none.
///
/// # Errors
/// When there are more elements than [`ITEMS`].
pub fn elements(piece: &RawValue) -> Result<Vec<&RawValue>, OverLimit> {
    json::elements(piece, ITEMS).map_err(|TooMany| TOO_MANY_ITEMS)
}

/// The value of a one-key object such as `{"$oid": "…"}`, if it is no object itself.
pub(crate) fn wrapped<'a>(piece: &'a RawValue, keys: &[&str]) -> Option<&'a RawValue> {
    only_value(piece, keys).filter(|value| !is_object(value))
}

/// The value of an object with one of these keys and no other.
pub(crate) fn only_value<'a>(piece: &'a RawValue, keys: &[&str]) -> Option<&'a RawValue> {
    let members = json::members(piece, 1).ok()?;
    let [(key, value)] = members.as_slice() else { return None };
    keys.contains(&&**key).then_some(*value)
}

#[cfg(test)]
mod tests;
