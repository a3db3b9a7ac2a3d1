//! The names under which servers may send a field. None is published (`api.md` §3), so one table
//! per kind of item lists what is likely, best first. Case, `_`, `-` and spaces do not matter: `callId` is `call_id`.

use compact_str::CompactString;

use crate::client::replies::lenient;
use crate::client::replies::lenient::Object;
use crate::json::RawValue;
use crate::words::{plain, push_plain};

mod known;

pub use known::{AGENT, BREAK, ICON, NOTIFICATION};

/// What is read out of a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OfNotification {
    /// Its own id.
    Id,
    /// When it happened.
    Time,
    /// What it is about.
    Kind,
    /// Its text.
    Message,
    /// Whom it is for.
    Agent,
    /// The call it is about.
    Call,
    /// The customer's number.
    Customer,
    /// Which icons belong to it: an id, a list of ids, or the icons themselves.
    Icons,
}

/// What is read out of an icon detail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OfIcon {
    /// Its own id.
    Id,
    /// Its label.
    Name,
    /// The notification it belongs to.
    Notification,
    /// The call it belongs to.
    Call,
}

/// What is read out of a break's detail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OfBreak {
    /// Which break it is.
    Reason,
    /// When it began.
    Since,
}

/// What is read out of anything that is about an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OfAgent {
    /// What people call the agent.
    Name,
}

/// Names with their spellings, which are written as [`plain`] writes them. A spelling with a dot names a key of a nested object.
/// They are few enough to be looked through: an index of them would take longer to make than most replies to read.
#[derive(Debug)]
pub struct Spellings<N: 'static>(&'static [(N, &'static [&'static str])]);

/// What was found in one object, best spelling first.
#[derive(Debug)]
pub struct Findings<'a, N>(Vec<Finding<'a, N>>);

#[derive(Debug)]
struct Finding<'a, N> {
    name: N,
    /// How far from the best spelling.
    rank: usize,
    /// The position of the key in the object.
    key: usize,
    value: &'a RawValue,
}

impl<N: Copy + Ord> Spellings<N> {
    /// The spellings of a name.
    #[cfg(test)]
    pub(crate) fn of(&self, name: N) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(move |(other, _)| *other == name)
            .flat_map(|(_, spellings)| spellings.iter().copied())
    }

    /// Finds every known spelling in an object.
    #[must_use]
    pub fn find<'a>(&self, object: &Object<'a>) -> Findings<'a, N> {
        self.finder().find(object)
    }

    /// Gets ready to find spellings in one item of a list after another.
    pub(crate) fn finder(&self) -> Finder<'_, N> {
        Finder { spellings: self, keys: Vec::new() }
    }

    /// The name that a word spells, and how far its spelling is from the best.
    fn look_up(&self, plain: &str) -> Option<(N, usize)> {
        self.0.iter().find_map(|(name, spellings)| {
            Some((*name, spellings.iter().position(|spelling| *spelling == plain)?))
        })
    }

    /// Whether spellings begin so.
    fn have_any_in(&self, parent: &str) -> bool {
        self.0.iter().any(|(_, spellings)| spellings.iter().any(|spelling| spelling.starts_with(parent)))
    }
}

/// Finds spellings in one item of a list after another. Most items have the same keys in the same places, so what a key means
/// is looked up again only where the item before had another one.
pub(crate) struct Finder<'s, N: 'static> {
    spellings: &'s Spellings<N>,
    /// The keys of the items before, by their place.
    keys: Vec<Key<N>>,
}

struct Key<N> {
    written: CompactString,
    meaning: Option<(N, usize)>,
}

