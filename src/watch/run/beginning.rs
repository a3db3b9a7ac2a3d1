//! A watch that begins without its journal, because that cannot be opened: what is answered meanwhile is shown, and recorded
//! once it can be.

use std::io;
use std::mem::take;

use crate::floor::event::EventKind;
use crate::journal::{JournalError, kept_as};
use crate::watch::recorder::backend::{Begun, PastEvent};
use crate::watch::recorder::{Addition, Dropped, Replayed};
use crate::watch::run::Watch;
use crate::watch::run::agent::{InJournal, Sharing};
use crate::watch::run::journal::{Beginning, NotOpenYet, OpenJournal, Stage, WatchJournal};
use crate::watch::run::recording::PULSE;
use crate::watch::run::round::{Arrival, Report};
use crate::watch::source::Source;

impl WatchJournal {
    /// Keeps what has arrived until the journal is open.
    pub(super) fn wait_with(&mut self, arrival: &Arrival, report: &Report) {
        let Stage::NotOpenYet(NotOpenYet { backlog, .. }) = &mut self.stage else { return };
        let (at, poll) = match arrival {
            Arrival::Answer(answer) => (answer.wall, answer.result.as_ref()),
            Arrival::Event { event, .. } => (event.at, None),
        };
        for Dropped { index, at, count } in backlog.add(at, &report.events, &report.addition, poll) {
            self.pending.miss(index, at, count);
        }
        let addition = Addition { events: vec![], ..report.addition.clone() };
        self.pending.keep(&addition);
    }
}

impl<S: Source> Watch<'_, S> {
    /// Shows what the watch begins with, or reports that the journal could not be opened.
    pub(super) fn begin_with_journal(&mut self) -> io::Result<()> {
        let Some(journal) = &mut self.journal else { return Ok(()) };
        let Beginning { past, history, failed, .. } = take(&mut journal.beginning);
        if let Some(error) = failed {
            self.report_journal_failure(&error, vec![])?;
        }
        self.list_history(history);
        self.show_past(past)
    }

    /// Opens the journal, if it is time.
    pub(super) fn open_when_due(&mut self) {
        let now = self.now();
        let Some(WatchJournal { stage: Stage::NotOpenYet(unopened), .. }) = &self.journal else { return };
        if !unopened.is_opening && WatchJournal::has_passed(unopened.last_try, PULSE, now) {
            self.open_now();
        }
    }

    /// Opens the journal, whenever that was tried last.
    pub(super) fn open_now(&mut self) {
        let (now, wall) = (self.now(), self.around.clock.now());
        let Some(WatchJournal { stage: Stage::NotOpenYet(unopened), thread, .. }) = &mut self.journal else {
            return;
        };
        (unopened.is_opening, unopened.last_try) = (true, Some(now));
        thread.begin(unopened.clocks.clone().until(wall, unopened.backlog.server_time()));
    }

    pub(super) fn on_journal_opened(
        &mut self,
        begun: Result<Option<Box<Begun>>, JournalError>,
    ) -> io::Result<()> {
        let Some(WatchJournal { stage, pending, .. }) = &mut self.journal else { return Ok(()) };
        let Stage::NotOpenYet(unopened) = stage else { return Ok(()) };
        unopened.is_opening = false;
        let begun = match begun {
            Ok(Some(begun)) => *begun,
            // There is nobody to record.
            Ok(None) => {
                self.leave_journal();
                return Ok(());
            }
            Err(_) => return Ok(()),
        };
        let mut backlog = take(&mut unopened.backlog);
        *stage = Stage::Open(OpenJournal::default());
        // Notifications that this watch has shown meanwhile are no past any more.
        let agents = &self.agents;
        let is_past = |past: &PastEvent| match &past.recorded.event.kind {
            EventKind::Tag(reported) => !agents[past.index].memory.has_shown_tag(&reported.tag),
            _ => true,
        };
        let past: Vec<PastEvent> = begun.past.into_iter().filter(is_past).collect();
        for (index, (agent, of_agent)) in self.agents.iter_mut().zip(begun.agents).enumerate() {
            let Some(queue) = of_agent.queue else { continue };
            let Replayed { news, marks } = backlog.replay(index, of_agent.memory, &mut agent.memory);
            pending.begin(index, queue, &marks);
            pending.keep(&Addition { index, events: news, marks: vec![] });
            (agent.in_journal, agent.sharing) = (InJournal::Yes, Sharing::Unknown);
        }
        if let Some(place) = begun.set_aside {
            (self.around.note)(&kept_as(&place));
        }
        self.show_past(past)?;
        self.commit(vec![]);
        Ok(())
    }
}
