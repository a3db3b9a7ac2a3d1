//! `deepcall config`: shows and changes settings. It never shows a secret, only that one is set.

mod edit;
pub mod values;

use std::io::Write;
use std::path::Path;

use clap::{Args, Subcommand};

use crate::app::App;
use crate::app::console::Outcome;
use crate::app::journal::note_recorders;
use crate::app::options::{FleetOptions, OutputOptions, SandboxOptions, VerbosityOptions};
use crate::app::settings::choice::{SessionSource, session_source};
use crate::app::settings::config_file::ConfigFile;
use crate::app::settings::config_text;
use crate::app::settings::config_text::TextFile;
use crate::app::settings::setting::{Key, Kind};
use crate::app::settings::table;
use crate::app::settings::table::{PROFILE, SETTINGS};
use crate::app::settings::variables::{CREDENTIAL_VARIABLES, VariableKind, credential_in, variables};
use crate::app::settings::{Settings, Source, Sourced};
use crate::commands::config::edit::{Edited, Editor, edit};
use crate::failure::{ExitStatus, Failure};
use crate::report::{Document, Field, Meaning, Report, Row, Shape, Shown};
use crate::store::Profile;

/// Show and change settings
///
/// Settings are kept in config.toml, in the configuration folder. An option overrides a variable, a variable overrides
/// the profile, the profile overrides config.toml, and that overrides the default. `deepcall config set --help` lists the keys.
#[derive(Args, Clone, Debug)]
#[command(disable_help_subcommand = true)]
pub(crate) struct ConfigArgs {
    #[command(subcommand)]
    action: ConfigAction,
}

/// The description of a subcommand is the doc comment of its arguments.
#[derive(Subcommand, Clone, Debug)]
pub(crate) enum ConfigAction {
    /// Print the path of config.toml, even if it does not exist yet
    Path,
    Show(ShowArgs),
    Set(SetArgs),
    Unset(UnsetArgs),
    Edit(EditArgs),
}

/// Show each value in effect, and where it comes from
///
/// A value comes from a variable, the profile in use, config.toml, or the default. A wrong value is an error with exit
/// code 2. For a secret it shows only that it is set.
#[derive(Args, Clone, Debug)]
pub(crate) struct ShowArgs {
    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    verbosity: VerbosityOptions,
}

/// Set a key in config.toml
///
/// The value has the form that its option takes, and is checked before it is written. Comments and the order of the
/// file are kept.
#[derive(Args, Clone, Debug)]
pub(crate) struct SetArgs {
    /// The key, e.g. timezone, watch.interval or alert.break.lunch
    #[arg(value_name = "KEY", long_help = all_keys())]
    key: String,
    /// The new value
    #[arg(value_name = "VALUE", allow_hyphen_values = true)]
    value: String,
    #[command(flatten)]
    verbosity: VerbosityOptions,
}

/// Remove a key from config.toml
#[derive(Args, Clone, Debug)]
pub(crate) struct UnsetArgs {
    /// The key, e.g. timezone, watch.interval or alert.break.lunch
    #[arg(value_name = "KEY")]
    key: String,
    #[command(flatten)]
    verbosity: VerbosityOptions,
}

/// Edit config.toml in an editor
///
/// The editor is the one in VISUAL or EDITOR, or else vi. It edits a copy, which replaces the file once it has no
/// mistakes; a copy with mistakes can be edited again, at once or the next time. The editor requires a terminal, and does
/// not get variables that hold credentials.
#[derive(Args, Clone, Debug)]
pub(crate) struct EditArgs {
    #[command(flatten)]
    verbosity: VerbosityOptions,
}

pub(crate) fn run(args: &ConfigArgs, app: &App) -> Result<ExitStatus, Failure> {
    match &args.action {
        ConfigAction::Path => {
            let mut line = app.folders()?.config_file().into_os_string().into_encoded_bytes();
            line.push(b'\n');
            app.console.stdout().write_all(&line)?;
            Ok(ExitStatus::Done)
        }
        ConfigAction::Show(args) => {
            let renderer = app.renderer(&args.output, args.verbosity, &DOCUMENT)?;
            let path = app.folders()?.config_file();
            let outcome = show(app.settings()?.without_options(), used_profile(app)?.as_ref(), &path)?;
            app.console.answer(outcome, &renderer)
        }
        ConfigAction::Set(args) => set(args, app),
        ConfigAction::Unset(args) => unset(args, app),
        ConfigAction::Edit(args) => {
            app.console.set_verbosity(args.verbosity);
            edit_file(app)
        }
    }
}

