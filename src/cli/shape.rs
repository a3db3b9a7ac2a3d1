//! The layout of help: purpose, examples, usage, options by group. `-h` leaves out rarely used options
//! (`hide_short_help`), and fits a screen of 24 lines of 80 columns together with the prompt below it.

use clap::{Arg, ArgAction, Command};

use crate::app::options::explained;
use crate::app::settings::table::SETTINGS;
use crate::cli::examples::{Example, of, section};

/// Without the empty lines and the headings of [`LAYOUT`]: the list of all commands is as long as a screen.
const ONE_SCREEN: &str = "\
{about-with-newline}{usage-heading} {usage}
{subcommands}
{options}";

const LAYOUT: &str = "\
{about-with-newline}
{before-help}{usage-heading} {usage}

{all-args}";

/// The examples of `deepcall --help`.
const FIRST_STEPS: &[Example] = &[
    ("Without an account: a simulated DeepCall", "deepcall --sandbox status"),
    ("With an account: store a session", "deepcall login"),
    ("Then see who is where, now and for a whole shift", "deepcall status\n  deepcall watch --all"),
];

/// Of a command for which `is_shown` is false, there is only what the list of all commands shows.
pub(crate) fn shaped(definition: Command, is_shown: impl Fn(&str) -> bool) -> Command {
    with_version(definition)
        .help_template(LAYOUT)
        .before_long_help(section(FIRST_STEPS))
        .mut_args(|argument| described(argument.hide_short_help(true), ""))
        .mut_subcommands(|command| {
            let name = command.get_name().to_owned();
            if is_shown(&name) { shaped_command(command, &name) } else { command }
        })
}

/// `deepcall -h` has no room for headings.
pub(crate) fn on_one_screen(definition: Command) -> Command {
    definition.help_template(ONE_SCREEN)
}

/// `name` is the full name of the command, such as `config show`.
fn shaped_command(command: Command, name: &str) -> Command {
    with_version(command)
        .help_template(LAYOUT)
        .before_long_help(section(of(name)))
        .mut_args(|argument| described(argument, name))
        .mut_subcommands(|below| {
            let name = format!("{name} {}", below.get_name());
            shaped_command(below, &name)
        })
}

/// clap's own `--version` cannot be left out of the short help.
fn with_version(command: Command) -> Command {
    let version = Arg::new("version").short('V').long("version").help("Print version");
    let version = version.action(ArgAction::Version).help_heading(None).display_order(1000);
    command.disable_version_flag(true).arg(version.hide_short_help(true))
}

/// The help of an option that is a setting comes from the table of settings.
fn described(argument: Arg, command: &str) -> Arg {
    let long = argument.get_long().filter(|_| argument.get_help().is_none());
    let keys = || SETTINGS.iter().map(|setting| setting.key());
    let Some(key) = long.and_then(|long| keys().find(|key| key.is_option_of(command, long))) else {
        return argument;
    };
    explained(argument, &key.option_help(), key.more)
}
