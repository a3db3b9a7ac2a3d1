//! The whole program inside the test: a clock that stands still, and streams that are files.

use std::fs::File;
use std::io::{Read, Seek};

use deepcall::Environment;
use deepcall::app::environment::{Terminals, Variables};
use deepcall::clock::Clock;
use tempfile::{TempDir, tempfile};

use super::leaks;
use super::world::Ran;

/// The moment at which in-process tests take place, an afternoon in India.
pub const NOON: &str = "2026-11-23T09:00:00Z";

/// One run of the program, described before it starts.
pub struct InProcess {
    variables: Vec<(String, String)>,
    terminals: Terminals,
    home: TempDir,
}

impl InProcess {
    /// In a pipe, at noon, in India's time zone.
    pub fn new() -> Self {
        let home = TempDir::new().unwrap();
        let folder = home.path().to_str().unwrap().to_owned();
        Self { variables: vec![], terminals: Terminals::default(), home }
            .with("DEEPCALL_CONFIG_DIR", &folder)
            .with("DEEPCALL_TIMEZONE", "Asia/Kolkata")
    }

    /// On a terminal this wide.
    pub fn on_terminal(mut self, width: usize) -> Self {
        self.terminals = Terminals { stdout: true, stderr: true, width: Some(width), ..Terminals::default() };
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
        let (stdout, stderr, code) = self.streams(words);
        Ran { stdout: String::from_utf8(stdout).unwrap(), stderr, code }
    }

    /// Runs words separated by spaces, to the end that was wanted, for what is no text.
    #[track_caller]
    pub fn run_for_bytes(&self, line: &str) -> Vec<u8> {
        let (stdout, stderr, code) = self.streams(line.split_whitespace());
        assert_eq!(code, 0, "{stderr}");
        stdout
    }

    #[track_caller]
    fn streams<'w>(&self, words: impl IntoIterator<Item = &'w str>) -> (Vec<u8>, String, i32) {
        let (stdout, stderr) = (tempfile().unwrap(), tempfile().unwrap());
        let variables = self.variables.iter().map(|(name, value)| (name.into(), value.into()));
        let environment = Environment {
            variables: Variables::new(variables),
            stdin: Box::new(std::io::empty()),
            stdout: Box::new(stdout.try_clone().unwrap()),
            stderr: Box::new(stderr.try_clone().unwrap()),
            terminals: self.terminals,
            clock: Clock::fixed(NOON.parse().unwrap()),
            redactor: deepcall::output::text::redact::Redactor::default(),
            exposure: None,
            owns_process: false,
        };
        let words = std::iter::once("deepcall").chain(words).map(Into::into);
        let code = deepcall::run(words, environment).code().into();
        let written = |mut file: File| {
            let mut bytes = Vec::new();
            file.rewind().and_then(|()| file.read_to_end(&mut bytes)).unwrap();
            bytes
        };
        let (stdout, stderr) = (written(stdout), written(stderr));
        let streams = [("stdout", stdout.as_slice()), ("stderr", stderr.as_slice())];
        let found = leaks::find_after_run(&streams, self.home.path());
        let stderr = String::from_utf8(stderr).unwrap();
        assert!(found.is_empty(), "a secret got out: {found:?}\n{}\n{stderr}", stdout.escape_ascii());
        (stdout, stderr, code)
    }
}
