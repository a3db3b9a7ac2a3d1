//! The arguments of `deepcall watch`, and the plan that they and the settings make.

use clap::builder::PossibleValuesParser;
use clap::{Arg, Args};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::options::{
    FleetOptions, FormatOptions, JournalOptions, OutputOptions, OutputRules, QueryOptions, SandboxOptions,
    TableOptions, TagFilterOptions, ValueOptions, VerbosityOptions, explained,
};
use crate::app::select::jobs;
use crate::app::settings::choice::{self, SessionSource};
use crate::app::settings::table::{
    ALERT, PROFILE, WATCH_BELL, WATCH_HEARTBEAT, WATCH_INTERVAL, WATCH_LOG, WATCH_MAX_STALE, WATCH_NOTIFY,
    WATCH_ON,
};
use crate::app::settings::{Settings, Source, Sourced};
use crate::client::TagFilter;
use crate::commands::watch::follow::JournalWish;
use crate::failure::Failure;
use crate::floor::condition::{EventPattern, Until};
use crate::floor::event::{EventWords, FollowedPart};
use crate::moment::moment;
use crate::output::presentation::Format;
use crate::watch::run::Plan;
use crate::watch::source::WatchScope;

/// Follow tags, breaks and wrap-ups until stopped
///
/// On a terminal it shows a live board; in a pipe, or with --log, one line per event. After a lost connection
/// it keeps trying; after an expired session it looks once for a newer one in the store. It never pings.
///
/// With --sandbox it follows the whole simulated floor, unless profiles are named; --since goes back up to eight days.
#[derive(Args, Clone, Debug)]
// The short help fits a screen.
#[command(mut_args(|argument| match argument.get_long() {
    Some("interval" | "kind" | "match") => argument.hide_short_help(true),
    Some("columns") => explained(argument, "Columns of csv and tsv, e.g. at,profile,type,fields.queue; +NAME adds one", None)
        .hide_short_help(true),
    _ => without_retries(argument),
}))]
pub(crate) struct WatchArgs {
    #[command(flatten)]
    pub(crate) follow: FollowOptions,
    #[command(flatten)]
    filter: TagFilterOptions,
    /// Also report tags from before the watch started, back to TIME [default: all that the server sends and the journal does not hold]
    ///
    /// In the forms of `deepcall tags --since`. A time of day that is later than now is yesterday's. If the journal holds the
    /// agents, everything in it from TIME on comes first: breaks and wrap-ups too. Without --since, what any command has
    /// recorded before is not reported again.
    #[arg(long, value_name = "TIME", hide_short_help = true)]
    pub(crate) since: Option<String>,
    /// Exit with 0 at this event, e.g. break_ended@asha
    ///
    /// An event is a type of `deepcall watch --json`. tag:KIND is a tag whose kind contains KIND, as in `deepcall tags
    /// --kind`. @PROFILE limits the event to one profile: tag:missed@asha.
    #[arg(long, value_name = "EVENT")]
    pub(crate) until: Option<Until>,
    #[command(flatten)]
    pub(crate) supervision: SupervisionOptions,
    #[arg(long)]
    bell: bool,
    #[arg(long, hide_short_help = true)]
    notify: bool,
    /// Run this shell command at the events of --on, with the event as JSON on its standard input
    #[arg(long, value_name = "CMD", hide_short_help = true, value_parser = command)]
    pub(crate) exec: Option<String>,
    #[arg(long, value_name = "EVENTS", value_delimiter = ',', value_parser = WATCH_ON.checked())]
    on: Vec<String>,
    #[arg(long, value_name = "DURATION", value_parser = WATCH_HEARTBEAT.checked(), hide_short_help = true)]
    heartbeat: Option<String>,
    #[arg(long, conflicts_with_all = ["json", "output"], hide_short_help = true)]
    log: bool,
    #[command(flatten)]
    pub(crate) query: QueryOptions,
    #[command(flatten)]
    pub(crate) output: StreamOptions,
    #[command(flatten)]
    pub(crate) verbosity: VerbosityOptions,
}

/// What is followed, and how.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct FollowOptions {
    #[arg(long, value_name = "DURATION", value_parser = WATCH_INTERVAL.checked())]
    interval: Option<String>,
    /// Follow only tags, breaks or wrapups
    #[arg(long, value_name = "WHAT", value_delimiter = ',', value_parser = PossibleValuesParser::new(["tags", "breaks", "wrapups"]), hide_possible_values = true)]
    only: Vec<String>,
    #[arg(long = "ref", value_name = "VALUE", hide_short_help = true)]
    reference: Option<String>,
}

/// Hides `--retries`, which [`FollowOptions::plan`] refuses with a reason: a poll is not retried, the next one follows.
pub(crate) fn without_retries(argument: Arg) -> Arg {
    if argument.get_long() == Some("retries") { argument.hide(true) } else { argument }
}

