//! What the server calls the agent whom something is about.

use crate::client::replies::lenient;
use crate::client::replies::lenient::Object;
use crate::client::replies::spellings::{AGENT, OfAgent};
use crate::json::Raw;

/// A longer text is no name.
const LONGEST: usize = 100;

/// The name in a notification, if a known spelling has it.
#[must_use]
pub fn agent_name(item: &Raw) -> Option<String> {
    let object = Object::read(item).ok()?;
    let name = AGENT.find(&object).read(OfAgent::Name, lenient::text)?;
    let name = name.trim();
    (!name.is_empty() && name.chars().count() <= LONGEST).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_under_every_spelling_and_what_is_none_is_not() {
        for (json, name) in [
            (r#"{"agentName":" Asha Sharma "}"#, Some("Asha Sharma")),
            (r#"{"agent_name":"आशा शर्मा"}"#, Some("आशा शर्मा")),
            (r#"{"agent":{"id":13,"name":"Asha"}}"#, Some("Asha")),
            (r#"{"agentName":""}"#, None),
            (r#"{"agentName":null,"agent":"13"}"#, None),
            (r#"{"name":"Neha Joshi","cName":"Neha Joshi"}"#, None),
            ("[]", None),
            ("7", None),
        ] {
            assert_eq!(agent_name(&Raw::of(json)).as_deref(), name, "{json}");
        }
        let long = format!(r#"{{"agentName":"{}"}}"#, "x".repeat(101));
        assert_eq!(agent_name(&Raw::of(&long)), None);
    }
}
