//! A body under an HTTP status: the verdict, the items and the joined tags agree with a reading of our own.

use deepcall::client::Received;
use deepcall::client::error::{ApiError, ErrorClass};
use deepcall::client::replies::codes::Module;
use deepcall::client::replies::envelope;
use deepcall::client::replies::envelope::Judged;
use deepcall::client::replies::items::Items;
use deepcall::client::replies::{moments, tags};
use deepcall::json::Content;

use super::Bytes;
use super::json::{self, Level};

const STATUSES: [u16; 20] =
    [200, 200, 200, 200, 201, 203, 204, 206, 226, 300, 304, 400, 401, 403, 404, 407, 429, 500, 503, 599];
const MOST_ITEMS: usize = 20_000;
const MOST_KEYS: usize = 500;

/// What must come of a reply.
#[derive(Debug, PartialEq, Eq)]
enum Expected {
    Payload,
    /// The server refuses, or answers by a code.
    NoPayload,
    /// A proxy, a bad gateway or a sign-in page, whatever its body is.
    Http,
    /// It is not understood.
    Untrusted,
}

/// The first byte chooses the status, the rest is the body.
pub fn check(input: &[u8]) {
    let mut bytes = Bytes(input);
    let status = STATUSES[usize::from(bytes.byte()) % STATUSES.len()];
    let received = Received {
        status,
        body: bytes.0.to_vec().into(),
        server_time: None,
        received_at: jiff::Timestamp::UNIX_EPOCH,
        attempts: 1,
        lost_a_reply: false,
        was_resent: false,
        retry_after: None,
    };
    let judged = envelope::judge(&received, Module::Tags);
    let body = mended(&String::from_utf8_lossy(received.body.as_bytes()));
    assert_eq!(received.body.text(), body);
    let keys = read_keys(&body);
    let expected = expected(status, keys.as_deref());
    let came = match &judged {
        Ok(Judged::Payload(_)) => Expected::Payload,
        Ok(Judged::Answer(_)) => Expected::NoPayload,
        Err(error) => match (error.class(), &expected) {
            (ErrorClass::Untrusted, _) => Expected::Untrusted,
            (ErrorClass::Unreachable | ErrorClass::SignIn | ErrorClass::Refused, Expected::Http) => {
                Expected::Http
            }
            _ => Expected::NoPayload,
        },
    };
    assert_eq!(came, expected, "HTTP {status}: {judged:?}");
    if let (Ok(Judged::Payload(envelope)), Some(keys)) = (judged, keys) {
        let data = check_items("data", envelope.data, &keys);
        let icons = check_items("iconDetails", envelope.icon_details, &keys);
        if let (Some(data), Some(icons)) = (data, icons) {
            check_tags(data, icons);
        }
    }
}

/// A text in which each escape that is half of a character is the escape of U+FFFD.
fn mended(text: &str) -> String {
    let mut rest = text;
    let mut mended = String::new();
    while let Some(next) = rest.chars().next() {
        let (mut units, mut after) = (vec![], rest);
        while let Some((unit, then)) = escaped_unit(after) {
            units.push(unit);
            after = then;
        }
        if units.is_empty() {
            // A backslash takes the next character along.
            let count = if next == '\\' { 2 } else { 1 };
            let taken: String = rest.chars().take(count).collect();
            rest = &rest[taken.len()..];
            mended.push_str(&taken);
            continue;
        }
        for unit in char::decode_utf16(units) {
            let length = unit.as_ref().map_or(6, |character| 6 * character.len_utf16());
            mended.push_str(if unit.is_ok() { &rest[..length] } else { "\\ufffd" });
            rest = &rest[length..];
        }
    }
    mended
}

fn escaped_unit(text: &str) -> Option<(u16, &str)> {
    let digits = text.strip_prefix("\\u")?.get(..4).filter(|digits| !digits.starts_with('+'))?;
    Some((u16::from_str_radix(digits, 16).ok()?, &text[6..]))
}

/// The members of a body that is a JSON object, and repeats no key that decides.
fn read_keys(body: &str) -> Option<Vec<(String, &str)>> {
    let Level::Object(members) = json::read(body)? else { return None };
    let count = |name: &str| members.iter().filter(|(key, _)| key == name).count();
    let is_said_once = |name: &&str| count(name) < 2;
    ["status", "code", "errCode", "errorCode", "err_code"].iter().all(is_said_once).then_some(members)
}

fn expected(status: u16, keys: Option<&[(String, &str)]>) -> Expected {
    match status {
        407 => return Expected::Http,
        204 | 206 | 300 | 304 => return Expected::Untrusted,
        _ => {}
    }
    let is_trouble = matches!(status, 401 | 403 | 429 | 500..);
    let Some(keys) = keys else {
        return if is_trouble { Expected::Http } else { Expected::Untrusted };
    };
    let text = |name: &str| {
        let (_, value) = keys.iter().rev().find(|(key, _)| key == name)?;
        scalar(value)
    };
    let codes: Vec<i64> = ["code", "errCode", "errorCode", "err_code"]
        .iter()
        .filter_map(|name| whole_number(text(name)?.trim()))
        .collect();
    let said = text("status").map(|said| said.trim().to_ascii_lowercase());
    let says_yes = matches!(said.as_deref(), Some("success" | "ok" | "true" | "200"));
    let says_no = matches!(said.as_deref(), Some("error" | "fail" | "failed" | "failure" | "false"));
    if says_no || codes.iter().any(|code| !(200..300).contains(code)) || status >= 400 {
        return Expected::NoPayload;
    }
    let has_data = keys.iter().any(|(key, _)| key == "data");
    if says_yes || !codes.is_empty() || has_data { Expected::Payload } else { Expected::Untrusted }
}

