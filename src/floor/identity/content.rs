//! What a notification says, compared by meaning and not by spelling: a server may escape, round, order or leave out
//! without anything having changed.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use compact_str::CompactString;

use crate::floor::answer::Tag;
use crate::floor::identity::fingerprint;
use crate::floor::identity::fingerprint::Fingerprint;
use crate::json;
use crate::json::{Raw, RawValue};

/// Deeper JSON is compared as it is written. It bounds the work on hostile nesting.
const DEPTH: u8 = 8;

/// A notification as it was written. Cheap to clone.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Written {
    fields: Raw,
    icons: Vec<Raw>,
    icon_names: Vec<CompactString>,
}

/// The meaning of each field, by the fingerprint of its path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Content(BTreeMap<Fingerprint, String>);

impl Written {
    /// Icons count where there is an id: they may be added later, and nothing else says to which of equal notifications.
    pub(crate) fn of(tag: &Tag) -> Self {
        let (icons, icon_names) = match tag.id {
            Some(_) => (tag.icons.clone(), tag.icon_names.clone()),
            None => (Vec::new(), Vec::new()),
        };
        Self { fields: tag.fields.clone(), icons, icon_names }
    }

    /// Its fields as they were written.
    pub(crate) fn text(&self) -> &str {
        self.fields.get()
    }

    /// How much memory it takes, roughly.
    pub(crate) fn size(&self) -> usize {
        /// An `Arc` of text, and its place.
        const EACH: usize = 64;
        let texts = std::iter::once(&self.fields).chain(&self.icons).map(|raw| raw.get().len() + EACH);
        texts.sum()
    }

    pub(crate) fn is_written_alike(&self, tag: &Tag) -> bool {
        self.fields == tag.fields && (tag.id.is_none() || self.icons == tag.icons)
    }

    /// What it says, but for the fields that are not compared.
    pub(crate) fn content(&self, without: &HashSet<Fingerprint>) -> Content {
        let mut fields = BTreeMap::new();
        add("fields", &self.fields, DEPTH, &mut fields);
        // An icon is known by its name, for icons come in any order.
        let are_named = self.icons.len() == self.icon_names.len();
        let mut equal_names: HashMap<&str, usize> = HashMap::new();
        let mut ordered: Vec<(&str, &Raw)> = self
            .icons
            .iter()
            .enumerate()
            .map(|(place, icon)| (if are_named { self.icon_names[place].as_str() } else { "" }, icon))
            .collect();
        ordered.sort_by(|one, other| (one.0, one.1.get()).cmp(&(other.0, other.1.get())));
        for (name, icon) in ordered {
            let number = equal_names.entry(name).or_default();
            add(&format!("icons{}/{number}", step(name)), icon, DEPTH, &mut fields);
            *number += 1;
        }
        fields.retain(|path, _| !without.contains(path));
        Content(fields)
    }
}

impl Content {
    /// The fields that differ.
    pub(crate) fn changes(&self, other: &Self) -> Vec<Fingerprint> {
        let here = self.0.iter().filter(|(path, value)| other.0.get(path) != Some(value));
        let only_there = other.0.iter().filter(|(path, _)| !self.0.contains_key(path));
        here.chain(only_there).map(|(path, _)| *path).collect()
    }

    /// Whether a field says the same in both.
    pub(crate) fn agrees(&self, other: &Self, path: Fingerprint) -> bool {
        self.0.get(&path) == other.0.get(&path)
    }
}

/// Adds the meaning of each scalar below `path`. What says nothing in this API adds nothing: null, and what is
/// empty.
fn add(path: &str, value: &RawValue, depth: u8, fields: &mut BTreeMap<Fingerprint, String>) {
    let json = value.get();
    match json.as_bytes().first() {
        Some(b'{') if depth > 0 => {
            // Of equal keys the last one counts.
            let mut members: BTreeMap<Cow<'_, str>, &RawValue> = BTreeMap::new();
            json::each_member(value, |key, value| {
                members.insert(key, value);
                true
            });
            for (key, value) in members {
                add(&format!("{path}{}", step(&key)), value, depth - 1, fields);
            }
        }
        Some(b'[') if depth > 0 => {
            let elements = json::elements(value, usize::MAX).unwrap_or_default();
            for (place, value) in elements.into_iter().enumerate() {
                add(&format!("{path}/{place}"), value, depth - 1, fields);
            }
        }
        _ => {
            if let Some(meaning) = meaning(json) {
                fields.insert(fingerprint::of_path(path), meaning);
            }
        }
    }
}

