//! Looks for the canary secrets in everything a run left behind, in each encoding a program may use.
//! `planted_leaks.rs` shows that it finds them.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use base64::prelude::{BASE64_STANDARD, Engine};

/// A session id that looks different in every encoding, so that a leak in any of them is found.
pub const CANARY_SSID: &str = "ssid-CANARY\"7f\\3a/9c+e1%d5é-4b82-aa16-0c";
/// A token of the same sort.
pub const CANARY_TOKEN: &str = "token-CANARY\"b1\\8e/2d+f4%07é-93c5-5e7a";

/// So many characters of the beginning or the end of a secret are a secret as well.
const PART: usize = 12;

static SPELLINGS: LazyLock<(Vec<&'static str>, AhoCorasick)> = LazyLock::new(|| {
    let mut spellings = vec![];
    for secret in [CANARY_SSID, CANARY_TOKEN] {
        let characters: Vec<char> = secret.chars().collect();
        spell(secret, &mut spellings);
        spell(&characters[..PART].iter().collect::<String>(), &mut spellings);
        spell(&characters[characters.len() - PART..].iter().collect::<String>(), &mut spellings);
    }
    let (names, needles): (Vec<_>, Vec<_>) = spellings.into_iter().unzip();
    (names, AhoCorasick::new(needles).unwrap())
});

/// The encoding of a canary in `bytes`, if one is there.
pub fn find(bytes: &[u8]) -> Option<&'static str> {
    let (names, needles) = &*SPELLINGS;
    needles.find(bytes).map(|found| names[found.pattern()])
}

/// Fails if `bytes` hold a canary in any spelling.
#[track_caller]
pub fn assert_no_secret(what: &str, bytes: &[u8]) {
    let found = find(bytes);
    assert_eq!(found, None, "{what} holds a secret:\n{}", String::from_utf8_lossy(bytes));
}

/// Where a run let a canary out: on these streams, and in its home.
pub fn find_after_run(streams: &[(&str, &[u8])], home: &Path) -> Vec<String> {
    let mut found = find_in_files(home);
    for (stream, bytes) in streams {
        found.extend(find(bytes).map(|encoding| format!("{stream} ({encoding})")));
    }
    found
}

/// Each file below `folder` that holds a canary, but for the stores' own folders, or is named by one.
fn find_in_files(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return vec![] };
    let mut found = vec![];
    for entry in entries.flatten() {
        let path = entry.path();
        if let Some(encoding) = find(path.as_os_str().as_bytes()) {
            found.push(format!("the name of {} ({encoding})", path.display()));
        }
        // A file may be gone by now: another process of the test is still at work.
        let Ok(metadata) = fs::symlink_metadata(&path) else { continue };
        if metadata.is_dir() {
            let is_store = path.file_name().is_some_and(|name| name == "sessions" || name == "keyrings");
            if !is_store {
                found.extend(find_in_files(&path));
            }
        } else if metadata.is_file()
            // A file that is one hole holds nothing, however long it claims to be.
            && metadata.blocks() > 0
            && let Ok(bytes) = fs::read(&path)
            && let Some(encoding) = find(&bytes)
        {
            found.push(format!("{} ({encoding})", path.display()));
        }
    }
    found
}

fn spell(secret: &str, spellings: &mut Vec<(&'static str, Vec<u8>)>) {
    let bytes = secret.as_bytes();
    let mut add = |name, text: String| spellings.push((name, text.into_bytes()));
    let json = serde_json::to_string(secret).unwrap();
    let json = &json[1..json.len() - 1];
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    add("raw", secret.to_owned());
    add("JSON", json.to_owned());
    add("JSON, slashes escaped", json.replace('/', "\\/"));
    add("JSON in ASCII", json.replace('é', "\\u00e9"));
    add("Rust", secret.escape_debug().to_string());
    add("HTML", secret.replace('&', "&amp;").replace('"', "&quot;"));
    for kept in ["", "-", "-._~"] {
        let stays = |byte: u8| byte.is_ascii_alphanumeric() || kept.as_bytes().contains(&byte);
        let percent = |escape: fn(u8) -> String| {
            let one = |byte: u8| if stays(byte) { char::from(byte).to_string() } else { escape(byte) };
            bytes.iter().copied().map(one).collect()
        };
        add("percent", percent(|byte| format!("%{byte:02X}")));
        add("percent, small letters", percent(|byte| format!("%{byte:02x}")));
    }
    add("hex", hex.to_uppercase());
    add("hex", hex);
    add("reversed", secret.chars().rev().collect());
    for offset in 0..3 {
        let base64 = base64_middle(bytes, offset);
        add("base64 for URLs", base64.replace('+', "-").replace('/', "_"));
        add("base64", base64);
    }
    let utf16 = |to: fn(u16) -> [u8; 2]| secret.encode_utf16().flat_map(to).collect::<Vec<u8>>();
    spellings.push(("UTF-16", utf16(u16::to_le_bytes)));
    spellings.push(("UTF-16, big end first", utf16(u16::to_be_bytes)));
}

/// The part of the base64 text that does not depend on what is before and after the secret.
fn base64_middle(secret: &[u8], offset: usize) -> String {
    let skip = (3 - offset) % 3;
    let whole = &secret[skip..skip + (secret.len() - skip) / 3 * 3];
    BASE64_STANDARD.encode(whole)
}
