//! `deepcall status`: the whole team in one shot, one row per agent (`api.md` §1 to §3).

mod followed;
mod query;

use std::time::Duration;

use clap::Args;
use jiff::Timestamp;

use crate::app::App;
use crate::app::console::Outcome;
use crate::app::journal::keeper::Keeper;
use crate::app::journal::keeper::opening::Wish;
use crate::app::options::{JournalOptions, OutputOptions, QueryOptions, VerbosityOptions};
use crate::app::select::Selection;
use crate::app::settings::choice;
use crate::app::settings::table::{ALERT, REF, SERVER_TIMEZONE};
use crate::commands::shared::journal_first::JournalFirst;
use crate::commands::shift::document::{BREAK_MAX, BREAK_MIN};
use crate::commands::status::query::{AgentAnswers, Parameters};
use crate::commands::tags;
use crate::failure::{ExitStatus, Failure};
use crate::floor::alerts::Limit;
use crate::floor::event::AlertWhat;
use crate::floor::overview::{Overview, StateName, Urgency};
use crate::floor::shift::BreakFigures;
use crate::floor::state::AgentState;
use crate::output::text::figures;
use crate::report::{
    Document, Failures, Field, Meaning, Part, Report, Row, Sentence, Shape, Shown, Tone, Value,
};

/// Show the whole team at once, one row per agent
///
/// Shows who is on break or in wrap-up, why, for how long, and each agent's last tag. Those who are away come first,
/// the longest first. Every stored profile has a row, unless an option or a variable selects some. An agent is `neither`
/// only if the server answered that they are in neither; if an answer is missing, the state is `unknown`.
///
/// With a journal, and where the terminal has room for it, BREAKS TODAY counts the breaks of the current shift
/// (shift.start and shift.end in config.toml), or else since midnight: 3 (41 min) are three breaks of 41 minutes in all.
/// A range, as in 3 (23–25 min), means that the answers leave the length open. Where answers are missing there may have
/// been more: then it is ≥ 3, and `none seen` instead of `none`.
#[derive(Args, Clone, Debug)]
pub(crate) struct StatusArgs {
    /// Show which breaks exceed a limit, those first, e.g. break=15m
    ///
    /// The columns LIMIT and OVER show the limit and the excess. A limit may be for one reason (break.tea=9m). Of two
    /// limits (break=10m:15m) the second is shown, and an agent over the first comes before those who are not. The
    /// server does not send when a wrap-up began, so no wrap-up is over its limit here.
    #[arg(long = "alert", value_name = "LIMIT", value_parser = ALERT.checked())]
    alerts: Vec<String>,
    #[arg(long = "ref", value_name = "VALUE", hide_short_help = true)]
    reference: Option<String>,
    #[command(flatten)]
    journal: JournalOptions,
    #[command(flatten)]
    query: QueryOptions,
    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    verbosity: VerbosityOptions,
}

pub(crate) fn run(args: &StatusArgs, app: &App) -> Result<ExitStatus, Failure> {
    let renderer = app.renderer(&args.output, args.verbosity, &DOCUMENT)?;
    let settings = app.settings()?;
    let limits = settings.limits()?;
    let parameters = Parameters {
        reference: settings.get(&REF)?.value,
        server_zone: settings.get(&SERVER_TIMEZONE)?.value,
    };
    let fleet = choice::everybody_unless_named(&args.query.fleet, &args.query.sandbox, settings)?;
    let selection = Selection { fleet: &fleet, sandbox: &args.query.sandbox };
    let rules = settings.day_rules(limits)?;
    let day = rules.window(app.clock.now());
    let wish = Wish::of("status", &args.query.sandbox);
    let wish = Wish { since: Some(day.from), is_of_breaks: true, ..wish };
    let (agents, now) = app.query(selection, async |fleet| {
        let keeper = Keeper::open(app, &wish, &fleet)?;
        let journal_first = JournalFirst { keeper: keeper.as_ref(), polls: args.journal.poll };
        let mut agents = query::query_all(&fleet, &parameters, journal_first).await?;
        let now = app.clock.now();
        if let Some(keeper) = &keeper {
            for agent in &mut agents {
                agent.today = keeper.today(&agent.profile, &rules, now);
            }
        }
        Ok((agents, now))
    })?;
    app.console.answer(outcome(agents, &rules.limits, now, query::NOW), &renderer)
}

pub(crate) use followed::document_of;

