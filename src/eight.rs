//! Eight bytes looked at together, in the manner of a vector register but in plain arithmetic: strings are most of a
//! reply, and a byte at a time takes several times as long. It must not know what the bytes mean.

const LOWEST: u64 = u64::from_le_bytes([1; 8]);
const HIGHEST: u64 = u64::from_le_bytes([0x80; 8]);

/// The eight bytes from this place on, if there are as many.
#[must_use]
pub fn from(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// Marks the bytes below `limit`, which is at most 0x80. A mark may be wrong above a right one, never below the first:
/// good for finding the first, and for finding that there is none.
#[must_use]
pub const fn below(word: u64, limit: u8) -> u64 {
    word.wrapping_sub(LOWEST * limit as u64) & !word & HIGHEST
}

/// Marks the bytes that are this one, as exactly as [`below`].
#[must_use]
pub const fn equal(word: u64, byte: u8) -> u64 {
    below(word ^ (LOWEST * byte as u64), 1)
}

/// Marks the bytes above `limit`, which is below 0x80, as exactly as [`below`].
#[must_use]
pub const fn above(word: u64, limit: u8) -> u64 {
    (word.wrapping_add(LOWEST * (0x7f - limit) as u64) | word) & HIGHEST
}

/// Which of the eight is the first marked one, if any is.
#[must_use]
pub const fn first(marks: u64) -> Option<usize> {
    if marks == 0 { None } else { Some(marks.trailing_zeros() as usize / 8) }
}

/// Whether the byte is among these. For short texts: it sets out without any preparation.
#[must_use]
pub fn contains(bytes: &[u8], byte: u8) -> bool {
    any(bytes, |word| equal(word, byte), |other| other == byte)
}

/// Whether any byte is marked: `marks` says it of eight, `is_marked` of one.
#[must_use]
pub fn any(bytes: &[u8], marks: impl Fn(u64) -> u64, is_marked: impl Fn(u8) -> bool) -> bool {
    let mut at = 0;
    while let Some(word) = from(bytes, at) {
        if marks(word) != 0 {
            return true;
        }
        at += 8;
    }
    match bytes.last_chunk() {
        // The last eight, some of which were looked at already.
        Some(last) => marks(u64::from_le_bytes(*last)) != 0,
        None => bytes.iter().any(|&byte| is_marked(byte)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_first_marked_byte_is_the_first_that_fits(
            bytes: [u8; 8], byte: u8, limit in 0_u8..0x80, near in 0_u8..2,
        ) {
            let word = from(&bytes, 0).unwrap();
            let position = |fits: &dyn Fn(u8) -> bool| bytes.iter().position(|&byte| fits(byte));
            prop_assert_eq!(first(below(word, limit)), position(&|byte| byte < limit));
            prop_assert_eq!(first(above(word, limit)), position(&|byte| byte > limit));
            for byte in [byte, bytes[3], bytes[3].wrapping_add(near)] {
                prop_assert_eq!(first(equal(word, byte)), position(&|other| other == byte));
            }
        }
    }

    #[test]
    fn a_byte_is_found_wherever_it_is() {
        for length in 0..40 {
            let mut bytes = vec![b'x'; length];
            assert!(!contains(&bytes, b'y'), "{length}");
            for at in 0..length {
                bytes[at] = b'y';
                assert!(contains(&bytes, b'y'), "{at} of {length}");
                bytes[at] = b'x';
            }
        }
    }

    #[test]
    fn fewer_than_eight_are_left_to_others() {
        assert!(from(b"12345678", 0).is_some());
        assert!(from(b"12345678", 1).is_none());
        assert!(from(b"12345678", 9).is_none());
    }
}
