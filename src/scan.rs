//! Goes over JSON once: checks it, and finds the pieces it is made of. It holds what a later reader of a piece relies
//! on, and the usual parser leaves open in text that it only skips: depth and surrogates. It must not know what a
//! piece means.

use std::borrow::Cow;

use crate::eight;
use crate::raw::Piece;
use crate::text::Place;

/// How deeply arrays and objects may be nested: one bit of a `u128` each.
pub const DEPTH: u32 = u128::BITS;

/// Why a text is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// It is not JSON.
    #[error("it is not JSON")]
    Syntax,
    /// Nested beyond [`DEPTH`].
    #[error("it is nested more than {DEPTH} levels deep")]
    TooDeep,
    /// `\ud800` without its other half: no text can hold it.
    #[error("it escapes half of a character")]
    LoneSurrogate,
}

/// Checks that a text is one value with nothing but space around it, and finds that value.
///
/// # Errors
/// Says what is wrong first.
pub fn whole(text: &str) -> Result<Piece<'_>, Malformed> {
    let mut scan = Scan::of(text);
    let value = scan.value()?;
    scan.end()?;
    Ok(scan.piece(value))
}

/// A key as it was written, without its quotation marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key<'a>(&'a str);

impl<'a> Key<'a> {
    /// The caller answers for its being one.
    #[must_use]
    pub(crate) const fn of_checked(written: &'a str) -> Self {
        Self(written)
    }

    /// With its escapes.
    #[must_use]
    pub const fn written(self) -> &'a str {
        self.0
    }

    /// What it says.
    #[must_use]
    pub fn text(self) -> Cow<'a, str> {
        unescaped(self.0)
    }
}

/// What the inside of a string says.
#[must_use]
pub fn unescaped(written: &str) -> Cow<'_, str> {
    if !eight::contains(written.as_bytes(), b'\\') {
        return Cow::Borrowed(written);
    }
    // A string that was checked can be read; were it not, it would stay as it was written.
    serde_json::from_str(&format!("\"{written}\"")).map_or(Cow::Borrowed(written), Cow::Owned)
}

/// A place in a text up to which it was checked.
#[derive(Debug)]
pub struct Scan<'a> {
    text: &'a str,
    at: usize,
    depth: u32,
}

impl<'a> Scan<'a> {
    /// Before the first byte.
    #[must_use]
    pub fn of(text: &'a str) -> Self {
        Self { text, at: 0, depth: 0 }
    }

    /// The first byte of what comes next, space aside.
    pub fn peek(&mut self) -> Option<u8> {
        loop {
            match self.byte() {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                next => return next,
            }
        }
    }

    /// Nothing more may come.
    ///
    /// # Errors
    /// If something does.
    pub fn end(&mut self) -> Result<(), Malformed> {
        if self.peek().is_none() { Ok(()) } else { Err(Malformed::Syntax) }
    }

