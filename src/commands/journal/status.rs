//! `deepcall journal status`: what is in the journal, and who records.

use std::path::PathBuf;

use clap::Args;

use crate::app::App;
use crate::app::console::Outcome;
use crate::app::journal;
use crate::app::options::{OutputOptions, VerbosityOptions};
use crate::app::settings::table::{JOURNAL_KEEP, JOURNAL_MAX_SIZE, JOURNAL_NUMBERS, JOURNAL_RECORD};
use crate::commands::journal::opened::{count, in_effect, note_of_emptiness, without_journal};
use crate::failure::{ExitStatus, Failure};
use crate::journal::{AgentStatus, RunRow, Status, library_version};
use crate::report::{Document, Field, Meaning, Part, Report, Row, Sentence, Shape, Shown, Tone, Value};
use crate::size;

/// Show what the journal holds, and who records
///
/// Shows the size of the file, the first and the last answer and the number of events of each agent, and which process
/// records it now. A quiet time has answers and no events. Times without answers in between are in `deepcall journal
/// export --what coverage`.
/// Without a journal it prints that nothing is recorded, and the exit code is 0.
#[derive(Args, Clone, Debug)]
pub(crate) struct StatusArgs {
    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    verbosity: VerbosityOptions,
}

pub(super) fn run(args: &StatusArgs, app: &App) -> Result<ExitStatus, Failure> {
    let renderer = app.renderer(&args.output, args.verbosity, &DOCUMENT)?;
    let path = journal::path(app)?;
    let head = settings(app)?;
    let Some(opened) = journal::open_to_read(app)? else {
        let head = head.with("exists", false).with("path", path.display().to_string());
        let report = Report { head, ..without_journal(&DOCUMENT, app)? };
        return app.console.answer(Outcome::done(report), &renderer);
    };
    let journal = &opened.journal;
    let (status, runs) = (journal.status(app.clock.now())?, journal.runs()?);
    let summary = Some(sentence(&status));
    let rows: Vec<Row> = status.agents.iter().map(|agent| row(agent, &runs)).collect();
    let sentence = if rows.is_empty() { summary.clone() } else { None };
    let mut notes = status.dangers.clone();
    notes.extend(note_of_emptiness(journal)?);
    let head = fill(head, &status);
    let report = Report { head, sentence, summary, notes, ..Report::new(&DOCUMENT, rows) };
    app.console.answer(Outcome::done(report), &renderer)
}

/// The document of `deepcall journal status`.
pub(crate) static DOCUMENT: Document = Document {
    name: "journal-status",
    rows_key: "agents",
    head: &[
        Field::new("exists", "", Meaning::State, Shown::OnRequest, "whether there is a journal"),
        Field::new("path", "", Meaning::Text, Shown::OnRequest, "where it is or would be"),
        Field::new(
            "record",
            "",
            Meaning::State,
            Shown::OnRequest,
            "journal.record; null if unset: then only agents that the journal already holds are recorded",
        ),
        Field::new("keep", "", Meaning::Text, Shown::OnRequest, "journal.keep: how long events are kept"),
        Field::new("max_size", "", Meaning::Text, Shown::OnRequest, "journal.max_size: how large it may be"),
        Field::new(
            "numbers",
            "",
            Meaning::Text,
            Shown::OnRequest,
            "journal.numbers: how long customers' numbers stay unmasked",
        ),
        Field::new("sqlite", "", Meaning::Text, Shown::OnRequest, "the version of SQLite"),
        Field::new("version", "", Meaning::Count, Shown::OnRequest, "the version of its tables"),
        Field::new("size_bytes", "", Meaning::Count, Shown::OnRequest, "how large it is on the disk"),
        Field::new("events", "", Meaning::Count, Shown::OnRequest, "how many events it holds"),
        Field::new("created", "", Meaning::Time, Shown::OnRequest, "when it was created"),
        Field::new("from", "", Meaning::Time, Shown::OnRequest, "when the first event was noticed"),
        Field::new("to", "", Meaning::Time, Shown::OnRequest, "when the last one was"),
        Field::new(
            "answered_from",
            "",
            Meaning::Time,
            Shown::OnRequest,
            "when the first recorded answer came",
        ),
        Field::new("answered_to", "", Meaning::Time, Shown::OnRequest, "when the last one came"),
        Field::new("pruned", "", Meaning::Time, Shown::OnRequest, "when old events were last deleted"),
        Field::new(
            "copies",
            "",
            Meaning::List(FILE),
            Shown::OnRequest,
            "copies from before it was brought to this version",
        ),
        Field::new("copies_until", "", Meaning::Time, Shown::OnRequest, "when they are deleted"),
        Field::new("damaged", "", Meaning::List(FILE), Shown::OnRequest, "damaged files that were set aside"),
    ],
    fields: &[
        Field::new("profile", "PROFILE", Meaning::Name, Shown::Always(1), "what its events call the agent"),
        Field::new("server", "SERVER", Meaning::Text, Shown::WhenDifferent(7), "the server of its session"),
        Field::new("agent_id", "AGENT", Meaning::Id, Shown::WhenPresent(6), "the agent's id, where known"),
        Field::new("events", "EVENTS", Meaning::Count, Shown::Always(2), "how many events are of the agent"),
        Field::new(
            "answered_from",
            "FROM",
            Meaning::Time,
            Shown::WhenPresent(4),
            "when the first recorded answer about the agent came, whether or not it led to an event",
        ),
        Field::new("answered_to", "TO", Meaning::Time, Shown::WhenPresent(3), "when the last one came"),
        Field::new(
            "from",
            "FIRST EVENT",
            Meaning::Time,
            Shown::OnRequest,
            "when the first event was noticed",
        ),
        Field::new("to", "LAST EVENT", Meaning::Time, Shown::OnRequest, "when the last one was"),
        Field::new(
            "recorded_by",
            "RECORDED BY",
            Meaning::Text,
            Shown::WhenPresent(5),
            "the command that polls the agent now and records what it receives",
        ),
        Field::new("pid", "PID", Meaning::Count, Shown::WhenPresent(8), "its process"),
        Field::new("every_seconds", "EVERY", Meaning::Elapsed, Shown::WhenPresent(9), "how often it polls"),
        Field::new(
            "newest_answer",
            "ANSWERED",
            Meaning::Time,
            Shown::WhenPresent(10),
            "when its newest answer came",
        ),
    ],
    tail: &[],
    shape: Shape::List,
    has_failures: false,
    extra_fields: None,
    empty: "",
};

