//! The past of a simulated floor: what its server would have answered at any time before now, when these answers became
//! others, and when there was none. The server that runs is of the same floor, so that its answers go on with them.

use jiff::Timestamp;

use crate::sandbox::floor::outages;
use crate::sandbox::reply::FakeApi;
use crate::sandbox::{Agent, SandboxOptions};

pub(crate) use crate::sandbox::floor::Subject;

pub(crate) struct SimulatedPast {
    api: FakeApi,
    seed: u64,
}

/// When an answer became another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) at: Timestamp,
    pub(crate) subject: Subject,
}

/// A time without answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Outage {
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
}

impl SimulatedPast {
    pub(crate) fn of(options: &SandboxOptions) -> Self {
        Self { api: FakeApi::new(options), seed: options.seed }
    }

    /// Who works on this floor. An agent is known by its place in this list.
    pub(crate) fn agents(&self) -> &[Agent] {
        self.api.agents()
    }

    /// After the one and up to the other moment, in order.
    pub(crate) fn changes(&self, agent: usize, after: Timestamp, until: Timestamp) -> Vec<Change> {
        let changes = self.api.floor().changes(agent, after.as_millisecond(), until.as_millisecond());
        let change = |(at, subject)| Some(Change { at: Timestamp::from_millisecond(at).ok()?, subject });
        changes.into_iter().filter_map(change).collect()
    }

    /// The reply with what the agent was notified of in this very millisecond.
    pub(crate) fn tags(&self, agent: usize, at: Timestamp) -> String {
        let at = at.as_millisecond();
        self.api.tags_between(agent, at - 1, at).to_string()
    }

    pub(crate) fn break_status(&self, agent: usize, at: Timestamp) -> String {
        self.api.break_reply(agent, at).to_string()
    }

    pub(crate) fn wrap_up(&self, agent: usize, at: Timestamp) -> String {
        self.api.wrap_up_reply(agent, at).to_string()
    }

    /// What the server replies when it runs.
    #[cfg(test)]
    pub(crate) fn reply(&self, path: &str, agent: usize, at: Timestamp) -> String {
        let body = format!(r#"{{"ssid":"{}","ref":true}}"#, self.agents()[agent].ssid);
        self.api.reply("POST", path, body.as_bytes(), at).body
    }

    /// When nobody had an answer, as far as that is over: in order.
    pub(crate) fn outages(&self, from: Timestamp, until: Timestamp) -> impl Iterator<Item = Outage> {
        let until = until.as_second();
        let are_over = outages(self.seed, from.as_second(), until).filter(move |outage| outage.end <= until);
        let moment = |second| Timestamp::from_second(second).ok();
        are_over
            .filter_map(move |outage| Some(Outage { from: moment(outage.start)?, to: moment(outage.end)? }))
    }
}
