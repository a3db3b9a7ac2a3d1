//! `deepcall shift`: what each agent's shift was made of, by what the journal holds. No request is sent, and nothing is shown
//! that nobody saw.

mod digest;
pub(crate) mod document;
mod html;
mod markdown;
pub(crate) mod report;
mod rows;
#[cfg(test)]
mod samples;
mod table;
mod views;
mod window;
mod words;
mod xlsx;

use std::io::Write;
use std::num::NonZero;
use std::thread;

use clap::Args;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::App;
use crate::app::console::Outcome;
use crate::app::journal::simulated::{Simulated, of_the_floor};
use crate::app::journal::{note_unreadable, recorded};
use crate::app::options::{OutputOptions, OutputRules, RecordedOptions, VerbosityOptions, explained, words};
use crate::app::settings::choice::Choice;
use crate::app::settings::table::{
    OUTPUT, SHIFT_CALLBACK, SHIFT_END, SHIFT_MISSED, SHIFT_OUTGOING, SHIFT_START,
};
use crate::app::settings::{Settings, Source, Sourced, appearance, choice};
use crate::commands::shift::document::DOCUMENT;
use crate::commands::shift::report::{Frame, ShiftOfAgent, ShiftReport};
use crate::commands::shift::views::{View, by_agent, by_named_agent, shift_of};
use crate::commands::shift::window::{Typed, window};
use crate::failure::{ExitStatus, Failure};
use crate::floor::shift::window::Hours;
use crate::floor::shift::{Customer, Kinds, Rules};
use crate::floor::timeline::{Recorded, Span};
use crate::journal::{AgentRow, Journal, JournalError};
use crate::output::presentation::Format;
use crate::output::text::times;

/// Show each agent's shift: breaks, wrap-ups and missed customers
///
/// The report is made from the journal (`deepcall record`, `deepcall journal on`), without a request to the server: how
/// many breaks and wrap-ups there were and how long they took, missed customers, and how much of the shift was
/// recorded. It shows every agent in the journal, unless profiles are named.
///
/// The shift is the current one, or else the last that ended, by shift.start and shift.end in config.toml. Without
/// these keys it is today, and before 06:00 yesterday. With --sandbox it is the last that ended. A range such as 23–25
/// min means that the answers leave the length open; * means that something is still going on. Limits are those of
/// alert.break, allowances those of shift.allowance in config.toml.
///
/// `deepcall explain shift` lists what is not shown, because DeepCall does not send it.
#[derive(Args, Clone, Debug)]
#[command(mut_args(|argument| match argument.get_long() {
    Some("output") => explained(argument, &format!("{} or {XLSX}", FORMATS[..7].join(", ")), None).value_parser(words(FORMATS)),
    Some("columns") => explained(argument, "Show only these columns, e.g. profile,breaks; +NAME adds one", Some(COLUMNS)),
    _ => argument,
}))]
pub(crate) struct ShiftArgs {
    /// The shift that began on this day: yesterday, Mon, 2026-11-23
    #[arg(long, value_name = "DAY")]
    day: Option<String>,
    /// Start of the window, instead of the shift's start
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// End of the window, instead of the shift's end
    ///
    /// A time of day is the first one after the start.
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Print five to eight plain sentences, one per line
    #[arg(long, conflicts_with_all = ["output", "json", "jq", "columns", "no_headers", "csv_raw"])]
    digest: bool,
    #[command(flatten)]
    who: RecordedOptions,
    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    verbosity: VerbosityOptions,
}

/// What `--output` takes. The last three are no [`Format`]: a variable, the config file and the options of every other command
/// would take words that all of these then had to refuse, for what one command can write.
const FORMATS: [&str; 8] = ["table", "json", "ndjson", "csv", "tsv", MARKDOWN, HTML, XLSX];

/// In which of them columns can be chosen.
const WITH_COLUMNS: &str = "table, csv, tsv or markdown";

/// What more there is to say of `--columns`.
const COLUMNS: &str = "A name is a key of the JSON document, or a dotted path such as longest_break.seconds. timeline is the \
    line of cells, and gaps is how many there are.";

/// The same columns as a table has, so it takes the same options.
const MARKDOWN: &str = "markdown";

/// A page and a workbook hold everything: nothing of them can be chosen.
const HTML: &str = "html";
const XLSX: &str = "xlsx";

/// So many hours of agents are worth a thread of their own, with the time that it takes to open the file again.
const AGENT_HOURS: u64 = 500;

