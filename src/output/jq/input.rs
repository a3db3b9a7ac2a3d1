//! A JSON document as the values that expressions work on. Strings are parts of the document instead of copies of it:
//! a large answer is mostly strings.

use std::borrow::Cow;

use hyper::body::Bytes;
use jaq_json::{Val, read};

use crate::scan::{Malformed, Scan, unescaped};

/// Reads a document. What the scan refuses (numbers that JSON does not have, text that is not Unicode) is left to the
/// library's own parser, which takes more, needs longer, and says what is wrong.
pub(crate) fn value(document: &Bytes) -> Result<Val, read::Error> {
    let scanned = std::str::from_utf8(document).ok().and_then(|text| {
        let mut scan = Scan::of(text);
        let value = Input { document, members: Vec::new() }.value(&mut scan).ok()?;
        scan.end().ok().map(|()| value)
    });
    scanned.map_or_else(|| read::parse_single(document), Ok)
}

struct Input<'d> {
    document: &'d Bytes,
    /// Of the objects that are being read, the innermost last: a map of known size never has to grow.
    members: Vec<(Val, Val)>,
}

impl Input<'_> {
    fn value(&mut self, scan: &mut Scan<'_>) -> Result<Val, Malformed> {
        match scan.peek() {
            Some(b'{') => {
                let first = self.members.len();
                scan.members(|scan, key| {
                    let key = self.string(scan.key(key).written());
                    let value = self.value(scan)?;
                    self.members.push((key, value));
                    Ok(())
                })?;
                Ok(Val::obj(self.members.drain(first..).collect()))
            }
            Some(b'[') => {
                let mut items = Vec::new();
                scan.elements(|scan| {
                    items.push(self.value(scan)?);
                    Ok(())
                })?;
                Ok(Val::Arr(items.into()))
            }
            _ => {
                let value = scan.value()?;
                self.scalar(scan.piece(value).get())
            }
        }
    }

    fn scalar(&self, json: &str) -> Result<Val, Malformed> {
        Ok(match json.as_bytes() {
            [b'"', ..] => self.string(&json[1..json.len() - 1]),
            b"null" => Val::Null,
            b"true" => Val::Bool(true),
            b"false" => Val::Bool(false),
            number => Val::Num(read::parse_single_num(number).ok_or(Malformed::Syntax)?),
        })
    }

    fn string(&self, written: &str) -> Val {
        Val::utf8_str(match unescaped(written) {
            Cow::Borrowed(part) => self.document.slice_ref(part.as_bytes()),
            Cow::Owned(decoded) => Bytes::from(decoded),
        })
    }
}
