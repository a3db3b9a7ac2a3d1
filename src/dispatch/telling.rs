//! Tells people and scripts: the answer on stdout, everything else on stderr.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};

use jiff::tz::TimeZone;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;

use crate::app::environment::Terminals;
use crate::app::options::{OutputOptions, TalkOptions};
use crate::app::streams::Streams;
use crate::commands::Outcome;
use crate::failure::{ExitStatus, Failure};
use crate::output::formats::json;
use crate::output::formats::json::Layout as JsonLayout;
use crate::output::formats::problem;
use crate::output::formats::problem::Manner;
use crate::output::formats::render;
use crate::output::jq::Filter;
use crate::output::presentation::{Format, Presentation};
use crate::output::select;
use crate::output::text::sanitize::sanitize_lines;
use crate::report::{Document, Problem, Report};

/// How an answer is rendered; made before anything is asked, so that a typing error costs no request.
pub(crate) struct Rendering {
    presentation: Presentation,
    /// The config file's columns, where none were typed.
    configured_columns: Option<Vec<String>>,
    color_stderr: bool,
    filter: Option<Filter>,
}

impl Rendering {
    /// Checks `--columns` and compiles `--jq`.
    ///
    /// # Errors
    /// If a column is not known, or the expression is wrong: exit code 2.
    pub(crate) fn new(
        options: &OutputOptions,
        presentation: Presentation,
        configured_columns: Option<Vec<String>>,
        color_stderr: bool,
        document: &Document,
    ) -> Result<Self, Failure> {
        if let Some(columns) = &presentation.columns {
            select::named(document, columns)?;
        }
        let filter = options.format.jq.as_deref().map(Filter::compile).transpose()?;
        Ok(Self { presentation, configured_columns, color_stderr, filter })
    }

    /// How this report is shown. Lasting columns are those of tables: they do not turn a sentence into one.
    fn presentation_of(&self, report: &Report) -> Cow<'_, Presentation> {
        let is_sentence = report.sentence.is_some() && self.presentation.terminal;
        if self.presentation.columns.is_some() || self.configured_columns.is_none() || is_sentence {
            return Cow::Borrowed(&self.presentation);
        }
        Cow::Owned(Presentation { columns: self.configured_columns.clone(), ..self.presentation.clone() })
    }

    /// The zone of the times shown.
    pub(crate) fn zone(&self) -> &TimeZone {
        &self.presentation.zone
    }
}

/// Tells the answer, the news and the failures of one run.
pub(crate) struct Teller {
    streams: RefCell<Streams>,
    terminals: Terminals,
    talk: Cell<TalkOptions>,
    /// A detail that was known before `-v` was.
    early: Cell<Option<String>>,
    color: Cell<bool>,
    errors_as_json: Cell<bool>,
    mask: Cell<bool>,
}

impl Teller {
    /// Plain text on stderr, until somebody says otherwise.
    pub(crate) fn new(streams: Streams, terminals: Terminals) -> Self {
        Self {
            streams: RefCell::new(streams),
            terminals,
            talk: Cell::default(),
            early: Cell::default(),
            color: Cell::default(),
            errors_as_json: Cell::default(),
            mask: Cell::default(),
        }
    }

    /// From now on, stderr has colour or none, phone numbers hidden or shown.
    pub(crate) fn look_like(&self, color: bool, mask: bool) {
        self.color.set(color);
        self.mask.set(mask);
    }

    /// From now on, a failure is one JSON object on stderr, if the answer is JSON.
    pub(crate) fn tell_errors_as(&self, format: Option<&str>) {
        self.errors_as_json.set(matches!(format, Some("json" | "ndjson")));
    }

    /// From now on, `-q` and `-v` count.
    pub(crate) fn listen(&self, talk: TalkOptions) {
        self.talk.set(talk);
        if let Some(early) = self.early.take() {
            self.detail(&early);
        }
    }

    /// A detail to be told as soon as `-v` counts.
    pub(crate) fn tell_once_listening(&self, detail: String) {
        self.early.set(Some(detail));
    }

