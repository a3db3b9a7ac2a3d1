//! Allows shared options before the command: `deepcall --sandbox tags` becomes `deepcall tags --sandbox`. So each option is
//! defined once, in the commands that use it.

use std::ffi::{OsStr, OsString};

use clap::{ArgAction, Command};

/// Moves options before the command to just behind it.
pub(crate) fn options_behind_command(definition: &Command, arguments: Vec<OsString>) -> Vec<OsString> {
    let Some(position) = position_of_command(definition, &arguments) else { return arguments };
    if position == 1 {
        return arguments;
    }
    let words = words_of_command(definition, arguments.get(position..).unwrap_or_default());
    let mut ordered = arguments;
    ordered.get_mut(1..position + words).unwrap_or_default().rotate_right(words);
    ordered
}

/// The number of words in the command's name: `config show` has two.
fn words_of_command(definition: &Command, words: &[OsString]) -> usize {
    let mut command = definition;
    words
        .iter()
        .map_while(|word| {
            command = command.find_subcommand(word)?;
            Some(())
        })
        .count()
}

fn position_of_command(definition: &Command, arguments: &[OsString]) -> Option<usize> {
    let mut position = 1;
    while let Some(argument) = arguments.get(position) {
        let text = argument.to_str()?;
        if text == "--" {
            return None;
        }
        if !text.starts_with('-') {
            return is_command(definition, argument).then_some(position);
        }
        position += if takes_next_word(definition, text) { 2 } else { 1 };
    }
    None
}

fn is_command(definition: &Command, word: &OsStr) -> bool {
    definition.get_subcommands().any(|command| command.get_name() == word)
}

fn takes_next_word(definition: &Command, option: &str) -> bool {
    let takes_value = |action: &ArgAction| matches!(action, ArgAction::Set | ArgAction::Append);
    let mut defined = definition.get_arguments();
    if let Some(long) = option.strip_prefix("--") {
        return defined.any(|arg| arg.get_long() == Some(long) && takes_value(arg.get_action()));
    }
    // In a cluster such as `-vo`, only the last letter can take the next word.
    let Some(last) = option.chars().next_back() else { return false };
    let cluster_has_value = |letter: char| {
        definition.get_arguments().any(|arg| arg.get_short() == Some(letter) && takes_value(arg.get_action()))
    };
    let before_last = option.chars().skip(1).take(option.chars().count().saturating_sub(2));
    cluster_has_value(last) && !before_last.into_iter().any(cluster_has_value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ordered(line: &str) -> String {
        let words = line.split(' ').map(OsString::from).collect();
        let words = options_behind_command(&crate::cli::definition(), words);
        words.into_iter().map(|word| word.into_string().unwrap()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn options_before_the_command_move_behind_it() {
        for (typed, read) in [
            ("deepcall --sandbox tags --since 1h", "deepcall tags --sandbox --since 1h"),
            ("deepcall --profile tags tags", "deepcall tags --profile tags"),
            ("deepcall --profile=asha -v tags", "deepcall tags --profile=asha -v"),
            ("deepcall -vo json tags", "deepcall tags -vo json"),
            ("deepcall -ojson tags", "deepcall tags -ojson"),
            ("deepcall tags --sandbox", "deepcall tags --sandbox"),
            ("deepcall --json -q config show", "deepcall config show --json -q"),
            ("deepcall -q config frob show", "deepcall config -q frob show"),
            ("deepcall --sandbox", "deepcall --sandbox"),
            ("deepcall --sandbox -- tags", "deepcall --sandbox -- tags"),
            ("deepcall nonsense tags", "deepcall nonsense tags"),
            ("deepcall", "deepcall"),
        ] {
            assert_eq!(ordered(typed), read, "for {typed}");
        }
    }
}
