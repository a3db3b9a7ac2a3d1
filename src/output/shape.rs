//! The shape of a reply without what is in it: keys, types and lengths, fit to be sent to somebody else.
//!
//! A value never comes out. A key may be data as well, where an object is a map by agents or numbers, so a key comes out only
//! if it looks like one that a programmer chose. Keys are sorted, and alike elements of a list are one.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::json;
use crate::json::RawValue;
use crate::output::shape::words::{has_public_word, is_public};
use crate::output::shape::written::{Length, Scalar};

mod words;
mod written;

#[cfg(test)]
mod tests;

/// Alike objects in greater number are a map.
const MOST_ALIKE: usize = 2;
/// Scalars of one type in greater number are a map.
const MOST_SCALARS: usize = 20;

/// The shape of a checked reply. The words of `status`, and a `code` for which `is_code` holds, are public and stay.
pub(crate) fn shape_of(reply: &RawValue, is_code: impl Fn(i64) -> bool) -> Value {
    let mut shape = Shape::default();
    let mut values = BTreeSet::new();
    shape.add(reply, false, &mut values);
    let mut written = shape.write(&values);
    if let Value::Object(object) = &mut written {
        json::each_member(reply, |key, value| {
            let public = match &*key {
                "status" => json::string(value.get())
                    .filter(|word| matches!(&**word, "success" | "error"))
                    .map(|word| Value::from(&*word)),
                "code" | "errCode" | "errorCode" | "err_code" => {
                    let digits = value.get().trim_matches('"');
                    digits.parse().ok().filter(|code| is_code(*code)).map(Value::from)
                }
                _ => None,
            };
            if let Some(public) = public {
                object.insert(key.into_owned(), public);
            }
            true
        });
    }
    written
}

/// What one place of a document may be.
#[derive(Default)]
struct Shape {
    scalars: BTreeMap<Scalar, Length>,
    object: Option<Object>,
    list: Option<List>,
    /// JSON that came in a string.
    in_text: Option<Box<Shape>>,
}

#[derive(Default)]
struct Object {
    /// How many were merged.
    count: usize,
    members: BTreeMap<String, Member>,
}

#[derive(Default)]
struct Member {
    count: usize,
    shape: Shape,
}

#[derive(Default)]
struct List {
    length: Length,
    items: Box<Shape>,
}

impl Shape {
    /// Adds what a value is, and notes each text, because a key that is a value as well is data.
    fn add(&mut self, value: &RawValue, is_in_text: bool, values: &mut BTreeSet<String>) {
        let json = value.get();
        match json.as_bytes().first() {
            Some(b'{') => {
                let object = self.object.get_or_insert_default();
                object.count += 1;
                json::each_member(value, |key, value| {
                    let member = object.members.entry(key.into_owned()).or_default();
                    member.count += 1;
                    member.shape.add(value, is_in_text, values);
                    true
                });
            }
            Some(b'[') => {
                let list = self.list.get_or_insert_default();
                let items = json::elements(value, usize::MAX).unwrap_or_default();
                list.length.add(items.len());
                for item in items {
                    list.items.add(item, is_in_text, values);
                }
            }
            Some(b'"') => {
                let text = json::string(json).unwrap_or_default();
                let inside = json::check(&text).ok().filter(|inside| inside.get().starts_with(['{', '[']));
                if let Some(inside) = inside.filter(|_| !is_in_text) {
                    self.in_text.get_or_insert_default().add(inside, true, values);
                    return;
                }
                self.scalars.entry(Scalar::of_text(&text)).or_default().add(text.chars().count());
                values.insert(text.to_lowercase());
            }
            _ => {
                let scalar = Scalar::of_token(json);
                let digits = json.bytes().filter(u8::is_ascii_digit).count();
                self.scalars.entry(scalar).or_default().add(digits);
            }
        }
    }

    fn merge(&mut self, other: Self) {
        for (scalar, length) in other.scalars {
            self.scalars.entry(scalar).or_default().merge(length);
        }
        if let Some(other) = other.object {
            let object = self.object.get_or_insert_default();
            object.count += other.count;
            for (key, member) in other.members {
                object.members.entry(key).or_default().merge(member);
            }
        }
        if let Some(other) = other.list {
            let list = self.list.get_or_insert_default();
            list.length.merge(other.length);
            list.items.merge(*other.items);
        }
        if let Some(other) = other.in_text {
            self.in_text.get_or_insert_default().merge(*other);
        }
    }

