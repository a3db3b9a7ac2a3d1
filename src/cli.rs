//! The command line: its definition, which man pages and completions use too, and the call of the command.

mod candidates;
pub(crate) mod complete;
pub mod examples;
mod order;
mod shape;

use std::ffi::OsString;
use std::io::Write;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::App;
use crate::app::console::Messages;
use crate::app::options::{OutputOptions, QueryOptions, VerbosityOptions};
use crate::app::settings::Typed;
use crate::commands;
use crate::commands::api::ApiArgs;
use crate::commands::break_status::BreakStatusArgs;
use crate::commands::completions::CompletionsArgs;
use crate::commands::config::ConfigArgs;
use crate::commands::doctor::DoctorArgs;
use crate::commands::explain::ExplainArgs;
use crate::commands::journal::JournalArgs;
use crate::commands::login::LoginArgs;
use crate::commands::logout::LogoutArgs;
use crate::commands::ping::PingArgs;
use crate::commands::profiles::ProfilesArgs;
use crate::commands::record::RecordArgs;
use crate::commands::sandbox::SandboxArgs;
use crate::commands::schema::SchemaArgs;
use crate::commands::serve::ServeArgs;
use crate::commands::shift::ShiftArgs;
use crate::commands::status::StatusArgs;
use crate::commands::tags::TagsArgs;
use crate::commands::watch::WatchArgs;
use crate::commands::wrapup::WrapupArgs;
use crate::failure::{ExitStatus, Failure};
use crate::moment::date;
use crate::output::text::sanitize::sanitize_lines;
use crate::words::nearest;

/// Notification tags, breaks and wrap-ups of DeepCall agents
#[derive(Parser, Debug)]
#[command(
    name = "deepcall",
    version,
    propagate_version = true,
    subcommand_required = true,
    args_override_self = true,
    disable_help_subcommand = true
)]
pub(crate) struct Top {
    // These may precede the command; `order` moves them behind it, where they have an effect.
    #[command(flatten)]
    query: QueryOptions,
    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    verbosity: VerbosityOptions,
}