fn set(args: &SetArgs, app: &App) -> Result<ExitStatus, Failure> {
    app.console.set_verbosity(args.verbosity);
    let SetArgs { key, value, .. } = args;
    check_key(key)?;
    values::check(key, value).map_err(|why| Failure::usage(format!("{key}: {why}")))?;
    let path = app.folders()?.config_file();
    TextFile::at(path.clone()).update(|before| {
        let after = config_text::set(before, key, value)?;
        ConfigFile::parse(&after, &path)?;
        Ok(after)
    })?;
    app.console.note(&format!("{key} is {value:?} in {}", path.display()));
    // A value in the file has no effect where a variable overrides it.
    let variable = table::find(key).and_then(|(setting, _)| setting.key().variable);
    let credentials = (key == "profile").then_some(CREDENTIAL_VARIABLES).into_iter().flatten();
    if let Some(variable) = variable.into_iter().chain(credentials).find(|name| app.variables.has(name)) {
        app.console.note(&format!("{variable} is set and overrides it"));
    }
    note_recorders_of(key, app);
    Ok(ExitStatus::Done)
}

fn unset(args: &UnsetArgs, app: &App) -> Result<ExitStatus, Failure> {
    app.console.set_verbosity(args.verbosity);
    check_key(&args.key)?;
    let path = app.folders()?.config_file();
    let mut was_set = false;
    if path.exists() {
        TextFile::at(path.clone()).update(|before| {
            let after = config_text::unset(before, &args.key)?;
            was_set = after.is_some();
            Ok(after.unwrap_or_else(|| before.to_owned()))
        })?;
    }
    let (key, path) = (&args.key, path.display());
    app.console.note(&if was_set {
        format!("removed {key} from {path}")
    } else {
        format!("{key} is not set in {path}")
    });
    note_recorders_of(key, app);
    Ok(ExitStatus::Done)
}

/// Notes who goes on with the former value, if that is one of the journal.
fn note_recorders_of(key: &str, app: &App) {
    if key.starts_with("journal.") {
        note_recorders(app);
    }
}

fn edit_file(app: &App) -> Result<ExitStatus, Failure> {
    if !app.terminals.stdin || !app.terminals.stdout {
        return Err(Failure::usage("there is no terminal to edit on").hint(
            "`deepcall config set KEY VALUE` changes a value; `deepcall config path` prints where the file is",
        ));
    }
    let path = app.folders()?.config_file();
    let editor = Editor::of(&app.variables)?;
    let edited = edit(&TextFile::at(path.clone()), &editor, app)?;
    let path = path.display();
    app.console.note(&match edited {
        Edited::Changed => format!("{path} was changed"),
        Edited::Unchanged => format!(
            "{path} was not changed; if `{editor}` opens a window of its own, give it the option to wait, such as \
             VISUAL='code --wait'"
        ),
    });
    Ok(ExitStatus::Done)
}

/// The stored profile that a command without options would use.
fn used_profile(app: &App) -> Result<Option<Profile>, Failure> {
    let source = session_source(FleetOptions::ONE, &SandboxOptions::default(), app.settings()?)?;
    let SessionSource::Stored(choice) = source else { return Ok(None) };
    let profiles = app.folders()?.profiles_file().read()?;
    let default = profiles.default_profile().map(|profile| profile.name.as_str());
    // Without a stored session no profile overrides a setting.
    let chosen = choice.value.pick(profiles.list(), |profile| profile.name.as_str(), default);
    Ok(chosen.ok().and_then(|chosen| chosen.first().map(|profile| (*profile).clone())))
}

fn all_keys() -> String {
    let keys = SETTINGS.iter().map(|setting| setting.key());
    let keys: Vec<String> = keys.map(|key| format!("  {} - {}", key.names().join(", "), key.help)).collect();
    format!("The key; alert.break.REASON takes any reason of a break\n\n{}", keys.join("\n"))
}

/// The document of `deepcall config show`.
pub(crate) static DOCUMENT: Document = Document {
    name: "config",
    rows_key: "config",
    head: &[Field::new("path", "PATH", Meaning::Text, Shown::OnRequest, "where config.toml is or would be")],
    fields: &[
        Field::new(
            "key",
            "KEY",
            Meaning::Name,
            Shown::Always(1),
            "the key in config.toml; for a variable without a key, the variable",
        ),
        Field::new(
            "value",
            "VALUE",
            Meaning::Text,
            Shown::Always(2),
            "the value in effect, in the form that its option takes",
        ),
        Field::new(
            "source",
            "FROM",
            Meaning::Text,
            Shown::Always(3),
            "where it comes from: a variable, a profile, config.toml, default",
        ),
        Field::new("option", "OPTION", Meaning::Text, Shown::Always(4), "the option that overrides it"),
        Field::new("variable", "VARIABLE", Meaning::Text, Shown::OnRequest, "the variable that overrides it"),
        Field::new("about", "ABOUT", Meaning::Text, Shown::OnRequest, "one line about it"),
    ],
    tail: &[],
    shape: Shape::List,
    has_failures: false,
    extra_fields: None,
    empty: "",
};

