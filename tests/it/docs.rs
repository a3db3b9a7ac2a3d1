//! The documents hold: what they cite and link to exists, their commands work, and their tables are those of the code.

use std::fs;
use std::path::{Path, PathBuf};

mod citations;
mod commands;
mod links;
mod recipes;
mod tables;

const TOP: &str = env!("CARGO_MANIFEST_DIR");

/// Every document: its path from the top of the repository, and its text.
fn documents() -> Vec<(String, String)> {
    let mut paths: Vec<String> =
        ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].into_iter().map(str::to_owned).collect();
    for path in files_below("docs") {
        let path = path.strip_prefix(TOP).unwrap().to_str().unwrap();
        if path.ends_with(".md") {
            paths.push(path.to_owned());
        }
    }
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), read(&path))).collect()
}

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(TOP).join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every file below a folder, but what a build or a run leaves there.
fn files_below(folder: &str) -> Vec<PathBuf> {
    let mut found = vec![];
    let mut folders = vec![Path::new(TOP).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap();
            if path.is_dir() && !["target", "corpus", "artifacts", "seeds"].iter().any(|left| name == *left) {
                folders.push(path);
            } else if path.is_file() {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The text without its blocks of code.
fn prose(text: &str) -> String {
    text.split("\n```").step_by(2).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_readme_can_be_read_in_one_go() {
    let lines = read("README.md").lines().count();
    assert!(lines <= 200, "README.md has {lines} lines");
}

#[test]
fn the_test_that_the_page_for_contributors_shows_is_one_that_runs() {
    let page = read("CONTRIBUTING.md");
    let shown = page.split("```").find_map(|block| block.strip_prefix("rust\n")).unwrap();
    let test = &shown[shown.find("#[test]").unwrap()..];
    assert!(include_str!("break_status.rs").contains(test), "tests/it/break_status.rs has no\n{test}");
}
