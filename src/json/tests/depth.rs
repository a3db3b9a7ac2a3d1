//! How deep a text may be nested.

use super::*;

#[test]
fn the_depth_limit_is_exact_and_holds_for_any_depth() {
    let limit = DEPTH;
    assert_eq!(verdict(&nested(limit)), Ok(()));
    assert_eq!(verdict(&nested(limit + 1)), Err("too deep"));
    assert_eq!(verdict(&nested(100_000)), Err("too deep"));
    assert_eq!(verdict(&"{\"a\":".repeat(limit + 1)), Err("too deep"));
    let mixed = format!("{}1{}", "[{\"a\":".repeat(limit / 2), "}]".repeat(limit / 2));
    assert_eq!(verdict(&mixed), Ok(()));
    assert_eq!(verdict(&format!("[{mixed}]")), Err("too deep"));
}

proptest! {
    /// In texts of brackets and strings, most of which are no JSON.
    #[test]
    fn no_depth_is_missed_by_counting_brackets(
        pieces in prop::collection::vec(prop::sample::select(vec!["{", "[", "}", "]", ",", " ", "},{", "\"", "\\"]), 0..60),
        most in 1_usize..5,
    ) {
        let text = pieces.concat();
        prop_assert!(may_be_deeper(text.as_bytes(), most) || !is_deeper(text.as_bytes(), most), "{text}");
    }
}

#[test]
fn a_long_list_is_not_taken_for_a_deep_one() {
    let items = r#"{"a": "}"}, ["b"], "#.repeat(500);
    assert!(!may_be_deeper(format!("[{items}0]").as_bytes(), 5));
}
