//! Masks phone numbers inside JSON from the server. Keys and the shape of values show which values are phone numbers.

use std::borrow::Cow;

use crate::json;
use crate::output::text::mask::{FEWEST_DIGITS, mask_free_text, mask_phone};
use crate::words::plain;

/// Keys of phone numbers: lower case, without `_`, `-`, plural `s` and trailing digits
/// (`api.md` §2 `cNumber`, §8 `cNumber10` and the customers' and agents' numbers).
const PHONE_KEYS: [&str; 32] = [
    "agentnumber",
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
    "fromnumber",
    "number",
    "sourcenumber",
    "tonumber",
    "virtualnumber",
];

/// Masks the phone numbers inside valid JSON. `key` is the key of the whole value.
///
/// A JSON number under a key of phone numbers becomes a string. Bare digits under a key of times or identifiers stay, so
/// that a Unix time survives.
#[must_use]
pub(crate) fn mask_json<'j>(json: &'j str, key: &str) -> Cow<'j, str> {
    json::replace(json, Role::of_key(key, Role::Plain), Role::of_key, |role, token| {
        if token.starts_with('"') {
            mask_string(token, role.unwrap_or(Role::Plain))
        } else {
            mask_number(token, role)
        }
    })
}

fn mask_string(token: &str, role: Role) -> Option<String> {
    let Some(text) = json::string(token) else {
        // A string with half of a surrogate pair cannot be searched, so all of it is hidden.
        return Some("\"•••\"".to_owned());
    };
    let masked = match role {
        Role::Phone => Cow::Owned(mask_phone(&text)),
        Role::TimeOrId if text.bytes().all(|byte| byte.is_ascii_digit()) => return None,
        Role::TimeOrId | Role::Plain => mask_free_text(&text),
    };
    (masked != text).then(|| serde_json::Value::from(masked).to_string())
}

fn mask_number(token: &str, role: Option<Role>) -> Option<String> {
    let digits = token.bytes().filter(u8::is_ascii_digit).count();
    (role == Some(Role::Phone) && digits >= FEWEST_DIGITS).then(|| format!("\"{}\"", mask_phone(token)))
}

/// What a value is, by its key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Phone,
    TimeOrId,
    Plain,
}

impl Role {
    fn of_key(key: &str, container: Self) -> Self {
        // MongoDB wraps a value in keys of its own: `{"$date": {"$numberLong": "1764000000000"}}`.
        if key.starts_with('$') {
            return container;
        }
        let plain = plain(key);
        let word = plain.trim_end_matches(|digit: char| digit.is_ascii_digit());
        let word = word.strip_suffix('s').unwrap_or(word);
        let contains = |parts: &[&str]| parts.iter().any(|part| word.contains(part));
        if PHONE_KEYS.contains(&word) || contains(&["phone", "mobile", "msisdn", "whatsapp"]) {
            Self::Phone
        } else if contains(&["time", "date", "stamp", "expir"])
            || word.ends_with("id")
            || key.ends_with("_at")
            || key.ends_with("At")
            || matches!(word, "at" | "t" | "ts" | "since" | "until" | "start" | "end" | "created")
        {
            Self::TimeOrId
        } else {
            Self::Plain
        }
    }
}
