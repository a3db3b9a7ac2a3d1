//! What makes a notification the same one again: its id, or else its content.
//! Neither key order nor spacing nor fields that only count time make a difference.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use crate::floor::answer::Tag;
use crate::json::Raw;

/// Stands for a notification, or for one state of it: the first 128 bits of a SHA-256.
///
/// It is the same in every process and on every machine, so that it can be stored and compared later. What goes into
/// it, and in which order, is therefore a format: a change of it makes all that was stored look new. SHA-256, because
/// the server chooses what is hashed, and nobody shall be able to prepare two notifications of which one is lost.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Fingerprint([u8; 16]);

impl fmt::Display for Fingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// Deeper JSON is compared as it is written. It bounds the work on hostile nesting.
const DEPTH: u8 = 8;

/// Fields that change although nothing happened; compared in lower case without `_` and `-`.
const VOLATILE: &[&str] = &[
    "age",
    "ago",
    "currentduration",
    "currenttime",
    "elapsed",
    "now",
    "remaining",
    "remainingtime",
    "servertime",
    "timeago",
    "timeleft",
];

/// The fingerprint of an id, whatever the content.
pub(crate) fn of_id(id: &str) -> Fingerprint {
    Hasher::new("id").text(id).finish()
}

/// The fingerprint of one state of a notification with an id: what it says and which icons it has, in any order.
pub(crate) fn of_state(id: &str, tag: &Tag) -> Fingerprint {
    let mut icons: Vec<Fingerprint> = tag.icons.iter().map(of_json).collect();
    icons.sort_unstable();
    let hasher = Hasher::new("state").text(id).fingerprint(of_json(&tag.fields));
    icons.into_iter().fold(hasher, Hasher::fingerprint).finish()
}

/// The fingerprint of the `copy`th of equal notifications without id, counted from 0 within one answer:
/// twins are two. Icons are left out, because they may be added later.
pub(crate) fn of_copy(content: Fingerprint, copy: usize) -> Fingerprint {
    Hasher::new("copy").fingerprint(content).text(&copy.to_string()).finish()
}

/// The fingerprint of a piece of JSON.
pub(crate) fn of_json(raw: &Raw) -> Fingerprint {
    Hasher::new("json").json(raw.get(), DEPTH).finish()
}

/// Takes parts one after the other. Each text is preceded by its length, so that no two rows of parts are the same
/// bytes; the word at the beginning keeps what is hashed for one purpose apart from what is hashed for another.
struct Hasher(Sha256);

impl Hasher {
    fn new(purpose: &str) -> Self {
        Self(Sha256::new()).text(purpose)
    }

    fn text(self, text: &str) -> Self {
        let length = u64::try_from(text.len()).unwrap_or(u64::MAX);
        Self(self.0.chain_update(length.to_le_bytes()).chain_update(text))
    }

    fn fingerprint(self, fingerprint: Fingerprint) -> Self {
        Self(self.0.chain_update(fingerprint.0))
    }

    fn mark(self, mark: u8) -> Self {
        Self(self.0.chain_update([mark]))
    }

    fn json(self, json: &str, depth: u8) -> Self {
        match json.as_bytes().first() {
            Some(b'{') if depth > 0 => {
                if let Ok(members) = serde_json::from_str::<BTreeMap<String, &RawValue>>(json) {
                    let members = members.iter().filter(|(key, _)| !is_volatile(key));
                    let member = |hasher: Self, (key, value): (&String, &&RawValue)| {
                        hasher.mark(b'k').text(key).json(value.get(), depth - 1)
                    };
                    return members.fold(self.mark(b'{'), member).mark(b'}');
                }
            }
            Some(b'[') if depth > 0 => {
                if let Ok(elements) = serde_json::from_str::<Vec<&RawValue>>(json) {
                    let element = |hasher: Self, element: &RawValue| hasher.json(element.get(), depth - 1);
                    return elements.into_iter().fold(self.mark(b'['), element).mark(b']');
                }
            }
            _ => {}
        }
        self.mark(b'v').text(json)
    }

