//! What one run writes: the answer on stdout, everything else on stderr, both through the same redactor.

use std::cell::{Cell, RefCell};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;

use crate::app::options::TalkOptions;
use crate::app::renderer::Renderer;
use crate::failure::{ExitStatus, Failure};
use crate::output::formats::json;
use crate::output::formats::problem;
use crate::output::formats::problem::MessageStyle;
use crate::output::text::mask::mask_free_text;
use crate::output::text::redact::{RedactingWriter, Redactor};
use crate::output::text::sanitize::sanitize_lines;
use crate::report::{Problem, Report};

/// Rust's own stdout writes out every line; a large answer needs larger steps.
const STEP: usize = 64 << 10;

/// The answer of a command, and how the program ends.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    /// The answer.
    pub(crate) report: Report,
    /// How the program ends.
    pub(crate) status: ExitStatus,
}

impl Outcome {
    /// An answer that leaves nothing open.
    pub(crate) fn done(report: Report) -> Self {
        Self { report, status: ExitStatus::Done }
    }
}

/// Stdout and stderr of one run.
pub(crate) struct Console {
    stdout: RefCell<BufWriter<RedactingWriter<Box<dyn Write>>>>,
    stderr: Stderr,
    redactor: Redactor,
    /// A detail that was known before `-v` was.
    pending: Cell<Option<String>>,
}

/// How much goes to stderr, and how it looks. Plain text, until options and settings are known.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Messages {
    /// `-q` and `-v`.
    pub(crate) talk: TalkOptions,
    /// Whether it has colour.
    pub(crate) color: bool,
    /// Whether phone numbers are hidden.
    pub(crate) mask: bool,
    /// Whether a failure is one JSON object, as it is where the answer is JSON.
    pub(crate) errors_as_json: bool,
}

impl Console {
    /// `pending` is a detail to be written as soon as `-v` is known.
    pub(crate) fn new(
        stdout: Box<dyn Write>,
        stderr: Box<dyn Write + Send>,
        redactor: Redactor,
        pending: Option<String>,
    ) -> Self {
        let stdout = BufWriter::with_capacity(STEP, RedactingWriter::new(stdout, redactor.clone()));
        let stderr = Stderr {
            out: Shared(Arc::new(Mutex::new(stderr))),
            redactor: redactor.clone(),
            messages: Arc::default(),
        };
        Self { stdout: RefCell::new(stdout), stderr, redactor, pending: Cell::new(pending) }
    }

    /// How messages look by now.
    pub(crate) fn messages(&self) -> Messages {
        self.stderr.messages()
    }

    /// Changes how messages look from now on.
    pub(crate) fn set_messages(&self, messages: Messages) {
        *self.stderr.messages.lock().unwrap_or_else(PoisonError::into_inner) = messages;
    }

    /// From now on, `-q` and `-v` are in force.
    pub(crate) fn set_talk(&self, talk: TalkOptions) {
        self.set_messages(Messages { talk, ..self.messages() });
        if let Some(pending) = self.pending.take() {
            self.detail(&pending);
        }
    }

    /// The answer in its format, then what belongs beside it on stderr.
    ///
    /// # Errors
    /// If stdout cannot be written, or the jq expression fails on the document.
    pub(crate) fn answer(&self, outcome: Outcome, renderer: &Renderer) -> Result<ExitStatus, Failure> {
        let Outcome { report, status } = outcome;
        renderer.write(&report, &mut *self.stdout.borrow_mut())?;
        self.stdout().flush()?;
        for note in &report.notes {
            self.note(note);
        }
        if renderer.shows_an_empty_table(&report) {
            self.note(report.document.empty);
        }
        if !renderer.holds_failures_of(&report) {
            report.failures.iter().for_each(|failure| self.error(failure));
        }
        Ok(status)
    }

