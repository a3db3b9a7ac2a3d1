//! `deepcall journal`: what this machine keeps of the answers, and for how long.

pub(crate) mod export;
pub(crate) mod opened;
pub(crate) mod removal;
pub(crate) mod status;
pub(crate) mod verify;

use std::io::Write;
use std::path::Path;

use clap::{Args, Subcommand};

use crate::app::App;
use crate::app::journal;
use crate::app::options::VerbosityOptions;
use crate::app::settings::table::{JOURNAL_KEEP, JOURNAL_MAX_SIZE, JOURNAL_NUMBERS, JOURNAL_RECORD};
use crate::commands::journal::export::ExportArgs;
use crate::commands::journal::opened::in_effect;
use crate::commands::journal::removal::{ForgetArgs, PruneArgs};
use crate::commands::journal::status::StatusArgs;
use crate::commands::journal::verify::VerifyArgs;
use crate::failure::{ExitStatus, Failure};
use crate::journal::{Journal, JournalError, Mode, obstacle};
use crate::system::files;

/// Keep notifications, breaks and wrap-ups beyond the last hour
///
/// The server shows about an hour of notifications. The journal is a file on this machine that keeps what commands
/// received from the server: each notification, break and wrap-up once, and the times without answers. The journal
/// never contains credentials.
///
/// `deepcall journal on` makes every command record what it receives. `deepcall record`, `watch --record`, `serve
/// --record` and `tags --new` create a journal too; after that, every other command records the agents that the journal
/// holds, unless `journal off` forbids it.
#[derive(Args, Clone, Debug)]
#[command(disable_help_subcommand = true)]
pub(crate) struct JournalArgs {
    #[command(subcommand)]
    action: JournalAction,
}

/// The description of a subcommand is the doc comment of its arguments.
#[derive(Subcommand, Clone, Debug)]
pub(crate) enum JournalAction {
    On(OnArgs),
    Off(OffArgs),
    Status(StatusArgs),
    /// Print the path of the journal, even if it does not exist yet
    Path,
    Export(ExportArgs),
    Verify(VerifyArgs),
    Prune(PruneArgs),
    Forget(ForgetArgs),
}

/// Record from now on, and print what is stored and where
///
/// Sets journal.record in config.toml to true: from then on, every command that receives something records it. Prints
/// what is stored, where, for how long, and how to undo it. If a file that is no journal is in its place, that is an
/// error, and nothing is changed.
#[derive(Args, Clone, Debug)]
pub(crate) struct OnArgs {
    #[command(flatten)]
    verbosity: VerbosityOptions,
}

/// Stop recording; what is recorded stays
///
/// Sets journal.record in config.toml to false: from then on, only `record`, `watch --record`, `serve --record` and
/// `tags --new` record. Nothing is deleted; `deepcall journal forget AGENT` erases an agent.
#[derive(Args, Clone, Debug)]
pub(crate) struct OffArgs {
    #[command(flatten)]
    verbosity: VerbosityOptions,
}

pub(crate) fn run(args: &JournalArgs, app: &App) -> Result<ExitStatus, Failure> {
    match &args.action {
        JournalAction::On(args) => on(args, app),
        JournalAction::Off(args) => off(args, app),
        JournalAction::Status(args) => status::run(args, app),
        JournalAction::Export(args) => export::run(args, app),
        JournalAction::Verify(args) => verify::run(args, app),
        JournalAction::Prune(args) => removal::prune(args, app),
        JournalAction::Forget(args) => removal::forget(args, app),
        JournalAction::Path => {
            let mut line = journal::path(app)?.into_os_string().into_encoded_bytes();
            line.push(b'\n');
            app.console.stdout().write_all(&line)?;
            Ok(ExitStatus::Done)
        }
    }
}

fn on(args: &OnArgs, app: &App) -> Result<ExitStatus, Failure> {
    app.console.set_verbosity(args.verbosity);
    let keep = in_effect(app, &JOURNAL_KEEP)?;
    let most = in_effect(app, &JOURNAL_MAX_SIZE)?;
    let numbers = match in_effect(app, &JOURNAL_NUMBERS)?.as_str() {
        "never" => "masked from the beginning".to_owned(),
        "keep" => "never masked".to_owned(),
        length => format!("masked after {length}"),
    };
    let path = journal::path(app)?;
    refuse_unusable(&path, app)?;
    let config = journal::set_record(app, true)?;
    let obstacle = obstacle(&path);
    let (path, config) = (path.display(), config.display());
    for line in [
        format!("{} is true in {config}: from now on every command that receives something records it", JOURNAL_RECORD.key.name),
        "it stores notifications, breaks, wrap-ups and gaps, with names and numbers as the server sends them; never credentials"
            .to_owned(),
        format!(
            "they are in {path}, {}: for {keep}, and at most {most}; customers' numbers are {numbers}",
            files::READERS_OF_PRIVATE_FILES
        ),
        format!(
            "`deepcall journal off` ends it, `deepcall journal forget AGENT` erases an agent; to erase everything, delete {path}*"
        ),
    ] {
        app.console.note(&line);
    }
    if let Some(obstacle) = obstacle {
        app.console.note(&obstacle);
    }
    journal::note_recorders(app);
    Ok(ExitStatus::Done)
}

/// # Errors
/// If the file could not be recorded in, as every other command would report: one of another kind or of a later version,
/// one that others may open. What ends by itself, and a damaged one, which is set aside, keep nobody from recording.
fn refuse_unusable(path: &Path, app: &App) -> Result<(), Failure> {
    match Journal::open(path, Mode::ReadOnly, journal::settings(app)?, app.clock.now()) {
        Err(error) if !error.ends_by_itself() => Err(error.into()),
        _ => Ok(()),
    }
}

fn off(args: &OffArgs, app: &App) -> Result<ExitStatus, Failure> {
    app.console.set_verbosity(args.verbosity);
    let path = journal::path(app)?;
    let config = journal::set_record(app, false)?;
    app.console.note(&format!(
        "{} is false in {}: only `record`, `watch --record`, `serve --record` and `tags --new` record",
        JOURNAL_RECORD.key.name,
        config.display()
    ));
    let found = Journal::open(&path, Mode::ReadOnly, journal::settings(app)?, app.clock.now());
    if !matches!(found, Ok(None) | Err(JournalError::Foreign { .. })) {
        app.console.note(&format!("what was recorded stays in {}", path.display()));
    }
    journal::note_recorders(app);
    Ok(ExitStatus::Done)
}