/// Every command with its arguments, whose doc comment is its description, and with what runs it.
macro_rules! commands {
    ($($word:literal $name:ident($args:ty): $run:expr;)*) => {
        #[derive(Subcommand, Clone, Debug)]
        pub(crate) enum Command {
            $(#[command(name = $word)] $name($args),)*
        }

        /// The name of each command, and what adds its options to a definition.
        const COMMANDS: &[(&str, fn(clap::Command) -> clap::Command)] = &[$(($word, <$args>::augment_args),)*];

        impl Command {
            pub(crate) fn run(&self, app: &App) -> Result<ExitStatus, Failure> {
                match self {
                    $(Self::$name(args) => $run(args, app),)*
                }
            }
        }
    };
}

commands! {
    "login" Login(LoginArgs): commands::login::run;
    "logout" Logout(LogoutArgs): commands::logout::run;
    "profiles" Profiles(ProfilesArgs): commands::profiles::run;
    "status" Status(StatusArgs): commands::status::run;
    "tags" Tags(TagsArgs): commands::tags::run;
    "break-status" BreakStatus(BreakStatusArgs): commands::break_status::run;
    "wrapup" Wrapup(WrapupArgs): commands::wrapup::run;
    "watch" Watch(WatchArgs): commands::watch::run;
    "serve" Serve(ServeArgs): commands::serve::run;
    "record" Record(RecordArgs): commands::record::run;
    "shift" Shift(ShiftArgs): commands::shift::run;
    "journal" Journal(JournalArgs): commands::journal::run;
    "ping" Ping(PingArgs): commands::ping::run;
    "api" Api(ApiArgs): commands::api::run;
    "sandbox" Sandbox(SandboxArgs): commands::sandbox::run;
    "config" Config(ConfigArgs): commands::config::run;
    "doctor" Doctor(DoctorArgs): commands::doctor::run;
    "schema" Schema(SchemaArgs): commands::schema::run;
    "explain" Explain(ExplainArgs): commands::explain::run;
    "completions" Completions(CompletionsArgs): |args, app| commands::completions::run(args, definition(), app);
}

/// With the texts and the layout of help, which [`parse`] does without.
#[must_use]
pub fn definition() -> clap::Command {
    definition_with_help_of(|_| true)
}

/// The same, where only some commands have the help that is printed about one of them.
fn definition_with_help_of(is_shown: impl Fn(&str) -> bool) -> clap::Command {
    shape::shaped(Command::augment_subcommands(Top::command()), is_shown)
}

/// A parsed command line.
#[derive(Debug)]
pub struct Parsed {
    pub(crate) command: Command,
    /// The options that are settings.
    pub typed: Typed,
}

/// # Errors
/// Help, version, or a mistake, as clap reports them.
pub fn parse(arguments: Vec<OsString>) -> Result<Parsed, clap::Error> {
    if !may_want_help(&arguments)
        && let Ok(parsed) = parse_by(definition_for(&arguments), arguments.clone())
    {
        return Ok(parsed);
    }
    let definition = definition_with_help_of(|name| names(&arguments, name));
    let wants_long_help = ["help", "--help"].iter().any(|word| names(&arguments, word));
    parse_by(if wants_long_help { definition } else { shape::on_one_screen(definition) }, arguments)
}

/// A definition that is enough for arguments without a mistake: only the commands that they name have their options, and
/// nothing has the texts of help. To make the whole one is a quarter of the work of a short command.
fn definition_for(arguments: &[OsString]) -> clap::Command {
    COMMANDS.iter().fold(Top::command(), |top, (name, options)| {
        let command = clap::Command::new(*name);
        top.subcommand(if names(arguments, name) { options(command) } else { command })
    })
}

fn names(arguments: &[OsString], command: &str) -> bool {
    arguments.iter().any(|argument| argument == command)
}

fn may_want_help(arguments: &[OsString]) -> bool {
    let words = ["help", "-h", "--help", "-V", "--version"];
    arguments.iter().any(|argument| words.iter().any(|word| argument == word))
}

fn parse_by(mut definition: clap::Command, arguments: Vec<OsString>) -> Result<Parsed, clap::Error> {
    let arguments = order::help_behind_command(&definition, arguments);
    let arguments = order::values_with_minus_joined(&definition, arguments);
    let arguments = order::options_behind_command(&definition, arguments);
    let matches = definition.try_get_matches_from_mut(&arguments);
    let matches = matches.map_err(|error| with_tip(error, &definition, &arguments))?;
    let command = Command::from_arg_matches(&matches)?;
    Ok(Parsed { command, typed: Typed::of(&definition, &matches) })
}

/// Replaces clap's tip where a better one is known.
fn with_tip(mut error: clap::Error, definition: &clap::Command, arguments: &[OsString]) -> clap::Error {
    if let Some(tip) = tip_about_removal(&error, arguments) {
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
        return error;
    }
    if let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand) {
        // clap offers each word that has letters in common with the wrong one, such as "tags" for "stauts".
        let commands = named(definition, arguments).get_subcommands().map(clap::Command::get_name);
        if let Some(nearest) = nearest(word, commands).map(str::to_owned) {
            error.insert(ContextKind::SuggestedSubcommand, ContextValue::String(nearest));
        }
        return error;
    }
    let unknown = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(word)) if error.kind() == ErrorKind::UnknownArgument => word.clone(),
        _ => return error,
    };
    let tip = tip_about_sandbox(&unknown, arguments).map(str::to_owned);
    let tip = tip.or_else(|| tip_about_shift(&unknown, arguments));
    if let Some(tip) = tip.or_else(|| tip_about_profile(&unknown, named(definition, arguments), arguments)) {
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
        return error;
    }
    // Of a cluster of letters clap names the one that it does not know.
    let is_it = |word: &str| {
        word.starts_with('-')
            && !word.starts_with("--")
            && unknown.strip_prefix('-').is_some_and(|letter| word.contains(letter))
    };
    if let Some((option, value)) =
        order::options_with_next_word(definition, arguments).find(|(_, next)| is_it(next))
    {
        let tip = format!("if {value:?} is the value of {option}, write {option}={value}");
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    }
    error
}