/// The document of `deepcall status`.
pub(crate) static DOCUMENT: Document = Document {
    name: "status",
    rows_key: "agents",
    head: &[
        Field::new("as_of", "AS OF", Meaning::Time, Shown::OnRequest, "when the last of the answers arrived"),
        Field::new(
            "tally",
            "TALLY",
            Meaning::Nested(TALLY),
            Shown::OnRequest,
            "how many agents are in which state",
        ),
    ],
    fields: &[
        Field::new("profile", "PROFILE", Meaning::Name, Shown::Always(1), "the profile whose agent it is"),
        Field::new(
            "agent_id",
            "AGENT",
            Meaning::Id,
            Shown::WithRoom(11),
            "the agent's id, as the answer about breaks has it, or else as the server named it at login",
        ),
        Field::new(
            "state",
            "STATE",
            Meaning::AgentState,
            Shown::Always(2),
            "on_break, in_wrapup, neither or unknown; on_break goes before in_wrapup, neither means that the server \
             denied both, unknown that an answer is missing",
        ),
        Field::new(
            "reason",
            "REASON",
            Meaning::Text,
            Shown::WhenPresent(4),
            "the reason of the break, in the server's words",
        ),
        Field::new("since", "SINCE", Meaning::Time, Shown::WithRoom(10), "when the break began"),
        Field::new(
            "for_seconds",
            "FOR",
            Meaning::Elapsed,
            Shown::WhenPresent(3),
            "how long the break has lasted, in seconds; null in wrap-up, because the server does not send its start",
        ),
        Field::new(
            "limit_seconds",
            "LIMIT",
            Meaning::Elapsed,
            Shown::WithRoom(9),
            "the limit of --alert for this state; the later one of two, as the first is a warning",
        ),
        Field::new(
            "over_seconds",
            "OVER",
            Meaning::Overrun,
            Shown::WhenPresent(5),
            "by how much that limit is exceeded; null if it is not, and in wrap-up",
        ),
        Field::new(
            "breaks",
            "BREAKS",
            Meaning::Count,
            Shown::InFiles,
            "how many breaks of today are in the journal: of the shift that goes on, or else since midnight; null \
             without a journal, and where no answer of today about breaks is in it",
        ),
        Field::new(
            "break_seconds",
            "BREAKS TODAY",
            Meaning::Elapsed,
            Shown::WithRoom(12),
            "how long they were in sum, as far as is known",
        ),
        BREAK_MIN,
        BREAK_MAX,
        Field::new(
            "breaks_covered_share",
            "BREAKS SEEN",
            Meaning::Share,
            Shown::InFiles,
            "the part of today so far in which answers about breaks came, from 0 to 1; in the rest there may have been more",
        ),
        Field::new("wrapup_ends_at", "ENDS", Meaning::Time, Shown::WithRoom(8), "when the wrap-up ends"),
        Field::new(
            "remaining_seconds",
            "LEFT",
            Meaning::Remaining,
            Shown::WhenPresent(6),
            "seconds left of the wrap-up; negative once it is over",
        ),
        Field::new(
            "customer",
            "CUSTOMER",
            Meaning::Phone,
            Shown::WithRoom(7),
            "the customer's number, in wrap-up",
        ),
        Field::new(
            "last_tag",
            "LAST TAG",
            Meaning::Nested(tags::DOCUMENT.fields),
            Shown::WhenPresent(5),
            "the newest notification, as `deepcall tags` shows it; null if the server sent none",
        ),
        Field::new(
            "as_of",
            "AS OF",
            Meaning::Time,
            Shown::OnRequest,
            "when the last answer about this agent arrived; null if none did",
        ),
    ],
    tail: &[],
    shape: Shape::List,
    has_failures: true,
    extra_fields: None,
    empty: "no agents",
};

/// Each agent counts once by its state, and once more if it is over a limit.
const TALLY: &[Field] = &[
    Field::new("on_break", "", Meaning::Count, Shown::OnRequest, "on break"),
    Field::new("in_wrapup", "", Meaning::Count, Shown::OnRequest, "in wrap-up, and not on break"),
    Field::new("neither", "", Meaning::Count, Shown::OnRequest, "neither on break nor in wrap-up"),
    Field::new("over_limit", "", Meaning::Count, Shown::OnRequest, "over a limit of --alert"),
    Field::new("unknown", "", Meaning::Count, Shown::OnRequest, "of whom an answer is missing"),
];

/// At this moment, also by the monotonic clock of the states.
fn outcome(agents: Vec<AgentAnswers>, limits: &[Limit], now: Timestamp, monotonic: Duration) -> Outcome {
    let status = ExitStatus::of_many(agents.iter().flat_map(|agent| agent.statuses.iter().copied()));
    let as_of = agents.iter().filter_map(|agent| agent.as_of).max().unwrap_or(now);
    let mut notes = Vec::new();
    let mut failures = Failures { problems: Vec::new(), queried: agents.len() };
    let mut tally = Tally::default();
    let mut rows = Vec::with_capacity(agents.len());
    for agent in agents {
        let assessed = Assessment::of(&agent.state, limits, monotonic);
        tally.count(&assessed);
        rows.push((assessed.urgency, row(&assessed, &agent)));
        notes.extend(agent.notes);
        failures.problems.extend(agent.failures.into_iter().map(|failure| *failure.problem));
    }
    rows.sort_by_key(|(urgency, _)| *urgency);
    let head = Row::new(DOCUMENT.head).with("as_of", as_of).with("tally", tally.row());
    let summary = Some(tally.sentence(rows.len()));
    let rows = rows.into_iter().map(|(_, row)| row).collect();
    Outcome { report: Report { head, failures, summary, notes, ..Report::new(&DOCUMENT, rows) }, status }
}

