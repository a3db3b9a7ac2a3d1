//! A home of its own for the real binary: no variable, no bus, no file of this machine reaches it.

use std::ffi::OsStr;
use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::leaks;

/// A temporary home and the variables of the runs in it.
pub struct World {
    home: TempDir,
    variables: Vec<(String, String)>,
}

/// What a run left: for snapshots, its text shows stdout, stderr and exit status.
pub struct Ran {
    pub stdout: String,
    pub stderr: String,
    pub code: i32,
}

impl World {
    pub fn new() -> Self {
        Self { home: TempDir::new().unwrap(), variables: vec![] }
    }

    /// The same with one more variable for every run.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn home(&self) -> &Path {
        self.home.path()
    }

    pub fn config_folder(&self) -> PathBuf {
        self.home().join(".config/deepcall")
    }

    /// The real binary, ready to be started in this world.
    pub fn command<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_deepcall"));
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.home())
            .env("XDG_RUNTIME_DIR", self.home())
            .env("PATH", "/usr/bin:/bin")
            .env("TZ", "UTC")
            .envs(self.variables.iter().cloned())
            .current_dir(self.home());
        command
    }

    /// A shell in this world, with the program on its path, ready for options and a script.
    pub fn shell(&self, program: &str) -> Command {
        let binary = self.command([""; 0]);
        let folder = Path::new(binary.get_program()).parent().unwrap();
        let mut shell = Command::new(program);
        shell.current_dir(self.home()).env_clear().stdin(Stdio::null());
        for (name, value) in binary.get_envs() {
            shell.env(name, value.unwrap_or_default());
        }
        shell.env("PATH", format!("{}:/usr/bin:/bin", folder.display()));
        shell
    }

    /// Runs words separated by spaces, with nothing on stdin.
    #[track_caller]
    #[must_use = "look at how it ended"]
    pub fn run(&self, line: &str) -> Ran {
        self.run_with_input(line, "")
    }

    /// Runs words separated by spaces, with this on stdin.
    #[track_caller]
    #[must_use = "look at how it ended"]
    pub fn run_with_input(&self, line: &str, input: &str) -> Ran {
        self.run_as(line, input, |_| ())
    }

    /// The same after a change of how it is started.
    #[track_caller]
    #[must_use = "look at how it ended"]
    pub fn run_as(&self, line: &str, input: &str, change: impl FnOnce(&mut Command)) -> Ran {
        let mut command = self.command(line.split_whitespace());
        change(&mut command);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A program that reads no stdin may be gone already.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        leaks::assert_no_secret("stdout", &output.stdout);
        leaks::assert_no_secret("stderr", &output.stderr);
        leaks::assert_no_secret_in_files(self.home());
        let ran = Ran {
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code().unwrap_or(-1),
        };
        assert!(!ran.stderr.contains("panicked"), "{ran}");
        ran
    }
}

impl Ran {
    /// The document on stdout.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}\n{self}"))
    }

    /// The error object on stderr.
    #[track_caller]
    pub fn json_error(&self) -> serde_json::Value {
        let document: serde_json::Value =
            serde_json::from_str(&self.stderr).unwrap_or_else(|error| panic!("{error}\n{self}"));
        document.get("error").cloned().unwrap_or_else(|| panic!("no error object\n{self}"))
    }

    /// Passes the run on if it ended like this.
    #[track_caller]
    pub fn ended_with(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self}");
        self
    }
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.stdout)?;
        if !self.stderr.is_empty() {
            write!(f, "---- stderr ----\n{}", self.stderr)?;
        }
        write!(f, "[exit {}]", self.code)
    }
}
