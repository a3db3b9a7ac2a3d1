//! A watch that begins without its journal, because that cannot be opened: what is answered meanwhile is shown, and recorded
//! once it can be.

use std::io;

use crate::floor::event::EventKind;
use crate::journal::JournalError;
use crate::watch::recorder::records::{Begun, Past};
use crate::watch::recorder::{Dropped, Note};
use crate::watch::run::Watch;
use crate::watch::run::agent::Sharing;
use crate::watch::run::journal::Recording;
use crate::watch::run::recording::PULSE;
use crate::watch::run::round::{Arrival, Report};
use crate::watch::source::Source;

impl Recording {
    /// Keeps what has arrived until the journal is open.
    pub(super) fn wait_with(&mut self, arrival: &Arrival, report: &Report) {
        let Some(backlog) = &mut self.backlog else { return };
        let (at, poll) = match arrival {
            Arrival::Answer(answer) => (answer.wall, answer.result.as_ref()),
            Arrival::Event { event, .. } => (event.at, None),
        };
        for Dropped { index, at, count } in backlog.add(at, &report.events, &report.note, poll) {
            self.recorder.miss(index, at, count);
        }
        let note = Note { events: vec![], ..report.note.clone() };
        self.recorder.keep(&note);
    }
}

impl<S: Source> Watch<'_, S> {
    /// Reports that the journal could not be opened as the watch began.
    pub(super) fn begin_in_trouble(&mut self) -> io::Result<()> {
        let failed = self.recording.as_mut().and_then(|recording| recording.failed.take());
        failed.map_or(Ok(()), |error| self.is_in_trouble(&error, vec![]))
    }

    /// Opens the journal, if it is time.
    pub(super) fn begin_next(&mut self) {
        let now = self.now();
        let Some(recording) = &mut self.recording else { return };
        if !recording.is_beginning && Recording::has_passed(recording.committed, PULSE, now) {
            self.begin_late();
        }
    }

    pub(super) fn begin_late(&mut self) {
        let now = self.now();
        let Some(recording) = &mut self.recording else { return };
        (recording.is_beginning, recording.committed) = (true, Some(now));
        recording.thread.begin(self.clocks.clone());
    }

    pub(super) fn has_begun(&mut self, begun: Result<Option<Box<Begun>>, JournalError>) -> io::Result<()> {
        let Some(recording) = &mut self.recording else { return Ok(()) };
        recording.is_beginning = false;
        let begun = match begun {
            Ok(Some(begun)) => *begun,
            // There is nobody to record.
            Ok(None) => {
                self.recording = None;
                return Ok(());
            }
            Err(_) => return Ok(()),
        };
        let Some(mut backlog) = recording.backlog.take() else { return Ok(()) };
        // Notifications that this watch has shown meanwhile are no past any more.
        let agents = &self.agents;
        let is_past = |past: &Past| match &past.recorded.event.kind {
            EventKind::Tag(reported) => !agents[past.index].memory.has_shown_tag(&reported.tag),
            _ => true,
        };
        let past: Vec<Past> = begun.past.into_iter().filter(is_past).collect();
        for (index, (agent, of_agent)) in self.agents.iter_mut().zip(begun.agents).enumerate() {
            let Some(account) = of_agent.account else { continue };
            recording.is_recorded[index] = true;
            recording.recorder.begin(index, account);
            let events = backlog.replay(index, of_agent.memory, &mut agent.memory);
            recording.recorder.keep(&Note { index, events, looks: vec![] });
            agent.sharing = Sharing::Unknown;
        }
        recording.looked = None;
        if let Some(place) = begun.set_aside {
            (self.around.note)(&format!("the journal was damaged; it is kept as {}", place.display()));
        }
        past.into_iter().try_for_each(|Past { index, recorded }| self.show_recorded(index, recorded))?;
        self.commit(vec![]);
        Ok(())
    }
}
