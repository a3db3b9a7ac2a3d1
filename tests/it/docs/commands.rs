//! Commands in the documents: those on the sandbox are run as they stand, of the others every option exists.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

use super::{documents, read};
use crate::support::World;

/// The commands of a document's blocks, as a person would paste them: each line after `$ `, and each block of `sh`.
fn pasted(text: &str) -> Vec<String> {
    let mut found = vec![];
    for block in text.split("\n```").skip(1).step_by(2) {
        let (language, lines) = block.split_once('\n').unwrap_or((block, ""));
        match language {
            "console" => {
                found.extend(lines.lines().filter_map(|line| line.strip_prefix("$ ")).map(str::to_owned))
            }
            // Whole scripts are run by `recipes`.
            "sh" if !lines.starts_with("#!") => found.push(lines.to_owned()),
            _ => {}
        }
    }
    found
}

/// What follows `deepcall` in a line, up to the end of that command.
fn calls(line: &str) -> Vec<Vec<String>> {
    let mut commands = vec![vec![String::new()]];
    let mut quote = None;
    for letter in line.chars() {
        let words = commands.last_mut().unwrap();
        match (quote, letter) {
            (Some(open), letter) if letter == open => quote = None,
            (None, '\'' | '"') => quote = Some(letter),
            (None, '|' | '&' | ';' | '<' | '>' | '(' | ')' | '#') => commands.push(vec![String::new()]),
            (None, ' ') => words.push(String::new()),
            _ => words.last_mut().unwrap().push(letter),
        }
    }
    let named = commands.into_iter().filter_map(|words| {
        let mut words = words.into_iter().filter(|word| !word.is_empty()).skip_while(|word| word == "if");
        (words.next()? == "deepcall").then(|| words.collect())
    });
    named.collect()
}

#[test]
fn every_command_on_the_sandbox_works_as_written() {
    let mut count = 0;
    for (path, text) in documents() {
        for commands in pasted(&text) {
            if !commands.contains("--sandbox") || commands.contains("cargo run") {
                continue;
            }
            let world = World::new();
            let mut shell = world.shell("bash");
            let is_endless = commands.contains("watch");
            let run = if is_endless { format!("exec {commands}") } else { commands.clone() };
            shell.args(["-c", &format!("set -o pipefail\nshopt -s expand_aliases\n{run}")]);
            if is_endless {
                let mut process = shell.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
                let mut first = String::new();
                BufReader::new(process.stdout.take().unwrap()).read_line(&mut first).unwrap();
                process.kill().unwrap();
                process.wait().unwrap();
                assert!(first.contains("watching 14 profiles"), "{path}: {commands}\n{first}");
            } else {
                let output = shell.output().unwrap();
                let shown = String::from_utf8_lossy(&output.stderr);
                assert_eq!(output.status.code(), Some(0), "{path}: {commands}\n{shown}");
                // At this moment, nobody of the floor may be in the state that is selected.
                let may_select_none = commands.contains("select(") || commands.contains("--kind");
                assert!(may_select_none || !output.stdout.is_empty(), "{path}: {commands}");
            }
            count += 1;
        }
    }
    assert!(count >= 10, "only {count} commands were found");
}

#[test]
fn every_option_of_the_other_commands_exists() {
    let world = World::new();
    let mut count = 0;
    for (path, text) in documents() {
        for line in pasted(&text).iter().flat_map(|block| block.lines()) {
            for call in calls(line) {
                // Help is printed after the options before it were read, and nothing is done.
                let output =
                    world.command(call.iter().map(String::as_str).chain(["--help"])).output().unwrap();
                let shown = String::from_utf8_lossy(&output.stderr);
                assert_eq!(output.status.code(), Some(0), "{path}: {line}\n{shown}");
                count += 1;
            }
        }
    }
    assert!(count >= 25, "only {count} calls were found");
}

#[test]
fn the_readme_has_the_two_commands_that_do_all_and_both_are_run_for_each_change() {
    let readme = read("README.md");
    let section = readme.split("\n## Install\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let install = pasted(section).pop().unwrap();
    let commands: Vec<&str> = install.lines().map(|line| line.split("  ").next().unwrap()).collect();
    assert_eq!(commands, ["cargo run -- --sandbox tags --since 1h", "tests/run"]);
    let checks = read(".ci/run");
    assert!(checks.contains("-- --sandbox tags --since 1h") && checks.contains("\ntests/run\n"), "{checks}");
}

#[test]
fn the_readme_has_a_row_for_each_command_and_no_other() {
    let readme = read("README.md");
    let table = readme.split("\n## Commands\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let cells = table.lines().filter_map(|line| line.strip_prefix("| `")?.split(" | ").next());
    let listed: BTreeSet<&str> = cells.flat_map(|cell| cell.trim_end_matches('`').split("`, `")).collect();
    let mut definition = deepcall::cli::definition().disable_help_subcommand(true);
    definition.build();
    let known: BTreeSet<&str> = definition.get_subcommands().map(clap::Command::get_name).collect();
    assert_eq!(listed, known);
}

#[test]
fn the_options_that_may_stand_idle_are_accepted_by_the_commands_that_are_listed() {
    let scripting = read("docs/scripting.md");
    let section = scripting.split("\n## Options that would change nothing\n").nth(1).unwrap();
    let list = section.split("These commands accept all five").nth(1).unwrap().split(".\n").next().unwrap();
    let listed: BTreeSet<&str> = list.split('`').skip(1).step_by(2).collect();
    let mut definition = deepcall::cli::definition().disable_help_subcommand(true);
    definition.build();
    let accepts_all = |command: &clap::Command| {
        let has = |name: &str| command.get_arguments().any(|argument| argument.get_long() == Some(name));
        ["color", "timezone", "time", "mask", "quiet"].into_iter().all(has)
    };
    let mut known: BTreeSet<String> = BTreeSet::new();
    for command in definition.get_subcommands() {
        if accepts_all(command) {
            known.insert(command.get_name().to_owned());
        }
        let below = command.get_subcommands().filter(|below| accepts_all(below));
        known.extend(below.map(|below| format!("{} {}", command.get_name(), below.get_name())));
    }
    assert_eq!(listed, known.iter().map(String::as_str).collect());
    for line in ["tags --json", "break-status --exit-status -o csv", "wrapup -o ndjson", "ping --json"] {
        let ran = World::new()
            .run(&format!("--color always --timezone Asia/Kolkata --time clock --mask -q --sandbox {line}"));
        assert!([0, 3].contains(&ran.code) && ran.stderr.is_empty(), "{line}\n{ran}");
    }
}

#[test]
fn calls_are_found_between_other_words() {
    let line = "if deepcall tags --jq '.a | .b' | jq . && deepcall ping; then echo deepcall x > deepcall; fi";
    assert_eq!(calls(line), [vec!["tags", "--jq", ".a | .b"], vec!["ping"], vec![]]);
}
