//! The notifications that were recorded, each once.

use foldhash::HashMap;
use foldhash::fast::RandomState;
use jiff::Timestamp;

use crate::floor::answer::Tag;
use crate::floor::event::{Event, EventKind};
use crate::floor::identity::fingerprint::Sameness;

/// A notification as the last answer that changed it had it.
#[derive(Clone, Debug, PartialEq)]
pub struct LatestTag<'e> {
    pub tag: &'e Tag,
    /// Which of the events it is from.
    pub place: usize,
    /// When it was noticed first.
    pub noticed: Timestamp,
    /// Whether it has changed since.
    pub changed: bool,
}

/// The latest state of each notification of one agent whose events these are, in the order in which they were noticed.
#[must_use]
pub fn tags<'e>(events: impl IntoIterator<Item = &'e Event>) -> Vec<LatestTag<'e>> {
    tags_by(events.into_iter().map(|event| (0, event)))
}

/// The notifications among events, each once in its latest state.
#[must_use]
pub fn into_latest(events: Vec<Event>) -> Vec<Tag> {
    let places: Vec<usize> = tags(&events).into_iter().map(|latest| latest.place).collect();
    let mut kinds: Vec<_> = events.into_iter().map(|event| Some(event.kind)).collect();
    let tag = |place: usize| match kinds[place].take()? {
        EventKind::Tag(reported) => Some(reported.tag),
        _ => None,
    };
    places.into_iter().filter_map(tag).collect()
}

/// The same of events that several profiles have had, each with the number of its profile. What two of them had is one.
#[must_use]
pub fn tags_by<'e>(events: impl IntoIterator<Item = (usize, &'e Event)>) -> Vec<LatestTag<'e>> {
    let events = events.into_iter();
    let mut latest: Vec<LatestTag<'_>> = Vec::new();
    let mut known: HashMap<Sameness<'_>, Vec<usize>> =
        HashMap::with_capacity_and_hasher(events.size_hint().0, RandomState::default());
    // How many without id that are about the same each profile has had.
    let mut had: HashMap<(usize, Sameness<'_>), usize> = HashMap::default();
    for (place, (by, event)) in events.enumerate() {
        let EventKind::Tag(reported) = &event.kind else { continue };
        let (tag, is_change) = (&reported.tag, reported.changed);
        let sameness = Sameness::of(tag);
        let equals = known.entry(sameness).or_default();
        let same = if tag.id.is_some() {
            equals.first()
        } else {
            // Which of several that are about the same has changed, nothing says; how many there are must not change.
            let had = had.entry((by, sameness)).or_default();
            let same = if is_change {
                equals.iter().find(|nth| !latest[**nth].changed).or(equals.first())
            } else {
                equals.get(*had)
            };
            *had += usize::from(!is_change || same.is_none());
            same
        };
        if let Some(same) = same {
            let known = &mut latest[*same];
            *known = LatestTag { tag, place, changed: known.changed || is_change, ..*known };
        } else {
            equals.push(latest.len());
            latest.push(LatestTag { tag, place, noticed: event.at, changed: is_change });
        }
    }
    latest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::event::ReportedTag;
    use crate::floor::samples::{at, nameless, raw, tag};

    #[test]
    fn each_notification_is_there_once_as_it_was_last() {
        let event = |second, tag: Tag, changed| {
            let kind = EventKind::Tag(Box::new(ReportedTag { tag, initial: false, changed }));
            Event { at: at(second), server_time: None, profile: Some("asha".into()), kind }
        };
        let says = |tag: Tag, json: &str| Tag { fields: raw(json), ..tag };
        let twin = |json: &str| says(Tag { time: Some(at(3)), ..nameless("{}") }, json);
        let events = [
            event(1, says(tag("a1"), "1"), false),
            event(2, twin("1"), false),
            event(3, twin("2"), false),
            event(4, says(tag("a1"), "2"), true),
            event(5, twin("3"), true),
            event(6, twin("4"), true),
            event(7, twin("5"), true),
            // Of this one the beginning is not among the events.
            event(8, says(tag("b1"), "9"), true),
            // One that was forgotten meanwhile is no other.
            event(9, says(tag("a1"), "3"), false),
        ];
        let second = |moment: Timestamp| moment.duration_since(at(0)).as_secs();
        let latest = tags(&events);
        let row = |latest: &'_ LatestTag<'_>| (second(latest.noticed), latest.changed);
        assert_eq!(latest.iter().map(row).collect::<Vec<_>>(), [(1, true), (2, true), (3, true), (8, true)]);
        let fields: Vec<&str> = latest.iter().map(|latest| latest.tag.fields.get()).collect();
        assert_eq!(fields, ["3", "5", "4", "9"]);
        assert_eq!(latest.iter().map(|latest| latest.place).collect::<Vec<_>>(), [8, 6, 5, 7]);
    }
}
