//! `deepcall record`: follows profiles as `watch` does, and writes what it receives into the journal instead of showing it.

use std::path::Path;

use clap::Args;

use crate::app::App;
use crate::app::console::Side;
use crate::app::journal;
use crate::app::options::{
    ConnectionOptions, FleetOptions, OutputOptions, ProfileOptions, SandboxOptions, ServerTimeOptions,
    VerbosityOptions,
};
use crate::app::select::Selection;
use crate::app::settings::choice::{Choice, SessionSource, session_source};
use crate::app::settings::table::TIMEOUT;
use crate::app::signals;
use crate::client::SignedIn;
use crate::commands::watch::args::{FollowOptions, without_retries};
use crate::commands::watch::follow::{JournalWish, follow, watch_journal};
use crate::commands::watch::quiet::watch_quietly;
use crate::commands::watch::sessions::expired;
use crate::failure::{ExitStatus, Failure};
use crate::floor::event::EndReason;
use crate::output::event_view::STREAM;
use crate::output::text::times;
use crate::watch::run::{Plan, exit_status};

/// Record tags, breaks and wrap-ups in the journal until stopped
///
/// It polls as watch does, but prints no events: stdout stays empty, and trouble goes to stderr. Meanwhile tags,
/// status, break-status, wrapup and watch read what it records, and do not poll the same profiles. It never pings.
///
/// It creates the journal if there is none. `deepcall journal --help` explains what the journal holds.
#[derive(Args, Clone, Debug)]
#[command(mut_args(without_retries))]
pub(crate) struct RecordArgs {
    #[command(flatten)]
    follow: FollowOptions,
    #[command(flatten)]
    profile: ProfileOptions,
    #[command(flatten)]
    fleet: FleetOptions,
    #[command(flatten)]
    connection: ConnectionOptions,
    #[command(flatten)]
    server_times: ServerTimeOptions,
    #[command(flatten)]
    verbosity: VerbosityOptions,
}

pub(crate) fn run(args: &RecordArgs, app: &App) -> Result<ExitStatus, Failure> {
    let settings = app.settings()?;
    let renderer = app.renderer(&OutputOptions::default(), args.verbosity, &STREAM)?;
    let plan = args.follow.plan(settings)?;
    let needs = [("--ref", plan.scope.tags, "tags to be recorded: --only must include tags")];
    settings.typed.refuse_unused(&needs)?;
    // A limit for every command does not end a recording.
    app.supervised.begin_timeout(settings.get(&TIMEOUT)?.if_typed().flatten());
    let sandbox = SandboxOptions::default();
    let selection = Selection { fleet: &args.fleet, sandbox: &sandbox };
    let source = session_source(selection.fleet, selection.sandbox, settings)?;
    note_others(&source, app)?;
    let wish = JournalWish {
        command: "record",
        is_wanted: true,
        sandbox: None,
        is_in_variables: matches!(source, SessionSource::Variables(_)),
        has_stdout: false,
        polls_always: false,
        day: None,
        zone: &renderer.presentation().zone,
    };
    let watching = follow(
        app,
        selection,
        None,
        |_| Ok(()),
        async |sources, sessions| {
            let recording = watch_journal(wish, &plan, &sessions, app)?;
            if app.terminals.stderr {
                app.console.note(&beginning(&sessions.signed_in, &plan, &journal::path(app)?));
            }
            let watched =
                watch_quietly(app, renderer.presentation(), sources, plan, recording, |_| Ok(())).await?;
            Ok(watched.0)
        },
    );
    match app.console.log(Side::Client, || signals::on_one_thread(watching))? {
        (EndReason::SessionExpired, hints) => Err(expired(&hints)),
        (ended, _) => Ok(exit_status(ended)),
    }
}

/// What a person sees who starts a recorder by hand: nothing else is shown while all goes well.
fn beginning(agents: &[SignedIn], plan: &Plan, path: &Path) -> String {
    let whom = match agents {
        [agent] => agent.profile.clone(),
        agents => format!("{} agents", agents.len()),
    };
    let every = times::length(i64::try_from(plan.interval.as_secs()).unwrap_or(i64::MAX));
    format!("recording {whom} every {every} in {}; Ctrl-C ends it", path.display())
}

/// A supervisor of many agents may take one recorder for that of all.
fn note_others(source: &SessionSource, app: &App) -> Result<(), Failure> {
    if !matches!(source, SessionSource::Stored(chosen) if chosen.value == Choice::Default) {
        return Ok(());
    }
    let stored = app.folders()?.profiles_file().read()?;
    let (many, default) = (stored.list().len(), stored.default_profile());
    if let Some(default) = default.filter(|_| many > 1) {
        let name = &default.name;
        app.console.note(&format!("only {name} is recorded, the default profile; --all records all {many}"));
    }
    Ok(())
}
