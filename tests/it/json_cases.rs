//! What is JSON and what is not, case by case: the table, the program and Python's reader agree.

use std::io::Write;
use std::process::{Command, Stdio};

use deepcall::client::error::ErrorKind;
use deepcall::client::replies::codes::Module;
use deepcall::client::replies::envelope::{Judged, judge, outcome};
use deepcall::client::{ApiError, Received};
use deepcall::json::Content;

const TABLE: &str = include_str!("../data/json_cases.txt");

/// Reads a line of hexadecimal digits for each text, and prints for each whether it is JSON. It must refuse the
/// constants that are no JSON, and to take numbers of any length.
const ORACLE: &str = r#"
import json, sys
sys.set_int_max_str_digits(0)
def refuse(constant):
    raise ValueError(constant)
for line in sys.stdin:
    try:
        json.loads(bytes.fromhex(line).decode("utf-8"), parse_constant=refuse)
        print("yes")
    except (ValueError, RecursionError):
        print("no")
"#;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Accept,
    Refuse,
    /// In a reply it is accepted, with other characters in place of damaged ones.
    Mend,
}
use Verdict::{Accept, Mend, Refuse};

/// One text.
#[derive(Debug)]
struct Case {
    group: String,
    text: Vec<u8>,
    verdict: Verdict,
    /// Whether the standard leaves it to the reader.
    is_open: bool,
}

fn cases() -> Vec<Case> {
    let mut cases = vec![];
    let mut group = "";
    for line in TABLE.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        if let Some(name) = line.strip_prefix("= ") {
            group = name;
            continue;
        }
        let (verdict, text) = line.split_at(3);
        let (verdict, is_open) = match verdict.trim() {
            "+" => (Accept, false),
            "-" => (Refuse, false),
            "?+" => (Accept, true),
            "?-" => (Refuse, true),
            "?~" => (Mend, true),
            "-~" => (Mend, false),
            other => panic!("{other:?} is no verdict"),
        };
        cases.push(Case { group: group.to_owned(), text: decoded(text), verdict, is_open });
    }
    cases
}

/// Texts too long for a table. Depth is left to the reader; this one allows 128.
fn long_cases() -> Vec<Case> {
    let nested =
        |open: &str, inside: &str, close: &str, depth| open.repeat(depth) + inside + &close.repeat(depth);
    let table = [
        ("depth within the limit", nested("[", "", "]", 128), Accept, true),
        ("depth within the limit", nested(r#"{"a":"#, "1", "}", 128), Accept, true),
        ("depth beyond the limit", nested("[", "", "]", 129), Refuse, true),
        ("depth beyond the limit", nested(r#"[{"a":"#, "1", "}]", 65), Refuse, true),
        ("depth without an end", "[".repeat(100_000), Refuse, false),
        ("depth without an end", r#"{"a":"#.repeat(100_000), Refuse, false),
        ("long text", format!("\"{}\"", "x".repeat(1 << 20)), Accept, false),
        ("long number", "7".repeat(10_000), Accept, false),
        ("long number", format!("0.{}1", "0".repeat(10_000)), Accept, false),
        ("long list", format!("[{}1]", "1,".repeat(50_000)), Accept, false),
        ("long list cut off", "1,".repeat(50_000), Refuse, false),
        ("much space", format!("{}1", " ".repeat(100_000)), Accept, false),
    ];
    let case = |(group, text, verdict, is_open): (&str, String, _, _)| Case {
        group: group.to_owned(),
        text: text.into_bytes(),
        verdict,
        is_open,
    };
    table.into_iter().map(case).collect()
}

fn decoded(text: &str) -> Vec<u8> {
    let mut pieces = text.split('%');
    let mut bytes = pieces.next().unwrap_or_default().as_bytes().to_vec();
    for piece in pieces {
        bytes.push(u8::from_str_radix(&piece[..2], 16).unwrap());
        bytes.extend_from_slice(&piece.as_bytes()[2..]);
    }
    bytes
}

fn received(body: Vec<u8>) -> Received {
    Received {
        status: 200,
        body: body.into(),
        server_time: None,
        received_at: jiff::Timestamp::UNIX_EPOCH,
        attempts: 1,
        lost_a_reply: false,
        was_resent: false,
        retry_after: None,
    }
}

/// Whether the error is about JSON; a text that is JSON but no reply is another error.
fn refuses_json(error: &ApiError) -> bool {
    match error.kind() {
        ErrorKind::NotJson => true,
        ErrorKind::Protocol => error.to_string() == "the reply is malformed",
        _ => false,
    }
}

#[test]
fn the_program_accepts_what_must_be_accepted_and_refuses_what_must_be_refused() {
    for case in cases().into_iter().chain(long_cases()) {
        let shown = case.text[..case.text.len().min(60)].escape_ascii();
        let is_refused =
            outcome(&received(case.text.clone()), Module::AgentProfile).is_err_and(|e| refuses_json(&e));
        assert_eq!(is_refused, case.verdict == Refuse, "{}: {shown}", case.group);

        // The same as a piece of a reply, in a list: it comes out as it is, or not at all.
        let body = [br#"{"status":"success","data":["#, case.text.as_slice(), b"]}"].concat();
        let body = received(body);
        let data = match judge(&body, Module::AgentProfile) {
            Ok(Judged::Payload(envelope)) => match envelope.data {
                Some(Content::List(list)) if list.len() == 1 => Some(list[0].get().as_bytes()),
                _ => None,
            },
            _ => None,
        };
        let is_too_deep_here =
            case.text.starts_with(&b"[".repeat(127)) || case.text.starts_with(&br#"{"a":"#.repeat(127));
        if case.verdict == Mend {
            let data = data.unwrap_or_else(|| panic!("{}: {shown}", case.group));
            assert_ne!(data, case.text.trim_ascii(), "{}: {shown}", case.group);
            assert!(serde_json::from_slice::<serde_json::Value>(data).is_ok(), "{}: {shown}", case.group);
        } else if case.verdict == Accept && !is_too_deep_here {
            assert_eq!(data, Some(case.text.trim_ascii()), "{}: {shown}", case.group);
        } else {
            assert_ne!(data, Some(case.text.trim_ascii()), "{}: {shown}", case.group);
        }
    }
}

#[test]
fn another_reader_agrees_wherever_the_standard_is_clear() {
    let cases: Vec<Case> = cases().into_iter().chain(long_cases()).filter(|case| !case.is_open).collect();
    let mut python = Command::new("/usr/bin/python3")
        .args(["-c", ORACLE])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = python.stdin.take().unwrap();
    let lines: String = cases.iter().map(|case| hex(&case.text) + "\n").collect();
    let writer = std::thread::spawn(move || stdin.write_all(lines.as_bytes()));
    let printed = python.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    let printed = String::from_utf8(printed.stdout).unwrap();
    assert_eq!(printed.lines().count(), cases.len());
    for (case, printed) in cases.iter().zip(printed.lines()) {
        let shown = case.text[..case.text.len().min(60)].escape_ascii();
        assert_eq!(printed == "yes", case.verdict == Accept, "{}: {shown}", case.group);
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
