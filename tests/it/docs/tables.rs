//! Tables in the documents that repeat one of the code. `UPDATE_GENERATED=1 cargo test docs` writes them anew.

use std::fs;
use std::path::Path;

use deepcall::app::settings::table::SETTINGS;
use deepcall::app::settings::variables::variables;
use deepcall::watch::sinks::board::keys;

use super::{TOP, read};
use crate::faults::rows::ROWS;
use crate::layers::LAYERS;

/// A table of Markdown.
fn table(heads: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let line = |cells: &[String]| {
        let cells =
            cells.iter().map(|cell| if cell.is_empty() { " |".to_owned() } else { format!(" {cell} |") });
        format!("|{}\n", cells.collect::<String>())
    };
    let heads: Vec<String> = heads.iter().map(|head| (*head).to_owned()).collect();
    let rule = vec!["---".to_owned(); heads.len()];
    let rows: String = rows.into_iter().map(|row| line(&row)).collect();
    line(&heads) + &line(&rule) + &rows
}

fn code(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("`{text}`") }
}

/// Compares what is between `<!-- name -->` and `<!-- /name -->`.
#[track_caller]
fn compare(document: &str, name: &str, wanted: &str) {
    let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->\n"));
    let text = read(document);
    let (before, rest) = text.split_once(&open).unwrap_or_else(|| panic!("{document} has no {open}"));
    let (shown, after) = rest.split_once(&close).unwrap_or_else(|| panic!("{document} has no {close}"));
    if shown != wanted && std::env::var_os("UPDATE_GENERATED").is_some() {
        fs::write(Path::new(TOP).join(document), format!("{before}{open}{wanted}{close}{after}")).unwrap();
        return;
    }
    assert!(
        shown == wanted,
        "{name} of {document} is stale: run `UPDATE_GENERATED=1 cargo test docs`\n{wanted}"
    );
}

#[test]
fn the_keys_are_those_of_the_program() {
    let rows = SETTINGS.iter().map(|setting| setting.key()).map(|key| {
        let names: Vec<String> = key.names().iter().map(|name| code(name)).collect();
        vec![
            names.join(", "),
            code(key.option),
            code(key.variable.unwrap_or_default()),
            code(key.default.unwrap_or_default()),
            key.help.to_owned(),
        ]
    });
    compare(
        "docs/configuration.md",
        "keys",
        &table(&["key", "option", "variable", "default", "what it sets"], rows),
    );
}

#[test]
fn the_variables_are_those_of_the_program() {
    // Scripts of shells set it, and nobody else should.
    let rows = variables().filter(|variable| variable.name != "DEEPCALL_COMPLETE");
    let rows = rows.map(|variable| vec![code(variable.name), variable.help.to_string()]);
    compare("docs/configuration.md", "variables", &table(&["variable", "meaning"], rows));
}

#[test]
fn the_keys_of_the_board_are_those_of_the_program() {
    let rows = keys().map(|(name, help)| vec![code(name), help.to_owned()]);
    compare("docs/configuration.md", "keys of the board", &table(&["key", "what it does"], rows));
}

#[test]
fn the_rooms_are_those_that_the_layers_test_holds() {
    let architecture = read("docs/architecture.md");
    let section = architecture.split("\n## Rooms\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split(" |").next());
    let rooms: Vec<Vec<&str>> = rows.map(|cell| cell.trim_end_matches('`').split("`, `").collect()).collect();
    assert_eq!(rooms, LAYERS);
}

#[test]
fn the_fault_matrix_is_the_one_that_is_run() {
    let rows = ROWS.iter().map(|row| {
        vec![row.id.to_owned(), row.what.to_owned(), row.commands.replace(' ', ", "), row.note.to_owned()]
    });
    compare("docs/reliability.md", "rows", &table(&["row", "what goes wrong", "commands", "remark"], rows));
}

/// The walks of `docs/architecture.md`, each with the most files that it may have.
const WALKS: [(&str, usize); 4] = [
    ("`deepcall tags", 40),
    ("One poll of `deepcall watch", 30),
    ("One round of `deepcall record", 15),
    ("`deepcall login", 25),
];

#[test]
fn a_walk_is_short_and_names_each_file_once() {
    let architecture = read("docs/architecture.md");
    let walks: Vec<&str> =
        architecture.split("\n## Walks\n").nth(1).unwrap().split("\n### ").skip(1).collect();
    assert_eq!(walks.len(), WALKS.len());
    for (walk, (name, most)) in walks.iter().zip(WALKS) {
        assert!(walk.starts_with(name), "{name} is not the next walk: {walk}");
        let lines = walk.lines().filter(|line| line.starts_with(|first: char| first.is_ascii_digit()));
        let (numbers, files): (Vec<usize>, Vec<&str>) = lines
            .map(|line| {
                let (number, rest) = line.split_once(". `").unwrap();
                (number.parse::<usize>().unwrap(), rest.split('`').next().unwrap())
            })
            .unzip();
        assert!(numbers.iter().copied().eq(1..=files.len()), "{name}: {numbers:?}");
        assert!((10..=most).contains(&files.len()), "{name} has {} files", files.len());
        let different: std::collections::BTreeSet<&str> = files.iter().copied().collect();
        assert_eq!(different.len(), files.len(), "{name} names a file twice");
    }
}
