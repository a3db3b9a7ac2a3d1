//! `deepcall journal export`: what was recorded, in every format. Events are streamed, since they may be many; the folds of
//! them are lists like those of other commands.

use std::io;
use std::ops::ControlFlow;

use clap::{Args, ValueEnum};
use jiff::Timestamp;

use crate::app::App;
use crate::app::console::Outcome;
use crate::app::journal::simulated::{Simulated, of_the_floor};
use crate::app::journal::{note_unreadable, open_to_read};
use crate::app::options::{FloorOptions, OutputOptions, VerbosityOptions};
use crate::app::settings::choice::near;
use crate::commands::journal::opened::{called, note_of_emptiness, without_journal};
use crate::commands::shared::window::Window;
use crate::commands::tags;
use crate::failure::{ExitStatus, Failure};
use crate::floor::event::{Event, EventKind, FollowedPart};
use crate::floor::timeline::intervals::{Interval, intervals};
use crate::floor::timeline::tags::into_latest;
use crate::floor::timeline::{Coverage, Span};
use crate::journal::{AgentRow, EventQuery, Journal, MARGIN};
use crate::output::event_view::STREAM;
use crate::output::presentation::Format;
use crate::report::{Document, Field, Meaning, Report, Row, Shape, Shown, Value};
use crate::watch::sinks::EventSink;
use crate::watch::sinks::lines::Lines;

/// Print what was recorded
///
/// --what events prints the lines of `deepcall watch --json`, in the order in which they were recorded. The others are
/// computed from these: tags, each once in its latest state; intervals, the breaks and wrap-ups with bounds for their
/// beginnings and ends; coverage, the times in which answers came. With --sandbox it prints what `deepcall record`
/// would have kept of the simulated floor in the last eight days; no file is opened or made.
#[derive(Args, Clone, Debug)]
pub(crate) struct ExportArgs {
    /// What to print: events, intervals, tags or coverage
    #[arg(long, value_name = "WHAT", value_enum, default_value = "events", hide_possible_values = true)]
    what: What,
    /// Start of the window, e.g. 8h or 9:00 [default: everything]
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// End of the window, in the same forms
    #[arg(long, value_name = "TIME", hide_short_help = true)]
    until: Option<String>,
    /// Only this agent, by profile name or agent id; may be repeated
    #[arg(id = "agent", long, value_name = "NAME")]
    wanted: Vec<String>,
    /// Print the past of the simulated floor instead
    #[arg(long)]
    sandbox: bool,
    #[command(flatten)]
    floor: FloorOptions,
    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    verbosity: VerbosityOptions,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    Events,
    Intervals,
    Tags,
    Coverage,
}

impl What {
    fn document(self) -> &'static Document {
        match self {
            Self::Events => &STREAM,
            Self::Intervals => &INTERVALS,
            Self::Tags => &tags::DOCUMENT,
            Self::Coverage => &COVERAGE,
        }
    }
}

pub(super) fn run(args: &ExportArgs, app: &App) -> Result<ExitStatus, Failure> {
    let mut output = args.output.clone();
    output.rules.is_stream = args.what == What::Events;
    let document = args.what.document();
    let renderer = app.renderer(&output, args.verbosity, document)?;
    let now = app.clock.now();
    let typed = [args.since.as_deref(), args.until.as_deref()];
    let mut window = Window::of(typed, now, &renderer.presentation().zone)?;
    if args.since.is_none() {
        window.since = Timestamp::MIN;
    }
    let journal = if args.sandbox {
        simulated(args, &window, app)?
    } else if let Some(opened) = open_to_read(app)? {
        opened.journal
    } else {
        let report = without_journal(document, app)?;
        return app.console.answer(Outcome::done(report), &renderer);
    };
    let export = Export { journal: &journal, agents: chosen(args, &journal)?, window };
    let listed = |rows| app.console.answer(Outcome::done(Report::new(document, rows)), &renderer);
    let done = match args.what {
        What::Events if renderer.is_document() => {
            let mut rows = vec![];
            export.each_event(&mut |event| {
                rows.push(event.row());
                Ok(())
            })?;
            listed(rows)
        }
        What::Events => {
            let presentation = renderer.presentation().clone();
            let are_sentences = presentation.format == Format::Table;
            let mut lines = Lines::new(app.console.stdout(), presentation);
            export.each_event(&mut |mut event| {
                // A sentence would say "before the watch began", and no watch is meant here.
                if let (true, EventKind::Tag(reported)) = (are_sentences, &mut event.kind) {
                    reported.initial = false;
                }
                lines.write(std::slice::from_ref(&event))
            })?;
            Ok(ExitStatus::Done)
        }
        What::Intervals => listed(export.intervals()?),
        What::Tags => listed(export.tags()?),
        What::Coverage => listed(export.coverage()?),
    };
    note_unreadable(&app.console, &journal);
    if let Some(note) = note_of_emptiness(&journal)? {
        app.console.note(&note);
    }
    done
}

