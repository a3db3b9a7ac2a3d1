//! The whole program inside the test: a clock that stands still, streams in memory.

use std::io::{Cursor, Write};
use std::sync::{Arc, Mutex};

use deepcall::Environment;
use deepcall::app::environment::{Terminals, Variables};
use deepcall::clock::Clock;

use super::leaks;
use super::world::Ran;

/// The moment at which in-process tests take place, an afternoon in India.
pub const NOON: &str = "2026-11-23T09:00:00Z";

/// One run of the program, described before it starts.
pub struct InProcess {
    variables: Vec<(String, String)>,
    terminals: Terminals,
    now: jiff::Timestamp,
    home: tempfile::TempDir,
}

impl InProcess {
    /// In a pipe, at noon, in India's time zone.
    pub fn new() -> Self {
        let home = tempfile::TempDir::new().unwrap();
        let folder = home.path().to_str().unwrap().to_owned();
        let variables = vec![
            ("DEEPCALL_CONFIG_DIR".to_owned(), folder),
            ("DEEPCALL_TIMEZONE".to_owned(), "Asia/Kolkata".to_owned()),
        ];
        Self { variables, terminals: Terminals::default(), now: NOON.parse().unwrap(), home }
    }

    /// On a terminal this wide.
    pub fn on_terminal(mut self, width: usize) -> Self {
        self.terminals = Terminals { stdin: false, stdout: true, stderr: true, width: Some(width) };
        self
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Runs words separated by spaces.
    #[track_caller]
    pub fn run(&self, line: &str) -> Ran {
        self.run_words(line.split_whitespace())
    }

    /// Runs words as they are.
    #[track_caller]
    pub fn run_words<'w>(&self, words: impl IntoIterator<Item = &'w str>) -> Ran {
        let (stdout, stderr) = (Captured::default(), Captured::default());
        let variables = self.variables.iter().map(|(name, value)| (name.into(), value.into()));
        let environment = Environment {
            variables: Variables::new(variables),
            stdin: Box::new(Cursor::new(Vec::new())),
            stdout: Box::new(stdout.clone()),
            stderr: Box::new(stderr.clone()),
            terminals: self.terminals,
            clock: Clock::fixed(self.now),
            redactor: deepcall::output::text::redact::Redactor::default(),
            exposure: None,
            owns_process: false,
        };
        let words = std::iter::once("deepcall").chain(words).map(Into::into);
        let status = deepcall::run(words, environment);
        let (stdout, stderr) = (stdout.bytes(), stderr.bytes());
        leaks::assert_no_secret("stdout", &stdout);
        leaks::assert_no_secret("stderr", &stderr);
        leaks::assert_no_secret_in_files(self.home.path());
        Ran {
            stdout: String::from_utf8(stdout).unwrap(),
            stderr: String::from_utf8(stderr).unwrap(),
            code: status.code().into(),
        }
    }
}

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Captured {
    fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap().clone()
    }
}

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