impl<N: Copy + Ord> Finder<'_, N> {
    pub(crate) fn find<'a>(&mut self, object: &Object<'a>) -> Findings<'a, N> {
        let mut findings = Vec::with_capacity(object.0.len());
        for (place, (written, value)) in object.0.iter().enumerate() {
            let meaning = self.meaning(place, written);
            findings.extend(meaning.map(|(name, rank)| Finding { name, rank, key: place, value }));
            if lenient::is_object(value) {
                let mut nested = plain(written);
                nested.push('.');
                if !self.spellings.have_any_in(&nested) {
                    continue;
                }
                let parent = nested.len();
                // An item with too many keys inside is no reason to refuse it: nothing is found there.
                for (inner, value) in Object::read(value).unwrap_or_default().0 {
                    nested.truncate(parent);
                    push_plain(&inner, &mut nested);
                    let meaning = self.spellings.look_up(&nested);
                    findings.extend(meaning.map(|(name, rank)| Finding { name, rank, key: place, value }));
                }
            }
        }
        // Of equal keys the last counts, so it has to come first among equals.
        findings.sort_by_key(|finding| (finding.name, finding.rank, std::cmp::Reverse(finding.key)));
        Findings(findings)
    }

    fn meaning(&mut self, place: usize, written: &str) -> Option<(N, usize)> {
        if let Some(key) = self.keys.get(place).filter(|key| key.written == written) {
            return key.meaning;
        }
        let meaning = self.spellings.look_up(&plain(written));
        let key = Key { written: written.into(), meaning };
        // Places are asked for in their order.
        if place < self.keys.len() {
            self.keys[place] = key;
        } else {
            self.keys.push(key);
        }
        meaning
    }
}

impl<'a, N: Copy + Eq> Findings<'a, N> {
    /// The value of the best spelling that can be read.
    pub fn read<T>(&self, name: N, read: impl Fn(&'a RawValue) -> Option<T>) -> Option<T> {
        self.values(name).find_map(|(_, value)| read(value))
    }

    /// The position of the key that [`Self::read`] takes its value from.
    pub fn key<T>(&self, name: N, read: impl Fn(&'a RawValue) -> Option<T>) -> Option<usize> {
        self.values(name).find(|(_, value)| read(value).is_some()).map(|(key, _)| key)
    }

    /// All values under any spelling of a name, with the positions of their keys.
    pub fn values(&self, name: N) -> impl Iterator<Item = (usize, &'a RawValue)> {
        self.0.iter().filter(move |finding| finding.name == name).map(|finding| (finding.key, finding.value))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::json::Raw;

    fn found(json: &str, name: OfNotification) -> Option<String> {
        NOTIFICATION.find(&Object::read(&Raw::of(json)).unwrap()).read(name, lenient::text)
    }

    #[test]
    fn a_spelling_is_known_whatever_its_case_and_marks() {
        for json in [r#"{"callId":"C1"}"#, r#"{"call_id":"C1"}"#, r#"{"CALLID":"C1"}"#, r#"{"Call-Id":"C1"}"#]
        {
            assert_eq!(found(json, OfNotification::Call).as_deref(), Some("C1"), "{json}");
        }
    }

    #[test]
    fn the_databases_own_ids_are_read() {
        assert_eq!(found(r#"{"_id":{"$oid":"65ab"}}"#, OfNotification::Id).as_deref(), Some("65ab"));
        assert_eq!(found(r#"{"_id":"65ab"}"#, OfNotification::Id).as_deref(), Some("65ab"));
        assert_eq!(found(r#"{"_id":7}"#, OfNotification::Id).as_deref(), Some("7"));
    }

    #[test]
    fn nested_keys_are_read() {
        let json = r#"{"agent":{"id":"13","name":"Asha"},"customer":{"number":"919812345678"}}"#;
        assert_eq!(found(json, OfNotification::Agent).as_deref(), Some("13"));
        assert_eq!(found(json, OfNotification::Customer).as_deref(), Some("919812345678"));
    }

    #[test]
    fn the_better_spelling_wins_unless_it_is_empty() {
        let json = r#"{"cType":"IBD","type":"missed"}"#;
        assert_eq!(found(json, OfNotification::Kind).as_deref(), Some("missed"));
        let json = r#"{"cType":"IBD","type":""}"#;
        assert_eq!(found(json, OfNotification::Kind).as_deref(), Some("IBD"));
        let json = r#"{"type":"first","type":"last"}"#;
        assert_eq!(found(json, OfNotification::Kind).as_deref(), Some("last"));
    }

    #[test]
    fn no_spelling_means_two_things() {
        fn count<N>(table: &Spellings<N>) -> usize {
            let all = table.0.iter().flat_map(|(_, spellings)| spellings.iter().copied());
            let all: HashSet<&str> = all.inspect(|it| assert_eq!(plain(it), *it, "finds nothing")).collect();
            all.len()
        }
        assert_eq!(count(&NOTIFICATION), 6 + 19 + 12 + 12 + 4 + 5 + 17 + 6);
        assert_eq!(count(&ICON), 3 + 9 + 7 + 4);
        assert_eq!(count(&BREAK), 12 + 17);
    }
}
