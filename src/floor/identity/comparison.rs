//! One pass over an answer: which of its notifications are known.

use std::borrow::Cow;
use std::collections::HashMap;
use std::time::Duration;

use crate::floor::answer::Tag;
use crate::floor::identity::content::{Content, Written};
use crate::floor::identity::fingerprint;
use crate::floor::identity::fingerprint::Fingerprint;
use crate::floor::identity::known::{Fields, Known};

/// A notification that was not reported yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct News {
    /// Its place in the answer.
    pub(crate) place: usize,
    /// Whether it was reported before with other content.
    pub(crate) changed: bool,
    /// How many twins of it were reported before: those without id whose time, kind, call and message are the same.
    pub(crate) twin: u32,
}

impl News {
    fn new(place: usize, changed: bool) -> Self {
        Self { place, changed, twin: 0 }
    }
}

/// A notification of an answer.
#[derive(Debug)]
pub(super) struct Present {
    pub(super) identity: Fingerprint,
    /// Which one of those that share the identity it is.
    pub(super) number: usize,
    /// What is known of it now, if that is more than before.
    pub(super) state: Option<Known>,
}

/// An answer that is being compared.
pub(super) struct AnswerDiff<'a> {
    tags: &'a [Tag],
    attended: Duration,
    pub(super) fields: Cow<'a, Fields>,
    pub(super) news: Vec<News>,
    pub(super) repeated: usize,
    pub(super) present: Vec<Present>,
}

impl<'a> AnswerDiff<'a> {
    pub(super) fn new(tags: &'a [Tag], attended: Duration, fields: &'a Fields) -> Self {
        Self {
            tags,
            attended,
            fields: Cow::Borrowed(fields),
            news: Vec::new(),
            repeated: 0,
            present: Vec::with_capacity(tags.len()),
        }
    }

    /// The places in the answer of those that share an identity, always in the same order.
    pub(super) fn groups(tags: &[Tag]) -> Vec<(Fingerprint, Vec<usize>)> {
        let mut groups: Vec<(Fingerprint, Vec<usize>)> = Vec::with_capacity(tags.len());
        let mut numbers = HashMap::with_capacity(tags.len());
        for (place, tag) in tags.iter().enumerate() {
            let identity = fingerprint::of_notification(tag);
            let number = *numbers.entry(identity).or_insert(groups.len());
            match groups.get_mut(number) {
                Some((_, places)) => places.push(place),
                None => groups.push((identity, vec![place])),
            }
        }
        groups
    }

    /// Compares those at `places`, which share an identity, with those that are `known` by it.
    pub(super) fn compare(&mut self, identity: Fingerprint, known: &[Known], places: &[usize]) {
        let has_id = places.first().is_some_and(|place| self.tags[*place].id.is_some());
        match (known, places) {
            ([known], [place]) if has_id => self.follow(identity, 0, known, *place),
            _ if has_id => self.compare_doubles(identity, known.first(), places),
            _ => self.compare_without_id(identity, known, places),
        }
    }

    /// One id that stands in the answer more than once. Each state is reported, and nothing is learned from them about
    /// what changes over time.
    fn compare_doubles(&mut self, identity: Fingerprint, known: Option<&Known>, places: &[usize]) {
        let mut state = known.cloned();
        for place in places {
            let tag = &self.tags[*place];
            match &mut state {
                None => {
                    self.news.push(News::new(*place, false));
                    state = Some(Known::new(tag, self.attended));
                }
                Some(state) => {
                    state.last = self.attended;
                    if state.take(tag, &self.fields) {
                        self.news.push(News::new(*place, true));
                    } else {
                        // What is equal to another of the same answer was not there before.
                        let was_known = known.is_some_and(|known| !known.clone().take(tag, &self.fields));
                        self.repeated += usize::from(was_known);
                    }
                }
            }
        }
        self.present.push(Present { identity, number: 0, state });
    }

    /// Notifications without id that are about the same: first those that are as they were, then those that changed.
    /// There are as many as one answer ever held.
    fn compare_without_id(&mut self, identity: Fingerprint, known: &[Known], places: &[usize]) {
        let mut is_free = vec![true; known.len()];
        let mut by_text: HashMap<&str, Vec<usize>> = HashMap::new();
        for (number, known) in known.iter().enumerate().rev() {
            by_text.entry(known.text()).or_default().push(number);
        }
        let mut left = Vec::new();
        for place in places {
            match by_text.get_mut(self.tags[*place].fields.get()).and_then(Vec::pop) {
                Some(number) => {
                    is_free[number] = false;
                    self.follow(identity, number, &known[number], *place);
                }
                None => left.push(*place),
            }
        }
        if left.is_empty() {
            return;
        }
        // Their meaning is worked out only where a text is new.
        let mut by_content: HashMap<Content, Vec<usize>> = HashMap::new();
        for number in (0..known.len()).rev().filter(|number| is_free[*number]) {
            for content in known[number].contents(&self.fields) {
                by_content.entry(content).or_default().push(number);
            }
        }
        left.retain(|place| {
            let content = Written::of(&self.tags[*place]).content(&self.fields.volatile);
            let numbers = by_content.get_mut(&content);
            let number =
                numbers.and_then(|numbers| std::iter::from_fn(|| numbers.pop()).find(|it| is_free[*it]));
            let Some(number) = number else { return true };
            is_free[number] = false;
            self.follow(identity, number, &known[number], *place);
            false
        });
        let mut others = (0..known.len()).filter(|number| is_free[*number]);
        let mut next_number = known.len();
        for place in left {
            // What names no moment may well be another one that is about the same.
            let changed = others.next().filter(|_| self.tags[place].time.is_some());
            if let Some(number) = changed {
                self.follow(identity, number, &known[number], place);
                continue;
            }
            self.news.push(News::new(place, false));
            let state = Some(Known::new(&self.tags[place], self.attended));
            self.present.push(Present { identity, number: next_number, state });
            next_number += 1;
        }
    }

    /// A known notification at the next poll.
    fn follow(&mut self, identity: Fingerprint, number: usize, known: &Known, place: usize) {
        let tag = &self.tags[place];
        if known.is_written_like(tag) {
            self.repeated += 1;
            return self.present.push(Present { identity, number, state: known.at_rest(self.attended) });
        }
        let mut state = known.clone();
        state.last = self.attended;
        if state.follow(tag, &mut self.fields) {
            self.news.push(News::new(place, true));
        } else {
            self.repeated += 1;
        }
        self.present.push(Present { identity, number, state: Some(state) });
    }
}
