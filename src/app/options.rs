//! Options that several commands share, in groups. A command flattens just the groups that have a
//! meaning for it, so that an option elsewhere is a usage error and not silence.
//!
//! The fields of options that stand for settings are private: `Settings::get` finds what counts, and the table of
//! settings has their help.

use clap::builder::PossibleValuesParser;
use clap::{ArgGroup, Args};

use crate::app::settings::Sourced;
use crate::app::settings::table::{JOBS, RETRIES, TIMEOUT};
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
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
}

/// One question to many profiles.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Session", group = ArgGroup::new(MANY).args(["profiles", "all"]).multiple(true))]
pub struct FleetOptions {
    /// Query every profile that matches, e.g. 'team-*,asha'
    #[arg(long, value_name = "GLOB", value_delimiter = ',', conflicts_with_all = ["profile", "all"])]
    pub profiles: Vec<String>,
    /// Query every stored profile, or every simulated agent
    #[arg(long, conflicts_with = "profile")]
    pub all: bool,
    #[arg(long, value_name = "N", requires = MANY, value_parser = JOBS.checked(), hide_short_help = true)]
    jobs: Option<String>,
}

impl FleetOptions {
    /// For a command that asks one agent.
    pub const ONE: &Self = &Self { profiles: vec![], all: false, jobs: None };
}

/// Which server, and how patiently.
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

/// How to read the times of replies.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Connection")]
pub struct ServerTimeOptions {
    #[arg(long, value_name = "ZONE", allow_hyphen_values = true, hide_short_help = true)]
    server_timezone: Option<String>,
}

/// A simulated server instead of the real one.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Session")]
pub struct SandboxOptions {
    /// Query a simulated DeepCall inside this process
    ///
    /// Uses the real client over HTTP, but needs no account, no keyring and no files.
    #[arg(long, conflicts_with_all = ["server", "cacert"])]
    pub sandbox: bool,
    /// Which simulated floor to show; the same seed shows the same floor
    #[arg(long, value_name = "N", default_value_t = 1, requires = "sandbox", hide_short_help = true)]
    pub seed: u64,
    /// How many agents are simulated
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
    #[arg(short, long, value_name = "FORMAT", value_parser = words(Format::ALL.map(Format::word)), hide_possible_values = true)]
    output: Option<String>,
    /// Print one JSON object; the same as --output json
    #[arg(long, conflicts_with = "output")]
    pub json: bool,
    /// Filter the JSON object with this jq expression
    #[arg(long, value_name = "EXPR", conflicts_with = "output", hide_short_help = true)]
    pub jq: Option<String>,
    /// Show these columns, e.g. time,kind,fields.queue
    ///
    /// Keys of the JSON document, or dotted paths into keys that contain objects or lists. An unknown name is an
    /// error that lists the known ones.
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub columns: Option<Vec<String>>,
    #[arg(long, hide_short_help = true)]
    no_headers: bool,
    /// Do not put ' before cells of CSV and TSV that a spreadsheet would read as formulas
    #[arg(long, hide_short_help = true)]
    pub csv_raw: bool,
    #[arg(long, value_name = "WHEN", value_parser = words(ColorWhen::ALL.map(ColorWhen::word)), hide_possible_values = true, hide_short_help = true)]
    color: Option<String>,
    /// Of a command whose own options decide it.
    #[arg(skip)]
    pub decided: Option<Sourced<Format>>,
}

impl FormatOptions {
    /// Those of a command that has other options for the format.
    #[must_use]
    pub fn deciding(decided: Option<Sourced<Format>>, columns: Option<Vec<String>>, csv_raw: bool) -> Self {
        Self { columns, csv_raw, decided, ..Self::default() }
    }
}

/// How the values of an answer are shown.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Output")]
pub struct ValueOptions {
    #[arg(long, value_name = "ZONE", allow_hyphen_values = true, hide_short_help = true)]
    timezone: Option<String>,
    #[arg(long, hide_short_help = true)]
    mask: bool,
    /// Whatever was chosen: for answers that are passed on.
    #[arg(skip)]
    pub always_masked: bool,
}

/// What is told on stderr.
#[derive(Args, Clone, Copy, Debug, Default)]
#[command(next_help_heading = "Messages")]
pub struct TalkOptions {
    /// Print only errors on stderr
    #[arg(short, long, conflicts_with = "verbose", hide_short_help = true)]
    pub quiet: bool,
    /// Print more detail on stderr: sources and requests (-v), timings (-vv), bodies without secrets (-vvv)
    #[arg(short, long, action = clap::ArgAction::Count, hide_short_help = true)]
    pub verbose: u8,
}

/// Words that a shell can complete, and of which the nearest is suggested.
pub(crate) fn words<const N: usize>(words: [&'static str; N]) -> PossibleValuesParser {
    PossibleValuesParser::new(words)
}
