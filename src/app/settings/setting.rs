//! What a setting is: the type of an entry in the [`table`](crate::app::settings::table).

use std::path::Path;

use crate::store::Profile;
use crate::system::PATHS_BEGIN_WITH;

/// The part of a setting that does not depend on its type.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// In `config.toml`, with the name of its table before a dot.
    pub name: &'static str,
    pub kind: Kind,
    /// With its commands, if not every command has it. Empty if there is none.
    pub option: &'static str,
    pub variable: Option<&'static str>,
    /// For a variable that is not just "the same as the option".
    pub variable_help: Option<&'static str>,
    /// As the option would take it; `None` if no text expresses it.
    pub default: Option<&'static str>,
    /// Of a key without a default, a value for a new file; of a path, what comes after the root.
    pub(crate) example: Option<&'static str>,
    /// One line; the help of the option appends the default.
    pub help: &'static str,
    /// Further text for `--help`.
    pub more: Option<&'static str>,
    /// The value in a stored profile, if profiles keep it.
    pub kept: Option<fn(&Profile) -> String>,
}

/// How a value is written in TOML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// `config.toml` and variables are used from any working directory, so a path in them must be absolute.
    Path,
    Number,
    Flag,
    /// Any value that JSON can express.
    Any,
    /// A list of texts, or one text with commas between them.
    List,
    /// A table whose names the user chooses, with examples.
    Names(&'static [(&'static str, &'static str)]),
}

impl Key {
    pub(crate) const fn new(
        name: &'static str,
        kind: Kind,
        option: &'static str,
        help: &'static str,
    ) -> Self {
        Self {
            name,
            kind,
            option,
            variable: None,
            variable_help: None,
            default: None,
            example: None,
            help,
            more: None,
            kept: None,
        }
    }

    /// A setting without an option.
    pub(crate) const fn only_in_file(name: &'static str, kind: Kind, help: &'static str) -> Self {
        Self::new(name, kind, "", help)
    }

    pub(crate) const fn text(name: &'static str, option: &'static str, help: &'static str) -> Self {
        Self::new(name, Kind::Text, option, help)
    }

    pub(crate) const fn number(name: &'static str, option: &'static str, help: &'static str) -> Self {
        Self::new(name, Kind::Number, option, help)
    }

    /// No option can turn a flag off, so it is off by default.
    pub(crate) const fn flag(name: &'static str, option: &'static str, help: &'static str) -> Self {
        Self::new(name, Kind::Flag, option, help).default("false")
    }

    pub(crate) const fn variable(mut self, variable: &'static str) -> Self {
        self.variable = Some(variable);
        self
    }

    pub(crate) const fn variable_help(mut self, help: &'static str) -> Self {
        self.variable_help = Some(help);
        self
    }

    pub(crate) const fn default(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self
    }

    pub(crate) const fn example(mut self, example: &'static str) -> Self {
        self.example = Some(example);
        self
    }

    pub(crate) const fn more(mut self, more: &'static str) -> Self {
        self.more = Some(more);
        self
    }

    pub(crate) const fn kept(mut self, kept: fn(&Profile) -> String) -> Self {
        self.kept = Some(kept);
        self
    }

    /// Its names in `config.toml`; the examples of a table whose names the user chooses.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        match self.kind {
            Kind::Names(examples) => {
                examples.iter().map(|(name, _)| format!("{}.{name}", self.name)).collect()
            }
            _ => vec![self.name.to_owned()],
        }
    }

    /// Whether this option of this command is the setting's.
    #[must_use]
    pub fn is_option_of(&self, command: &str, long: &str) -> bool {
        let of = self.option.strip_suffix(long).and_then(|rest| rest.strip_suffix("--"));
        of.is_some_and(|of| of.is_empty() || of.trim_end().split(", ").any(|of| of == command))
    }

    /// With the default.
    #[must_use]
    pub fn option_help(&self) -> String {
        match self.default.filter(|_| self.kind != Kind::Flag) {
            Some(default) => format!("{} [default: {default}]", self.help),
            None => self.help.to_owned(),
        }
    }

    /// What is required of a value in `config.toml` or a variable, beyond what its option requires.
    pub(crate) fn check_stored(&self, text: &str) -> Result<(), String> {
        let is_wrong = self.kind == Kind::Path && !Path::new(text).is_absolute();
        if is_wrong { Err(format!("the path must begin with {PATHS_BEGIN_WITH}")) } else { Ok(()) }
    }

    /// Without its command.
    #[must_use]
    pub fn long_option(&self) -> &'static str {
        self.option.find("--").map_or(self.option, |at| &self.option[at..])
    }
}

#[derive(Debug)]
pub struct Setting<T: 'static> {
    pub key: Key,
    /// For the text of an option, a variable or a key.
    pub parse: fn(&str) -> Result<T, String>,
    /// The default, if no text expresses it.
    pub(crate) absent: Option<T>,
}

impl<T> Setting<T> {
    pub(crate) const fn new(key: Key, parse: fn(&str) -> Result<T, String>) -> Self {
        Self { key, parse, absent: None }
    }

    /// A parser for clap that only checks the text: `Settings::get` reads it.
    pub(crate) fn checked(&self) -> impl Fn(&str) -> Result<String, String> + Clone + use<T> {
        let parse = self.parse;
        move |text| parse(text).map(|_| text.to_owned())
    }
}

impl<T> Setting<Option<T>> {
    pub(crate) const fn optional(key: Key, parse: fn(&str) -> Result<Option<T>, String>) -> Self {
        Self { key, parse, absent: Some(None) }
    }
}

/// A setting of any type.
pub trait Entry: Sync {
    fn key(&self) -> &Key;

    /// # Errors
    /// What is wrong with it.
    fn check(&self, text: &str) -> Result<(), String>;
}

impl<T: Sync> Entry for Setting<T> {
    fn key(&self) -> &Key {
        &self.key
    }

    fn check(&self, text: &str) -> Result<(), String> {
        self.key.check_stored(text)?;
        (self.parse)(text).map(drop)
    }
}
