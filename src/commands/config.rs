//! `deepcall config`: where lasting choices are, what counts and why, and how to change them.
//! It never shows a secret, only that one is set.

pub mod edit;
pub mod values;

use std::path::Path;

use clap::{Args, Subcommand};

use crate::app::config_file::keys;
use crate::app::config_file::keys::{KEYS, Key};
use crate::app::options::{OutputOptions, TalkOptions};
use crate::app::settings::variables::VARIABLES;
use crate::app::settings::who::CREDENTIAL_VARIABLES;
use crate::app::settings::{Layers, Source, Sourced};
use crate::commands::Outcome;
use crate::failure::{ExitStatus, Failure};
use crate::report::{Document, Field, Meaning, Report, Row, Shape, Shown, Value};
use crate::store::Profile;

/// Show and change lasting choices
///
/// They stand in config.toml, in the configuration folder. An option wins over a variable, a variable over what is
/// kept with a profile, that over config.toml, and that over the default. `deepcall config set --help` lists the keys.
#[derive(Args, Clone, Debug)]
#[command(disable_help_subcommand = true)]
pub struct ConfigArgs {
    /// What to do.
    #[command(subcommand)]
    pub action: ConfigAction,
}

/// What can be done with lasting choices. Each is described where its arguments are.
#[derive(Subcommand, Clone, Debug)]
#[expect(missing_docs, reason = "help would take it in place of what the arguments say")]
pub enum ConfigAction {
    /// Print where the file is, or would be
    Path,
    Show(ShowArgs),
    Set(SetArgs),
    Unset(UnsetArgs),
    Edit(EditArgs),
}

/// Show each value that counts, and where it comes from
///
/// From a variable, from the profile that would be used, from config.toml, or by default. A wrong value is told, with
/// exit code 2. Of a secret it shows only that it is set.
#[derive(Args, Clone, Debug)]
pub struct ShowArgs {
    /// How it looks.
    #[command(flatten)]
    pub output: OutputOptions,
    /// What is told beside it.
    #[command(flatten)]
    pub talk: TalkOptions,
}

/// Write a value into the file
///
/// The value is written as its option would take it, and checked as it is when it is read. Comments and order stay.
#[derive(Args, Clone, Debug)]
pub struct SetArgs {
    /// Which, e.g. timezone, watch.interval or alert.break.lunch
    #[arg(value_name = "KEY", long_help = all_keys())]
    pub key: String,
    /// The new value
    #[arg(value_name = "VALUE", allow_hyphen_values = true)]
    pub value: String,
    /// What is told beside it.
    #[command(flatten)]
    pub talk: TalkOptions,
}

/// Take a value out of the file
#[derive(Args, Clone, Debug)]
pub struct UnsetArgs {
    /// Which, e.g. timezone, watch.interval or alert.break.lunch
    #[arg(value_name = "KEY")]
    pub key: String,
    /// What is told beside it.
    #[command(flatten)]
    pub talk: TalkOptions,
}

/// Open the file in an editor
///
/// The editor that VISUAL or EDITOR names, else vi, gets a copy. Only a copy without mistakes replaces the file; one
/// with mistakes can be edited again, and is kept. The editor is given no credentials.
#[derive(Args, Clone, Debug)]
pub struct EditArgs {
    /// What is told beside it.
    #[command(flatten)]
    pub talk: TalkOptions,
}

/// The keys with what they mean, for the help of `set`.
fn all_keys() -> String {
    let keys = KEYS.iter().map(|key| format!("\n  {} - {}", key.name, key.about));
    let keys: String = keys.collect();
    format!("Which key; one of the table [alert] is any limit of watch, e.g. alert.break.lunch\n{keys}")
}

/// The document of `deepcall config show`.
pub static DOCUMENT: Document = Document {
    name: "config",
    rows_key: "config",
    head: &[Field::new("path", "PATH", Meaning::Text, Shown::OnRequest, "where config.toml is or would be")],
    fields: &[
        Field::new(
            "key",
            "KEY",
            Meaning::Name,
            Shown::Always(1),
            "the key in config.toml; for a variable that has none, the variable",
        ),
        Field::new(
            "value",
            "VALUE",
            Meaning::Text,
            Shown::Always(2),
            "the value that counts, as its option would take it",
        ),
        Field::new(
            "source",
            "FROM",
            Meaning::Text,
            Shown::Always(3),
            "where it comes from: a variable, a profile, config.toml, default",
        ),
        Field::new("option", "OPTION", Meaning::Text, Shown::Always(4), "the option that wins over it"),
        Field::new(
            "variable",
            "VARIABLE",
            Meaning::Text,
            Shown::OnRequest,
            "the variable that says the same",
        ),
        Field::new("about", "ABOUT", Meaning::Text, Shown::OnRequest, "one line about it"),
    ],
    tail: &[],
    shape: Shape::List,
    has_failures: false,
    unnamed: None,
    empty: "",
};

