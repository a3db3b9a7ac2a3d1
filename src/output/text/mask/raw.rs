//! Masks inside JSON as the server wrote it; every other byte stays where it is.

use std::borrow::Cow;

use crate::output::text::mask::{FEWEST_DIGITS, mask_free_text, mask_phone};

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
pub fn mask_json<'r>(json: &'r str, key: &str) -> Cow<'r, str> {
    let mut scan = Scan { json, masked: String::new(), copied: 0 };
    let mut role = Role::of_key(key, Role::Plain);
    let mut containers: Vec<Container> = Vec::new();
    let mut at = 0;
    while let Some(&byte) = json.as_bytes().get(at) {
        let start = at;
        at += 1;
        match byte {
            b'{' | b'[' => {
                let is_object = byte == b'{';
                containers.push(Container { role, is_object, expects_key: is_object });
            }
            b'}' | b']' => {
                containers.pop();
            }
            b',' => {
                if let Some(container) = containers.last_mut() {
                    container.expects_key = container.is_object;
                    role = container.role;
                }
            }
            b'"' => {
                at = end_of_string(json, start);
                match containers.last_mut().filter(|container| container.expects_key) {
                    Some(container) => {
                        container.expects_key = false;
                        role = Role::of_key(&json[start + 1..at - 1], container.role);
                        scan.mask_string(start..at, Role::Plain);
                    }
                    None => scan.mask_string(start..at, role),
                }
            }
            b'-' | b'0'..=b'9' => {
                let ends = |byte: u8| matches!(byte, b',' | b']' | b'}' | b' ' | b'\t' | b'\r' | b'\n');
                at = json[start..].bytes().position(ends).map_or(json.len(), |length| start + length);
                if role == Role::Phone {
                    scan.mask_number(start..at);
                }
            }
            _ => {}
        }
    }
    scan.finish()
}

struct Container {
    /// The role of the key under which it stands.
    role: Role,
    is_object: bool,
    expects_key: bool,
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
        let spelled: String = key.chars().filter(|character| !matches!(character, '_' | '-' | ' ')).collect();
        let plain = spelled.to_ascii_lowercase();
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

/// Place after the closing quotation mark of the string that opens at `start`.
fn end_of_string(json: &str, start: usize) -> usize {
    let mut escaped = false;
    let closes = |byte: u8| {
        let closing = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closing
    };
    json[start + 1..].bytes().position(closes).map_or(json.len(), |length| start + 1 + length + 1)
}

struct Scan<'r> {
    json: &'r str,
    masked: String,
    /// How much of `json` is in `masked` already.
    copied: usize,
}

impl<'r> Scan<'r> {
    fn mask_string(&mut self, place: std::ops::Range<usize>, role: Role) {
        let token = &self.json[place.clone()];
        let Ok(text) = serde_json::from_str::<String>(token) else {
            // Half a surrogate pair: what cannot be read cannot be searched, so it is hidden whole.
            self.replace(place, "\"•••\"");
            return;
        };
        let masked = match role {
            Role::Phone => mask_phone(&text),
            Role::Telling if text.bytes().all(|byte| byte.is_ascii_digit()) => return,
            Role::Telling | Role::Plain => match mask_free_text(&text) {
                Cow::Borrowed(_) => return,
                Cow::Owned(masked) => masked,
            },
        };
        if masked != text {
            self.replace(place, &serde_json::Value::from(masked).to_string());
        }
    }

    fn mask_number(&mut self, place: std::ops::Range<usize>) {
        let token = &self.json[place.clone()];
        if token.bytes().filter(u8::is_ascii_digit).count() >= FEWEST_DIGITS {
            self.replace(place, &format!("\"{}\"", mask_phone(token)));
        }
    }

    fn replace(&mut self, place: std::ops::Range<usize>, with: &str) {
        self.masked.push_str(&self.json[self.copied..place.start]);
        self.masked.push_str(with);
        self.copied = place.end;
    }

    fn finish(mut self) -> Cow<'r, str> {
        if self.copied == 0 {
            return Cow::Borrowed(self.json);
        }
        self.masked.push_str(&self.json[self.copied..]);
        Cow::Owned(self.masked)
    }
}
