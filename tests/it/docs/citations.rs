//! A citation such as `api.md` §4 in the code leads to a section that exists.

use std::collections::BTreeSet;

use super::{documents, files_below, read};

/// One citation: the document, the numbers of sections and the headings in quotation marks that follow it.
#[derive(Debug, PartialEq)]
struct Citation {
    document: String,
    sections: Vec<String>,
    heading: Option<String>,
}

/// The citations of one line.
fn citations(line: &str) -> Vec<Citation> {
    let mut found = vec![];
    let parts: Vec<&str> = line.split(".md").collect();
    for pair in parts.windows(2) {
        let (before, after) = (pair[0], pair[1]);
        let is_of_path = |letter: char| letter.is_ascii_alphanumeric() || "_-./{}".contains(letter);
        let name = before.rsplit(|letter| !is_of_path(letter)).next().unwrap();
        let goes_on = after.starts_with(|letter: char| letter.is_ascii_alphanumeric());
        if name.is_empty() || name.contains('{') || goes_on {
            continue;
        }
        let heading = after.strip_prefix("`, \"").and_then(|rest| rest.split('"').next()).map(str::to_owned);
        let document = name.rsplit('/').next().unwrap().to_owned() + ".md";
        found.push(Citation { document, sections: cited_numbers(after), heading });
    }
    found
}

fn cited_numbers(text: &str) -> Vec<String> {
    let number = |rest: &str| {
        let end = rest.find(|letter: char| !(letter.is_ascii_digit() || letter == '.'));
        rest[..end.unwrap_or(rest.len())].trim_end_matches('.').to_owned()
    };
    text.split('§').skip(1).map(number).collect()
}

/// The numbers of all sections, and all headings.
fn sections(text: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let mut numbers = BTreeSet::new();
    let mut headings = BTreeSet::new();
    for line in text.lines() {
        let heading = line.trim_start_matches('#');
        let is_heading = heading.len() < line.len() && heading.starts_with(' ');
        let item = line.strip_prefix("- **").filter(|item| item.starts_with(|it: char| it.is_ascii_digit()));
        if is_heading {
            headings.insert(heading.trim().to_owned());
        }
        let Some(title) = item.or_else(|| is_heading.then(|| heading.trim())) else { continue };
        let number = title.split(' ').next().unwrap().trim_end_matches('.');
        if number.starts_with(|first: char| first.is_ascii_digit()) {
            numbers.insert(number.to_owned());
        }
    }
    (numbers, headings)
}

/// Every text that may cite: where it is, and its lines.
fn texts() -> Vec<(String, String)> {
    let files = ["src", "tests", "benches", "fuzz", ".ci", ".github"].into_iter().flat_map(files_below);
    let texts =
        files.filter_map(|path| Some((path.display().to_string(), std::fs::read_to_string(path).ok()?)));
    let others = ["Cargo.toml"].map(|path| (path.to_owned(), read(path)));
    texts.chain(documents()).chain(others).collect()
}

#[test]
fn every_citation_leads_to_a_section_that_exists() {
    let documents = documents();
    let mut of_sections = 0;
    for (path, text) in texts() {
        if path.ends_with("docs/citations.rs") {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            let place = format!("{path}:{}: {line}", number + 1);
            for Citation { document, sections: cited, heading } in citations(line) {
                let name = |path: &str| path.rsplit('/').next() == Some(document.as_str());
                let known = documents.iter().find(|(path, _)| name(path));
                let (_, text) = known.unwrap_or_else(|| panic!("there is no {document}\n{place}"));
                let (numbers, headings) = sections(text);
                for section in &cited {
                    assert!(numbers.contains(section), "{document} has no section {section}\n{place}");
                }
                if let Some(heading) = &heading {
                    assert!(headings.contains(heading), "{document} has no heading {heading:?}\n{place}");
                }
                of_sections += cited.len();
            }
        }
    }
    assert!(of_sections >= 50, "only {of_sections} citations of sections were found");
}

#[test]
fn a_citation_without_a_document_is_one_of_the_same_document() {
    let mut count = 0;
    for (path, text) in documents() {
        let (numbers, _) = sections(&text);
        for (at, line) in text.lines().enumerate() {
            let before_any_document = line.split(".md").next().unwrap();
            for section in cited_numbers(before_any_document) {
                assert!(
                    numbers.contains(&section),
                    "there is no section {section}\n{path}:{}: {line}",
                    at + 1
                );
                count += 1;
            }
        }
    }
    assert!(count >= 10, "only {count} citations were found");
}

#[test]
fn no_citation_in_a_comment_lacks_its_document() {
    for (path, text) in texts().into_iter().filter(|(path, _)| path.ends_with(".rs")) {
        for (number, line) in text.lines().enumerate() {
            let Some((_, comment)) = line.split_once("//") else { continue };
            let names_one = comment.contains(".md") || comment.contains("RFC ");
            assert!(names_one || !comment.contains('§'), "{path}:{}: {line}", number + 1);
        }
    }
}

#[test]
fn a_citation_is_found_with_its_sections() {
    let line = "/// (`api.md` §2 `cNumber`, §8 and [x](docs/platforms.md) §2.1.) `a.md`, \"Some heading\"";
    let wanted = [
        ("api.md", vec!["2", "8"], None),
        ("platforms.md", vec!["2.1"], None),
        ("a.md", vec![], Some("Some heading")),
    ];
    let found = citations(line);
    let found: Vec<_> = found
        .iter()
        .map(|it| {
            (it.document.as_str(), it.sections.iter().map(String::as_str).collect(), it.heading.as_deref())
        })
        .collect();
    assert_eq!(found, wanted);
}
