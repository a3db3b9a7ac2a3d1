//! One notification that was reported, and how its fields change: which changes are news, and which come by themselves.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::time::Duration;

use crate::floor::answer::Tag;
use crate::floor::identity::content::{Content, Written};
use crate::floor::identity::fingerprint;
use crate::floor::identity::fingerprint::Fingerprint;

/// So many states of one notification are kept.
const STATES: usize = 16;

/// So many of one that has them from others that are about the same.
const SHARED_STATES: usize = 64;

/// So often changes of one field of one notification are reported: with the notification itself, three times.
const REPORTED_CHANGES: u8 = 2;

/// A field that takes a new value at so many polls in a row counts by itself.
const RESTLESS_POLLS: u8 = 3;

/// A field counts by itself as well if it went on after its reported changes in so many notifications. It takes more
/// than one, for what happens to one notification may happen four times.
const RESTLESS_NOTIFICATIONS: u8 = 2;

/// So many fields of a notification, and so many of a profile, are followed.
const FIELDS: usize = 256;

/// What the answers of a profile have shown of the fields of its notifications.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields {
    /// Those that change although nothing happens: they are not compared.
    pub(super) volatile: HashSet<Fingerprint>,
    /// In how many notifications they went on changing.
    restless: HashMap<Fingerprint, u8>,
}

/// A notification that was reported.
#[derive(Clone, Debug)]
pub(super) struct Known {
    /// What was reported of it, oldest first.
    reported: Vec<Written>,
    /// As the last answer that held it wrote it.
    latest: Written,
    /// The fields that have changed.
    changed: HashMap<Fingerprint, FieldChanges>,
    /// The attended time of its last appearance.
    pub(super) last: Duration,
    /// What it has in common with its twins; only if it has no id.
    pub(super) twins: Option<Fingerprint>,
}

#[derive(Clone, Copy, Debug, Default)]
struct FieldChanges {
    in_a_row: u8,
    reported: u8,
    goes_on: bool,
}

impl Known {
    pub(super) fn new(tag: &Tag, attended: Duration) -> Self {
        let written = Written::of(tag);
        Self {
            reported: vec![written.clone()],
            latest: written,
            changed: HashMap::new(),
            last: attended,
            twins: fingerprint::of_twins(tag),
        }
    }

    /// Roughly, in bytes.
    pub(super) fn size(&self) -> usize {
        /// Of the maps, and of each field that has changed.
        const EACH: usize = 64;
        let reported = self.reported.iter().map(Written::size).sum::<usize>();
        let is_shared = self.reported.last() == Some(&self.latest);
        let latest = if is_shared { 0 } else { self.latest.size() };
        EACH + reported + latest + EACH * self.changed.len()
    }

    /// The fields of the last answer as they were written.
    pub(super) fn text(&self) -> &str {
        self.latest.text()
    }

    pub(super) fn is_written_like(&self, tag: &Tag) -> bool {
        self.latest.is_written_alike(tag)
    }

    /// Every content by which it is known.
    pub(super) fn contents(&self, fields: &Fields) -> HashSet<Content> {
        self.reported.iter().chain([&self.latest]).map(|written| written.content(&fields.volatile)).collect()
    }

    /// The same after a poll that changed nothing, if that makes a difference.
    pub(super) fn at_rest(&self, attended: Duration) -> Option<Self> {
        if self.changed.values().all(|field| field.in_a_row == 0) {
            return None;
        }
        let mut rested = Self { last: attended, ..self.clone() };
        rested.end_rows();
        Some(rested)
    }

    fn end_rows(&mut self) {
        self.changed.values_mut().for_each(|field| field.in_a_row = 0);
    }

    /// Takes another state, without learning from it. Whether it is news.
    pub(super) fn take(&mut self, tag: &Tag, fields: &Fields) -> bool {
        let written = Written::of(tag);
        let content = written.content(&fields.volatile);
        if self.contents(fields).contains(&content) {
            return false;
        }
        self.keep(written);
        true
    }

