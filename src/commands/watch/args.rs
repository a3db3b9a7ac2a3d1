//! The arguments of `deepcall watch`, with what the config file adds to them.

use std::time::Duration;

use clap::Args;
use clap::builder::PossibleValuesParser;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::options::{
    ConnectionOptions, FleetOptions, FormatOptions, OutputOptions, ProfileOptions, SandboxOptions,
    ServerTimeOptions, TalkOptions, ValueOptions,
};
use crate::app::settings::Layers;
use crate::app::settings::table::{
    REF, WATCH_BELL, WATCH_HEARTBEAT, WATCH_INTERVAL, WATCH_LOG, WATCH_MAX_STALE, WATCH_NOTIFY, WATCH_ON,
};
use crate::client::Reference;
use crate::failure::Failure;
use crate::floor::alerts::Limit;
use crate::floor::condition::{Until, event_named};
use crate::moment::{duration, moment};
use crate::output::presentation::{ColorWhen, Format};
use crate::watch::poll::{Asking, Parts};
use crate::watch::run::Plan;

/// Follow tags, breaks and wrap-ups until stopped
///
/// On a terminal it is a live board; elsewhere, or with --log, one line for each event. A lost connection is waited
/// for, and an expired session is looked for once more in the store. It never pings.
///
/// With --sandbox it follows the whole simulated floor, unless profiles are named.
#[derive(Args, Clone, Debug)]
pub struct WatchArgs {
    /// Ask each this often, at least 2s [default: 5s]
    #[arg(long, value_name = "DURATION", value_parser = WATCH_INTERVAL.parse)]
    pub interval: Option<Duration>,
    /// Follow only tags, breaks or wrapups
    #[arg(long, value_name = "WHAT", value_delimiter = ',', value_parser = PossibleValuesParser::new(["tags", "breaks", "wrapups"]), hide_possible_values = true)]
    pub only: Vec<String>,
    /// Tell tags that were there before from then on [default: all]
    #[arg(long, value_name = "TIME", hide_short_help = true)]
    pub since: Option<String>,
    /// End with 0 at EVENT or EVENT@PROFILE, e.g. break_ended
    #[arg(long, value_name = "EVENT")]
    pub until: Option<Until>,
    /// Tell of long ones: break=15m, break.tea=9m, wrapup=60s:90s
    #[arg(long = "alert", value_name = "LIMIT")]
    pub alerts: Vec<Limit>,
    /// Ring the terminal's bell at the events of --on
    #[arg(long, hide_short_help = true)]
    pub bell: bool,
    /// Send a notice at the events of --on: to the desktop, or else through the terminal, also over ssh
    #[arg(long, hide_short_help = true)]
    pub notify: bool,
    /// Run this by the shell at the events of --on, with the event as JSON on its standard input
    #[arg(long, value_name = "CMD", hide_short_help = true)]
    pub exec: Option<String>,
    /// Which events ring, notify and run [default: alert,session_expired]
    #[arg(long, value_name = "EVENTS", value_delimiter = ',', value_parser = event_named, hide_short_help = true)]
    pub on: Vec<&'static str>,
    /// Give a sign of life this often, e.g. 60s
    #[arg(long, value_name = "DURATION", value_parser = duration, hide_short_help = true)]
    pub heartbeat: Option<Duration>,
    /// End with exit code 5 when nobody has answered for this long, e.g. 10m
    ///
    /// Without it a watch waits for the server however long it takes, and tells that it does.
    #[arg(long, value_name = "DURATION", value_parser = duration, hide_short_help = true)]
    pub max_stale: Option<Duration>,
    /// Lines instead of a board, on a terminal too
    #[arg(long, conflicts_with_all = ["json", "output"], hide_short_help = true)]
    pub log: bool,
    /// What to send as `ref`, whose meaning is not documented: true, off, or a text [default: true]
    #[arg(long = "ref", value_name = "VALUE", hide_short_help = true, value_parser = REF.parse)]
    pub reference: Option<Reference>,
    /// Whom to follow.
    #[command(flatten)]
    pub profile: ProfileOptions,
    /// Many at once.
    #[command(flatten)]
    pub fleet: FleetOptions,
    /// Which server.
    #[command(flatten)]
    pub connection: ConnectionOptions,
    /// How its times are read.
    #[command(flatten)]
    pub server_time: ServerTimeOptions,
    /// Or none.
    #[command(flatten)]
    pub sandbox: SandboxOptions,
    /// How it looks.
    #[command(flatten)]
    pub look: WatchLook,
    /// What is told beside it.
    #[command(flatten)]
    pub talk: TalkOptions,
}

/// Those options of output that have a meaning for a stream.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Output")]
pub struct WatchLook {
    /// One JSON object for each event and line
    #[arg(long)]
    pub json: bool,
    /// ndjson (the same as --json), csv, tsv, or lines: sentences
    ///
    /// csv and tsv have one row for each event, and the same columns whatever happens: type, at, profile, then the
    /// keys of all events, each once. What an event does not speak of is empty.
    #[arg(short, long, value_name = "FORMAT", conflicts_with = "json", value_parser = PossibleValuesParser::new(["ndjson", "json", "csv", "tsv", "lines"]), hide_possible_values = true, hide_short_help = true)]
    pub output: Option<String>,
    /// Show these columns of csv and tsv, e.g. at,profile,type,reason,fields.queue
    #[arg(long, value_name = "LIST", value_delimiter = ',', hide_short_help = true)]
    pub columns: Option<Vec<String>>,
    /// Leave out the line of headings of csv and tsv
    #[arg(long, hide_short_help = true)]
    pub no_headers: bool,
    /// Leave out the ' before cells that a spreadsheet would take for formulas
    #[arg(long, hide_short_help = true)]
    pub csv_raw: bool,
    /// When to use colour [default: auto]
    #[arg(long, value_name = "WHEN", value_parser = crate::app::options::color_choices(), hide_short_help = true)]
    pub color: Option<ColorWhen>,
    /// Time zone of the times shown, e.g. Asia/Kolkata or UTC [default: the system's]
    #[arg(long, value_name = "ZONE", allow_hyphen_values = true, hide_short_help = true)]
    pub timezone: Option<String>,
    /// Hide phone numbers but for the last three digits
    #[arg(long, hide_short_help = true)]
    pub mask: bool,
}

