//! Man pages and completion scripts are committed, and compared here with what the definition of the
//! command line is now. `UPDATE_GENERATED=1 cargo test generated` writes them anew.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use clap::ValueEnum;
use deepcall::commands::completions::{Shell, completions};
use deepcall::failure::EXIT_STATUSES;

mod manuals;

#[test]
fn man_pages_are_fresh() {
    let mut pages = BTreeMap::new();
    let definition = deepcall::cli::definition().disable_help_subcommand(true);
    let mut definition = definition;
    definition.build();
    render(&definition, "deepcall", &mut pages);
    pages.insert("deepcall-exit-codes.7".to_owned(), exit_codes().into_bytes());
    pages.insert("deepcall-variables.7".to_owned(), manuals::variables_page().into_bytes());
    pages.insert("deepcall-json.7".to_owned(), manuals::json().into_bytes());
    pages.insert("deepcall-config.5".to_owned(), manuals::config().into_bytes());
    compare("man", &pages);
}

#[test]
fn completions_are_fresh() {
    let shells = Shell::value_variants().iter();
    let scripts = shells
        .map(|shell| (shell.file_name().to_owned(), completions(*shell, deepcall::cli::definition())))
        .collect();
    compare("completions", &scripts);
}

/// The day of the last release that changed a page; a fixed one, so that pages are the same everywhere.
const DATE: &str = "2026-11-24";
const SOURCE: &str = concat!("deepcall ", env!("CARGO_PKG_VERSION"));
const MANUAL: &str = "deepcall manual";

fn render(command: &clap::Command, name: &str, pages: &mut BTreeMap<String, Vec<u8>>) {
    let mut page = Vec::new();
    // A page leaves nothing out: clap_mangen prints no text for options that `-h` hides.
    let whole = command.clone().mut_args(|argument| argument.hide_short_help(false));
    let named = whole.display_name(name);
    let is_top = name == "deepcall";
    let manual = clap_mangen::Man::new(named).title(name.to_uppercase());
    manual.date(DATE).source(SOURCE).manual(MANUAL).render(&mut page).unwrap();
    let keys = if name == "deepcall-watch" { manuals::keys() } else { String::new() };
    let page = tidy(&String::from_utf8(page).unwrap()) + &keys + &manuals::end(is_top);
    pages.insert(format!("{name}.1"), page.into_bytes());
    for below in command.get_subcommands() {
        render(below, &format!("{name}-{}", below.get_name()), pages);
    }
}

/// Without what `mandoc -Tlint` warns of: spaces at line ends, and a `.br` beside a space.
fn tidy(page: &str) -> String {
    let lines: Vec<&str> = page.lines().map(str::trim_end).collect();
    let is_space = |index: Option<usize>| {
        index.and_then(|index| lines.get(index)).is_some_and(|line| matches!(*line, "" | ".sp"))
    };
    let kept = lines.iter().enumerate().filter(|(index, line)| {
        **line != ".br" || !(is_space(index.checked_sub(1)) || is_space(Some(index + 1)))
    });
    kept.map(|(_, line)| format!("{line}\n")).collect()
}

/// Section 7: the exit codes, from the table that `explain` prints.
fn exit_codes() -> String {
    let mut page = manuals::head("deepcall-exit-codes", 7, "exit codes of deepcall")
        + "With several profiles: 0 if all answered, the common code if all failed alike, else 1.\n";
    for (status, meaning, advice) in EXIT_STATUSES {
        page += &manuals::entry(&status.code().to_string(), &[&format!("{meaning}."), &format!("{advice}.")]);
    }
    page + &manuals::see_also(&["deepcall(1)", "deepcall-explain(1)", "deepcall-json(7)"])
}

#[test]
fn man_pages_describe_every_option() {
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("man")).unwrap() {
        let path = entry.unwrap().path();
        let page = fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = page.lines().collect();
        for entry in lines.windows(3).filter(|entry| entry[0] == ".TP") {
            assert!(!entry[2].is_empty(), "{} has nothing about {}", path.display(), entry[1]);
        }
    }
}

#[test]
fn man_pages_are_clean() {
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("man")).unwrap() {
        let page = entry.unwrap().path();
        let output = Command::new("mandoc").args(["-Tlint", "-Wwarning"]).arg(&page).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
}

#[track_caller]
fn compare(folder: &str, wanted: &BTreeMap<String, Vec<u8>>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        fs::create_dir_all(&folder).unwrap();
        for (name, content) in wanted {
            fs::write(folder.join(name), content).unwrap();
        }
    }
    let names = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let names: Vec<String> = names.collect();
    for name in &names {
        assert!(wanted.contains_key(name), "{}/{name} is no longer generated", folder.display());
    }
    for (name, content) in wanted {
        let committed = fs::read(folder.join(name)).unwrap_or_default();
        assert!(committed == *content, "{name} is stale: run `UPDATE_GENERATED=1 cargo test generated`");
    }
}
