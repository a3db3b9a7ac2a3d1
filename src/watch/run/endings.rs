//! How the polling of an agent goes on, and how it ends.

use std::time::Duration;

use crate::floor::alerts;
use crate::floor::event::{
    EndReason, EventKind, ProfileEndReason, ProfileEnded, SessionExpired, SessionRenewed,
};
use crate::watch::run::Watch;
use crate::watch::run::agent::WatchedAgent;
use crate::watch::run::round::Arrival;
use crate::watch::schedule::{Next, Outcome};
use crate::watch::source::Source;
use crate::watch::view::Phase;

impl<S: Source> Watch<'_, S> {
    /// Decides what comes next for an agent whose poll started at `since`.
    pub(super) fn schedule(&mut self, index: usize, outcome: Outcome, since: Duration) {
        let (now, random) = (self.now(), (self.around.random)());
        let agent = &mut self.agents[index];
        match agent.schedule.after(outcome, &agent.view.health, since, now, random) {
            Next::Poll(at) => agent.view().phase = Phase::Due(at),
            Next::ReadStore => {
                agent.logins = agent.source.logins();
                let Some(renewed) = agent.source.renewed() else { return self.end_session(index) };
                agent.source = renewed;
                self.also(index, self.expired(index), None);
                self.also(index, EventKind::SessionRenewed(SessionRenewed {}), None);
                self.schedule(index, Outcome::SessionRenewed, since);
            }
            // The session in the store is another one, but has ended too.
            Next::GiveUp => self.end_session(index),
        }
    }

    fn end_session(&mut self, index: usize) {
        self.also(index, self.expired(index), Some(EndReason::SessionExpired));
        self.agents[index].is_expired = true;
        let view = self.agents[index].view();
        let why = view.failure.as_ref().map(|failure| failure.message.clone());
        view.phase = Phase::Over(why.unwrap_or_default());
    }

    /// Goes on with those who have signed in since their sessions ended. The store is read only after a login.
    pub(super) fn find_logins(&mut self) {
        let now = self.now();
        for index in 0..self.agents.len() {
            let agent = &mut self.agents[index];
            if !agent.is_expired {
                continue;
            }
            let logins = agent.source.logins();
            if logins == agent.logins {
                continue;
            }
            agent.logins = logins;
            if let Some(renewed) = agent.source.renewed() {
                (agent.source, agent.is_expired) = (renewed, false);
                agent.view().phase = Phase::Due(now);
                self.also(index, EventKind::SessionRenewed(SessionRenewed {}), None);
            }
        }
    }

    fn expired(&self, index: usize) -> EventKind {
        let failure = self.agents[index].view.failure.clone();
        let (message, code) = failure.map(|failure| (failure.message, failure.code)).unwrap_or_default();
        EventKind::SessionExpired(SessionExpired { code, message })
    }

    pub(super) fn end_logged_out(&mut self, index: usize) {
        let ended = ProfileEnded {
            reason: ProfileEndReason::LoggedOut,
            part: None,
            code: None,
            message: "its session was removed from this machine".to_owned(),
        };
        self.end_profile(index, ended, EndReason::SessionExpired);
    }

    /// Reports that a profile is no longer followed; `reason` is why the watch ends if none is left.
    pub(super) fn end_profile(&mut self, index: usize, ended: ProfileEnded, reason: EndReason) {
        let why = ended.message.clone();
        // For a person who reads only stderr.
        (self.around.note)(&format!("{} is no longer followed: {why}", self.agents[index].view.profile));
        self.also(index, EventKind::ProfileEnded(ended), Some(reason));
        self.agents[index].view().phase = Phase::Over(why);
    }

    pub(super) fn end_if_nothing_can_come(&mut self, reason: EndReason) {
        let is_over = self.agents.iter().all(|agent| agent.view.is_over());
        if is_over || self.awaited_is_lost() {
            self.end.get_or_insert(reason);
        }
    }

    /// Whether no profile can have the event of `--until` any more. Notes why.
    fn awaited_is_lost(&self) -> bool {
        let Some(until) = self.plan.until.as_ref().filter(|until| !until.is_of_the_watch()) else {
            return false;
        };
        let (name, needs) = (until.pattern.event().name, until.pattern.event().needs);
        let of_profile =
            |agent: &&WatchedAgent<S>| until.profile().is_none_or(|wanted| wanted == agent.view.profile);
        let can_come = |agent: &WatchedAgent<S>| {
            let follows = |part| !agent.view.is_over() && agent.scope.includes(part);
            if name == "alert" {
                let mut limits = self.plan.limits.iter();
                // What was known goes on, and may cross a limit without another answer.
                return limits.any(|limit| follows(limit.needs()))
                    || alerts::next_crossing(&self.plan.limits, agent.memory.state(), self.now()).is_some();
            }
            needs.map_or(!agent.view.is_over(), follows)
        };
        if self.end.is_some() || self.agents.iter().filter(of_profile).any(can_come) {
            return false;
        }
        let why = match (needs, until.profile()) {
            _ if name == "alert" => "nothing with a limit is followed any more".to_owned(),
            (Some(part), _) => format!("{} are no longer followed", part.word()),
            (None, profile) => format!("{} is no longer followed", profile.unwrap_or("any profile")),
        };
        (self.around.note)(&format!("{name}, the event of --until, can no longer happen: {why}"));
        true
    }

    /// Reports what has happened beside the answers; then the watch ends for this reason, if nothing can come any more.
    fn also(&mut self, index: usize, kind: EventKind, ends: Option<EndReason>) {
        let event = self.event(Some(index), kind);
        self.arrivals.push_back(Arrival::Event { index, event, ends });
    }
}