pub(crate) fn run(args: &ShiftArgs, app: &App) -> Result<ExitStatus, Failure> {
    let settings = app.settings()?;
    let zone = settings.shift_zone()?;
    let own_format = own_format(settings)?;
    let mut output = args.output.clone();
    output.rules = OutputRules {
        format: (args.digest || own_format.is_some())
            .then(|| Sourced::new(Format::Table, Source::Option("--output"))),
        with_columns: Some(WITH_COLUMNS),
        zone: Some(zone.clone()),
        ..OutputRules::default()
    };
    let renderer = app.renderer(&output, args.verbosity, &DOCUMENT)?;
    let presentation = renderer.presentation();
    if own_format == Some(XLSX) && presentation.is_for_terminal() {
        return Err(Failure::usage("a workbook is not for a terminal")
            .hint("write it to a file: `deepcall shift --output xlsx > shift.xlsx`"));
    }
    let now = app.clock.now();
    let typed =
        Typed { day: args.day.as_deref(), since: args.since.as_deref(), until: args.until.as_deref() };
    let window = window(typed, hours(settings)?, args.who.sandbox, &now.to_zoned_datetime(zone.clone()))?;
    let choice = choice::recorded(&args.who, settings)?;
    let journal = if args.who.sandbox { simulated(args, &choice, window, app)? } else { recorded(app)? };
    let found = shifts(&choice, &journal, (window, now), settings)?;
    let zone_name = zone_name(&zone).unwrap_or_else(|| zone.to_offset(now).to_string());
    let report = ShiftReport::new(Frame { window, zone, zone_name, now, mask: presentation.mask }, found);
    let note = nothing_covered(&report, &journal, args.who.sandbox)?;
    if own_format == Some(XLSX) {
        app.console.answer_packed(|redactor| xlsx::packed(&report, redactor))?;
    } else if presentation.format == Format::Table {
        let mut out = app.console.stdout();
        if args.digest {
            digest::lines(&report).iter().try_for_each(|line| writeln!(out, "{line}"))?;
        } else if own_format == Some(MARKDOWN) {
            markdown::write(&report, presentation, &mut out)?;
        } else if own_format == Some(HTML) {
            out.write_all(html::page(&report, presentation)?.as_bytes())?;
        } else {
            table::write(&report, presentation, appearance::is_ascii_only(&app.variables), &mut out)?;
        }
        out.flush()?;
    } else {
        app.console.answer(Outcome::done(report.to_report()), &renderer)?;
    }
    let is_part = choice != Choice::All && report.total.missed_not_called_back.is_some_and(|open| open > 0);
    let of_others = is_part.then(|| {
        "NOT CALLED counts customers whom none of these agents called; without --profile, calls of the whole team count".to_owned()
    });
    for note in note.into_iter().chain(of_others).chain(words::joined(&report)) {
        app.console.note(&note);
    }
    note_unreadable(&app.console, &journal);
    Ok(ExitStatus::Done)
}

