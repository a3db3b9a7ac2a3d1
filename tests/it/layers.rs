//! The house rules that a compiler does not hold: arrows only point down, and no file grows too long.

use std::collections::{BTreeMap, BTreeSet};
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
    &["journal"],
    &["client", "output"],
    &["floor"],
    &["report", "sandbox", "store"],
    &["clock", "json", "moment", "size", "system", "words"],
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
fn no_file_imports_itself_over_others() {
    let files: BTreeMap<Vec<String>, String> =
        sources("src").into_iter().map(|(path, text)| (module_path(&path), text)).collect();
    let imports: BTreeMap<_, BTreeSet<_>> =
        files.iter().map(|(file, text)| (file, files_used(file, text, &files))).collect();
    // A file that imports nothing that is left is in no circle; what remains is, or leads to one.
    let mut left = imports.clone();
    loop {
        let free: Vec<_> = left
            .iter()
            .filter(|(_, used)| !used.iter().any(|used| left.contains_key(used)))
            .map(|(file, _)| *file)
            .collect();
        if free.is_empty() {
            break;
        }
        left.retain(|file, _| !free.contains(file));
    }
    let Some(start) = left.keys().next() else { return };
    let mut way = vec![*start];
    loop {
        let next = left[way.last().unwrap()].iter().find(|used| left.contains_key(*used)).unwrap();
        if let Some(begin) = way.iter().position(|file| file == next) {
            let circle: Vec<_> = way[begin..].iter().map(|file| file.join("::")).collect();
            panic!("a circle of imports: {}", circle.join(" → "));
        }
        way.push(next);
    }
}

/// The files that a file names, by `crate::` or `super::`; a name that is no file stands for the nearest one above it.
fn files_used<'f>(
    file: &[String],
    text: &str,
    files: &'f BTreeMap<Vec<String>, String>,
) -> BTreeSet<&'f Vec<String>> {
    let production = text.split("\nmod tests {").next().unwrap();
    let is_test = file.last().is_some_and(|name| name == "tests");
    let lines = production.lines().filter(|line| !is_test && !line.trim_start().starts_with("//"));
    let code: String = lines.flat_map(|line| [line, "\n"]).collect();
    let mut used = BTreeSet::new();
    for (keyword, base) in [("crate::", &[] as &[String]), ("super::", &file[..file.len().saturating_sub(1)])]
    {
        for path in code.split(keyword).skip(1).flat_map(paths) {
            let path: Vec<String> = base.iter().cloned().chain(path).collect();
            let nearest = (0..=path.len()).rev().find_map(|end| files.get_key_value(&path[..end]));
            used.extend(nearest.map(|(file, _)| file).filter(|used| used.as_slice() != file));
        }
    }
    used
}

/// The paths that `use` names here: `a::b::C` is one, `a::{b::C, D}` are two.
fn paths(rest: &str) -> Vec<Vec<String>> {
    let end = rest.find(|letter: char| !(letter.is_alphanumeric() || letter == '_' || letter == ':'));
    let (head, tail) = rest.split_at(end.unwrap_or(rest.len()));
    let words = |path: &str| path.split("::").filter(|word| !word.is_empty()).map(str::to_owned).collect();
    match tail.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
        Some((inner, _)) => inner.split(',').map(|item| words(&format!("{head}{}", item.trim()))).collect(),
        None => vec![words(head)],
    }
}

/// `src/a/b.rs` and `src/a/b/mod.rs` are both `a::b`; `src/lib.rs` is the top.
fn module_path(path: &Path) -> Vec<String> {
    let inside = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
    let names = inside.with_extension("");
    let names = names.iter().map(|name| name.to_str().unwrap().to_owned());
    names.filter(|name| !["mod", "lib"].contains(&name.as_str())).collect()
}

#[test]
fn a_command_sees_at_most_eight_methods_of_app() {
    let mut methods = vec![];
    for (_, text) in sources("src/app") {
        for block in text.split("\nimpl App {\n").skip(1) {
            let block = block.split("\n}\n").next().unwrap();
            let is_method = |line: &&str| line.starts_with("    pub");
            methods.extend(block.lines().filter(is_method).map(|line| line.trim().to_owned()));
        }
    }
    assert!((1..=8).contains(&methods.len()), "{methods:#?}");
}

#[test]
fn only_the_door_names_the_http_library() {
    for (path, text) in sources("src") {
        let is_door = top_module(&path) == "client";
        assert!(is_door || !text.contains("hyper_util::client"), "{} names it", path.display());
    }
}

#[test]
fn a_file_has_at_most_400_lines() {
    for (path, text) in sources("src").into_iter().chain(sources("tests")) {
        let lines = text.lines().count();
        assert!(lines <= 400, "{} has {lines} lines", path.display());
    }
}

/// What distinguishes systems, or is there on one of them only.
const OF_ONE_SYSTEM: &[&str] = &[
    "(unix",
    "(windows",
    "target_os",
    "target_vendor",
    "std::os::",
    "rustix::",
    "signal_hook::",
    "signal::unix",
    "signal::windows",
    "zbus::",
    "\"/proc",
];

#[test]
fn systems_differ_in_the_room_for_that_in_the_keyring_and_in_the_keys_of_the_board_only() {
    let seams = ["src/system", "src/store/keyring", "src/watch/sinks/board/keyboard"];
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = BTreeSet::new();
    for (path, text) in sources("src") {
        let inside = path.strip_prefix(root).unwrap().with_extension("");
        if inside.components().any(|name| ["tests", "testing"].contains(&name.as_os_str().to_str().unwrap()))
        {
            continue;
        }
        let production = text.split("\nmod tests {").next().unwrap();
        // A test may concern one system.
        let code = production.lines().filter(|line| {
            let line = line.trim_start();
            !line.starts_with("//") && !line.starts_with("#[cfg(all(test, ")
        });
        for line in code {
            let Some(word) = OF_ONE_SYSTEM.iter().find(|word| line.contains(**word)) else { continue };
            match seams.iter().find(|seam| inside.starts_with(seam)) {
                Some(seam) => _ = found.insert(*seam),
                None => panic!("{}: `{word}` belongs into src/system", path.display()),
            }
        }
    }
    assert_eq!(found, BTreeSet::from(seams), "a seam without a difference is none");
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