/// The past of the chosen agents of the floor, or of all. It is in memory, and no server runs for it.
fn simulated(args: &ExportArgs, window: &Window, app: &App) -> Result<Journal, Failure> {
    let simulated = Simulated::of(app, &args.floor, window.since)?;
    if let Some(name) = args.wanted.iter().find(|name| simulated.called(name).next().is_none()) {
        let names: Vec<&str> = simulated.names().collect();
        let failure = Failure::usage(format!("the simulated floor has no agent {name:?}"));
        return Err(failure.hint(near(name, names.iter().copied())));
    }
    let is_called = |wanted: &String, name: &str| simulated.called(wanted).any(|called| called == name);
    let is_wanted =
        |name: &&str| args.wanted.is_empty() || args.wanted.iter().any(|wanted| is_called(wanted, name));
    let followed: Vec<_> = simulated.names().filter(is_wanted).map(of_the_floor).collect();
    let journal = simulated.empty()?;
    simulated.record(&journal, &followed)?;
    Ok(journal)
}

/// # Errors
/// If the journal holds no agent of a typed name: exit code 2.
fn chosen(args: &ExportArgs, journal: &Journal) -> Result<Vec<AgentRow>, Failure> {
    let known = journal.agents()?;
    if args.wanted.is_empty() {
        return Ok(known);
    }
    let mut wanted = vec![];
    for name in &args.wanted {
        wanted.extend(called(name, &known)?.iter().map(|row| row.agent));
    }
    Ok(known.into_iter().filter(|row| wanted.contains(&row.agent)).collect())
}

struct Export<'j> {
    journal: &'j Journal,
    agents: Vec<AgentRow>,
    window: Window,
}

