//! `deepcall break-status`: whether an agent is on break, why, and since when (`api.md` §1).

use clap::Args;
use jiff::Timestamp;

use crate::app::App;
use crate::app::options::{OutputOptions, QueryOptions, TalkOptions};
use crate::app::settings::table::SERVER_TIMEZONE;
use crate::client::Answer;
use crate::commands::state_report::StateReport;
use crate::failure::{ExitStatus, Failure};
use crate::floor::answer::Break;
use crate::floor::overview::Urgency;
use crate::report::{Document, Field, Meaning, Part, Row, Sentence, Shape, Shown, Tone, Value};

/// Show whether an agent is on break, why and for how long
///
/// "Not on break" is an answer, not a failure. With --exit-status the exit code gives the answer too. Of several
/// agents, those on break come first, the longest first.
#[derive(Args, Clone, Debug)]
pub(crate) struct BreakStatusArgs {
    /// Exit with 0 if on break, 3 if not
    ///
    /// With several profiles: 0 if any of them is.
    #[arg(long)]
    exit_status: bool,
    #[command(flatten)]
    query: QueryOptions,
    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    talk: TalkOptions,
}

pub(crate) fn run(args: &BreakStatusArgs, app: &App) -> Result<ExitStatus, Failure> {
    let renderer = app.renderer(&args.output, args.talk, &DOCUMENT)?;
    let server_zone = app.settings()?.get(&SERVER_TIMEZONE)?.value;
    let answers = app.query((&args.query).into(), async |fleet| {
        fleet.query(async |signed_in| Ok(signed_in.break_status(&server_zone).await?)).await
    })?;
    app.console.answer(STATE.outcome(answers, args.exit_status), &renderer)
}

/// The document of `deepcall break-status`.
pub(crate) static DOCUMENT: Document = Document {
    name: "break-status",
    rows_key: "break_status",
    head: &[],
    fields: &[
        Field::new("profile", "PROFILE", Meaning::Name, Shown::Always(1), "the profile whose agent it is"),
        Field::new("on_break", "BREAK", Meaning::State, Shown::Always(2), "whether the agent is on break"),
        Field::new(
            "reason",
            "REASON",
            Meaning::Text,
            Shown::WhenPresent(3),
            "the reason, in the server's words",
        ),
        Field::new("since", "SINCE", Meaning::Time, Shown::WhenPresent(5), "when the break began"),
        Field::new(
            "for_seconds",
            "FOR",
            Meaning::Elapsed,
            Shown::WhenPresent(4),
            "how long it has lasted, in seconds",
        ),
        Field::new("agent_id", "AGENT", Meaning::Id, Shown::WhenPresent(6), "the agent's id"),
        Field::new("user_id", "USER", Meaning::Id, Shown::OnRequest, "the agent's user id"),
        Field::new(
            "detail",
            "DETAIL",
            Meaning::Raw,
            Shown::OnRequest,
            "the break detail as the server sent it",
        ),
        Field::new("as_of", "AS OF", Meaning::Time, Shown::OnRequest, "when the server answered"),
    ],
    tail: &[],
    shape: Shape::ListOrOne,
    has_failures: true,
    extra_fields: None,
    empty: "no agents",
};

const STATE: StateReport<Break> =
    StateReport { document: &DOCUMENT, is_active: |status| status.on_break, urgency, row, sentence };

fn urgency(answer: &Answer<Break>) -> Urgency {
    Urgency::new(None, answer.value.on_break, seconds_on_break(answer), None)
}

fn row(profile: String, answer: Answer<Break>) -> Row {
    let for_seconds = seconds_on_break(&answer);
    let Break { on_break, reason, since, agent_id, user_id, detail } = answer.value;
    Row::new(DOCUMENT.fields)
        .with("profile", profile)
        .with("on_break", on_break)
        .with("reason", reason)
        .with("since", since)
        .with("for_seconds", for_seconds.map(Value::Seconds))
        .with("agent_id", agent_id)
        .with("user_id", user_id)
        .with("detail", detail)
        .with("as_of", answer.as_of)
}

/// How long the break has lasted by the server's clock. Never negative; `None` if the agent is not on break.
fn seconds_on_break(answer: &Answer<Break>) -> Option<i64> {
    let since = answer.value.since.filter(|_| answer.value.on_break)?;
    Some(seconds_between(since, answer.server_time.unwrap_or(answer.as_of)).max(0))
}

fn seconds_between(from: Timestamp, to: Timestamp) -> i64 {
    to.duration_since(from).as_secs()
}

/// For example "On break: Lunch, for 10 min, since 13:04".
fn sentence(answer: &Answer<Break>) -> Sentence {
    let status = &answer.value;
    if !status.on_break {
        return Sentence { tone: Tone::Usual, parts: vec![Part::Words("Not on break")] };
    }
    let mut parts = vec![Part::Words("On break")];
    if let Some(reason) = &status.reason {
        parts.extend([Part::Words(": "), Part::Text(reason.clone())]);
    }
    if let Some(seconds) = seconds_on_break(answer) {
        parts.extend([Part::Words(", for "), Part::Length(seconds)]);
    }
    if let Some(since) = status.since {
        parts.extend([Part::Words(", since "), Part::Clock(since)]);
    }
    Sentence { tone: Tone::Notable, parts }
}
