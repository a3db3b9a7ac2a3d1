//! Looks for the canary secrets in everything a run left behind, in each encoding a program may use.

use std::fs;
use std::path::Path;

use super::{CANARY_SSID, CANARY_TOKEN};

/// Fails if `bytes` hold a canary in any spelling. Replies of many megabytes are looked through as well, so
/// a spelling is compared only where its first two bytes stand.
#[track_caller]
pub fn assert_no_secret(what: &str, bytes: &[u8]) {
    let spellings = spellings();
    let mut is_first = [false; 256];
    for (_, needle) in &spellings {
        is_first[usize::from(needle[0])] = true;
    }
    for (at, pair) in bytes.windows(2).enumerate() {
        if !is_first[usize::from(pair[0])] {
            continue;
        }
        for (encoding, needle) in &spellings {
            let found = needle[..2] == *pair && bytes[at..].starts_with(needle);
            assert!(!found, "{what} holds a secret ({encoding}):\n{}", String::from_utf8_lossy(bytes));
        }
    }
}

/// Fails if a file below `folder` holds a canary, but for the file store's own folder.
#[track_caller]
pub fn assert_no_secret_in_files(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        let is_store = path.file_name().is_some_and(|name| name == "sessions" || name == "keyrings");
        if path.is_symlink() || is_store {
            continue;
        }
        assert_no_secret("a file name", path.as_os_str().as_encoded_bytes());
        if path.is_dir() {
            assert_no_secret_in_files(&path);
        } else if path.is_file() && was_written(&path) {
            assert_no_secret(&path.display().to_string(), &fs::read(&path).unwrap());
        }
    }
}

/// A file that is one hole holds nothing, however long it claims to be.
fn was_written(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).unwrap().blocks() > 0
}

#[test]
fn a_secret_is_found_in_every_spelling_wherever_it_stands() {
    for (encoding, needle) in spellings() {
        for text in [needle.clone(), [b"ssss", needle.as_slice(), b"\n"].concat()] {
            let found = std::panic::catch_unwind(|| assert_no_secret("a text", &text));
            assert!(found.is_err(), "{encoding} is not found");
        }
    }
    assert_no_secret("a text", b"ssid-CANARY is no secret by itself");
}

fn spellings() -> Vec<(&'static str, Vec<u8>)> {
    let mut spellings = vec![];
    for secret in [CANARY_SSID, CANARY_TOKEN] {
        let json = serde_json::to_string(secret).unwrap();
        let percent = |byte: &u8| {
            if byte.is_ascii_alphanumeric() { (*byte as char).to_string() } else { format!("%{byte:02X}") }
        };
        let percent: String = secret.as_bytes().iter().map(percent).collect();
        let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        spellings.push(("raw", secret.as_bytes().to_vec()));
        spellings.push(("JSON", json.trim_matches('"').as_bytes().to_vec()));
        spellings.push(("percent", percent.to_lowercase().into_bytes()));
        spellings.push(("percent", percent.into_bytes()));
        spellings.push(("hex", hex.to_uppercase().into_bytes()));
        spellings.push(("hex", hex.into_bytes()));
        spellings.push(("reversed", secret.chars().rev().collect::<String>().into_bytes()));
        spellings.push(("UTF-16", secret.encode_utf16().flat_map(u16::to_le_bytes).collect()));
        for offset in 0..3 {
            spellings.push(("base64", base64_middle(secret.as_bytes(), offset)));
        }
    }
    // A program must not show the first or last characters either.
    spellings.push(("its beginning", b"CANARY\"7f".to_vec()));
    spellings
}

/// The part of the base64 text that does not depend on what stands before and after the secret.
fn base64_middle(secret: &[u8], offset: usize) -> Vec<u8> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let skip = (3 - offset) % 3;
    let whole = &secret[skip..skip + (secret.len() - skip) / 3 * 3];
    whole
        .chunks(3)
        .flat_map(|three| {
            let bits = u32::from(three[0]) << 16 | u32::from(three[1]) << 8 | u32::from(three[2]);
            [18, 12, 6, 0].map(|shift| LETTERS[(bits >> shift) as usize & 63])
        })
        .collect()
}
