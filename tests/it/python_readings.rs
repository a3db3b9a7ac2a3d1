//! Dates of headers and addresses of servers, as Python's standard library reads them: it shares no code with the
//! program, and both must mean the same moment and the same machine.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

use deepcall::client::retry::{http_date, retry_after};
use deepcall::store::ServerUrl;
use jiff::Timestamp;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// How many texts of each kind are made.
const TEXTS: usize = 4000;

/// Prints for each line of hexadecimal digits the seconds since 1970, or `no`.
const DATES: &str = r#"
import sys
from datetime import timezone
from email.utils import parsedate_to_datetime
for line in sys.stdin:
    try:
        date = parsedate_to_datetime(bytes.fromhex(line).decode())
        # No zone means that of HTTP.
        print(int((date if date.tzinfo else date.replace(tzinfo=timezone.utc)).timestamp()))
    except (ValueError, TypeError, IndexError, OverflowError):
        print("no")
"#;

/// Prints for each line of hexadecimal digits scheme, host, port and whether the host is this machine, or `no`.
const ADDRESSES: &str = r#"
import ipaddress, socket, sys
from urllib.parse import urlsplit, unquote
def address(host):
    """As the system would read it, which knows 127.1 and 0x7f000001."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return ipaddress.ip_address(socket.inet_aton(host))
for line in sys.stdin:
    try:
        text = bytes.fromhex(line).decode()
        url = urlsplit(text if "://" in text else "https://" + text)
        port = {"https": 443, "http": 80}[url.scheme] if url.port is None else url.port
        host = unquote(url.hostname).lower().removesuffix(".")
        try:
            found = address(host)
            mapped = getattr(found, "ipv4_mapped", None)
            print(url.scheme, int(found), port, (mapped or found).is_loopback)
        except OSError:
            print(url.scheme, host.encode("idna").decode(), port, host == "localhost")
    except (ValueError, TypeError, KeyError):
        print("no")
"#;

/// One line of answer for each text.
fn python(script: &str, texts: &[String]) -> Vec<String> {
    let mut python = Command::new("/usr/bin/python3")
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = python.stdin.take().unwrap();
    let hex = |text: &String| text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>() + "\n";
    let lines: String = texts.iter().map(hex).collect();
    let writer = std::thread::spawn(move || stdin.write_all(lines.as_bytes()));
    let printed = String::from_utf8(python.wait_with_output().unwrap().stdout).unwrap();
    writer.join().unwrap().unwrap();
    let printed: Vec<String> = printed.lines().map(str::to_owned).collect();
    assert_eq!(printed.len(), texts.len());
    printed
}

/// The same texts on every run.
fn made(strategy: impl Strategy<Value = String>) -> Vec<String> {
    let mut runner = TestRunner::deterministic();
    (0..TEXTS).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

/// The three forms of RFC 9110 §5.6.7. Two digits of a year are taken by nobody for one after 2068.
fn dates() -> impl Strategy<Value = String> {
    const FORMS: [(&str, i64); 3] = [
        ("%a, %d %b %Y %H:%M:%S GMT", 253_402_300_799),
        ("%A, %d-%b-%y %H:%M:%S GMT", 3_124_223_999),
        ("%a %b %e %H:%M:%S %Y", 253_402_300_799),
    ];
    prop::sample::select(&FORMS[..]).prop_flat_map(|(form, last)| {
        (0..=last).prop_map(move |second| Timestamp::from_second(second).unwrap().strftime(form).to_string())
    })
}

/// Something taken out, put in or exchanged.
fn misspelt(texts: impl Strategy<Value = String>, letters: &'static str) -> impl Strategy<Value = String> {
    let letters: Vec<char> = letters.chars().collect();
    (texts, any::<prop::sample::Index>(), 0..3_u8, prop::sample::select(letters)).prop_map(
        |(text, at, how, letter)| {
            let mut letters: Vec<char> = text.chars().collect();
            let at = at.index(letters.len());
            match how {
                0 => drop(letters.remove(at)),
                1 => letters.insert(at, letter),
                _ => letters[at] = letter,
            }
            letters.into_iter().collect()
        },
    )
}

#[test]
fn a_date_by_the_book_is_the_moment_that_python_reads() {
    let dates = made(dates());
    for (date, expected) in dates.iter().zip(python(DATES, &dates)) {
        let read = http_date(date).map_or_else(|| "no".to_owned(), |moment| moment.as_second().to_string());
        assert_eq!(read, expected, "{date}");
        let (now, ahead) = (Timestamp::from_second(expected.parse().unwrap()).unwrap(), 90);
        let earlier = now.checked_sub(std::time::Duration::from_secs(ahead)).unwrap();
        assert_eq!(retry_after(date, earlier).map(|wait| wait.as_secs()), Some(ahead), "{date}");
    }
}

#[test]
fn a_misspelt_date_is_no_date_or_the_one_that_python_reads() {
    let dates = made(misspelt(dates(), "0123456789 :,-GMTJanFebSun+"));
    let by_the_library: Vec<String> = dates.iter().map(|date| with_space_before_time(date)).collect();
    let mut read = 0;
    for (date, expected) in dates.iter().zip(python(DATES, &by_the_library)) {
        let Some(moment) = http_date(date) else { continue };
        read += 1;
        assert_eq!(moment.as_second().to_string(), expected, "{date}");
    }
    assert!(read > TEXTS / 50, "{read} of {TEXTS} were read");
}

/// `12-Jun-28T06:27:23 GMT`: whatever is in place of the space, the library that reads dates passes over it.
fn with_space_before_time(date: &str) -> String {
    match date.len().checked_sub("?06:27:23 GMT".len()) {
        Some(at) if date.matches('-').count() >= 2 && date.is_char_boundary(at) => {
            format!("{} {}", &date[..at], &date[at + 1..])
        }
        _ => date.to_owned(),
    }
}

fn addresses() -> impl Strategy<Value = String> {
    let scheme =
        prop::sample::select(vec!["", "https://", "http://", "HTTPS://", "Http://", "ftp://", "https:"]);
    let host = prop_oneof![
        "[a-z0-9-]{1,8}(\\.[a-zA-Z0-9-]{1,8}){0,3}\\.?",
        "(0x)?[0-9a-f]{1,8}(\\.[0-9]{1,3}){0,3}",
        "127\\.[0-9]{1,3}(\\.[0-9]{1,3}){0,2}",
        "\\[[0-9a-f]{0,4}(:[0-9a-f]{0,4}){2,7}\\]",
        "\\[::(ffff:)?127\\.0\\.0\\.[0-9]{1,2}\\]",
        prop::sample::select(vec![
            "localhost",
            "LOCALHOST.",
            "127.1",
            "0x7f000001",
            "0177.0.0.1",
            "2130706433",
            "[::1]",
            "[0:0::1]",
            "bücher.example",
            "BÜCHER.example",
            "दिल्ली.example",
            "пример.example",
            "v4-api.deepcall.com",
        ])
        .prop_map(str::to_owned),
    ];
    let port = prop_oneof![
        4 => Just(String::new()),
        1 => (0..70_000_u32).prop_map(|port| format!(":{port}")),
        1 => prop::sample::select(vec![":", ":443", ":80", ":0080", ":+1"]).prop_map(str::to_owned),
    ];
    let path = prop::sample::select(vec!["", "/", "/api/v2", "/call/centre", "//x", "/a:b"]);
    (scheme, host, port, path).prop_map(|(scheme, host, port, path)| format!("{scheme}{host}{port}{path}"))
}

/// The same words as [`ADDRESSES`].
fn parts(server: &ServerUrl) -> String {
    let origin = url::Url::parse(&server.origin()).unwrap();
    let host = match origin.host().unwrap() {
        url::Host::Domain(name) => name.to_owned(),
        url::Host::Ipv4(address) => u32::from(address).to_string(),
        url::Host::Ipv6(address) => u128::from(address).to_string(),
    };
    let loopback = if server.is_loopback() { "True" } else { "False" };
    format!("{} {host} {} {loopback}", origin.scheme(), origin.port_or_known_default().unwrap())
}

#[test]
fn an_address_leads_to_the_machine_that_python_and_the_system_read() {
    let addresses =
        made(prop_oneof![3 => addresses().boxed(), 1 => misspelt(addresses(), "./:[]%2e@?#x").boxed()]);
    let mut count = BTreeMap::new();
    for (address, expected) in addresses.iter().zip(python(ADDRESSES, &addresses)) {
        let Ok(server) = ServerUrl::parse(address) else {
            *count.entry("refused").or_insert(0) += 1;
            continue;
        };
        *count.entry(if server.is_loopback() { "here" } else { "elsewhere" }).or_insert(0) += 1;
        assert_eq!(parts(&server), expected, "{address}");
    }
    assert!(count.len() == 3 && count.values().all(|count| *count > TEXTS / 20), "{count:?}");
}
