//! Makes the parts that commands ask for from what the process was given. No command sees this.

use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use directories::ProjectDirs;

use crate::app::console::{Console, Messages};
use crate::app::environment::{Terminals, Variables};
use crate::app::options::{ConnectionOptions, FleetOptions, OutputOptions, ProfileOptions, SandboxOptions};
use crate::app::progress::{Manner, Progress};
use crate::app::renderer::Renderer;
use crate::app::settings::config_file::ConfigFile;
use crate::app::settings::table::{CACERT, JOBS};
use crate::app::settings::who::{Choice, Who};
use crate::app::settings::{Layers, Patience, Source, Sourced, look, patience, who};
use crate::app::sign_in::{
    KEYRING_LIMIT, Member, Stores, credentials_in_variables, open_stored, way_back_by_variables,
};
use crate::clock::Clock;
use crate::dispatch::asking::Wire;
use crate::failure::Failure;
use crate::output::presentation::Presentation;
use crate::output::text::redact::Redactor;
use crate::report::Document;
use crate::sandbox::Sandbox;
use crate::store::{Credentials, Profile, Profiles, ProfilesFile, ServerUrl, Session};

/// What the process was given, and the config file.
#[derive(Clone)]
pub(crate) struct Parts {
    variables: Variables,
    terminals: Terminals,
    clock: Clock,
    redactor: Redactor,
    config: ConfigFile,
    /// The config folder; `None` where the system names none.
    folder: Option<PathBuf>,
}

/// Who asks, opened or about to be.
pub(crate) enum Asking {
    /// The sandbox's agents: their sessions exist once it runs.
    Sandbox {
        /// Which agents.
        choice: Choice,
        /// Which floor.
        seed: u64,
        /// How many agents work on it.
        agents: usize,
    },
    /// Sessions that are stored, or given in variables.
    Members {
        /// The sessions.
        members: Vec<Member>,
        /// Whether the answer is a list.
        is_many: bool,
        /// What `-v` tells about them.
        source: String,
    },
}

impl Parts {
    /// Reads `config.toml`.
    ///
    /// # Errors
    /// If it is wrong: exit code 2.
    pub(crate) fn new(
        variables: Variables,
        terminals: Terminals,
        clock: Clock,
        redactor: Redactor,
    ) -> Result<Self, Failure> {
        let folder = config_folder(&variables);
        let config = folder.as_deref().map(ConfigFile::read).transpose()?.unwrap_or_default();
        Ok(Self { variables, terminals, clock, redactor, config, folder })
    }

    /// For commands that need nothing of this machine: `config.toml` is not looked at.
    pub(crate) fn without_config(
        variables: Variables,
        terminals: Terminals,
        clock: Clock,
        redactor: Redactor,
    ) -> Self {
        let folder = config_folder(&variables);
        Self { variables, terminals, clock, redactor, config: ConfigFile::default(), folder }
    }

    /// The same with what the config file says.
    #[must_use]
    pub(crate) fn with_config(&self, config: ConfigFile) -> Self {
        Self { config, ..self.clone() }
    }

