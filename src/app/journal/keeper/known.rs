//! What the journal alone knows of an agent: the breaks of today, and all about one whose server is not asked, or does not
//! answer.

use jiff::{SignedDuration, Timestamp};

use crate::app::fleet::Agent;
use crate::app::journal::keeper::Keeper;
use crate::floor::event::{EventKind, FollowedPart};
use crate::floor::shift::{DayRules, Today};
use crate::journal::AgentKey;

/// How far back notifications are looked through for the agent's id.
const LATELY: SignedDuration = SignedDuration::from_hours(8);

impl Keeper<'_> {
    /// Of an agent who cannot be queried, the past is there to read. Whose credentials are in variables has no other key.
    pub(super) fn find_without_session(&self, agent: &Agent) {
        let Some(server) = agent.server.clone() else { return };
        let key = AgentKey::Profile { server, name: agent.profile.clone() };
        if let Some(Some(found)) = self.unless_trouble(self.journal().find(&key)) {
            self.agents.borrow_mut().insert(agent.profile.clone(), (found, key));
        }
    }

    /// The agent as the server named it last: for the session, or else in all notifications of the last hours.
    pub(crate) fn agent_id(&self, profile: &str) -> Option<String> {
        let row = self.unless_trouble(self.journal().row(self.agent(profile)?))?;
        row.and_then(|row| row.agent_id).or_else(|| {
            let lately = self.app.clock.now().checked_sub(LATELY).unwrap_or(Timestamp::MIN);
            let mut ids = self.tags(profile, lately).into_iter().filter_map(|event| match event.kind {
                EventKind::Tag(reported) => reported.tag.agent_id,
                _ => None,
            });
            let first = ids.next()?;
            ids.all(|id| id == first).then(|| first.into())
        })
    }

    /// The breaks of an agent today; `None` if the journal does not hold the agent, or no answer of today.
    pub(crate) fn today(&self, profile: &str, rules: &DayRules, now: Timestamp) -> Option<Today> {
        self.unless_trouble(self.journal().today(self.agent(profile)?, rules, now))?
    }

    /// When the server answered last about this part.
    pub(crate) fn last_answer(&self, profile: &str, part: FollowedPart) -> Option<Timestamp> {
        let rows = self.coverage(profile, Timestamp::MIN, Timestamp::MAX)?;
        rows.iter().filter(|row| row.part == part).map(|row| row.to).max()
    }
}
