//! The document about a floor that is followed.

use std::collections::HashMap;

use jiff::tz::TimeZone;

use crate::commands::status::outcome;
use crate::commands::status::query::AgentAnswers;
use crate::failure::{ExitStatus, Failure};
use crate::floor::alerts::Limit;
use crate::floor::event::EventKind;
use crate::floor::state::AgentState;
use crate::output::formats::json::{Layout, write_document};
use crate::watch::view::{AgentView, FloorView, Phase};

/// The document of `deepcall status` as JSON, with customers' numbers masked. `ids_at_login` are those of profiles whose
/// agent the server named.
pub(crate) fn document_of(
    view: &FloorView,
    limits: &[Limit],
    ids_at_login: &HashMap<String, String>,
    zone: &TimeZone,
) -> String {
    let agents = view.agents.iter().map(|agent| answers(agent, ids_at_login.get(&agent.profile)));
    let outcome = outcome(agents.collect(), limits, view.wall, view.now);
    let mut document = Vec::new();
    // A vector takes all.
    let _ = write_document(&outcome.report, zone, true, Layout::Compact, &mut document);
    String::from_utf8(document).unwrap_or_default()
}

/// What the last answers were, and why there is none now.
fn answers(agent: &AgentView, id_at_login: Option<&String>) -> AgentAnswers {
    let last_tag = agent.history.newest_first().find_map(|event| match &event.kind {
        EventKind::Tag(reported) => Some(reported.tag.clone()),
        _ => None,
    });
    let failure = match (&agent.phase, &agent.failure) {
        (_, Some(failure)) => {
            let mut problem =
                Failure::failed(failure.kind, failure.message.clone()).of_profile(&agent.profile);
            problem.problem.code = failure.code;
            Some(problem)
        }
        (Phase::Over(why), None) => Some(Failure::failed("ended", why.clone()).of_profile(&agent.profile)),
        _ => None,
    };
    AgentAnswers {
        profile: agent.profile.clone(),
        id_at_login: id_at_login.cloned(),
        // What was known of an agent who is no longer followed goes on for nobody knows how long.
        state: if agent.is_over() { AgentState::default() } else { agent.state.clone() },
        last_tag,
        today: agent.today.as_deref().cloned(),
        as_of: agent.health.last_ok(),
        notes: vec![],
        failures: failure.into_iter().collect(),
        statuses: vec![ExitStatus::Done],
    }
}
