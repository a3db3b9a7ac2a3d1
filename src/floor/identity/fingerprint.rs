//! What stands for a notification, or for a field of one, in memory.

use std::fmt;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::floor::answer::Tag;
use crate::floor::event::{Event, EventKind};

/// The first 128 bits of a SHA-256.
///
/// It is the same in every process and on every machine, so that it can be stored and compared later. What goes into
/// it, and in which order, is therefore a format: a change of it makes all that was stored look new. SHA-256, because
/// the server chooses what is hashed, and nobody shall be able to prepare two notifications of which one is lost.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 16]);

impl Fingerprint {
    /// As it is stored.
    #[must_use]
    pub fn bytes(self) -> [u8; 16] {
        self.0
    }
}

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

/// By what a notification is the same: by its id, whatever the content, or else by what it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Sameness<'t> {
    Id(&'t str),
    /// Its time, and kind, call, message and customer.
    Known(Option<Timestamp>, [Option<&'t str>; 4]),
}

impl<'t> Sameness<'t> {
    pub(crate) fn of(tag: &'t Tag) -> Self {
        let call = tag.call_id.as_deref().filter(|call| *call != "0");
        match &tag.id {
            Some(id) => Self::Id(id),
            None => Self::Known(
                tag.time,
                [tag.kind.as_deref(), call, tag.message.as_deref(), tag.customer.as_deref()],
            ),
        }
    }
}

/// The fingerprint of a notification.
pub(crate) fn of_notification(tag: &Tag) -> Fingerprint {
    match Sameness::of(tag) {
        Sameness::Id(id) => Hasher::new("id").text(id).finish(),
        Sameness::Known(time, [kind, call, message, customer]) => {
            let time = time.as_ref().map(Timestamp::to_string);
            let known = [time.as_deref(), kind, call, message, customer];
            known.into_iter().fold(Hasher::new("known"), Hasher::optional).finish()
        }
    }
}

/// What those without id may share that are twins in a journal: all that [`uid`] takes of them but their number. The
/// customer is not part of it, because it is masked after a while.
pub(crate) fn of_twins(tag: &Tag) -> Option<Fingerprint> {
    let hasher = || Hasher::new("twins").optional(tag.time.as_ref().map(Timestamp::to_string).as_deref());
    tag.id.is_none().then(|| hasher().about(tag).finish())
}

/// The identity of an event in a journal: in every process that records it, it is the same.
///
/// `number` is: of a new notification without id, which of its twins it is; of a changed one, the how manieth of its
/// changes; of any other event, 0. Where a notification without id has no time, and for events that are no notifications,
/// it is the moment at which the recorder noticed them that counts, in milliseconds, as a journal stores it.
#[must_use]
pub fn uid(server: &str, agent_key: &str, event: &Event, number: u32) -> Fingerprint {
    let noticed = event.at.as_millisecond().to_string();
    let hasher = Hasher::new("event").text(server).text(agent_key).text(event.kind.words().name);
    let hasher = match &event.kind {
        EventKind::Tag(reported) => {
            let tag = &reported.tag;
            let hasher = hasher.text(if reported.changed { "changed" } else { "new" });
            if let Some(id) = &tag.id {
                hasher.text("id").text(id)
            } else {
                let time = tag.time.as_ref().map_or(noticed, Timestamp::to_string);
                hasher.text("known").text(&time).about(tag)
            }
        }
        EventKind::Gap(gap) => hasher.text(&noticed).text(gap.why.word()),
        _ => hasher.text(&noticed),
    };
    hasher.text(&number.to_string()).finish()
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

    fn text(mut self, text: &str) -> Self {
        let length = u64::try_from(text.len()).unwrap_or(u64::MAX);
        self.0.update(length.to_le_bytes());
        self.0.update(text);
        self
    }

    fn optional(self, text: Option<&str>) -> Self {
        match text {
            Some(text) => Self(self.0.chain_update([1])).text(text),
            None => Self(self.0.chain_update([0])),
        }
    }

    /// Kind, call and message.
    fn about(self, tag: &Tag) -> Self {
        let call = tag.call_id.as_deref().filter(|call| *call != "0");
        [tag.kind.as_deref(), call, tag.message.as_deref()].into_iter().fold(self, Self::optional)
    }

    fn finish(self) -> Fingerprint {
        let mut half = [0; 16];
        half.copy_from_slice(&self.0.finalize()[..16]);
        Fingerprint(half)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::floor::event::{BreakStarted, Gap, GapCause, ReportedTag};
    use crate::floor::samples::{at, every_event, nameless, raw, tag};

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

    fn reported(tag: Tag, changed: bool) -> Event {
        let kind = EventKind::Tag(Box::new(ReportedTag { tag, initial: false, changed }));
        Event { at: at(7), server_time: None, profile: Some("asha".into()), kind }
    }

    /// A journal finds by them what it has.
    #[test]
    fn the_identity_of_an_event_is_the_same_for_ever() {
        let server = "https://deepcall.example/api";
        let uid = |event: &Event, number| uid(server, "profile:asha", event, number);
        let event = |kind| Event { at: at(7), server_time: None, profile: Some("asha".into()), kind };
        let started =
            event(EventKind::BreakStarted(BreakStarted { reason: None, since: None, detail: None }));
        let gap = event(EventKind::Gap(Gap { from: at(0), to: at(7), why: GapCause::Sleep }));
        let dated = Tag { time: Some(at(0)), call_id: Some("c1".into()), ..nameless("{}") };
        let table = [
            (uid(&reported(tag("a1"), false), 0), "c8a14eb2b542ec96560b50aaa82f1413"),
            (uid(&reported(tag("a1"), true), 1), "538cbb7e659c476f60d70408f790dfea"),
            (uid(&reported(dated.clone(), false), 0), "3386a425e9ce91035055ee0e0e847b43"),
            (uid(&reported(dated, false), 1), "160ec0d81a99982e5fdb1f3c47f3a70e"),
            (uid(&reported(nameless("{}"), false), 0), "4c0832b3794066d0054facc418153f3a"),
            (uid(&started, 0), "493c7789b928ca16450d13b9b1f85927"),
            (uid(&gap, 0), "432462e423786f499bca5cacfbc817a5"),
        ];
        assert_eq!(table.map(|(uid, _)| uid.to_string()), table.map(|(_, expected)| expected.to_owned()));
    }

    #[test]
    fn an_event_is_the_same_in_every_process_and_nothing_else_is() {
        let own = |event: &Event| uid("https://a", "profile:asha", event, 0);
        let first = reported(tag("a1"), false);
        // What another process, another answer and masking change.
        let mut again = reported(Tag { customer: None, kind: None, fields: raw("{}"), ..tag("a1") }, false);
        again.at = at(900);
        again.profile = Some("asha-2".into());
        assert_eq!(own(&first), own(&again));
        let dated = Tag { time: Some(at(0)), ..nameless("{}") };
        let masked = Tag { customer: Some("•••".into()), fields: raw("1"), ..dated.clone() };
        assert_eq!(own(&reported(dated, false)), own(&reported(masked, false)));
        let later = |event: &Event| Event { at: at(8), ..event.clone() };
        assert_ne!(own(&reported(nameless("{}"), false)), own(&later(&reported(nameless("{}"), false))));
        let others = [
            uid("https://b", "profile:asha", &first, 0),
            uid("https://a", "profile:ravi", &first, 0),
            uid("https://a", "profile:asha", &first, 1),
            own(&reported(tag("a2"), false)),
            own(&reported(tag("a1"), true)),
        ];
        for (place, other) in others.iter().enumerate() {
            assert_ne!(own(&first), *other, "{place}");
            assert!(!others[place + 1..].contains(other), "{place}");
        }
        // Two types that say no more than when they were noticed.
        let mut events = every_event();
        events.retain(|event| !matches!(event.kind, EventKind::Tag(_)));
        let uids: HashSet<Fingerprint> = events.iter().map(own).collect();
        let types: HashSet<&str> = events.iter().map(|event| event.kind.words().name).collect();
        let causes = events.iter().filter(|event| matches!(event.kind, EventKind::Gap(_))).count();
        assert_eq!(uids.len(), types.len() - 1 + causes);
    }
}
