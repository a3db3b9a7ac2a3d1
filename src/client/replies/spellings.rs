//! The names under which servers may send what we know by one name. None is published (`api.md` §3), so one table
//! per kind of item lists what is likely, best first. Case, `_`, `-` and spaces do not matter: `callId` is `call_id`.

use std::collections::{HashMap, HashSet};

use crate::raw::Piece;
use crate::scan::Key;

use crate::client::replies::lenient;
use crate::client::replies::lenient::Object;

mod known;

pub use known::{BREAK, ICON, NOTIFICATION};

/// What is read out of a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OfNotification {
    /// Its own id.
    Id,
    /// When it happened.
    Time,
    /// What kind of news it is.
    Kind,
    /// What it says.
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
    /// What a person calls it.
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

/// A table of spellings, ready to be looked up. A spelling with a dot names a key of a nested object.
#[derive(Debug)]
pub struct Spellings<N> {
    index: HashMap<String, (N, usize)>,
    parents: HashSet<String>,
}

/// Finds spellings in one item after another. The items of a reply nearly always have the same keys in the same
/// order, and then the places found in the last one are those of the next: comparing keys is much cheaper than
/// looking each of them up.
#[derive(Debug)]
pub struct Finder<'a, N: 'static> {
    spellings: &'static Spellings<N>,
    /// The keys of the last item, if nothing was found inside nested objects of it.
    last: Option<Keys<'a>>,
    /// What was found in the last item. Kept, so that the next one needs no memory of its own.
    findings: Findings<'a, N>,
}

#[derive(Debug)]
struct Keys<'a> {
    all: Vec<Key<'a>>,
    /// Those whose value would have to be looked into, were it an object.
    parents: Vec<usize>,
}

/// What was found in one object, best spelling first.
#[derive(Debug)]
pub struct Findings<'a, N>(Vec<Finding<'a, N>>);

#[derive(Debug)]
struct Finding<'a, N> {
    name: N,
    /// The position of the key in the object.
    key: usize,
    value: Piece<'a>,
}

impl<N: Copy + Ord> Spellings<N> {
    fn new(names: &[(N, &[&str])]) -> Self {
        let mut index = HashMap::new();
        let mut parents = HashSet::new();
        for (name, spellings) in names {
            for (rank, spelling) in spellings.iter().enumerate() {
                let plain = plain(spelling);
                if let Some((parent, _)) = plain.split_once('.') {
                    parents.insert(parent.to_owned());
                }
                index.insert(plain, (*name, rank));
            }
        }
        Self { index, parents }
    }

    /// For many items, one after another.
    #[must_use]
    pub fn finder<'a>(&'static self) -> Finder<'a, N> {
        Finder { spellings: self, last: None, findings: Findings(Vec::new()) }
    }

    /// Finds every known spelling in an object.
    #[must_use]
    pub fn find<'a>(&self, object: &Object<'a>) -> Findings<'a, N> {
        self.look_up(object).0
    }

    /// The findings, and the keys whose value would have to be looked into, were it an object: `None` if one is.
    fn look_up<'a>(&self, object: &Object<'a>) -> (Findings<'a, N>, Option<Vec<usize>>) {
        let mut findings = Vec::with_capacity(object.0.len());
        let mut parents = Some(Vec::new());
        // One buffer for all keys.
        let mut spelling = String::new();
        for (key, (written, value)) in object.0.iter().enumerate() {
            spelling.clear();
            push_plain(&written.text(), &mut spelling);
            if let Some(&(name, rank)) = self.index.get(&spelling) {
                findings.push((rank, Finding { name, key, value: *value }));
            }
            if !self.parents.contains(&spelling) {
                continue;
            }
            if !lenient::is_object(*value) {
                if let Some(parents) = &mut parents {
                    parents.push(key);
                }
                continue;
            }
            parents = None;
            spelling.push('.');
            let parent = spelling.len();
            // An item with too many keys inside is no reason to refuse it: nothing is found there.
            for (inner, value) in Object::read(*value).unwrap_or_default().0 {
                spelling.truncate(parent);
                push_plain(&inner.text(), &mut spelling);
                if let Some(&(name, rank)) = self.index.get(&spelling) {
                    findings.push((rank, Finding { name, key, value }));
                }
            }
        }
        // Of equal keys the last counts, so it has to come first among equals.
        findings.sort_by_key(|(rank, finding)| (finding.name, *rank, std::cmp::Reverse(finding.key)));
        (Findings(findings.into_iter().map(|(_, finding)| finding).collect()), parents)
    }
}

