//! `deepcall explain`: the meaning of an exit code or a DeepCall error code, and what to do. It prints the tables that the
//! program itself uses.

use clap::Args;

use crate::app::App;
use crate::app::console::Outcome;
use crate::app::options::{FormatOptions, OutputOptions, VerbosityOptions};
use crate::client::replies::codes;
use crate::client::replies::codes::{Class, Code};
use crate::failure::{EXIT_STATUSES, ExitStatus, Failure};
use crate::report::{Document, Field, Meaning, Part, Report, Row, Sentence, Shape, Shown, Tone, Value};

/// Explain an error code, an exit code, or what shift cannot show
///
/// Shows the meaning of a code and what to do. `explain shift` lists what `deepcall shift` does not show, and why. It
/// does not use the network.
#[derive(Args, Clone, Debug)]
pub(crate) struct ExplainArgs {
    /// A DeepCall error code such as 1044, `exit` and an exit code such as 5, or `shift`; without a code, all are shown
    #[arg(value_name = "CODE", num_args = 0..=2)]
    what: Vec<String>,
    #[command(flatten)]
    format: FormatOptions,
}

pub(crate) fn run(args: &ExplainArgs, app: &App) -> Result<ExitStatus, Failure> {
    let topic = args.topic()?;
    let output = OutputOptions { format: args.format.clone(), ..OutputOptions::default() };
    let renderer = app.renderer(&output, VerbosityOptions::default(), topic.document())?;
    app.console.answer(explain(topic)?, &renderer)
}

/// The document of `deepcall explain CODE`.
pub(crate) static CODES: Document = Document {
    name: "explain",
    rows_key: "codes",
    head: &[],
    fields: &[
        Field::new("code", "CODE", Meaning::Count, Shown::Always(1), "DeepCall's error code"),
        Field::new(
            "module",
            "MODULE",
            Meaning::Text,
            Shown::Always(6),
            "the part of the API in which it means this; any for all",
        ),
        Field::new("meaning", "MEANING", Meaning::Prose, Shown::Always(2), "what it means"),
        Field::new(
            "kind",
            "KIND",
            Meaning::Text,
            Shown::Always(5),
            "the kind in error objects; answer if it is no error",
        ),
        Field::new("exit", "EXIT", Meaning::Count, Shown::Always(3), "the exit code of deepcall"),
        Field::new(
            "retried",
            "RETRIED",
            Meaning::State,
            Shown::Always(7),
            "whether deepcall retries by itself",
        ),
        Field::new("advice", "ADVICE", Meaning::Prose, Shown::Always(4), "what to do about it"),
    ],
    tail: &[],
    shape: Shape::List,
    has_failures: false,
    extra_fields: None,
    empty: "",
};

/// The document of `deepcall explain exit`.
pub(crate) static EXITS: Document = Document {
    name: "explain-exit",
    rows_key: "exits",
    head: &[],
    fields: &[
        Field::new("exit", "EXIT", Meaning::Count, Shown::Always(1), "the exit code"),
        Field::new("meaning", "MEANING", Meaning::Prose, Shown::Always(2), "what it means"),
        Field::new("advice", "ADVICE", Meaning::Prose, Shown::Always(3), "what to do about it"),
    ],
    tail: &[],
    shape: Shape::List,
    has_failures: false,
    extra_fields: None,
    empty: "",
};

/// The document of `deepcall explain shift`.
pub(crate) static NOT_IN_SHIFT: Document = Document {
    name: "explain-shift",
    rows_key: "figures",
    head: &[],
    fields: &[
        Field::new("figure", "FIGURE", Meaning::Prose, Shown::Always(1), "what other reports have"),
        Field::new(
            "why",
            "WHY IT IS NOT THERE",
            Meaning::Prose,
            Shown::Always(2),
            "why `deepcall shift` has not",
        ),
        Field::new(
            "source",
            "WHAT WOULD TELL",
            Meaning::Prose,
            Shown::Always(3),
            "which calls of DeepCall might send it; what they reply is not documented",
        ),
    ],
    tail: &[],
    shape: Shape::List,
    has_failures: false,
    extra_fields: None,
    empty: "",
};

/// Figure, why, and what would bring it.
const MISSING_FIGURES: [(&str, &str, &str); 6] = [
    (
        "sign-in and sign-out, staffed time",
        "no call says who is signed in; FIRST and LAST are the first and the last that was recorded of an agent",
        "Agent/live, Agent/timeLine",
    ),
    (
        "talk, hold and ring time, handle time, calls handled",
        "a tag is a notification: an incoming call is not an answered one, and what its duration measures is not documented",
        "CallReport",
    ),
    (
        "available, idle or ready time",
        "who is neither on break nor in wrap-up may be talking, waiting or gone home; so the state is called neither",
        "Agent/live",
    ),
    (
        "occupancy, utilisation",
        "they are quotients of the two above, and vendors define them differently",
        "Agent/live and CallReport",
    ),
    (
        "adherence to a roster",
        "the journal has no roster; breaks are compared with limits and allowances instead",
        "a roster",
    ),
    (
        "service level, abandoned calls, speed of answer",
        "they are figures of a queue, not of an agent",
        "liveQueue/count",
    ),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Topic {
    /// DeepCall's error codes: one, or all.
    Code(Option<i64>),
    /// Exit codes: one, or all.
    Exit(Option<i64>),
    /// What `deepcall shift` does not show.
    Shift,
}

impl ExplainArgs {
    /// # Errors
    /// If the words are neither a code nor `exit` with a code: exit code 2.
    fn topic(&self) -> Result<Topic, Failure> {
        let number = |word: &String| {
            word.parse::<i64>().map_err(|_| {
                Failure::usage(format!("{word:?} is not a code"))
                    .hint("write for example `deepcall explain 1044` or `deepcall explain exit 5`")
            })
        };
        match self.what.as_slice() {
            [] => Ok(Topic::Code(None)),
            [word] if word == "exit" => Ok(Topic::Exit(None)),
            [word] if word == "shift" => Ok(Topic::Shift),
            [word, code] if word == "exit" => Ok(Topic::Exit(Some(number(code)?))),
            [code] => Ok(Topic::Code(Some(number(code)?))),
            _ => Err(Failure::usage("only one code can be explained at a time")),
        }
    }
}

impl Topic {
    fn document(self) -> &'static Document {
        match self {
            Self::Code(_) => &CODES,
            Self::Exit(_) => &EXITS,
            Self::Shift => &NOT_IN_SHIFT,
        }
    }
}

