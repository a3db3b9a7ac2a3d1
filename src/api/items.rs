//! Lists in a reply, in the shapes that servers give them (`api.md` §10.4).

use serde_json::value::RawValue;

use super::error::{ApiError, Fault};
use super::lenient::{self, Object, OverLimit};

pub use crate::raw::Raw;

/// The items under a key, unread: what is in them is checked by whoever reads them. A list; `null`, `""`, `{}` or nothing for none; an object for one; any of these in a string.
///
/// # Errors
/// When it is something else, or a limit of [`super::budget`] is passed.
pub fn read(key: &str, raw: Option<&RawValue>) -> Result<Vec<Raw>, ApiError> {
    let Some(raw) = raw.filter(|raw| !lenient::is_absent(raw)) else { return Ok(Vec::new()) };
    let list = lenient::structure(raw).ok_or_else(|| not_a_list(key))?;
    if lenient::is_list(&list) {
        let list = Raw::copy(&list);
        let items = lenient::elements(list.get()).map_err(|error| over_limit(key, error))?;
        return Ok(items.into_iter().map(|item| list.part(item)).collect());
    }
    if !lenient::is_object(&list) {
        return Err(not_a_list(key));
    }
    let is_empty = Object::read(list.get()).map_err(|error| over_limit(key, error))?.0.is_empty();
    Ok(if is_empty { Vec::new() } else { vec![Raw::copy(&list)] })
}

fn not_a_list(key: &str) -> ApiError {
    ApiError::new(Fault::Protocol, format!("`{key}` in the reply is not a list"))
}

pub(super) fn over_limit(key: &str, error: OverLimit) -> ApiError {
    ApiError::new(Fault::TooLarge, format!("`{key}` in the reply is too large")).because(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(json: &str) -> Result<Vec<String>, &'static str> {
        let raw: Box<RawValue> = serde_json::from_str(json).unwrap();
        match read("data", Some(&raw)) {
            Ok(items) => Ok(items.iter().map(|item| item.get().to_owned()).collect()),
            Err(error) => Err(error.kind()),
        }
    }

    #[test]
    fn every_shape_of_none_is_an_empty_list() {
        assert!(read("data", None).unwrap().is_empty());
        for json in ["[]", "null", r#""""#, "{}", r#""[]""#, r#""{}""#] {
            assert_eq!(items(json), Ok(vec![]), "{json}");
        }
    }

    #[test]
    fn items_are_kept_byte_for_byte() {
        let table = [
            (
                r#"[{"a":18446744073709551616},{"b": 1e400}]"#,
                vec![r#"{"a":18446744073709551616}"#, r#"{"b": 1e400}"#],
            ),
            (r#"{"a":-0}"#, vec![r#"{"a":-0}"#]),
            (r#""[{\"a\":1}]""#, vec![r#"{"a":1}"#]),
            ("[1,null]", vec!["1", "null"]),
        ];
        for (json, wanted) in table {
            assert_eq!(items(json), Ok(wanted.into_iter().map(str::to_owned).collect()), "{json}");
        }
    }

    #[test]
    fn what_is_no_list_is_refused() {
        for json in ["false", "true", "0", "1.5", r#""Lunch""#, r#""1""#] {
            assert_eq!(items(json), Err("protocol"), "{json}");
        }
    }

    #[test]
    fn too_many_items_are_refused() {
        assert_eq!(items(&format!("[{}0]", "0,".repeat(20_000))), Err("too_large"));
    }
}
