//! `deepcall record`: follows profiles as `watch` does, and writes what it receives into the journal instead of showing it.

use std::io;
use std::io::Write;

use clap::Args;
use clap::builder::PossibleValuesParser;

use crate::app::App;
use crate::app::console::{Console, Side};
use crate::app::options::{
    ConnectionOptions, FleetOptions, OutputOptions, ProfileOptions, SandboxOptions, ServerTimeOptions,
    TalkOptions,
};
use crate::app::select::{Selection, jobs};
use crate::app::settings::choice::{SessionSource, session_source};
use crate::app::settings::table::{TIMEOUT, WATCH_INTERVAL};
use crate::app::signals;
use crate::client::TagFilter;
use crate::commands::watch::follow::{JournalWish, follow, recording, stopped};
use crate::commands::watch::sessions::expired;
use crate::failure::{ExitStatus, Failure};
use crate::floor::event::EndReason;
use crate::output::event_view::STREAM;
use crate::output::presentation::{Format, Presentation};
use crate::watch::run::{Plan, Surroundings, Watch, exit_status};
use crate::watch::sinks::Sinks;
use crate::watch::sinks::lines::Lines;
use crate::watch::source::WatchScope;

/// Record tags, breaks and wrap-ups in the journal until stopped
///
/// It polls as watch does and shows nothing: stdout stays empty, and trouble goes to stderr. Meanwhile tags, status,
/// break-status, wrapup and watch read what it records, and do not poll the same profiles. It never pings.
///
/// The journal is made if there is none. What is in it, and for how long: `deepcall journal`.
#[derive(Args, Clone, Debug)]
pub(crate) struct RecordArgs {
    #[arg(long, value_name = "DURATION", value_parser = WATCH_INTERVAL.checked())]
    interval: Option<String>,
    /// Record only tags, breaks or wrapups
    #[arg(long, value_name = "WHAT", value_delimiter = ',', value_parser = PossibleValuesParser::new(["tags", "breaks", "wrapups"]), hide_possible_values = true)]
    only: Vec<String>,
    #[arg(long = "ref", value_name = "VALUE", hide_short_help = true)]
    reference: Option<String>,
    #[command(flatten)]
    profile: ProfileOptions,
    #[command(flatten)]
    fleet: FleetOptions,
    #[command(flatten)]
    connection: ConnectionOptions,
    #[command(flatten)]
    server_times: ServerTimeOptions,
    #[command(flatten)]
    talk: TalkOptions,
}

pub(crate) fn run(args: &RecordArgs, app: &App) -> Result<ExitStatus, Failure> {
    let settings = app.settings()?;
    let renderer = app.renderer(&OutputOptions::default(), args.talk, &STREAM)?;
    let scope = WatchScope::of(&args.only);
    settings.typed.refuse_idle(&[
        ("--retries", false, "another command: record polls until it is stopped"),
        ("--ref", scope.tags, "tags to be recorded: --only must include tags"),
    ])?;
    let plan = Plan {
        interval: settings.get(&WATCH_INTERVAL)?.value,
        scope,
        tags: TagFilter::default(),
        limits: vec![],
        heartbeat: None,
        max_stale: None,
        until: None,
        backfill_from: None,
        jobs: jobs(settings)?,
    };
    // A limit for every command does not end a recording.
    app.supervised.begin_timeout(settings.get(&TIMEOUT)?.if_typed().flatten());
    let sandbox = SandboxOptions::default();
    let selection = Selection { fleet: &args.fleet, sandbox: &sandbox };
    let source = session_source(selection.fleet, selection.sandbox, settings)?;
    let wish = JournalWish {
        command: "record",
        is_wanted: true,
        sandbox: None,
        is_in_variables: matches!(source, SessionSource::Variables(_)),
        has_stdout: false,
        polls_always: false,
        zone: &renderer.presentation().zone,
    };
    let presentation = Presentation {
        format: Format::Table,
        color: app.console.messages().color,
        ..renderer.presentation().clone()
    };
    let watching = follow(
        app,
        selection,
        None,
        |_| Ok(()),
        async |sources, sessions| {
            let recording = recording(wish, &plan, &sessions, app)?;
            let mut trouble = Lines::of_trouble(Stderr(&app.console), presentation);
            let around = Surroundings {
                clock: app.clock.clone(),
                reader_is_gone: || None,
                random: crate::client::connection::random,
                note: &|text| app.console.note(text),
            };
            let watch = Watch::with_journal(sources, plan, around, Sinks::new(vec![&mut trouble]), recording);
            Ok(watch.run(stopped(app)).await?)
        },
    );
    match app.console.log(Side::Client, || signals::on_one_thread(watching))? {
        (EndReason::SessionExpired, hints) => Err(expired(&hints)),
        (ended, _) => Ok(exit_status(ended)),
    }
}

/// Where trouble goes. It cannot fail: a recording does not end because nobody reads of it.
struct Stderr<'a>(&'a Console);

impl Write for Stderr<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.stderr(|out| out.write_all(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
