//! Reports what has arrived. The order is the promise: the events are written to every durable sink, and only then the
//! memory moves on and the next poll is planned. So what could not be written is reported again.

use std::io;
use std::sync::Arc;

use jiff::Timestamp;

use crate::floor::event::{EndReason, Event, EventKind, FollowedPart};
use crate::floor::health::PollFailure;
use crate::watch::recorder::Addition;
use crate::watch::run::Watch;
use crate::watch::run::agent::{InJournal, WatchedAgent};
use crate::watch::run::round::{Report, Step};
use crate::watch::schedule::Outcome;
use crate::watch::source::Source;
use crate::watch::view::LastFailure;

impl<S: Source> Watch<'_, S> {
    /// Reports all that has arrived, or has it recorded first.
    pub(super) fn settle(&mut self) -> io::Result<()> {
        // What is written may end a session, which is to be reported as well.
        while let Some(arrival) = self.arrivals.pop_front() {
            if let Some(report) = self.hold_or_report(arrival) {
                self.show(report)?;
            }
        }
        self.record_next();
        self.count_today();
        Ok(())
    }

    pub(super) fn show(&mut self, report: Report) -> io::Result<()> {
        let Report { mut events, addition, step, ends } = report;
        let agent = &mut self.agents[addition.index];
        if agent.in_journal == InJournal::FromScratch
            && addition.marks.iter().any(|mark| mark.part == FollowedPart::Tags)
        {
            agent.in_journal = InJournal::Yes;
        }
        self.kind_check.add(&events);
        events.retain(|event| self.is_wanted(event));
        self.write(&events)?;
        self.count(&addition);
        if let Some(step) = step {
            self.take(step);
        }
        if let Some(reason) = ends {
            self.end_if_nothing_can_come(reason);
        }
        Ok(())
    }

    /// Leaves out what is older than `--since`, and what `--kind` and `--match` do not select.
    pub(super) fn is_wanted(&self, event: &Event) -> bool {
        let EventKind::Tag(reported) = &event.kind else { return true };
        if !self.plan.tags.selects(&reported.tag) {
            return false;
        }
        let is_too_old = |from: Timestamp| reported.tag.time.is_some_and(|time| time < from);
        !reported.initial || !self.plan.backfill_from.is_some_and(is_too_old)
    }

    pub(super) fn write(&mut self, events: &[Event]) -> io::Result<()> {
        self.sinks.write(events)?;
        for event in events {
            self.show_event(event);
            if self.plan.until.as_ref().is_some_and(|until| until.is_met_by(event)) {
                self.end.get_or_insert(EndReason::ConditionMet);
            }
        }
        Ok(())
    }

    fn show_event(&mut self, event: &Event) {
        if self.sinks.view.is_closed() {
            return;
        }
        let event = Arc::new(event.clone());
        self.view.note(&event);
        let is_of = |agent: &WatchedAgent<S>| Some(&agent.view.profile) == event.profile.as_ref();
        let Some(index) = self.agents.iter().position(is_of) else { return };
        let agent = &mut self.agents[index];
        agent.view().note(&event);
        agent.note_of_today(&event.kind);
    }

    /// Counts what a journal takes of a report, or would take.
    fn count(&mut self, addition: &Addition) {
        if self.sinks.view.is_closed() || (addition.events.is_empty() && addition.marks.is_empty()) {
            return;
        }
        let events = addition.events.iter().map(|new| &new.event);
        let (interval, wall) = (self.plan.interval, self.around.clock.now());
        let agent = &mut self.agents[addition.index];
        let is_recorded = agent.is_recorded();
        agent.view().counters.take(events, &addition.marks, interval, is_recorded, wall);
    }

    /// Moves on, now that the events of an answer are written.
    fn take(&mut self, step: Step) {
        let Step { index, since, change, health, failure } = step;
        let agent = &mut self.agents[index];
        let is_answered = change.is_some();
        if let Some(change) = change {
            agent.memory.commit(change);
        }
        if failure.as_ref().is_some_and(|failure| failure.answer_was_lost) {
            agent.memory.lose_answer();
        }
        let state = agent.memory.state().clone();
        let view = agent.view();
        view.state = state;
        view.health = health;
        view.failure = failure.as_ref().map(|failure| LastFailure {
            kind: failure.kind,
            message: failure.message.clone(),
            code: failure.code,
        });
        let now = self.now();
        if self.agents.iter().all(|agent| agent.view.health.lag(now).is_some() || agent.view.is_over()) {
            for note in self.kind_check.first_notes() {
                (self.around.note)(&note);
            }
        }
        if self.agents[index].source.is_logged_out() {
            return self.end_logged_out(index);
        }
        let outcome = match failure {
            Some(failure) if failure.session_ended => Outcome::SessionEnded,
            Some(PollFailure { retry_after: Some(wait), .. }) => Outcome::RetryAfter(wait),
            Some(_) if !is_answered => Outcome::Failed,
            // Some of the calls may have failed: the others were answered, and are made as often as ever.
            _ => {
                let wrapup = self.agents[index].memory.state().wrapup.as_ref();
                Outcome::Good { deadline: wrapup.and_then(|wrapup| wrapup.ends_at(now)) }
            }
        };
        self.schedule(index, outcome, since);
    }
}
