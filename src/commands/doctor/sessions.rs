//! Checks each server and each session, within a limit of time.

use std::time::Duration;

use futures_util::{StreamExt, stream};

use crate::app::App;
use crate::app::connect::Connector;
use crate::app::fleet::{Agent, Fleet};
use crate::app::options::{FleetOptions, SandboxOptions};
use crate::app::owner;
use crate::app::owner::SameAgent;
use crate::app::select::{SelectedProfiles, Selection, jobs};
use crate::app::settings::Sourced;
use crate::app::settings::choice::{Choice, SessionSource, session_source};
use crate::app::settings::table::SERVER;
use crate::client::SignedIn;
use crate::commands::doctor::finding::Finding;
use crate::commands::doctor::network;
use crate::failure::Failure;
use crate::store::{Profile, Profiles, ServerUrl, Session};

const REQUEST_LIMIT: Duration = Duration::from_secs(10);
/// More accepted sessions than this share one line.
const SESSIONS_IN_FULL: usize = 8;

/// Sends one request to each server, and one for each session.
pub(crate) async fn servers_and_sessions(
    sandbox: &SandboxOptions,
    profiles: &Profiles,
    app: &App,
) -> Vec<Finding> {
    let examined = Examination::new(app).map(|it| it.run(sandbox, profiles));
    match examined {
        Ok(findings) => findings.await,
        Err(failure) => vec![Finding::failed("server", &failure)],
    }
}

struct Examination<'a> {
    app: &'a App,
    connector: Connector,
}

struct Selected {
    profiles: SelectedProfiles,
    /// Those profiles, if they are stored.
    stored: Vec<Profile>,
    /// Where their servers are named.
    source: String,
}

impl<'a> Examination<'a> {
    fn new(app: &'a App) -> Result<Self, Failure> {
        let mut connector = Connector::new(app.settings()?, &app.clock)?;
        app.supervised.begin_timeout(connector.timeout);
        (connector.timeout, connector.retries) = (Some(REQUEST_LIMIT), Some(0));
        Ok(Self { app, connector })
    }

    async fn run(self, sandbox: &SandboxOptions, profiles: &Profiles) -> Vec<Finding> {
        let Selected { profiles: selected, stored, source } = match self.select(sandbox, profiles) {
            Ok(found) => found,
            Err(failure) => {
                let mut findings = self.named_server().await;
                findings.push(Finding::failed("session", &failure));
                return findings;
            }
        };
        let jobs = self.app.settings().and_then(jobs);
        let jobs = match jobs {
            Ok(jobs) => jobs,
            Err(failure) => return vec![Finding::failed("session", &failure)],
        };
        // The sandbox is needed until the sessions have been checked.
        let (agents, _sandbox, _) = match selected.sessions(self.app).await {
            Ok(opened) => opened,
            Err(failure) => return vec![Finding::failed("session", &failure)],
        };
        let mut findings = vec![];
        let mut reachable = vec![];
        let servers = servers(&agents);
        let is_one_of_several = servers.len() > 1;
        let requests = servers
            .iter()
            .map(|(server, allow_http)| self.server(server, *allow_http, is_one_of_several, &source));
        let results: Vec<_> = stream::iter(requests).buffered(jobs).collect().await;
        for ((server, _), (found, is_reached)) in servers.iter().zip(results) {
            findings.extend(found);
            if is_reached {
                reachable.push(server);
            }
        }
        if findings.is_empty() {
            findings.extend(self.named_server().await);
        }
        let is_reachable = |agent: &Agent<Session>| {
            agent.session.as_ref().map_or(true, |session| reachable.contains(&&session.server))
        };
        let (checked, skipped): (Vec<_>, Vec<_>) = agents.into_iter().partition(is_reachable);
        let agents = self.connector.sign_in(checked);
        let fleet = Fleet { agents, is_many: true, jobs, progress: Box::new(|_| ()) };
        match sessions(&fleet, stored, self.app).await {
            Ok(found) => findings.extend(found),
            Err(failure) => findings.push(Finding::failed("session", &failure)),
        }
        let why = "its server was not reached";
        findings.extend(skipped.into_iter().map(|agent| Finding::skipped("session", why).of(agent.profile)));
        findings
    }