/// The command that is named, or the command of several that is.
fn named<'d>(definition: &'d clap::Command, arguments: &[OsString]) -> &'d clap::Command {
    arguments.iter().fold(definition, |command, word| command.find_subcommand(word).unwrap_or(command))
}

/// A profile that is no argument of its own, or the names of files that a shell has put in place of a pattern.
fn tip_about_profile(unknown: &str, command: &clap::Command, arguments: &[OsString]) -> Option<String> {
    if unknown.starts_with('-') {
        return None;
    }
    let has = |option| command.get_arguments().any(|argument| argument.get_long() == Some(option));
    if has("profiles") && arguments.iter().any(|it| it == "--profiles") {
        return Some("put a pattern into quotes, or the shell replaces it by names of files".to_owned());
    }
    let path = command.get_bin_name().unwrap_or("deepcall");
    has("profile").then(|| format!("to name a profile, write `{path} --profile {unknown}`"))
}

/// What other programs call the removal of what they keep.
fn tip_about_removal(error: &clap::Error, arguments: &[OsString]) -> Option<&'static str> {
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand) else { return None };
    let is_removal =
        ["clear", "clean", "delete", "erase", "purge", "remove", "reset", "rm"].contains(&&**word);
    (is_removal && arguments.iter().any(|it| it == "journal")).then_some(
        "`deepcall journal prune` deletes what is old, `deepcall journal forget AGENT` erases an agent",
    )
}

/// The past of a sandbox is in no file that could be written or looked at.
fn tip_about_sandbox(unknown: &str, arguments: &[OsString]) -> Option<&'static str> {
    let is_about_the_file = ["journal", "record"].iter().any(|name| arguments.iter().any(|it| it == name));
    (unknown == "--sandbox" && is_about_the_file).then_some(
        "the past of a sandbox is in no file: `deepcall journal export --sandbox` and \
         `deepcall --sandbox tags --since 8h` show it",
    )
}

/// A day or a format of `shift` that is neither an argument nor an option of its own.
fn tip_about_shift(unknown: &str, arguments: &[OsString]) -> Option<String> {
    let word = unknown.trim_start_matches('-');
    let option = match word {
        "html" | "xlsx" | "markdown" | "csv" | "tsv" => "--output",
        _ => "--day",
    };
    // Whether it is a day is the same at any time.
    let any = Timestamp::UNIX_EPOCH.to_zoned_datetime(TimeZone::UTC);
    let is_meant = option == "--output" || date(word, &any).is_ok();
    let is_shift = arguments.iter().any(|it| it == "shift");
    (is_shift && is_meant).then(|| format!("`deepcall shift {option} {word}`"))
}

/// Writes what clap reported: help and version go to stdout, a mistake is a usage error.
pub(crate) fn report(error: &clap::Error, app: &App) -> ExitStatus {
    let console = &app.console;
    let text = error.render();
    if !error.use_stderr() {
        let text = if app.terminals.stdout { text.ansi().to_string() } else { text.to_string() };
        let written = console.stdout().write_all(text.as_bytes());
        return console.finish(written.map(|()| ExitStatus::Done).map_err(Failure::from));
    }
    let painted = text.ansi().to_string();
    let plain = without_colors(&painted);
    let Messages { color, errors_as_json, .. } = console.messages();
    if errors_as_json {
        let message = plain.trim_start_matches("error: ").trim_end();
        let (first, rest) = message.split_once('\n').unwrap_or((message, ""));
        let hints = rest.lines().map(str::trim).filter(|line| !line.is_empty());
        return console.finish(Err(hints.fold(Failure::usage(first), Failure::hint)));
    }
    // The error quotes what was typed. If that contains control characters, the text is printed without colours.
    let harmless = sanitize_lines(&plain);
    let shown = if color && harmless == plain { &painted } else { &*harmless };
    console.stderr(|out| out.write_all(shown.as_bytes()));
    ExitStatus::Usage
}

