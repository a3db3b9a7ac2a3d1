//! `deepcall wrapup`: whether an agent is in wrap-up, the time left, and which call (`api.md` §2).

use std::cell::RefCell;
use std::collections::HashSet;
use std::time::Duration;

use clap::{Args, ValueEnum};
use tokio::time::Instant;

use crate::app::App;
use crate::app::fleet::{Answers, Step};
use crate::app::journal::keeper::Keeper;
use crate::app::journal::keeper::opening::Wish;
use crate::app::options::{JournalOptions, OutputOptions, QueryOptions, VerbosityOptions};
use crate::app::settings::table::{SERVER_TIMEZONE, TIMEOUT};
use crate::client::connection::random;
use crate::client::{Answer, SignedIn};
use crate::commands::shared::journal_first::JournalFirst;
use crate::commands::shared::state_report::StateReport;
use crate::failure::{ExitStatus, Failure};
use crate::floor::answer::Wrapup;
use crate::floor::overview::Urgency;
use crate::output::text::profiles::names;
use crate::output::text::times;
use crate::report::{Document, Field, Meaning, Part, Row, Sentence, Shape, Shown, Tone, Value};
use crate::watch::schedule::Schedule;

/// Show whether an agent is in wrap-up, and the time left
///
/// "Not in wrap-up" is an answer, not a failure. With --exit-status the exit code gives the answer too. With --wait the
/// command ends when no queried agent is in wrap-up any more; with --wait any, when at least one of them is not. Of
/// several agents, those in wrap-up come first, the one whose wrap-up ends first at the top.
#[derive(Args, Clone, Debug)]
pub(crate) struct WrapupArgs {
    /// Exit with 0 if in wrap-up, 3 if not
    ///
    /// With several profiles: 0 if any of them is.
    #[arg(long)]
    exit_status: bool,
    /// Wait until all queried agents, or any of them, are out of wrap-up
    ///
    /// --wait alone means all. --timeout limits the wait.
    #[arg(
        long,
        value_name = "WHO",
        value_enum,
        num_args = 0..=1,
        default_missing_value = "all",
        hide_possible_values = true,
        conflicts_with = "exit_status"
    )]
    wait: Option<WaitFor>,
    #[command(flatten)]
    journal: JournalOptions,
    #[command(flatten)]
    query: QueryOptions,
    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    verbosity: VerbosityOptions,
}

/// Who must be out of wrap-up before a wait ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum WaitFor {
    /// No queried agent is in wrap-up any more
    All,
    /// At least one queried agent is not in wrap-up
    Any,
}

impl WaitFor {
    /// Whether the wait goes on. Agents without an answer count for neither.
    fn goes_on(self, still: usize, answered: usize) -> bool {
        match self {
            Self::All => still > 0,
            Self::Any => still > 0 && still == answered,
        }
    }
}

pub(crate) fn run(args: &WrapupArgs, app: &App) -> Result<ExitStatus, Failure> {
    let renderer = app.renderer(&args.output, args.verbosity, &DOCUMENT)?;
    let server_zone = app.settings()?.get(&SERVER_TIMEZONE)?.value;
    let limit = app.settings()?.get(&TIMEOUT)?.value;
    let waited_for = RefCell::new(vec![]);
    let answers = app.query((&args.query).into(), async |fleet| {
        let keeper = Keeper::open(app, &Wish::of("wrapup", &args.query.sandbox), &fleet)?;
        let journal_first = JournalFirst { keeper: keeper.as_ref(), polls: args.journal.poll };
        let request = async |signed_in: &SignedIn| journal_first.wrapup(signed_in, &server_zone).await;
        let (start, schedule) = (Instant::now(), Schedule::new(INTERVAL, Duration::ZERO));
        let mut polled = Duration::ZERO;
        let mut answers = fleet.query(request).await?;
        while let Some((still, left)) = still_in_wrapup(&answers)
            && args.wait.is_some_and(|wait| wait.goes_on(still.len(), answers.answered.len()))
        {
            let in_order = fleet.agents.iter().map(|agent| &agent.profile);
            waited_for.replace(in_order.filter(|profile| still.contains(*profile)).cloned().collect());
            let now = start.elapsed();
            let next = schedule.on_time(Some(now + left), polled, now, random());
            (fleet.progress)(Step::Waiting { still: still.len(), pause: next.saturating_sub(now) });
            tokio::time::sleep_until(start + next).await;
            polled = start.elapsed();
            answers.replace(fleet.query_some(|profile| still.contains(profile), request).await?);
        }
        Ok(answers)
    });
    let answers = answers
        .map_err(|failure| failure.in_words_if_timed_out(|| still_waiting(&waited_for.borrow(), limit?)))?;
    app.console.answer(STATE.outcome(answers, args.exit_status), &renderer)
}

