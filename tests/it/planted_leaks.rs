//! The scanner that every test relies on finds a secret in each channel and in each encoding. The
//! encodings are made by Python, which shares no code with the scanner or the program.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::support::{CANARY_SSID, CANARY_TOKEN, PATIENCE, World, leaks};

const ENCODE: &str = r#"
import base64, html, json, sys, urllib.parse
for secret in sys.stdin.read().split("\n"):
    def say(name, text):
        print(name, (text if isinstance(text, bytes) else text.encode()).hex())
    raw = secret.encode()
    for part, text in (("", secret), ("first of ", secret[:12]), ("last of ", secret[-12:])):
        say(part + "raw", text)
        say(part + "JSON", json.dumps(text, ensure_ascii=False)[1:-1])
        say(part + "JSON in ASCII", json.dumps(text)[1:-1])
        say(part + "percent", urllib.parse.quote(text, safe=""))
        say(part + "form", urllib.parse.quote_plus(text))
        say(part + "hex", text.encode().hex())
        say(part + "HEX", text.encode().hex().upper())
        say(part + "reversed", text[::-1])
        say(part + "HTML", html.escape(text))
        say(part + "UTF-16LE", text.encode("utf-16-le"))
        say(part + "UTF-16BE", text.encode("utf-16-be"))
        for offset in range(3):
            say(f"{part}base64 at {offset}", base64.b64encode(b"?" * offset + text.encode() + b"?"))
            say(f"{part}base64url at {offset}", base64.urlsafe_b64encode(b"?" * offset + text.encode() + b"?"))
"#;

/// Name and bytes of every spelling of both canaries.
pub fn encodings() -> Vec<(String, Vec<u8>)> {
    let mut python = Command::new("/usr/bin/python3")
        .args(["-c", ENCODE])
        .env("PYTHONIOENCODING", "utf-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    python.stdin.take().unwrap().write_all(format!("{CANARY_SSID}\n{CANARY_TOKEN}").as_bytes()).unwrap();
    let printed = String::from_utf8(python.wait_with_output().unwrap().stdout).unwrap();
    let encodings = printed.lines().map(|line| {
        let (name, hex) = line.rsplit_once(' ').unwrap();
        let bytes = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
        (name.to_owned(), bytes.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect())
    });
    encodings.collect()
}

#[test]
fn a_secret_is_found_in_every_encoding() {
    let encodings = encodings();
    assert_eq!(encodings.len(), 2 * 3 * 17);
    for (name, bytes) in encodings {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let surrounded = [b"before ", &bytes[..], b" after"].concat();
        assert!(leaks::find(&surrounded).is_some(), "{name}: {text}");
    }
    assert_eq!(leaks::find(b"ssid-CANARY and 4b82-aa16"), None, "what is shorter than a part is none");
}

/// Scripts that let `$1`, a file with the secret, out by one channel.
const CHANNELS: [(&str, &str); 6] = [
    ("stdout", r#"cat "$1""#),
    ("stderr", r#"cat "$1" >&2"#),
    ("a file", r#"mkdir -p below; cp "$1" below/note"#),
    ("the name of a file", r#"touch "./$(tr / _ < "$1")""#),
    ("the command line of a child", r#"sh -c 'read wait; :' "$(cat "$1")""#),
    ("the environment of a child", r#"LEAK="$(cat "$1")" sh -c 'read wait; :'"#),
];

/// Each encoding by the next channel, and by each channel the secret as it is: what a channel gives out is searched by the
/// same function whichever it is.
#[test]
fn a_secret_is_found_in_every_channel_and_in_every_encoding() {
    let outside = tempfile::tempdir().unwrap();
    let plant = outside.path().join("plant");
    let mut next = CHANNELS.iter().cycle();
    for (name, bytes) in encodings() {
        std::fs::write(&plant, &bytes).unwrap();
        let fitting = |(channel, _): &&(&str, &str)| fits(channel, &bytes);
        let count = if name == "raw" { CHANNELS.len() } else { 1 };
        for (channel, script) in next.by_ref().filter(fitting).take(count) {
            let world = World::new();
            let mut shell = world.shell("sh");
            shell.args(["-c", script, "sh"]).arg(&plant).stdin(Stdio::piped());
            let mut running = world.start_as(true, shell);
            if channel.contains("child") {
                running.overseer().wait_for_a_find(PATIENCE);
            }
            drop(running.child.stdin.take());
            let (_, found) = running.search();
            assert!(!found.is_empty(), "{name} gets out by {channel}");
        }
    }
}

/// No argument, variable or file name holds a NUL, and no file name a slash.
fn fits(channel: &str, bytes: &[u8]) -> bool {
    match channel {
        "the name of a file" => !bytes.contains(&0) && !bytes.contains(&b'/'),
        _ => !channel.contains("child") || !bytes.contains(&0),
    }
}

#[test]
fn what_holds_no_secret_is_passed() {
    let world = World::new();
    let outside = tempfile::tempdir().unwrap();
    let plant = outside.path().join("plant");
    std::fs::write(&plant, "ssid-harmless").unwrap();
    for (channel, script) in CHANNELS {
        let mut shell = world.shell("sh");
        shell.args(["-c", script, "sh"]).arg(&plant);
        let (ran, found) = world.start_as(true, shell).search();
        assert!(found.is_empty() && ran.code <= 1, "{channel}: {found:?}\n{ran}");
    }
}