/// What is known of an agent, and how it compares with the limits.
struct Assessment<'a> {
    overview: Overview<'a>,
    /// Since the start of the break.
    seconds: Option<i64>,
    limit: Option<i64>,
    over: Option<i64>,
    /// Of the wrap-up.
    left: Option<i64>,
    urgency: Urgency,
}

impl<'a> Assessment<'a> {
    fn of(state: &'a AgentState, limits: &[Limit], now: Duration) -> Self {
        let overview = Overview::of(state, now);
        let seconds = overview.breaking.and_then(|since| since.seconds_since_start(now));
        let limit = match overview.name {
            StateName::OnBreak => {
                let reason = overview.breaking.and_then(|since| since.state.reason.as_deref());
                Limit::for_state(limits, AlertWhat::Break, reason)
            }
            StateName::InWrapup => Limit::for_state(limits, AlertWhat::Wrapup, None),
            StateName::Neither | StateName::Unknown => None,
        };
        let level = limit.and_then(|limit| limit.level_at(seconds?)).map(|(level, _)| level);
        let limit = limit.map(Limit::critical);
        Self {
            overview,
            seconds,
            limit,
            over: seconds.zip(limit).map(|(seconds, limit)| seconds - limit).filter(|over| *over >= 0),
            left: overview.wrapping.and_then(|it| it.seconds_left(now).or(it.state.remaining_seconds)),
            urgency: overview.urgency(level, now),
        }
    }
}

fn row(assessed: &Assessment<'_>, agent: &AgentAnswers) -> Row {
    let on_break = assessed.overview.breaking.map(|since| &since.state);
    let wrapup = assessed.overview.wrapping.map(|since| &since.state);
    let answered = agent.state.break_state.as_ref().and_then(|since| since.state.agent_id.clone());
    let agent_id = answered.or_else(|| agent.id_at_login.clone());
    let today = agent.today.as_ref();
    let breaks = today.map(|today| &today.breaks);
    let tag = agent.last_tag.clone().map(|tag| tags::row(agent.profile.as_str().into(), tag));
    Row::new(DOCUMENT.fields)
        .with("profile", agent.profile.as_str())
        .with("agent_id", agent_id)
        .with("state", assessed.overview.name.word())
        .with("reason", on_break.and_then(|it| it.reason.clone()))
        // Counted from the same moment as the length beside it.
        .with("since", on_break.and_then(|it| Some(Value::away(it.since?, assessed.seconds.map(|it| -it)))))
        .with("for_seconds", assessed.seconds.map(Value::Seconds))
        .with("limit_seconds", assessed.limit.map(Value::Seconds))
        .with("over_seconds", assessed.over.map(Value::Seconds))
        .with("breaks", breaks.map(BreakFigures::count))
        .with("break_seconds", today.map(|it| Value::worded(figures::today(it), it.breaks.time.seconds)))
        .with("break_seconds_min", breaks.map(|it| it.time.min))
        .with("break_seconds_max", breaks.map(|it| it.time.max))
        .with("breaks_covered_share", today.map(|it| Value::Share(it.covered_share())))
        .with("wrapup_ends_at", wrapup.and_then(|it| Some(Value::away(it.ends_at?, assessed.left))))
        .with("remaining_seconds", assessed.left.map(Value::Seconds))
        .with("customer", wrapup.and_then(|it| it.customer.clone()))
        .with("last_tag", tag)
        .with("as_of", agent.as_of)
}

#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    on_break: i64,
    in_wrapup: i64,
    neither: i64,
    over_limit: i64,
    unknown: i64,
}

impl Tally {
    fn count(&mut self, assessed: &Assessment<'_>) {
        let of_state = match assessed.overview.name {
            StateName::OnBreak => &mut self.on_break,
            StateName::InWrapup => &mut self.in_wrapup,
            StateName::Neither => &mut self.neither,
            StateName::Unknown => &mut self.unknown,
        };
        *of_state += 1;
        self.over_limit += i64::from(assessed.over.is_some());
    }

    fn row(&self) -> Row {
        Row::new(TALLY)
            .with("on_break", Value::Number(self.on_break))
            .with("in_wrapup", Value::Number(self.in_wrapup))
            .with("neither", Value::Number(self.neither))
            .with("over_limit", Value::Number(self.over_limit))
            .with("unknown", Value::Number(self.unknown))
    }

    /// For example "14 agents: 3 on break, 2 in wrap-up, 9 neither".
    fn sentence(&self, agents: usize) -> Sentence {
        let counts = [
            (self.on_break, " on break"),
            (self.in_wrapup, " in wrap-up"),
            (self.neither, " neither"),
            (self.unknown, " unknown"),
            (self.over_limit, " over the limit"),
        ];
        let mut parts = vec![
            Part::Name(agents.to_string()),
            Part::Words(if agents == 1 { " agent: " } else { " agents: " }),
        ];
        for (at, (count, words)) in counts.into_iter().filter(|(count, _)| *count > 0).enumerate() {
            if at > 0 {
                parts.push(Part::Words(", "));
            }
            parts.extend([Part::Name(count.to_string()), Part::Words(words)]);
        }
        let tone = if self.over_limit > 0 { Tone::Notable } else { Tone::Usual };
        Sentence { tone, parts }
    }
}