impl WatchLook {
    fn output_options(&self, wants_lines: bool) -> OutputOptions {
        let output = match self.output.as_deref() {
            Some("ndjson" | "json") => Some(Format::Ndjson),
            Some("csv") => Some(Format::Csv),
            Some("tsv") => Some(Format::Tsv),
            _ => wants_lines.then_some(Format::Table),
        };
        OutputOptions {
            format: FormatOptions {
                output,
                json: self.json,
                columns: self.columns.clone(),
                no_headers: self.no_headers,
                csv_raw: self.csv_raw,
                color: self.color,
                ..FormatOptions::default()
            },
            values: ValueOptions { timezone: self.timezone.clone(), mask: self.mask },
        }
    }
}

impl WatchArgs {
    /// The same, with what variables and the config file say where nothing was typed.
    ///
    /// # Errors
    /// If a value there is wrong, or `--on` was typed and nothing reacts to events: exit code 2.
    pub fn with_config(mut self, layers: Layers<'_>) -> Result<Self, Failure> {
        self.interval = Some(layers.get(&WATCH_INTERVAL, self.interval)?.value);
        self.heartbeat = layers.get(&WATCH_HEARTBEAT, self.heartbeat.map(Some))?.value;
        self.max_stale = layers.get(&WATCH_MAX_STALE, self.max_stale.map(Some))?.value;
        self.reference = Some(layers.get(&REF, self.reference)?.value);
        self.bell = layers.get(&WATCH_BELL, self.bell.then_some(true))?.value;
        self.notify = layers.get(&WATCH_NOTIFY, self.notify.then_some(true))?.value;
        // The simulated floor is there to be looked at.
        self.fleet.all |=
            self.sandbox.sandbox && self.fleet.profiles.is_empty() && self.profile.profile.is_none();
        let is_free = !self.look.json && self.look.output.is_none();
        self.log |= is_free && layers.get(&WATCH_LOG, None)?.value;
        let reacts = self.bell || self.notify || self.exec.is_some();
        if !(self.on.is_empty() || reacts) {
            return Err(Failure::usage(
                "--on has a meaning only with --bell, --notify or --exec: nothing reacts to events",
            ));
        }
        let typed = Some(std::mem::take(&mut self.on)).filter(|events| !events.is_empty());
        self.on = layers.get(&WATCH_ON, typed)?.value;
        Ok(self)
    }

    /// How the watch was asked for.
    ///
    /// # Errors
    /// If a time is malformed, or an option has no meaning here: exit code 2.
    pub fn plan(
        &self,
        configured_limits: Vec<Limit>,
        server_zone: TimeZone,
        zone: &TimeZone,
        now: Timestamp,
        jobs: usize,
    ) -> Result<Plan, Failure> {
        if self.connection.retries.is_some() {
            return Err(Failure::usage(
                "--retries has no meaning here: a watch asks again until it is stopped",
            ));
        }
        let here = now.to_zoned_datetime(zone.clone());
        let read =
            |text: &str| moment(text, &here).map_err(|error| Failure::usage(format!("--since: {error}")));
        let asks = |what: &str| self.only.is_empty() || self.only.iter().any(|only| only == what);
        let reference = self.reference.clone().unwrap_or_default();
        let limits = if self.alerts.is_empty() { configured_limits } else { self.alerts.clone() };
        Ok(Plan {
            interval: self.interval.unwrap_or_default(),
            parts: Parts { tags: asks("tags"), breaks: asks("breaks"), wrapups: asks("wrapups") },
            asking: Asking { reference, server_zone },
            limits,
            heartbeat: self.heartbeat,
            timeout: self.connection.timeout,
            max_stale: self.max_stale,
            until: self.until.clone(),
            backfill_from: self.since.as_deref().map(read).transpose()?,
            jobs,
        })
    }

    /// The options of output, as those of other commands.
    #[must_use]
    pub fn output_options(&self) -> OutputOptions {
        self.look.output_options(self.wants_lines())
    }

    /// Refuses what would change nothing.
    ///
    /// # Errors
    /// If there is such an option: exit code 2.
    pub fn check_columns(&self, format: Format) -> Result<(), Failure> {
        let is_table = matches!(format, Format::Csv | Format::Tsv);
        for (option, is_typed) in
            [("--columns", self.look.columns.is_some()), ("--no-headers", self.look.no_headers)]
        {
            if is_typed && !is_table {
                return Err(Failure::usage(format!("{option} has a meaning only for csv and tsv")));
            }
        }
        Ok(())
    }

    /// Whether lines were asked for, on a terminal too.
    #[must_use]
    pub fn wants_lines(&self) -> bool {
        self.log || self.look.output.as_deref() == Some("lines")
    }
}
