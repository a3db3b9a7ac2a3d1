//! Whom the journal is about.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Row, params};

use jiff::Timestamp;

use super::unreadable::{readable, text};
use super::{Journal, JournalError, customers, damage};

/// An agent in this journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct AgentRef(pub(super) i64);

/// Whose session received an answer, by what stays the same from one run to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AgentKey {
    /// A stored profile.
    Profile { server: String, name: String },
    /// A session from variables, by a keyed hash of its ssid or user id: [`Journal::key_of_variables`].
    Variables { server: String, hash: String },
}

impl AgentKey {
    pub(crate) fn server(&self) -> &str {
        match self {
            Self::Profile { server, .. } | Self::Variables { server, .. } => server,
        }
    }

    /// What stands for it among the agents of its server.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Profile { name, .. } => format!("profile/{name}"),
            Self::Variables { hash, .. } => format!("session/{hash}"),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AgentRow {
    pub(crate) agent: AgentRef,
    pub(crate) server: String,
    /// [`AgentKey::text`].
    pub(super) key: String,
    /// What its events call it.
    pub(crate) profile: String,
    /// By the server's own name.
    pub(crate) agent_id: Option<String>,
}

const COLUMNS: &str = "id, server, key, profile, agent_id";

impl AgentRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            agent: AgentRef(row.get(0)?),
            server: text(row, 1)?,
            key: text(row, 2)?,
            profile: text(row, 3)?,
            agent_id: readable(row.get(4))?.flatten(),
        })
    }
}

impl Journal {
    /// The key of a session from variables.
    pub(crate) fn key_of_variables(&self, server: &str, ssid_or_user_id: &str) -> AgentKey {
        let hash = customers::hex(&self.secret.hash("session", ssid_or_user_id));
        AgentKey::Variables { server: server.to_owned(), hash }
    }

    /// The agent, entered if it is new. A later name or `agent_id` replaces an earlier one.
    pub(crate) fn agent(
        &self,
        key: &AgentKey,
        profile: &str,
        agent_id: Option<&str>,
        now: Timestamp,
    ) -> Result<AgentRef, JournalError> {
        // Some servers may answer with what they were asked with.
        let agent_id = agent_id.map(|id| self.redactor.redact(id));
        let agent_id = agent_id.as_deref();
        let known = self.row_of(key)?;
        if let Some(row) = &known
            && row.profile == profile
            && (agent_id.is_none() || row.agent_id.as_deref() == agent_id)
        {
            return Ok(row.agent);
        }
        let id = self.write(now, |change| {
            let mut statement = change.prepare_cached(
                "INSERT INTO agent (server, key, profile, agent_id) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (server, key) DO UPDATE
                     SET profile = excluded.profile, agent_id = coalesce(excluded.agent_id, agent_id)
                 RETURNING id",
            )?;
            statement.query_row(params![key.server(), key.text(), profile, agent_id], |row| row.get(0))
        })?;
        self.agents.borrow_mut().clear();
        Ok(AgentRef(id))
    }

    /// The agent, if the journal holds it.
    pub(crate) fn find(&self, key: &AgentKey) -> Result<Option<AgentRef>, JournalError> {
        Ok(self.row_of(key)?.map(|row| row.agent))
    }

    /// Whether the agent is one whom the journal holds. After damage that left no names, everybody is.
    pub(crate) fn holds(&self, key: &AgentKey) -> Result<bool, JournalError> {
        Ok(self.find(key)?.is_some() || self.noted(damage::AGENTS_LOST)?.is_some())
    }

    /// What is known of an agent; `None` if the journal does not hold it.
    pub(crate) fn row(&self, agent: AgentRef) -> Result<Option<AgentRow>, JournalError> {
        let mut statement = self.statement(&format!("SELECT {COLUMNS} FROM agent WHERE id = ?1"))?;
        statement.query_row([agent.0], AgentRow::read).optional().map_err(|error| self.fault(error))
    }

    fn row_of(&self, key: &AgentKey) -> Result<Option<AgentRow>, JournalError> {
        let sql = format!("SELECT {COLUMNS} FROM agent WHERE server = ?1 AND key = ?2");
        let mut statement = self.statement(&sql)?;
        let found = statement.query_row(params![key.server(), key.text()], AgentRow::read);
        found.optional().map_err(|error| self.fault(error))
    }

    /// Everybody, in the order in which they came.
    pub(crate) fn agents(&self) -> Result<Vec<AgentRow>, JournalError> {
        all(&self.connection).map_err(|error| self.fault(error))
    }

    /// The agent's row, read once.
    pub(super) fn known_agent(&self, agent: AgentRef) -> Result<Arc<AgentRow>, JournalError> {
        if let Some(row) = self.agents.borrow().get(&agent) {
            return Ok(row.clone());
        }
        let rows = self.agents()?.into_iter().map(|row| (row.agent, Arc::new(row)));
        *self.agents.borrow_mut() = rows.collect();
        let forgotten = || JournalError::Forgotten { path: self.path().to_owned() };
        self.agents.borrow().get(&agent).cloned().ok_or_else(forgotten)
    }
}

pub(super) fn all(connection: &Connection) -> rusqlite::Result<Vec<AgentRow>> {
    let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM agent ORDER BY id"))?;
    statement.query_map([], AgentRow::read)?.collect()
}
