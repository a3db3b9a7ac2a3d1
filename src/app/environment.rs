//! What the process was given, read once: variables, streams, terminals, width, clock, folders.
//! Nothing else gets them from the operating system.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{IsTerminal, Read, Write};
use std::path::PathBuf;
use std::sync::Arc;

use directories::ProjectDirs;

use crate::app::panics::report_panics;
use crate::clock::Clock;
use crate::failure::{ExitStatus, Failure};
use crate::output::text::redact::Redactor;
use crate::store::ProfilesFile;

/// Everything that surrounds one run of the program.
pub struct Environment {
    /// The process's variables.
    pub variables: Variables,
    /// Where a secret may be read from.
    pub stdin: Box<dyn Read + Send>,
    /// The answer goes here.
    pub stdout: Box<dyn Write + Send>,
    /// Everything else goes here.
    pub stderr: Box<dyn Write + Send>,
    /// What the three streams are connected to.
    pub terminals: Terminals,
    /// The wall clock.
    pub clock: Clock,
    /// Hides secrets on the way out, also in the report of a panic.
    pub redactor: Redactor,
    /// Why other processes of the same user can read the memory of this one, if they can.
    pub exposure: Option<std::io::Error>,
    /// Whether this process runs nothing else, so that its signals and the reader of its stdout end the command.
    pub owns_process: bool,
}

impl Environment {
    /// What this very process was given.
    #[must_use]
    pub fn of_this_process() -> Self {
        let exposure = forbid_core_dumps().err();
        outlive_file_size_limits();
        let redactor = Redactor::default();
        report_panics(redactor.clone(), ExitStatus::Failed.code());
        Self {
            variables: Variables::new(std::env::vars_os()),
            stdin: Box::new(std::io::stdin()),
            stdout: Box::new(std::io::stdout()),
            stderr: Box::new(std::io::stderr()),
            terminals: Terminals {
                stdin: std::io::stdin().is_terminal(),
                stdout: std::io::stdout().is_terminal(),
                stderr: std::io::stderr().is_terminal(),
                width: terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)),
            },
            clock: Clock::system(),
            redactor,
            exposure,
            owns_process: true,
        }
    }
}

/// A process that may hold a secret leaves no core behind, and other processes of the same user cannot
/// read its memory. Where the system cannot do this, the program works all the same, and `-v` says so.
#[cfg(target_os = "linux")]
fn forbid_core_dumps() -> std::io::Result<()> {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};
    Ok(set_dumpable_behavior(DumpableBehavior::NotDumpable)?)
}

/// Other systems have nothing of the kind; the README promises it for Linux alone.
#[cfg(not(target_os = "linux"))]
fn forbid_core_dumps() -> std::io::Result<()> {
    Ok(())
}

/// The system ends a process that lets a file grow beyond its limit, unless it listens; then the write fails.
fn outlive_file_size_limits() {
    #[cfg(unix)]
    {
        let _ = signal_hook::flag::register(rustix::process::Signal::XFSZ.as_raw(), Arc::default());
    }
}

/// Which streams are terminals, and how wide the terminal is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Terminals {
    /// A person may be typing.
    pub stdin: bool,
    /// A person reads the answer.
    pub stdout: bool,
    /// A person reads the news.
    pub stderr: bool,
    /// Columns of the terminal, where there is one.
    pub width: Option<usize>,
}

/// The process's variables. An empty variable counts as not set, unless somebody asks for it.
#[derive(Clone, Debug, Default)]
pub struct Variables(BTreeMap<OsString, OsString>);

impl Variables {
    /// Takes variables from any source: the process, or a test.
    pub fn new(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        Self(variables.into_iter().collect())
    }

    /// The variable's text; `None` if not set or empty.
    ///
    /// # Errors
    /// The variable's name, if its value is not UTF-8.
    pub fn text<'a>(&'a self, name: &'a str) -> Result<Option<&'a str>, NotText<'a>> {
        self.filled(name).map(|value| value.to_str().ok_or(NotText(name))).transpose()
    }

    /// The variable as a path.
    #[must_use]
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        self.filled(name).map(PathBuf::from)
    }

    /// Whether the variable is set and not empty.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.filled(name).is_some()
    }

    /// Whether a person follows by ear or by touch: nothing may be drawn over.
    #[must_use]
    pub fn is_accessible(&self) -> bool {
        self.has("ACCESSIBLE")
    }

    fn filled(&self, name: &str) -> Option<&OsStr> {
        self.0.get(OsStr::new(name)).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }
}

/// The folders of this program.
#[derive(Clone, Debug)]
pub struct Folders {
    /// That of `config.toml` and `profiles.toml`.
    pub config: PathBuf,
    data: PathBuf,
}

impl Folders {
    /// # Errors
    /// If the system names none: exit code 2.
    pub fn of(variables: &Variables) -> Result<Self, Failure> {
        if let Some(both) = variables.path("DEEPCALL_CONFIG_DIR") {
            return Ok(Self { config: both.clone(), data: both });
        }
        let folders = project_folders(variables).ok_or_else(|| {
            Failure::config(
                "HOME is not set, or is no absolute path, so there is no folder for configuration",
            )
            .hint("set HOME, or DEEPCALL_CONFIG_DIR to a folder of your own")
        })?;
        Ok(Self { config: folders.config_dir().to_owned(), data: folders.data_local_dir().to_owned() })
    }

    /// Where `config.toml` is or will be.
    #[must_use]
    pub fn config_file(&self) -> PathBuf {
        self.config.join("config.toml")
    }

    /// The file that lists the profiles.
    #[must_use]
    pub fn profiles_file(&self) -> ProfilesFile {
        ProfilesFile::in_folder(&self.config)
    }

    /// That of the store that keeps secrets in files.
    #[must_use]
    pub fn sessions(&self) -> PathBuf {
        self.data.join("sessions")
    }
}

/// Only below a home that was named: the library would fall back on the system's list of users, or write
/// below a relative path, which is another folder for each place the program is started in.
fn project_folders(variables: &Variables) -> Option<ProjectDirs> {
    if cfg!(unix) && !variables.path("HOME").is_some_and(|home| home.is_absolute()) {
        return None;
    }
    ProjectDirs::from("", "", "deepcall")
}

/// A variable whose value is not UTF-8.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the variable {0} is not valid UTF-8")]
pub struct NotText<'a>(&'a str);

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::process::{DumpableBehavior, dumpable_behavior};

    use super::*;

    #[test]
    fn a_process_that_may_hold_a_secret_leaves_no_core() {
        forbid_core_dumps().unwrap();
        assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
    }
}
