//! Man pages and completion scripts are committed, and compared here with what the definition of the
//! command line says now. `UPDATE_GENERATED=1 cargo test generated` writes them anew.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use clap::ValueEnum;
use deepcall::commands::completions::{Shell, completions};

#[test]
fn man_pages_are_fresh() {
    let mut pages = BTreeMap::new();
    let definition = deepcall::cli::definition().disable_help_subcommand(true);
    let mut definition = definition;
    definition.build();
    render(&definition, "deepcall", &mut pages);
    compare("man", &pages);
}

#[test]
fn completions_are_fresh() {
    let shells = Shell::value_variants().iter();
    let scripts = shells.map(|shell| (shell.file_name().to_owned(), completions(*shell))).collect();
    compare("completions", &scripts);
}

fn render(command: &clap::Command, name: &str, pages: &mut BTreeMap<String, Vec<u8>>) {
    let mut page = Vec::new();
    let named = command.clone().display_name(name);
    clap_mangen::Man::new(named).title(name.to_uppercase()).render(&mut page).unwrap();
    pages.insert(format!("{name}.1"), page);
    for below in command.get_subcommands() {
        render(below, &format!("{name}-{}", below.get_name()), pages);
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
