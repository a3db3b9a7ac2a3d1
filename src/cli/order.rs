//! Allows shared options before the command: `deepcall --sandbox tags` becomes `deepcall tags --sandbox`. So each option is
//! defined once, in the commands that use it. And allows values that begin with a minus: `--since -1h` becomes
//! `--since=-1h`.

use std::ffi::{OsStr, OsString};

use clap::{ArgAction, Command};

/// `deepcall help tags` is `deepcall tags --help`, and `deepcall journal help export` is `deepcall journal export --help`. It
/// is not in the list of commands, which is as long as a screen.
pub(crate) fn help_behind_command(definition: &Command, mut arguments: Vec<OsString>) -> Vec<OsString> {
    if arguments.get(1..) == Some(&["help".into(), "help".into()]) {
        arguments.pop();
    }
    let is_help = |nth: usize| arguments.get(nth).is_some_and(|word| word == "help");
    let command = arguments.get(1).and_then(|word| definition.find_subcommand(word));
    let has_commands = command.is_some_and(Command::has_subcommands);
    if let Some(nth) = [1, 2].into_iter().find(|&nth| is_help(nth) && (nth == 1 || has_commands)) {
        arguments.remove(nth);
        arguments.push("--help".into());
    }
    arguments
}

/// Joins a value that begins with a minus to the option before it. No option begins with a minus and a digit, a bracket or
/// another sign, so such a word can only be a value.
pub(crate) fn values_with_minus_joined(definition: &Command, arguments: Vec<OsString>) -> Vec<OsString> {
    let mut joined: Vec<OsString> = Vec::with_capacity(arguments.len());
    let mut command = definition;
    let mut is_over = false;
    for argument in arguments {
        let text = argument.to_str().unwrap_or_default();
        let is_value = text.strip_prefix('-').is_some_and(|rest| {
            rest.starts_with(|first: char| first != '-' && !first.is_alphabetic() && !first.is_whitespace())
        });
        match joined.last_mut() {
            Some(option)
                if is_value && !is_over && option.to_str().is_some_and(|it| takes_value(command, it)) =>
            {
                option.push(if option.to_string_lossy().starts_with("--") { "=" } else { "" });
                option.push(&argument);
            }
            _ => {
                is_over |= text == "--";
                command = command.find_subcommand(&argument).unwrap_or(command);
                joined.push(argument);
            }
        }
    }
    joined
}

/// Each long option that takes a value, with the word behind it.
pub(crate) fn options_with_next_word<'a>(
    definition: &'a Command,
    arguments: &'a [OsString],
) -> impl Iterator<Item = (&'a str, &'a str)> {
    let mut command = definition;
    arguments.windows(2).filter_map(move |pair| {
        let [option, next] = pair else { return None };
        command = command.find_subcommand(option).unwrap_or(command);
        let (option, next) = (option.to_str()?, next.to_str()?);
        (option.starts_with("--") && takes_value(command, option)).then_some((option, next))
    })
}

/// Whether the word is an option whose value is the next word.
fn takes_value(command: &Command, option: &str) -> bool {
    option.starts_with('-') && takes_next_word(command, option)
}

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

    #[test]
    fn a_value_that_begins_with_a_minus_and_no_letter_belongs_to_its_option() {
        let joined = |line: &str| {
            let words = line.split(' ').map(OsString::from).collect();
            let words = values_with_minus_joined(&crate::cli::definition(), words);
            words.into_iter().map(|word| word.into_string().unwrap()).collect::<Vec<_>>().join(" ")
        };
        for (typed, read) in [
            ("deepcall tags --since -1h", "deepcall tags --since=-1h"),
            ("deepcall tags --limit -1 --json", "deepcall tags --limit=-1 --json"),
            ("deepcall --jq -(1) tags", "deepcall --jq=-(1) tags"),
            ("deepcall tags --jq -.tags", "deepcall tags --jq=-.tags"),
            ("deepcall config set timezone -03:00", "deepcall config set timezone -03:00"),
            ("deepcall tags -vo -1", "deepcall tags -vo-1"),
            ("deepcall tags --since --json", "deepcall tags --since --json"),
            ("deepcall tags --since -q", "deepcall tags --since -q"),
            ("deepcall tags --all -1", "deepcall tags --all -1"),
            ("deepcall tags --since=1h -1", "deepcall tags --since=1h -1"),
            ("deepcall tags -- --since -1", "deepcall tags -- --since -1"),
        ] {
            assert_eq!(joined(typed), read, "for {typed}");
        }
    }

    #[test]
    fn help_about_a_command_is_its_help() {
        for (typed, read) in [
            ("deepcall help", "deepcall --help"),
            ("deepcall help config show", "deepcall config show --help"),
            ("deepcall journal help export", "deepcall journal export --help"),
            ("deepcall config help", "deepcall config --help"),
            ("deepcall tags help", "deepcall tags help"),
            ("deepcall", "deepcall"),
        ] {
            let words = typed.split(' ').map(OsString::from).collect();
            let words = help_behind_command(&crate::cli::definition(), words);
            assert_eq!(words, read.split(' ').collect::<Vec<_>>(), "{typed}");
        }
    }

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
            ("deepcall -p tags tags", "deepcall tags -p tags"),
            ("deepcall -ptags tags -n 3", "deepcall tags -ptags -n 3"),
            ("deepcall -avo json tags", "deepcall tags -avo json"),
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
