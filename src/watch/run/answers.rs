//! From a poll to the events that report it. Nothing of the memory changes here.

use std::{mem, slice};

use crate::client::received::MENDED;
use crate::floor::diff::Memory;
use crate::floor::event::{EndReason, Event, EventKind, ProfileEndReason, ProfileEnded};
use crate::floor::timeline;
use crate::floor::timeline::NewEvent;
use crate::watch::recorder::Addition;
use crate::watch::run::Watch;
use crate::watch::run::agent::InJournal;
use crate::watch::run::round::{Answer, Arrival, Report, Step};
use crate::watch::source::{Polled, Refusal, Source};
use crate::watch::view::Phase;

impl<S: Source> Watch<'_, S> {
    /// Takes what a poll has brought, with the moment at which it came.
    pub(super) fn arrived(&mut self, index: usize, polled: Polled) {
        let at = self.now();
        let wall = self.around.clock.now();
        let elapsed = self.clocks.read(wall, at);
        let agent = &mut self.agents[index];
        let Phase::Polling(since) = agent.view.phase else { return };
        let Polled { mut result, failure, mut refused, is_mended } = polled;
        if is_mended && !agent.was_mended {
            agent.was_mended = true;
            (self.around.note)(&format!("{}: {MENDED}", agent.view.profile));
        }
        // A refusal may pass, and what is left out is never asked for again: so the next poll confirms it.
        let doubted = mem::replace(&mut agent.doubted, refused.iter().map(|refusal| refusal.part).collect());
        refused.retain(|refusal| doubted.contains(&refusal.part));
        for refusal in &refused {
            agent.scope.leave_out(refusal.part);
        }
        if let (true, Some(Refusal { code, message, .. })) = (agent.scope.is_empty(), refused.first()) {
            let (reason, code, message) = (ProfileEndReason::Refused, *code, message.clone());
            let ended = ProfileEnded { reason, part: None, code, message };
            return self.end_profile(index, ended, EndReason::Failed);
        }
        if let Some(result) = &mut result {
            (result.monotonic, result.elapsed, result.took) = (at, elapsed, at.saturating_sub(since));
            result.read_was_cut |= agent.view.health.answer_was_lost();
        }
        let answer = Answer { index, since, at, wall, result, failure, refused };
        self.arrivals.push_back(Arrival::Answer(Box::new(answer)));
    }

    /// What is to be reported of something that has arrived.
    pub(super) fn report_of(&self, arrival: &Arrival) -> Report {
        match arrival {
            Arrival::Answer(answer) => self.difference(answer),
            Arrival::Event { index, event, ends } => {
                let addition =
                    Addition { index: *index, events: kept(slice::from_ref(event)).collect(), marks: vec![] };
                Report { events: vec![event.clone()], addition, step: None, ends: *ends }
            }
        }
    }

    /// The difference between an answer and what is known.
    fn difference(&self, answer: &Answer) -> Report {
        let Answer { index, since, at, wall, result, failure, refused } = answer;
        let agent = &self.agents[*index];
        let event =
            |kind| Event { at: *wall, server_time: None, profile: Some(agent.view.profile.clone()), kind };
        let mut health = agent.view.health;
        let (mut events, mut change) = (Vec::new(), None);
        let mut addition = Addition { index: *index, events: vec![], marks: vec![] };
        let mut openings = vec![];
        if let Some(result) = result {
            if failure.is_none() {
                let restored;
                (health, restored) = health.after_answer(result.taken_at, *at);
                events.extend(restored.map(event));
            }
            let difference = agent.memory.diff(result);
            if self.takes_notes() {
                addition.events.extend(kept(&events));
                addition.events.extend(difference.to_record());
                openings = addition.events.split_off(addition.events.len() - difference.openings.len());
                addition.marks = difference.marks;
            }
            if agent.in_journal == InJournal::FromScratch {
                // What the file holds already is not stored twice.
                let all = Memory::default().diff(result);
                let is_tag = |new: &NewEvent| matches!(new.event.kind, EventKind::Tag(_));
                openings.extend(all.to_record().filter(is_tag));
            }
            events.extend(difference.events);
            change = Some(difference.change);
        }
        let known = events.len();
        let refusals = refused.iter().map(|Refusal { part, code, message }| ProfileEnded {
            reason: ProfileEndReason::Refused,
            part: Some(*part),
            code: *code,
            message: message.clone(),
        });
        events.extend(refusals.map(|ended| event(EventKind::ProfileEnded(ended))));
        if let Some(failure) = failure {
            let lost;
            (health, lost) = health.after_failure(failure, *at);
            events.extend(lost.map(event));
        }
        if self.takes_notes() {
            addition.events.extend(kept(&events[known..]));
        }
        addition.events.append(&mut openings);
        let step = Step { index: *index, since: *since, change, health, failure: failure.clone() };
        Report {
            events,
            addition,
            step: Some(step),
            ends: (!refused.is_empty()).then_some(EndReason::Failed),
        }
    }

    /// Whether anybody wants more of an answer than its events: the journal, or a display, whose counters are of the same.
    fn takes_notes(&self) -> bool {
        self.journal.is_some() || !self.sinks.view.is_closed()
    }

    pub(super) fn event(&self, index: Option<usize>, kind: EventKind) -> Event {
        let profile = index.map(|index| self.agents[index].view.profile.clone());
        Event { at: self.around.clock.now(), server_time: None, profile, kind }
    }
}

fn kept(events: &[Event]) -> impl Iterator<Item = NewEvent> {
    let kept = events.iter().filter(|event| timeline::is_kept(&event.kind));
    kept.map(|event| NewEvent { event: event.clone(), twin: 0 })
}
