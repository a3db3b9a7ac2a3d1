//! `deepcall journal verify`: whether the file is whole, and whether what it says can be true.

use clap::Args;

use crate::app::App;
use crate::app::console::Outcome;
use crate::app::journal;
use crate::app::options::{OutputOptions, VerbosityOptions};
use crate::commands::journal::opened::{count, note_of_emptiness, without_journal};
use crate::failure::{ExitStatus, Failure};
use crate::journal::{Journal, JournalError, Mode, Verified};
use crate::report::{Document, Field, Meaning, Part, Report, Row, Sentence, Shape, Shown, Tone};

/// Check the journal for damage and contradictions
///
/// Reads the whole file: whether SQLite finds it in order, whether times of recording overlap, whether each event is
/// from a time with answers, and whether its identity follows from its content. The exit code is 1 if there is a fault;
/// the first ten are shown.
#[derive(Args, Clone, Debug)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    verbosity: VerbosityOptions,
}

pub(super) fn run(args: &VerifyArgs, app: &App) -> Result<ExitStatus, Failure> {
    let renderer = app.renderer(&args.output, args.verbosity, &DOCUMENT)?;
    let path = journal::path(app)?;
    let head = Row::new(DOCUMENT.head).with("path", path.display().to_string());
    let mut notes = vec![];
    let verified = match Journal::open(&path, Mode::ReadOnly, journal::settings(app)?, app.clock.now()) {
        Ok(Some(opened)) => {
            let verified = opened.journal.verify()?;
            if verified.faults.is_empty() {
                notes.extend(note_of_emptiness(&opened.journal)?);
            }
            verified
        }
        Ok(None) => {
            let head = head.with("exists", false).with("sound", true);
            let report = Report { head, ..without_journal(&DOCUMENT, app)? };
            return app.console.answer(Outcome::done(report), &renderer);
        }
        Err(JournalError::Damaged { .. }) => Verified::damaged(),
        Err(error) => return Err(error.into()),
    };
    let hint = verified.is_damaged.then(|| {
        format!(
            "a command that records sets a file aside that it cannot write, and begins a new one; to begin one now, \
             move {}* to another place",
            path.display()
        )
    });
    let faults = verified.faults;
    let is_sound = faults.is_empty();
    let head = head
        .with("exists", true)
        .with("sound", is_sound)
        .with("events", count(verified.events))
        .with("coverage_rows", count(verified.coverage_rows));
    let sentence = is_sound.then(|| Sentence {
        tone: Tone::Usual,
        parts: vec![
            Part::Words("The journal is sound: "),
            Part::Name(verified.events.to_string()),
            Part::Words(if verified.events == 1 { " event" } else { " events" }),
        ],
    });
    let rows = faults.into_iter().map(|fault| Row::new(DOCUMENT.fields).with("fault", fault)).collect();
    notes.extend(hint);
    let report = Report { head, sentence, notes, is_action: true, ..Report::new(&DOCUMENT, rows) };
    let status = if is_sound { ExitStatus::Done } else { ExitStatus::Failed };
    app.console.answer(Outcome { report, status }, &renderer)
}

/// The document of `deepcall journal verify`.
pub(crate) static DOCUMENT: Document = Document {
    name: "journal-verify",
    rows_key: "faults",
    head: &[
        Field::new("exists", "", Meaning::State, Shown::OnRequest, "whether there is a journal"),
        Field::new("path", "", Meaning::Text, Shown::OnRequest, "where it is or would be"),
        Field::new("sound", "", Meaning::State, Shown::OnRequest, "whether no fault was found"),
        Field::new("events", "", Meaning::Count, Shown::OnRequest, "how many events were read"),
        Field::new(
            "coverage_rows",
            "",
            Meaning::Count,
            Shown::OnRequest,
            "how many times of recording were compared",
        ),
    ],
    fields: &[Field::new("fault", "FAULT", Meaning::Prose, Shown::Always(1), "what is wrong")],
    tail: &[],
    shape: Shape::List,
    has_failures: false,
    extra_fields: None,
    empty: "",
};
