//! Writes the answer to stdout and everything else to stderr, both through the same redactor.

use std::cell::{Cell, RefCell};
use std::io::{self, BufWriter, Write};
use std::mem;
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;

use crate::app::options::VerbosityOptions;
use crate::app::renderer::Renderer;
use crate::failure::{ExitStatus, Failure};
use crate::output::formats::json;
use crate::output::formats::problem;
use crate::output::formats::problem::MessageStyle;
use crate::output::text::mask::mask_free_text;
use crate::output::text::redact::{RedactingWriter, Redactor};
use crate::output::text::sanitize::sanitize_lines;
use crate::report::{Failures, Problem, Report};
use crate::system::terminal::unlocked_stdout;

/// Rust's own stdout flushes at every line, which is slow for a large answer.
const STEP: usize = 64 << 10;

/// The answer of a command, and how the program ends.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub(crate) report: Report,
    pub(crate) status: ExitStatus,
}

impl Outcome {
    pub(crate) fn done(report: Report) -> Self {
        Self { report, status: ExitStatus::Done }
    }
}

pub(crate) struct Console {
    stdout: RefCell<BufWriter<RedactingWriter<Box<dyn Write>>>>,
    stderr: Stderr,
    redactor: Redactor,
    /// A detail that came before `-v` was parsed.
    pending: Cell<Option<String>>,
}

/// How much goes to stderr, and in which form. Until options and settings are known, it is plain text.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Messages {
    pub(crate) verbosity: VerbosityOptions,
    pub(crate) color: bool,
    pub(crate) mask: bool,
    /// With JSON answers, a failure is one JSON object too.
    pub(crate) errors_as_json: bool,
    /// Of the terminal that stderr is.
    pub(crate) columns: Option<usize>,
}