/// A number without a fraction, as far as a float can represent it.
fn whole_number(text: &str) -> Option<i64> {
    let as_float: f64 = text.parse().ok()?;
    let is_whole = as_float.fract() == 0.0 && as_float.abs() <= 2_f64.powi(53);
    text.parse().ok().or(is_whole.then_some(as_float as i64))
}

/// The text of a value if it is no list and no object, or one of the database's wrappers.
fn scalar(json: &str) -> Option<String> {
    match json::read(json)? {
        Level::Text(text) => Some(text),
        Level::Other(word) => (word != "null").then(|| word.to_owned()),
        Level::List(_) => None,
        Level::Object(members) => {
            let [(key, value)] = members.as_slice() else { return None };
            let is_wrapper = matches!(key.as_str(), "$oid" | "$numberLong" | "$numberInt" | "$uuid");
            is_wrapper.then(|| scalar(value))?.filter(|_| !value.starts_with('{'))
        }
    }
}

/// Items, and their place in the body.
type Listed<'a> = (Items<'a>, Vec<String>);

/// `None` when they are refused.
fn check_items<'a>(
    key: &'static str,
    found: Option<Content<'a>>,
    keys: &[(String, &str)],
) -> Option<Listed<'a>> {
    let said = keys.iter().rev().find(|(name, _)| name == key).map(|(_, value)| *value);
    match &found {
        Some(Content::Value(value)) => assert_eq!(Some(value.get()), said, "another `{key}`"),
        Some(Content::List(_) | Content::LongList) => {
            assert!(said.is_some_and(|said| said.starts_with('[')), "`{key}` is no list: {said:?}");
        }
        None => assert_eq!(said, None, "no `{key}`"),
    }
    let visited = Items::of(key, found).and_then(|items| {
        let mut visited = vec![];
        items.each(|raw, object| {
            assert!(object.0.len() <= MOST_KEYS);
            visited.push(raw.get().to_owned());
            Ok(())
        })?;
        Ok((items, visited))
    });
    match (items(said), visited) {
        (Some(wanted), Ok((items, visited))) => {
            assert_eq!(visited, wanted);
            Some((items, wanted))
        }
        (None, Err(error)) => refused(&error),
        (wanted, visited) => panic!("`{key}`: {wanted:?}, but {visited:?}"),
    }
}

fn refused<T>(error: &ApiError) -> Option<T> {
    assert_eq!(error.class(), ErrorClass::Untrusted);
    None
}

/// The same by our own reading.
fn items(said: Option<&str>) -> Option<Vec<String>> {
    let Some(said) = said.filter(|said| !matches!(*said, "null" | "\"\"")) else { return Some(vec![]) };
    match json::read(said)? {
        Level::Text(inner) => listed(&mended(inner.trim_matches([' ', '\t', '\n', '\r']))),
        _ => listed(said),
    }
}

fn listed(json: &str) -> Option<Vec<String>> {
    match json::read(json)? {
        Level::List(elements) => {
            let has_few_keys = |json: &&str| match json::read(json) {
                Some(Level::Object(members)) => members.len() <= MOST_KEYS,
                _ => true,
            };
            let is_small = elements.len() <= MOST_ITEMS && elements.iter().all(has_few_keys);
            is_small.then(|| elements.into_iter().map(str::to_owned).collect())
        }
        Level::Object(members) if members.is_empty() => Some(vec![]),
        Level::Object(members) => (members.len() <= MOST_KEYS).then(|| vec![json.to_owned()]),
        Level::Text(_) | Level::Other(_) => None,
    }
}

/// Every notification is one item, and no icon is lost on the way.
fn check_tags((data, wanted): Listed<'_>, (icons, wanted_icons): Listed<'_>) {
    let tags = tags::decode(&data, &icons, &moments::india(), Some).unwrap();
    let visited: Vec<&str> =
        tags.notifications.iter().map(|notification| notification.fields.get()).collect();
    assert_eq!(visited, wanted);
    let joined = tags.notifications.iter().flat_map(|notification| &notification.icons);
    let mut left: Vec<&str> = joined.chain(&tags.icons).map(|icon| icon.get()).collect();
    left.sort_unstable();
    for icon in &wanted_icons {
        assert!(left.binary_search(&icon.as_str()).is_ok(), "the icon {icon} is lost");
    }
    for notification in &tags.notifications {
        let keys = tags::extra_fields(&notification.fields).into_iter().map(|(key, _)| key);
        let members = match json::read(notification.fields.get()) {
            Some(Level::Object(members)) => members.len(),
            _ => 0,
        };
        assert!(keys.count() <= members);
    }
}