impl Export<'_> {
    fn each_event(&self, write: &mut dyn FnMut(Event) -> io::Result<()>) -> Result<(), Failure> {
        let query = EventQuery {
            agents: Some(self.agents.iter().map(|row| row.agent).collect()),
            from: (self.window.since > Timestamp::MIN).then_some(self.window.since),
            until: self.window.is_closed.then_some(self.window.until),
            ..EventQuery::default()
        };
        let mut written = Ok(());
        self.journal.events(&query, &mut |_, recorded| {
            written = write(recorded.event);
            if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        Ok(written?)
    }

    /// The events of one agent that may belong to the window: all, so that what is of no known type is noted.
    fn events_of(&self, agent: &AgentRow) -> Result<Vec<Event>, Failure> {
        let query = EventQuery {
            agents: Some(vec![agent.agent]),
            from: self.window.since.checked_sub(MARGIN).ok(),
            with_clock_behind: true,
            ..EventQuery::default()
        };
        let events = self.journal.list_events(&query)?;
        Ok(events.into_iter().map(|recorded| recorded.event).collect())
    }

    fn tags(&self) -> Result<Vec<Row>, Failure> {
        let hiding = self.journal.hiding();
        let mut rows = vec![];
        for agent in &self.agents {
            let tags = into_latest(self.events_of(agent)?, &*hiding);
            let wanted = tags.into_iter().filter(|tag| self.window.holds(tag));
            rows.extend(wanted.map(|tag| tags::row(agent.profile.as_str().into(), tag)));
        }
        Ok(rows)
    }

    fn intervals(&self) -> Result<Vec<Row>, Failure> {
        let mut rows = vec![];
        for agent in &self.agents {
            let events = self.journal.to_remember(agent.agent, self.window.since)?;
            let coverage = self.journal.coverage(agent.agent, Timestamp::MIN, Timestamp::MAX)?;
            let intervals = intervals(events.iter().map(|recorded| &recorded.event), &coverage);
            let is_wanted = |interval: &Interval| {
                let Span { from, to } = interval.possible();
                to >= self.window.since && (!self.window.is_closed || from <= self.window.until)
            };
            rows.extend(
                intervals.iter().filter(|it| is_wanted(it)).map(|it| interval_row(&agent.profile, it)),
            );
        }
        Ok(rows)
    }

    fn coverage(&self) -> Result<Vec<Row>, Failure> {
        let to = if self.window.is_closed { self.window.until } else { Timestamp::MAX };
        let window = Span { from: self.window.since, to };
        let windows: Vec<_> = self.agents.iter().map(|agent| (agent.agent, window)).collect();
        let covered = self.agents.iter().zip(self.journal.covered(&windows)?);
        Ok(covered
            .flat_map(|(agent, rows)| rows.into_iter().map(|row| coverage_row(&agent.profile, &row)))
            .collect())
    }
}

fn interval_row(profile: &str, interval: &Interval) -> Row {
    let certain = interval.certain();
    let seconds = i64::try_from(certain.length().as_secs()).unwrap_or(i64::MAX);
    let what = if interval.part == FollowedPart::Breaks { "break" } else { "wrapup" };
    Row::new(INTERVALS.fields)
        .with("profile", profile)
        .with("what", what)
        .with("reason", interval.reasons.last().cloned())
        .with("since", interval.since)
        .with("start_lo", interval.start_lo)
        .with("start_hi", interval.start_hi)
        .with("end_lo", interval.end_lo)
        .with("end_hi", interval.end_hi)
        .with("open", interval.open)
        .with("certain_seconds", Value::Seconds(seconds))
        .with("ends_at", interval.ends_at)
        .with("call_id", interval.call_id.clone())
        .with("customer", interval.customer.clone())
}

/// The document of `deepcall journal export --what intervals`.
pub(crate) static INTERVALS: Document = Document {
    name: "journal-intervals",
    rows_key: "intervals",
    head: &[],
    fields: &[
        Field::new("profile", "PROFILE", Meaning::Name, Shown::Always(1), "the profile whose agent it is"),
        Field::new("what", "WHAT", Meaning::Text, Shown::Always(2), "break or wrapup"),
        Field::new("reason", "REASON", Meaning::Text, Shown::WhenPresent(5), "the last reason of the break"),
        Field::new(
            "since",
            "SINCE",
            Meaning::Time,
            Shown::WhenPresent(6),
            "when the break began, by the server's clock",
        ),
        Field::new(
            "start_lo",
            "NOT BEFORE",
            Meaning::Time,
            Shown::OnRequest,
            "the last answer before it that denied it; null if none is known",
        ),
        Field::new("start_hi", "FROM", Meaning::Time, Shown::Always(3), "the first answer that showed it"),
        Field::new("end_lo", "TO", Meaning::Time, Shown::Always(4), "the last answer that showed it"),
        Field::new(
            "end_hi",
            "NOT AFTER",
            Meaning::Time,
            Shown::WhenPresent(8),
            "the first answer that denied it; null while none has",
        ),
        Field::new("open", "OPEN", Meaning::State, Shown::Always(7), "whether it went on at the last answer"),
        Field::new(
            "certain_seconds",
            "FOR",
            Meaning::Elapsed,
            Shown::Always(9),
            "how long it surely lasted, in seconds",
        ),
        Field::new(
            "ends_at",
            "ENDS",
            Meaning::Time,
            Shown::OnRequest,
            "when the wrap-up was to end, by the server's clock",
        ),
        Field::new("call_id", "CALL", Meaning::Id, Shown::WhenPresent(10), "the call that was wrapped up"),
        Field::new("customer", "CUSTOMER", Meaning::Phone, Shown::WhenPresent(11), "the customer's number"),
    ],
    tail: &[],
    shape: Shape::List,
    has_failures: false,
    extra_fields: None,
    empty: "no break and no wrap-up was recorded",
};

fn coverage_row(profile: &str, coverage: &Coverage) -> Row {
    let cadence = i64::try_from(coverage.cadence.as_secs()).unwrap_or(i64::MAX);
    Row::new(COVERAGE.fields)
        .with("profile", profile)
        .with("part", coverage.part.word())
        .with("from", coverage.from)
        .with("to", coverage.to)
        .with("every_seconds", (cadence > 0).then_some(Value::Seconds(cadence)))
        .with("ended", coverage.ended.map(|why| Value::from(why.word())))
        .with("repeats", coverage.repeats)
}

/// The document of `deepcall journal export --what coverage`.
pub(crate) static COVERAGE: Document = Document {
    name: "journal-coverage",
    rows_key: "coverage",
    head: &[],
    fields: &[
        Field::new("profile", "PROFILE", Meaning::Name, Shown::Always(1), "the profile whose agent it is"),
        Field::new("part", "PART", Meaning::Text, Shown::Always(2), "tags, breaks or wrapups"),
        Field::new("from", "FROM", Meaning::Time, Shown::Always(3), "when the first of these answers came"),
        Field::new("to", "TO", Meaning::Time, Shown::Always(4), "when the last of them came"),
        Field::new(
            "every_seconds",
            "EVERY",
            Meaning::Elapsed,
            Shown::WhenPresent(5),
            "how often they were to come; null if they were single ones",
        ),
        Field::new(
            "ended",
            "ENDED",
            Meaning::Text,
            Shown::WhenPresent(6),
            "why the next answer did not continue it, as in the event gap; null while none has come",
        ),
        Field::new(
            "repeats",
            "REPEATS",
            Meaning::State,
            Shown::WhenPresent(7),
            "whether the server repeats notifications, so that an answer covers the hour before it",
        ),
    ],
    tail: &[],
    shape: Shape::List,
    has_failures: false,
    extra_fields: None,
    empty: "nothing was recorded",
};