/// The format, if it is one that this command alone has.
///
/// # Errors
/// If an option would change nothing in it: exit code 2. Of the other formats the renderer knows that.
fn own_format(settings: Settings<'_>) -> Result<Option<&'static str>, Failure> {
    let typed = settings.typed.text(&OUTPUT.key);
    let own = [MARKDOWN, HTML, XLSX].into_iter().find(|word| typed.as_deref() == Some(word));
    if let Some(format) = own {
        let required = |formats| format!("the format {formats}, but the format is {format} (--output)");
        settings.typed.refuse_unused(&[
            ("--columns", format == MARKDOWN, &required(WITH_COLUMNS)),
            ("--no-headers", format == MARKDOWN, &required(WITH_COLUMNS)),
            ("--csv-raw", false, &required("csv or tsv")),
        ])?;
    }
    Ok(own)
}

/// `None` for a fixed offset.
fn zone_name(zone: &TimeZone) -> Option<String> {
    match zone.iana_name() {
        // The file that was read does not say which zone it is.
        Some("local") => TimeZone::system().iana_name().map(str::to_owned),
        name => name.map(str::to_owned),
    }
}

/// # Errors
/// If one of the two is missing: exit code 2.
fn hours(settings: Settings<'_>) -> Result<Option<Hours>, Failure> {
    match (settings.get(&SHIFT_START)?.value, settings.get(&SHIFT_END)?.value) {
        (Some(start), Some(end)) => Ok(Some(Hours { start, end })),
        (None, None) => Ok(None),
        (start, _) => {
            let (set, missing, example) = match start {
                Some(_) => (&SHIFT_START, &SHIFT_END, "18:00"),
                None => (&SHIFT_END, &SHIFT_START, "9:00"),
            };
            let message = format!("config.toml: {} is set, but {} is not", set.key.name, missing.key.name);
            Err(Failure::config(message)
                .hint(format!("run `deepcall config set {} {example}`, for example", missing.key.name)))
        }
    }
}

/// The past of the chosen agents of the floor.
fn simulated(args: &ShiftArgs, choice: &Choice, window: Span, app: &App) -> Result<Journal, Failure> {
    let simulated = Simulated::of(app, &args.who.floor, window.from)?;
    let names: Vec<&str> = simulated.names().collect();
    let chosen = choice.pick(&names, |name| name, None)?;
    let followed: Vec<_> = chosen.into_iter().map(|name| of_the_floor(name)).collect();
    let journal = simulated.empty()?;
    simulated.record(&journal, &followed)?;
    Ok(journal)
}

fn shifts(
    choice: &Choice,
    journal: &Journal,
    (window, now): (Span, Timestamp),
    settings: Settings<'_>,
) -> Result<Vec<ShiftOfAgent>, Failure> {
    let (limits, allowances) = (settings.limits()?, settings.allowances()?);
    let kinds = Kinds {
        missed: settings.get(&SHIFT_MISSED)?.value,
        outgoing: settings.get(&SHIFT_OUTGOING)?.value,
        callback: settings.get(&SHIFT_CALLBACK)?.value,
    };
    let of_group = |journal: &Journal, rows: Vec<AgentRow>| -> Result<_, JournalError> {
        let customer = |recorded: &Recorded| journal.customer_of(recorded).map(Customer);
        let hiding = journal.hiding();
        let rules = Rules {
            window,
            limits: &limits,
            allowances: &allowances,
            kinds: &kinds,
            customer: &customer,
            hiding: &*hiding,
        };
        let views = View::of_all(rows, journal, window)?;
        Ok(by_agent(views).iter().map(|views| shift_of(views, &rules, now)).collect::<Vec<_>>())
    };
    let rows = chosen(choice, journal)?;
    let threads = threads(rows.len(), window);
    let shifts = journal.spread(by_named_agent(rows), threads, of_group)?;
    Ok(shifts.into_iter().flatten().collect())
}

fn threads(agents: usize, window: Span) -> usize {
    let hours = window.length().as_secs() / 3600;
    let wanted = u64::try_from(agents).unwrap_or(u64::MAX).saturating_mul(hours) / AGENT_HOURS;
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    usize::try_from(wanted).unwrap_or(usize::MAX).clamp(1, cores)
}

/// # Errors
/// If the journal does not hold somebody who was named: exit code 2.
fn chosen(choice: &Choice, journal: &Journal) -> Result<Vec<AgentRow>, Failure> {
    let known = journal.agents()?;
    if known.is_empty() && *choice == Choice::All {
        return Ok(known);
    }
    let names: Vec<String> = known.iter().map(|row| row.profile.clone()).collect();
    let chosen = choice.pick(&names, String::as_str, None)?;
    // Two servers may have agents of one name.
    Ok(known.into_iter().filter(|row| chosen.contains(&&row.profile)).collect())
}

/// What there is to say where no time of the shift was recorded.
fn nothing_covered(
    report: &ShiftReport,
    journal: &Journal,
    is_simulated: bool,
) -> Result<Option<String>, Failure> {
    let shifts = || report.agents.iter().map(|agent| &agent.shift);
    if shifts().any(|shift| !shift.coverage.is_empty()) {
        return Ok(None);
    }
    if shifts().any(|shift| shift.first_activity.is_some()) {
        return Ok(Some(
            "no time has answers about both breaks and wrap-ups, so none counts as recorded; `deepcall record \
             --all` records whole shifts"
                .to_owned(),
        ));
    }
    let Frame { now, zone, window, .. } = &report.frame;
    let range = |from, to| {
        let range = times::range(from, to, *now, zone);
        // Beside a window of another day.
        let is_today = [from, to].map(|at| zone.to_datetime(at).date()) == [zone.to_datetime(*now).date(); 2];
        if is_today { format!("today {range}") } else { range }
    };
    let who = if is_simulated { "the sandbox" } else { "the journal" };
    let held = match journal.status(*now)?.answers {
        Some((from, to)) => format!("{who} holds answers from {}", range(from, to)),
        None => format!("{who} holds no answers yet"),
    };
    Ok(Some(format!("nothing was recorded in {}; {held}", range(window.from, window.to))))
}
