//! The call, the credentials and the fields of a request.

use serde_json::{Map, Value};

use crate::sandbox::reply::refusal::Refusal;

/// The calls that the sandbox answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Tags,
    AgentOnBreak,
    CheckAgentInWrapUp,
    SetWebPingTime,
}

impl Call {
    /// The call behind a path, read as loosely as DeepCall's own pages spell theirs (`api.md` §0):
    /// in any case, with or without a slash at the end.
    pub(crate) fn at(path: &str) -> Option<Self> {
        let path = path.to_ascii_lowercase();
        match path.strip_suffix('/').unwrap_or(&path) {
            "/api/v2/agentprofile/tags" => Some(Self::Tags),
            "/api/v2/agentprofile/agentonbreak" => Some(Self::AgentOnBreak),
            "/api/v2/agentprofile/checkagentinwrapup" => Some(Self::CheckAgentInWrapUp),
            "/api/v2/agentprofile/setwebpingtime" => Some(Self::SetWebPingTime),
            _ => None,
        }
    }
}

/// Exactly one of the two forms of credentials (`api.md` §0).
#[derive(Clone, Copy)]
pub(crate) enum Credentials<'a> {
    Ssid(&'a str),
    UserToken { user_id: &'a str, token: &'a str },
}

/// The fields of a request body.
pub(crate) struct Fields(Map<String, Value>);

impl Fields {
    pub(crate) fn read(body: &[u8]) -> Result<Self, Refusal> {
        serde_json::from_slice(body).map(Self).map_err(|_| Refusal::INVALID_REQUEST)
    }

    pub(crate) fn credentials(&self) -> Result<Credentials<'_>, Refusal> {
        match (self.text("ssid")?, self.text("userId")?, self.text("token")?) {
            (Some(ssid), None, None) => Ok(Credentials::Ssid(ssid)),
            (None, Some(user_id), Some(token)) => Ok(Credentials::UserToken { user_id, token }),
            (None, None, Some(_)) => Err(Refusal::USER_ID_NOT_PROVIDED),
            (None, Some(_), None) => Err(Refusal::TOKEN_NOT_FOUND),
            (None, None, None) | (Some(_), _, _) => Err(Refusal::INVALID_PARAMETERS),
        }
    }

    /// Whether `ref` requests a refresh: documented as text, sent as `true` in every sample (`api.md` §3).
    pub(crate) fn requests_refresh(&self) -> Result<bool, Refusal> {
        match self.0.get("ref") {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(is_true)) => Ok(*is_true),
            Some(Value::String(text)) => Ok(text.eq_ignore_ascii_case("true") || text == "1"),
            Some(Value::Number(number)) => Ok(number.as_i64() == Some(1)),
            Some(Value::Array(_) | Value::Object(_)) => Err(Refusal::INVALID_DATA_TYPE),
        }
    }

    pub(crate) fn check_mic_permission(&self) -> Result<(), Refusal> {
        match self.0.get("mic_perm") {
            None | Some(Value::Null) => Err(Refusal::NO_MIC_PERMISSION),
            Some(Value::String(text)) if text.is_empty() => Err(Refusal::NO_MIC_PERMISSION),
            Some(Value::Array(_) | Value::Object(_)) => Err(Refusal::INCOMPATIBLE_TYPE),
            Some(Value::Bool(_) | Value::Number(_) | Value::String(_)) => Ok(()),
        }
    }

    /// A field that must be text; empty text counts as absent.
    fn text(&self, key: &str) -> Result<Option<&str>, Refusal> {
        match self.0.get(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
            Some(_) => Err(Refusal::INVALID_DATA_TYPE),
        }
    }
}
