//! The known word nearest to a misspelt one. Pure.

/// The nearest of `known` within two edits of `word`, or within a third of its length.
pub fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = (word.chars().count() / 3).max(2);
    known
        .map(|candidate| {
            (strsim::damerau_levenshtein(&word.to_lowercase(), &candidate.to_lowercase()), candidate)
        })
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_found_and_strangers_are_not() {
        let known = ["time", "kind", "message", "customer"];
        assert_eq!(nearest("tiem", known.into_iter()), Some("time"));
        assert_eq!(nearest("Costumer", known.into_iter()), Some("customer"));
        assert_eq!(nearest("zzzzzzzz", known.into_iter()), None);
    }
}