    /// Takes a state that another memory has reported. Whether the field goes on changing, it does not show.
    pub(super) fn learn(&mut self, tag: &Tag, fields: &Fields) {
        let written = Written::of(tag);
        let content = written.content(&fields.volatile);
        let reported: Vec<Content> = self.reported.iter().map(|it| it.content(&fields.volatile)).collect();
        if reported.contains(&content) {
            self.latest = written;
            return;
        }
        for path in self.latest.content(&fields.volatile).changes(&content) {
            let is_new = !reported.iter().any(|before| before.agrees(&content, path));
            if is_new && (self.changed.len() < FIELDS || self.changed.contains_key(&path)) {
                let field = self.changed.entry(path).or_default();
                field.reported = field.reported.saturating_add(1);
            }
        }
        self.keep(written);
    }

    /// Takes the states of another one that may be this one.
    pub(super) fn share(&mut self, other: &Self, fields: &Fields) {
        // Hundreds may share their states with each other, and to make contents takes longest.
        let mut contents: Option<HashSet<Content>> = None;
        for written in &other.reported {
            if self.reported.len() >= SHARED_STATES {
                return;
            }
            if self.reported.contains(written) {
                continue;
            }
            let contents = contents.get_or_insert_with(|| self.contents(fields));
            if contents.insert(written.content(&fields.volatile)) {
                self.reported.insert(0, written.clone());
            }
        }
    }

    /// Takes the state of the next poll, and learns from it which fields change by themselves. Whether it is news.
    pub(super) fn follow(&mut self, tag: &Tag, fields: &mut Cow<'_, Fields>) -> bool {
        let written = Written::of(tag);
        let content = written.content(&fields.volatile);
        let moved = self.latest.content(&fields.volatile).changes(&content);
        if moved.is_empty() {
            self.latest = written;
            self.end_rows();
            return false;
        }
        let reported: Vec<Content> = self.reported.iter().map(|it| it.content(&fields.volatile)).collect();
        // A value that was there before shows that two servers take turns, and not that anything goes on.
        let is_new = |path: &Fingerprint| !reported.iter().any(|before| before.agrees(&content, *path));
        let new: Vec<Fingerprint> = moved.into_iter().filter(is_new).collect();
        for (path, field) in &mut self.changed {
            field.in_a_row = if new.contains(path) { field.in_a_row } else { 0 };
        }
        for path in &new {
            self.count(*path, fields);
        }
        let is_compared = |path: &Fingerprint| !fields.volatile.contains(path) && !self.is_used_up(path);
        let is_known = reported.iter().any(|before| !before.changes(&content).iter().any(is_compared));
        if is_known {
            self.latest = written;
            return false;
        }
        for path in new {
            if let Some(field) = self.changed.get_mut(&path) {
                field.reported = field.reported.saturating_add(1);
            }
        }
        self.keep(written);
        true
    }

    /// Counts that a field has taken a new value.
    fn count(&mut self, path: Fingerprint, fields: &mut Cow<'_, Fields>) {
        if self.changed.len() >= FIELDS && !self.changed.contains_key(&path) {
            return;
        }
        let field = self.changed.entry(path).or_default();
        field.in_a_row = field.in_a_row.saturating_add(1);
        let mut is_volatile = field.in_a_row >= RESTLESS_POLLS;
        if field.reported >= REPORTED_CHANGES && !field.goes_on && fields.restless.len() < FIELDS {
            field.goes_on = true;
            let notifications = fields.to_mut().restless.entry(path).or_default();
            *notifications = notifications.saturating_add(1);
            is_volatile |= *notifications >= RESTLESS_NOTIFICATIONS;
        }
        if is_volatile && fields.volatile.len() < FIELDS {
            fields.to_mut().volatile.insert(path);
        }
    }

    fn is_used_up(&self, path: &Fingerprint) -> bool {
        self.changed.get(path).is_some_and(|field| field.reported >= REPORTED_CHANGES)
    }

    fn keep(&mut self, written: Written) {
        self.reported.push(written.clone());
        if self.reported.len() > STATES {
            self.reported.remove(0);
        }
        self.latest = written;
    }
}
