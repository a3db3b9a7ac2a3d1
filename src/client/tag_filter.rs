//! Which of the notifications that the server sent are wanted. It has no filter of its own, so `--kind` and `--match` of
//! `tags` and of `watch` work on what it sent.

use regex::{Regex, RegexBuilder};

use crate::client::replies::tags;
use crate::floor::answer::Tag;
use crate::floor::kind::WantedKind;

/// All tags by default.
#[derive(Clone, Debug, Default)]
pub struct TagFilter {
    /// Tags of one of these kinds; of all kinds if there is none.
    pub kinds: Vec<WantedKind>,
    /// Tags that have a text like this.
    pub matching: Option<Regex>,
}

impl TagFilter {
    #[must_use]
    pub fn selects(&self, tag: &Tag) -> bool {
        let is_of_kind = self.kinds.is_empty() || self.kinds.iter().any(|kind| kind.matches(tag));
        is_of_kind && self.matching.as_ref().is_none_or(|regex| has_text_like(tag, regex))
    }
}

/// Whether the expression matches one of the texts of the tag.
fn has_text_like(tag: &Tag, regex: &Regex) -> bool {
    let fits = |text: &str| regex.is_match(text);
    let named = [&tag.message, &tag.kind, &tag.customer, &tag.agent_id, &tag.call_id, &tag.id];
    let is_found = named.into_iter().flatten().chain(&tag.icon_names).any(|text| fits(text));
    is_found || tags::extra_fields(&tag.fields).iter().any(|(_, text)| fits(text))
}

/// The expression of `--match`. Case matters once it has a capital letter, as in ripgrep's smart case.
///
/// # Errors
/// If it is no regular expression, or empty: every text has an empty match.
pub(crate) fn expression(text: &str) -> Result<Regex, String> {
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
