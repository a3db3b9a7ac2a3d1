//! Options that several commands share, in groups. A command flattens just the groups that have a
//! meaning for it, so that an option elsewhere is a usage error and not silence.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgGroup, Args};

use crate::app::settings::table::{JOBS, RETRIES};
use crate::output::presentation::{ColorWhen, Format};

/// The options that ask many profiles.
pub const MANY: &str = "many";

/// A question to the server: for one profile or many, with an answer in any format.
#[derive(Args, Clone, Debug, Default)]
pub struct QuestionOptions {
    /// Whom to ask.
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
    /// How the answer looks.
    #[command(flatten)]
    pub output: OutputOptions,
    /// What is told beside it.
    #[command(flatten)]
    pub talk: TalkOptions,
}

/// Which stored session asks.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Session")]
pub struct ProfileOptions {
    /// Use the session stored under this name
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
}

/// One question to many profiles.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Session", group = ArgGroup::new(MANY).args(["profiles", "all"]).multiple(true))]
pub struct FleetOptions {
    /// Ask every profile that matches, e.g. 'team-*,asha'
    #[arg(long, value_name = "GLOB", value_delimiter = ',', conflicts_with_all = ["profile", "all"])]
    pub profiles: Vec<String>,
    /// Ask every stored profile, or every simulated agent
    #[arg(long, conflicts_with = "profile")]
    pub all: bool,
    /// How many profiles to ask at the same time [default: 16]
    #[arg(long, value_name = "N", requires = MANY, value_parser = JOBS.parse, hide_short_help = true)]
    pub jobs: Option<u16>,
}

impl FleetOptions {
    /// For a command that asks one agent.
    pub const ONE: &Self = &Self { profiles: vec![], all: false, jobs: None };
}

/// Which server, and how patiently.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Connection")]
pub struct ConnectionOptions {
    /// Address of the server [default: v4-api.deepcall.com, by https]
    #[arg(long, value_name = "URL", hide_short_help = true)]
    pub server: Option<String>,
    /// Trust the certificate authorities in this PEM file as well
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub cacert: Option<PathBuf>,
    /// Give up after this long, with exit code 124, e.g. 10s or 1m30s
    #[arg(long, value_name = "DURATION", value_parser = crate::moment::duration, hide_short_help = true)]
    pub timeout: Option<Duration>,
    /// How often to try again when the server is in trouble [default: 2, for ping 1]
    #[arg(long, value_name = "N", value_parser = RETRIES.parse, hide_short_help = true)]
    pub retries: Option<u8>,
}

/// How to read the times of replies.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Connection")]
pub struct ServerTimeOptions {
    /// Time zone of server times that name none [default: +05:30]
    #[arg(long, value_name = "ZONE", allow_hyphen_values = true, hide_short_help = true)]
    pub server_timezone: Option<String>,
}

/// A simulated server instead of the real one.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Session")]
pub struct SandboxOptions {
    /// Ask a simulated DeepCall inside this process
    ///
    /// The real client over real HTTP, but no account, no keyring, no files.
    #[arg(long, conflicts_with_all = ["server", "cacert"])]
    pub sandbox: bool,
    /// Which simulated floor to show; the same seed shows the same floor
    #[arg(long, value_name = "N", default_value_t = 1, requires = "sandbox", hide_short_help = true)]
    pub seed: u64,
    /// How many agents work on it
    #[arg(long, value_name = "N", default_value_t = 14, requires = "sandbox", hide_short_help = true, value_parser = clap::value_parser!(u16).range(1..=5000))]
    pub agents: u16,
}

/// How the answer looks.
#[derive(Args, Clone, Debug, Default)]
pub struct OutputOptions {
    /// In which format.
    #[command(flatten)]
    pub format: FormatOptions,
    /// With which times and numbers.
    #[command(flatten)]
    pub values: ValueOptions,
}

/// In which format the answer is written.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Output")]
pub struct FormatOptions {
    /// table, json, ndjson, csv or tsv [default: table]
    #[arg(short, long, value_name = "FORMAT", value_parser = formats(), hide_possible_values = true)]
    pub output: Option<Format>,
    /// Print one JSON object; the same as --output json
    #[arg(long, conflicts_with = "output")]
    pub json: bool,
    /// Print what this jq expression makes of the JSON object
    #[arg(long, value_name = "EXPR", conflicts_with = "output", hide_short_help = true)]
    pub jq: Option<String>,
    /// Show these columns, e.g. time,kind,fields.queue
    ///
    /// Named keys of the JSON document, and dotted paths below those that hold objects or lists. A wrong name is
    /// refused with the list of those that are known.
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub columns: Option<Vec<String>>,
    /// Leave out the line of headings
    #[arg(long, hide_short_help = true)]
    pub no_headers: bool,
    /// Leave out the ' before cells of CSV and TSV that a spreadsheet would take for formulas
    #[arg(long, hide_short_help = true)]
    pub csv_raw: bool,
    /// When to use colour: auto, always or never [default: auto]
    #[arg(long, value_name = "WHEN", value_parser = color_choices(), hide_possible_values = true, hide_short_help = true)]
    pub color: Option<ColorWhen>,
}

/// How the values of an answer are shown.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Output")]
pub struct ValueOptions {
    /// Time zone of the times shown, e.g. Asia/Kolkata or UTC [default: the system's]
    #[arg(long, value_name = "ZONE", allow_hyphen_values = true, hide_short_help = true)]
    pub timezone: Option<String>,
    /// Hide phone numbers but for the last three digits
    #[arg(long, hide_short_help = true)]
    pub mask: bool,
}

/// What is told on stderr.
#[derive(Args, Clone, Copy, Debug, Default)]
#[command(next_help_heading = "Messages")]
pub struct TalkOptions {
    /// Say nothing on stderr but errors
    #[arg(short, long, conflicts_with = "verbose", hide_short_help = true)]
    pub quiet: bool,
    /// Say more on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)
    #[arg(short, long, action = clap::ArgAction::Count, hide_short_help = true)]
    pub verbose: u8,
}

fn formats() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.map(Format::word)).try_map(|word| word.parse::<Format>())
}

/// The words of `--color`.
pub(crate) fn color_choices() -> impl TypedValueParser<Value = ColorWhen> {
    PossibleValuesParser::new(ColorWhen::ALL.map(ColorWhen::word)).try_map(|word| word.parse::<ColorWhen>())
}
