//! What others record: who polls, and what is learned and shown of the journal.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::client::error::ErrorKind;
use crate::floor::event::{Event, EventKind};
use crate::floor::timeline::Recorded;
use crate::watch::recorder::Addition;
use crate::watch::recorder::backend::{Left, News, PastEvent, Refreshed, Share, Wanted};
use crate::watch::run::Watch;
use crate::watch::run::agent::Sharing;
use crate::watch::run::journal::{Stage, WatchJournal};
use crate::watch::run::round::Report;
use crate::watch::source::Source;
use crate::watch::view::LastFailure;

impl<S: Source> Watch<'_, S> {
    /// Shows what a killed watch did not, and what `--since` asks for.
    pub(super) fn show_past(&mut self, past: Vec<PastEvent>) -> io::Result<()> {
        past.into_iter().try_for_each(|PastEvent { index, recorded }| self.show_recorded(index, recorded))
    }

    /// Lists what was recorded before the watch, of what it is to show. It is reported nowhere. What `--since` asks for is
    /// shown as the past is.
    pub(super) fn list_history(&mut self, history: Vec<PastEvent>) {
        if self.sinks.view.is_closed() || self.plan.backfill_from.is_some() {
            return;
        }
        for PastEvent { index, recorded } in history {
            let agent = &self.agents[index];
            let needs = recorded.event.kind.words().needs;
            if needs.is_none_or(|part| agent.scope.includes(part)) && self.is_wanted(&recorded.event) {
                let profile = Some(agent.view.profile.clone());
                self.view.note(&Arc::new(Event { profile, ..recorded.event }));
            }
        }
    }

    /// Asks who polls, and what others have recorded.
    pub(super) fn refresh(&mut self, now: Duration) {
        let Some(WatchJournal { stage: Stage::Open(open), pending, thread, choices, .. }) = &mut self.journal
        else {
            return;
        };
        let followed = self.agents.iter().enumerate();
        let followed = followed.filter(|(_, agent)| !agent.view.is_over() && agent.is_recorded());
        let wanted = followed.map(|(index, agent)| Wanted {
            index,
            base: pending.base(index),
            parts: agent.scope.parts(),
            cadence: self.plan.interval,
            forces: choices.polls_always,
        });
        thread.refresh(wanted.collect());
        (open.is_refreshing, open.last_refresh) = (true, Some(now));
    }

    pub(super) fn on_refreshed(&mut self, refreshed: Refreshed) -> io::Result<()> {
        let Refreshed { news, share } = refreshed;
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
        agent.share(Sharing::Theirs(read), now);
        // The other process may have had no answer when this watch began.
        if agent.polled().is_empty() && !agent.memory.has_shown() {
            let event = agent.memory.first_look(&agent.view.profile, wall);
            self.write(&[event])?;
        }
        let agent = &mut self.agents[index];
        if let Some(newest) = holder.newest_answer.filter(|_| agent.polled().is_empty())
            && agent.view.health.last_ok() < Some(newest)
        {
            let view = agent.view();
            let restored;
            (view.health, restored) = view.health.after_answer(newest, before(now, newest, wall));
            view.failure = None;
            // The other process has begun after the loss that was shown, and does not know of it.
            if let Some(restored) = restored {
                let event = self.event(Some(index), restored);
                self.write(&[event])?;
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
        agent.share(Sharing::Ours, now);
    }

    /// Learns and shows what others have recorded.
    pub(super) fn learn(&mut self, news: News) -> io::Result<()> {
        let News { index, events, coverage } = news;
        let Some(journal) = &mut self.journal else { return Ok(()) };
        let known = journal.pending.base(index);
        let last = events.iter().map(|recorded| recorded.seq).max().unwrap_or(known);
        let agent = &mut self.agents[index];
        let events: Vec<Recorded> = events.into_iter().filter(|recorded| recorded.seq > known).collect();
        for recorded in &events {
            agent.memory.learn(&recorded.event, &self.clocks);
        }
        if !self.sinks.view.is_closed() {
            let events = events.iter().map(|recorded| &recorded.event);
            agent.view().counters.learn(events, &coverage, self.around.clock.now());
        }
        for row in journal.pending.learned(index, last, coverage) {
            agent.memory.attend(&row, &self.clocks);
        }
        let state = agent.memory.state().clone();
        agent.view().state = state;
        for recorded in events {
            if self.is_of_our_connection(index, &recorded.event) {
                self.show_recorded(index, recorded)?;
            } else {
                self.stdout_took(Some(recorded.seq));
            }
        }
        Ok(())
    }

    /// Whether others have recorded a loss of the connection or its return that is news to us as well: who loses it with
    /// them, and polls beside them then, shows each once. All other events are.
    fn is_of_our_connection(&mut self, index: usize, event: &Event) -> bool {
        let (now, wall) = (self.now(), self.around.clock.now());
        let agent = &mut self.agents[index];
        let is_read = agent.polled().is_empty();
        let then = before(now, event.at, wall);
        let view = agent.view();
        match &event.kind {
            EventKind::ConnectionLost(lost) if is_read && !view.health.is_lost() => {
                view.health = view.health.after_reported_loss(then);
                view.failure = Some(LastFailure {
                    // A later version may know others.
                    kind: ErrorKind::named(&lost.failure).unwrap_or(ErrorKind::Server).word(),
                    message: lost.message.clone(),
                    code: lost.code,
                });
                true
            }
            EventKind::ConnectionRestored(_) if view.health.is_lost() => {
                view.health = view.health.after_answer(event.at, then).0;
                view.failure = None;
                true
            }
            EventKind::ConnectionLost(_) | EventKind::ConnectionRestored(_) => false,
            _ => true,
        }
    }

    /// Shows an event of the journal. How polls go is not shown of others who poll beside us.
    pub(super) fn show_recorded(&mut self, index: usize, recorded: Recorded) -> io::Result<()> {
        let Recorded { seq, event, .. } = recorded;
        let agent = &self.agents[index];
        let needs = event.kind.words().needs;
        let is_ours = agent.polled().is_empty() || matches!(event.kind, EventKind::ConnectionRestored(_));
        if needs.map_or(is_ours, |part| agent.scope.includes(part)) {
            let event = Event { profile: Some(agent.view.profile.clone()), ..event };
            let addition = Addition { index, events: vec![], marks: vec![] };
            self.show(Report { events: vec![event], addition, step: None, ends: None })?;
        }
        self.stdout_took(Some(seq));
        Ok(())
    }
}

/// The reading of our monotonic clock when the wall clock showed `at`, before it shows `wall` `now`.
fn before(now: Duration, at: Timestamp, wall: Timestamp) -> Duration {
    now.saturating_sub(Duration::try_from(wall.duration_since(at)).unwrap_or_default())
}