    /// The sessions to check, which are those of the sandbox, the one in variables, or all that are stored.
    fn select(&self, sandbox: &SandboxOptions, profiles: &Profiles) -> Result<Selected, Failure> {
        let (app, fleet) = (self.app, FleetOptions::ONE);
        let source = match session_source(fleet, sandbox, app.settings()?)? {
            SessionSource::Stored(_) => {
                let all = Choice::All.pick(profiles.list(), |profile| profile.name.as_str(), None)?;
                let selected = SelectedProfiles::stored(app, &all, true, "")?;
                let stored = profiles.list().to_vec();
                return Ok(Selected { profiles: selected, stored, source: "profiles.toml".to_owned() });
            }
            SessionSource::Sandbox(_) => "--sandbox".to_owned(),
            SessionSource::Variables(_) => self.named()?.source.to_string(),
        };
        let selection = Selection { fleet, sandbox };
        let profiles = SelectedProfiles::by_options(app, selection)?;
        Ok(Selected { profiles, stored: vec![], source })
    }

    fn named(&self) -> Result<Sourced<ServerUrl>, Failure> {
        self.app.settings()?.get(&SERVER)
    }

    /// Without a session, the server that `login` would use is checked.
    async fn named_server(&self) -> Vec<Finding> {
        match self.named() {
            Ok(server) => self.server(&server.value, false, false, &server.source.to_string()).await.0,
            Err(failure) => vec![Finding::failed("address", &failure)],
        }
    }

    /// The checks of a server whose address comes from `source`, and whether it answers.
    async fn server(
        &self,
        server: &ServerUrl,
        allow_http: bool,
        is_one_of_several: bool,
        source: &str,
    ) -> (Vec<Finding>, bool) {
        let failed = |failure| (vec![Finding::failed("server", &failure).of(server.origin())], false);
        let connection = match self.connector.connect(server, allow_http) {
            Ok(connection) => connection,
            Err(failure) => return failed(failure),
        };
        let reached = match until_stopped(self.app, connection.reach()).await {
            Ok(reached) => reached,
            Err(failure) => return failed(failure),
        };
        let now = self.app.clock.now();
        let found = network::server(&connection, source, is_one_of_several, &reached, now);
        (found, reached.answer.is_ok())
    }
}

/// Each server once, and whether plain http is allowed for it.
fn servers(agents: &[Agent<Session>]) -> Vec<(ServerUrl, bool)> {
    let mut servers: Vec<(ServerUrl, bool)> = vec![];
    for session in agents.iter().filter_map(|agent| agent.session.as_ref().ok()) {
        if !servers.iter().any(|(known, _)| *known == session.server) {
            servers.push((session.server.clone(), session.allow_http));
        }
    }
    servers
}

/// Whether the server accepts each session, by a call that changes nothing, and whether two are for one agent.
async fn sessions(fleet: &Fleet, mut stored: Vec<Profile>, app: &App) -> Result<Vec<Finding>, Failure> {
    let request = |signed_in| async move { Ok(until_stopped(app, SignedIn::verify(signed_in)).await??) };
    let answers = fleet.query(request).await?;
    let mut findings = vec![];
    let opened: Vec<&SignedIn> =
        fleet.agents.iter().filter_map(|agent| agent.session.as_ref().ok()).collect();
    for (name, answer) in &answers.answered {
        if let Some(profile) = stored.iter_mut().find(|profile| profile.name.as_str() == name) {
            owner::learn(profile, answer.value.clone(), &app.redactor);
        }
    }
    let same = SameAgent::among(&stored, opened);
    if answers.answered.len() > SESSIONS_IN_FULL {
        findings.push(Finding::ok("session", format!("{} sessions accepted", answers.answered.len())));
    } else {
        let accepted = answers.answered.into_iter().map(|(profile, answer)| {
            let note = answer.notes.into_iter().next().unwrap_or_else(|| "accepted".to_owned());
            Finding::ok("session", note).of(profile)
        });
        findings.extend(accepted);
    }
    findings.extend(answers.failures.iter().map(|failure| {
        let profile = failure.problem.profile.clone().unwrap_or_default();
        Finding::failed("session", failure).of(profile)
    }));
    findings.extend(same.iter().map(|same| Finding::warn("session", same.sentence(), SameAgent::ADVICE)));
    Ok(findings)
}

/// Waits for an answer, but no longer than `--timeout` allows for all of them.
///
/// # Errors
/// If there was no answer by then: exit code 124.
async fn until_stopped<T>(app: &App, request: impl Future<Output = T>) -> Result<T, Failure> {
    tokio::select! {
        biased;
        reason = app.supervised.stopped() => Err(reason.into()),
        answer = request => Ok(answer),
    }
}
