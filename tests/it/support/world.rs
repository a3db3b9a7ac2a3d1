//! A home of its own for the real binary: no variable, no bus, no file of this machine reaches it.

use std::ffi::OsStr;
use std::fmt;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::thread;

use rustix::process::{Pid, Signal};
use tempfile::TempDir;

use super::fake_server::FakeServer;
use super::leaks::{self, CANARY_SSID};
use super::overseer::Overseer;

/// The program that is tested: the one just built, or one that `DEEPCALL_BINARY` names, such as that of a release.
pub static BINARY: LazyLock<PathBuf> = LazyLock::new(|| match std::env::var_os("DEEPCALL_BINARY") {
    Some(path) => Path::new(&path).canonicalize().expect("DEEPCALL_BINARY names a program"),
    None => env!("CARGO_BIN_EXE_deepcall").into(),
});

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

    /// Where the program knows this server, and nobody has signed in.
    pub fn at(server: &FakeServer) -> Self {
        Self::new().with("DEEPCALL_SERVER", &server.url())
    }

    /// Where it has a session at this server as well.
    pub fn signed_in(server: &FakeServer) -> Self {
        Self::at(server).with("DEEPCALL_SSID", CANARY_SSID)
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

    /// Lays a program or a script into the home. Another process writes it: what this one had open for writing, a child
    /// that another test is starting would have open too for a moment, and the kernel runs nothing in that state.
    pub fn lay_executable(&self, name: &str, mut content: impl Read) -> PathBuf {
        let path = self.home().join(name);
        let mut install = Command::new("install");
        install.args(["-m", "755", "/dev/stdin"]).arg(&path).stdin(Stdio::piped());
        let mut install = install.spawn().unwrap();
        std::io::copy(&mut content, &mut install.stdin.take().unwrap()).unwrap();
        assert!(install.wait().unwrap().success(), "{}", path.display());
        path
    }

    /// The real binary, ready to be started in this world.
    pub fn command<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(&*BINARY);
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
        command.stdin(Stdio::piped());
        let mut running = self.start(command);
        // A program that reads no stdin may be gone already.
        let _ = running.child.stdin.take().unwrap().write_all(input.as_bytes());
        running.end()
    }

    /// Starts the program, or what will start it, made ready in this world, and looks at it while it runs.
    pub fn start(&self, command: Command) -> Running {
        let is_program = command.get_program() == BINARY.as_os_str();
        self.start_as(is_program, command)
    }

    /// The same for a command that counts as the program, or as what starts it.
    pub fn start_as(&self, is_program: bool, mut command: Command) -> Running {
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let overseer = Some(Overseer::of(child.id(), is_program));
        Running { child, overseer, home: self.home().to_owned() }
    }
}

/// A program at work; killed when dropped before its end.
pub struct Running {
    pub child: Child,
    overseer: Option<Overseer>,
    home: PathBuf,
}

impl Running {
    pub fn overseer(&self) -> &Overseer {
        self.overseer.as_ref().unwrap()
    }

    pub fn signal(&self, signal: Signal) {
        rustix::process::kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Ends it by SIGTERM; see [`Self::end`].
    #[track_caller]
    pub fn terminate(self) -> Ran {
        self.signal(Signal::TERM);
        self.end()
    }

    /// Waits for its end. Nothing that it left behind, and no process below it, held a secret.
    #[track_caller]
    pub fn end(self) -> Ran {
        let (ran, found) = self.search();
        assert!(found.is_empty(), "a secret got out: {found:?}\n{ran}");
        assert!(!ran.stderr.contains("panicked"), "{ran}");
        ran
    }

    /// Waits for its end; its output, and where it let a secret out.
    pub fn search(mut self) -> (Ran, Vec<String>) {
        let (stdout, stderr) = (self.child.stdout.take(), self.child.stderr.take());
        // Read side by side, so that neither pipe can fill up while the other is waited for.
        let stderr = thread::spawn(|| read_all(stderr));
        let (stdout, stderr) = (read_all(stdout), stderr.join().unwrap());
        let code = self.child.wait().unwrap().code().unwrap_or(-1);
        let mut found = self.overseer.take().map_or_else(Vec::new, Overseer::found);
        found.extend(leaks::find_after_run(&[("stdout", &stdout), ("stderr", &stderr)], &self.home));
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        (Ran { stdout: text(stdout), stderr: text(stderr), code }, found)
    }
}

fn read_all(stream: Option<impl Read>) -> Vec<u8> {
    let mut bytes = vec![];
    stream.map(|mut stream| stream.read_to_end(&mut bytes));
    bytes
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(overseer) = self.overseer.take() {
            let _ = self.child.kill();
            let _ = self.child.wait();
            drop(overseer.found());
        }
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
