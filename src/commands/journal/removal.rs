//! `deepcall journal prune` and `forget`: what is deleted.

use clap::Args;
use jiff::Timestamp;

use crate::app::App;
use crate::app::console::Outcome;
use crate::app::journal::{limits, open_to_read};
use crate::app::options::{OutputOptions, VerbosityOptions};
use crate::app::prompt;
use crate::app::renderer::Renderer;
use crate::commands::journal::opened::{called, count, open, without_journal};
use crate::failure::{ExitStatus, Failure};
use crate::journal::{AgentRow, RunRow, Status};
use crate::report::{Document, Field, Meaning, Part, Report, Row, Sentence, Shape, Shown, Tone};

/// Delete what is older than journal.keep, or exceeds journal.max_size
///
/// The oldest events go first, and old customers' numbers are masked. Commands that record do the same each hour.
#[derive(Args, Clone, Debug)]
pub(crate) struct PruneArgs {
    /// Only print what would be deleted and masked
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    verbosity: VerbosityOptions,
}

/// Erase an agent from the journal
///
/// Everything about the agent is overwritten. Damaged files that were set aside and copies of earlier versions are
/// deleted as a whole, because a part of them cannot be erased. This cannot be undone. A process that is still recording
/// the agent would record it again: stop it first. On a terminal it asks for confirmation; any answer other than yes
/// exits with 3.
#[derive(Args, Clone, Debug)]
pub(crate) struct ForgetArgs {
    /// The agent, by profile name or agent id
    #[arg(value_name = "AGENT")]
    agent: String,
    /// Do not ask for confirmation; required without a terminal
    #[arg(short, long)]
    yes: bool,
    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    verbosity: VerbosityOptions,
}

pub(super) fn prune(args: &PruneArgs, app: &App) -> Result<ExitStatus, Failure> {
    let renderer = app.renderer(&args.output, args.verbosity, &DOCUMENT)?;
    let limits = limits(app)?;
    let verb = if args.dry_run { "Would delete " } else { "Deleted " };
    let opened = if args.dry_run { open_to_read(app)? } else { open(app)? };
    let Some(opened) = opened else { return nothing(app, args.dry_run, verb, &renderer) };
    let pruned = opened.journal.prune(limits, args.dry_run, app.clock.now())?;
    let row = Row::new(DOCUMENT.fields)
        .with("dry_run", args.dry_run)
        .with("events", count(pruned.events))
        .with("masked", count(pruned.masked))
        .with("kept_from", pruned.kept_from)
        .with("size_before", count(pruned.size_before))
        .with("size_after", pruned.size_after.map(count));
    let verb = if pruned.is_estimate { "Would delete about " } else { verb };
    let mut sentence = sentence(verb, pruned.events, pruned.kept_from);
    if pruned.masked > 0 {
        let words = if args.dry_run { ", and mask numbers in " } else { ", and masked numbers in " };
        let events = if pruned.masked == 1 { " event" } else { " events" };
        sentence.parts.extend([
            Part::Words(words),
            Part::Name(pruned.masked.to_string()),
            Part::Words(events),
        ]);
    }
    let report = done(row, sentence);
    app.console.answer(Outcome::done(report), &renderer)
}

pub(super) fn forget(args: &ForgetArgs, app: &App) -> Result<ExitStatus, Failure> {
    let renderer = app.renderer(&args.output, args.verbosity, &DOCUMENT)?;
    let Some(opened) = open(app)? else { return nothing(app, false, "Erased ", &renderer) };
    let (journal, now) = (&opened.journal, app.clock.now());
    let agents = journal.agents()?;
    let chosen = called(&args.agent, &agents)?;
    if !args.yes && !is_wanted(&args.agent, app)? {
        app.console.note("nothing was erased");
        return Ok(ExitStatus::No);
    }
    let (before, runs) = (journal.status(now)?, journal.runs()?);
    let (mut events, mut notes) = (0, vec![]);
    for row in chosen {
        notes.extend(recorder(row, &before, &runs).map(|run| {
            let RunRow { command, process, .. } = run;
            format!(
                "{command} (process {}) is still recording {}: stop it, then erase again",
                process.pid, row.profile
            )
        }));
        let forgotten = journal.forget(row.agent, now)?;
        events += u64::try_from(forgotten.events).unwrap_or(u64::MAX);
        notes.extend(forgotten.deleted.iter().map(|path| format!("{} was deleted", path.display())));
        if !forgotten.log_is_empty {
            notes.push(
                "another deepcall is reading the journal; its log is overwritten when that ends".to_owned(),
            );
        }
    }
    let row = Row::new(DOCUMENT.fields)
        .with("dry_run", false)
        .with("agent", args.agent.clone())
        .with("events", count(events))
        .with("size_before", count(before.size))
        .with("size_after", count(journal.status(now)?.size));
    let mut sentence = sentence("Erased ", events, None);
    sentence.parts.extend([Part::Words(" of "), Part::Name(args.agent.clone())]);
    app.console.answer(Outcome::done(Report { notes, ..done(row, sentence) }), &renderer)
}

