//! Precedence: option > variable > profile > config file > default, for every setting of the [`table`]. Each value has its
//! source. This reads no file, no variable of the process and no clock.

pub mod appearance;
pub mod choice;
pub mod config_file;
pub mod config_text;
mod day;
mod serve;
pub mod setting;
mod shift;
pub mod table;
pub mod variables;
pub(crate) mod zones;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use clap::parser::ValueSource;
use clap::{ArgMatches, Command};

use crate::app::environment::{NotText, Variables};
use crate::failure::Failure;
use crate::floor::alerts::Limit;
use crate::store::Profile;
use config_file::ConfigFile;
use setting::{Key, Setting};
use table::ALERT;

/// Where a value comes from; shown by `-v`, `profiles` and `config show`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    Option(&'static str),
    Variable(&'static str),
    Profile(String),
    ConfigFile,
    Default,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Option(name) | Self::Variable(name) => f.write_str(name),
            Self::Profile(name) => write!(f, "profile {name}"),
            Self::ConfigFile => f.write_str("config.toml"),
            Self::Default => f.write_str("default"),
        }
    }
}

impl Source {
    /// The failure for a value from here.
    pub(crate) fn refuse(&self, key: &Key, why: &str) -> Failure {
        match self {
            Self::ConfigFile => Failure::config(format!("{self}, {}: {why}", key.name)),
            _ => Failure::usage(format!("{self}: {why}")),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sourced<T> {
    pub value: T,
    pub source: Source,
}

impl<T> Sourced<T> {
    pub fn new(value: T, source: Source) -> Self {
        Self { value, source }
    }

    pub fn if_typed(self) -> Option<T> {
        matches!(self.source, Source::Option(_)).then_some(self.value)
    }

    /// `None` for a default.
    pub fn if_chosen(self) -> Option<T> {
        (self.source != Source::Default).then_some(self.value)
    }
}

/// The options of one command that were typed, by their long names.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    command: String,
    options: BTreeMap<String, Vec<String>>,
}

impl Typed {
    /// For settings that no option can change.
    pub const NOTHING: &'static Self = &Self { command: String::new(), options: BTreeMap::new() };

    /// The options in `matches`.
    #[must_use]
    pub fn of(mut definition: &Command, mut matches: &ArgMatches) -> Self {
        while let Some((name, below)) = matches.subcommand()
            && let Some(command) = definition.find_subcommand(name)
        {
            (definition, matches) = (command, below);
        }
        let typed = definition.get_arguments().filter_map(|argument| {
            let (id, long) = (argument.get_id().as_str(), argument.get_long()?);
            let is_typed = matches.value_source(id) == Some(ValueSource::CommandLine);
            let values = matches.get_raw(id).filter(|_| is_typed)?;
            Some((long.to_owned(), values.map(|value| value.to_string_lossy().into_owned()).collect()))
        });
        Self { options: typed.collect(), command: definition.get_name().to_owned() }
    }

    /// As if these options had been typed.
    #[cfg(test)]
    pub(crate) fn for_test(command: &str, options: &[(&str, &str)]) -> Self {
        let mut typed = Self { command: command.to_owned(), options: BTreeMap::new() };
        for (long, value) in options {
            typed.options.entry((*long).to_owned()).or_default().push((*value).to_owned());
        }
        typed
    }

    /// The values of a list are joined by commas.
    pub(crate) fn text(&self, key: &Key) -> Option<String> {
        let values = self.each(key);
        (!values.is_empty()).then(|| values.join(","))
    }

    /// For an option that may be repeated.
    pub(crate) fn each(&self, key: &Key) -> &[String] {
        let long = key.long_option().trim_start_matches('-');
        let values = self.options.get(long).filter(|_| key.is_option_of(&self.command, long));
        values.map_or(&[], Vec::as_slice)
    }

    /// Refuses an option that was typed and would change nothing, so that a mistake in a script is noticed
    /// (`scripting.md`, "Options that would change nothing"). Each of `needs` is an option, whether what it requires is
    /// there, and what that is.
    ///
    /// # Errors
    /// If there is such an option: exit code 2.
    pub fn refuse_unused(&self, needs: &[(&str, bool, &str)]) -> Result<(), Failure> {
        let is_unused = |(option, is_met, _): &&(&str, bool, &str)| {
            !is_met && self.options.contains_key(option.trim_start_matches('-'))
        };
        match needs.iter().find(is_unused) {
            Some((option, _, what)) => Err(Failure::usage(format!("{option} requires {what}"))),
            None => Ok(()),
        }
    }

    #[must_use]
    pub fn has(&self, key: &Key) -> bool {
        !self.each(key).is_empty()
    }
}

/// All sources of settings.
#[derive(Clone, Copy)]
pub struct Settings<'a> {
    pub typed: &'a Typed,
    pub variables: &'a Variables,
    /// The stored session that the command is about, if there is one.
    profile: Option<&'a Profile>,
    pub config: &'a ConfigFile,
}

impl<'a> Settings<'a> {
    #[must_use]
    pub fn new(typed: &'a Typed, variables: &'a Variables, config: &'a ConfigFile) -> Self {
        Self { typed, variables, profile: None, config }
    }

