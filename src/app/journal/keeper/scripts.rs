//! How far the scripts of `tags --new` have got with the journal.

use std::cell::Cell;
use std::ops::ControlFlow;

use jiff::Timestamp;

use crate::app::journal::keeper::{Keeper, as_past};
use crate::app::journal::note_unreadable;
use crate::failure::Failure;
use crate::floor::event::Event;
use crate::floor::poll_result::PollResult;
use crate::journal::{Claim, EventQuery, JournalError, with_margin};

/// How far a script gets with an answer, and how far it had got before.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reach {
    /// The last event of the answer.
    pub(crate) last: i64,
    /// When it had an answer the last time.
    pub(crate) had_until: Option<Timestamp>,
}

impl Keeper<'_> {
    /// Takes the turn with a script, without which nobody may ask what it has not had yet.
    ///
    /// # Errors
    /// If nothing can be made beside the journal.
    pub(crate) fn claim_turn(&self, script: &str) -> Result<Claim, JournalError> {
        self.journal().claim_turn(script)
    }

    /// What the script has not had yet of an agent: at the first time, what belongs to a window that begins at `since`. The
    /// `answer` was recorded; if the file that has it proves to be damaged, it is recorded in the next one.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub(crate) fn unread(
        &self,
        script: &str,
        profile: &str,
        since: Timestamp,
        answer: Option<&PollResult>,
    ) -> Result<(Vec<Event>, Reach), JournalError> {
        let is_another_file = Cell::new(false);
        self.in_a_whole_file(|| {
            if is_another_file.replace(true)
                && let Some(answer) = answer.filter(|_| self.records(profile))
            {
                self.write(&[as_past(answer.clone())])?;
            }
            self.unread_in_this_file(script, profile, since)
        })
    }

    fn unread_in_this_file(
        &self,
        script: &str,
        profile: &str,
        since: Timestamp,
    ) -> Result<(Vec<Event>, Reach), JournalError> {
        let last = self.journal().last_seq()?;
        let Some(agent) = self.agent(profile) else { return Ok((vec![], Reach { last, had_until: None })) };
        let cursor = self.journal().cursor(script, agent)?;
        let had = cursor.map(|cursor| cursor.seq);
        let query = EventQuery {
            agents: Some(vec![agent]),
            after_seq: had.unwrap_or(0),
            from: if had.is_some() { None } else { Some(with_margin(since)) },
            with_clock_behind: had.is_none(),
            types: &["tag"],
            ..EventQuery::default()
        };
        let mut events = vec![];
        self.journal().events(&query, &mut |_, recorded| {
            if recorded.seq > last {
                return ControlFlow::Break(());
            }
            events.push(recorded.event);
            ControlFlow::Continue(())
        })?;
        note_unreadable(&self.app.console, &self.journal());
        Ok((events, Reach { last, had_until: cursor.map(|cursor| cursor.moved_at) }))
    }

    /// Notes up to which events the script has had these profiles.
    ///
    /// # Errors
    /// If the journal cannot be written.
    pub(crate) fn move_cursors<'p>(
        &self,
        script: &str,
        had: impl Iterator<Item = (&'p str, i64)>,
    ) -> Result<(), Failure> {
        let had: Vec<_> = had.filter_map(|(profile, last)| Some((self.agent(profile)?, last))).collect();
        Ok(self.journal().move_cursors(script, &had, self.app.clock.now())?)
    }
}
