//! The notifications that were recorded, each once.

use foldhash::HashMap;
use foldhash::fast::RandomState;
use jiff::Timestamp;

use crate::floor::answer::Tag;
use crate::floor::event::{Event, EventKind, ReportedTag};
use crate::floor::identity::fingerprint::Sameness;
use crate::floor::identity::hidden::Hiding;
use crate::words::HIDDEN_DIGIT;

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

/// The latest state of each notification of one agent whose events these are, in the order in which they were noticed. `hiding`
/// is what the journal that has them leaves out.
#[must_use]
pub fn tags<'e>(events: impl IntoIterator<Item = &'e Event>, hiding: &dyn Hiding) -> Vec<LatestTag<'e>> {
    tags_by(events.into_iter().map(|event| (0, event)), hiding)
}

/// The notifications among events, each once in its latest state.
#[must_use]
pub fn into_latest(events: Vec<Event>, hiding: &dyn Hiding) -> Vec<Tag> {
    let places: Vec<usize> = tags(&events, hiding).into_iter().map(|latest| latest.place).collect();
    let mut kinds: Vec<_> = events.into_iter().map(|event| Some(event.kind)).collect();
    let tag = |place: usize| match kinds[place].take()? {
        EventKind::Tag(reported) => Some(reported.tag),
        _ => None,
    };
    places.into_iter().filter_map(tag).collect()
}

/// The same of events that several profiles have had, each with the number of its profile. What two of them had is one.
#[must_use]
pub fn tags_by<'e>(
    events: impl IntoIterator<Item = (usize, &'e Event)>,
    hiding: &dyn Hiding,
) -> Vec<LatestTag<'e>> {
    let events = events.into_iter();
    let mut all = Notifications::new(hiding, events.size_hint().0);
    for (place, (by, event)) in events.enumerate() {
        if let EventKind::Tag(reported) = &event.kind {
            all.take(place, by, event.at, reported);
        }
    }
    all.latest
}

struct Notifications<'e, 'h> {
    hiding: &'h dyn Hiding,
    latest: Vec<LatestTag<'e>>,
    /// Nearly all have one, and no two the same.
    by_id: HashMap<&'e str, usize>,
    /// Those without, or with one that is hidden in part: all that are about the same.
    equals: HashMap<Sameness<'e>, Vec<usize>>,
    /// How many of these each profile has had.
    had: HashMap<(usize, Sameness<'e>), usize>,
    has_hidden_ids: bool,
}

impl<'e, 'h> Notifications<'e, 'h> {
    fn new(hiding: &'h dyn Hiding, most: usize) -> Self {
        Self {
            hiding,
            latest: Vec::with_capacity(most),
            by_id: HashMap::with_capacity_and_hasher(most, RandomState::default()),
            equals: HashMap::default(),
            had: HashMap::default(),
            has_hidden_ids: false,
        }
    }

    /// Takes the event at `place`, which the profile `by` has had.
    fn take(&mut self, place: usize, by: usize, noticed: Timestamp, reported: &'e ReportedTag) {
        let ReportedTag { tag, changed: is_change, .. } = reported;
        let known = match &tag.id {
            Some(id) if !id.contains(HIDDEN_DIGIT) => self.with_id(id, tag, *is_change),
            id => {
                self.has_hidden_ids |= id.is_some();
                self.among_equals(tag, by, *is_change)
            }
        };
        match known.and_then(|number| self.latest.get_mut(number)) {
            Some(known) => {
                *known = LatestTag { tag, place, changed: known.changed || *is_change, ..*known };
            }
            None => self.latest.push(LatestTag { tag, place, noticed, changed: *is_change }),
        }
    }

    fn with_id(&mut self, id: &'e str, tag: &Tag, is_change: bool) -> Option<usize> {
        let known = self.by_id.get(id).copied();
        let known = known.or_else(|| if is_change && self.has_hidden_ids { self.hidden(tag) } else { None });
        self.by_id.insert(id, known.unwrap_or(self.latest.len()));
        known
    }

