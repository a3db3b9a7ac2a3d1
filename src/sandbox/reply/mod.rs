//! From a request to its reply, in DeepCall's form.

mod refusal;
mod request;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::sandbox::floor::{Agent, Floor, State};
use crate::sandbox::{MOST_AGENTS, ReferenceModel, SandboxOptions};
use refusal::Refusal;
use request::{Call, Credentials, Fields};

/// The window of `tags` in milliseconds (`api.md` §3).
const HOUR: i64 = 3_600_000;

/// The one ssid that has expired.
const EXPIRED_SSID: &str = "sandbox-expired";

/// An HTTP status and a JSON body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Reply {
    /// A refusal by HTTP, in the shape of DeepCall's errors. DeepCall's own message is not published.
    pub(crate) fn http_error(status: u16, message: &str) -> Self {
        let body = json!({ "status": "error", "message": message, "code": status }).to_string();
        Self { status, body }
    }
}

/// Answers requests about one floor.
pub(crate) struct FakeApi {
    floor: Floor,
    reference_model: ReferenceModel,
    failing_with: Option<Refusal>,
    by_ssid: HashMap<String, usize>,
    by_user_id: HashMap<String, usize>,
    /// Per agent, up to when `tags` have been handed out, in Unix milliseconds.
    cursors: Vec<AtomicI64>,
}

impl FakeApi {
    pub(crate) fn new(options: &SandboxOptions) -> Self {
        let floor = Floor::new(options.seed, options.agents.clamp(1, MOST_AGENTS));
        let index_by = |key: fn(&Agent) -> &String| {
            floor.agents().iter().enumerate().map(|(index, agent)| (key(agent).clone(), index)).collect()
        };
        Self {
            reference_model: options.reference_model,
            failing_with: options.failing_with.map(Refusal),
            by_ssid: index_by(|agent| &agent.ssid),
            by_user_id: index_by(|agent| &agent.user_id),
            cursors: floor.agents().iter().map(|_| AtomicI64::new(i64::MIN)).collect(),
            floor,
        }
    }

    pub(crate) fn agents(&self) -> &[Agent] {
        self.floor.agents()
    }

    pub(crate) fn floor(&self) -> &Floor {
        &self.floor
    }

    pub(crate) fn break_reply(&self, agent: usize, at: Timestamp) -> Value {
        self.break_status(agent, at).unwrap_or_else(Refusal::json)
    }

    pub(crate) fn wrap_up_reply(&self, agent: usize, at: Timestamp) -> Value {
        self.wrap_up(agent, at).unwrap_or_else(Refusal::json)
    }

    /// The reply to a request that arrived at this time. Refusals come with HTTP 200, because
    /// DeepCall's replies are judged by their body (`api.md` §6).
    pub(crate) fn reply(&self, method: &str, path: &str, body: &[u8], now: Timestamp) -> Reply {
        let Some(call) = Call::at(path).filter(|_| method == "POST") else {
            return Reply::http_error(404, "the sandbox has no such call");
        };
        let answer = match self.failing_with {
            Some(refusal) => Err(refusal),
            None => self.answer(call, body, now),
        };
        let body = answer.unwrap_or_else(Refusal::json).to_string();
        Reply { status: 200, body }
    }

    fn answer(&self, call: Call, body: &[u8], now: Timestamp) -> Result<Value, Refusal> {
        let fields = Fields::read(body)?;
        let credentials = fields.credentials()?;
        match (call, credentials) {
            // `tags` documents the ssid alone (`api.md` §3).
            (Call::Tags, Credentials::UserToken { .. }) => Err(Refusal::INVALID_PARAMETERS),
            (Call::Tags, Credentials::Ssid(_)) => {
                Ok(self.tags(self.caller(credentials)?, fields.requests_refresh()?, now))
            }
            (Call::AgentOnBreak, _) => self.break_status(self.caller(credentials)?, now),
            (Call::CheckAgentInWrapUp, _) => self.wrap_up(self.caller(credentials)?, now),
            (Call::SetWebPingTime, _) => self.ping(credentials, &fields),
        }
    }

