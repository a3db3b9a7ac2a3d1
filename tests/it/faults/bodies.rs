//! J: bodies that are no answer, or hardly one: no JSON, too much of it, or JSON at the edge of its rules.

use super::matrix::{Case, GOOD, answered, body, sends};
use super::replies::flood;
use super::statuses::status;
use crate::support::Reply;

const NOT_JSON: (i32, &str) = (6, "not_json");
const PROTOCOL: (i32, &str) = (6, "protocol");
const TOO_LARGE: (i32, &str) = (6, "too_large");
const DONE: (i32, &str) = (0, "-");
/// The largest body that is read.
const LIMIT: usize = 8 * 1024 * 1024;

pub fn cases() -> Vec<Case> {
    [no_json(), encoded(), damaged(), deep(), large(), shapes(), numbers_and_keys()]
        .into_iter()
        .flatten()
        .collect()
}

fn data(data: &str) -> String {
    format!(r#"{{"status":"success","data":{data}}}"#)
}

/// A reply whose list holds this one item.
fn item(item: &str) -> String {
    data(&format!("[{item}]"))
}

fn no_json() -> Vec<Case> {
    let mut cases = vec![];
    for text in ["<html>hotel</html>", "hello", "<?xml version='1.0'?><a/>"] {
        cases.push(body("J1", text, NOT_JSON, text).watched().with_message(&text[..5]));
    }
    let long = format!("<p>\u{1b}[2J{}", "x".repeat(5000));
    let quoted = format!("{}\\\"\"", "x".repeat(193));
    cases.push(
        body("J1", "long HTML with an escape: 200 characters are quoted", NOT_JSON, long)
            .with_message(quoted),
    );
    for text in ["", "  ", "\r\n"] {
        cases.push(body("J2", format!("{text:?}"), NOT_JSON, text));
    }
    for text in ["null", "[]", "\"x\"", "1", "true"] {
        cases.push(body("J2", text, PROTOCOL, text));
    }
    for text in ["{}", r#"{"message":"hello"}"#] {
        cases.push(body("J2", text, PROTOCOL, text));
    }
    for text in [
        format!("{GOOD} x"),
        format!("{GOOD} {GOOD}"),
        format!("call({GOOD})"),
        format!("{GOOD} // x"),
        format!("/* x */ {GOOD}"),
        format!("{GOOD},"),
        GOOD[..GOOD.len() - 1].to_owned(),
    ] {
        cases.push(body("J3", &text, NOT_JSON, &text));
    }
    let utf_16: Vec<u8> = GOOD.encode_utf16().flat_map(u16::to_le_bytes).collect();
    cases.extend([
        body("J5", "UTF-16", NOT_JSON, utf_16),
        body("J5", "a byte order mark", NOT_JSON, format!("\u{feff}{GOOD}")),
        body("J5", "a bad byte between two values", NOT_JSON, b"{\"status\":\"success\",\xff\"data\":[]}"),
        body("J5", "a bad byte after the end", NOT_JSON, [GOOD.as_bytes(), b"\xff"].concat()),
        body("J5", "a text that is never closed", NOT_JSON, b"{\"status\":\"success\",\"data\":\"\xe0\xa4}"),
    ]);
    cases
}

/// Characters of which a part is lost: whatever is whole is shown, and JSON stays JSON for every reader.
fn damaged() -> Vec<Case> {
    let mut cases = vec![];
    for (what, bytes, shown) in [
        ("a bad byte", b"\xff".as_slice(), "\u{fffd}"),
        ("an overlong slash", b"\xc0\xaf", "\u{fffd}\u{fffd}"),
        ("a surrogate as bytes", b"\xed\xa0\x80", "\u{fffd}\u{fffd}\u{fffd}"),
        ("a character that was cut", b"\xe0\xa4", "\u{fffd}"),
        ("half a pair", br"\ud800", r"\ufffd"),
        ("the other half", br"\udc00", r"\ufffd"),
        ("half a pair before a letter", br"\ud800x", r"\ufffdx"),
        ("two halves the wrong way round", br"\udc00\ud800", r"\ufffd\ufffd"),
    ] {
        let reply = |start: &str, end: &str| {
            let whole = r#"{"a":"whole"},"#;
            [
                format!(r#"{{"status":"success","data":[{whole}{start}"#).as_bytes(),
                bytes,
                end.as_bytes(),
                b"]}",
            ]
            .concat()
        };
        let value = reply(r#"{"message":"a"#, r#"b"}"#);
        cases.push(body("J13", what, DONE, value).printing("whole").printing(format!("a{shown}b")));
        let key = reply(r#"{""#, r#"":1}"#);
        cases.push(body("J13", format!("{what} in a key"), DONE, key).printing(format!("\"{shown}\":1")));
    }
    cases.push(answered("J13", "Latin-1, and declared", DONE, || {
        let body = b"{\"status\":\"success\",\"data\":[{\"a\":\"caf\xe9\"}]}";
        Reply::with_headers("200 OK", &["Content-Type: application/json; charset=latin1"], body)
    }));
    let packed = br#"{"status":"success","data":"[{\"message\":\"a\\ud83db\"}]"}"#;
    cases.push(body("J13", "half a pair in JSON in a text", DONE, packed).of_tags().printing(r"a\ufffdb"));
    // A bad byte takes three as U+FFFD, and no reply may take more memory for that.
    let large =
        [br#"{"status":"success","data":[{"a":""#.as_slice(), &vec![0xff; LIMIT - 100], br#""}]}"#].concat();
    cases.push(body("J13", "8 MiB of bad bytes", TOO_LARGE, large));
    cases
}

fn encoded() -> Vec<Case> {
    let encoding = (6, "encoding");
    let mut cases = vec![];
    for coding in ["gzip", "deflate", "br", "zstd", "gzip, gzip", "x-unknown"] {
        cases.push(status("J4", "200 OK", &[&format!("Content-Encoding: {coding}")], "xyz", encoding));
    }
    cases.push(sends(
        "J4",
        "Transfer-Encoding: gzip, chunked",
        encoding,
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    ));
    cases.push(answered("J4", "a bomb of 2 GiB", encoding, || {
        // A stored block of zeros, over and over; nobody unpacks it.
        flood(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b\x08".to_vec(), vec![0; 64 * 1024])
    }));
    cases
}

fn deep() -> Vec<Case> {
    let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    let objects = |levels: usize| format!("{}1{}", r#"{"a":"#.repeat(levels), "}".repeat(levels));
    vec![
        // The envelope and the list are two levels of their own.
        body("J6", "128 levels in all", DONE, item(&objects(126))),
        body("J6", "129 levels in all", PROTOCOL, item(&objects(127))),
        body("J6", "100,000 lists", PROTOCOL, data(&nested(100_000))),
        body("J6", "100,000 lists in one item", PROTOCOL, item(&format!(r#"{{"a":{}}}"#, nested(100_000)))),
        body(
            "J6",
            "100,000 objects beside the list",
            PROTOCOL,
            format!(r#"{{"status":"success","data":[],"x":{}}}"#, objects(100_000)),
        ),
        body(
            "J6",
            "4,000,000 lists that are never closed",
            PROTOCOL,
            format!(r#"{{"data":{}"#, "[".repeat(4_000_000)),
        ),
        body(
            "J6",
            "brackets in a text are no levels",
            DONE,
            item(&format!(r#"{{"a":"{}"}}"#, "[{".repeat(5000))),
        ),
    ]
}

/// A list that fills the largest body that is read, or holds so many items.
fn filled(item: &str, most: usize) -> String {
    let room = LIMIT - data("[]").len();
    let count = most.min((room + 1) / (item.len() + 1));
    data(&format!("[{}]", vec![item; count].join(",")))
}

fn large() -> Vec<Case> {
    let keys = |count: usize| {
        let keys: Vec<String> = (0..count).map(|key| format!(r#""k{key}":0"#)).collect();
        format!("{{{}}}", keys.join(","))
    };
    let text = |letters: &str| format!(r#"{{"message":"{}"}}"#, letters.repeat((LIMIT - 60) / letters.len()));
    let sharing = |tags: usize, icon: usize| {
        let (tags, name) = (vec![r#"{"callId":"c"}"#; tags].join(","), "x".repeat(icon));
        format!(r#"{{"status":"success","data":[{tags}],"iconDetails":[{{"callId":"c","name":"{name}"}}]}}"#)
    };
    let many = usize::MAX;
    let mut cases = vec![
        sends("J7", "announced as 100 MB", TOO_LARGE, "HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n"),
        body("J7", "one byte more than 8 MiB", TOO_LARGE, {
            format!("{}{}", GOOD, " ".repeat(LIMIT + 1 - GOOD.len()))
        }),
        body("J7", "8 MiB, most of it spaces", DONE, format!("{}{}", GOOD, " ".repeat(LIMIT - GOOD.len()))),
        body("J7", r#"8 MiB of {"":0}"#, TOO_LARGE, filled(r#"{"":0}"#, many)).of_tags(),
        body("J7", "8 MiB of {}", TOO_LARGE, filled("{}", many)).of_tags(),
        body("J7", "8 MiB of 0", TOO_LARGE, filled("0", many)).of_tags(),
        body("J7", "8 MiB of empty texts", TOO_LARGE, filled("\"\"", many)).of_tags(),
        body("J7", "20,001 items", TOO_LARGE, filled("{}", 20_001)).of_tags(),
        body("J7", "20,000 items", DONE, filled("{}", 20_000)).of_tags(),
        body("J7", "20,000 items of 40 keys", DONE, filled(&keys(40), 20_000)).of_tags(),
        body(
            "J7",
            "20,000 items of 400 bytes",
            DONE,
            filled(&format!(r#"{{"message":"{}"}}"#, "x".repeat(385)), 20_000),
        )
        .of_tags(),
        body("J7", "an item of 500 keys", DONE, item(&keys(500))).of_tags(),
        body("J7", "an item of 501 keys", TOO_LARGE, item(&keys(501))).of_tags(),
        body("J7", "an item of 600,000 keys", TOO_LARGE, item(&keys(600_000))).of_tags(),
        body("J7", "8 MiB in one text", DONE, item(&text("x"))).of_tags(),
        body("J7", "8 MiB of escapes in one text", DONE, item(&text("\\u0001"))).of_tags(),
        body("J7", "8 MiB of quotes in one text", DONE, item(&text("\\\""))).of_tags(),
        body("J7", "8 MiB of digits", DONE, item(&format!(r#"{{"a":{}}}"#, "1".repeat(LIMIT - 60))))
            .of_tags(),
        body("J7", "20,000 items that share 1 MiB", TOO_LARGE, sharing(20_000, 1 << 20)).of_tags(),
        body("J7", "20,000 items that share 700 bytes", DONE, sharing(20_000, 700)).of_tags(),
        body("J7", "8 MiB of HTML", NOT_JSON, format!("<p>{}", "x".repeat(LIMIT - 3))),
        body("J7", "8 MiB of keys beside the list", DONE, {
            let filler = r#""a":0,"#.repeat((LIMIT - 60) / 6);
            format!(r#"{{{filler}"status":"success","data":[]}}"#)
        }),
    ];
    let names: Vec<String> = ('0'..'l').map(|key| format!(r#""{key}":1"#).replace('\\', "~")).collect();
    let letters = format!("{{{}}}", names.join(","));
    // What is shown in a table is built as text first.
    for (what, reply) in [
        ("20,000 items of 40 keys", filled(&keys(40), 20_000)),
        ("20,000 items of 60 short keys", filled(&letters, 20_000)),
        ("20,000 items that share 700 bytes", sharing(20_000, 700)),
        ("8 MiB in one text", item(&text("x"))),
        ("8 MiB of escapes in one text", item(&text("\\u0001"))),
        ("8 MiB of wide letters in one text", item(&text("漢"))),
    ] {
        cases.push(body("J7", what, DONE, reply.clone()).of("tags -o csv"));
        cases.push(body("J7", what, DONE, reply).of("tags -o table"));
    }
    cases
}

fn shapes() -> Vec<Case> {
    let mut cases = vec![];
    for text in ["false", "true", "0", "1.5", "\"hello\"", "\" \"", "\"[1\""] {
        cases.push(body("J8", format!("data is {text}"), PROTOCOL, data(text)).of_tags());
    }
    for text in ["null", "[]", "{}", "\"\"", "\"[]\""] {
        cases
            .push(body("J8", format!("data is {text}"), DONE, data(text)).of_tags().printing(r#""tags":[]"#));
    }
    for text in ["[1]", "[[]]", "[null]"] {
        let kept = format!(r#""fields":{}"#, &text[1..text.len() - 1]);
        cases.push(body("J8", format!("data is {text}"), DONE, data(text)).of_tags().printing(kept));
    }
    cases.push(
        body("J8", "data is missing", DONE, r#"{"status":"success"}"#).of_tags().printing(r#""tags":[]"#),
    );
    for text in [r#"{"_id":"a1"}"#, r#"[{"_id":"a1"}]"#, r#""[{\"_id\":\"a1\"}]""#, r#""{\"_id\":\"a1\"}""#] {
        cases
            .push(body("J8", format!("data is {text}"), DONE, data(text)).of_tags().printing(r#""id":"a1""#));
    }
    for envelope in [
        r#""status":"success","code":"200""#,
        r#""status":"success","code":200.0"#,
        r#""status":"SUCCESS""#,
        r#""status":true"#,
        r#""status":"true""#,
        r#""status":200"#,
        r#""code":"200""#,
        r#""errCode":200"#,
    ] {
        cases.push(body("J9", envelope, DONE, format!("{{{envelope},\"data\":[]}}")));
    }
    for id in ["7", "\"7\""] {
        let tag = item(&format!(r#"{{"_id":{id}}}"#));
        cases.push(body("J9", format!("an id of {id}"), DONE, tag).of_tags().printing(r#""id":"7""#));
    }
    cases
}

fn numbers_and_keys() -> Vec<Case> {
    let unknown: Vec<String> = (0..10_000).map(|key| format!(r#""new{key}":{key}"#)).collect();
    let mut cases = vec![
        body("J10", "unknown keys in an item are kept", DONE, item(r#"{"_id":"a","new":{"b":[1, 2]}}"#))
            .of_tags()
            .printing(r#""new":{"b":[1,2]}"#),
        body(
            "J10",
            "10,000 unknown keys beside the list",
            DONE,
            format!(r#"{{{},"status":"success","data":[]}}"#, unknown.join(",")),
        ),
        body("J10", "an unknown key", DONE, r#"{"status":"success","data":[],"new":1}"#),
        body("J11", "status twice", PROTOCOL, r#"{"status":"success","status":"error","data":[]}"#),
        body("J11", "code twice", PROTOCOL, r#"{"status":"success","code":200,"code":1044,"data":[]}"#),
        body(
            "J11",
            "data twice: the last counts",
            DONE,
            r#"{"status":"success","data":[{"_id":"a"}],"data":[{"_id":"b"}]}"#,
        )
        .of_tags()
        .printing(r#""id":"b""#),
        body("J11", "a key of an item twice: the last counts", DONE, item(r#"{"_id":"a","_id":"b"}"#))
            .of_tags()
            .printing(r#""id":"b""#),
        body("J11", "another key twice", DONE, r#"{"status":"success","data":[],"x":1,"x":2}"#),
    ];
    for text in ["NaN", "Infinity", "-Infinity", "01", "+1", "1.", ".5", "0x1"] {
        cases.push(body("J12", text, NOT_JSON, item(&format!(r#"{{"a":{text}}}"#))).of_tags());
    }
    for number in [
        "1e400",
        "9007199254740993",
        "18446744073709551616",
        "1234567890123456789012345678901234567890",
        "-0",
        "-0.0",
        "1E5",
        "0.10",
    ] {
        let reply = item(&format!(r#"{{"a":{number}}}"#));
        cases.push(body("J12", number, DONE, reply).of_tags().printing(format!(r#""a":{number}}}"#)));
    }
    cases.push(
        body("J13", r"\u0000 in a value stays escaped", DONE, item(r#"{"message":"a\u0000b"}"#))
            .of_tags()
            .printing(r"a\u0000b"),
    );
    cases.push(
        body("J13", r"\u0000 in a value is shown", DONE, item(r#"{"message":"a\u0000b"}"#))
            .of("tags -o csv")
            .printing("a␀b"),
    );
    cases.push(
        body("J13", r"\u0000 in a key", DONE, item(r#"{"a\u0000b":1}"#)).of_tags().printing(r"a\u0000b"),
    );
    cases
}
