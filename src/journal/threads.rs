//! Reading for many agents at once.

use std::panic::resume_unwind;
use std::thread;

use super::connection::{another, is_alone};
use super::{Journal, JournalError, Settings};

impl Journal {
    /// What `work` makes of each of `all`, in their order. Up to `threads` take part, each with a connection of its own, where
    /// the file can be opened more than once.
    pub(crate) fn spread<T: Send, R: Send>(
        &self,
        mut all: Vec<T>,
        threads: usize,
        work: impl Fn(&Self, T) -> Result<R, JournalError> + Sync,
    ) -> Result<Vec<R>, JournalError> {
        let others: Vec<Self> = (1..threads).map_while(|_| self.reader()).collect();
        let share = all.len().div_ceil(others.len() + 1);
        let part = |all: Vec<T>, journal: &Self| -> Result<Vec<R>, JournalError> {
            all.into_iter().map(|one| work(journal, one)).collect()
        };
        let part = &part;
        thread::scope(|scope| {
            let start = |journal: Self| {
                let own = all.split_off(all.len().saturating_sub(share));
                scope.spawn(move || (part(own, &journal), journal.has_unreadable()))
            };
            let others: Vec<_> = others.into_iter().map(start).collect();
            let mut done = part(all, self)?;
            for other in others.into_iter().rev() {
                let (theirs, has_unreadable) = other.join().unwrap_or_else(|panic| resume_unwind(panic));
                if has_unreadable {
                    self.note_unreadable();
                }
                done.extend(theirs?);
            }
            Ok(done)
        })
    }

    /// The same file on another connection; `None` where it cannot be opened again.
    fn reader(&self) -> Option<Self> {
        let place = self.place.as_ref()?;
        if is_alone(&self.connection).unwrap_or(true) {
            return None;
        }
        let connection = another(place.path()).ok()?;
        let settings = Settings { redactor: self.redactor.clone(), numbers: self.numbers };
        let reader = Self::of(connection, Some(place.clone()), settings).ok()?;
        // Else it is the file that another process has begun in the place of this one.
        (!self.has_moved()).then_some(reader)
    }
}
