//! A secret in nine encodings, in whatever pieces it is written: none comes out, and nothing else is changed.

use std::io::Write;

use deepcall::output::text::redact::{RedactingWriter, Redactor};

use super::Bytes;

const HIDDEN: &str = "••••";
/// So long must a secret be to be hidden, and at least twice so long for its ends to be hidden too.
const SHORTEST: usize = 6;
const PART: usize = 12;
/// A text of so many steps contains every encoding more than once; longer ones only take longer.
const STEPS: usize = 64;
/// Occurs in no encoding of a secret that does not contain it itself.
const FILLER: char = 'ʘ';

/// The first byte is the length of the secret, which follows; of the rest, each byte places a filler or
/// an encoding, and ends a write.
pub fn check(input: &[u8]) {
    let mut bytes = Bytes(input);
    let length = usize::from(bytes.byte());
    let (secret, plan) = bytes.0.split_at(length.min(bytes.0.len()));
    let plan = &plan[..plan.len().min(STEPS)];
    let secret = String::from_utf8_lossy(secret).replace([FILLER, '•'], "");
    let redactor = Redactor::default();
    redactor.hide(&secret);
    let is_secret = secret.len() >= SHORTEST;
    let encodings = encodings(&secret);

    let (mut text, mut shown, mut ends) = (String::new(), String::new(), vec![]);
    for &step in plan {
        // Base64 in the middle of other base64 shares its first and last characters with it.
        text.push(FILLER);
        shown.push(FILLER);
        if let Some(encoding) = encodings.get(usize::from(step) % 16) {
            text.push_str(encoding);
            shown.push_str(if is_secret { HIDDEN } else { encoding });
        }
        ends.push(text.len() - usize::from(step >> 4).min(text.len()));
    }

    let redacted = in_pieces(&redactor, text.as_bytes(), &ends);
    assert_eq!(redacted, redactor.redact(&text), "the pieces make a difference: {ends:?}");
    assert_eq!(redacted, shown, "of {text:?}");
    // What is no secret passes byte for byte, UTF-8 or not.
    let other: Vec<u8> = plan.iter().map(|byte| byte | 0x80).collect();
    assert!(in_pieces_of_bytes(&redactor, &other, &ends) == other || !secret.is_ascii());
}

fn in_pieces(redactor: &Redactor, text: &[u8], ends: &[usize]) -> String {
    String::from_utf8(in_pieces_of_bytes(redactor, text, ends)).unwrap()
}

fn in_pieces_of_bytes(redactor: &Redactor, text: &[u8], ends: &[usize]) -> Vec<u8> {
    let mut out = vec![];
    let mut writer = RedactingWriter::new(&mut out, redactor.clone());
    let mut done = 0;
    for &end in ends {
        let end = end.clamp(done, text.len());
        writer.write_all(&text[done..end]).unwrap();
        done = end;
    }
    writer.write_all(&text[done..]).unwrap();
    writer.flush().unwrap();
    drop(writer);
    out
}

/// The secret in every encoding, made by other code than the redactor's.
fn encodings(secret: &str) -> Vec<String> {
    let json = serde_json::to_string(secret).unwrap();
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let percent: String =
        secret
            .bytes()
            .map(|byte| {
                if byte.is_ascii_alphanumeric() {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            })
            .map(|piece| match piece.as_str() {
                "%2D" => "-".to_owned(),
                "%2E" => ".".to_owned(),
                "%5F" => "_".to_owned(),
                "%7E" => "~".to_owned(),
                _ => piece,
            })
            .collect();
    let mut encodings = vec![
        secret.to_owned(),
        json[1..json.len() - 1].to_owned(),
        percent,
        form,
        hex.to_uppercase(),
        hex,
        secret.chars().rev().collect(),
        base64(secret.as_bytes()),
    ];
    let characters: Vec<char> = secret.chars().collect();
    if characters.len() >= 2 * PART {
        encodings.push(characters[..PART].iter().collect());
        encodings.push(characters[characters.len() - PART..].iter().collect());
    }
    encodings
}

/// The characters of base64 that depend on the secret alone, from a string of its bits.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: Vec<u8> = bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect();
    let values = bits.chunks_exact(6).map(|six| six.iter().fold(0, |value, bit| value << 1 | bit));
    values.map(|value| char::from(ALPHABET[usize::from(value)])).collect()
}
