//! What makes a notification the same one again, as a number: its id, or else its content.
//! Neither key order nor spacing nor fields that only count time make a difference.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::LazyLock;

use foldhash::quality::{FoldHasher, RandomState};
use serde_json::value::RawValue;

use crate::floor::look::SeenTag;
use crate::raw::Raw;

/// A number that stands for a notification, or for one state of it. Two different ones among 100,000
/// share a number once in some billion watches.
pub(crate) type Fingerprint = u64;

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
    number(|hasher| ("id", id).hash(hasher))
}

/// The fingerprint of one state of a notification with an id: what it says and which icons it has.
pub(crate) fn of_state(id: &str, tag: &SeenTag) -> Fingerprint {
    let mut icons: Vec<Fingerprint> = tag.icons.iter().map(of_json).collect();
    icons.sort_unstable();
    number(|hasher| ("state", id, of_json(&tag.fields), icons).hash(hasher))
}

/// The fingerprint of the `copy`th of equal notifications without id, counted from 0 within one answer:
/// twins are two. Icons are left out, because they may be added later.
pub(crate) fn of_copy(content: Fingerprint, copy: usize) -> Fingerprint {
    number(|hasher| ("copy", content, copy).hash(hasher))
}

/// The fingerprint of a piece of JSON.
pub(crate) fn of_json(raw: &Raw) -> Fingerprint {
    number(|hasher| feed(raw.get(), DEPTH, hasher))
}

/// Drawn anew by each process, so that nobody can prepare two notifications that share a number.
static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::default);

fn number(feed: impl FnOnce(&mut FoldHasher<'static>)) -> Fingerprint {
    let mut hasher = KEY.build_hasher();
    feed(&mut hasher);
    hasher.finish()
}

fn feed(json: &str, depth: u8, hasher: &mut FoldHasher<'static>) {
    match json.as_bytes().first() {
        Some(b'{') if depth > 0 => {
            if let Ok(members) = serde_json::from_str::<BTreeMap<String, &RawValue>>(json) {
                for (key, value) in members.iter().filter(|(key, _)| !is_volatile(key)) {
                    key.hash(hasher);
                    feed(value.get(), depth - 1, hasher);
                }
                return "}".hash(hasher);
            }
        }
        Some(b'[') if depth > 0 => {
            if let Ok(elements) = serde_json::from_str::<Vec<&RawValue>>(json) {
                for element in elements {
                    feed(element.get(), depth - 1, hasher);
                }
                return "]".hash(hasher);
            }
        }
        _ => {}
    }
    json.hash(hasher);
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

    #[test]
    fn hostile_nesting_is_taken_as_it_is_written() {
        let deep = format!("{}1{}", "[".repeat(120), "]".repeat(120));
        assert_eq!(print(&deep), print(&deep));
        assert_ne!(print(&deep), print(&deep.replace('1', "2")));
    }
}
