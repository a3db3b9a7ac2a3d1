//! What surrounds one run: variables, streams, terminals, clock, folders. They are read once, and only here, so that a test
//! can replace all of them.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{IsTerminal, Read, Write};
use std::path::PathBuf;

use directories::ProjectDirs;

use crate::app::panics::report_panics;
use crate::clock::Clock;
use crate::failure::{ExitStatus, Failure};
use crate::output::text::redact::Redactor;
use crate::store::ProfilesFile;
use crate::system::process::{forbid_core_dumps, outlive_file_size_limits};
use crate::system::{HOME_IS_A_VARIABLE, VARIABLES_IGNORE_CASE, terminal};

pub struct Environment {
    pub variables: Variables,
    pub stdin: Box<dyn Read + Send>,
    pub stdout: Box<dyn Write + Send>,
    pub stderr: Box<dyn Write + Send>,
    pub terminals: Terminals,
    pub clock: Clock,
    /// Hides secrets in all output, also in the report of a panic.
    pub redactor: Redactor,
    /// Why other processes of the same user can read the memory of this one, if they can.
    pub exposure: Option<std::io::Error>,
    /// Whether signals and the reader of stdout may end the process. A test runs several commands in one process.
    pub owns_process: bool,
}

impl Environment {
    /// The environment of this process.
    #[must_use]
    pub fn of_this_process() -> Self {
        let exposure = forbid_core_dumps().err();
        outlive_file_size_limits();
        let mut variables = Variables::new(std::env::vars_os());
        if let (false, Some(kind)) = (variables.has("TERM"), terminal::usual_kind()) {
            variables.0.insert("TERM".into(), kind.into());
        }
        let redactor = Redactor::default();
        report_panics(redactor.clone(), ExitStatus::Failed.code());
        Self {
            variables,
            stdin: Box::new(std::io::stdin()),
            stdout: Box::new(std::io::stdout()),
            stderr: Box::new(std::io::stderr()),
            terminals: Terminals {
                stdin: std::io::stdin().is_terminal(),
                stdout: std::io::stdout().is_terminal(),
                stderr: std::io::stderr().is_terminal(),
                stdout_is_closed: terminal::stdout_is_closed(),
                width: terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)),
            },
            clock: Clock::system(),
            redactor,
            exposure,
            owns_process: true,
        }
    }
}

/// Which streams are terminals, whether there is a stdout at all, and the terminal's width in columns.
#[derive(Clone, Copy, Debug, Default)]
pub struct Terminals {
    pub stdin: bool,
    pub stdout: bool,
    pub stderr: bool,
    pub stdout_is_closed: bool,
    pub width: Option<usize>,
}

/// Environment variables. An empty one counts as not set. Where case does not matter, the names are in capitals.
#[derive(Clone, Debug, Default)]
pub struct Variables(BTreeMap<OsString, OsString>);

impl Variables {
    pub fn new(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let named = |(mut name, value): (OsString, OsString)| {
            if VARIABLES_IGNORE_CASE {
                name.make_ascii_uppercase();
            }
            (name, value)
        };
        Self(variables.into_iter().map(named).collect())
    }

    /// `None` if the variable is not set or empty.
    ///
    /// # Errors
    /// The variable's name, if its value is not UTF-8.
    pub fn text<'a>(&'a self, name: &'a str) -> Result<Option<&'a str>, NotText<'a>> {
        self.filled(name).map(|value| value.to_str().ok_or(NotText(name))).transpose()
    }

    #[must_use]
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        self.filled(name).map(PathBuf::from)
    }

    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.filled(name).is_some()
    }

    /// Whether a screen reader may be in use, so that no line may be redrawn.
    #[must_use]
    pub fn is_accessible(&self) -> bool {
        self.has("ACCESSIBLE")
    }

    fn filled(&self, name: &str) -> Option<&OsStr> {
        self.0.get(OsStr::new(name)).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }
}

#[derive(Clone, Debug)]
pub struct Folders {
    /// The folder of `config.toml` and `profiles.toml`.
    pub config: PathBuf,
    data: PathBuf,
    state: PathBuf,
}

impl Folders {
    /// # Errors
    /// If the system names none: exit code 2.
    pub fn of(variables: &Variables) -> Result<Self, Failure> {
        if let Some(all) = variables.path("DEEPCALL_CONFIG_DIR") {
            return Ok(Self { config: all.clone(), data: all.clone(), state: all });
        }
        let folders = project_folders(variables).ok_or_else(|| {
            Failure::config(
                "HOME is not set, or is no absolute path, so there is no folder for configuration",
            )
            .hint("set HOME, or DEEPCALL_CONFIG_DIR to a folder of your own")
        })?;
        let data = folders.data_local_dir();
        Ok(Self {
            config: folders.config_dir().to_owned(),
            data: data.to_owned(),
            state: folders.state_dir().unwrap_or(data).to_owned(),
        })
    }

    #[must_use]
    pub fn config_file(&self) -> PathBuf {
        self.config.join("config.toml")
    }

    #[must_use]
    pub fn profiles_file(&self) -> ProfilesFile {
        ProfilesFile::in_folder(&self.config)
    }

    #[must_use]
    pub fn sessions(&self) -> PathBuf {
        self.data.join("sessions")
    }

    /// Unless a setting names another file.
    #[must_use]
    pub fn journal(&self) -> PathBuf {
        self.state.join("journal.db")
    }
}

/// Requires `HOME` with an absolute path: otherwise the library would use the system's list of users, or a relative
/// path, which is a different folder for each working directory.
fn project_folders(variables: &Variables) -> Option<ProjectDirs> {
    if HOME_IS_A_VARIABLE && !variables.path("HOME").is_some_and(|home| home.is_absolute()) {
        return None;
    }
    ProjectDirs::from("", "", "deepcall")
}

#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the variable {0} is not valid UTF-8")]
pub struct NotText<'a>(&'a str);