/// A step of a path, as in a JSON pointer: no two paths are written alike.
fn step(key: &str) -> String {
    format!("/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// What a scalar says; `None` if it says nothing. A number is the same in quotation marks, and however it is written.
fn meaning(json: &str) -> Option<String> {
    let text = match json::string(json) {
        Some(text) => text,
        None if json == "null" => return None,
        None => return Some(number(json).unwrap_or_else(|| json.to_owned())),
    };
    if text.is_empty() {
        return None;
    }
    Some(number(&text).unwrap_or_else(|| format!("\"{text}")))
}

/// A JSON number by its value, exactly: its digits without zeros at either end, and its power of ten.
fn number(text: &str) -> Option<String> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, power) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let has_leading_zero = whole.len() > 1 && whole.starts_with('0');
    if !are_digits(whole) || !are_digits(fraction) || has_leading_zero {
        return None;
    }
    // A power that does not fit is compared as it is written.
    let power = power.parse::<i32>().ok()?;
    let digits = format!("{whole}{fraction}");
    let without_end = digits.trim_end_matches('0');
    let dropped = digits.len() - without_end.len();
    let digits = without_end.trim_start_matches('0');
    if digits.is_empty() {
        return Some("0".to_owned());
    }
    let places = i64::try_from(dropped).ok()? - i64::try_from(fraction.len()).ok()?;
    let sign = if text.len() > unsigned.len() { "-" } else { "" };
    Some(format!("{sign}{digits}e{}", i64::from(power) + places))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::samples::{nameless, raw, tag};

    fn content(json: &str) -> Content {
        Written::of(&nameless(json)).content(&HashSet::new())
    }

    #[test]
    fn spelling_makes_no_difference() {
        let groups: [&[&str]; 7] = [
            &[
                r#"{"a":1,"b":{"c":[1,2]}}"#,
                r#"{"b":{"c":[ 1, 2]}, "a":1}"#,
                r#"{"a":0,"a":1,"b":{"c":[1,2]}}"#,
            ],
            &[r#""caf\u00e9/""#, r#""café\/""#],
            &["1", "1.0", "1.00", r#""1""#, "1e0", "10E-1", r#""0.1e+1""#],
            &["-1.5", r#""-1.50""#, "-15e-1"],
            &["0", "-0", "0.000", r#""0""#],
            &["{}", "[]", "null", r#"{"a":null}"#, r#"{"a":""}"#, r#"{"a":[{}]}"#],
            &[r#"{"b":1}"#, r#"{"a":null,"b":1}"#, r#"{"b":1,"a":""}"#],
        ];
        for group in groups {
            for json in group {
                assert_eq!(content(json), content(group[0]), "{json} and {}", group[0]);
            }
        }
    }

    #[test]
    fn everything_else_does() {
        let different = [
            r#"{"a":1}"#,
            r#"{"b":1}"#,
            r#"{"a":true}"#,
            r#"{"a":"true"}"#,
            r#"{"a":[1]}"#,
            r#"{"a":[1],"b":[2]}"#,
            r#"{"a":[[1],2]}"#,
            r#"{"a":[[1,2]]}"#,
            r#"{"a":{"b":1}}"#,
            r#"{"a/b":1}"#,
            r#"{"a~1b":1}"#,
            r#"{"a":18446744073709551616}"#,
            r#"{"a":18446744073709551617}"#,
            r#"{"a":1e400}"#,
            r#"{"a":1e401}"#,
            r#"{"a":1e99999999999999999999}"#,
            // An account number is no number.
            r#"{"a":"01"}"#,
            r#"{"a":"+1"}"#,
            r#"{"a":"1 "}"#,
            r#"{"a":"x"}"#,
            r#"{"a":"X"}"#,
            "{}",
        ];
        for (at, left) in different.iter().enumerate() {
            for right in &different[at + 1..] {
                assert_ne!(content(left), content(right), "{left} and {right}");
            }
        }
    }

    #[test]
    fn the_fields_that_differ_are_found_wherever_they_are() {
        let before = content(r#"{"a":1,"b":{"c":2,"d":[3,4]},"e":5}"#);
        let after = content(r#"{"a":1,"b":{"c":3,"d":[3,9]},"f":5}"#);
        let mut changed = before.changes(&after);
        changed.sort_unstable();
        let mut expected =
            ["fields/b/c", "fields/b/d/1", "fields/e", "fields/f"].map(fingerprint::of_path).to_vec();
        expected.sort_unstable();
        assert_eq!(changed, expected);
        assert!(before.changes(&before).is_empty());
    }

    #[test]
    fn the_order_of_icons_makes_no_difference_and_a_count_in_one_is_one_field() {
        let icons = |star, phone| {
            let icons =
                vec![raw(&format!(r#"{{"name":"star","n":{star}}}"#)), raw(&format!(r#"{{"n":{phone}}}"#))];
            Tag { icons, icon_names: vec!["star".into(), "phone".into()], ..tag("a1") }
        };
        let reversed = |tag: Tag| {
            let (icons, icon_names) = (tag.icons.iter().rev().cloned(), tag.icon_names.iter().rev().cloned());
            Tag { icons: icons.collect(), icon_names: icon_names.collect(), ..tag.clone() }
        };
        let content = |tag: &Tag| Written::of(tag).content(&HashSet::new());
        assert_eq!(content(&icons(1, 2)), content(&reversed(icons(1, 2))));
        let changes = content(&icons(1, 2)).changes(&content(&reversed(icons(9, 2))));
        assert_eq!(changes, [fingerprint::of_path("icons/star/0/n")]);
    }

    #[test]
    fn hostile_nesting_is_taken_as_it_is_written() {
        let deep = format!("{}1{}", "[".repeat(120), "]".repeat(120));
        assert_eq!(content(&deep), content(&deep));
        assert_ne!(content(&deep), content(&deep.replace('1', "2")));
    }
}
