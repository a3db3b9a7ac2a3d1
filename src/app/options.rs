//! Options that several commands share, in groups. A command flattens only the groups that it uses, so any other option is
//! a usage error.
//!
//! The fields of options that are settings are private, because `Settings::get` decides which source counts. Their help
//! is in the table of settings.

use std::ops::RangeInclusive;
use std::str::FromStr;

use clap::builder::PossibleValuesParser;
use clap::{Arg, Args};
use jiff::tz::TimeZone;
use regex::Regex;

use crate::app::settings::Sourced;
use crate::app::settings::table::{JOBS, RETRIES, TIMEOUT};
use crate::client::TagFilter;
use crate::client::tag_filter::expression;
use crate::floor::kind::WantedKind;
use crate::output::presentation::{ColorWhen, Format, TimeStyle};

/// Which profiles a command queries, and how it reaches their servers.
#[derive(Args, Clone, Debug, Default)]
pub struct QueryOptions {
    #[command(flatten)]
    pub profile: ProfileOptions,
    #[command(flatten)]
    pub fleet: FleetOptions,
    #[command(flatten)]
    pub connection: ConnectionOptions,
    #[command(flatten)]
    pub server_times: ServerTimeOptions,
    #[command(flatten)]
    pub sandbox: SandboxOptions,
}

/// How a command reads the times of its servers.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Connection")]
pub struct ServerTimeOptions {
    #[arg(long, value_name = "ZONE", allow_hyphen_values = true, hide_short_help = true)]
    server_timezone: Option<String>,
}

#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Session")]
pub struct ProfileOptions {
    // A list, so that a second name is noticed: `Choice` refuses it.
    #[arg(short, long, value_name = "NAME", value_parser = profile_name)]
    profile: Vec<String>,
}

#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Session")]
pub struct FleetOptions {
    /// Select every profile that matches, e.g. 'team-*,asha'
    #[arg(long, value_name = "GLOB", value_delimiter = ',', conflicts_with_all = ["profile", "all"])]
    pub profiles: Vec<String>,
    /// Select every stored profile, or every simulated agent
    #[arg(short, long, conflicts_with = "profile")]
    pub all: bool,
    #[arg(long, value_name = "N", value_parser = JOBS.checked(), hide_short_help = true)]
    jobs: Option<String>,
}

impl FleetOptions {
    /// For a command that queries one agent.
    pub const ONE: &Self = &Self { profiles: vec![], all: false, jobs: None };
}

#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Connection")]
pub struct ConnectionOptions {
    #[arg(long, value_name = "URL", hide_short_help = true)]
    server: Option<String>,
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    cacert: Option<String>,
    #[arg(long, value_name = "DURATION", value_parser = TIMEOUT.checked(), hide_short_help = true)]
    timeout: Option<String>,
    #[arg(long, value_name = "N", value_parser = RETRIES.checked(), hide_short_help = true)]
    retries: Option<String>,
}

#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Session")]
pub struct SandboxOptions {
    /// Use a simulated DeepCall, without an account
    ///
    /// It runs inside this process and is queried over HTTP, as the real one is. It needs no keyring and no files.
    #[arg(long, conflicts_with_all = ["server", "cacert"])]
    pub sandbox: bool,
    #[command(flatten)]
    pub floor: FloorOptions,
}

/// Whom a command shows of those whom the journal holds.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Session")]
pub struct RecordedOptions {
    #[command(flatten)]
    pub profile: ProfileOptions,
    /// Select every agent that matches, e.g. 'team-*,asha'
    #[arg(long, value_name = "GLOB", value_delimiter = ',', conflicts_with_all = ["profile", "all"])]
    pub profiles: Vec<String>,
    /// Select every agent
    ///
    /// This is the default, unless DEEPCALL_PROFILE names one.
    #[arg(short, long, conflicts_with = "profile")]
    pub all: bool,
    /// Show the past of a simulated floor
    ///
    /// It needs no account and no journal.
    #[arg(long)]
    pub sandbox: bool,
    #[command(flatten)]
    pub floor: FloorOptions,
}

/// Which floor a sandbox simulates.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Session")]
pub struct FloorOptions {
    /// Which simulated floor to show; the same seed shows the same floor
    #[arg(long, value_name = "N", default_value_t = 1, requires = "sandbox", hide_short_help = true, value_parser = whole::<u64>(0..=u64::MAX))]
    pub seed: u64,
    /// Number of simulated agents
    #[arg(long, value_name = "N", default_value_t = 14, requires = "sandbox", hide_short_help = true, value_parser = whole::<u16>(1..=5000))]
    pub agents: u16,
}

/// How a command uses the journal.
#[derive(Args, Clone, Copy, Debug, Default)]
pub struct JournalOptions {
    /// Ask the server even while another process records these agents
    ///
    /// Otherwise what that process receives is shown, so that the server is not asked twice.
    #[arg(long, help_heading = "Journal", hide_short_help = true)]
    pub poll: bool,
}

