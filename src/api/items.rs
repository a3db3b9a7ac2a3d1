//! Lists in a reply, in the shapes that servers give them (`api.md` §10.4).

use serde_json::value::RawValue;

use super::error::{ApiError, Fault};
use super::lenient::{self, Object, OverLimit};

pub use crate::raw::Raw;

/// The items under a key.
#[derive(Debug)]
pub struct Items {
    key: &'static str,
    /// A list, or the only item; `None` for none.
    whole: Option<Raw>,
}

impl Items {
    /// A list; `null`, `""`, `{}` or nothing for none; an object for one; any of these in a string. The items
    /// themselves are not looked at yet.
    ///
    /// # Errors
    /// When it is something else.
    pub fn of(key: &'static str, raw: Option<&RawValue>) -> Result<Self, ApiError> {
        let Some(raw) = raw.filter(|raw| !lenient::is_absent(raw)) else {
            return Ok(Self { key, whole: None });
        };
        let whole = lenient::structure(raw).ok_or_else(|| not_a_list(key))?;
        if !lenient::is_list(&whole) && !lenient::is_object(&whole) {
            return Err(not_a_list(key));
        }
        Ok(Self { key, whole: Some(Raw::copy(&whole)) })
    }

    /// Goes over the items in the server's order: each as it was written, and taken apart.
    ///
    /// # Errors
    /// When a limit of [`super::budget`] is passed.
    pub fn each<'a>(&'a self, mut visit: impl FnMut(Raw, Object<'a>)) -> Result<(), ApiError> {
        let Some(whole) = &self.whole else { return Ok(()) };
        let too_large = |error| over_limit(self.key, error);
        if whole.get().starts_with('[') {
            return lenient::each_item(whole.get(), |item, object| visit(whole.part(item), object))
                .map_err(too_large);
        }
        let object = Object::read(whole.get()).map_err(too_large)?;
        if !object.0.is_empty() {
            visit(whole.clone(), object);
        }
        Ok(())
    }
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
        let items = Items::of("data", Some(&raw)).map_err(|error| error.kind())?;
        let mut written = vec![];
        items.each(|item, _| written.push(item.get().to_owned())).map_err(|error| error.kind())?;
        Ok(written)
    }

    #[test]
    fn every_shape_of_none_is_an_empty_list() {
        Items::of("data", None).unwrap().each(|_, _| panic!("there is none")).unwrap();
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
            (
                " [ true ,\n[1, [2]], \"a,]\\\"\" ,{} , 1e400,-0\t] ".trim(),
                vec!["true", "[1, [2]]", "\"a,]\\\"\"", "{}", "1e400", "-0"],
            ),
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