impl<'a, N: Copy + Ord> Finder<'a, N> {
    /// What [`Spellings::find`] finds.
    pub fn find(&mut self, object: &Object<'a>) -> &Findings<'a, N> {
        if self.last.as_ref().is_some_and(|last| last.are_those_of(object)) {
            for finding in &mut self.findings.0 {
                finding.value = object.0[finding.key].1;
            }
        } else {
            let (findings, parents) = self.spellings.look_up(object);
            self.findings = findings;
            let all = || object.0.iter().map(|(key, _)| *key).collect();
            self.last = parents.map(|parents| Keys { all: all(), parents });
        }
        &self.findings
    }
}

impl Keys<'_> {
    fn are_those_of(&self, object: &Object<'_>) -> bool {
        let members = &object.0;
        self.all.len() == members.len()
            && self.all.iter().zip(members).all(|(known, (key, _))| known.written() == key.written())
            && self.parents.iter().all(|&parent| !lenient::is_object(members[parent].1))
    }
}

impl<'a, N: Copy + Eq> Findings<'a, N> {
    /// The value of the best spelling that can be read.
    pub fn read<T>(&self, name: N, read: impl Fn(Piece<'a>) -> Option<T>) -> Option<T> {
        self.values(name).find_map(|(_, value)| read(value))
    }

    /// The position of the key that [`Self::read`] takes its value from.
    pub fn key<T>(&self, name: N, read: impl Fn(Piece<'a>) -> Option<T>) -> Option<usize> {
        self.values(name).find(|(_, value)| read(*value).is_some()).map(|(key, _)| key)
    }

    /// All values under any spelling of a name, with the positions of their keys.
    pub fn values(&self, name: N) -> impl Iterator<Item = (usize, Piece<'a>)> {
        self.0.iter().filter(move |finding| finding.name == name).map(|finding| (finding.key, finding.value))
    }
}

/// A key without what people disagree on.
fn plain(key: &str) -> String {
    let mut plain = String::new();
    push_plain(key, &mut plain);
    plain
}

fn push_plain(key: &str, plain: &mut String) {
    plain.extend(key.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).map(|c| c.to_ascii_lowercase()));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::raw::Raw;

    fn found(json: &str, name: OfNotification) -> Option<String> {
        NOTIFICATION.find(&Object::read(Raw::of(json).piece()).unwrap()).read(name, lenient::text)
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
    fn the_better_spelling_wins_unless_it_says_nothing() {
        let json = r#"{"cType":"IBD","type":"missed"}"#;
        assert_eq!(found(json, OfNotification::Kind).as_deref(), Some("missed"));
        let json = r#"{"cType":"IBD","type":""}"#;
        assert_eq!(found(json, OfNotification::Kind).as_deref(), Some("IBD"));
        let json = r#"{"type":"first","type":"last"}"#;
        assert_eq!(found(json, OfNotification::Kind).as_deref(), Some("last"));
    }

    proptest! {
        #[test]
        fn a_finder_finds_in_every_item_what_is_found_in_it_alone(
            items in proptest::collection::vec(
                proptest::collection::vec((0..KEYS.len(), 0..VALUES.len()), 0..5),
                0..6,
            )
        ) {
            let written = items.iter().map(|item| {
                let members = item.iter().map(|&(key, value)| format!("\"{}\":{}", KEYS[key], VALUES[value]));
                Raw::of(&format!("{{{}}}", members.collect::<Vec<_>>().join(",")))
            });
            let written: Vec<Raw> = written.collect();
            let mut finder = NOTIFICATION.finder();
            for item in &written {
                let object = Object::read(item.piece()).unwrap();
                let alone = NOTIFICATION.find(&object);
                prop_assert_eq!(format!("{:?}", finder.find(&object)), format!("{alone:?}"), "{:?}", item);
            }
        }
    }

    const KEYS: &[&str] = &["id", "_id", "type", "Type", "customer", "agent", "queue"];
    const VALUES: &[&str] = &["1", "null", r#"{"number":2,"id":3}"#];

    #[test]
    fn no_spelling_means_two_things() {
        fn count<N>(table: &Spellings<N>) -> usize {
            table.index.len()
        }
        // Building the index would silently drop a spelling that stands in two lists.
        assert_eq!(count(&NOTIFICATION), 6 + 19 + 12 + 12 + 5 + 5 + 17 + 6);
        assert_eq!(count(&ICON), 3 + 9 + 7 + 4);
        assert_eq!(count(&BREAK), 12 + 17);
    }
}