const FILE: &[Field] = &[Field::new("path", "", Meaning::Text, Shown::OnRequest, "the file")];

/// What is known without a journal.
fn settings(app: &App) -> Result<Row, Failure> {
    Ok(Row::new(DOCUMENT.head)
        .with("record", app.settings()?.get(&JOURNAL_RECORD)?.value)
        .with("keep", in_effect(app, &JOURNAL_KEEP)?)
        .with("max_size", in_effect(app, &JOURNAL_MAX_SIZE)?)
        .with("numbers", in_effect(app, &JOURNAL_NUMBERS)?)
        .with("sqlite", library_version()))
}

fn fill(head: Row, status: &Status) -> Row {
    let files = |paths: &[PathBuf]| {
        let file = |path: &PathBuf| Row::new(FILE).with("path", path.display().to_string());
        paths.iter().map(file).collect::<Vec<_>>()
    };
    head.with("exists", true)
        .with("path", status.path.display().to_string())
        .with("version", Value::Number(status.version))
        .with("size_bytes", count(status.size))
        .with("events", count(status.events))
        .with("created", status.created)
        .with("from", status.first)
        .with("to", status.last)
        .with("answered_from", status.answers.map(|(from, _)| from))
        .with("answered_to", status.answers.map(|(_, to)| to))
        .with("pruned", status.last_pruned)
        .with("copies", files(&status.copies))
        .with("copies_until", status.copies_deleted_at)
        .with("damaged", files(&status.damaged))
}

fn row(agent: &AgentStatus, runs: &[RunRow]) -> Row {
    let lease = agent.lease.as_ref().filter(|lease| lease.is_alive);
    let run = lease.and_then(|lease| runs.iter().find(|run| run.run == lease.run));
    let every = lease.map(|lease| Value::Seconds(i64::try_from(lease.cadence.as_secs()).unwrap_or(i64::MAX)));
    Row::new(DOCUMENT.fields)
        .with("profile", agent.row.profile.clone())
        .with("server", agent.row.server.clone())
        .with("agent_id", agent.row.agent_id.clone())
        .with("events", count(agent.events))
        .with("answered_from", agent.answers.map(|(from, _)| from))
        .with("answered_to", agent.answers.map(|(_, to)| to))
        .with("from", agent.first)
        .with("to", agent.last)
        .with("recorded_by", run.map(|run| run.command.clone()))
        .with("pid", run.map(|run| Value::Number(run.process.pid.into())))
        .with("every_seconds", every)
        .with("newest_answer", lease.and_then(|lease| lease.newest_answer))
}

/// For example "14233 events in 12.3 MB, from 20 Nov 09:00 to 17:04: /home/asha/….db".
fn sentence(status: &Status) -> Sentence {
    let mut parts = vec![
        Part::Name(status.events.to_string()),
        Part::Words(if status.events == 1 { " event in " } else { " events in " }),
        Part::Name(size::shown(status.size)),
    ];
    if let Some((first, last)) = status.answers {
        parts.extend([Part::Words(", from "), Part::Clock(first), Part::Words(" to "), Part::Clock(last)]);
    }
    parts.extend([Part::Words(": "), Part::Name(status.path.display().to_string())]);
    Sentence { tone: if status.damaged.is_empty() { Tone::Usual } else { Tone::Notable }, parts }
}
