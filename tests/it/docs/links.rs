//! Links between documents, and paths of the repository that they name, lead to something.

use std::collections::BTreeSet;
use std::path::Path;

use super::{TOP, documents, prose, read};

/// What follows `](` in the prose of a document.
fn links(text: &str) -> Vec<String> {
    let text = prose(text);
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    targets.map(|(target, _)| target.to_owned()).collect()
}

/// What a forge makes of each heading.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = prose(text);
    let headings = headings.lines().filter(|line| line.starts_with('#'));
    let slug = |heading: &str| -> String {
        let kept = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = kept.chars().filter(|letter| letter.is_alphanumeric() || " -_".contains(*letter));
        kept.map(|letter| if letter == ' ' { '-' } else { letter }).collect()
    };
    headings.map(slug).collect()
}

#[test]
fn every_link_leads_to_a_document_and_a_heading_that_exist() {
    let mut count = 0;
    for (path, text) in documents() {
        let folder = Path::new(&path).parent().unwrap();
        for link in links(&text) {
            if link.starts_with("https://") {
                continue;
            }
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target =
                if file.is_empty() { path.clone() } else { folder.join(file).to_str().unwrap().to_owned() };
            let target = target.strip_prefix("docs/../").unwrap_or(&target);
            assert!(Path::new(TOP).join(target).is_file(), "{path}: {link} leads nowhere");
            // These are packed together; the source is not there where a package is installed.
            let is_packed = target.ends_with(".md") || target.starts_with("docs/pictures/");
            assert!(is_packed, "{path}: {link} is no document");
            assert!(
                anchor.is_empty() || anchors(&read(target)).contains(anchor),
                "{path}: no heading {link}"
            );
            count += 1;
        }
    }
    assert!(count >= 30, "only {count} links were found");
}

#[test]
fn every_path_in_the_documents_exists() {
    let roots = ["src/", "tests/", "docs/", "benches/", "fuzz/", ".ci/", ".github/", "man/", "completions/"];
    let mut count = 0;
    for (path, text) in documents().into_iter().filter(|(path, _)| path != "CHANGELOG.md") {
        let quoted = prose(&text);
        let quoted = quoted.split('`').skip(1).step_by(2);
        let scripts = [".ci/", "tests/", "benches/"];
        let lines = text.lines().map(str::trim);
        let commands = lines.filter(|line| scripts.iter().any(|root| line.starts_with(root)));
        for named in quoted.chain(commands) {
            let named = named.split([' ', '#', ':']).next().unwrap();
            if named.contains("NAME") || !roots.iter().any(|root| named.starts_with(root)) {
                continue;
            }
            assert!(Path::new(TOP).join(named).exists(), "{path}: there is no {named}");
            count += 1;
        }
    }
    assert!(count >= 30, "only {count} paths were found");
}

#[test]
fn every_document_is_reached_from_the_readme() {
    let readme = read("README.md");
    let reached = links(&readme);
    for (path, _) in documents().iter().filter(|(path, _)| path != "README.md") {
        assert!(reached.iter().any(|link| link == path), "README.md has no link to {path}");
    }
}