/// The document of `deepcall wrapup`.
pub(crate) static DOCUMENT: Document = Document {
    name: "wrapup",
    rows_key: "wrapup",
    head: &[],
    fields: &[
        Field::new("profile", "PROFILE", Meaning::Name, Shown::Always(1), "the profile whose agent it is"),
        Field::new(
            "in_wrapup",
            "WRAP-UP",
            Meaning::State,
            Shown::Always(2),
            "whether the agent is in wrap-up",
        ),
        Field::new("ends_at", "ENDS", Meaning::Time, Shown::WhenPresent(5), "when the wrap-up ends"),
        Field::new(
            "remaining_seconds",
            "LEFT",
            Meaning::Remaining,
            Shown::WhenPresent(3),
            "seconds left of the wrap-up; negative once it is over",
        ),
        Field::new("call_id", "CALL", Meaning::Id, Shown::WhenPresent(6), "the call being wrapped up"),
        Field::new("customer", "CUSTOMER", Meaning::Phone, Shown::WhenPresent(4), "the customer's number"),
        Field::new("detail", "DETAIL", Meaning::Raw, Shown::OnRequest, "the data as the server sent it"),
        Field::new("as_of", "AS OF", Meaning::Time, Shown::OnRequest, "when the server answered"),
    ],
    tail: &[],
    shape: Shape::ListOrOne,
    has_failures: true,
    extra_fields: None,
    empty: "no agents",
};

/// `--wait` polls at least this often, because a wrap-up may end early.
const INTERVAL: Duration = Duration::from_secs(15);

const STATE: StateReport<Wrapup> =
    StateReport { document: &DOCUMENT, is_active: |wrapup| wrapup.in_wrapup, urgency, row, sentence };

/// The profiles still in wrap-up, and the time until the first of them should be out. `None` if there are none.
fn still_in_wrapup(answers: &Answers<Answer<Wrapup>>) -> Option<(HashSet<String>, Duration)> {
    let still = answers.answered.iter().filter(|(_, answer)| answer.value.in_wrapup);
    // A wrap-up that is overdue, or that has no end, may be over at any moment.
    let left = |(_, answer): &(String, Answer<Wrapup>)| {
        u64::try_from(answer.value.remaining_seconds.unwrap_or_default()).unwrap_or_default()
    };
    let soonest = still.clone().map(left).min()?;
    Some((still.map(|(profile, _)| profile.clone()).collect(), Duration::from_secs(soonest)))
}

/// For example "still in wrap-up after 20 s: kavya, meena". `None` if nobody was waited for yet.
fn still_waiting(profiles: &[String], limit: Duration) -> Option<String> {
    let length = times::length(i64::try_from(limit.as_secs()).unwrap_or(i64::MAX));
    let profiles: Vec<&str> = profiles.iter().map(String::as_str).collect();
    (!profiles.is_empty()).then(|| format!("still in wrap-up after {length}: {}", names(&profiles)))
}

/// The server does not send when a wrap-up began, so the one that ends first is first.
fn urgency(answer: &Answer<Wrapup>) -> Urgency {
    Urgency::new(None, answer.value.in_wrapup, None, answer.value.remaining_seconds)
}

fn row(profile: String, answer: Answer<Wrapup>) -> Row {
    let Wrapup { in_wrapup, ends_at, remaining_seconds, call_id, customer, detail } = answer.value;
    Row::new(DOCUMENT.fields)
        .with("profile", profile)
        .with("in_wrapup", in_wrapup)
        .with("ends_at", ends_at.map(|at| Value::away(at, remaining_seconds)))
        .with("remaining_seconds", remaining_seconds.map(Value::Seconds))
        .with("call_id", call_id)
        .with("customer", customer)
        .with("detail", detail)
        .with("as_of", answer.as_of)
}

/// For example "In wrap-up: 42 s left, until 13:04, call c-91 with 9190000…".
fn sentence(answer: &Answer<Wrapup>) -> Sentence {
    let wrapup = &answer.value;
    if !wrapup.in_wrapup {
        return Sentence { tone: Tone::Usual, parts: vec![Part::Words("Not in wrap-up")] };
    }
    let mut parts = vec![Part::Words("In wrap-up")];
    match wrapup.remaining_seconds {
        Some(seconds) if seconds >= 0 => {
            parts.extend([Part::Words(": "), Part::Length(seconds), Part::Words(" left")]);
        }
        Some(seconds) => parts.extend([Part::Words(": over by "), Part::Length(-seconds)]),
        None => {}
    }
    if let Some(ends_at) = wrapup.ends_at {
        parts.extend([Part::Words(", until "), Part::Clock(ends_at)]);
    }
    if let Some(call) = &wrapup.call_id {
        parts.extend([Part::Words(", call "), Part::Id(call.clone())]);
    }
    if let Some(customer) = &wrapup.customer {
        parts.extend([Part::Words(" with "), Part::Phone(customer.clone())]);
    }
    Sentence { tone: Tone::Notable, parts }
}