    /// The value at a place that this scan found.
    #[must_use]
    pub fn piece(&self, value: Place) -> Piece<'a> {
        Piece::of_checked(value.within(self.text))
    }

    /// The key at a place that this scan found.
    #[must_use]
    pub fn key(&self, key: Place) -> Key<'a> {
        Key::of_checked(key.within(self.text))
    }

    /// Where the value is that `go_over` goes over.
    ///
    /// # Errors
    /// What `go_over` says.
    pub fn place(
        &mut self,
        go_over: impl FnOnce(&mut Self) -> Result<(), Malformed>,
    ) -> Result<Place, Malformed> {
        self.peek();
        let start = self.at;
        go_over(self)?;
        Ok(Place::new(start, self.at))
    }

    /// Goes over an object, member by member. `visit` is told where the key is, and goes over the value.
    ///
    /// # Errors
    /// When the next value is no object, or what is in it is refused.
    pub fn members(
        &mut self,
        mut visit: impl FnMut(&mut Self, Place) -> Result<(), Malformed>,
    ) -> Result<(), Malformed> {
        if !self.open(b'{')? {
            return self.close(b'}');
        }
        loop {
            let key = self.go_over_key()?;
            visit(self, key)?;
            if !self.goes_on(b'}')? {
                return Ok(());
            }
        }
    }

    /// Goes over a list, element by element. `visit` goes over the element.
    ///
    /// # Errors
    /// When the next value is no list, or what is in it is refused.
    pub fn elements(
        &mut self,
        mut visit: impl FnMut(&mut Self) -> Result<(), Malformed>,
    ) -> Result<(), Malformed> {
        if !self.open(b'[')? {
            return self.close(b']');
        }
        loop {
            visit(self)?;
            if !self.goes_on(b']')? {
                return Ok(());
            }
        }
    }

    /// Goes over one value of any kind. Without recursion, so that hostile nesting costs nothing.
    ///
    /// # Errors
    /// When it is not well-formed.
    pub fn value(&mut self) -> Result<Place, Malformed> {
        self.place(Self::go_over_value)
    }

    fn go_over_value(&mut self) -> Result<(), Malformed> {
        match self.peek() {
            Some(b'{' | b'[') => self.go_over_structure(),
            _ => self.go_over_scalar(),
        }
    }

    fn go_over_scalar(&mut self) -> Result<(), Malformed> {
        match self.byte() {
            Some(b'"') => self.string(),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.word(),
        }
    }

    fn go_over_structure(&mut self) -> Result<(), Malformed> {
        let floor = self.depth;
        // What is open above the floor, innermost lowest: 1 for an object, 0 for a list.
        let mut objects = 0_u128;
        loop {
            match self.peek() {
                Some(b'{') => {
                    objects = objects << 1 | 1;
                    if self.open(b'{')? {
                        self.go_over_key()?;
                        continue;
                    }
                    objects >>= 1;
                    self.close(b'}')?;
                }
                Some(b'[') => {
                    objects <<= 1;
                    if self.open(b'[')? {
                        continue;
                    }
                    objects >>= 1;
                    self.close(b']')?;
                }
                _ => self.go_over_scalar()?,
            }
            loop {
                if self.depth == floor {
                    return Ok(());
                }
                let in_object = objects & 1 == 1;
                if self.goes_on(if in_object { b'}' } else { b']' })? {
                    if in_object {
                        self.go_over_key()?;
                    }
                    break;
                }
                objects >>= 1;
            }
        }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Goes over an opening bracket; whether something stands between it and the closing one.
    fn open(&mut self, bracket: u8) -> Result<bool, Malformed> {
        if self.peek() != Some(bracket) {
            return Err(Malformed::Syntax);
        }
        if self.depth == DEPTH {
            return Err(Malformed::TooDeep);
        }
        self.depth += 1;
        self.at += 1;
        // In ASCII, a closing bracket stands two behind the opening one.
        Ok(self.peek() != Some(bracket + 2))
    }

    fn close(&mut self, bracket: u8) -> Result<(), Malformed> {
        if self.peek() != Some(bracket) {
            return Err(Malformed::Syntax);
        }
        self.depth -= 1;
        self.at += 1;
        Ok(())
    }

    /// Goes over a comma, or else the closing bracket.
    fn goes_on(&mut self, bracket: u8) -> Result<bool, Malformed> {
        if self.peek() == Some(b',') {
            self.at += 1;
            return Ok(true);
        }
        self.close(bracket)?;
        Ok(false)
    }

    /// Goes over a key and its colon.
    fn go_over_key(&mut self) -> Result<Place, Malformed> {
        if self.peek() != Some(b'"') {
            return Err(Malformed::Syntax);
        }
        let start = self.at + 1;
        self.string()?;
        let written = Place::new(start, self.at - 1);
        if self.peek() != Some(b':') {
            return Err(Malformed::Syntax);
        }
        self.at += 1;
        Ok(written)
    }

    /// Goes over a string from its opening quotation mark on.
    fn string(&mut self) -> Result<(), Malformed> {
        self.at += 1;
        loop {
            self.at = plain_end(self.text.as_bytes(), self.at);
            match self.byte() {
                Some(b'"') => break,
                Some(b'\\') => self.escape()?,
                _ => return Err(Malformed::Syntax),
            }
        }
        self.at += 1;
        Ok(())
    }

    fn escape(&mut self) -> Result<(), Malformed> {
        match self.text.as_bytes().get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 2,
            Some(b'u') => match self.unit(self.at).ok_or(Malformed::Syntax)? {
                0xD800..=0xDBFF => {
                    let Some(0xDC00..=0xDFFF) = self.unit(self.at + 6) else {
                        return Err(Malformed::LoneSurrogate);
                    };
                    self.at += 12;
                }
                0xDC00..=0xDFFF => return Err(Malformed::LoneSurrogate),
                _ => self.at += 6,
            },
            _ => return Err(Malformed::Syntax),
        }
        Ok(())
    }

    /// The UTF-16 unit of a `\uXXXX` escape at this place.
    fn unit(&self, at: usize) -> Option<u16> {
        let digits = self.text.as_bytes().get(at..at + 6)?.strip_prefix(b"\\u")?;
        let digits = std::str::from_utf8(digits).ok().filter(|digits| !digits.starts_with('+'))?;
        u16::from_str_radix(digits, 16).ok()
    }

    fn number(&mut self) -> Result<(), Malformed> {
        self.at += usize::from(self.byte() == Some(b'-'));
        if self.byte() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.byte() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.byte(), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.byte(), Some(b'+' | b'-')));
            self.digits()?;
        }
        Ok(())
    }

    /// At least one digit.
    fn digits(&mut self) -> Result<(), Malformed> {
        let start = self.at;
        while matches!(self.byte(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at > start { Ok(()) } else { Err(Malformed::Syntax) }
    }

    fn word(&mut self) -> Result<(), Malformed> {
        let rest = &self.text.as_bytes()[self.at..];
        let word = ["null", "true", "false"].into_iter().find(|word| rest.starts_with(word.as_bytes()));
        self.at += word.ok_or(Malformed::Syntax)?.len();
        Ok(())
    }
}

/// The place of the first quotation mark, backslash or control character, or the end.
fn plain_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(word) = eight::from(bytes, at) {
        let marks = eight::below(word, b' ') | eight::equal(word, b'"') | eight::equal(word, b'\\');
        if let Some(first) = eight::first(marks) {
            return at + first;
        }
        at += 8;
    }
    let is_end = |byte: &u8| matches!(byte, b'"' | b'\\' | ..b' ');
    let rest = bytes.get(at..).unwrap_or_default();
    rest.iter().position(is_end).map_or(bytes.len(), |length| at + length)
}

#[cfg(test)]
mod tests;

#[cfg(test)]
pub(crate) use tests::any_json;
