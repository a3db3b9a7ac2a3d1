//! For which times a run that begins finds its agents recorded.

use jiff::Timestamp;

use crate::floor::timeline::{Coverage, Span};
use crate::journal::{AgentRef, JournalError};
use crate::watch::recorder::run_journal::RunJournal;

impl RunJournal {
    /// What is covered of those who are recorded, by profile.
    pub(crate) fn coverage(&self, from: Timestamp) -> Result<Vec<(&str, Vec<Coverage>)>, JournalError> {
        let Some(open) = &self.open else { return Ok(vec![]) };
        let agents = self.followed.iter().zip(&open.agents);
        let agents = agents.filter_map(|(followed, agent)| Some((followed.profile.as_str(), agent.entered?)));
        let (profiles, agents): (Vec<&str>, Vec<AgentRef>) = agents.unzip();
        let window = Span { from, to: Timestamp::MAX };
        let windows: Vec<_> = agents.into_iter().map(|agent| (agent, window)).collect();
        Ok(profiles.into_iter().zip(open.journal.covered(&windows)?).collect())
    }
}
