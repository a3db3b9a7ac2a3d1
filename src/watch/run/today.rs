//! The breaks of today for a board or a wall, out of the journal. They are counted anew for one agent at a time: at once when an event
//! about its breaks has come, every few seconds while a break goes on, and else once a minute, which shows where answers are
//! missing. So a day that grows long costs no more than a young one.

use std::sync::Arc;

use crate::floor::shift::Today;
use crate::journal::JournalError;
use crate::watch::run::Watch;
use crate::watch::source::Source;

impl<S: Source> Watch<'_, S> {
    /// Has the breaks of today counted of those for whom it is time. With a new day, that is everybody.
    pub(super) fn count_today(&mut self) {
        let (now, wall) = (self.now(), self.around.clock.now());
        if self.sinks.view.is_closed() {
            return;
        }
        let Some(journal) = &mut self.journal else { return };
        let Some(days) = journal.days.as_mut().filter(|days| !days.is_counting) else { return };
        let began = Some(days.rules.window(wall).from);
        if days.began != began {
            days.began = began;
            self.agents.iter_mut().for_each(|agent| agent.today_counted = None);
        }
        let mut wanted = vec![];
        for (index, agent) in self.agents.iter_mut().enumerate() {
            if agent.is_recorded() && agent.is_today_due(now) {
                agent.today_counted = Some(now);
                wanted.push(index);
            }
        }
        if wanted.is_empty() {
            return;
        }
        days.is_counting = true;
        journal.thread.count(wanted, Arc::clone(&days.rules));
    }

    /// Shows what was counted. Where the journal cannot be read, nothing is known.
    pub(super) fn on_counted(&mut self, agents: &[usize], today: Result<Vec<Option<Today>>, JournalError>) {
        if let Some(days) = self.journal.as_mut().and_then(|journal| journal.days.as_mut()) {
            days.is_counting = false;
        }
        let today = today.unwrap_or_else(|_| vec![None; agents.len()]);
        for (index, today) in agents.iter().zip(today) {
            self.agents[*index].view().today = today.map(Arc::new);
        }
    }
}
