//! Connections that several profiles lose, or get back, and sessions that expire, in one round of polls: one sentence for
//! all of them.

use std::borrow::Cow;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::floor::event::{ConnectionLost, ConnectionRestored, Event, EventKind};
use crate::output::event_view::sentence;
use crate::output::formats;
use crate::output::text::profiles::{names, share};
use crate::report::{Part, Sentence};

/// The longest time between the first event and the last of one sentence. Profiles whose polls fail are polled again
/// after waits of different lengths, so their connections do not come back within one interval.
pub(crate) const LONGEST_ROUND: Duration = Duration::from_secs(30);

/// An event, or events of several profiles that are alike.
pub(crate) struct Folded<'a> {
    /// Of several events, the last moment and the outermost values.
    event: Cow<'a, Event>,
    first: Timestamp,
    profiles: Vec<&'a str>,
    /// How many profiles the watch follows.
    followed: usize,
}

/// Joins events of connections that were lost for the same reason, or restored, and of sessions that expired, in one
/// round. All other events stay as they are.
pub(crate) fn fold<'a>(events: impl IntoIterator<Item = &'a Event>, followed: usize) -> Vec<Folded<'a>> {
    let mut folded: Vec<Folded<'a>> = vec![];
    for event in events {
        let joined = can_join(&event.kind) && folded.iter_mut().rev().any(|earlier| earlier.join(event));
        if !joined {
            let profiles = event.profile.as_deref().into_iter().collect();
            folded.push(Folded { event: Cow::Borrowed(event), first: event.at, profiles, followed });
        }
    }
    folded
}

/// Whether events of this type of several profiles may be one sentence.
pub(crate) fn can_join(kind: &EventKind) -> bool {
    matches!(
        kind,
        EventKind::ConnectionLost(_) | EventKind::ConnectionRestored(_) | EventKind::SessionExpired(_)
    )
}

impl<'a> Folded<'a> {
    /// Whether the event is one of these now.
    fn join(&mut self, event: &'a Event) -> bool {
        if !can_join(&self.event.kind) {
            return false;
        }
        let Some(profile) = event.profile.as_deref() else { return false };
        let is_of_this_round = event.at.duration_since(self.first).unsigned_abs() <= LONGEST_ROUND;
        if !is_of_this_round || self.profiles.contains(&profile) {
            return false;
        }
        let kind = match (&self.event.kind, &event.kind) {
            (EventKind::ConnectionLost(own), EventKind::ConnectionLost(other))
                if own.message == other.message =>
            {
                let last_ok = own.last_ok.max(other.last_ok);
                EventKind::ConnectionLost(ConnectionLost { last_ok, ..own.clone() })
            }
            (EventKind::ConnectionRestored(own), EventKind::ConnectionRestored(other)) => {
                let down_seconds = own.down_seconds.max(other.down_seconds);
                EventKind::ConnectionRestored(ConnectionRestored { down_seconds, ..own.clone() })
            }
            (EventKind::SessionExpired(own), EventKind::SessionExpired(other))
                if own.message == other.message =>
            {
                EventKind::SessionExpired(own.clone())
            }
            _ => return false,
        };
        self.profiles.push(profile);
        let profile = Some(share(self.profiles.len(), self.followed));
        self.event = Cow::Owned(Event { at: self.event.at.max(event.at), server_time: None, profile, kind });
        true
    }