    /// Stdout, held back until it is flushed. News can be written to stderr in between.
    pub(crate) fn stdout(&self) -> Stdout<'_> {
        Stdout(self)
    }

    /// News, unless `-q` was typed.
    pub(crate) fn note(&self, text: &str) {
        let Messages { talk, color, mask, .. } = self.messages();
        if !talk.quiet {
            self.stderr(|out| problem::write_note(text, MessageStyle { color, mask }, out));
        }
    }

    /// Why nothing happens for now: another process is changing the file.
    pub(crate) fn waiting_for_change(&self, path: &Path) {
        self.note(&format!("waiting for another deepcall that is changing {}", path.display()));
    }

    /// What is of interest only to whoever typed `-v`.
    pub(crate) fn detail(&self, text: &str) {
        if self.messages().talk.verbose > 0 {
            self.note(text);
        }
    }

    /// What went wrong, whatever options were typed.
    pub(crate) fn error(&self, problem: &Problem) {
        self.stderr.error(problem);
    }

    /// Text that was made harmless before.
    pub(crate) fn stderr(&self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
        self.stderr.write(write);
    }

    /// Another way to stderr, for another thread.
    pub(crate) fn stderr_writer(&self) -> Stderr {
        self.stderr.clone()
    }

    /// The terminal that is stdout, for a board: secrets are hidden, nothing is held back.
    pub(crate) fn screen(&self) -> impl Write + Send + use<> {
        RedactingWriter::new(unlocked_stdout(), self.redactor.clone())
    }

    /// The terminal that is stderr, for the bell and for notices.
    pub(crate) fn bell(&self) -> impl Write + Send + use<> {
        self.stderr.writer()
    }

    /// Runs `work` with a log of one side's requests on stderr, as detailed as `-v` was typed.
    /// Events of libraries are left out: they name neither a request nor its reason.
    pub(crate) fn log<T>(&self, side: Side, work: impl FnOnce() -> T) -> T {
        let level = match self.messages().talk.verbose {
            0 => return work(),
            1 => tracing::Level::INFO,
            2 => tracing::Level::DEBUG,
            _ => tracing::Level::TRACE,
        };
        let lines = tracing_subscriber::fmt::layer()
            .with_ansi(false)
            .with_level(false)
            .with_target(false)
            .without_time()
            .with_writer(Mutex::new(Log(self.bell())));
        let wanted = Targets::new().with_target(side.target(), level);
        let subscriber = tracing_subscriber::registry().with(lines.with_filter(wanted));
        tracing::subscriber::with_default(subscriber, work)
    }

    /// Writes what is still held back, and the failure, if there is one. Returns how the command ends.
    pub(crate) fn finish(&self, done: Result<ExitStatus, Failure>) -> ExitStatus {
        let flushed = done.and_then(|status| self.stdout().flush().map(|()| status).map_err(Failure::from));
        match flushed {
            Ok(status) => status,
            Err(failure) => {
                // The part of the answer that is there comes before the failure.
                let _ = self.stdout().flush();
                if !failure.is_silent() {
                    self.error(&failure.problem);
                }
                failure.status
            }
        }
    }
}

/// Whose requests are logged.
#[derive(Clone, Copy)]
pub(crate) enum Side {
    /// Ours.
    Client,
    /// Those that the sandbox answers.
    Sandbox,
}

impl Side {
    fn target(self) -> &'static str {
        match self {
            Self::Client => "deepcall::client",
            Self::Sandbox => "deepcall::sandbox",
        }
    }
}

/// Stdout, borrowed for each write.
pub(crate) struct Stdout<'a>(&'a Console);

impl Write for Stdout<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.stdout.borrow_mut().write(bytes)
    }

    /// Writes everything out. `BrokenPipe` means that the reader has left.
    fn flush(&mut self) -> io::Result<()> {
        self.0.stdout.borrow_mut().flush()
    }
}

/// Stderr of one run. Where it takes nothing, only the exit code is left to report a failure, and a command that
/// succeeds has succeeded.
#[derive(Clone)]
pub(crate) struct Stderr {
    out: Shared,
    redactor: Redactor,
    messages: Arc<Mutex<Messages>>,
}

impl Stderr {
    /// What went wrong, whatever options were typed.
    pub(crate) fn error(&self, problem: &Problem) {
        let Messages { color, mask, errors_as_json, .. } = self.messages();
        self.write(|out| {
            if errors_as_json {
                json::write_problem(problem, mask, out)
            } else {
                problem::write_problem(problem, MessageStyle { color, mask }, out)
            }
        });
    }

    fn messages(&self) -> Messages {
        *self.messages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
        let mut out = self.writer();
        let _ = write(&mut out).and_then(|()| out.flush());
    }

    fn writer(&self) -> RedactingWriter<Shared> {
        RedactingWriter::new(self.out.clone(), self.redactor.clone())
    }
}

/// Stdout without the lock around Rust's own. A board may wait in a write for as long as its terminal takes no bytes, and
/// whoever flushes stdout at the end of the program would wait with it. What is flushed goes out as a whole, so that no
/// half frame is seen.
fn unlocked_stdout() -> Box<dyn Write + Send> {
    #[cfg(unix)]
    {
        use std::os::fd::AsFd;
        if let Ok(own) = io::stdout().as_fd().try_clone_to_owned() {
            return Box::new(BufWriter::with_capacity(STEP, std::fs::File::from(own)));
        }
    }
    Box::new(io::stdout())
}

/// Stderr, with several ways to it.
#[derive(Clone)]
struct Shared(Arc<Mutex<Box<dyn Write + Send>>>);

impl Write for Shared {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(text)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).flush()
    }
}

/// A log on stderr; each write is one whole entry. It is made harmless, and phone numbers are hidden whatever the
/// options say.
struct Log<W>(W);

impl<W: Write> Write for Log<W> {
    fn write(&mut self, entry: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(entry);
        self.0.write_all(sanitize_lines(&mask_free_text(&text)).as_bytes())?;
        self.0.flush()?;
        Ok(entry.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests;
