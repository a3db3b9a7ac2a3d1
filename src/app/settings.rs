//! What counts: option > variable > profile > config file > default, for every setting of the [`table`] alike, and each
//! value with its source. Pure: it reads no file, no variable of the process and no clock of its own.

#![allow(missing_docs, reason = "the name of a field says it, or a comment does where it does not")]

pub mod config_file;
pub mod config_text;
pub mod look;
pub mod setting;
pub mod table;
pub mod variables;
pub mod who;

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use crate::app::environment::{NotText, Variables};
use crate::app::options::ConnectionOptions;
use crate::failure::Failure;
use crate::store::Profile;
use config_file::ConfigFile;
use setting::{Key, Setting};
use table::{RETRIES, TIMEOUT};

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

/// A value and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sourced<T> {
    pub value: T,
    pub source: Source,
}

impl<T> Sourced<T> {
    /// Pairs a value with its source.
    pub fn new(value: T, source: Source) -> Self {
        Self { value, source }
    }
}

/// The layers below the command line.
#[derive(Clone, Copy)]
pub struct Layers<'a> {
    pub variables: &'a Variables,
    /// The stored session that the command is about, where it is one.
    pub profile: Option<&'a Profile>,
    pub config: &'a ConfigFile,
}

impl<'a> Layers<'a> {
    /// The layers where no profile has a say.
    #[must_use]
    pub fn new(variables: &'a Variables, config: &'a ConfigFile) -> Self {
        Self { variables, profile: None, config }
    }

    /// The same for one profile.
    #[must_use]
    pub fn of(self, profile: Option<&'a Profile>) -> Self {
        Self { profile, ..self }
    }

    /// The value of a setting, which `typed` overrides.
    ///
    /// # Errors
    /// If the text of a layer is wrong: exit code 2.
    pub fn get<T: Clone>(&self, setting: &Setting<T>, typed: Option<T>) -> Result<Sourced<T>, Failure> {
        if let Some(value) = typed {
            return Ok(Sourced::new(value, Source::Option(setting.key.long_option())));
        }
        self.get_text(setting, None)
    }

    /// The same where `typed` is still a text.
    ///
    /// # Errors
    /// If it, or the text of a layer, is wrong: exit code 2.
    pub fn get_text<T: Clone>(
        &self,
        setting: &Setting<T>,
        typed: Option<&str>,
    ) -> Result<Sourced<T>, Failure> {
        let found = match (self.text(&setting.key, typed)?, &setting.absent) {
            (Some(found), _) => found,
            (None, Some(absent)) => return Ok(Sourced::new(absent.clone(), Source::Default)),
            (None, None) => Sourced::new(setting.key.default.unwrap_or_default().into(), Source::Default),
        };
        match (setting.parse)(&found.value) {
            Ok(value) => Ok(Sourced::new(value, found.source)),
            Err(why) if found.source == Source::ConfigFile => {
                Err(Failure::config(format!("config.toml, {}: {why}", setting.key.name)))
            }
            Err(why) => Err(Failure::usage(format!("{}: {why}", found.source))),
        }
    }

    /// The text that counts, as it was written; `None` where only the default is left.
    ///
    /// # Errors
    /// If a variable is not UTF-8: exit code 2.
    pub fn text<'t>(
        &self,
        key: &Key,
        typed: Option<&'t str>,
    ) -> Result<Option<Sourced<Cow<'t, str>>>, Failure>
    where
        'a: 't,
    {
        if let Some(typed) = typed {
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

/// How patient to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Patience {
    /// `--timeout`, where somebody asked for one.
    pub timeout: Option<Duration>,
    /// `--retries`, where somebody asked for a number.
    pub retries: Option<u8>,
}

/// How patient the user asked to be.
///
/// # Errors
/// If the config file's `timeout` is not a length of time.
pub fn patience(options: &ConnectionOptions, layers: Layers<'_>) -> Result<Patience, Failure> {
    let retries = layers.get(&RETRIES, options.retries)?;
    Ok(Patience {
        timeout: layers.get(&TIMEOUT, options.timeout.map(Some))?.value,
        // Each call has its own number where nobody asked for another.
        retries: (retries.source != Source::Default).then_some(retries.value),
    })
}

#[cfg(test)]
mod tests;