    fn among_equals(&mut self, tag: &'e Tag, by: usize, is_change: bool) -> Option<usize> {
        let sameness = Sameness::of(tag);
        let had = self.had.get(&(by, sameness)).copied().unwrap_or_default();
        let equals = self.equals.get(&sameness).map_or(&[][..], Vec::as_slice);
        let (known, is_new_here) = if is_change {
            let known = self.changing(equals);
            (known.or_else(|| self.hidden(tag)), known.is_none())
        } else {
            (equals.get(had).copied(), had >= equals.len())
        };
        if is_new_here {
            self.equals.entry(sameness).or_default().push(known.unwrap_or(self.latest.len()));
        }
        if is_new_here || !is_change {
            self.had.insert((by, sameness), had + 1);
        }
        known
    }

    /// Which of several that are about the same has changed, nothing says; how many there are must not change.
    fn changing(&self, equals: &[usize]) -> Option<usize> {
        equals.iter().find(|nth| !self.latest[**nth].changed).or(equals.first()).copied()
    }

    /// The one that is hidden in part and has changed to this state, which is whole.
    fn hidden(&self, tag: &Tag) -> Option<usize> {
        if self.equals.is_empty() {
            return None;
        }
        let form = self.hiding.hidden(tag);
        let equals = self.equals.get(&Sameness::of(&form))?.iter().copied();
        // Of different ids the same may be left.
        self.changing(&equals.filter(|nth| self.latest[*nth].tag.time == tag.time).collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests {
    use compact_str::CompactString;

    use super::*;
    use crate::floor::identity::hidden::NothingHidden;
    use crate::floor::samples::{at, nameless, raw, tag};

    fn event(second: i64, tag: Tag, changed: bool) -> Event {
        let kind = EventKind::Tag(Box::new(ReportedTag { tag, initial: false, changed }));
        Event { at: at(second), server_time: None, profile: Some("asha".into()), kind }
    }

    #[test]
    fn each_notification_is_there_once_as_it_was_last() {
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
        let latest = tags(&events, &NothingHidden);
        let row = |latest: &'_ LatestTag<'_>| (second(latest.noticed), latest.changed);
        assert_eq!(latest.iter().map(row).collect::<Vec<_>>(), [(1, true), (2, true), (3, true), (8, true)]);
        let fields: Vec<&str> = latest.iter().map(|latest| latest.tag.fields.get()).collect();
        assert_eq!(fields, ["3", "5", "4", "9"]);
        assert_eq!(latest.iter().map(|latest| latest.place).collect::<Vec<_>>(), [8, 6, 5, 7]);
    }

    /// Hides all that is 98.
    #[derive(Debug)]
    struct NinetyEight;

    impl Hiding for NinetyEight {
        fn hidden(&self, tag: &Tag) -> Tag {
            let hidden =
                |text: &Option<CompactString>| text.as_deref().map(|text| text.replace("98", "••").into());
            Tag { id: hidden(&tag.id), message: hidden(&tag.message), ..tag.clone() }
        }

        fn is_hidden(&self, _: &Tag) -> bool {
            true
        }
    }

    #[test]
    fn what_changes_after_a_part_of_it_was_hidden_is_there_once() {
        let says = |number: &str, json: &str| Tag {
            time: Some(at(3)),
            message: Some(format!("call from {number}").into()),
            ..nameless(json)
        };
        let with_id =
            |id: &str, second, json: &str| Tag { fields: raw(json), time: Some(at(second)), ..tag(id) };
        let events: Vec<Event> = [
            (says("••1", "1"), false),
            (says("••1", "2"), false),
            (with_id("••-1", 4, "3"), false),
            (with_id("••-1", 5, "4"), false),
            (says("981", "5"), true),
            (with_id("98-1", 5, "6"), true),
            (says("981", "7"), true),
            (with_id("98-1", 5, "8"), true),
            (says("981", "9"), false),
            // These were never hidden.
            (with_id("98-2", 6, "10"), false),
            (with_id("98-2", 6, "11"), true),
        ]
        .into_iter()
        .map(|(tag, changed)| event(1, tag, changed))
        .collect();
        let fields = |latest: &LatestTag<'_>| latest.tag.fields.get().to_owned();
        let listed: Vec<String> = tags(&events, &NinetyEight).iter().map(fields).collect();
        assert_eq!(listed, ["7", "2", "3", "8", "9", "11"]);
    }
}
