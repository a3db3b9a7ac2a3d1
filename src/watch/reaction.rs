//! What an event sets off: the bell, a notice, a command. None of them can hold the watch up or end it.

use std::collections::{HashMap, VecDeque};
use std::io::Write;
use std::process::Stdio;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::FuturesUnordered;
use jiff::tz::TimeZone;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::output::json;
use crate::output::redact::Redactor;
use crate::watch::event::Event;

/// How long a command may run.
const HOOK_LIMIT: Duration = Duration::from_secs(10);
/// How many events may wait for the command of one profile; beyond that the oldest is dropped, and told.
const MOST_WAITING: usize = 16;

/// Words an event for a notice.
pub type Wording = dyn Fn(&Event) -> String;

/// What shall happen at which events.
pub struct Reactions {
    /// The types of events that set something off.
    pub on: Vec<&'static str>,
    /// Ring the terminal's bell.
    pub bell: bool,
    /// Notify: the words of an event, for a notice.
    pub notify: Option<Box<Wording>>,
    /// Run this by the shell, with the event as JSON on its standard input.
    pub exec: Option<Hook>,
    /// The terminal, for bell and notice.
    pub terminal: Box<dyn Write>,
    running: FuturesUnordered<LocalBoxFuture<'static, (Option<String>, Option<String>)>>,
    waiting: HashMap<Option<String>, VecDeque<Vec<u8>>>,
    dropped: usize,
}

/// A command that is run at events.
pub struct Hook {
    /// As it was typed.
    pub command: String,
    /// Variables that the command must not see: they hold credentials.
    pub hidden_variables: Vec<&'static str>,
    /// The zone of the times in the JSON.
    pub zone: TimeZone,
    /// Whether phone numbers are hidden in it.
    pub mask: bool,
    /// Hides secrets that the server echoed.
    pub redactor: Redactor,
}

impl Reactions {
    /// Nothing happens at any event.
    #[must_use]
    pub fn none() -> Self {
        Self {
            on: vec![],
            bell: false,
            notify: None,
            exec: None,
            terminal: Box::new(std::io::sink()),
            running: FuturesUnordered::new(),
            waiting: HashMap::new(),
            dropped: 0,
        }
    }

    /// Sets off what the event asks for.
    pub fn to(&mut self, event: &Event) {
        if !self.on.contains(&event.kind.words().name) || event.is_initial() {
            return;
        }
        if self.bell {
            let _ = self.terminal.write_all(b"\x07");
        }
        if let Some(words) = &self.notify {
            // OSC 9 and OSC 777: terminals pass them on to the desktop, also over ssh.
            let words: String =
                words(event).chars().filter(|letter| !letter.is_control() && *letter != ';').collect();
            let _ =
                write!(self.terminal, "\x1b]9;deepcall: {words}\x1b\\\x1b]777;notify;deepcall;{words}\x1b\\");
        }
        let _ = self.terminal.flush();
        if let Some(hook) = &self.exec {
            let input = hook.input(event);
            if let Some(waiting) = self.waiting.get_mut(&event.profile) {
                waiting.push_back(input);
                if waiting.len() > MOST_WAITING {
                    waiting.pop_front();
                    self.dropped += 1;
                }
            } else {
                self.waiting.insert(event.profile.clone(), VecDeque::new());
                self.running.push(hook.run(event.profile.clone(), input));
            }
        }
    }

    /// Waits for a command to end, for ever if none runs; what went wrong with it, if anything did.
    pub async fn finished(&mut self) -> Option<String> {
        let Some((profile, told)) = self.running.next().await else { return std::future::pending().await };
        let next = self.waiting.get_mut(&profile).and_then(VecDeque::pop_front);
        match (next, &self.exec) {
            (Some(input), Some(hook)) => self.running.push(hook.run(profile, input)),
            _ => {
                self.waiting.remove(&profile);
            }
        }
        let dropped = std::mem::take(&mut self.dropped);
        if dropped > 0 {
            return Some(format!("--exec is too slow: {dropped} events were not handed to it"));
        }
        told
    }

    /// Lets commands that run or wait come to their end.
    pub async fn finish(&mut self) {
        while !self.running.is_empty() {
            self.finished().await;
        }
    }
}

impl Hook {
    fn input(&self, event: &Event) -> Vec<u8> {
        let values = event.values();
        let mut line = Vec::new();
        let fields = values.iter().map(|(field, value)| (*field, value));
        // Writing to memory does not fail.
        let _ = json::write_line(fields, &self.zone, self.mask, &mut line);
        self.redactor.redact(&String::from_utf8_lossy(&line)).into_bytes()
    }

    fn run(
        &self,
        profile: Option<String>,
        input: Vec<u8>,
    ) -> LocalBoxFuture<'static, (Option<String>, Option<String>)> {
        let mut command = Command::new("sh");
        command
            .arg("-c")
            .arg(&self.command)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        for variable in &self.hidden_variables {
            command.env_remove(variable);
        }
        command.kill_on_drop(true);
        Box::pin(async move {
            let told = match tokio::time::timeout(HOOK_LIMIT, feed(command, input)).await {
                Err(_) => Some(format!("--exec was stopped after {} s", HOOK_LIMIT.as_secs())),
                Ok(Err(error)) => Some(format!("--exec: {error}")),
                Ok(Ok(status)) => (!status.success()).then(|| format!("--exec ended with {status}")),
            };
            (profile, told)
        })
    }
}

async fn feed(mut command: Command, input: Vec<u8>) -> std::io::Result<std::process::ExitStatus> {
    let mut child = command.spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        // A command that does not read its input is no failure.
        let _ = stdin.write_all(&input).await;
    }
    child.wait().await
}
