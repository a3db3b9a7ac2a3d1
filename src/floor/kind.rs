//! Kinds of notifications as people type them. The vendor publishes no list of them (`api.md` §3): a kind is known by a
//! part of it, and a misspelt one is noticed by the kinds that were seen.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use compact_str::CompactString;

use crate::floor::answer::Tag;
use crate::words::listed;

/// More kinds are not listed in a note.
const LISTED: usize = 10;

/// What a kind contains, whatever the case: `KIND` of `--kind`, `--on tag:KIND` and `--until tag:KIND`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedKind(String);

impl FromStr for WantedKind {
    type Err = String;

    /// An empty one is refused: every kind contains an empty text.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let kind = text.trim();
        if kind.is_empty() { Err("a kind is missing".to_owned()) } else { Ok(Self(kind.to_owned())) }
    }
}

impl fmt::Display for WantedKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl WantedKind {
    /// Whether the tag is of this kind.
    #[must_use]
    pub fn matches(&self, tag: &Tag) -> bool {
        tag.kind.as_deref().is_some_and(|kind| self.is_in(kind))
    }

    fn is_in(&self, kind: &str) -> bool {
        kind.to_lowercase().contains(&self.0.to_lowercase())
    }
}

/// The kinds of the tags that were seen, each with its number of tags.
#[derive(Debug, Default)]
pub struct KindsSeen(BTreeMap<CompactString, usize>);

impl KindsSeen {
    /// Counts the kind of a tag.
    pub fn add(&mut self, tag: &Tag) {
        *self.0.entry(tag.kind.clone().unwrap_or_default()).or_default() += 1;
    }

    /// What to note if tags were seen, and none is of a wanted kind: the kinds that were, the most frequent first. It
    /// begins with words such as "no tag has kind".
    #[must_use]
    pub fn note(&self, beginning: &str, wanted: &[WantedKind]) -> Option<String> {
        let is_found = |wanted: &WantedKind| self.0.keys().any(|kind| wanted.is_in(kind));
        if wanted.is_empty() || self.0.is_empty() || wanted.iter().any(is_found) {
            return None;
        }
        let mut kinds: Vec<(&str, usize)> =
            self.0.iter().map(|(kind, count)| (kind.as_str(), *count)).collect();
        kinds.retain(|(kind, _)| !kind.is_empty());
        kinds.sort_by_key(|(_, count)| Reverse(*count));
        let kinds: Vec<&str> = kinds.into_iter().map(|(kind, _)| kind).collect();
        let listed = if kinds.is_empty() { "none".to_owned() } else { listed(&kinds, LISTED) };
        let wanted: Vec<String> = wanted.iter().map(ToString::to_string).collect();
        Some(format!("{beginning} {}; seen: {listed}", wanted.join(" or ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::samples::tag;

    fn wanted(text: &str) -> WantedKind {
        text.parse().expect("a kind")
    }

    fn of_kind(kind: Option<&str>) -> Tag {
        Tag { kind: kind.map(Into::into), ..tag("x") }
    }

    #[test]
    fn a_kind_is_known_by_a_part_of_it_whatever_the_case() {
        for (typed, kind, is_one) in [
            ("missed", Some("missed"), true),
            ("missed", Some("MISSED_CALL"), true),
            ("Missed", Some("missed"), true),
            (" missed ", Some("missed"), true),
            ("missed call", Some("Missed Call"), true),
            ("ÉCHEC", Some("échec"), true),
            ("missed", Some("miss"), false),
            ("missed", Some(""), false),
            ("missed", None, false),
        ] {
            assert_eq!(wanted(typed).matches(&of_kind(kind)), is_one, "{typed}, {kind:?}");
        }
        for nothing in ["", " ", "\t"] {
            assert_eq!(nothing.parse::<WantedKind>(), Err("a kind is missing".to_owned()), "{nothing:?}");
        }
    }

    #[test]
    fn kinds_that_nobody_has_are_noted_with_those_that_were_seen() {
        let note = |kinds: &[Option<&str>], typed: &[&str]| {
            let mut seen = KindsSeen::default();
            for kind in kinds {
                seen.add(&of_kind(*kind));
            }
            let typed: Vec<WantedKind> = typed.iter().map(|typed| wanted(typed)).collect();
            seen.note("no tag has kind", &typed)
        };
        let seen = [Some("note"), Some("missed"), Some("missed"), None];
        assert_eq!(note(&seen, &["missd"]).as_deref(), Some("no tag has kind missd; seen: missed, note"));
        let both = note(&seen, &["missd", "nota"]);
        assert_eq!(both.as_deref(), Some("no tag has kind missd or nota; seen: missed, note"));
        assert_eq!(note(&[None], &["x"]).as_deref(), Some("no tag has kind x; seen: none"));
        let many: Vec<String> = ('a'..='l').map(String::from).collect();
        let many: Vec<Option<&str>> = many.iter().map(|kind| Some(kind.as_str())).collect();
        let noted = note(&many, &["z"]).expect("a note");
        assert!(noted.ends_with("i, j and 2 more"), "{noted}");
        for (kinds, typed) in [(&seen[..], &["missd", "note"][..]), (&seen, &[]), (&[], &["missd"])] {
            assert_eq!(note(kinds, typed), None, "{kinds:?}, {typed:?}");
        }
    }
}
