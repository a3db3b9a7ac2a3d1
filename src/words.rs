//! Words as people spell them.

/// What stands for a hidden digit, one for each.
pub(crate) const HIDDEN_DIGIT: char = '•';

/// A word without what people disagree on: case, spaces, `_` and `-`, and marks that nobody sees. `callId`, `call_id` and
/// `Call ID` are one.
#[must_use]
pub fn plain(word: &str) -> String {
    let mut plain = String::with_capacity(word.len());
    push_plain(word, &mut plain);
    plain
}

/// Appends such a word: all keys of a nested object are looked up by one buffer.
pub(crate) fn push_plain(word: &str, plain: &mut String) {
    let counts = |letter: &char| {
        let is_mark = matches!(letter, '_' | '-') || letter.is_control() || is_invisible(*letter);
        !(letter.is_whitespace() || is_mark)
    };
    if word.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        let start = plain.len();
        plain.push_str(word);
        plain[start..].make_ascii_lowercase();
    } else {
        plain.extend(word.chars().filter(counts).flat_map(char::to_lowercase));
    }
}

/// The first words of a list, and how many are left out: "a, b and 2 more".
pub(crate) fn listed<W: AsRef<str>>(words: &[W], most: usize) -> String {
    let shown: Vec<&str> = words.iter().take(most).map(AsRef::as_ref).collect();
    let shown = shown.join(", ");
    match words.len().saturating_sub(most) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// A character that paints nothing: Unicode's default ignorable ones, which guide how letters are joined, broken or
/// ordered, and the marks of annotations.
#[must_use]
pub fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// A byte order mark, which some editors put before a text.
pub(crate) const MARK: &str = "\u{feff}";

/// The text of a file without a byte order mark before it.
#[must_use]
pub fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(MARK.as_bytes()).unwrap_or(bytes)
}

/// The nearest of `known` within two edits of `word`, or within a third of its length, whatever its case. Of a short
/// word at least one letter must be left: else every word of two letters would be near every other.
#[must_use]
pub fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let letters = word.chars().count();
    let word = word.to_lowercase();
    known
        .map(|candidate| (strsim::damerau_levenshtein(&word, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| {
            *distance <= (letters / 3).max(2) && *distance < letters.min(candidate.chars().count())
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_word_has_neither_case_nor_marks() {
        for spelled in ["callid", "callId", "call_id", "CALL-ID", "Call Id"] {
            assert_eq!(plain(spelled), "callid");
        }
        assert_eq!(plain("Émilie\u{a0}T."), "émiliet.");
        assert_eq!(plain("\u{feff}Lun\u{ad}ch\u{200d}\u{202c} \r\n"), "lunch");
    }

    #[test]
    fn what_unicode_ignores_by_default_is_invisible() {
        // From DerivedCoreProperties.txt of Unicode 16: its ranges, and what stands beside them.
        for (first, last) in [
            ('\u{ad}', '\u{ad}'),
            ('\u{34f}', '\u{34f}'),
            ('\u{61c}', '\u{61c}'),
            ('\u{115f}', '\u{1160}'),
            ('\u{17b4}', '\u{17b5}'),
            ('\u{180b}', '\u{180f}'),
            ('\u{200b}', '\u{200f}'),
            ('\u{202a}', '\u{202e}'),
            ('\u{2060}', '\u{206f}'),
            ('\u{3164}', '\u{3164}'),
            ('\u{fe00}', '\u{fe0f}'),
            ('\u{feff}', '\u{feff}'),
            ('\u{ffa0}', '\u{ffa0}'),
            ('\u{fff0}', '\u{fff8}'),
            ('\u{1bca0}', '\u{1bca3}'),
            ('\u{1d173}', '\u{1d17a}'),
            ('\u{e0000}', '\u{e0fff}'),
        ] {
            assert!((first..=last).all(is_invisible), "{first:?}");
        }
        for visible in
            ['a', 'é', 'स', '\u{93f}', '\u{301}', '٣', '中', '😀', '\u{2010}', '\u{2011}', '\u{fffd}']
        {
            assert!(!is_invisible(visible), "{visible:?}");
        }
    }

    #[test]
    fn the_nearest_word_is_found_and_strangers_are_not() {
        let known = ["id", "time", "kind", "message", "customer"];
        assert_eq!(nearest("tiem", known.into_iter()), Some("time"));
        assert_eq!(nearest("Costumer", known.into_iter()), Some("customer"));
        assert_eq!(nearest("di", known.into_iter()), Some("id"));
        for stranger in ["", "z", "no", "zzzzzzzz"] {
            assert_eq!(nearest(stranger, known.into_iter()), None, "for {stranger:?}");
        }
    }
}