impl Messages {
    fn style(self, redactor: &Redactor) -> MessageStyle<'_> {
        let Self { color, mask, columns, .. } = self;
        MessageStyle { color, mask, terminal: columns.map(|columns| (columns, redactor)) }
    }
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

    pub(crate) fn messages(&self) -> Messages {
        self.stderr.messages()
    }

    pub(crate) fn set_messages(&self, messages: Messages) {
        *self.stderr.messages.lock().unwrap_or_else(PoisonError::into_inner) = messages;
    }

    pub(crate) fn set_verbosity(&self, verbosity: VerbosityOptions) {
        self.set_messages(Messages { verbosity, ..self.messages() });
        if let Some(pending) = self.pending.take() {
            self.detail(&pending);
        }
    }

    /// Writes the answer in its format, then its notes to stderr.
    ///
    /// # Errors
    /// If stdout cannot be written, or the jq expression fails on the document.
    pub(crate) fn answer(&self, outcome: Outcome, renderer: &Renderer) -> Result<ExitStatus, Failure> {
        let Outcome { report, status } = outcome;
        renderer.write(&report, &mut *self.stdout.borrow_mut())?;
        self.stdout().flush()?;
        for (at, note) in report.notes.iter().enumerate() {
            // Many profiles may have the same to note.
            if !report.notes[..at].contains(note) {
                self.note(note);
            }
        }
        let empty = report.document.empty;
        if !empty.is_empty() && renderer.shows_an_empty_table(&report) {
            self.note(empty);
        }
        if !renderer.holds_failures_of(&report) {
            self.errors(&report.failures);
        }
        // The program ends now, and the system takes the memory back at once: to give back each text of 20,000 rows would
        // take a tenth of the time of the whole command.
        mem::forget(report);
        Ok(status)
    }

    /// Stdout, buffered until it is flushed, so that notes can be written to stderr before.
    pub(crate) fn stdout(&self) -> Stdout<'_> {
        Stdout(self)
    }

    /// Writes an answer whose bytes are no text, because it is packed: `pack` has to hide the secrets in what it packs.
    ///
    /// # Errors
    /// If stdout cannot be written, or `pack` fails.
    pub(crate) fn answer_packed(
        &self,
        pack: impl FnOnce(&Redactor) -> io::Result<Vec<u8>>,
    ) -> io::Result<()> {
        let packed = pack(&self.redactor)?;
        let mut stdout = self.stdout.borrow_mut();
        stdout.flush()?;
        stdout.get_mut().write_packed(&packed)
    }

    /// Written unless `-q` was typed.
    pub(crate) fn note(&self, text: &str) {
        self.stderr.note(text);
    }

    /// Explains a wait: another process is changing the file.
    pub(crate) fn waiting_for_change(&self, path: &Path) {
        self.note(&format!("waiting for another deepcall that is changing {}", path.display()));
    }

    /// Runs `work`, and explains the wait once it takes longer than a second.
    pub(crate) fn explain_wait<T>(&self, text: &str, work: impl FnOnce() -> T) -> T {
        let messages = self.messages();
        let (stderr, style) = (self.shared_stderr(), messages.style(&self.redactor));
        let (done, waits) = mpsc::channel::<()>();
        thread::scope(|scope| {
            scope.spawn(move || {
                let is_long = waits.recv_timeout(Duration::from_secs(1)) == Err(RecvTimeoutError::Timeout);
                if is_long && !messages.verbosity.quiet {
                    stderr.write(|out| problem::write_note(text, style, out));
                }
            });
            let result = work();
            drop(done);
            result
        })
    }

    /// Written with `-v` only.
    pub(crate) fn detail(&self, text: &str) {
        if self.messages().verbosity.verbose > 0 {
            self.note(text);
        }
    }

    /// Written even with `-q`.
    pub(crate) fn error(&self, problem: &Problem) {
        self.stderr.error(problem);
    }

    /// Writes the failures of several profiles; for a person, what failed alike once.
    pub(crate) fn errors(&self, failures: &Failures) {
        let messages = self.messages();
        if messages.errors_as_json {
            for problem in &failures.problems {
                self.error(problem);
            }
        } else {
            self.stderr(|out| problem::write_problems(failures, messages.style(&self.redactor), out));
        }
    }

    /// The text must be harmless already.
    pub(crate) fn stderr(&self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
        self.stderr.write(write);
    }

    /// Stderr for another thread.
    pub(crate) fn shared_stderr(&self) -> Stderr {
        self.stderr.clone()
    }

    /// Stdout for the board: redacted, and not buffered.
    pub(crate) fn screen(&self) -> impl Write + Send + use<> {
        RedactingWriter::new(unlocked_stdout(STEP), self.redactor.clone())
    }

    /// Stderr for the bell, for notices and for the log.
    pub(crate) fn stderr_writer(&self) -> impl Write + Send + use<> {
        self.stderr.writer()
    }

    /// Runs `work` with a log of one side's requests on stderr, as detailed as `-v` was typed.
    /// Events of libraries are left out: they name neither a request nor its reason.
    pub(crate) fn log<T>(&self, side: Side, work: impl FnOnce() -> T) -> T {
        let level = match self.messages().verbosity.verbose {
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
            .with_writer(Mutex::new(Log(self.stderr_writer())));
        let wanted = Targets::new().with_target(side.target(), level);
        let subscriber = tracing_subscriber::registry().with(lines.with_filter(wanted));
        tracing::subscriber::with_default(subscriber, work)
    }

    /// Flushes stdout, writes the failure, if there is one, and returns the exit status.
    pub(crate) fn finish(&self, done: Result<ExitStatus, Failure>) -> ExitStatus {
        let flushed = done.and_then(|status| self.stdout().flush().map(|()| status).map_err(Failure::from));
        match flushed {
            Ok(status) => status,
            Err(failure) => {
                // A part of the answer comes before the failure.
                let _ = self.stdout().flush();
                if !failure.is_silent() {
                    self.error(&failure.problem);
                }
                failure.status
            }
        }
    }
}

#[derive(Clone, Copy)]
pub(crate) enum Side {
    Client,
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

pub(crate) struct Stdout<'a>(&'a Console);

impl Write for Stdout<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.stdout.borrow_mut().write(bytes)
    }

    /// `BrokenPipe` means that the reader has left.
    fn flush(&mut self) -> io::Result<()> {
        self.0.stdout.borrow_mut().flush()
    }
}

/// Stderr. If it cannot be written, only the exit code reports a failure; a command that succeeds still succeeds.
#[derive(Clone)]
pub(crate) struct Stderr {
    out: Shared,
    redactor: Redactor,
    messages: Arc<Mutex<Messages>>,
}

impl Stderr {
    /// Written unless `-q` was typed.
    pub(crate) fn note(&self, text: &str) {
        let messages = self.messages();
        if !messages.verbosity.quiet {
            self.write(|out| problem::write_note(text, messages.style(&self.redactor), out));
        }
    }

    pub(crate) fn error(&self, problem: &Problem) {
        let messages = self.messages();
        self.write(|out| {
            if messages.errors_as_json {
                json::write_problem(problem, messages.mask, out)
            } else {
                problem::write_problem(problem, messages.style(&self.redactor), out)
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

/// Stderr, shared by several writers.
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

/// A log on stderr; each write is one whole entry. It is made harmless, and phone numbers are hidden even without
/// `--mask`.
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
