//! What readers make of the journal: the stdout of a watch, a script with `tags --new`, and a list with `tags --since`.

use std::collections::HashMap;

use crate::floor::event::{Event, EventKind};
use crate::floor::identity::hidden::NothingHidden;
use crate::floor::timeline::tags::tags;
use crate::watch::checker::day::Floor;
use crate::watch::checker::poller::state_of;
use crate::watch::checker::verdict::Verdict;

/// The lines that one watch after the other wrote, as numbers of events.
#[derive(Default)]
pub(super) struct Stdout {
    /// The next event that it is to get.
    pub(super) next: i64,
    /// Whether the last watch was killed: then its last round may come again.
    pub(super) may_repeat: bool,
    /// Whether it was ended by a signal while an answer was on its way: the next one goes on where it has ended.
    pub(super) was_cut: bool,
}

impl Stdout {
    pub(super) fn print(&mut self, seq: i64, verdict: &mut Verdict) {
        verdict.counts.printed += 1;
        if seq == self.next {
            self.next += 1;
        } else if seq > self.next {
            verdict.note(|| format!("stdout got {seq} and not {}", self.next));
            verdict.counts.lost += 1;
            self.next = seq + 1;
        } else if self.may_repeat {
            verdict.counts.printed_again += 1;
        } else {
            verdict.note(|| format!("stdout got {seq} again before {}", self.next));
            verdict.counts.duplicated += 1;
        }
    }
}

/// A script that is run now and then, and is killed now and then before its cursor has moved.
#[derive(Default)]
pub(super) struct Script {
    /// Up to this event the journal notes that it has had them.
    pub(super) cursor: i64,
    /// What it has printed: the numbers of the events.
    had: i64,
}

impl Script {
    /// Prints what it has not had of these events, and is perhaps killed then.
    pub(super) fn run<'e>(
        &mut self,
        floor: &Floor,
        events: impl Iterator<Item = (i64, &'e Event)>,
        is_killed: bool,
        verdict: &mut Verdict,
    ) {
        let unread: Vec<(i64, &Event)> = events.filter(|(seq, _)| *seq > self.cursor).collect();
        let Some((last, _)) = unread.last() else { return };
        if unread.first().is_some_and(|(first, _)| *first > self.had + 1) {
            verdict.note(|| format!("a script missed what comes after {}", self.had));
            verdict.counts.lost += 1;
        }
        let slice: Vec<&Event> = unread.iter().map(|(_, event)| *event).collect();
        verdict.counts.script_had += check_list(floor, &slice, verdict);
        self.had = *last;
        if is_killed {
            verdict.counts.script_killed += 1;
        } else {
            self.cursor = *last;
        }
    }
}

/// A list holds each notification that has an id once, in the state that was reported last, and of each without one as many
/// as were new. Returns how many are in it.
pub(super) fn check_list(floor: &Floor, events: &[&Event], verdict: &mut Verdict) -> usize {
    let mut latest: HashMap<usize, usize> = HashMap::new();
    let mut nameless: HashMap<usize, i64> = HashMap::new();
    for event in events {
        let EventKind::Tag(reported) = &event.kind else { continue };
        let state = state_of(floor, &reported.tag);
        let item = floor.states[state].number;
        if reported.tag.id.is_some() {
            latest.insert(item, state);
        } else if reported.changed {
            nameless.entry(item).or_default();
        } else {
            *nameless.entry(item).or_default() += 1;
        }
    }
    // Of those of which a list holds changes alone, one is in it.
    for count in nameless.values_mut() {
        *count = (*count).max(1);
    }
    let listed = tags(events.iter().copied(), &NothingHidden);
    for one in &listed {
        let state = state_of(floor, one.tag);
        let item = floor.states[state].number;
        let is_right = if one.tag.id.is_some() {
            latest.remove(&item) == Some(state)
        } else {
            nameless.get_mut(&item).is_some_and(|count| {
                *count -= 1;
                *count >= 0
            })
        };
        if !is_right {
            verdict.note(|| format!("a list holds {item} in {state} again, or not in its last state"));
            verdict.counts.duplicated += 1;
        }
    }
    let missing = latest.len() + nameless.values().filter(|count| **count > 0).count();
    if missing > 0 {
        verdict.note(|| format!("a list lacks {missing}: {latest:?} {nameless:?}"));
        verdict.counts.lost += missing;
    }
    listed.len()
}