impl FollowOptions {
    /// A plan without an end, and without limits.
    ///
    /// # Errors
    /// If a setting is wrong, or `--retries` was typed: exit code 2.
    pub(crate) fn plan(&self, settings: Settings<'_>) -> Result<Plan, Failure> {
        let needs = [("--retries", false, "another command: this one polls until it is stopped")];
        settings.typed.refuse_unused(&needs)?;
        Ok(Plan {
            interval: settings.get(&WATCH_INTERVAL)?.value,
            scope: WatchScope::of(&self.only),
            tags: TagFilter::default(),
            limits: vec![],
            heartbeat: None,
            max_stale: None,
            until: None,
            backfill_from: None,
            jobs: jobs(settings)?,
        })
    }
}

/// What is not as it should be, and how the watch and the journal go together.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct SupervisionOptions {
    #[arg(long = "alert", value_name = "LIMIT", value_parser = ALERT.checked())]
    alerts: Vec<String>,
    #[arg(long, value_name = "DURATION", value_parser = WATCH_MAX_STALE.checked(), hide_short_help = true)]
    max_stale: Option<String>,
    /// Write what is received to the journal, for this run
    #[arg(long, help_heading = "Journal", hide_short_help = true)]
    pub(crate) record: bool,
    #[command(flatten)]
    pub(crate) journal: JournalOptions,
}

impl SupervisionOptions {
    /// The plan with limits.
    ///
    /// # Errors
    /// If a setting is wrong, or an option would change nothing: exit code 2.
    pub(crate) fn complete(plan: Plan, settings: Settings<'_>) -> Result<Plan, Failure> {
        let (limits, max_stale) = (settings.limits()?, settings.get(&WATCH_MAX_STALE)?);
        let interval = settings.get(&WATCH_INTERVAL)?;
        if let Some(most) = max_stale.value.filter(|most| *most <= interval.value) {
            let (most_source, interval_source) = (max_stale.source, interval.source);
            return Err(Failure::usage(format!(
                "max_stale of {most:?} ({most_source}) is not longer than the interval of {:?} ({interval_source}): \
                 a server would count as silent between two polls",
                interval.value
            )));
        }
        for (typed, limit) in settings.typed.each(&ALERT.key).iter().zip(&limits) {
            if !plan.scope.includes(limit.needs()) {
                return Err(Failure::usage(format!("--alert {typed} requires {}", followed(limit.needs()))));
            }
        }
        Ok(Plan { limits, max_stale: max_stale.value, ..plan })
    }

    /// How the run uses the journal; `has_stdout` is whether stdout gets the events.
    ///
    /// # Errors
    /// If `--record` would change nothing: exit code 2.
    pub(crate) fn wish<'a>(
        &self,
        command: &'static str,
        sandbox: &'a SandboxOptions,
        source: &SessionSource,
        has_stdout: bool,
        zone: &'a TimeZone,
    ) -> Result<JournalWish<'a>, Failure> {
        if sandbox.sandbox && self.record {
            return Err(Failure::usage("--record has no effect with a sandbox: its floor is not recorded"));
        }
        Ok(JournalWish {
            command,
            is_wanted: self.record,
            sandbox: sandbox.sandbox.then_some(&sandbox.floor),
            is_in_variables: matches!(source, SessionSource::Variables(_)),
            has_stdout,
            polls_always: self.journal.poll,
            day: None,
            zone,
        })
    }
}

/// The options of output that have an effect on a stream.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Output")]
pub(crate) struct StreamOptions {
    /// Print one JSON object per event and line
    #[arg(long)]
    pub(crate) json: bool,
    /// ndjson (the same as --json), csv, tsv, or lines (sentences)
    ///
    /// csv and tsv have one row per event, and the same columns for every event: type, at, profile, then the keys of
    /// all event types, each once. A column that the event does not have is empty.
    #[arg(short, long, value_name = "FORMAT", conflicts_with = "json", value_parser = PossibleValuesParser::new(["ndjson", "json", "csv", "tsv", "lines"]), hide_possible_values = true, hide_short_help = true)]
    pub(crate) output: Option<String>,
    #[command(flatten)]
    table: TableOptions,
    #[command(flatten)]
    values: ValueOptions,
}

impl WatchArgs {
    /// # Errors
    /// If a time is malformed, or an option would change nothing: exit code 2.
    pub(crate) fn plan(
        &self,
        settings: Settings<'_>,
        zone: &TimeZone,
        now: Timestamp,
    ) -> Result<Plan, Failure> {
        let here = now.to_zoned_datetime(zone.clone());
        let read = |text: &str| match moment(text, &here) {
            Ok(since) if since > now => Err(Failure::usage(format!("--since {text:?} is later than now"))),
            read => read.map_err(|error| Failure::usage(format!("--since: {error}"))),
        };
        let plan = Plan {
            tags: (&self.filter).into(),
            heartbeat: settings.get(&WATCH_HEARTBEAT)?.value,
            until: self.until.clone(),
            backfill_from: self.since.as_deref().map(read).transpose()?,
            ..self.follow.plan(settings)?
        };
        SupervisionOptions::complete(plan, settings)
    }

