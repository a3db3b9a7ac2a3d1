//! Lists in a reply, in the shapes that servers send (`api.md` §10.4).

use crate::client::error::{ApiError, ErrorKind};
use crate::client::replies::lenient;
use crate::client::replies::lenient::{Object, OverLimit, Structure, TOO_MANY_ITEMS};
use crate::json::{Content, RawValue};

/// The items under a key.
#[derive(Debug)]
pub struct Items<'a> {
    key: &'static str,
    source: Source<'a>,
}

#[derive(Debug)]
enum Source<'a> {
    List(Vec<&'a RawValue>),
    LongList,
    /// An only item, or either in a string.
    Structure(Structure<'a>),
}

impl<'a> Items<'a> {
    /// A list; `null`, `""`, `{}` or nothing for none; an object for one; any of these in a string.
    ///
    /// # Errors
    /// When it is something else.
    pub fn of(key: &'static str, content: Option<Content<'a>>) -> Result<Self, ApiError> {
        let value = match content {
            None => return Ok(Self::none(key)),
            Some(Content::List(list)) => return Ok(Self { key, source: Source::List(list) }),
            Some(Content::LongList) => return Ok(Self { key, source: Source::LongList }),
            Some(Content::Value(value)) if lenient::is_absent(value) => return Ok(Self::none(key)),
            Some(Content::Value(value)) => value,
        };
        let has_items = |value: &Structure<'_>| lenient::is_list(value) || lenient::is_object(value);
        let structure = lenient::structure(value).filter(has_items).ok_or_else(|| {
            ApiError::new(ErrorKind::Protocol, format!("`{key}` in the reply is not a list"))
        })?;
        Ok(Self { key, source: Source::Structure(structure) })
    }

    /// An empty list.
    pub(crate) fn none(key: &'static str) -> Self {
        Self { key, source: Source::List(Vec::new()) }
    }

    /// Whether damaged characters were replaced as the list was unpacked.
    pub(crate) fn is_mended(&self) -> bool {
        matches!(&self.source, Source::Structure(structure) if structure.is_mended)
    }

    /// Goes over the items in the server's order: each as it was written, and taken apart.
    ///
    /// # Errors
    /// When a limit of [`crate::client::budget`] is passed, or the visit fails.
    pub fn each<'i>(
        &'i self,
        mut visit: impl FnMut(&'i RawValue, &Object<'i>) -> Result<(), ApiError>,
    ) -> Result<(), ApiError> {
        let over_limit = |error| over_limit(self.key, error);
        let mut visit_all = |items: &[&'i RawValue]| {
            items.iter().try_for_each(|item| visit(item, &Object::read(item).map_err(over_limit)?))
        };
        match &self.source {
            Source::List(list) => visit_all(list),
            Source::LongList => Err(over_limit(TOO_MANY_ITEMS)),
            Source::Structure(value) if lenient::is_list(value) => {
                visit_all(&lenient::elements(value).map_err(over_limit)?)
            }
            Source::Structure(value) => {
                let object = Object::read(value).map_err(over_limit)?;
                if object.0.is_empty() { Ok(()) } else { visit(value, &object) }
            }
        }
    }
}

pub(crate) fn over_limit(key: &str, error: OverLimit) -> ApiError {
    ApiError::new(ErrorKind::TooLarge, format!("`{key}` in the reply is too large")).because(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::budget::ITEMS;
    use crate::json::check;

    fn items(json: &str) -> Result<Vec<String>, &'static str> {
        let content = Content::of(check(json).unwrap(), ITEMS);
        let items = Items::of("data", Some(content)).map_err(|error| error.kind().word())?;
        let mut written = vec![];
        let write = |item: &RawValue, _: &Object<'_>| {
            written.push(item.get().to_owned());
            Ok(())
        };
        items.each(write).map_err(|error| error.kind().word())?;
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
    fn another_value_than_a_list_is_refused() {
        for json in ["false", "true", "0", "1.5", r#""Lunch""#, r#""1""#] {
            assert_eq!(items(json), Err("protocol"), "{json}");
        }
    }

    #[test]
    fn too_many_items_are_refused() {
        assert_eq!(items(&format!("[{}0]", "0,".repeat(20_000))), Err("too_large"));
    }
}
