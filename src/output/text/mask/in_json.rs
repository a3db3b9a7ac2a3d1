//! Masks inside JSON as the server wrote it, by the keys of values and by their shape.

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

/// Masks the phone numbers inside valid JSON, wherever the keys or their shape give them away. `key` is the
/// key under which the whole stands.
///
/// A JSON number under a phone's key becomes a string. Bare digits under the keys of times and
/// identifiers stay, so that a Unix time survives.
#[must_use]
pub fn mask_json<'j>(json: &'j str, key: &str) -> Cow<'j, str> {
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
        // Half a surrogate pair: what cannot be read cannot be searched, so it is hidden whole.
        return Some("\"•••\"".to_owned());
    };
    let masked = match role {
        Role::Phone => Cow::Owned(mask_phone(&text)),
        Role::Telling if text.bytes().all(|byte| byte.is_ascii_digit()) => return None,
        Role::Telling | Role::Plain => mask_free_text(&text),
    };
    (masked != text).then(|| serde_json::Value::from(masked).to_string())
}

fn mask_number(token: &str, role: Option<Role>) -> Option<String> {
    let digits = token.bytes().filter(u8::is_ascii_digit).count();
    (role == Some(Role::Phone) && digits >= FEWEST_DIGITS).then(|| format!("\"{}\"", mask_phone(token)))
}

/// What the key says about its value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Phone,
    /// A time or an identifier.
    Telling,
    Plain,
}

impl Role {
    fn of_key(key: &str, container: Self) -> Self {
        // MongoDB's wrappers (`{"$date": {"$numberLong": "1764000000000"}}`) say nothing new.
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
            Self::Telling
        } else {
            Self::Plain
        }
    }
}
