//! What was meant: option > variable > profile > config file > default, each value with its source.
//! Pure: it reads no file (but a time zone's), no variable of the process and no clock of its own.

pub mod look;
pub mod variables;
pub mod who;

use std::fmt;
use std::time::Duration;

use crate::app::config_file::ConfigFile;
use crate::app::environment::{NotText, Variables};
use crate::app::options::ConnectionOptions;
use crate::failure::Failure;

/// Where a value comes from; told by `-v` and `profiles`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Typed as this option.
    Option(&'static str),
    /// Set in this variable.
    Variable(&'static str),
    /// Kept with this profile.
    Profile(String),
    /// Written in `config.toml`.
    ConfigFile,
    /// Nobody said anything.
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
    /// The value.
    pub value: T,
    /// Where it comes from.
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
    /// The process's variables.
    pub variables: &'a Variables,
    /// `config.toml`.
    pub config: &'a ConfigFile,
}

impl<'a> Layers<'a> {
    /// A variable's text with its source.
    ///
    /// # Errors
    /// If it is not UTF-8.
    pub fn variable(&self, name: &'static str) -> Result<Option<Sourced<&'a str>>, Failure> {
        let text = self.variables.text(name)?;
        Ok(text.map(|value| Sourced::new(value, Source::Variable(name))))
    }

    /// The first of: the option, the variable, the key of the config file.
    ///
    /// # Errors
    /// If the variable is not UTF-8.
    pub fn first(
        &self,
        option: (&'static str, Option<&'a str>),
        variable: Option<&'static str>,
        config: Option<&'a str>,
    ) -> Result<Option<Sourced<&'a str>>, Failure> {
        if let (name, Some(value)) = option {
            return Ok(Some(Sourced::new(value, Source::Option(name))));
        }
        if let Some(found) = variable.map(|name| self.variable(name)).transpose()?.flatten() {
            return Ok(Some(found));
        }
        Ok(config.map(|value| Sourced::new(value, Source::ConfigFile)))
    }
}

impl From<NotText<'_>> for Failure {
    fn from(error: NotText<'_>) -> Self {
        Self::usage(error.to_string())
    }
}

/// Reads a value by its own parser; the error names where the text came from.
///
/// # Errors
/// If the parser refuses the text: exit code 2.
pub fn parsed<T, E: fmt::Display>(
    text: &Sourced<&str>,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<Sourced<T>, Failure> {
    match parse(text.value) {
        Ok(value) => Ok(Sourced::new(value, text.source.clone())),
        Err(error) => {
            let message = format!("{}: {error}", text.source);
            Err(if text.source == Source::ConfigFile {
                Failure::config(message)
            } else {
                Failure::usage(message)
            })
        }
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
    let configured = layers.config.timeout.as_deref().map(|text| Sourced::new(text, Source::ConfigFile));
    let configured = configured.map(|text| parsed(&text, crate::moment::duration)).transpose()?;
    Ok(Patience {
        timeout: options.timeout.or(configured.map(|sourced| sourced.value)),
        retries: options.retries.or(layers.config.retries),
    })
}

#[cfg(test)]
mod tests;