/// Every value that counts where no option is typed. `profile` is the stored one that would be used.
///
/// # Errors
/// If a variable is not UTF-8: exit code 2.
pub fn show(layers: Layers<'_>, profile: Option<&Profile>, path: &Path) -> Result<Outcome, Failure> {
    let mut rows = vec![session(layers, profile)];
    let mut notes = vec![];
    let configured = layers.config.said();
    for key in &KEYS {
        let found = value(key, layers, profile, configured.of(key))?;
        if let (Some(value), Source::Variable(_) | Source::ConfigFile) = (&found.value, &found.source)
            && let Err(why) = values::check(key.name, value)
        {
            notes.push(format!("{}, {}: {why}", found.source, key.name));
        }
        rows.push(row(key.name, found, key.option, key.variable, key.about));
    }
    for (name, limit) in layers.config.alerts() {
        let name = format!("{}.{name}", keys::ALERT);
        if let Err(why) = values::check(&name, limit) {
            notes.push(format!("{}, {name}: {why}", Source::ConfigFile));
        }
        let found = Sourced::new(Some(limit.to_owned()), Source::ConfigFile);
        rows.push(row(&name, found, "watch --alert", None, "how long is too long"));
    }
    rows.extend(others(layers));
    let status = if notes.is_empty() { ExitStatus::Done } else { ExitStatus::Usage };
    let report = Report {
        document: &DOCUMENT,
        head: vec![Value::Text(path.display().to_string())],
        rows,
        tail: vec![],
        single: false,
        failures: vec![],
        sentence: None,
        notes,
    };
    Ok(Outcome { report, status })
}

/// Variable > profile > config file > default.
fn value(
    key: &Key,
    layers: Layers<'_>,
    profile: Option<&Profile>,
    configured: Option<String>,
) -> Result<Sourced<Option<String>>, Failure> {
    let said = key.variable.map(|name| layers.variable(name)).transpose()?.flatten();
    if let Some(said) = said {
        return Ok(Sourced::new(Some(said.value.to_owned()), said.source));
    }
    let kept = profile.and_then(|profile| match key.name {
        "server" => Some(profile.server.to_string()),
        "store" => Some(profile.store.to_string()),
        _ => None,
    });
    Ok(match (kept, configured, profile) {
        (Some(kept), _, Some(profile)) => Sourced::new(Some(kept), Source::Profile(profile.name.to_string())),
        (_, Some(configured), _) => Sourced::new(Some(configured), Source::ConfigFile),
        (_, None, Some(profile)) if key.name == "profile" => {
            Sourced::new(Some(profile.name.to_string()), Source::Default)
        }
        _ => Sourced::new(key.default.map(str::to_owned), Source::Default),
    })
}

/// Variables that have no key and are set. What they hold is not shown, since the address of a proxy may hold a password.
fn others(layers: Layers<'_>) -> impl Iterator<Item = Row> {
    let has_row =
        |name| CREDENTIAL_VARIABLES.contains(&name) || KEYS.iter().any(|key| key.variable == Some(name));
    let chosen = VARIABLES.iter().filter(|it| it.is_choice);
    let set = chosen.filter(move |it| layers.variables.has(it.name) && !has_row(it.name));
    set.map(|variable| {
        Row(vec![
            Value::Text(variable.name.into()),
            Value::Text("set".into()),
            Value::Text(variable.name.into()),
            Value::Absent,
            Value::Text(variable.name.into()),
            Value::Text(variable.about.into()),
        ])
    })
}

/// Where the session comes from, and nothing of what it is.
fn session(layers: Layers<'_>, profile: Option<&Profile>) -> Row {
    let variable = CREDENTIAL_VARIABLES.into_iter().find(|name| layers.variables.has(name));
    let found = match (variable, profile) {
        (Some(variable), _) => Sourced::new(Some("set".to_owned()), Source::Variable(variable)),
        (None, Some(profile)) => {
            Sourced::new(Some("stored".to_owned()), Source::Profile(profile.name.to_string()))
        }
        (None, None) => Sourced::new(None, Source::Default),
    };
    row("session", found, "login", variable, "what answers for an agent; never shown, and no key of the file")
}

fn row(
    key: &str,
    found: Sourced<Option<String>>,
    option: &str,
    variable: Option<&'static str>,
    about: &str,
) -> Row {
    Row(vec![
        Value::Text(key.into()),
        Value::text(found.value),
        Value::Text(found.source.to_string()),
        Value::Text(option.into()),
        Value::text(variable),
        Value::Text(about.into()),
    ])
}

/// A key that was typed.
///
/// # Errors
/// If there is no such key: exit code 2, with the nearest right one.
pub fn known(name: &str) -> Result<(), Failure> {
    if keys::key(name).is_some() || keys::limit(name).is_some() {
        return Ok(());
    }
    let failure = Failure::usage(format!("config.toml has no key {name:?}"));
    Err(match keys::nearest(name) {
        Some(nearest) => failure.hint(format!("did you mean `{nearest}`?")),
        None => failure.hint("`deepcall config set --help` lists all keys"),
    })
}
