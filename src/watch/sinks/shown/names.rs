//! What each agent is called: as the server does, or else by the profile.

use std::collections::HashMap;

use crate::watch::sinks::shown::wording::Wording;
use crate::watch::view::{AgentView, FloorView, ServerName};

/// Every text is harmless.
#[derive(Debug, Default)]
pub(crate) struct Names(HashMap<String, String>);

impl Names {
    /// An agent whose name another one has too is known by the profile.
    pub(crate) fn of(view: &FloorView, wording: &Wording<'_>) -> Self {
        let mut owners: HashMap<&str, usize> = HashMap::new();
        for name in view.agents.iter().filter_map(|agent| known(agent)) {
            *owners.entry(name).or_default() += 1;
        }
        let called = |agent: &AgentView| {
            let name = known(agent).filter(|name| owners[name] == 1);
            name.map_or_else(|| wording.name(&agent.profile), |name| wording.text(name))
        };
        Self(view.agents.iter().map(|agent| (agent.profile.clone(), called(agent))).collect())
    }

    pub(crate) fn name(&self, profile: &str, wording: &Wording<'_>) -> String {
        self.0.get(profile).cloned().unwrap_or_else(|| wording.name(profile))
    }
}

fn known(agent: &AgentView) -> Option<&str> {
    match &agent.name {
        ServerName::Known(name) => Some(name),
        ServerName::Unknown | ServerName::Several => None,
    }
}