/// Who polls the agent now, and so records what the server answers next.
fn recorder<'r>(agent: &AgentRow, status: &Status, runs: &'r [RunRow]) -> Option<&'r RunRow> {
    let status = status.agents.iter().find(|one| one.row.agent == agent.agent)?;
    let lease = status.lease.as_ref().filter(|lease| lease.is_alive)?;
    runs.iter().find(|run| run.run == lease.run)
}

/// # Errors
/// If there is no terminal to ask on: exit code 2.
fn is_wanted(agent: &str, app: &App) -> Result<bool, Failure> {
    if !app.terminals.stdin || !app.terminals.stderr {
        return Err(Failure::usage("there is no terminal to ask for confirmation on")
            .hint("`--yes` erases without asking; this cannot be undone"));
    }
    Ok(prompt::is_confirmed(&format!("Erase everything about {agent:?} from the journal?"), app))
}

fn nothing(app: &App, dry_run: bool, verb: &'static str, renderer: &Renderer) -> Result<ExitStatus, Failure> {
    let row = Row::new(DOCUMENT.fields).with("dry_run", dry_run).with("events", count(0));
    let Report { notes, .. } = without_journal(&DOCUMENT, app)?;
    let report = Report { notes, ..done(row, sentence(verb, 0, None)) };
    app.console.answer(Outcome::done(report), renderer)
}

fn done(row: Row, sentence: Sentence) -> Report {
    Report { single: true, sentence: Some(sentence), is_action: true, ..Report::new(&DOCUMENT, vec![row]) }
}

/// For example "Deleted 1200 events from before 30 Aug 09:00".
fn sentence(verb: &'static str, events: u64, kept_from: Option<Timestamp>) -> Sentence {
    let words = if events == 1 { " event" } else { " events" };
    let mut parts = vec![Part::Words(verb), Part::Name(events.to_string()), Part::Words(words)];
    if let Some(kept_from) = kept_from {
        parts.extend([Part::Words(" from before "), Part::Clock(kept_from)]);
    }
    Sentence { tone: Tone::Usual, parts }
}

/// The document of `deepcall journal prune` and `forget`.
pub(crate) static DOCUMENT: Document = Document {
    name: "journal-removal",
    rows_key: "removals",
    head: &[],
    fields: &[
        Field::new(
            "dry_run",
            "DRY RUN",
            Meaning::State,
            Shown::Always(5),
            "whether nothing was deleted, but only counted",
        ),
        Field::new("agent", "AGENT", Meaning::Name, Shown::WhenPresent(1), "who was erased"),
        Field::new(
            "events",
            "EVENTS",
            Meaning::Count,
            Shown::Always(2),
            "how many events were deleted; of a dry run by size about how many would be",
        ),
        Field::new(
            "masked",
            "MASKED",
            Meaning::Count,
            Shown::WhenPresent(4),
            "in how many events old customers' numbers were masked or would be, which cannot be undone; null after forget",
        ),
        Field::new(
            "kept_from",
            "KEPT FROM",
            Meaning::Time,
            Shown::WhenPresent(3),
            "where the journal begins now; null if nothing old was deleted",
        ),
        Field::new(
            "size_before",
            "BEFORE",
            Meaning::Count,
            Shown::WhenPresent(6),
            "the size on the disk before, in bytes",
        ),
        Field::new(
            "size_after",
            "AFTER",
            Meaning::Count,
            Shown::WhenPresent(7),
            "the size afterwards; null after a dry run",
        ),
    ],
    tail: &[],
    shape: Shape::One,
    has_failures: false,
    extra_fields: None,
    empty: "",
};