    fn finish(self) -> Fingerprint {
        let mut half = [0; 16];
        half.copy_from_slice(&self.0.finalize()[..16]);
        Fingerprint(half)
    }
}

fn is_volatile(key: &str) -> bool {
    let mut plain = key.replace(['_', '-'], "");
    plain.make_ascii_lowercase();
    VOLATILE.contains(&plain.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn print(json: &str) -> Fingerprint {
        of_json(&Raw::of(json))
    }

    #[test]
    fn order_spacing_and_counting_fields_make_no_difference() {
        let same = [
            r#"{"a":1,"b":{"c":[1,2],"d":null}}"#,
            r#"{"b":{"d":null,"c":[1, 2]},"a":1}"#,
            r#"{"a":1,"time_ago":"3 min","b":{"c":[1,2],"d":null,"remainingTime":7}}"#,
            r#"{"a":1,"Server-Time":1,"b":{"c":[1,2],"age":9,"d":null}}"#,
        ];
        for json in same {
            assert_eq!(print(json), print(same[0]), "{json}");
        }
    }

    #[test]
    fn everything_else_does() {
        let different = [
            r#"{"a":1}"#,
            r#"{"a":"1"}"#,
            r#"{"b":1}"#,
            r#"{"a":[1]}"#,
            r#"{"a":[1],"b":[2]}"#,
            r#"{"a":[[1],2]}"#,
            r#"{"a":[[1,2]]}"#,
            r#"{"a":{"b":1}}"#,
            r#"{"a":18446744073709551616}"#,
            r#"{"a":18446744073709551617}"#,
            r"[]",
            r"{}",
            "null",
        ];
        for (at, left) in different.iter().enumerate() {
            for right in &different[at + 1..] {
                assert_ne!(print(left), print(right), "{left} and {right}");
            }
        }
    }

    /// Stored fingerprints are compared with those of later versions: these values never change.
    #[test]
    fn they_are_the_same_for_ever() {
        let tag = crate::floor::samples::tag("a1");
        let icons = vec![Raw::of(r#"{"name":"star"}"#), Raw::of(r#""phone""#)];
        let with_icons = Tag { icons, ..tag.clone() };
        let content = print(r#"{"b":{"d":null,"c":[1, 2]},"a":1,"age":3}"#);
        let table = [
            (of_id("a1"), "839aae941fef5c0219757d38600501a1"),
            (of_id("अनीता"), "f0099131d1ae503ba99dbb3ac6323e60"),
            (of_state("a1", &tag), "f20166668509cb6a23bb3978f139f69e"),
            (of_state("a1", &with_icons), "5aca695bcb3f364831842c7d38ca510f"),
            (content, "10272bf2e66aba699d5c795914b654f1"),
            (of_copy(content, 0), "aea02c9c030f9138ce85e2b803e57271"),
            (of_copy(content, 1), "659d3431b880e5a56056b940cfd548da"),
        ];
        for (fingerprint, expected) in table {
            assert_eq!(fingerprint.to_string(), expected);
        }
    }

    #[test]
    fn the_order_of_icons_makes_no_difference() {
        let icons = vec![Raw::of(r#"{"name":"star"}"#), Raw::of(r#""phone""#)];
        let reversed = icons.iter().rev().cloned().collect();
        let [one, other] = [icons, reversed].map(|icons| Tag { icons, ..crate::floor::samples::tag("a1") });
        assert_eq!(of_state("a1", &one), of_state("a1", &other));
    }

    #[test]
    fn hostile_nesting_is_taken_as_it_is_written() {
        let deep = format!("{}1{}", "[".repeat(120), "]".repeat(120));
        assert_eq!(print(&deep), print(&deep));
        assert_ne!(print(&deep), print(&deep.replace('1', "2")));
    }
}
