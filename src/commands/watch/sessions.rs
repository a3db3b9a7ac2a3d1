//! The sessions of a watch: those that it begins with, a newer one from the store, and none any more.

use crate::app::App;
use crate::app::connect::Connector;
use crate::app::fleet::Fleet;
use crate::app::select::{SelectedProfiles, Selection};
use crate::app::settings::choice::{SessionSource, session_source};
use crate::client::SignedIn;
use crate::failure::Failure;

/// The sessions that can be followed. With several profiles, one that is not signed in is an error beside the others.
pub(crate) fn signed_in(fleet: Fleet, app: &App) -> Result<Vec<SignedIn>, Failure> {
    let mut sessions = vec![];
    let mut failures = vec![];
    for agent in fleet.agents {
        match agent.session {
            Ok(session) => sessions.push(session),
            Err(failure) if fleet.is_many => failures.push(failure.of_profile(&agent.profile)),
            Err(failure) => failures.push(failure),
        }
    }
    // Where nobody is left to be followed, the last failure is how the command ends.
    let last = if sessions.is_empty() { failures.pop() } else { None };
    for failure in &failures {
        app.console.error(&failure.problem);
    }
    match last {
        Some(failure) => Err(failure),
        None if sessions.is_empty() => Err(Failure::sign_in("nobody is signed in")),
        None => Ok(sessions),
    }
}

/// Another session than the one in use, if somebody has signed in again.
pub(crate) fn renewed(
    session: &SignedIn,
    selection: Selection<'_>,
    connector: &Connector,
    app: &App,
) -> Option<SignedIn> {
    let source = session_source(selection.fleet, selection.sandbox, app.settings().ok()?).ok()?;
    let in_variables = matches!(source, SessionSource::Variables(_));
    let selected = if in_variables {
        SelectedProfiles::by_options(app, selection).ok()?
    } else {
        let profiles = app.folders().ok()?.profiles_file().read().ok()?;
        let stored = profiles.list().iter().find(|profile| profile.name.as_str() == session.profile)?;
        SelectedProfiles::stored(app, &[stored], false, "").ok()?
    };
    let SelectedProfiles::Sessions { agents, .. } = selected else { return None };
    let found = connector.sign_in(agents).pop()?.session.ok()?;
    let is_other = found.credentials.secret().expose() != session.credentials.secret().expose();
    is_other.then_some(found)
}

/// What to do when every session is over.
pub(crate) fn expired(sign_in_hints: &[String]) -> Failure {
    let failure = Failure::sign_in("the session is over, and no newer one is stored");
    match sign_in_hints {
        [only] => failure.hint(only),
        _ => failure.hint("run `deepcall login --profile NAME` for each that was told as expired"),
    }
}