/// Which tags a command shows.
#[derive(Args, Clone, Debug, Default)]
pub struct TagFilterOptions {
    /// Only tags whose kind contains this, e.g. missed
    ///
    /// Separate several kinds with commas: missed,callback.
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    kind: Vec<WantedKind>,
    /// Only tags that match this regular expression
    ///
    /// Case matters only if the expression has a capital letter, as in ripgrep's smart case.
    #[arg(long = "match", value_name = "REGEX", value_parser = expression)]
    matching: Option<Regex>,
}

impl From<&TagFilterOptions> for TagFilter {
    fn from(options: &TagFilterOptions) -> Self {
        Self { kinds: options.kind.clone(), matching: options.matching.clone() }
    }
}

#[derive(Args, Clone, Debug, Default)]
pub struct OutputOptions {
    #[command(flatten)]
    pub format: FormatOptions,
    #[command(flatten)]
    pub values: ValueOptions,
    #[arg(skip)]
    pub rules: OutputRules,
}

/// What a command decides about its output itself, whatever the options are.
#[derive(Clone, Debug, Default)]
pub struct OutputRules {
    /// The format, for a command whose own options choose it.
    pub format: Option<Sourced<Format>>,
    /// Which formats have columns, for a command with more formats than the others.
    pub with_columns: Option<&'static str>,
    /// Whether the answer is a stream of events, which has columns in CSV and TSV only.
    pub is_stream: bool,
    /// The zone, for a command that has another rule for it.
    pub zone: Option<TimeZone>,
    /// Masks even without `--mask`, for output that is meant to be passed on.
    pub always_masked: bool,
}

#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Output")]
pub struct FormatOptions {
    #[arg(short, long, value_name = "FORMAT", value_parser = words(Format::ALL.map(Format::word)), hide_possible_values = true)]
    output: Option<String>,
    /// Print one JSON object; the same as --output json
    #[arg(long, conflicts_with = "output")]
    pub json: bool,
    /// Filter the JSON object with this jq expression
    #[arg(long, value_name = "EXPR", conflicts_with = "output", hide_short_help = true)]
    pub jq: Option<String>,
    #[command(flatten)]
    pub table: TableOptions,
}

impl FormatOptions {
    /// For a command that has options of its own for the format.
    #[must_use]
    pub fn of(table: TableOptions) -> Self {
        Self { table, ..Self::default() }
    }
}

/// The options of a format with columns.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Output")]
pub struct TableOptions {
    /// Show only these columns, e.g. time,kind; +NAME adds one
    ///
    /// A name is a key of the JSON document, or a dotted path into a key that contains an object or a list, such as
    /// fields.queue. +NAME adds its column to the usual ones, or to those that are named without +. For tags, +extra adds
    /// every further single value as fields.NAME. The error about an unknown name lists the known ones.
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub columns: Option<Vec<String>>,
    #[arg(long, hide_short_help = true)]
    no_headers: bool,
    /// Do not put ' before cells of CSV and TSV that a spreadsheet would read as formulas
    #[arg(long, hide_short_help = true)]
    pub csv_raw: bool,
    #[arg(long, value_name = "WHEN", value_parser = words(ColorWhen::ALL.map(ColorWhen::word)), hide_possible_values = true, hide_short_help = true)]
    color: Option<String>,
}

#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Output")]
pub struct ValueOptions {
    #[arg(long, value_name = "ZONE", allow_hyphen_values = true, hide_short_help = true)]
    timezone: Option<String>,
    #[arg(long, value_name = "STYLE", value_parser = words(TimeStyle::ALL.map(TimeStyle::word)), hide_possible_values = true, hide_short_help = true)]
    time: Option<String>,
    #[arg(long, hide_short_help = true)]
    mask: bool,
}

#[derive(Args, Clone, Copy, Debug, Default)]
#[command(next_help_heading = "Messages")]
pub struct VerbosityOptions {
    /// Print only errors on stderr
    #[arg(short, long, conflicts_with = "verbose", hide_short_help = true)]
    pub quiet: bool,
    /// Print more detail on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)
    #[arg(short, long, action = clap::ArgAction::Count, hide_short_help = true)]
    pub verbose: u8,
}

/// Which names there are is known only where they are chosen from.
fn profile_name(text: &str) -> Result<String, String> {
    if text.trim().is_empty() { Err("a profile name is missing".to_owned()) } else { Ok(text.to_owned()) }
}

/// A whole number with these limits; the library's own parsers do not explain a text that is no number.
pub(crate) fn whole<N: FromStr>(limits: RangeInclusive<u64>) -> impl Fn(&str) -> Result<N, String> + Clone {
    move |text| {
        let number: Option<u64> = text.parse().ok().filter(|number| limits.contains(number));
        number.and_then(|_| text.parse().ok()).ok_or_else(|| {
            format!("{text:?} is not a whole number from {} to {}", limits.start(), limits.end())
        })
    }
}

/// An option with other words of help, which are followed by `more` in the long help.
pub(crate) fn explained(argument: Arg, help: &str, more: Option<&str>) -> Arg {
    let long = more.map_or_else(|| help.to_owned(), |more| format!("{help}\n\n{more}"));
    argument.long_help(long).help(help.to_owned())
}

/// Words that a shell can complete. The error about an unknown word suggests the most similar one.
pub(crate) fn words<const N: usize>(words: [&'static str; N]) -> PossibleValuesParser {
    PossibleValuesParser::new(words)
}
