//! Notices a kind that an option names and no tag has: it may be misspelt, and a bell that waits for it stays silent for
//! a whole shift.

use crate::floor::event::{Event, EventKind};
use crate::floor::kind::{KindsSeen, WantedKind};

/// It notes each once: when everybody has answered, because the first answers hold the tags of the last hour, or else at
/// the end, for a server that had none then.
#[derive(Debug)]
pub(super) struct KindCheck {
    /// What each option names.
    wanted: Vec<Vec<WantedKind>>,
    seen: KindsSeen,
    everybody_has_answered: bool,
}

impl KindCheck {
    pub(super) fn new(options: impl IntoIterator<Item = Vec<WantedKind>>) -> Self {
        let mut wanted: Vec<Vec<WantedKind>> = vec![];
        for kinds in options {
            if !kinds.is_empty() && !wanted.contains(&kinds) {
                wanted.push(kinds);
            }
        }
        Self { wanted, seen: KindsSeen::default(), everybody_has_answered: false }
    }

    /// Counts the tags among the events, also those that are not reported.
    pub(super) fn add(&mut self, events: &[Event]) {
        if self.wanted.is_empty() {
            return;
        }
        for event in events {
            if let EventKind::Tag(reported) = &event.kind {
                self.seen.add(&reported.tag);
            }
        }
    }

    /// The notes once everybody has answered.
    pub(super) fn first_notes(&mut self) -> Vec<String> {
        if std::mem::replace(&mut self.everybody_has_answered, true) {
            return vec![];
        }
        self.notes("so far, no tag has kind")
    }

    /// The notes at the end, about what was not noted before.
    pub(super) fn last_notes(&mut self) -> Vec<String> {
        self.notes("no tag had kind")
    }

    fn notes(&mut self, beginning: &str) -> Vec<String> {
        let (seen, mut notes) = (&self.seen, vec![]);
        self.wanted.retain(|wanted| {
            let note = seen.note(beginning, wanted);
            let is_open = note.is_none();
            notes.extend(note);
            is_open
        });
        notes
    }
}
