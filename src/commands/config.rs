//! `deepcall config`: where lasting choices are, what counts and why, and how to change them.
//! It never shows a secret, only that one is set.

pub mod edit;
pub mod values;

use std::path::Path;

use clap::{Args, Subcommand};

use crate::app::options::{OutputOptions, TalkOptions};
use crate::app::settings::setting::{Key, Kind};
use crate::app::settings::table;
use crate::app::settings::table::{PROFILE, SETTINGS};
use crate::app::settings::variables::{VariableKind, variables};
use crate::app::settings::who::CREDENTIAL_VARIABLES;
use crate::app::settings::{Layers, Source, Sourced};
use crate::commands::Outcome;
use crate::failure::{ExitStatus, Failure};
use crate::report::{Document, Field, Meaning, Report, Row, Shape, Shown};
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
    let keys = SETTINGS.iter().map(|setting| setting.key());
    let keys: Vec<String> = keys.map(|key| format!("  {} - {}", key.names().join(", "), key.help)).collect();
    format!("Which key; those of the table [alert] may name any reason of a break\n\n{}", keys.join("\n"))
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
            for (name, value) in layers.config.chosen(key) {
                let found = Sourced::new(Some(value.to_owned()), Source::ConfigFile);
                add(&format!("{}.{name}", key.name), key, found);
            }
        } else {
            add(key.name, key, value(key, layers, profile)?);
        }
    }
    rows.extend(others(layers));
    let status = if notes.is_empty() { ExitStatus::Done } else { ExitStatus::Usage };
    let head = Row::new(DOCUMENT.head).with("path", path.display().to_string());
    let report = Report { head, notes, ..Report::new(&DOCUMENT, rows) };
    Ok(Outcome { report, status })
}

fn value(
    key: &Key,
    layers: Layers<'_>,
    profile: Option<&Profile>,
) -> Result<Sourced<Option<String>>, Failure> {
    if let Some(found) = layers.of(profile).text(key, None)? {
        return Ok(Sourced::new(Some(found.value.into_owned()), found.source));
    }
    let default = match profile {
        Some(profile) if key.name == PROFILE.key.name => Some(profile.name.to_string()),
        _ => key.default.map(str::to_owned),
    };
    Ok(Sourced::new(default, Source::Default))
}

/// Variables that have no key and are set. What they hold is not shown, since the address of a proxy may hold a password.
fn others(layers: Layers<'_>) -> impl Iterator<Item = Row> + '_ {
    let chosen = variables().filter(|variable| variable.kind == VariableKind::Choice);
    chosen.filter(move |variable| layers.variables.has(variable.name)).map(|variable| {
        Row::new(DOCUMENT.fields)
            .with("key", variable.name)
            .with("value", "set")
            .with("source", variable.name)
            .with("variable", variable.name)
            .with("about", variable.help.into_owned())
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
    Row::new(DOCUMENT.fields)
        .with("key", key)
        .with("value", found.value)
        .with("source", found.source.to_string())
        .with("option", option)
        .with("variable", variable)
        .with("about", about)
}

/// A key that was typed.
///
/// # Errors
/// If there is no such key: exit code 2, with the nearest right one.
pub fn known(name: &str) -> Result<(), Failure> {
    if table::find(name).is_some() {
        return Ok(());
    }
    let failure = Failure::usage(format!("config.toml has no key {name:?}"));
    Err(match table::nearest(name) {
        Some(nearest) => failure.hint(format!("did you mean `{nearest}`?")),
        None => failure.hint("`deepcall config set --help` lists all keys"),
    })
}
