//! `deepcall sandbox`: a simulated DeepCall on loopback, for trials, demos and tests of scripts.

mod folder;

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::app::App;
use crate::app::console::{Outcome, Side};
use crate::app::options::{OutputOptions, OutputRules, VerbosityOptions, whole};
use crate::app::select::start_sandbox;
use crate::app::settings::{Source, Sourced};
use crate::clock::Clock;
use crate::failure::{ExitStatus, Failure};
use crate::output::presentation::Format;
use crate::report::{Document, Field, Meaning, Report, Row, Shape, Shown};
use crate::sandbox::{ReferenceModel, Sandbox, SandboxOptions};
use crate::system::shell;

/// Serve a simulated DeepCall on this machine
///
/// Prints the variables that make another terminal or a script use it, and serves until Ctrl-C. Agents, calls, breaks
/// and notifications depend only on --seed and the time. For a single command, --sandbox is enough: deepcall --sandbox
/// tags
///
/// --profiles writes a configuration folder with a profile for each agent, and prints the variable that makes another
/// terminal use it: there, `deepcall watch --all` shows the whole floor. The folder must be new, empty, or one that
/// --profiles has written; it stays when the sandbox ends. With --port, the same folder is good for the next sandbox too.
#[derive(Args, Clone, Debug)]
pub(crate) struct SandboxArgs {
    /// Listen on this port [default: a free one]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true, value_parser = whole::<u16>(0..=65_535))]
    port: u16,
    /// Which simulated floor to serve; the same seed serves the same floor
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = whole::<u64>(0..=u64::MAX))]
    seed: u64,
    /// How many agents are simulated
    #[arg(long, value_name = "N", default_value_t = 14, value_parser = whole::<u16>(1..=5000))]
    agents: u16,
    /// How the server treats `ref`, whose meaning is not documented
    #[arg(long, value_name = "MODEL", value_enum, default_value_t = Model::Window)]
    ref_model: Model,
    /// Answer every call with this DeepCall error code
    #[arg(long, value_name = "CODE", value_parser = code)]
    fail: Option<i64>,
    /// Write a profile for each agent into this folder, for --all in other terminals
    #[arg(id = "folder", long = "profiles", value_name = "FOLDER")]
    profiles: Option<PathBuf>,
    /// Print one JSON object instead of shell variables
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    verbosity: VerbosityOptions,
}

fn code(text: &str) -> Result<i64, String> {
    text.parse().map_err(|_| {
        format!("{text:?} is not a code, which is a whole number like 1044: see `deepcall explain`")
    })
}

pub(crate) fn run(args: &SandboxArgs, app: &App) -> Result<ExitStatus, Failure> {
    // A mistake in the config file is reported before anything is served.
    app.settings()?;
    app.console.set_verbosity(args.verbosity);
    // Whoever started it reads the variables, and leaves.
    app.supervised.outlive_reader();
    match app.console.log(Side::Sandbox, || app.supervised.run(serve(args, app))) {
        Err(failure) if matches!(failure.status, ExitStatus::Interrupted | ExitStatus::Terminated) => {
            Ok(failure.status)
        }
        served => served,
    }
}

async fn serve(args: &SandboxArgs, app: &App) -> Result<ExitStatus, Failure> {
    let sandbox = start_sandbox(args.options(app.clock.clone())).await?;
    let folder = match &args.profiles {
        Some(path) => Some(folder::write(path, &sandbox, app.clock.now())?),
        None => None,
    };
    if args.json {
        let json = Sourced::new(Format::Json, Source::Option("--json"));
        let rules = OutputRules { format: Some(json), ..OutputRules::default() };
        let output = OutputOptions { rules, ..OutputOptions::default() };
        let renderer = app.renderer(&output, args.verbosity, &DOCUMENT)?;
        app.console.answer(Outcome::done(report(&sandbox, folder.as_deref())), &renderer)?;
    } else {
        app.console.stdout().write_all(variables(&sandbox, folder.as_deref()).as_bytes())?;
    }
    app.console.stdout().flush()?;
    app.console.note(&format!(
        "a simulated DeepCall with {} agents listens on {} until Ctrl-C; run the lines above in another terminal to use it",
        sandbox.agents().len(),
        sandbox.origin()
    ));
    if let Some(folder) = &folder {
        app.console.note(&format!(
            "{} has a profile for each agent, and stays; in the other terminal, try `deepcall watch --all`",
            folder.display()
        ));
    }
    std::future::pending().await
}

/// The three possible meanings of `ref` (`api.md` §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Model {
    /// Every call returns the last hour
    Window,
    /// Every call returns what is new since the last call
    Cursor,
    /// A call with a true ref returns what is new since the last such call; any other returns the last hour
    CursorOnRef,
}

/// The document of `deepcall sandbox --json`.
pub(crate) static DOCUMENT: Document = Document {
    name: "sandbox",
    rows_key: "agents",
    head: &[
        Field::new("server", "SERVER", Meaning::Text, Shown::OnRequest, "where it listens"),
        Field::new(
            "config_dir",
            "FOLDER",
            Meaning::Text,
            Shown::OnRequest,
            "the folder of --profiles, for DEEPCALL_CONFIG_DIR",
        ),
    ],
    fields: &[
        Field::new("profile", "PROFILE", Meaning::Name, Shown::Always(1), "the agent's name for --profile"),
        Field::new("agent", "AGENT", Meaning::Text, Shown::Always(2), "the agent's full name"),
        Field::new("ssid", "SSID", Meaning::Text, Shown::Always(3), "simulated, not a secret"),
        Field::new("user_id", "USER", Meaning::Id, Shown::Always(4), "simulated"),
        Field::new("token", "TOKEN", Meaning::Text, Shown::Always(5), "simulated, not a secret"),
    ],
    tail: &[],
    shape: Shape::List,
    has_failures: false,
    extra_fields: None,
    empty: "",
};

impl SandboxArgs {
    fn options(&self, clock: Clock) -> SandboxOptions {
        SandboxOptions {
            seed: self.seed,
            port: self.port,
            agents: usize::from(self.agents),
            reference_model: match self.ref_model {
                Model::Window => ReferenceModel::Window,
                Model::Cursor => ReferenceModel::Cursor,
                Model::CursorOnRef => ReferenceModel::CursorOnRefresh,
            },
            failing_with: self.fail,
            clock,
        }
    }
}

/// The agents of the floor, and the address of the server.
fn report(sandbox: &Sandbox, folder: Option<&Path>) -> Report {
    let rows = sandbox.agents().iter().map(|agent| {
        Row::new(DOCUMENT.fields)
            .with("profile", agent.profile.clone())
            .with("agent", agent.display_name.clone())
            .with("ssid", agent.ssid.clone())
            .with("user_id", agent.user_id.clone())
            .with("token", agent.token.clone())
    });
    let head = Row::new(DOCUMENT.head)
        .with("server", sandbox.origin())
        .with("config_dir", folder.map(|folder| folder.display().to_string()));
    Report { head, ..Report::new(&DOCUMENT, rows.collect()) }
}

/// Shell commands that make another terminal or a script use the sandbox. Credentials in a variable would be one agent's,
/// so that they do not stand beside a folder with all.
fn variables(sandbox: &Sandbox, folder: Option<&Path>) -> String {
    if let Some(folder) = folder {
        return shell::assignment("DEEPCALL_CONFIG_DIR", &folder.display().to_string());
    }
    let ssid = sandbox.agents().first().map_or("", |agent| agent.ssid.as_str());
    shell::assignment("DEEPCALL_SERVER", sandbox.origin()) + &shell::assignment("DEEPCALL_SSID", ssid)
}
