//! The encodings in which a secret may come back.

use zeroize::Zeroizing;

/// Bytes that are wiped when dropped.
pub(super) type Spelling = Zeroizing<Vec<u8>>;

/// Servers and logs quote the beginning or the end of a secret. Parts of this many characters are hidden too.
const PART: usize = 12;

/// All spellings of the secret and of its first and last characters, each once.
pub(crate) fn of(secret: &str) -> Vec<Spelling> {
    let mut spellings = Vec::new();
    spell(secret, &mut spellings);
    if secret.chars().count() >= 2 * PART {
        let place = |(at, _): (usize, char)| at;
        let head = secret.char_indices().nth(PART).map_or(secret.len(), place);
        let tail = secret.char_indices().nth_back(PART - 1).map_or(0, place);
        spell(&secret[..head], &mut spellings);
        spell(&secret[tail..], &mut spellings);
    }
    spellings.sort_unstable_by(|left, right| left.as_slice().cmp(right.as_slice()));
    spellings.dedup_by(|left, right| left.as_slice() == right.as_slice());
    spellings
}

fn spell(text: &str, spellings: &mut Vec<Spelling>) {
    let mut add = |spelling: String| spellings.push(Zeroizing::new(spelling.into_bytes()));
    let reversed: Zeroizing<String> = Zeroizing::new(text.chars().rev().collect());
    // Most secrets are plain letters and digits, which no escape changes.
    if !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte)) {
        escapes(text, &mut add);
        escapes(&reversed, &mut add);
    }
    add(hex(text.bytes(), LOWER));
    add(hex(text.bytes(), UPPER));
    for offset in 0..3 {
        let standard = base64(text.as_bytes(), offset);
        add(standard.replace('+', "-").replace('/', "_"));
        add(standard);
    }
    add(reversed.to_string());
    add(text.to_owned());
}

/// Spellings in which only some characters differ.
fn escapes(text: &str, add: &mut impl FnMut(String)) {
    let json = json(text);
    // JSON in a string of JSON, and that in another one.
    let twice = self::json(&json);
    add(self::json(&twice));
    add(twice);
    add(json.replace('/', "\\/"));
    for digits in [LOWER, UPPER] {
        add(ascii_json(&json, digits));
        for (kept, space) in [RFC_3986, QUOTE_PLUS, URLENCODE, FORM, COMPONENT] {
            add(percent(text, kept, space, digits));
        }
    }
    add(json);
    add(text.escape_debug().collect());
    add(html(text, "&#39;"));
    add(html(text, "&#x27;"));
}

/// The inside of a JSON string.
fn json(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// The inside of a JSON string with everything outside ASCII as `\uXXXX`.
fn ascii_json(json: &str, digits: &[u8; 16]) -> String {
    let mut ascii = String::new();
    for character in json.chars() {
        if character.is_ascii() {
            ascii.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                ascii.push_str("\\u");
                ascii.push_str(&hex(unit.to_be_bytes(), digits));
            }
        }
    }
    ascii
}

const LOWER: &[u8; 16] = b"0123456789abcdef";
const UPPER: &[u8; 16] = b"0123456789ABCDEF";

fn hex(bytes: impl IntoIterator<Item = u8>, digits: &[u8; 16]) -> String {
    let halves = bytes.into_iter().flat_map(|byte| [byte >> 4, byte & 15]);
    halves.map(|half| char::from(digits[usize::from(half)])).collect()
}

fn html(text: &str, apostrophe: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', apostrophe)
}

/// Characters other than letters and digits that are not encoded, and what is written for a space.
const RFC_3986: (&str, &str) = ("-._~", "%20");
const COMPONENT: (&str, &str) = ("-._~!*'()", "%20");
const FORM: (&str, &str) = ("-._*", "+");
/// Python's `quote_plus`.
const QUOTE_PLUS: (&str, &str) = ("-._~", "+");
/// PHP's `urlencode`.
const URLENCODE: (&str, &str) = ("-._", "+");

fn percent(text: &str, kept: &str, space: &str, digits: &[u8; 16]) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        let character = char::from(byte);
        if byte.is_ascii_alphanumeric() || kept.contains(character) {
            encoded.push(character);
        } else if byte == b' ' {
            encoded.push_str(space);
        } else {
            encoded.push('%');
            encoded.push_str(&hex([byte], digits));
        }
    }
    encoded
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Base64 of the bytes where they begin `offset` bytes after a multiple of three, without the characters that depend on
/// the bytes before and after.
pub(crate) fn base64(bytes: &[u8], offset: usize) -> String {
    let mut encoded = String::with_capacity(bytes.len() * 4 / 3 + 1);
    // The first character shares its bits with the bytes before, unless `offset` is zero.
    let mut shared = (offset * 8).div_ceil(6) * 6 - offset * 8;
    let (mut bits, mut held) = (0_u32, 0);
    for byte in bytes {
        bits = bits << 8 | u32::from(*byte);
        held += 8 - std::mem::take(&mut shared);
        while held >= 6 {
            held -= 6;
            encoded.push(char::from(BASE64[(bits >> held) as usize & 63]));
        }
    }
    encoded
}