    /// The layers below the command line.
    #[must_use]
    pub(crate) fn layers(&self) -> Layers<'_> {
        Layers::new(&self.variables, &self.config)
    }

    /// The config file.
    #[must_use]
    pub(crate) fn config(&self) -> &ConfigFile {
        &self.config
    }

    /// Which streams are terminals.
    #[must_use]
    pub(crate) fn terminals(&self) -> Terminals {
        self.terminals
    }

    /// The wall clock.
    #[must_use]
    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// How the answer shall be rendered.
    ///
    /// # Errors
    /// If an option, a variable or the config file is wrong: exit code 2.
    pub(crate) fn renderer(
        &self,
        console: &Console,
        options: &OutputOptions,
        document: &Document,
    ) -> Result<Renderer, Failure> {
        let color = look::colour(&options.format, self.layers(), self.terminals.stderr)?;
        let presentation = self.presentation(options)?;
        console.set_messages(Messages { color, mask: presentation.mask, ..console.messages() });
        let configured = look::configured_columns(document, presentation.format, self.layers())?;
        Renderer::new(options, presentation, configured, document)
    }

    /// How the answer shall look.
    ///
    /// # Errors
    /// If an option, a variable or the config file is wrong: exit code 2.
    pub(crate) fn presentation(&self, options: &OutputOptions) -> Result<Presentation, Failure> {
        look::presentation(options, self.layers(), self.terminals, self.clock.now())
    }

    /// Whether a person sits at a terminal that a board can be shown on.
    pub(crate) fn has_screen(&self) -> bool {
        let is_dumb = self.variables.text("TERM").ok().flatten().is_none_or(|term| term == "dumb");
        self.terminals.stdin && self.terminals.stdout && !is_dumb && !self.is_accessible()
    }

    /// Whether a person follows by ear or by touch: nothing may be drawn over.
    pub(crate) fn is_accessible(&self) -> bool {
        self.variables.has("ACCESSIBLE")
    }

    /// What hides secrets on the way out.
    pub(crate) fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// The file that lists the profiles.
    ///
    /// # Errors
    /// If the system names no config folder: exit code 2.
    pub(crate) fn profiles_file(&self) -> Result<ProfilesFile, Failure> {
        let folder = self.folder.as_deref().ok_or_else(no_folder)?;
        Ok(ProfilesFile::in_folder(folder))
    }

    /// Where secrets are kept. A keyring may take `limit` for a call.
    ///
    /// # Errors
    /// If the system names no folder for data: exit code 2.
    pub(crate) fn stores(&self, limit: Duration) -> Result<Stores, Failure> {
        let folder = match self.variables.path("DEEPCALL_CONFIG_DIR") {
            Some(folder) => folder,
            None => project_folders(&self.variables).ok_or_else(no_folder)?.data_local_dir().to_owned(),
        };
        Ok(Stores { folder: folder.join("sessions"), keyring_limit: limit })
    }

    /// Where `config.toml` is or will be.
    ///
    /// # Errors
    /// If the system names no config folder: exit code 2.
    pub(crate) fn config_path(&self) -> Result<PathBuf, Failure> {
        Ok(self.folder.as_deref().ok_or_else(no_folder)?.join("config.toml"))
    }

    /// The process's variables.
    #[must_use]
    pub(crate) fn variables(&self) -> &Variables {
        &self.variables
    }

    /// What the connections share.
    ///
    /// # Errors
    /// If an option or variable is wrong: exit code 2.
    pub(crate) fn wire(&self, options: &ConnectionOptions) -> Result<Wire, Failure> {
        let cacert = self.layers().get(&CACERT, options.cacert.clone().map(Some))?.value;
        Wire::new(self.patience(options)?, cacert.as_deref(), &self.variables, self.clock.clone())
    }

    /// How patient the user asked to be.
    ///
    /// # Errors
    /// If the config file's `timeout` is wrong: exit code 2.
    pub(crate) fn patience(&self, options: &ConnectionOptions) -> Result<Patience, Failure> {
        patience(options, self.layers())
    }

    /// Finds out who asks, and opens the sessions.
    ///
    /// # Errors
    /// If nobody is signed in (exit code 4), or an option, variable or file is wrong (2).
    pub(crate) fn asking(
        &self,
        profile: &ProfileOptions,
        fleet: &FleetOptions,
        sandbox: &SandboxOptions,
        connection: &ConnectionOptions,
    ) -> Result<Asking, Failure> {
        match who::who(profile, fleet, sandbox, self.layers())? {
            Who::Sandbox(choice) => {
                let agents = usize::from(sandbox.agents);
                Ok(Asking::Sandbox { choice, seed: sandbox.seed, agents })
            }
            Who::Variables { variable } => self.asking_by_variables(variable, connection),
            Who::Stored(choice) => {
                // A mistyped address is told even where nobody is signed in.
                who::named_server(connection, self.layers())?;
                let profiles = self.profiles_file()?.read()?;
                let default = profiles.default_profile().map(|profile| profile.name.as_str());
                let chosen = choice.value.pick(profiles.list(), |profile| profile.name.as_str(), default)?;
                let source = format!("{} ({})", names(&chosen), choice.source);
                self.asking_by_profiles(&chosen, choice.value.is_many(), &source, connection)
            }
        }
    }

    /// Opens the sessions of these profiles.
    ///
    /// # Errors
    /// If an option or variable is wrong: exit code 2.
    pub(crate) fn asking_by_profiles(
        &self,
        chosen: &[&Profile],
        is_many: bool,
        source: &str,
        connection: &ConnectionOptions,
    ) -> Result<Asking, Failure> {
        let named = who::named_server(connection, self.layers())?;
        let members = open_stored(chosen, named.as_ref(), &self.stores(KEYRING_LIMIT)?);
        for session in members.iter().filter_map(|member| member.session.as_ref().ok()) {
            self.hide(&session.credentials);
        }
        Ok(Asking::Members { members, is_many, source: format!("profile {source}") })
    }

    fn asking_by_variables(
        &self,
        variable: &'static str,
        connection: &ConnectionOptions,
    ) -> Result<Asking, Failure> {
        let credentials = credentials_in_variables(&self.variables)?;
        self.hide(&credentials);
        let server = self.server(connection)?;
        who::refuse_plain_http(&server.value, false)?;
        let profile = self.variables.text("DEEPCALL_PROFILE")?.unwrap_or("env").to_owned();
        let source = format!("session in {variable}, server {} ({})", server.value, server.source);
        let session =
            Session { profile: profile.clone(), server: server.value, allow_http: false, credentials };
        let way_back = way_back_by_variables(&self.variables);
        let members = vec![Member { profile, session: Ok(session), way_back }];
        Ok(Asking::Members { members, is_many: false, source })
    }

    /// The server named by option, variable or config file, or the default one.
    ///
    /// # Errors
    /// If the address is wrong: exit code 2.
    pub(crate) fn server(&self, connection: &ConnectionOptions) -> Result<Sourced<ServerUrl>, Failure> {
        match who::named_server(connection, self.layers())? {
            Some(named) => Ok(named),
            None => Ok(Sourced::new(ServerUrl::parse(ServerUrl::DEFAULT)?, Source::Default)),
        }
    }

    /// From now on, these credentials are never written to stdout or stderr.
    pub(crate) fn hide(&self, credentials: &Credentials) {
        self.redactor.hide(credentials.secret().expose());
    }

    /// A progress line for a person who is not to be left alone with a long wait.
    #[must_use]
    pub(crate) fn progress(&self, is_quiet: bool) -> Rc<Progress> {
        let manner = match (self.terminals.stderr && !is_quiet, self.is_accessible()) {
            (false, _) => Manner::Silent,
            (true, true) => Manner::Plain,
            (true, false) => Manner::Drawn,
        };
        Rc::new(Progress::new(manner))
    }

    /// How many profiles to ask at the same time.
    ///
    /// # Errors
    /// If the config file is wrong: exit code 2.
    pub(crate) fn jobs(&self, fleet: &FleetOptions) -> Result<u16, Failure> {
        Ok(self.layers().get(&JOBS, fleet.jobs)?.value)
    }
}

