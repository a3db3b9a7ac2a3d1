//! What stands for a notification, or for a field of one, in memory.

use std::fmt;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::floor::answer::Tag;

/// The first 128 bits of a SHA-256.
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

/// The fingerprint of a notification: of its id, whatever the content, or else of what it is about.
pub(crate) fn of_notification(tag: &Tag) -> Fingerprint {
    if let Some(id) = &tag.id {
        return Hasher::new("id").text(id).finish();
    }
    let time = tag.time.as_ref().map(Timestamp::to_string);
    let call = tag.call_id.as_deref().filter(|call| *call != "0");
    let known = [time.as_deref(), tag.kind.as_deref(), call, tag.message.as_deref(), tag.customer.as_deref()];
    known.into_iter().fold(Hasher::new("known"), Hasher::optional).finish()
}

/// The fingerprint of the path to a field.
pub(crate) fn of_path(path: &str) -> Fingerprint {
    Hasher::new("path").text(path).finish()
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

    fn optional(self, text: Option<&str>) -> Self {
        match text {
            Some(text) => Self(self.0.chain_update([1])).text(text),
            None => Self(self.0.chain_update([0])),
        }
    }

    fn finish(self) -> Fingerprint {
        let mut half = [0; 16];
        half.copy_from_slice(&self.0.finalize()[..16]);
        Fingerprint(half)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::samples::{at, nameless, tag};

    /// Stored fingerprints are compared with those of later versions: these values never change.
    #[test]
    fn they_are_the_same_for_ever() {
        let dated = Tag { time: Some(at(0)), call_id: Some("c1".into()), ..nameless("{}") };
        let table = [
            (of_notification(&tag("a1")), "839aae941fef5c0219757d38600501a1"),
            (of_notification(&tag("अनीता")), "f0099131d1ae503ba99dbb3ac6323e60"),
            (of_notification(&nameless("{}")), "b5867159b9c4d02610adedee0aa8dc2a"),
            (of_notification(&dated), "aa0eb981544fad6210f2c0c16d51ec53"),
            (of_path("fields/a"), "2e3b696fcadbe1a1a9aa51d1220cc3ae"),
        ];
        assert_eq!(
            table.map(|(fingerprint, _)| fingerprint.to_string()),
            table.map(|(_, expected)| expected.to_owned())
        );
    }

    #[test]
    fn what_a_notification_is_about_distinguishes_it() {
        let first = nameless("{}");
        let others = [
            Tag { time: Some(at(1)), ..first.clone() },
            Tag { kind: None, ..first.clone() },
            Tag { call_id: Some("c".into()), ..first.clone() },
            Tag { message: Some("c".into()), ..first.clone() },
            Tag { customer: None, ..first.clone() },
            Tag { id: Some("a".into()), ..first.clone() },
        ];
        for (place, other) in others.iter().enumerate() {
            assert_ne!(of_notification(&first), of_notification(other), "{other:?}");
            for another in &others[place + 1..] {
                assert_ne!(of_notification(other), of_notification(another), "{other:?} and {another:?}");
            }
        }
        let without_call = Tag { call_id: Some("0".into()), ..first.clone() };
        assert_eq!(of_notification(&first), of_notification(&without_call));
    }
}