    /// Whose credentials these are.
    fn caller(&self, credentials: Credentials) -> Result<usize, Refusal> {
        match credentials {
            Credentials::Ssid(ssid) => self.by_ssid.get(ssid).copied().ok_or(Refusal::NO_SUCH_SESSION),
            Credentials::UserToken { user_id, token } => {
                let index = *self.by_user_id.get(user_id).ok_or(Refusal::INVALID_USER_ID)?;
                match self.agents().get(index) {
                    Some(agent) if agent.token == token => Ok(index),
                    _ => Err(Refusal::INVALID_TOKEN),
                }
            }
        }
    }

    fn tags(&self, agent: usize, refreshes: bool, now: Timestamp) -> Value {
        let now = now.as_millisecond();
        let moves_cursor = match self.reference_model {
            ReferenceModel::Window => false,
            ReferenceModel::Cursor => true,
            ReferenceModel::CursorOnRefresh => refreshes,
        };
        let last_call = match self.cursors.get(agent) {
            Some(cursor) if moves_cursor => cursor.fetch_max(now, Ordering::Relaxed),
            _ => i64::MIN,
        };
        self.tags_between(agent, last_call.max(now - HOUR), now)
    }

    /// What the agent was notified of after the one and up to the other time, both in Unix milliseconds.
    pub(crate) fn tags_between(&self, agent: usize, after: i64, until: i64) -> Value {
        let tags = self.floor.tags(agent, after, until);
        json!({ "data": tags.notifications, "iconDetails": tags.icons, "status": "success", "code": 200 })
    }

    /// Half of the agents receive the documented error for "not on break", the others the documented
    /// success with 0 (`api.md` §1).
    fn break_status(&self, agent: usize, now: Timestamp) -> Result<Value, Refusal> {
        let (on_break, detail) = match self.floor.state(agent, now) {
            State::OnBreak { reason, since, allowed } => {
                (1, json!({ "reason": reason, "startTime": since, "allowed": allowed }))
            }
            State::AtWork | State::WrapUp { .. } if agent % 2 == 1 => {
                return Err(Refusal::NOT_ON_BREAK);
            }
            State::AtWork | State::WrapUp { .. } => (0, json!({})),
        };
        let agent = self.agents().get(agent);
        Ok(json!({
            "status": "success",
            "data": {
                "on_break": on_break,
                "breakDetail": detail,
                "agent_id": agent.map(|agent| &agent.agent_id),
                "user_id": agent.map(|agent| &agent.user_id),
            },
        }))
    }

    fn wrap_up(&self, agent: usize, now: Timestamp) -> Result<Value, Refusal> {
        let State::WrapUp { ends, call_id, phone } = self.floor.state(agent, now) else {
            return Err(Refusal::NOT_IN_WRAP_UP);
        };
        Ok(json!({
            "status": "success",
            "data": {
                "response": 1,
                "wrapETime": ends,
                "currentDuration": ends - now.as_millisecond().div_euclid(1_000),
                "callId": call_id,
                "cNumber": phone,
            },
        }))
    }

    /// Takes a ping and forgets it: the floor is the same for every caller.
    fn ping(&self, credentials: Credentials, fields: &Fields) -> Result<Value, Refusal> {
        match credentials {
            Credentials::Ssid(EXPIRED_SSID) => return Err(Refusal::NO_SUCH_SESSION),
            Credentials::Ssid(ssid) if self.by_ssid.contains_key(ssid) => {}
            Credentials::Ssid(_) | Credentials::UserToken { .. } => {
                return Err(Refusal::NOT_A_PING_SESSION);
            }
        }
        fields.check_mic_permission()?;
        Ok(json!({ "status": "success", "message": "Ping time updated", "code": 200 }))
    }
}