/// The sandbox's agents that were chosen, as sessions.
///
/// # Errors
/// If no agent has that name: exit code 4.
pub(crate) fn sandbox_members(sandbox: &Sandbox, choice: &Choice) -> Result<Vec<Member>, Failure> {
    let agents = sandbox.agents();
    let default = agents.first().map(|agent| agent.profile.as_str());
    let server = ServerUrl::parse(sandbox.origin())?;
    let chosen = choice.pick(agents, |agent| agent.profile.as_str(), default)?;
    let member = |agent: &crate::sandbox::Agent| {
        let credentials = Credentials::Ssid(crate::store::Secret::new(agent.ssid.clone()));
        let profile = agent.profile.clone();
        let session =
            Session { profile: profile.clone(), server: server.clone(), allow_http: false, credentials };
        Member { profile, session: Ok(session), way_back: None }
    };
    Ok(chosen.into_iter().map(member).collect())
}

fn names(profiles: &[&Profile]) -> String {
    let names: Vec<&str> = profiles.iter().map(|profile| profile.name.as_str()).collect();
    names.join(", ")
}

/// The folder of `config.toml` and `profiles.toml`.
pub(crate) fn config_folder(variables: &Variables) -> Option<PathBuf> {
    let named = variables.path("DEEPCALL_CONFIG_DIR");
    named.or_else(|| project_folders(variables).map(|folders| folders.config_dir().to_owned()))
}

/// Only below a home that was named: the library would fall back on the system's list of users, or write
/// below a relative path, which is another folder for each place the program is started in.
fn project_folders(variables: &Variables) -> Option<ProjectDirs> {
    if cfg!(unix) && !variables.path("HOME").is_some_and(|home| home.is_absolute()) {
        return None;
    }
    ProjectDirs::from("", "", "deepcall")
}

fn no_folder() -> Failure {
    Failure::config("HOME is not set, or is no absolute path, so there is no folder for configuration")
        .hint("set HOME, or DEEPCALL_CONFIG_DIR to a folder of your own")
}

/// The profiles file as it is, for commands that only read it.
///
/// # Errors
/// If it is wrong: exit code 2.
pub(crate) fn read_profiles(parts: &Parts) -> Result<Profiles, Failure> {
    Ok(parts.profiles_file()?.read()?)
}