/// The text without the colours of clap. Other control sequences stay, because they were typed.
fn without_colors(painted: &str) -> String {
    const OWN: [&str; 6] = ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[4m", "\u{1b}[31m", "\u{1b}[32m", "\u{1b}[33m"];
    OWN.iter().fold(painted.to_owned(), |text, code| text.replace(code, ""))
}

/// The format that was typed, for a command line that cannot be parsed.
#[must_use]
pub(crate) fn typed_format(arguments: &[OsString]) -> Option<String> {
    let mut words =
        arguments.iter().filter_map(|argument| argument.to_str()).take_while(|word| *word != "--");
    let mut typed = None;
    while let Some(word) = words.next() {
        let glued = word.strip_prefix("--output=").or_else(|| word.strip_prefix("-o="));
        let glued = glued.or_else(|| word.strip_prefix("-o").filter(|rest| !rest.is_empty()));
        if matches!(word, "-o" | "--output") {
            typed = words.next();
        } else if glued.is_some() {
            typed = glued;
        } else if matches!(word, "--json" | "--jq") || word.starts_with("--jq=") {
            typed = Some("json");
        }
    }
    typed.map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_sound() {
        definition().debug_assert();
    }

    #[test]
    fn texts_of_help_change_nothing_about_what_can_be_typed() {
        fn same(with: &clap::Command, without: &clap::Command, name: &str) {
            let options = |command: &clap::Command| -> Vec<String> {
                let own = command
                    .get_arguments()
                    .filter(|arg| !["help", "version"].contains(&arg.get_id().as_str()));
                own.map(|arg| {
                    let spelled = (arg.get_long_and_visible_aliases(), arg.get_short_and_visible_aliases());
                    let values = (arg.get_num_args(), arg.get_action(), arg.get_default_values());
                    format!("{} {spelled:?} {values:?} {}", arg.get_id(), arg.is_required_set())
                })
                .collect()
            };
            assert_eq!(options(with), options(without), "of {name}");
            let [below_with, below_without] = [with, without]
                .map(|command| command.get_subcommands().map(clap::Command::get_name).collect::<Vec<_>>());
            assert_eq!(below_with, below_without, "of {name}");
            for (with, without) in with.get_subcommands().zip(without.get_subcommands()) {
                same(with, without, with.get_name());
            }
        }
        let every_name: Vec<OsString> = COMMANDS.iter().map(|(name, _)| name.into()).collect();
        let [mut with, mut without] = [definition(), definition_for(&every_name)];
        with.build();
        without.build();
        same(&with, &without, "deepcall");
    }

    #[test]
    fn an_option_without_effect_is_refused_in_every_position() {
        for line in ["deepcall --mask completions bash", "deepcall completions bash --mask"] {
            let error = parse(line.split(' ').map(OsString::from).collect()).unwrap_err();
            assert_eq!(error.kind(), clap::error::ErrorKind::UnknownArgument, "for {line}");
        }
    }

    #[test]
    fn the_format_is_found_in_each_spelling() {
        for (line, format) in [
            ("deepcall tags --json", Some("json")),
            ("deepcall -o json tags", Some("json")),
            ("deepcall tags -ondjson", Some("ndjson")),
            ("deepcall tags --output=json", Some("json")),
            ("deepcall tags --jq .x", Some("json")),
            ("deepcall tags -o table", Some("table")),
            ("deepcall tags json", None),
            ("deepcall tags -- --json", None),
            ("deepcall tags -o", None),
        ] {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            assert_eq!(typed_format(&words).as_deref(), format, "for {line}");
        }
    }
}