fn unknown(topic: Topic) -> Failure {
    match topic {
        Topic::Code(_) | Topic::Shift => {
            let failure = Failure::failed("refused", "this code is unknown: DeepCall does not document it");
            let failure = match topic {
                Topic::Code(Some(code @ 0..=255)) => {
                    failure.hint(format!("about the exit code {code}: `deepcall explain exit {code}`"))
                }
                _ => failure,
            };
            failure
                .hint(
                    "the server's own message, which deepcall prints with the error, is the only explanation",
                )
                .hint("`deepcall explain` lists the known codes, `deepcall explain exit` the exit codes")
        }
        Topic::Exit(_) => Failure::failed("refused", "deepcall has no such exit code")
            .hint("`deepcall explain exit` lists its exit codes"),
    }
}

/// # Errors
/// If the code is unknown: exit code 1.
fn explain(topic: Topic) -> Result<Outcome, Failure> {
    let (rows, sentence): (Vec<Row>, Option<Sentence>) = match topic {
        Topic::Code(wanted) => {
            let found: Vec<&Code> =
                codes::all().iter().filter(|code| wanted.is_none_or(|it| it == code.number)).collect();
            let sentence = wanted.and_then(|number| code_sentence(number, &found));
            (found.into_iter().map(code_row).collect(), sentence)
        }
        Topic::Exit(wanted) => {
            let is_wanted = |status: ExitStatus| wanted.is_none_or(|it| it == i64::from(status.code()));
            let found: Vec<_> = EXIT_STATUSES.iter().filter(|(status, ..)| is_wanted(*status)).collect();
            let sentence = if let [only] = found.as_slice() { Some(exit_sentence(only)) } else { None };
            (found.into_iter().map(exit_row).collect(), sentence)
        }
        Topic::Shift => (MISSING_FIGURES.map(missing_figure).into(), None),
    };
    if rows.is_empty() {
        return Err(unknown(topic));
    }
    Ok(Outcome::done(Report { sentence, ..Report::new(topic.document(), rows) }))
}

fn code_row(code: &Code) -> Row {
    Row::new(CODES.fields)
        .with("code", Value::Number(code.number))
        .with("module", code.module.name())
        .with("meaning", code.meaning)
        .with("kind", kind(code))
        .with("exit", Value::Number(exit(code).code().into()))
        .with("retried", code.class.is_retryable())
        .with("advice", advice(code))
}

/// The error of a request has the `deepcall login` line of its profile as a hint. Here no profile is known.
fn advice(code: &Code) -> String {
    match code.class {
        Class::SignIn => format!("{}, then run `deepcall login`", code.advice),
        _ => code.advice.to_owned(),
    }
}

fn kind(code: &Code) -> &'static str {
    code.class.kind().map_or("answer", |kind| kind.word())
}

fn exit(code: &Code) -> ExitStatus {
    code.class.kind().map_or(ExitStatus::Done, |kind| kind.class().into())
}

fn exit_row((status, meaning, advice): &(ExitStatus, &'static str, &'static str)) -> Row {
    Row::new(EXITS.fields)
        .with("exit", Value::Number(status.code().into()))
        .with("meaning", *meaning)
        .with("advice", *advice)
}

fn missing_figure((figure, why, source): (&str, &str, &str)) -> Row {
    Row::new(NOT_IN_SHIFT.fields).with("figure", figure).with("why", why).with("source", source)
}

/// A code from 1500 on has a meaning in each part of the API. A table of them would be cut on a usual terminal.
fn code_sentence(number: i64, meanings: &[&Code]) -> Option<Sentence> {
    let is_answer = |code: &Code| matches!(code.class, Class::Empty | Class::NotOnBreak | Class::NotInWrapup);
    let mut parts = vec![];
    match meanings {
        [] => return None,
        [only] => parts.push(Part::Text(format!("{number}: {}", meaning(only)))),
        _ => {
            parts.push(Part::Text(format!("{number} depends on the part of the API")));
            for code in meanings {
                parts.extend([
                    Part::NewLine,
                    Part::Text(format!("{}: {}", code.module.name(), meaning(code))),
                ]);
            }
        }
    }
    let tone = if meanings.iter().all(|code| is_answer(code)) { Tone::Usual } else { Tone::Notable };
    Some(Sentence { tone, parts })
}

fn meaning(code: &Code) -> String {
    let retried = if code.class.is_retryable() { ", after retries" } else { "" };
    format!("{} ({}, exit code {}{retried}); {}", code.meaning, kind(code), exit(code).code(), advice(code))
}

fn exit_sentence((status, meaning, advice): &(ExitStatus, &'static str, &'static str)) -> Sentence {
    let parts = vec![
        Part::Text(format!("exit code {}: {meaning}", status.code())),
        Part::Words("; "),
        Part::Text((*advice).to_owned()),
    ];
    Sentence { tone: if *status == ExitStatus::Done { Tone::Usual } else { Tone::Notable }, parts }
}