    /// The same, as the answer is rendered.
    pub(crate) fn tell_like(&self, rendering: &Rendering) {
        self.look_like(rendering.color_stderr, rendering.presentation.mask);
    }

    fn manner(&self) -> Manner {
        Manner { color: self.color.get(), mask: self.mask.get() }
    }

    /// News on stderr, silent with `-q`.
    pub(crate) fn note(&self, text: &str) {
        if !self.talk.get().quiet {
            self.say(|out| problem::write_note(text, self.manner(), out));
        }
    }

    /// Words for somebody who typed no command.
    pub(crate) fn greet(&self, words: &str) {
        self.say(|out| out.write_all(sanitize_lines(words).as_bytes()));
    }

    /// A question, whose answer is typed behind it.
    pub(crate) fn ask(&self, question: &str) {
        self.say(|out| out.write_all(question.as_bytes()));
    }

    /// What only `-v` asks for.
    pub(crate) fn detail(&self, text: &str) {
        if self.talk.get().verbose > 0 {
            self.note(text);
        }
    }

    /// The answer as it is.
    ///
    /// # Errors
    /// If stdout cannot be written.
    pub(crate) fn print(&self, bytes: &[u8]) -> Result<(), Failure> {
        self.streams.borrow_mut().answer().write_all(bytes)?;
        Ok(())
    }

    /// Stdout as a screen: through the same redactor, but not held back.
    pub(crate) fn screen(&self) -> impl std::io::Write + use<> {
        self.streams.borrow().screen()
    }

    /// Stderr, for the bell and for notices of the terminal.
    pub(crate) fn signals(&self) -> impl std::io::Write + use<> {
        self.streams.borrow().signals()
    }

