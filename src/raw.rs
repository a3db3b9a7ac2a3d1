//! A piece of JSON exactly as the server wrote it. It must not know what it means.

use arcstr::{ArcStr, Substr};
use serde_json::value::RawValue;

/// Valid JSON, byte for byte. Parts of one piece share it: the items of a list are kept once, not copied one by one,
/// and cloning copies nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raw(Substr);

impl Raw {
    /// A copy of a piece that was read elsewhere.
    #[must_use]
    pub fn copy(raw: &RawValue) -> Self {
        Self(ArcStr::from(raw.get()).into())
    }

    /// The JSON.
    #[must_use]
    pub fn get(&self) -> &str {
        &self.0
    }

    /// A piece that was found inside this one, which it keeps in memory. The caller answers for its being JSON.
    #[must_use]
    pub(crate) fn part(&self, part: &str) -> Self {
        Self(self.0.try_substr_from(part).unwrap_or_else(|| ArcStr::from(part).into()))
    }

    /// The same piece, keeping nothing else in memory: for what outlives the reply it came with.
    #[must_use]
    pub fn detached(&self) -> Self {
        Self(ArcStr::from(self.get()).into())
    }
}

#[cfg(test)]
impl Raw {
    /// A piece for a test.
    ///
    /// # Panics
    /// If it is not JSON.
    pub(crate) fn of(json: &str) -> Self {
        Self::copy(&RawValue::from_string(json.to_owned()).expect("valid JSON"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_the_same_text_in_the_same_place_and_a_detached_one_in_another() {
        let whole = Raw::of(r#"[{"a": 1e400},{"b":-0}]"#);
        let items: Vec<&RawValue> = serde_json::from_str(whole.get()).unwrap();
        let part = whole.part(items[1].get());
        assert_eq!((part.get(), part.get().as_ptr()), (r#"{"b":-0}"#, items[1].get().as_ptr()));
        let detached = part.detached();
        assert_eq!(detached, part);
        assert_ne!(detached.get().as_ptr(), part.get().as_ptr());
    }

    #[test]
    fn what_is_no_part_is_copied() {
        assert_eq!(Raw::of("[7]").part("8").get(), "8");
    }
}