    /// The event, if it is one alone.
    pub(crate) fn single(&self) -> Option<&'a Event> {
        match &self.event {
            Cow::Borrowed(event) => Some(event),
            Cow::Owned(_) => None,
        }
    }

    /// When the last of them was noticed.
    pub(crate) fn at(&self) -> Timestamp {
        self.event.at
    }

    pub(crate) fn sentence(&self) -> Sentence {
        let mut sentence = sentence(&self.event);
        if (2..self.followed).contains(&self.profiles.len()) {
            sentence.parts.extend([Part::Words(": "), Part::Name(names(&self.profiles))]);
        }
        sentence
    }

    /// The sentence as text. Times are relative to the moment of the event, because the text may be read much later.
    pub(crate) fn words(&self, zone: &TimeZone, mask: bool) -> String {
        formats::sentence::words(&self.sentence(), self.event.at, zone, mask)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::event::SessionExpired;
    use crate::floor::samples::at;

    fn event(second: i64, profile: &str, kind: EventKind) -> Event {
        Event { at: at(second), server_time: None, profile: Some(profile.to_owned()), kind }
    }

    fn lost(second: i64, profile: &str, message: &str) -> Event {
        let (failure, message) = ("connect".to_owned(), message.to_owned());
        let last_ok = Some(at(second - 5));
        event(
            second,
            profile,
            EventKind::ConnectionLost(ConnectionLost { failure, code: None, message, last_ok }),
        )
    }

    fn restored(second: i64, profile: &str, down_seconds: i64) -> Event {
        let kind = EventKind::ConnectionRestored(ConnectionRestored { down_seconds, failures: 3 });
        event(second, profile, kind)
    }

    fn read(events: &[Event], followed: usize) -> Vec<String> {
        fold(events, followed).iter().map(|one| one.words(&TimeZone::UTC, false)).collect()
    }

    #[test]
    fn connections_that_are_lost_alike_are_one_sentence() {
        let all = ["asha", "bilal", "chitra"].map(|name| lost(60, name, "cannot connect to https://a"));
        assert_eq!(
            read(&all, 3),
            ["3 of 3 profiles: connection lost: cannot connect to https://a; last answer at 08:00"]
        );
        assert_eq!(
            read(&all, 14),
            ["3 of 14 profiles: connection lost: cannot connect to https://a; last answer at 08:00: asha, \
                 bilal, chitra"]
        );
        assert_eq!(
            read(&all[..1], 14),
            ["asha: connection lost: cannot connect to https://a; last answer at 08:00"]
        );
        let back: Vec<Event> = (0..14).map(|n| restored(90 + n, &format!("agent-{n:02}"), 30 + n)).collect();
        assert_eq!(read(&back, 14), ["14 of 14 profiles: connection restored after 43 s"]);
    }

    #[test]
    fn sessions_that_expire_alike_are_one_sentence() {
        let expired = |second, profile, message: &str| {
            let message = message.to_owned();
            event(second, profile, EventKind::SessionExpired(SessionExpired { code: Some(1044), message }))
        };
        let events = [
            expired(60, "asha", "it has expired"),
            expired(61, "bilal", "it is not valid"),
            expired(62, "chitra", "it has expired"),
        ];
        assert_eq!(
            read(&events, 14),
            [
                "2 of 14 profiles: session expired: it has expired: asha, chitra",
                "bilal: session expired: it is not valid"
            ]
        );
        assert_eq!(read(&events[1..2], 1), ["bilal: session expired: it is not valid"]);
    }

    #[test]
    fn each_cause_each_round_and_each_loss_of_one_profile_has_its_own_sentence() {
        let events = [
            lost(60, "asha", "no address"),
            lost(61, "bilal", "cannot connect"),
            lost(62, "chitra", "no address"),
            restored(70, "asha", 10),
            lost(75, "asha", "no address"),
            lost(100, "divya", "no address"),
            restored(110, "bilal", 49),
        ];
        let starts: Vec<String> =
            read(&events, 4).iter().map(|it| it.split(';').next().unwrap().to_owned()).collect();
        assert_eq!(
            starts,
            [
                "2 of 4 profiles: connection lost: no address",
                "bilal: connection lost: cannot connect",
                "asha: connection restored after 10 s",
                "2 of 4 profiles: connection lost: no address",
                "bilal: connection restored after 49 s",
            ]
        );
    }

    #[test]
    fn other_events_stay_as_they_are() {
        let events = crate::floor::samples::every_event();
        let alone: Vec<String> =
            events.iter().map(|event| super::super::words(event, &TimeZone::UTC, false)).collect();
        assert_eq!(read(&events, 14), alone);
    }
}
