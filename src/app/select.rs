//! Selects whom a command queries: the sandbox's agents, the session in variables, or stored profiles.

use crate::app::App;
use crate::app::connect::Connector;
use crate::app::console::Side;
use crate::app::fleet::{Agent, Fleet};
use crate::app::options::{FleetOptions, QueryOptions, SandboxOptions};
use crate::app::progress::{Manner, with_progress};
use crate::app::settings::choice::{Choice, SessionSource, session_source};
use crate::app::settings::table::{JOBS, SERVER, TIMEOUT};
use crate::app::settings::variables::credential_in;
use crate::app::settings::{Settings, Source};
use crate::app::sign_in::{
    KEYRING_LIMIT, Stores, credentials_in_variables, open_stored, sign_in_hint_for_variables,
};
use crate::failure::{ExitStatus, Failure};
use crate::sandbox::{Sandbox, SandboxOptions as Simulation};
use crate::store::{Credentials, Profile, ProfileName, Secret, ServerUrl, Session};

/// The options that select several agents or simulated ones; a single profile is a setting.
#[derive(Clone, Copy)]
pub(crate) struct Selection<'a> {
    pub(crate) fleet: &'a FleetOptions,
    pub(crate) sandbox: &'a SandboxOptions,
}

impl<'a> From<&'a QueryOptions> for Selection<'a> {
    fn from(options: &'a QueryOptions) -> Self {
        let QueryOptions { fleet, sandbox, .. } = options;
        Self { fleet, sandbox }
    }
}

/// The sessions have been read from their stores; nothing has been sent.
pub(crate) enum SelectedProfiles {
    /// Their sessions exist once the sandbox runs.
    Sandbox { choice: Choice, seed: u64, agents: usize },
    Sessions {
        agents: Vec<Agent<Session>>,
        is_many: bool,
        /// For `-v`.
        source: String,
    },
}

impl App {
    /// Opens the sessions and connections of the selected agents, and the sandbox if one is requested. Then runs the
    /// command until it ends, or until Ctrl-C, SIGTERM or `--timeout`.
    ///
    /// # Errors
    /// The command's own failure, or why it could not begin.
    pub(crate) fn query<T>(
        &self,
        selection: Selection<'_>,
        command: impl AsyncFnOnce(Fleet) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        self.supervised.begin_timeout(self.settings()?.get(&TIMEOUT)?.value);
        let selected = SelectedProfiles::by_options(self, selection)?;
        selected.query(self, command)
    }
}

impl SelectedProfiles {
    /// The profiles that the options name, or else the default.
    ///
    /// # Errors
    /// If nobody is signed in (exit code 4), or an option, variable or file is wrong (2).
    pub(crate) fn by_options(app: &App, selection: Selection<'_>) -> Result<Self, Failure> {
        let Selection { fleet, sandbox } = selection;
        let settings = app.settings()?;
        let is_many = fleet.all || !fleet.profiles.is_empty();
        settings.typed.refuse_unused(&[("--jobs", is_many, "--all or --profiles")])?;
        match session_source(fleet, sandbox, settings)? {
            SessionSource::Sandbox(choice) => Ok(Self::Sandbox {
                choice,
                seed: sandbox.floor.seed,
                agents: usize::from(sandbox.floor.agents),
            }),
            SessionSource::Variables(variable) => Self::in_variables(app, variable),
            SessionSource::Stored(choice) => {
                // A mistyped address is an error even if there is no session.
                settings.get(&SERVER)?;
                let profiles = app.folders()?.profiles_file().read()?;
                let default = profiles.default_profile().map(|profile| profile.name.as_str());
                let chosen = choice.value.pick(profiles.list(), |profile| profile.name.as_str(), default);
                let chosen = chosen.map_err(|failure| match &choice.value {
                    Choice::Named(name) if ProfileName::parse(name).is_ok() => {
                        failure.hint(format!("run `deepcall login --profile {name}` to create it"))
                    }
                    many if many.is_many() && failure.status == ExitStatus::SignIn => {
                        without_profiles(app, &choice.source, failure)
                    }
                    _ => failure,
                })?;
                let names: Vec<&str> = chosen.iter().map(|profile| profile.name.as_str()).collect();
                let source = format!("{} ({})", names.join(", "), choice.source);
                Self::stored(app, &chosen, choice.value.is_many(), &source)
            }
        }
    }

    /// # Errors
    /// If an option or variable is wrong: exit code 2.
    pub(crate) fn stored(
        app: &App,
        profiles: &[&Profile],
        is_many: bool,
        source: &str,
    ) -> Result<Self, Failure> {
        let agents = open_stored(profiles, app.settings()?, &Stores::new(&app.folders()?, KEYRING_LIMIT));
        for session in agents.iter().filter_map(|agent| agent.session.as_ref().ok()) {
            app.redactor.hide(session.credentials.secret().expose());
        }
        Ok(Self::Sessions { agents, is_many, source: format!("profile {source}") })
    }

