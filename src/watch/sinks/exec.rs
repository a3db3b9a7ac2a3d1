//! `--exec`: runs a command at events, with the event as JSON on its standard input, without credentials in its
//! environment, and with a limit of time.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::FuturesUnordered;
use jiff::tz::TimeZone;
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};

use crate::floor::event::Event;
use crate::output::formats::json;
use crate::output::text::redact::Redactor;

pub(crate) const HOOK_LIMIT: Duration = Duration::from_secs(10);

/// For one profile. Beyond that, the oldest event is dropped, with a note.
pub(crate) const MOST_WAITING: usize = 16;

/// Runs a command at events: one at a time for each profile, so that its events arrive in order.
pub(crate) struct Exec {
    hook: Hook,
    running: FuturesUnordered<LocalBoxFuture<'static, Ended>>,
    waiting: HashMap<Option<String>, VecDeque<Vec<u8>>>,
    dropped: usize,
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

    fn start(&mut self, profile: Option<String>, input: Vec<u8>) {
        let running = self.hook.run(input);
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
    /// The standard input of the command.
    fn input(&self, event: &Event) -> Vec<u8> {
        let mut line = Vec::new();
        // Writing to memory does not fail.
        let _ = json::write_line(&event.row(), &self.zone, self.mask, &mut line);
        self.redactor.redact(&String::from_utf8_lossy(&line)).into_bytes()
    }

    /// Runs the command until it ends, or until its limit. Returns what went wrong, if anything did.
    fn run(&self, input: Vec<u8>) -> impl Future<Output = Option<String>> + use<> {
        let mut command = Command::new("sh");
        command.arg("-c").arg(&self.command);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        for variable in &self.hidden_variables {
            command.env_remove(variable);
        }
        // So that its children can be ended with the shell, and Ctrl-C reaches only the watch.
        #[cfg(unix)]
        command.process_group(0);
        async move {
            let mut running = match command.spawn() {
                Ok(child) => Running(child),
                Err(error) => return Some(format!("--exec: {error}")),
            };
            match tokio::time::timeout(HOOK_LIMIT, running.finish(&input)).await {
                Err(_) => Some(format!("--exec was stopped after {} s", HOOK_LIMIT.as_secs())),
                Ok(Err(error)) => Some(format!("--exec: {error}")),
                Ok(Ok(status)) => (!status.success()).then(|| format!("--exec ended with {status}")),
            }
        }
    }
}

/// Dropping it ends the command and its children.
struct Running(Child);

impl Running {
    async fn finish(&mut self, input: &[u8]) -> io::Result<ExitStatus> {
        if let Some(mut stdin) = self.0.stdin.take() {
            // A command that does not read its input is no failure.
            let _ = stdin.write_all(input).await;
        }
        self.0.wait().await
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // A process that has been waited for has no id, and nothing needs to be ended.
        #[cfg(unix)]
        if let Some(group) = self.0.id().and_then(|id| rustix::process::Pid::from_raw(id.cast_signed())) {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        #[cfg(not(unix))]
        let _ = self.0.start_kill();
    }
}