    fn write(self, values: &BTreeSet<String>) -> Value {
        let scalars: Vec<String> =
            self.scalars.iter().map(|(scalar, length)| scalar.write(*length)).collect();
        let mut parts = vec![];
        if !scalars.is_empty() {
            parts.push(Value::from(scalars.join(" | ")));
        }
        parts.extend(self.object.map(|object| object.write(values)));
        parts.extend(self.list.map(|list| list.write(values)));
        parts.extend(self.in_text.map(|inside| one("<JSON in a string>", inside.write(values))));
        if parts.len() > 1 { one("<one of>", Value::from(parts)) } else { parts.pop().unwrap_or_default() }
    }

    /// Of a value that is never more than one type.
    fn sort(&self) -> Option<&'static str> {
        let mut sorts: BTreeSet<&str> = self.scalars.keys().filter_map(Scalar::sort).collect();
        sorts.extend(self.object.as_ref().map(|_| "object"));
        sorts.extend(self.list.as_ref().map(|_| "list"));
        sorts.extend(self.in_text.as_ref().map(|_| "text"));
        if sorts.len() > 1 { Some("several") } else { sorts.pop_first() }
    }
}

impl Member {
    fn merge(&mut self, other: Self) {
        self.count += other.count;
        self.shape.merge(other.shape);
    }
}

impl List {
    fn write(self, values: &BTreeSet<String>) -> Value {
        let count = Value::from(format!("<{}>", self.length.of("item")));
        let items = self.items.write(values);
        Value::from(if items.is_null() { vec![count] } else { vec![count, items] })
    }
}

impl Object {
    /// A map by something has values of one type. Its keys are data, unless they are words of the trade.
    fn is_map(&self, values: &BTreeSet<String>) -> bool {
        let sorts: BTreeSet<&str> = self.members.values().filter_map(|member| member.shape.sort()).collect();
        if sorts.len() > 1 {
            return false;
        }
        let has_data = self.members.keys().any(|key| looks_like_data(key, values));
        let has_word = self.members.keys().any(|key| has_public_word(key));
        let most = if sorts.contains("object") && self.are_alike() { MOST_ALIKE } else { MOST_SCALARS };
        has_data || !has_word || self.members.len() > most
    }

    /// Whether the objects in it have the same keys.
    fn are_alike(&self) -> bool {
        let mut keys = self.members.values().map(|member| {
            member.shape.object.as_ref().map(|object| object.members.keys().collect::<Vec<_>>())
        });
        let first = keys.next();
        first.is_none_or(|first| keys.all(|other| other == first))
    }

    fn write(self, values: &BTreeSet<String>) -> Value {
        let is_map = self.is_map(values);
        let mut written = Map::new();
        let (mut hidden, mut count) = (Member::default(), Length::default());
        let mut of_hidden = 0;
        for (key, member) in self.members {
            if is_public(&key) || !is_map && !looks_like_data(&key, values) {
                let mark = if member.count < self.count { "?" } else { "" };
                written.insert(format!("{key}{mark}"), member.shape.write(values));
            } else {
                of_hidden += 1;
                hidden.merge(member);
            }
        }
        if of_hidden > 0 {
            count.add(of_hidden);
            written.insert(format!("<{}>", count.of("key")), hidden.shape.write(values));
        }
        Value::Object(written)
    }
}

/// Whether a key cannot be one that a programmer chose: by its form, or because it is a value as well.
fn looks_like_data(key: &str, values: &BTreeSet<String>) -> bool {
    const LONGEST: usize = 40;
    const MOST_DIGITS: usize = 2;
    let is_name = key.starts_with(|first: char| first.is_ascii_alphabetic() || "_$".contains(first))
        && key.len() <= LONGEST
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.$".contains(&byte))
        && key.bytes().filter(u8::is_ascii_digit).count() <= MOST_DIGITS;
    // As people write their names.
    let is_capitalized = key.starts_with(|first: char| first.is_ascii_uppercase())
        && key.bytes().any(|it| it.is_ascii_lowercase());
    let is_long_in_capitals = key.len() > 5 && !key.bytes().any(|byte| byte.is_ascii_lowercase());
    let is_unknown = !has_public_word(key);
    !is_name
        || is_unknown && (is_capitalized || is_long_in_capitals)
        || !is_public(key) && values.contains(&key.to_lowercase())
}

fn one(key: &str, value: Value) -> Value {
    Value::Object(Map::from_iter([(key.to_owned(), value)]))
}
