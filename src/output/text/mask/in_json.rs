//! Which keys of the server are those of phone numbers, and the masking of JSON by them.

use std::borrow::Cow;

use crate::json;
use crate::json::RawValue;
use crate::words::plain;

/// Keys of phone numbers: lower case, without `_`, `-`, plural `s` and trailing digits
/// (`api.md` §2 `cNumber`, §8 `cNumber10` and the customers' and agents' numbers).
const PHONE_KEYS: [&str; 39] = [
    "agentnumber",
    "altno",
    "altnumber",
    "ani",
    "anumber",
    "bnumber",
    "callednumber",
    "callee",
    "calleenumber",
    "caller",
    "callerid",
    "callerno",
    "callernumber",
    "callingnumber",
    "cli",
    "clid",
    "clinumber",
    "cnum",
    "cnumber",
    "contact",
    "contactno",
    "contactnumber",
    "customer",
    "customernumber",
    "customerno",
    "destinationnumber",
    "dialednumber",
    "did",
    "didnumber",
    "dnis",
    "fax",
    "fromnumber",
    "landline",
    "number",
    "sourcenumber",
    "tel",
    "tonumber",
    "virtualnumber",
    "wanumber",
];

/// Masks the phone numbers inside valid JSON. `key` is the key of the whole value. A number that is masked becomes a
/// string.
#[must_use]
pub(crate) fn mask_json<'j>(json: &'j str, key: &str) -> Cow<'j, str> {
    Role::of_key(key).mask_json(json)
}

/// What a value of the server is, by its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// A phone number, whatever it looks like.
    Phone,
    /// A time, an identifier, a length, a count: digits alone are no phone number.
    Other,
    /// Its shape decides.
    Plain,
}

impl Role {
    /// The role of a value under this key.
    pub(crate) fn of_key(key: &str) -> Self {
        Self::within(key, Self::Plain)
    }

    /// The role of a value under this key of an object that has a role itself.
    fn within(key: &str, container: Self) -> Self {
        // MongoDB wraps a value in keys of its own: `{"$date": {"$numberLong": "1764000000000"}}`.
        if key.starts_with('$') {
            return container;
        }
        let plain = plain(key);
        let word = plain.trim_end_matches(|digit: char| digit.is_ascii_digit());
        let word = word.strip_suffix('s').unwrap_or(word);
        let contains = |parts: &[&str]| parts.iter().any(|part| word.contains(part));
        if PHONE_KEYS.contains(&word)
            || contains(&["phone", "mobile", "msisdn", "whatsapp"])
            || ["contact", "contactno", "contactnumber"].iter().any(|end| word.ends_with(end))
        {
            Self::Phone
        // The ids of icons stand for their names where those are missing, and a table shows both alike.
        } else if word.starts_with("icon") || word.ends_with("number") {
            Self::Plain
        } else if contains(&["time", "date", "stamp", "expir", "duration"])
            || ["id", "second", "count", "byte", "amount"].iter().any(|end| word.ends_with(end))
            || key.ends_with("_at")
            || key.ends_with("At")
            || OTHER_KEYS.contains(&word)
        {
            Self::Other
        } else {
            Self::Plain
        }
    }

    /// The role of what a path of keys and indices leads to, from a value of this role.
    pub(crate) fn along(self, value: &RawValue, path: &[String]) -> Self {
        let mut value = Some(value);
        path.iter().fold(self, |role, step| {
            let is_list = value.is_some_and(|value| value.get().starts_with('['));
            value = value.and_then(|value| json::find(value, std::slice::from_ref(step)));
            if is_list { role } else { Self::within(step, role) }
        })
    }

    /// Masks valid JSON whose whole value has this role.
    pub(crate) fn mask_json(self, json: &str) -> Cow<'_, str> {
        json::replace(json, self, Self::within, |role, token| role.unwrap_or(Self::Plain).mask_token(token))
    }

    /// Masks a string, a number or a key; `None` if it stays as it is.
    fn mask_token(self, token: &str) -> Option<String> {
        let text = if token.starts_with('"') { json::string(token) } else { Some(Cow::Borrowed(token)) };
        let Some(text) = text else {
            // A string with half of a surrogate pair cannot be searched, so all of it is hidden.
            return Some("\"•••\"".to_owned());
        };
        let masked = self.mask(&text);
        (masked != text).then(|| serde_json::Value::from(masked).to_string())
    }
}

/// Keys of other values, in the form of [`PHONE_KEYS`].
const OTHER_KEYS: [&str; 17] = [
    "agent", "at", "created", "end", "length", "m", "milli", "port", "price", "sec", "since", "size",
    "start", "t", "total", "until", "version",
];
