//! The sessions of a watch: the first ones, and newer ones from the store.

use std::cell::RefCell;
use std::collections::HashSet;
use std::{fs, io};

use crate::app::App;
use crate::app::connect::Connector;
use crate::app::fleet::Fleet;
use crate::app::select::{SelectedProfiles, Selection};
use crate::app::settings::choice::{SessionSource, session_source};
use crate::client::SignedIn;
use crate::failure::Failure;
use crate::report::Failures;
use crate::store::ProfilesFile;
use crate::watch::source::Stamp;

/// The sessions to follow. With several profiles, those without a session are reported and the others are followed.
///
/// # Errors
/// If there is no session to follow: as the last profile failed. If `awaited`, the profile of `--until`, has none: as it failed.
pub(crate) fn signed_in(fleet: Fleet, awaited: Option<&str>, app: &App) -> Result<Vec<SignedIn>, Failure> {
    let (queried, is_many) = (fleet.agents.len(), fleet.is_many);
    let mut sessions = vec![];
    let mut failures = vec![];
    for agent in fleet.agents {
        match agent.session {
            Ok(session) => sessions.push(session),
            Err(failure) if is_many => failures.push(failure.of_profile(&agent.profile)),
            Err(failure) => return Err(failure),
        }
    }
    let is_awaited = |failure: &&Failure| awaited.is_some() && failure.problem.profile.as_deref() == awaited;
    let of_awaited = failures.iter().find(is_awaited).map(|failure| failure.status);
    let last = failures.last().map(|failure| failure.status);
    let problems = failures.into_iter().map(|failure| *failure.problem).collect();
    app.console.errors(&Failures { problems, queried });
    if let Some(status) = of_awaited {
        return Err(Failure::reported(status));
    }
    match last {
        Some(status) if sessions.is_empty() => Err(Failure::reported(status)),
        None if sessions.is_empty() => Err(Failure::sign_in("no profile has a session")),
        _ => Ok(sessions),
    }
}

/// A session that differs from the one in use, if there was a newer login.
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

/// The names in `profiles.toml` under a watch. Each poll of each profile needs them, so the file is read again only when it
/// has changed.
pub(crate) struct StoredProfiles {
    file: ProfilesFile,
    known: RefCell<(Option<Stamp>, HashSet<String>)>,
}

impl StoredProfiles {
    /// `None` where the sessions are not stored ones.
    ///
    /// # Errors
    /// If an option or variable is wrong: exit code 2.
    pub(crate) fn of(selection: Selection<'_>, app: &App) -> Result<Option<Self>, Failure> {
        match session_source(selection.fleet, selection.sandbox, app.settings()?)? {
            SessionSource::Stored(_) => {
                let file = app.folders()?.profiles_file();
                Ok(Some(Self { file, known: RefCell::default() }))
            }
            SessionSource::Sandbox(_) | SessionSource::Variables(_) => Ok(None),
        }
    }

    /// What differs once somebody has signed in: each login replaces the file, after it has stored its secret.
    pub(crate) fn stamp(&self) -> Option<Stamp> {
        fs::metadata(self.file.path()).ok().as_ref().and_then(stamp)
    }

    /// Whether a profile of this name is stored, or may be: what cannot be read shows nothing.
    pub(crate) fn holds(&self, profile: &str) -> bool {
        let stamp = match fs::metadata(self.file.path()) {
            Ok(metadata) => stamp(&metadata),
            Err(error) => return error.kind() != io::ErrorKind::NotFound,
        };
        let (known, names) = &mut *self.known.borrow_mut();
        if *known != stamp || stamp.is_none() {
            let Ok(profiles) = self.file.read() else { return true };
            *names = profiles.list().iter().map(|profile| profile.name.as_str().to_owned()).collect();
            *known = stamp;
        }
        names.contains(profile)
    }
}

fn stamp(metadata: &fs::Metadata) -> Option<Stamp> {
    metadata.modified().ok().map(|modified| (modified, metadata.len()))
}

pub(crate) fn expired(sign_in_hints: &[String]) -> Failure {
    let failure = Failure::sign_in("the session has expired, and no newer one is stored");
    match sign_in_hints {
        [only] => failure.hint(only),
        _ => failure.hint(
            "run `deepcall login --profile NAME` for each profile whose session was reported as expired",
        ),
    }
}
