//! The simulated floor: what each agent does at a given time, as a pure function of seed, agent and time.

mod agents;
mod chance;
mod customers;
mod icons;
mod notifications;
mod outages;
mod stint;

#[cfg(test)]
mod tests;

use jiff::Timestamp;
use serde_json::Value;

use crate::sandbox::USUAL_AGENTS;

pub use agents::Agent;
use chance::Chance;
use icons::Kind;
use notifications::call_id;
pub(crate) use outages::outages;
use stint::{Episode, Worker};

/// The kinds of the notifications on every floor.
pub(crate) fn kinds() -> impl Iterator<Item = &'static str> {
    Kind::of_notifications().map(Kind::word)
}

/// The names of the agents of a floor of the usual size.
pub(crate) fn names() -> impl Iterator<Item = String> {
    (0..USUAL_AGENTS).map(|index| agents::agent(index).profile)
}

/// A floor full of agents.
pub(crate) struct Floor {
    seed: u64,
    agents: Vec<Agent>,
}

/// What an agent is busy with, as far as the API reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Waiting for a call or in one.
    AtWork,
    /// After a call; `ends` in Unix seconds.
    WrapUp { ends: i64, call_id: String, phone: String },
    /// On break since `since` in Unix seconds; `allowed` in seconds.
    OnBreak { reason: &'static str, since: i64, allowed: Option<i64> },
}

/// Which answer about an agent becomes another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Subject {
    Tags,
    Break,
    WrapUp,
}

/// Notifications of one agent, newest first, and the icons that belong to them.
pub(crate) struct Tags {
    pub(crate) notifications: Vec<Value>,
    pub(crate) icons: Vec<Value>,
}

impl Floor {
    pub(crate) fn new(seed: u64, agents: usize) -> Self {
        Self { seed, agents: (0..agents).map(agents::agent).collect() }
    }

    pub(crate) fn agents(&self) -> &[Agent] {
        &self.agents
    }

    pub(crate) fn state(&self, agent: usize, at: Timestamp) -> State {
        let (worker, now) = (self.worker(agent), at.as_millisecond().div_euclid(1_000));
        let episodes = worker.episodes(worker.stint_at(now));
        match episodes.iter().find(|episode| episode.start() <= now && now < episode.end()) {
            Some(&Episode::Call { hung_up, wrapped_up, call, .. }) if now >= hung_up => {
                State::WrapUp { ends: wrapped_up, call_id: call_id(call), phone: call.customer.phone() }
            }
            Some(&Episode::Break { start, kind, .. }) => State::OnBreak {
                reason: kind.reason,
                since: start,
                allowed: kind.allowed.map(|minutes| minutes * 60),
            },
            Some(Episode::Call { .. }) | None => State::AtWork,
        }
    }

    /// What the agent was notified of after the one and up to the other time, both in Unix milliseconds.
    pub(crate) fn tags(&self, agent: usize, after: i64, until: i64) -> Tags {
        let worker = self.worker(agent);
        let stints = worker.stint_at(after.div_euclid(1_000))..=worker.stint_at(until.div_euclid(1_000));
        let mut notifications: Vec<_> = stints.flat_map(|stint| worker.notifications(stint)).collect();
        notifications.retain(|notification| after < notification.at && notification.at <= until);
        notifications.sort_by_key(|notification| -notification.at);

        let with_survey = !notifications.is_empty() && self.is_survey_time(agent, until);
        let is_needed = |kind: &Kind| match kind {
            Kind::Survey => with_survey,
            kind => notifications.iter().any(|notification| notification.kind == *kind),
        };
        Tags {
            icons: Kind::ALL.into_iter().filter(is_needed).map(Kind::icon_detail).collect(),
            notifications: notifications
                .iter()
                .filter_map(|notification| Some(notification.json(worker, self.agents.get(agent)?)))
                .collect(),
        }
    }

    /// When the answers about an agent become others, after the one and up to the other time, both in Unix milliseconds;
    /// in order.
    pub(crate) fn changes(&self, agent: usize, after: i64, until: i64) -> Vec<(i64, Subject)> {
        let worker = self.worker(agent);
        let stints = worker.stint_at(after.div_euclid(1_000))..=worker.stint_at(until.div_euclid(1_000));
        let mut changes = vec![];
        for stint in stints {
            let notifications = worker.notifications(stint).into_iter();
            changes.extend(notifications.map(|notification| (notification.at, Subject::Tags)));
            for episode in worker.episodes(stint) {
                let (subject, seconds) = match episode {
                    Episode::Call { hung_up, wrapped_up, .. } => (Subject::WrapUp, [hung_up, wrapped_up]),
                    Episode::Break { start, end, .. } => (Subject::Break, [start, end]),
                };
                changes.extend(seconds.map(|second| (second * 1_000, subject)));
            }
        }
        changes.retain(|(at, _)| after < *at && *at <= until);
        changes.sort_unstable();
        changes.dedup();
        changes
    }

    /// For ten minutes now and then, an icon comes along that no notification points to.
    fn is_survey_time(&self, agent: usize, at: i64) -> bool {
        let ten_minutes = at.div_euclid(600_000).cast_unsigned();
        Chance::of(&[self.seed, agent as u64, ten_minutes]).comes_up(25)
    }

    fn worker(&self, agent: usize) -> Worker {
        Worker { seed: self.seed, agent }
    }
}