/// Every value in effect without options. `profile` is the stored one that a command would use.
///
/// # Errors
/// If a variable is not UTF-8: exit code 2.
fn show(settings: Settings<'_>, profile: Option<&Profile>, path: &Path) -> Result<Outcome, Failure> {
    let mut rows = vec![session(settings, profile)];
    let mut notes = vec![];
    let mut add = |name: &str, key: &Key, found: Sourced<Option<String>>| {
        if let (Some(value), Source::Variable(_) | Source::ConfigFile) = (&found.value, &found.source)
            && let Err(why) = values::check(name, value)
        {
            notes.push(format!("{}, {name}: {why}", found.source));
        }
        rows.push(row(name, found, key.option, key.variable, key.help));
    };
    for setting in SETTINGS {
        let key = setting.key();
        if let Kind::Names(_) = key.kind {
            for (name, value) in settings.config.chosen(key) {
                let found = Sourced::new(Some(value.to_owned()), Source::ConfigFile);
                add(&format!("{}.{name}", key.name), key, found);
            }
        } else {
            add(key.name, key, value(key, settings, profile)?);
        }
    }
    rows.extend(variables_without_key(settings));
    let status = if notes.is_empty() { ExitStatus::Done } else { ExitStatus::Usage };
    let head = Row::new(DOCUMENT.head).with("path", path.display().to_string());
    let report = Report { head, notes, ..Report::new(&DOCUMENT, rows) };
    Ok(Outcome { report, status })
}

fn value(
    key: &Key,
    settings: Settings<'_>,
    profile: Option<&Profile>,
) -> Result<Sourced<Option<String>>, Failure> {
    if let Some(found) = settings.of(profile).text(key)? {
        return Ok(Sourced::new(Some(found.value.into_owned()), found.source));
    }
    let default = match profile {
        Some(profile) if key.name == PROFILE.key.name => Some(profile.name.to_string()),
        _ => key.default.map(str::to_owned),
    };
    Ok(Sourced::new(default, Source::Default))
}

/// The variables that are set and have no key. Their values are not shown, because the address of a proxy may contain a
/// password.
fn variables_without_key(settings: Settings<'_>) -> impl Iterator<Item = Row> + '_ {
    let chosen = variables().filter(|variable| variable.kind == VariableKind::Choice);
    chosen.filter(move |variable| settings.variables.has(variable.name)).map(|variable| {
        Row::new(DOCUMENT.fields)
            .with("key", variable.name)
            .with("value", "set")
            .with("source", variable.name)
            .with("variable", variable.name)
            .with("about", variable.help.into_owned())
    })
}

/// Where the session comes from, without the session itself.
fn session(settings: Settings<'_>, profile: Option<&Profile>) -> Row {
    let variable = credential_in(settings.variables);
    let found = match (variable, profile) {
        (Some(variable), _) => Sourced::new(Some("set".to_owned()), Source::Variable(variable)),
        (None, Some(profile)) => {
            Sourced::new(Some("stored".to_owned()), Source::Profile(profile.name.to_string()))
        }
        (None, None) => Sourced::new(None, Source::Default),
    };
    row(
        "session",
        found,
        "login",
        variable,
        "the session of an agent; never shown, and not a key of the file",
    )
}

fn row(
    key: &str,
    found: Sourced<Option<String>>,
    option: &str,
    variable: Option<&'static str>,
    about: &str,
) -> Row {
    let option = (!option.is_empty()).then_some(option);
    Row::new(DOCUMENT.fields)
        .with("key", key)
        .with("value", found.value)
        .with("source", found.source.to_string())
        .with("option", option)
        .with("variable", variable)
        .with("about", about)
}

/// # Errors
/// If there is no such key: exit code 2, with the most similar key as a hint.
fn check_key(name: &str) -> Result<(), Failure> {
    if table::find(name).is_some() {
        return Ok(());
    }
    let failure = Failure::usage(format!("config.toml has no key {name:?}"));
    Err(match table::nearest(name) {
        Some(nearest) => failure.hint(format!("did you mean `{nearest}`?")),
        None => failure.hint("`deepcall config set --help` lists all keys"),
    })
}
