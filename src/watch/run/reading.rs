//! What others record: who polls, and what is learned and shown of the journal.

use std::io;
use std::mem::take;
use std::time::Duration;

use crate::floor::event::Event;
use crate::floor::timeline::Recorded;
use crate::watch::recorder::Note;
use crate::watch::recorder::records::{Left, Looked, News, Past, Share, Wanted};
use crate::watch::run::Watch;
use crate::watch::run::agent::Sharing;
use crate::watch::run::round::Report;
use crate::watch::source::Source;
use crate::watch::view::Phase;

impl<S: Source> Watch<'_, S> {
    /// Shows what a killed watch did not, and what `--since` asks for.
    pub(super) fn show_past(&mut self) -> io::Result<()> {
        let Some(recording) = &mut self.recording else { return Ok(()) };
        for Past { index, recorded } in take(&mut recording.past) {
            self.show_recorded(index, recorded)?;
        }
        Ok(())
    }

    /// Asks who polls, and what others have recorded.
    pub(super) fn look(&mut self, now: Duration) {
        let Some(recording) = &mut self.recording else { return };
        let is_recorded = |index: usize| recording.is_recorded[index];
        let followed = self.agents.iter().enumerate();
        let followed = followed.filter(|(index, agent)| !agent.view.is_over() && is_recorded(*index));
        let wanted = followed.map(|(index, agent)| Wanted {
            index,
            base: recording.recorder.base(index),
            parts: agent.scope.parts(),
            cadence: self.plan.interval,
            forces: recording.manner.polls_always,
        });
        recording.thread.look(wanted.collect());
        (recording.is_looking, recording.looked) = (true, Some(now));
    }

    pub(super) fn looked(&mut self, looked: Looked) -> io::Result<()> {
        let Looked { news, share } = looked;
        let index = news.index;
        if self.agents[index].view.is_over() {
            return Ok(());
        }
        if !matches!(share, Share::Nobodys) {
            self.learn(news)?;
        }
        let holder = match share {
            Share::Ours { taken_over } => {
                self.poll_ourselves(index, taken_over);
                return Ok(());
            }
            Share::Theirs(holder) => holder,
            Share::Nobodys => {
                self.poll_ourselves(index, None);
                return Ok(());
            }
        };
        let (now, wall) = (self.now(), self.around.clock.now());
        let agent = &mut self.agents[index];
        let read = holder.covers(agent.scope, self.plan.interval, wall);
        let is_first = agent.sharing == Sharing::Unknown;
        if read.is_empty() && !is_first && agent.sharing != Sharing::Theirs(read) {
            agent.memory.interrupt(holder.cause_of_hole());
            agent.poll_soon(now);
        }
        agent.sharing = Sharing::Theirs(read);
        // The other process may have had no answer when this watch began.
        if agent.polled().is_empty() && !agent.memory.has_shown() {
            let event = agent.memory.first_look(&agent.view.profile, wall);
            self.write(&[event])?;
        }
        let agent = &mut self.agents[index];
        if let Some(newest) = holder.newest_answer.filter(|_| agent.polled().is_empty()) {
            let age = Duration::try_from(wall.duration_since(newest)).unwrap_or_default();
            let then = now.saturating_sub(age);
            let view = agent.view();
            if view.health.last_ok() < Some(newest) {
                view.health = view.health.after_answer(newest, then).0;
            }
            if let Phase::Due(at) = &mut view.phase {
                *at = then + holder.cadence;
            }
        }
        if self.agents[index].source.is_logged_out() {
            self.end_logged_out(index);
        }
        Ok(())
    }

    pub(super) fn poll_ourselves(&mut self, index: usize, taken_over: Option<Left>) {
        let now = self.now();
        let agent = &mut self.agents[index];
        if let Some(Left { newest_answer }) = taken_over {
            // Whoever has died may have received what he did not record.
            agent.memory.take_over(newest_answer, &self.clocks);
            let view = agent.view();
            view.health = view.health.after_lost_answer();
        }
        if matches!(agent.sharing, Sharing::Theirs(_)) {
            agent.poll_soon(now);
        }
        agent.sharing = Sharing::Ours;
    }

    /// Learns and shows what others have recorded.
    pub(super) fn learn(&mut self, news: News) -> io::Result<()> {
        let News { index, events, coverage } = news;
        let Some(recording) = &mut self.recording else { return Ok(()) };
        let known = recording.recorder.base(index);
        let last = events.iter().map(|recorded| recorded.seq).max().unwrap_or(known);
        let agent = &mut self.agents[index];
        let events: Vec<Recorded> = events.into_iter().filter(|recorded| recorded.seq > known).collect();
        for recorded in &events {
            agent.memory.learn(&recorded.event, &self.clocks);
        }
        for row in recording.recorder.learned(index, last, coverage) {
            agent.memory.attend(&row, &self.clocks);
        }
        let state = agent.memory.state().clone();
        agent.view().state = state;
        events.into_iter().try_for_each(|recorded| self.show_recorded(index, recorded))
    }

    /// Shows an event of the journal. How polls go is not shown of others who poll beside us.
    pub(super) fn show_recorded(&mut self, index: usize, recorded: Recorded) -> io::Result<()> {
        let Recorded { seq, event } = recorded;
        let agent = &self.agents[index];
        let needs = event.kind.words().needs;
        if needs.map_or(agent.polled().is_empty(), |part| agent.scope.includes(part)) {
            let event = Event { profile: Some(agent.view.profile.clone()), ..event };
            let note = Note { index, events: vec![], looks: vec![] };
            self.show(Report { events: vec![event], note, step: None, ends: None })?;
        }
        self.stdout_took(Some(seq));
        Ok(())
    }
}