    /// The settings for a profile, which may have its own values.
    #[must_use]
    pub fn of(self, profile: Option<&'a Profile>) -> Self {
        Self { profile, ..self }
    }

    /// The values in effect without options.
    #[must_use]
    pub fn without_options(self) -> Self {
        Self { typed: Typed::NOTHING, ..self }
    }

    /// # Errors
    /// If the text in effect is wrong: exit code 2.
    pub fn get<T: Clone>(&self, setting: &Setting<T>) -> Result<Sourced<T>, Failure> {
        let found = match (self.text(&setting.key)?, &setting.absent) {
            (Some(found), _) => found,
            (None, Some(absent)) => return Ok(Sourced::new(absent.clone(), Source::Default)),
            (None, None) => Sourced::new(setting.key.default.unwrap_or_default().into(), Source::Default),
        };
        let is_lasting = !matches!(found.source, Source::Option(_));
        let allowed = if is_lasting { setting.key.check_stored(&found.value) } else { Ok(()) };
        match allowed.and_then(|()| (setting.parse)(&found.value)) {
            Ok(value) => Ok(Sourced::new(value, found.source)),
            Err(why) => Err(found.source.refuse(&setting.key, &why)),
        }
    }

    /// The limits of breaks and wrap-ups: the typed ones, or else those of the config file.
    ///
    /// # Errors
    /// If one of them is wrong, or two are for the same state: exit code 2.
    pub fn limits(&self) -> Result<Vec<Limit>, Failure> {
        let limits = self.all(&ALERT)?;
        let Some((first, second)) = Limit::same_twice(&limits) else { return Ok(limits) };
        let typed = self.typed.each(&ALERT.key);
        if !typed.is_empty() {
            let [first, second] = [first, second].map(|place| &typed[place]);
            let message = format!("--alert {first} and --alert {second} are limits of the same state");
            return Err(Failure::usage(message).hint("leave out one of them"));
        }
        let names: Vec<&str> = self.config.chosen(&ALERT.key).map(|(name, _)| name).collect();
        let [first, second] = [first, second].map(|place| names[place]);
        let message = format!("config.toml: alert.{first} and alert.{second} are limits of the same state");
        Err(Failure::config(message).hint("remove one of them"))
    }

    /// The values of an option that may be repeated: the typed ones, or else those of the config file.
    ///
    /// # Errors
    /// If one of them is wrong: exit code 2.
    pub fn all<T>(&self, setting: &Setting<T>) -> Result<Vec<T>, Failure> {
        let typed = self.typed.each(&setting.key);
        if !typed.is_empty() {
            let wrong = |why| Failure::usage(format!("{}: {why}", setting.key.long_option()));
            return typed.iter().map(|text| (setting.parse)(text).map_err(wrong)).collect();
        }
        let chosen = self.config.chosen(&setting.key).map(|(name, value)| {
            let wrong = |why| Failure::config(format!("config.toml, {}.{name}: {why}", setting.key.name));
            (setting.parse)(&format!("{name}={value}")).map_err(wrong)
        });
        chosen.collect()
    }

    /// The text in effect, as it was written; `None` for the default.
    ///
    /// # Errors
    /// If a variable is not UTF-8: exit code 2.
    pub fn text(&self, key: &Key) -> Result<Option<Sourced<Cow<'a, str>>>, Failure> {
        if let Some(typed) = self.typed.text(key) {
            return Ok(Some(Sourced::new(typed.into(), Source::Option(key.long_option()))));
        }
        if let Some(variable) = key.variable
            && let Some(text) = self.variables.text(variable)?
        {
            return Ok(Some(Sourced::new(text.into(), Source::Variable(variable))));
        }
        if let (Some(kept), Some(profile)) = (key.kept, self.profile) {
            let source = Source::Profile(profile.name.to_string());
            return Ok(Some(Sourced::new(kept(profile).into(), source)));
        }
        Ok(self.config.text(key).map(|text| Sourced::new(text.into(), Source::ConfigFile)))
    }
}

impl From<NotText<'_>> for Failure {
    fn from(error: NotText<'_>) -> Self {
        Self::usage(error.to_string())
    }
}

#[cfg(test)]
mod tests;