    fn in_variables(app: &App, variable: &'static str) -> Result<Self, Failure> {
        let credentials = credentials_in_variables(&app.variables)?;
        app.redactor.hide(credentials.secret().expose());
        let server = app.settings()?.get(&SERVER)?;
        server.value.refuse_plain_http(false)?;
        let profile = app.variables.text("DEEPCALL_PROFILE")?.unwrap_or("env").to_owned();
        let source = format!("session in {variable}, server {} ({})", server.value, server.source);
        let session =
            Session { profile: profile.clone(), server: server.value, allow_http: false, credentials };
        let sign_in_hint = sign_in_hint_for_variables(&app.variables);
        let agent = Agent { is_in_variables: true, sign_in_hint, ..Agent::new(profile, Ok(session)) };
        Ok(Self::Sessions { agents: vec![agent], is_many: false, source })
    }

    /// [`App::query`] for profiles that are already selected.
    ///
    /// # Errors
    /// The command's own failure, or why it could not begin.
    pub(crate) fn query<T>(
        self,
        app: &App,
        command: impl AsyncFnOnce(Fleet) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let connector = Connector::new(app.settings()?, &app.clock)?;
        let shows_progress = app.terminals.stderr && !app.console.messages().verbosity.quiet;
        let manner = if app.variables.is_accessible() { Manner::Plain } else { Manner::Drawn };
        let outcome = app.console.log(Side::Client, || {
            app.supervised.run(async {
                // The sandbox must outlive the command.
                let (_sandbox, fleet) = self.sign_in(app, &connector).await?;
                if shows_progress {
                    with_progress(fleet, manner, command).await
                } else {
                    command(fleet).await
                }
            })
        });
        outcome.map_err(|failure| connector.explain(failure))
    }

    /// The fleet, and the sandbox if one serves it.
    ///
    /// # Errors
    /// If the sandbox cannot be started (exit code 1), or has no such agent (2).
    pub(crate) async fn sign_in(
        self,
        app: &App,
        connector: &Connector,
    ) -> Result<(Option<Sandbox>, Fleet), Failure> {
        let is_many = match &self {
            Self::Sessions { is_many, .. } => *is_many,
            Self::Sandbox { choice, .. } => choice.is_many(),
        };
        let (agents, sandbox, source) = self.sessions(app).await?;
        app.console.detail(&source);
        let agents = connector.sign_in(agents);
        let jobs = jobs(app.settings()?)?;
        Ok((sandbox, Fleet { agents, is_many, jobs, progress: Box::new(|_| ()) }))
    }

    /// The sessions, the sandbox if one serves them, and their source for `-v`.
    ///
    /// # Errors
    /// If the sandbox cannot be started (exit code 1), or has no such agent (2).
    pub(crate) async fn sessions(
        self,
        app: &App,
    ) -> Result<(Vec<Agent<Session>>, Option<Sandbox>, String), Failure> {
        match self {
            Self::Sessions { agents, source, .. } => Ok((agents, None, source)),
            Self::Sandbox { choice, seed, agents } => {
                let simulation = Simulation { seed, agents, ..Simulation::new(app.clock.clone()) };
                let sandbox = start_sandbox(simulation).await?;
                let source = format!("sandbox at {}, seed {seed}", sandbox.origin());
                Ok((simulated_agents(&sandbox, &choice)?, Some(sandbox), source))
            }
        }
    }
}

/// `--all` beside a session in a variable, which is not a stored one.
fn without_profiles(app: &App, option: &Source, failure: Failure) -> Failure {
    let Some(variable) = credential_in(&app.variables) else { return failure };
    Failure::sign_in(format!(
        "{option} is for stored profiles, and none is stored; {variable} is the session of one agent"
    ))
    .hint(format!("without {option}, {variable} is used"))
    .hint("run `deepcall login` to store a session for each agent, or `deepcall login --from-file FILE`")
    .hint("to try it with a simulated team, run `deepcall sandbox --profiles FOLDER`")
}

/// # Errors
/// If the config file is wrong: exit code 2.
pub(crate) fn jobs(settings: Settings<'_>) -> Result<usize, Failure> {
    Ok(settings.get(&JOBS)?.value.into())
}

/// # Errors
/// If it cannot listen: exit code 1.
pub(crate) async fn start_sandbox(simulation: Simulation) -> Result<Sandbox, Failure> {
    let port = simulation.port;
    Sandbox::start(simulation).await.map_err(|error| {
        Failure::failed("sandbox", format!("cannot listen on 127.0.0.1 port {port}")).caused_by(&error)
    })
}

fn simulated_agents(sandbox: &Sandbox, choice: &Choice) -> Result<Vec<Agent<Session>>, Failure> {
    let agents = sandbox.agents();
    let default = agents.first().map(|agent| agent.profile.as_str());
    let server = ServerUrl::parse(sandbox.origin())?;
    let chosen = choice.pick(agents, |agent| agent.profile.as_str(), default)?;
    let session = |agent: &crate::sandbox::Agent| {
        let credentials = Credentials::Ssid(Secret::new(agent.ssid.clone()));
        let (profile, server) = (agent.profile.clone(), server.clone());
        let session = Session { profile: profile.clone(), server, allow_http: false, credentials };
        Agent::new(profile, Ok(session))
    };
    Ok(chosen.into_iter().map(session).collect())
}