    /// The selected profiles; with `--sandbox` and no selection, the whole simulated floor.
    pub(crate) fn fleet(&self, settings: Settings<'_>) -> FleetOptions {
        let mut fleet = self.query.fleet.clone();
        fleet.all |=
            self.query.sandbox.sandbox && fleet.profiles.is_empty() && !settings.typed.has(&PROFILE.key);
        fleet
    }

    /// The options of output in the form of other commands.
    pub(crate) fn output_options(&self, wants_lines: bool) -> OutputOptions {
        let StreamOptions { json, output, table, .. } = self.output.clone();
        let format = match output.as_deref() {
            _ if json => Some((Format::Json, "--json")),
            Some("ndjson" | "json") => Some((Format::Ndjson, "--output")),
            Some("csv") => Some((Format::Csv, "--output")),
            Some("tsv") => Some((Format::Tsv, "--output")),
            _ => wants_lines.then_some((Format::Table, "--output")),
        };
        let format = format.map(|(format, option)| Sourced::new(format, Source::Option(option)));
        OutputOptions {
            format: FormatOptions::of(table),
            rules: OutputRules { format, is_stream: true, ..OutputRules::default() },
            ..OutputOptions::default()
        }
    }

    /// # Errors
    /// If an option would change nothing: exit code 2.
    pub(crate) fn check_options(&self, settings: Settings<'_>, plan: &Plan) -> Result<(), Failure> {
        let reacts =
            self.exec.is_some() || settings.get(&WATCH_BELL)?.value || settings.get(&WATCH_NOTIFY)?.value;
        settings.typed.refuse_unused(&[
            ("--on", reacts, "--bell, --notify or --exec"),
            ("--since", plan.scope.tags, &followed(FollowedPart::Tags)),
            ("--ref", plan.scope.tags, &followed(FollowedPart::Tags)),
            ("--kind", plan.scope.tags, &followed(FollowedPart::Tags)),
            ("--match", plan.scope.tags, &followed(FollowedPart::Tags)),
        ])?;
        let requires = |option: &str, what: &str| Err(Failure::usage(format!("{option} requires {what}")));
        if let Some(until) = &plan.until
            && let Some(what) = missing_for(until.pattern.event(), plan)
        {
            return requires(&format!("--until {}", until.pattern.event().name), &what);
        }
        for name in settings.typed.each(&WATCH_ON.key) {
            let pattern: EventPattern = name.parse().map_err(|why| Failure::usage(format!("--on: {why}")))?;
            if let Some(what) = missing_for(pattern.event(), plan) {
                return requires(&format!("--on {name}"), &what);
            }
        }
        Ok(())
    }

    /// # Errors
    /// If `--until` waits for a profile that is not among these: exit code 2.
    pub(crate) fn check_profiles(&self, followed: &[&str]) -> Result<(), Failure> {
        match self.until.as_ref().and_then(Until::profile) {
            Some(wanted) if !followed.contains(&wanted) => {
                let failure = Failure::usage(format!("--until: the profile {wanted:?} is not followed"));
                Err(failure.hint(choice::near(wanted, followed.iter().copied())))
            }
            _ => Ok(()),
        }
    }

    /// Whether a terminal gets lines instead of a board.
    ///
    /// # Errors
    /// If the config file is wrong: exit code 2.
    pub(crate) fn wants_lines(&self, settings: Settings<'_>) -> Result<bool, Failure> {
        let StreamOptions { json, output, .. } = &self.output;
        let is_free = !json && output.is_none();
        Ok(output.as_deref() == Some("lines") || (is_free && settings.get(&WATCH_LOG)?.value))
    }
}

/// What an event needs to happen, as far as it is missing. For `--until` and `--on`.
fn missing_for(event: &EventWords, plan: &Plan) -> Option<String> {
    let is_alert = event.name == "alert";
    let has_limit = plan.limits.iter().any(|limit| plan.scope.includes(limit.needs()));
    match event.needs {
        Some(part) if !plan.scope.includes(part) => Some(followed(part)),
        _ if is_alert && !has_limit => {
            Some("a limit on what is followed, such as --alert break=15m".to_owned())
        }
        _ if event.name == "heartbeat" && plan.heartbeat.is_none() => Some("--heartbeat".to_owned()),
        _ => None,
    }
}

pub(crate) fn followed(part: FollowedPart) -> String {
    format!("{0} to be followed: --only must include {0}", part.word())
}

/// # Errors
/// If it is empty.
fn command(text: &str) -> Result<String, String> {
    if text.trim().is_empty() { Err("a command is missing".to_owned()) } else { Ok(text.to_owned()) }
}
