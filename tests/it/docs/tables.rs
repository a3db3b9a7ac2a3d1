//! Tables in the documents that repeat one of the code. `UPDATE_GENERATED=1 cargo test docs` writes them anew.

use std::fs;
use std::path::Path;

use deepcall::app::settings::variables::VARIABLES;

use super::{TOP, read};
use crate::faults::rows::ROWS;
use crate::support::World;

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

/// Compares what stands between `<!-- name -->` and `<!-- /name -->`.
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
    let shown = World::new().run("config show --json").ended_with(0).json();
    let rows = shown["config"].as_array().unwrap().iter();
    // Two rows stand for credentials and for a variable alone.
    let keys = rows.filter(|row| row["key"] != "session" && row["key"].as_str() != row["variable"].as_str());
    let rows = keys.map(|row| {
        let text = |name: &str| row[name].as_str().unwrap_or("").to_owned();
        vec![
            code(&text("key")),
            code(&text("option")),
            code(&text("variable")),
            code(&text("value")),
            text("about"),
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
    let rows = VARIABLES.iter().filter(|variable| variable.name != "DEEPCALL_COMPLETE");
    let rows = rows.map(|variable| vec![code(variable.name), variable.about.to_owned()]);
    compare("docs/configuration.md", "variables", &table(&["variable", "meaning"], rows));
}

#[test]
fn the_fault_matrix_is_the_one_that_is_run() {
    let rows = ROWS.iter().map(|row| {
        vec![row.id.to_owned(), row.what.to_owned(), row.commands.replace(' ', ", "), row.note.to_owned()]
    });
    compare("docs/reliability.md", "rows", &table(&["row", "what goes wrong", "commands", "remark"], rows));
}