    /// Stdout, for an answer that never ends.
    pub(crate) fn answering(&self) -> Answering<'_> {
        Answering(&self.streams)
    }

    /// Sends on what is still held back.
    ///
    /// # Errors
    /// If stdout cannot be written.
    pub(crate) fn flush(&self) -> Result<(), Failure> {
        Ok(self.streams.borrow_mut().flush()?)
    }

    /// The answer in its format, then what is to be said beside it.
    ///
    /// # Errors
    /// If stdout cannot be written, or the jq expression fails on the document.
    pub(crate) fn answer(&self, outcome: Outcome, rendering: &Rendering) -> Result<ExitStatus, Failure> {
        let Outcome { report, status } = outcome;
        self.render(&report, rendering)?;
        self.flush()?;
        for note in &report.notes {
            self.note(note);
        }
        let is_table = rendering.presentation.format == Format::Table;
        if report.rows.is_empty() && report.failures.is_empty() && is_table && self.terminals.stdout {
            self.note(report.document.empty);
        }
        let is_in_document = rendering.presentation.format == Format::Json && report.document.has_failures;
        if !is_in_document {
            report.failures.iter().for_each(|failure| self.complain(failure));
        }
        // The process ends here, and gives back at once what would be freed row by row: a twentieth of a large answer.
        std::mem::forget(report.rows);
        Ok(status)
    }

    fn render(&self, report: &Report, rendering: &Rendering) -> Result<(), Failure> {
        let mut streams = self.streams.borrow_mut();
        let presentation = rendering.presentation_of(report);
        let Some(filter) = &rendering.filter else {
            return Ok(render::render(report, &presentation, streams.answer())?);
        };
        let Presentation { zone, mask, .. } = &*presentation;
        let projection = filter.projection(report);
        let mut document = Vec::new();
        let is_held = |key: &str| projection.holds(key);
        json::write_document_of(report, zone, *mask, JsonLayout::Compact, is_held, &mut document)?;
        Ok(filter.run(document, self.terminals.stdout, streams.answer())?)
    }

    /// A reply as it came, or what a jq expression makes of it. A terminal gets it in a form that
    /// cannot do anything to it.
    ///
    /// # Errors
    /// If stdout cannot be written, or the expression fails on the reply.
    pub(crate) fn reply(&self, bytes: Vec<u8>, filter: Option<&Filter>) -> Result<(), Failure> {
        let mut streams = self.streams.borrow_mut();
        let out = streams.answer();
        match filter {
            Some(filter) => filter.run(bytes, self.terminals.stdout, out)?,
            None if self.terminals.stdout => {
                out.write_all(sanitize_lines(&String::from_utf8_lossy(&bytes)).as_bytes())?;
            }
            None => out.write_all(&bytes)?,
        }
        Ok(())
    }

    /// What clap has to say: help and version are answers, the rest is a usage error.
    pub(crate) fn show(&self, error: &clap::Error) -> ExitStatus {
        let text = error.render();
        if !error.use_stderr() {
            let text = if self.terminals.stdout { text.ansi().to_string() } else { text.to_string() };
            return self.end(self.print(text.as_bytes()).map(|()| ExitStatus::Done));
        }
        let painted = text.ansi().to_string();
        let plain = without_colors(&painted);
        if self.errors_as_json.get() {
            let message = plain.trim_start_matches("error: ").trim_end();
            let (first, rest) = message.split_once('\n').unwrap_or((message, ""));
            let hints = rest.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned);
            let mut failure = Failure::usage(first);
            failure.problem.hints.extend(hints);
            return self.end(Err(failure));
        }
        // What was typed is quoted as it is: whoever typed control characters goes without colours.
        let harmless = sanitize_lines(&plain);
        let shown = if self.color.get() && harmless == plain { &painted } else { &*harmless };
        self.say(|out| out.write_all(shown.as_bytes()));
        ExitStatus::Usage
    }

    /// Tells a failure, if there is one, and says how the program ends.
    pub(crate) fn end(&self, done: Result<ExitStatus, Failure>) -> ExitStatus {
        match done.and_then(|status| self.flush().map(|()| status)) {
            Ok(status) => status,
            Err(failure) => {
                // What was already answered goes out before the failure is told.
                let _ = self.streams.borrow_mut().flush();
                if !failure.is_silent() {
                    self.complain(&failure.problem);
                }
                failure.status
            }
        }
    }

    pub(crate) fn complain(&self, problem: &Problem) {
        self.say(|out| {
            if self.errors_as_json.get() {
                json::write_problem(problem, self.mask.get(), out)
            } else {
                problem::write_problem(problem, self.manner(), out)
            }
        });
    }

    /// Where stderr itself cannot be written, only the exit code is left to tell it.
    fn say(&self, words: impl FnOnce(&mut dyn std::io::Write) -> std::io::Result<()>) {
        self.streams.borrow_mut().say(words);
    }

    /// Runs `work` with a log of what `side` of the wire does on stderr, as detailed as `-v` was typed.
    /// What libraries say is left out: it names neither a request nor its reason.
    pub(crate) fn log<T>(&self, side: Side, work: impl FnOnce() -> T) -> T {
        let level = match self.talk.get().verbose {
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
            .with_writer(std::sync::Mutex::new(self.streams.borrow().log()));
        let wanted = Targets::new().with_target(side.target(), level);
        let subscriber = tracing_subscriber::registry().with(lines.with_filter(wanted));
        tracing::subscriber::with_default(subscriber, work)
    }
}

/// Whose log is told.
#[derive(Clone, Copy)]
pub(crate) enum Side {
    /// What is sent and received by us.
    Client,
    /// What the sandbox was asked and answered.
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

/// Stdout, borrowed for each write, so that news can be told in between.
pub(crate) struct Answering<'a>(&'a RefCell<Streams>);

impl std::io::Write for Answering<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().answer().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.borrow_mut().flush()
    }
}

/// The text without the colours of the argument parser; other control sequences are not its own, and stay.
fn without_colors(painted: &str) -> String {
    const OWN: [&str; 6] = ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[4m", "\u{1b}[31m", "\u{1b}[32m", "\u{1b}[33m"];
    OWN.iter().fold(painted.to_owned(), |text, code| text.replace(code, ""))
}
