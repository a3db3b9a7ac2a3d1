//! `--bell` and `--notify`: the terminal's bell, and notices on the desktop or through the terminal.

pub(crate) mod notice;

use std::collections::VecDeque;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::FuturesUnordered;

use crate::floor::event::Event;
use crate::output::text::redact::Redactor;

use notice::{DESKTOP_LIMIT, TerminalNotice};

/// The most notices that the desktop has not taken yet; further ones go through the terminal.
pub(crate) const MOST_NOTICES: usize = 4;

/// The most bells and notices that wait for a terminal that takes no bytes. Further ones are dropped: a late bell is of no
/// use.
pub(crate) const MOST_WAITING: usize = 4;

/// Words an event for a notice.
pub(crate) type Wording = dyn Fn(&Event) -> String;
/// Shows a notice on the desktop, or returns what went wrong.
pub(crate) type Desktop = fn(&str) -> Result<(), String>;

pub(crate) struct Notify {
    bell: bool,
    notices: Option<Notices>,
    terminal: Arc<Mutex<dyn Write + Send>>,
    /// Whether a write to the terminal is under way, and what waits for it.
    is_writing: bool,
    waiting: VecDeque<String>,
    running: FuturesUnordered<LocalBoxFuture<'static, Done>>,
}

pub(crate) struct Notices {
    /// Harmless, and with phone numbers masked if `--mask` is set.
    pub words: Box<Wording>,
    /// Hides secrets that the server echoed.
    pub redactor: Redactor,
    /// No longer used once it has failed.
    pub desktop: Option<Desktop>,
    pub terminal: TerminalNotice,
    /// How many notices the desktop has not taken yet.
    under_way: usize,
}

enum Done {
    /// The words of a notice, and why the desktop did not show it, if it did not.
    Shown(String, Option<String>),
    /// A write to the terminal has ended.
    Written,
}

impl Notices {
    #[must_use]
    pub(crate) fn new(
        words: Box<Wording>,
        redactor: Redactor,
        desktop: Option<Desktop>,
        terminal: TerminalNotice,
    ) -> Self {
        Self { words, redactor, desktop, terminal, under_way: 0 }
    }
}

impl Notify {
    pub(crate) fn new(bell: bool, notices: Option<Notices>, terminal: impl Write + Send + 'static) -> Self {
        Self {
            bell,
            notices,
            terminal: Arc::new(Mutex::new(terminal)),
            is_writing: false,
            waiting: VecDeque::new(),
            running: FuturesUnordered::new(),
        }
    }

    pub(crate) fn to(&mut self, event: &Event) {
        let mut for_terminal = String::new();
        if self.bell {
            for_terminal.push('\x07');
        }
        if let Some(notices) = &mut self.notices {
            let words = notices.redactor.redact(&(notices.words)(event));
            match notices.desktop {
                Some(desktop) if notices.under_way < MOST_NOTICES => {
                    notices.under_way += 1;
                    self.running.push(Box::pin(shown(desktop, words)));
                }
                _ => for_terminal.push_str(&notices.terminal.sequence(&words)),
            }
        }
        self.write(for_terminal);
    }

    /// Waits until something has ended, or for ever if nothing is under way. Returns what went wrong, if anything did.
    pub(crate) async fn finished(&mut self) -> Option<String> {
        match self.running.next().await {
            Some(Done::Shown(words, failure)) => self.after_notice(&words, failure),
            Some(Done::Written) => {
                self.is_writing = false;
                if let Some(next) = self.waiting.pop_front() {
                    self.write(next);
                }
                None
            }
            None => std::future::pending().await,
        }
    }

    pub(crate) fn running(&self) -> usize {
        self.running.len()
    }

    /// A desktop that fails is reported once, and not used again.
    fn after_notice(&mut self, words: &str, failure: Option<String>) -> Option<String> {
        let notices = self.notices.as_mut()?;
        notices.under_way = notices.under_way.saturating_sub(1);
        let failure = failure?;
        let is_new = notices.desktop.take().is_some();
        let sequence = notices.terminal.sequence(words);
        self.write(sequence);
        is_new.then(|| {
            format!("--notify: the desktop shows no notices ({failure}); they go to the terminal from now on")
        })
    }

    /// Writes on a separate thread, one text after the other, because a terminal may block for any time.
    fn write(&mut self, text: String) {
        if text.is_empty() || self.waiting.len() == MOST_WAITING {
            return;
        }
        if self.is_writing {
            return self.waiting.push_back(text);
        }
        self.is_writing = true;
        let terminal = Arc::clone(&self.terminal);
        let writing = tokio::task::spawn_blocking(move || {
            let mut terminal = terminal.lock().unwrap_or_else(PoisonError::into_inner);
            // The watch itself notices a terminal that is gone.
            let _ = terminal.write_all(text.as_bytes()).and_then(|()| terminal.flush());
        });
        self.running.push(Box::pin(async move {
            let _ = writing.await;
            Done::Written
        }));
    }
}

/// Calls the desktop on a separate thread: a bus that hangs must not hold up the watch.
async fn shown(desktop: Desktop, words: String) -> Done {
    let text = words.clone();
    let call = tokio::task::spawn_blocking(move || desktop(&text));
    let failure = match tokio::time::timeout(DESKTOP_LIMIT, call).await {
        Ok(Ok(shown)) => shown.err(),
        Ok(Err(error)) => Some(error.to_string()),
        Err(_) => Some(format!("no answer within {} s", DESKTOP_LIMIT.as_secs())),
    };
    Done::Shown(words, failure)
}
