//! `--exec`: runs a command at events, with the event as JSON on its standard input, without credentials in its
//! environment, and with a limit of time.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::FuturesUnordered;
use jiff::tz::TimeZone;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStderr, Command};
use tokio::task::JoinHandle;

use crate::floor::event::Event;
use crate::output::formats::json;
use crate::output::text::redact::Redactor;
use crate::system::shell;
use crate::system::shell::Group;

pub(crate) const HOOK_LIMIT: Duration = Duration::from_secs(10);

/// For one profile. Beyond that, the oldest event is dropped, with a note.
pub(crate) const MOST_WAITING: usize = 16;

/// How much of a command's stderr is kept: far more than is shown, so that a secret is seldom cut in two before it is
/// hidden.
const MOST_BYTES: usize = 16 * 1024;
const MOST_LINES: usize = 3;
const MOST_CHARACTERS: usize = 400;

/// How long the rest of stderr may take once the command has ended.
const REST_LIMIT: Duration = Duration::from_millis(200);

/// Runs a command at events: one at a time for each profile, so that its events arrive in order.
pub(crate) struct Exec {
    hook: Hook,
    running: FuturesUnordered<LocalBoxFuture<'static, Ended>>,
    waiting: HashMap<Option<String>, VecDeque<Input>>,
    dropped: usize,
}

/// What a command is given, and the name of the event, for the report of a failure.
struct Input {
    event: &'static str,
    json: Vec<u8>,
}

/// The profile, and what went wrong, if anything did.
struct Ended(Option<String>, Option<String>);

impl Exec {
    #[must_use]
    pub(crate) fn new(hook: Hook) -> Self {
        Self { hook, running: FuturesUnordered::new(), waiting: HashMap::new(), dropped: 0 }
    }

    /// Runs the command now, or once the one before it has ended.
    pub(crate) fn to(&mut self, event: &Event) {
        let input = self.hook.input(event);
        if let Some(waiting) = self.waiting.get_mut(&event.profile) {
            waiting.push_back(input);
            if waiting.len() > MOST_WAITING {
                waiting.pop_front();
                self.dropped += 1;
            }
        } else {
            self.waiting.insert(event.profile.clone(), VecDeque::new());
            self.start(event.profile.clone(), input);
        }
    }

    fn start(&mut self, profile: Option<String>, input: Input) {
        let running = self.hook.run(profile.as_deref(), input);
        self.running.push(Box::pin(async move { Ended(profile, running.await) }));
    }

    /// Waits until a command has ended, or for ever if none runs. Returns what went wrong, if anything did.
    pub(crate) async fn finished(&mut self) -> Option<String> {
        let Some(Ended(profile, complaint)) = self.running.next().await else {
            return std::future::pending().await;
        };
        match self.waiting.get_mut(&profile).and_then(VecDeque::pop_front) {
            Some(input) => self.start(profile, input),
            None => _ = self.waiting.remove(&profile),
        }
        match std::mem::take(&mut self.dropped) {
            0 => complaint,
            dropped => Some(format!("--exec is too slow: {dropped} events were not handed to it")),
        }
    }

    pub(crate) fn running(&self) -> usize {
        self.running.len()
    }
}

pub(crate) struct Hook {
    pub command: String,
    /// Variables with credentials, which the command must not get.
    pub hidden_variables: Vec<&'static str>,
    pub zone: TimeZone,
    pub mask: bool,
    /// Hides secrets that the server echoed.
    pub redactor: Redactor,
}

impl Hook {
    fn input(&self, event: &Event) -> Input {
        let mut line = Vec::new();
        // Writing to memory does not fail.
        let _ = json::write_line(&event.row(), &self.zone, self.mask, &mut line);
        let json = self.redactor.redact(&String::from_utf8_lossy(&line)).into_bytes();
        Input { event: event.kind.words().name, json }
    }

    /// Runs the command until it ends, or until its limit. Returns what went wrong, if anything did.
    fn run(&self, profile: Option<&str>, input: Input) -> impl Future<Output = Option<String>> + use<> {
        let mut command = shell::command(&self.command);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        for variable in &self.hidden_variables {
            command.env_remove(variable);
        }
        shell::set_apart(&mut command);
        let mut command = Command::from(command);
        let name = match profile {
            Some(profile) => format!("--exec for {} of {profile}", input.event),
            None => format!("--exec for {}", input.event),
        };
        let redactor = self.redactor.clone();
        async move {
            let mut running = match command.spawn() {
                Ok(command) => Running { group: Group::of(&command), command },
                Err(error) => return Some(format!("{name}: {error}")),
            };
            let complaints = running.command.stderr.take().map(Complaints::read);
            let outcome = tokio::time::timeout(HOOK_LIMIT, running.finish(&input.json)).await;
            // Ends what still runs, and so its stderr.
            drop(running);
            if matches!(outcome, Ok(Ok(status)) if status.success()) {
                return None;
            }
            let last = match complaints {
                Some(complaints) => last_lines(&redactor.redact(&complaints.text().await)),
                None => String::new(),
            };
            let ending = match outcome {
                Err(_) => format!("was stopped after {} s", HOOK_LIMIT.as_secs()),
                Ok(Err(error)) => format!("failed: {error}"),
                Ok(Ok(status)) => shell::ending(status, &last),
            };
            let separator = if last.is_empty() { "" } else { ": " };
            Some(format!("{name} {ending}{separator}{last}"))
        }
    }
}

/// The last lines with something in them, as one line, because a note is one.
fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let last = lines[lines.len().saturating_sub(MOST_LINES)..].join(" / ");
    match last.char_indices().nth_back(MOST_CHARACTERS) {
        Some((cut, _)) => format!("…{}", last[cut..].chars().skip(1).collect::<String>()),
        None => last,
    }
}

/// The end of what a command writes to stderr. It is read as long as anything has it open, because what a command leaves
/// running in the background must not block or end by it.
struct Complaints {
    tail: Arc<Mutex<Vec<u8>>>,
    reading: JoinHandle<()>,
}

impl Complaints {
    fn read(mut stderr: ChildStderr) -> Self {
        let tail = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&tail);
        let reading = tokio::spawn(async move {
            let mut buffer = [0; 1024];
            while let Ok(read @ 1..) = stderr.read(&mut buffer).await {
                let mut tail = kept.lock().unwrap_or_else(PoisonError::into_inner);
                tail.extend_from_slice(&buffer[..read]);
                let surplus = tail.len().saturating_sub(MOST_BYTES);
                tail.drain(..surplus);
            }
        });
        Self { tail, reading }
    }

    /// Of a command that has ended. What it left running may have stderr open for ever.
    async fn text(self) -> String {
        let _ = tokio::time::timeout(REST_LIMIT, self.reading).await;
        let tail = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&tail).into_owned()
    }
}

/// Dropping it ends the command and its children.
struct Running {
    command: Child,
    group: Group,
}

impl Running {
    async fn finish(&mut self, input: &[u8]) -> io::Result<ExitStatus> {
        if let Some(mut stdin) = self.command.stdin.take() {
            // A command that does not read its input is no failure.
            let _ = stdin.write_all(input).await;
        }
        self.command.wait().await
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.group.end(&mut self.command);
    }
}
