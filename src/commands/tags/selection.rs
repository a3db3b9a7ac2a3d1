//! Which tags `--kind` and `--match` select.

use std::cell::RefCell;
use std::collections::BTreeMap;

use compact_str::CompactString;
use regex::{Regex, RegexBuilder};

use crate::floor::answer::Tag;

/// More kinds are not listed in a note.
const LISTED: usize = 10;

/// A kind of `--kind`.
///
/// # Errors
/// If it is empty: every kind contains an empty text.
pub(super) fn kind(text: &str) -> Result<String, String> {
    let kind = text.trim();
    if kind.is_empty() { Err("a kind is missing".to_owned()) } else { Ok(kind.to_owned()) }
}

/// The expression of `--match`. Case matters once it has a capital letter, as in ripgrep's smart case.
///
/// # Errors
/// If it is no regular expression, or empty: every text has an empty match.
pub(super) fn expression(text: &str) -> Result<Regex, String> {
    if text.is_empty() {
        return Err("an expression is missing".to_owned());
    }
    let regex = RegexBuilder::new(text).case_insensitive(!has_capital_letter(text)).build();
    regex.map_err(|error| error.to_string())
}

/// Whether an expression has a capital letter that stands for itself: unlike that of `\W`, of `\p{Lu}`, of `(?U)` and of
/// `(?<Name>…)`.
fn has_capital_letter(expression: &str) -> bool {
    let mut rest = expression.chars().peekable();
    while let Some(letter) = rest.next() {
        match letter {
            '\\' => {
                let escaped = rest.next();
                let is_long = matches!(escaped, Some('p' | 'P' | 'x' | 'u' | 'U' | 'b'));
                if is_long && rest.next_if_eq(&'{').is_some() {
                    rest.by_ref().take_while(|letter| *letter != '}').for_each(drop);
                } else if matches!(escaped, Some('p' | 'P')) {
                    rest.next();
                }
            }
            '(' if rest.next_if_eq(&'?').is_some() => {
                rest.by_ref().take_while(|letter| !matches!(letter, ')' | ':' | '>')).for_each(drop);
            }
            _ if letter.is_uppercase() => return true,
            _ => {}
        }
    }
    false
}

/// Whether a kind contains one of those of `--kind`, whatever the case; without any, every kind does.
pub(super) fn is_of_kind(tag: &Tag, wanted: &[String]) -> bool {
    let kind = tag.kind.as_deref().unwrap_or_default();
    wanted.is_empty() || wanted.iter().any(|wanted| contains(kind, wanted))
}

fn contains(kind: &str, wanted: &str) -> bool {
    kind.to_lowercase().contains(&wanted.to_lowercase())
}

/// The kinds of the tags in the window, each with its number of tags. A misspelt `--kind` is noticed by them.
#[derive(Debug, Default)]
pub(super) struct KindsSeen(RefCell<BTreeMap<CompactString, usize>>);

impl KindsSeen {
    pub(super) fn add(&self, tag: &Tag) {
        *self.0.borrow_mut().entry(tag.kind.clone().unwrap_or_default()).or_default() += 1;
    }

    /// The note about a `--kind` that no tag has, if there are tags. The most frequent kinds come first.
    pub(super) fn note(&self, wanted: &[String]) -> Option<String> {
        let seen = self.0.borrow();
        let is_found = |wanted: &String| seen.keys().any(|kind| contains(kind, wanted));
        if wanted.is_empty() || seen.is_empty() || wanted.iter().any(is_found) {
            return None;
        }
        let mut kinds: Vec<(&str, usize)> =
            seen.iter().map(|(kind, count)| (kind.as_str(), *count)).collect();
        kinds.retain(|(kind, _)| !kind.is_empty());
        kinds.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let more = kinds.len().saturating_sub(LISTED);
        let listed: Vec<&str> = kinds.into_iter().take(LISTED).map(|(kind, _)| kind).collect();
        let listed = match (listed.as_slice(), more) {
            ([], _) => "none".to_owned(),
            (listed, 0) => listed.join(", "),
            (listed, more) => format!("{} and {more} more", listed.join(", ")),
        };
        Some(format!("no tag has kind {}; seen: {listed}", wanted.join(" or ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_matters_once_the_expression_has_a_capital_letter_of_its_own() {
        for insensitive in [
            "neha joshi",
            "neha.*joshi",
            r"\Wneha\W",
            r"\p{Lu}eha",
            r"\PLneha",
            r"(?P<Name>neha)",
            "(?<Name>neha)",
            "(?U)neha.*",
            r"n\x{65}ha",
            r"\Aneha",
            r"\\neha|neha",
            "रवि|neha",
            "é|neha",
        ] {
            let regex = expression(insensitive).unwrap();
            assert!(regex.is_match(" NEHA JOSHI ") || regex.is_match("NEHA"), "{insensitive}");
        }
        for sensitive in ["Neha", "neha J", "[A-Z]oshi", r"\wehA", "É", r"\\N", "(?m:^)Neha", "(?<name>N)eha"]
        {
            assert!(!expression(sensitive).unwrap().is_match(&sensitive.to_lowercase()), "{sensitive}");
        }
        assert!(expression("(?i)Neha").unwrap().is_match("neha"), "a flag of the expression counts");
        assert!(!expression("(?-i)neha").unwrap().is_match("NEHA"));
        for wrong in ["", "(", "[z-a]", r"\", "(?"] {
            assert!(expression(wrong).is_err(), "{wrong}");
        }
    }

    proptest::proptest! {
        #[test]
        fn an_expression_of_small_letters_finds_a_text_in_any_case(text in "[a-zà-öа-я]{1,12}") {
            proptest::prop_assert!(expression(&text).unwrap().is_match(&text.to_uppercase()));
        }

        #[test]
        fn no_expression_breaks_it(text in "\\PC{0,24}|[\\\\(?<>{}pPxLuA-Z:)]{0,12}") {
            let _ = expression(&text);
        }
    }
}
