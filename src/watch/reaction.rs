//! What an event sets off: the bell, a notice, a command. None of them can hold the watch up or end it.

mod hook;
pub mod notice;

#[cfg(test)]
mod tests;

use std::collections::{HashMap, VecDeque};
use std::io::Write;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::FuturesUnordered;

use crate::floor::event::Event;
use crate::output::text::redact::Redactor;

use hook::HOOK_LIMIT;
use notice::{DESKTOP_LIMIT, TerminalNotice};

pub use hook::Hook;

/// How many events may wait for the command of one profile; beyond that the oldest is dropped, and told.
const MOST_WAITING: usize = 16;
/// How many notices may be on their way to the desktop; beyond that the terminal is asked.
const MOST_NOTICES: usize = 4;
/// How long a watch that was told to end waits for what it has set off.
const IMPATIENT: Duration = Duration::from_secs(1);

/// Words an event for a notice.
pub type Wording = dyn Fn(&Event) -> String;
/// Shows a notice on the desktop; what went wrong, in words.
pub type Desktop = fn(&str) -> Result<(), String>;

/// What shall happen at which events.
pub struct Reactions {
    /// The types of events that set something off.
    pub on: Vec<&'static str>,
    /// Ring the terminal's bell.
    pub bell: bool,
    /// Notify.
    pub notify: Option<Notifier>,
    /// Run this by the shell, with the event as JSON on its standard input.
    pub exec: Option<Hook>,
    /// The terminal, for bell and notice.
    pub terminal: Box<dyn Write>,
    running: FuturesUnordered<LocalBoxFuture<'static, Done>>,
    waiting: HashMap<Option<String>, VecDeque<Vec<u8>>>,
    dropped: usize,
}

/// How notices are worded and shown.
pub struct Notifier {
    /// The words of an event, harmless and with phone numbers masked as asked for.
    pub words: Box<Wording>,
    /// Hides secrets that the server echoed.
    pub redactor: Redactor,
    /// The desktop, where there is one. It is given up when it fails.
    pub desktop: Option<Desktop>,
    /// The terminal's own way.
    pub terminal: TerminalNotice,
    under_way: usize,
}

/// What was set off and is over.
enum Done {
    /// The command of this profile, and what went wrong with it.
    Command(Option<String>, Option<String>),
    /// A notice with these words, and why the desktop did not show it.
    Notice(String, Option<String>),
}

impl Notifier {
    /// One that has shown nothing yet.
    #[must_use]
    pub fn new(
        words: Box<Wording>,
        redactor: Redactor,
        desktop: Option<Desktop>,
        terminal: TerminalNotice,
    ) -> Self {
        Self { words, redactor, desktop, terminal, under_way: 0 }
    }

    fn words(&self, event: &Event) -> String {
        self.redactor.redact(&(self.words)(event))
    }
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
            self.tell_terminal("\x07");
        }
        self.notify(event);
        self.run(event);
    }

    fn notify(&mut self, event: &Event) {
        let Some(notifier) = &mut self.notify else { return };
        let words = notifier.words(event);
        match notifier.desktop {
            Some(desktop) if notifier.under_way < MOST_NOTICES => {
                notifier.under_way += 1;
                self.running.push(Box::pin(shown(desktop, words)));
            }
            _ => {
                let sequence = notifier.terminal.sequence(&words);
                self.tell_terminal(&sequence);
            }
        }
    }

    fn run(&mut self, event: &Event) {
        let Some(hook) = &self.exec else { return };
        let input = hook.input(event);
        if let Some(waiting) = self.waiting.get_mut(&event.profile) {
            waiting.push_back(input);
            if waiting.len() > MOST_WAITING {
                waiting.pop_front();
                self.dropped += 1;
            }
        } else {
            self.waiting.insert(event.profile.clone(), VecDeque::new());
            self.running.push(command(hook, event.profile.clone(), input));
        }
    }

    /// Waits for something set off to end, for ever if nothing was; what went wrong with it, if anything did.
    pub async fn finished(&mut self) -> Option<String> {
        match self.running.next().await {
            Some(Done::Command(profile, told)) => self.after_command(profile, told),
            Some(Done::Notice(words, failure)) => self.after_notice(&words, failure),
            None => std::future::pending().await,
        }
    }

    fn after_command(&mut self, profile: Option<String>, told: Option<String>) -> Option<String> {
        let next = self.waiting.get_mut(&profile).and_then(VecDeque::pop_front);
        match (next, &self.exec) {
            (Some(input), Some(hook)) => self.running.push(command(hook, profile, input)),
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

    /// A desktop that fails is told of once, and not asked again.
    fn after_notice(&mut self, words: &str, failure: Option<String>) -> Option<String> {
        let notifier = self.notify.as_mut()?;
        notifier.under_way = notifier.under_way.saturating_sub(1);
        let failure = failure?;
        let is_new = notifier.desktop.take().is_some();
        let sequence = notifier.terminal.sequence(words);
        self.tell_terminal(&sequence);
        is_new.then(|| {
            format!("--notify: the desktop shows no notices ({failure}); the terminal is asked from now on")
        })
    }

    /// Lets what runs or waits come to its end, but not for ever; a watch that was told to end is in a hurry.
    pub async fn finish(&mut self, is_in_a_hurry: bool, note: &dyn Fn(&str)) {
        let limit = if is_in_a_hurry { IMPATIENT } else { HOOK_LIMIT };
        let all = async {
            while !self.running.is_empty() {
                if let Some(told) = self.finished().await {
                    note(&told);
                }
            }
        };
        let _ = tokio::time::timeout(limit, all).await;
    }

    /// A terminal that takes no more is told of where the watch writes to it.
    fn tell_terminal(&mut self, sequence: &str) {
        let _ = self.terminal.write_all(sequence.as_bytes()).and_then(|()| self.terminal.flush());
    }
}

fn command(hook: &Hook, profile: Option<String>, input: Vec<u8>) -> LocalBoxFuture<'static, Done> {
    let running = hook.run(input);
    Box::pin(async move { Done::Command(profile, running.await) })
}

/// Asks the desktop in a thread of its own: a bus that hangs must hold nobody up.
async fn shown(desktop: Desktop, words: String) -> Done {
    let asked = words.clone();
    let asking = tokio::task::spawn_blocking(move || desktop(&asked));
    let failure = match tokio::time::timeout(DESKTOP_LIMIT, asking).await {
        Ok(Ok(shown)) => shown.err(),
        Ok(Err(error)) => Some(error.to_string()),
        Err(_) => Some(format!("no answer within {} s", DESKTOP_LIMIT.as_secs())),
    };
    Done::Notice(words, failure)
}
