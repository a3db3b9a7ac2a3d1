//! The names under which servers may send what we know by one name. None is published (`api.md` §3), so one table
//! per kind of item lists what is likely, best first. Case, `_`, `-` and spaces do not matter: `callId` is `call_id`.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use serde_json::value::RawValue;

use super::lenient::{self, Object};

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

/// The spellings of notifications.
pub static NOTIFICATION: LazyLock<Spellings<OfNotification>> = LazyLock::new(|| {
    Spellings::new(&[
        (OfNotification::Id, &["notification id", "notif id", "id", "tag id", "uuid", "uid"]),
        (
            OfNotification::Time,
            &[
                "time",
                "timestamp",
                "date time",
                "created at",
                "created on",
                "created",
                "created date",
                "event time",
                "notification time",
                "notif time",
                "call time",
                "start time",
                "s time",
                "entry time",
                "inserted at",
                "added on",
                "ts",
                "date",
                "updated at",
            ],
        ),
        (
            OfNotification::Kind,
            &[
                "kind",
                "notification type",
                "notif type",
                "type",
                "event type",
                "event",
                "tag type",
                "tag",
                "category",
                "action",
                "call type",
                "c type",
            ],
        ),
        (
            OfNotification::Message,
            &[
                "message",
                "msg",
                "text",
                "notification",
                "title",
                "description",
                "body",
                "content",
                "note",
                "notes",
                "remark",
                "remarks",
            ],
        ),
        (OfNotification::Agent, &["agent id", "agent.id", "aid", "agent", "agent number"]),
        (OfNotification::Call, &["call id", "call.id", "cid", "call sid", "call unique id"]),
        (
            OfNotification::Customer,
            &[
                "c number",
                "customer number",
                "customer no",
                "customer.number",
                "customer.phone",
                "customer",
                "c num",
                "caller number",
                "caller",
                "caller id",
                "phone number",
                "phone",
                "mobile number",
                "mobile no",
                "mobile",
                "contact number",
                "c number 10",
            ],
        ),
        (OfNotification::Icons, &["icon ids", "icon id", "icon.id", "icons", "icon", "icon details"]),
    ])
});

/// The spellings of icon details.
pub static ICON: LazyLock<Spellings<OfIcon>> = LazyLock::new(|| {
    Spellings::new(&[
        (OfIcon::Id, &["icon id", "id", "uuid"]),
        (
            OfIcon::Name,
            &["name", "icon name", "title", "label", "action name", "action", "type", "icon", "text"],
        ),
        (
            OfIcon::Notification,
            &["notification id", "notif id", "tag id", "notification.id", "ref id", "parent id", "data id"],
        ),
        (OfIcon::Call, &["call id", "call.id", "cid", "call sid"]),
    ])
});

/// The spellings of a break's detail.
pub static BREAK: LazyLock<Spellings<OfBreak>> = LazyLock::new(|| {
    Spellings::new(&[
        (
            OfBreak::Reason,
            &[
                "reason",
                "break reason",
                "break name",
                "break type",
                "name",
                "type",
                "title",
                "label",
                "break",
                "remark",
                "remarks",
                "description",
            ],
        ),
        (
            OfBreak::Since,
            &[
                "since",
                "break start time",
                "break start",
                "start time",
                "started at",
                "start at",
                "start",
                "s time",
                "break time",
                "b time",
                "from",
                "time",
                "timestamp",
                "created at",
                "created on",
                "created",
                "date time",
            ],
        ),
    ])
});

/// A table of spellings, ready to be looked up. A spelling with a dot names a key of a nested object.
#[derive(Debug)]
pub struct Spellings<N> {
    index: HashMap<String, (N, usize)>,
    parents: HashSet<String>,
}

/// What was found in one object, best spelling first.
#[derive(Debug)]
pub struct Findings<'a, N>(Vec<Finding<'a, N>>);

#[derive(Debug)]
struct Finding<'a, N> {
    name: N,
    rank: usize,
    key: usize,
    value: &'a RawValue,
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

    /// Finds every known spelling in an object, in one pass over its keys.
    #[must_use]
    pub fn find<'a>(&self, object: &Object<'a>) -> Findings<'a, N> {
        let mut findings = Vec::with_capacity(object.0.len());
        // One buffer for all keys: a reply holds hundreds of thousands of them.
        let mut spelling = String::new();
        for (key, (written, value)) in object.0.iter().enumerate() {
            spelling.clear();
            push_plain(written, &mut spelling);
            if let Some(&(name, rank)) = self.index.get(&spelling) {
                findings.push(Finding { name, rank, key, value });
            }
            if lenient::is_object(value) && self.parents.contains(&spelling) {
                spelling.push('.');
                let parent = spelling.len();
                // An item with too many keys inside is no reason to refuse it: nothing is found there.
                for (inner, value) in Object::read(value).unwrap_or_default().0 {
                    spelling.truncate(parent);
                    push_plain(&inner, &mut spelling);
                    if let Some(&(name, rank)) = self.index.get(&spelling) {
                        findings.push(Finding { name, rank, key, value });
                    }
                }
            }
        }
        // Of equal keys the last counts, so it has to come first among equals.
        findings.sort_by_key(|finding| (finding.name, finding.rank, std::cmp::Reverse(finding.key)));
        Findings(findings)
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
    use super::*;

    fn found(json: &str, name: OfNotification) -> Option<String> {
        let raw: Box<RawValue> = serde_json::from_str(json).unwrap();
        NOTIFICATION.find(&Object::read(&raw).unwrap()).read(name, lenient::text)
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
