//! The house rules that a compiler does not hold: arrows only point down, and no file grows too long.

use std::fs;
use std::path::{Path, PathBuf};

/// From top to bottom; a module may use its own row's name and rows below it.
pub const LAYERS: &[&[&str]] = &[
    &["main", "lib"],
    &["cli"],
    &["commands"],
    &["app"],
    &["watch"],
    &["failure"],
    &["client", "output"],
    &["floor"],
    &["report", "sandbox", "store"],
    &["clock", "json", "moment", "words"],
];

#[test]
fn arrows_only_point_down() {
    for (path, text) in sources("src") {
        let module = top_module(&path);
        for used in text.lines().filter(|line| !line.trim_start().starts_with("//")).flat_map(modules_used) {
            if used == module {
                continue;
            }
            let (Some(from), Some(to)) = (layer(&module), layer(&used)) else {
                panic!("{}: `{module}` or `{used}` is in no layer of tests/it/layers.rs", path.display())
            };
            assert!(from < to, "{}: {module} must not use {used}", path.display());
        }
    }
}

#[test]
fn only_the_door_names_the_http_library() {
    for (path, text) in sources("src") {
        let is_door = top_module(&path) == "client";
        assert!(is_door || !text.contains("reqwest::"), "{} names reqwest", path.display());
    }
}

/// Files of more than 400 lines, each with the reason why it is not two.
const LONG_FILES: &[(&str, &str)] =
    &[("src/watch/run.rs", "the loop is one state machine: its turns read each other")];

#[test]
fn a_file_has_at_most_400_lines_or_a_reason_and_never_more_than_600() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (path, text) in sources("src").into_iter().chain(sources("tests")) {
        let lines = text.lines().count();
        let has_reason = LONG_FILES.iter().any(|(file, _)| path == root.join(file));
        let limit = if has_reason { 600 } else { 400 };
        assert!(lines <= limit, "{} has {lines} lines", path.display());
    }
}

#[test]
fn production_code_knows_no_test_variable() {
    for (path, text) in sources("src") {
        assert!(!text.contains("DEEPCALL_TEST"), "{} knows a test variable", path.display());
    }
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|row| row.contains(&module))
}

fn modules_used(line: &str) -> Vec<String> {
    let paths = line.split("crate::").skip(1);
    paths
        .flat_map(|rest| {
            let end =
                rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len());
            let name = &rest[..end];
            let group = rest.strip_prefix('{').and_then(|inner| inner.split('}').next()).unwrap_or("");
            let grouped =
                group.split(',').filter_map(|item| item.trim().split("::").next()).map(str::to_owned);
            grouped.chain(std::iter::once(name.to_owned())).collect::<Vec<_>>()
        })
        .filter(|name| name.starts_with(|first: char| first.is_ascii_lowercase()))
        .collect()
}

fn top_module(path: &Path) -> String {
    let inside = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
    let first = inside.components().next().unwrap().as_os_str().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let mut found = vec![];
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    found
}
