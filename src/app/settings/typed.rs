//! The options of the command line that stand for settings, as the texts that were typed.

use std::collections::BTreeMap;

use clap::parser::ValueSource;
use clap::{ArgMatches, Command};

use crate::app::settings::setting::Key;

/// The options of one command that were typed, by their long names.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    command: String,
    options: BTreeMap<String, Vec<String>>,
}

impl Typed {
    /// For what no option can change.
    pub const NOTHING: &'static Self = &Self { command: String::new(), options: BTreeMap::new() };

    /// What `matches` says of the command that was typed.
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

    /// As if these options had been typed behind a command.
    #[cfg(test)]
    pub(crate) fn for_test(command: &str, options: &[(&str, &str)]) -> Self {
        let options = options.iter().map(|(long, value)| ((*long).to_owned(), vec![(*value).to_owned()]));
        Self { command: command.to_owned(), options: options.collect() }
    }

    /// The text of a setting's option; several values of a list with commas between them.
    pub(crate) fn text(&self, key: &Key) -> Option<String> {
        let values = self.each(key);
        (!values.is_empty()).then(|| values.join(","))
    }

    /// Each value of an option that may be given several times.
    pub(crate) fn each(&self, key: &Key) -> &[String] {
        let long = key.long_option().trim_start_matches('-');
        let values = self.options.get(long).filter(|_| key.is_option_of(&self.command, long));
        values.map_or(&[], Vec::as_slice)
    }

    /// Whether a setting's option was typed.
    #[must_use]
    pub fn has(&self, key: &Key) -> bool {
        !self.each(key).is_empty()
    }
}
