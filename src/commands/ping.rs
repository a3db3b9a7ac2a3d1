//! `deepcall ping`: updates the agent's presence. It is the only command that changes anything on the server. Its path and
//! `mic_perm` are inferred from error texts (`api.md` §4).

use clap::Args;
use serde_json::value::RawValue;

use crate::app::App;
use crate::app::console::Outcome;
use crate::app::options::{
    ConnectionOptions, FleetOptions, OutputOptions, ProfileOptions, SandboxOptions, VerbosityOptions,
};
use crate::app::select::Selection;
use crate::app::settings::table::{PING_MIC_PERM, PING_PATH};
use crate::client::SignedIn;
use crate::failure::{ExitStatus, Failure};
use crate::report::{Document, Field, Meaning, Part, Report, Row, Sentence, Shape, Shown, Tone};

/// Update an agent's presence on the server
///
/// UNVERIFIED: the vendor does not document this call. Its path and its field `mic_perm` are inferred from error
/// texts; both can be changed here or in the ping table of config.toml. No other command sends it, and it is
/// retried at most once. Apart from `api`, no other command changes anything on the server.
#[derive(Args, Clone, Debug)]
pub(crate) struct PingArgs {
    #[arg(long, value_name = "VALUE")]
    mic_perm: Option<String>,
    #[arg(long, value_name = "PATH", value_parser = PING_PATH.checked())]
    path: Option<String>,
    #[command(flatten)]
    profile: ProfileOptions,
    #[command(flatten)]
    connection: ConnectionOptions,
    #[command(flatten)]
    sandbox: SandboxOptions,
    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    verbosity: VerbosityOptions,
}

pub(crate) fn run(args: &PingArgs, app: &App) -> Result<ExitStatus, Failure> {
    let renderer = app.renderer(&args.output, args.verbosity, &DOCUMENT)?;
    let settings = app.settings()?;
    let selection = Selection { fleet: FleetOptions::ONE, sandbox: &args.sandbox };
    let path = settings.get(&PING_PATH)?.value;
    let mic_perm = settings.get(&PING_MIC_PERM)?.value;
    let outcome = app.query(selection, async |fleet| {
        fleet.query(|signed_in| ping(&path, &mic_perm, signed_in)).await?.only()
    })?;
    app.console.answer(outcome, &renderer)
}

/// The document of `deepcall ping`.
pub(crate) static DOCUMENT: Document = Document {
    name: "ping",
    rows_key: "ping",
    head: &[],
    fields: &[
        Field::new("profile", "PROFILE", Meaning::Name, Shown::Always(1), "whose presence was updated"),
        Field::new("ok", "OK", Meaning::State, Shown::Always(2), "whether the server accepted it"),
        Field::new("as_of", "AS OF", Meaning::Time, Shown::Always(3), "when the server answered"),
        Field::new("reply", "REPLY", Meaning::Raw, Shown::OnRequest, "the reply as the server sent it"),
    ],
    tail: &[],
    shape: Shape::One,
    has_failures: false,
    extra_fields: None,
    empty: "",
};

/// # Errors
/// If the server refuses it: 1503 sign in (exit code 4), 1505 missing field (2), 1506 wrong type (1).
async fn ping(path: &str, mic_perm: &RawValue, signed_in: &SignedIn) -> Result<Outcome, Failure> {
    let answer = signed_in.ping(path, mic_perm).await?;
    let row = Row::new(DOCUMENT.fields)
        .with("profile", signed_in.profile.clone())
        .with("ok", true)
        .with("as_of", answer.as_of)
        .with("reply", answer.value.reply);
    let parts = vec![Part::Words("Presence updated for "), Part::Name(signed_in.profile.clone())];
    Ok(Outcome::done(Report {
        single: true,
        sentence: Some(Sentence { tone: Tone::Usual, parts }),
        is_action: true,
        notes: answer.notes,
        ..Report::new(&DOCUMENT, vec![row])
    }))
}
