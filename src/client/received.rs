//! A reply as it arrived, not yet judged.

use std::borrow::Cow;
use std::str::Utf8Error;
use std::time::Duration;

use jiff::Timestamp;

use crate::json;

/// The body of a reply, and what its HTTP headers state.
#[derive(Clone, Debug)]
pub struct Received {
    /// The HTTP status.
    pub status: u16,
    /// The body, within [`crate::client::budget::BODY_BYTES`].
    pub body: Body,
    /// The server's time of the reply (`Date`, whole seconds).
    pub server_time: Option<Timestamp>,
    /// When the last byte arrived, by this machine's clock.
    pub received_at: Timestamp,
    /// How often the request was sent for this reply, at least once.
    pub attempts: u32,
    /// Whether an earlier attempt may have reached the server and its reply was lost.
    pub lost_a_reply: bool,
    /// Whether the request was sent twice because the server had ended the kept connection that took it first. A server
    /// that answers with not one byte has hardly read the request.
    pub was_resent: bool,
    /// The delay that the server requested (`Retry-After`).
    pub retry_after: Option<Duration>,
}

/// The body of a reply as text. Damaged characters are replaced when it arrives: one cut text must not cost a reply.
#[derive(Clone, Debug)]
pub struct Body {
    text: String,
    /// What arrived, where that is not the text.
    damaged: Option<Vec<u8>>,
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        let (text, mut damaged) = match String::from_utf8(bytes) {
            Ok(text) => (text, None),
            Err(other) => (String::from_utf8_lossy(other.as_bytes()).into_owned(), Some(other.into_bytes())),
        };
        match json::mend(&text) {
            Cow::Borrowed(_) => Self { text, damaged },
            Cow::Owned(mended) => {
                damaged.get_or_insert(text.into_bytes());
                Self { text: mended, damaged }
            }
        }
    }
}

impl Body {
    /// As text: U+FFFD for a byte that is no UTF-8, and `\ufffd` for an escape that is half of a character.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Byte for byte.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.damaged.as_deref().unwrap_or(self.text.as_bytes())
    }

    /// Byte for byte, but for NULs: JSON has none, and those of a page in UTF-16 would hide a secret from the redactor.
    #[must_use]
    pub fn without_nuls(&self) -> Vec<u8> {
        self.as_bytes().iter().copied().filter(|byte| *byte != 0).collect()
    }

    /// Whether the text differs from what arrived.
    #[must_use]
    pub fn is_mended(&self) -> bool {
        self.damaged.is_some()
    }

    /// Why it is not UTF-8, if it is not.
    pub(crate) fn utf8_error(&self) -> Option<Utf8Error> {
        str::from_utf8(self.damaged.as_deref()?).err()
    }

    /// The body as text that may be quoted in logs and errors.
    #[must_use]
    pub fn quotable(&self) -> String {
        quotable(&self.text)
    }
}

/// What a person should know of a reply with damaged characters.
pub const MENDED: &str = "the reply contains damaged characters: each is shown as \u{fffd}";

/// A text that may be a page in UTF-16, without its NULs: between the letters of a secret, they hide it from the
/// redactor but not from a person. JSON contains none.
pub(crate) fn quotable(text: &str) -> String {
    text.replace('\0', "")
}

impl Received {
    /// The present by the server's clock if it sent a `Date`, else by this machine's.
    #[must_use]
    pub fn server_now(&self) -> Timestamp {
        self.server_time.unwrap_or(self.received_at)
    }
}

#[cfg(test)]
impl Received {
    /// A reply without headers that came at the first attempt.
    pub(crate) fn of(status: u16, body: impl AsRef<[u8]>) -> Self {
        Self {
            status,
            body: body.as_ref().to_vec().into(),
            server_time: None,
            received_at: Timestamp::UNIX_EPOCH,
            attempts: 1,
            lost_a_reply: false,
            was_resent: false,
            retry_after: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn damaged_characters_are_replaced_and_nothing_else() {
        let table: [(&[u8], &str); 8] = [
            (b"{\"a\": \"caf\xc3\xa9\"}", "{\"a\": \"caf\u{e9}\"}"),
            (b"\"caf\xe9\"", "\"caf\u{fffd}\""),
            // Cut out of a longer character, at the end of a text and in the middle.
            (b"\"\xe0\xa4\"", "\"\u{fffd}\""),
            (b"\"\xf0\x9f\x98x\xa4\"", "\"\u{fffd}x\u{fffd}\""),
            (b"\"\xc0\xaf\"", "\"\u{fffd}\u{fffd}\""),
            (b"\"\\ud83d\"", "\"\\ufffd\""),
            (b"\"\\ude00\xff\\ud83d\\ude00\"", "\"\\ufffd\u{fffd}\\ud83d\\ude00\""),
            (b"\"\\u0000 \\\\ud83d\"", "\"\\u0000 \\\\ud83d\""),
        ];
        for (bytes, wanted) in table {
            let body = Body::from(bytes.to_vec());
            assert_eq!(body.text(), wanted);
            assert_eq!(body.as_bytes(), bytes, "{wanted}");
            assert_eq!(body.is_mended(), bytes != wanted.as_bytes(), "{wanted}");
        }
    }

    proptest! {
        #[test]
        fn every_byte_is_kept(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let body = Body::from(bytes.clone());
            prop_assert_eq!(body.as_bytes(), &bytes);
            prop_assert!(!body.quotable().contains('\0'));
        }
    }
}
