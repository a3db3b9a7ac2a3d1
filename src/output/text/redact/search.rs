//! Finds any of the spellings in a text. A general searcher for many words looks at every byte, and takes longer to build
//! than a short answer takes otherwise. No spelling is short, so that few places of a text have to be looked at.

use std::cmp::Reverse;
use std::ops::Range;

use super::encodings::Spelling;

/// So many bytes are looked at in one place.
const WINDOW: usize = 4;

/// The filter has a bit for each hash of a window.
const HASH_BITS: u32 = 16;
const FILTER: usize = 1 << (HASH_BITS - u64::BITS.ilog2());

pub(super) struct Search {
    spellings: Vec<Spelling>,
    /// How far apart the places are that are looked at. However a spelling lies in a text, one of them is less than this
    /// behind its beginning, with the whole window in it.
    step: usize,
    /// What may be in a window there, sorted.
    pieces: Vec<Piece>,
    /// Whether a piece has such a hash.
    filter: Box<[u64; FILTER]>,
    longest: usize,
}

/// A piece of a spelling, as long as a window.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Piece {
    window: u32,
    /// Where in the list the spelling is.
    spelling: usize,
    /// Where in the spelling the piece is.
    offset: usize,
}

impl Search {
    /// No spelling may be shorter than a window.
    pub(super) fn of(spellings: Vec<Spelling>) -> Self {
        let shortest = spellings.iter().map(|spelling| spelling.len()).min().unwrap_or_default();
        let step = (shortest + 1).saturating_sub(WINDOW).max(1);
        let mut pieces = Vec::with_capacity(spellings.len() * step);
        let mut filter = Box::new([0_u64; FILTER]);
        for (spelling, text) in spellings.iter().enumerate() {
            for (offset, window) in text.windows(WINDOW).take(step).enumerate() {
                let window = number(window);
                let (word, bit) = place_in_filter(window);
                filter[word] |= bit;
                pieces.push(Piece { window, spelling, offset });
            }
        }
        pieces.sort_unstable();
        let longest = spellings.iter().map(|spelling| spelling.len()).max().unwrap_or_default();
        Self { spellings, step, pieces, filter, longest }
    }

    /// How many bytes the longest spelling has.
    pub(super) fn longest(&self) -> usize {
        self.longest
    }

    /// The first spelling that begins at `from` or later; of several that begin there, the longest.
    pub(super) fn find(&self, text: &[u8], from: usize) -> Option<Range<usize>> {
        let places = text.get(from..)?.windows(WINDOW).step_by(self.step);
        for (number_of_place, window) in places.enumerate() {
            let window = number(window);
            let (word, bit) = place_in_filter(window);
            if self.filter[word] & bit != 0
                && let Some(found) = self.find_at(text, from, from + number_of_place * self.step, window)
            {
                return Some(found);
            }
        }
        None
    }

    /// The spelling that has this window in this place.
    fn find_at(&self, text: &[u8], from: usize, place: usize, window: u32) -> Option<Range<usize>> {
        let first = self.pieces.partition_point(|piece| piece.window < window);
        let equal = self.pieces[first..].iter().take_while(|piece| piece.window == window);
        let found = equal.filter_map(|piece| {
            let spelling = self.spellings[piece.spelling].as_slice();
            let begin = place.checked_sub(piece.offset).filter(|begin| *begin >= from)?;
            text[begin..].starts_with(spelling).then(|| begin..begin + spelling.len())
        });
        found.min_by_key(|found| (found.start, Reverse(found.end)))
    }
}

fn number(window: &[u8]) -> u32 {
    window.iter().fold(0, |number, byte| number << 8 | u32::from(*byte))
}

/// Which word of the filter the hash of a window is in, and its bit there.
fn place_in_filter(window: u32) -> (usize, u64) {
    let hash = window.wrapping_mul(0x9E37_79B1) >> (32 - HASH_BITS);
    ((hash >> 6) as usize, 1 << (hash & 63))
}

#[cfg(test)]
mod tests {
    use aho_corasick::{AhoCorasick, MatchKind};
    use proptest::collection::vec;
    use proptest::prelude::*;
    use zeroize::Zeroizing;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn it_finds_what_a_searcher_of_every_byte_finds(
            words in vec("[ab]{4,12}", 1..6),
            between in vec("[abc]{0,9}", 1..20),
            text in vec(0_usize..6, 0..20),
        ) {
            let pieces = between.iter().zip(&text);
            let text: String = pieces.flat_map(|(gap, word)| [gap, &words[word % words.len()]]).cloned().collect();
            let builder = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&words);
            let expected: Vec<_> = builder.expect("built").find_iter(&text).map(|found| found.range()).collect();
            let spellings = words.into_iter().map(|word| Zeroizing::new(word.into_bytes())).collect();
            let search = Search::of(spellings);
            let mut found = vec![];
            let mut done = 0;
            while let Some(next) = search.find(text.as_bytes(), done) {
                done = next.end;
                found.push(next);
            }
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn where_there_is_nothing_to_find_nothing_is_found() {
        let search = Search::of(vec![]);
        assert_eq!(search.find(b"a text", 0), None);
        assert_eq!(search.find(b"", 7), None);
    }
}
