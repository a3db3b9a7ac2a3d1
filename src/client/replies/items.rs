//! Lists in a reply, in the shapes that servers give them (`api.md` §10.4).

use crate::raw::Piece;
use crate::scan::{Key, Malformed, Scan};
use crate::text::{Place, Text};

use crate::client::budget::{ITEMS, KEYS_PER_ITEM};
use crate::client::error::{ApiError, Fault};
use crate::client::replies::lenient;
use crate::client::replies::lenient::{Object, OverLimit, TOO_MANY_ITEMS, TOO_MANY_KEYS};

pub use crate::raw::Raw;

/// A value of the reply, and the items that it holds.
#[derive(Debug)]
pub struct Payload<'a> {
    /// The value.
    pub piece: Piece<'a>,
    outline: Outline,
}

/// Where items and their members stand in a text: noted while it is checked, so that a large reply is gone over once.
#[derive(Debug, Default)]
struct Outline {
    /// Each item, and how many members it and those before it have.
    items: Vec<(Place, usize)>,
    /// Keys and values of all items.
    members: Vec<(Place, Place)>,
    /// The limit beyond which nothing was noted.
    over: Option<OverLimit>,
}

impl<'a> Payload<'a> {
    /// Goes over the next value: a list of items, an only item, or something else, which holds none.
    ///
    /// # Errors
    /// When it is malformed.
    pub fn read(scan: &mut Scan<'a>) -> Result<Self, Malformed> {
        let mut outline = Outline::default();
        let place = scan.place(|scan| match scan.peek() {
            Some(b'[') => scan.elements(|scan| outline.note(scan)),
            Some(b'{') => outline.note(scan),
            _ => scan.value().map(|_| ()),
        })?;
        Ok(Self { piece: scan.piece(place), outline })
    }
}

impl Outline {
    fn note(&mut self, scan: &mut Scan<'_>) -> Result<(), Malformed> {
        if self.items.len() == ITEMS {
            self.over.get_or_insert(TOO_MANY_ITEMS);
        }
        if self.over.is_some() {
            return scan.value().map(|_| ());
        }
        let item = match scan.peek() {
            Some(b'{') => scan.place(|scan| self.note_members(scan))?,
            _ => scan.value()?,
        };
        self.items.push((item, self.members.len()));
        Ok(())
    }

    fn note_members(&mut self, scan: &mut Scan<'_>) -> Result<(), Malformed> {
        let limit = self.members.len() + KEYS_PER_ITEM;
        scan.members(|scan, key| {
            let value = scan.value()?;
            if self.members.len() == limit {
                self.over = Some(TOO_MANY_KEYS);
            } else {
                self.members.push((key, value));
            }
            Ok(())
        })
    }
}

/// The items under a key.
#[derive(Debug)]
pub struct Items {
    key: &'static str,
    /// The reply, or what a string of it held.
    text: Text,
    outline: Outline,
}

impl Items {
    /// A list; `null`, `""`, `{}` or nothing for none; an object for one; any of these in a string.
    ///
    /// # Errors
    /// When it is something else.
    pub fn of(key: &'static str, payload: Option<Payload<'_>>, reply: &Text) -> Result<Self, ApiError> {
        let Some(payload) = payload.filter(|payload| !lenient::is_absent(payload.piece)) else {
            return Ok(Self { key, text: reply.clone(), outline: Outline::default() });
        };
        if payload.piece.get().starts_with('"') {
            let inside = lenient::structure(payload.piece).ok_or_else(|| not_a_list(key))?;
            let text = Text::from(inside.piece().get());
            let payload = Payload::read(&mut Scan::of(&text)).map_err(|_| not_a_list(key))?;
            return Self::listed(key, payload, text.clone());
        }
        Self::listed(key, payload, reply.clone())
    }

    fn listed(key: &'static str, payload: Payload<'_>, text: Text) -> Result<Self, ApiError> {
        let Payload { piece, mut outline } = payload;
        if !lenient::is_list(piece) && !lenient::is_object(piece) {
            return Err(not_a_list(key));
        }
        if lenient::is_object(piece) && outline.members.is_empty() {
            outline.items.clear();
        }
        Ok(Self { key, text, outline })
    }

    /// Goes over the items in the server's order: each as it was written, and taken apart.
    ///
    /// # Errors
    /// When a limit of [`crate::client::budget`] is passed.
    pub fn each<'a>(&'a self, mut visit: impl FnMut(Raw, &Object<'a>)) -> Result<(), ApiError> {
        if let Some(over) = self.outline.over {
            return Err(over_limit(self.key, over));
        }
        let piece = |place: Place| Piece::of_checked(place.within(&self.text));
        // One buffer for the members of all items.
        let mut object = Object::default();
        let mut first = 0;
        for &(item, end) in &self.outline.items {
            let members = self.outline.members[first..end].iter();
            first = end;
            object.0.clear();
            object
                .0
                .extend(members.map(|&(key, value)| (Key::of_checked(key.within(&self.text)), piece(value))));
            visit(Raw::within(&self.text, piece(item)), &object);
        }
        Ok(())
    }
}

fn not_a_list(key: &str) -> ApiError {
    ApiError::new(Fault::Protocol, format!("`{key}` in the reply is not a list"))
}

pub(crate) fn over_limit(key: &str, error: OverLimit) -> ApiError {
    ApiError::new(Fault::TooLarge, format!("`{key}` in the reply is too large")).because(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(json: &str) -> Result<Vec<String>, &'static str> {
        let reply = Text::from(json);
        let payload = Payload::read(&mut Scan::of(&reply)).unwrap();
        let items = Items::of("data", Some(payload), &reply).map_err(|error| error.kind())?;
        let mut written = vec![];
        items.each(|item, _| written.push(item.get().to_owned())).map_err(|error| error.kind())?;
        Ok(written)
    }

    #[test]
    fn every_shape_of_none_is_an_empty_list() {
        Items::of("data", None, &Text::from("")).unwrap().each(|_, _| panic!("there is none")).unwrap();
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
