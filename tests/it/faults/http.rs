//! N10 to N12 and N15 to N18: replies that break the rules of HTTP.

use std::time::Duration;

use super::matrix::{Case, GOOD, Scene, answered, case, ok, sends};
use super::replies;
use crate::support::Reply;

const HEAD: &str = "HTTP/1.1 200 OK\r\n";
const PROTOCOL: (i32, &str) = (6, "protocol");

fn with_head(head: &str, rest: &str) -> String {
    format!("{HEAD}{head}\r\n\r\n{rest}")
}

/// HTTP 200 and these bytes, then others without end.
fn flood(head: &str, then: &[u8]) -> Reply {
    let piece = then.repeat(64 * 1024 / then.len());
    replies::flood(format!("{HEAD}{head}").into_bytes(), piece)
}

pub fn cases() -> Vec<Case> {
    let early = b"HTTP/1.1 103 Early Hints\r\n\r\n";
    let mut cases = vec![
        sends(
            "N10",
            "the last chunk is missing",
            (5, "cut_short"),
            with_head("Transfer-Encoding: chunked", "2\r\n{}\r\n"),
        )
        .tried_again(),
        sends("N11", "the rest follows", (6, "not_json"), with_head("Content-Length: 20", GOOD)),
        sends("N11", "the rest follows a whole document", (0, "-"), {
            with_head(&format!("Content-Length: {}", GOOD.len()), &format!("{GOOD}{GOOD}"))
        }),
        answered("N15", "spaces", (6, "too_large"), || flood("\r\n", b" ")),
        answered("N15", "items", (6, "too_large"), || {
            flood("\r\n{\"status\":\"success\",\"data\":[", b"{\"\":0},")
        }),
        answered("N15", "chunks", (6, "too_large"), || {
            let chunk = format!("400\r\n{}\r\n", " ".repeat(0x400));
            flood("Transfer-Encoding: chunked\r\n\r\n", chunk.as_bytes())
        }),
        answered("N16", "headers without end", PROTOCOL, || flood("", b"X: y\r\n")),
        answered("N16", "one header without end", PROTOCOL, || flood("X: ", b"y")),
        sends("N16", "101 headers", PROTOCOL, format!("{HEAD}{}\r\n{{}}", "X: y\r\n".repeat(101))),
        sends(
            "N16",
            "one header of 1 MiB",
            PROTOCOL,
            with_head(&format!("X: {}", "y".repeat(1 << 20)), "{}"),
        ),
        sends("N17", "101 upgrade", PROTOCOL, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"),
        sends(
            "N17",
            "one early reply, then the answer",
            (0, "-"),
            [early.to_vec(), ok(GOOD.as_bytes())].concat(),
        ),
        sends("N17", "10,000 early replies, then closed", (5, "reset"), early.repeat(10_000)).tried_again(),
        case("N17", "early replies without end, with the standard limits", (5, "timeout"), || {
            let early = b"HTTP/1.1 103 Early Hints\r\n\r\n".repeat(100_000);
            Scene::server(move |_, _| replies::trickle(early.clone(), Duration::from_millis(1)))
                .patience("--retries 0")
        })
        .with_message("took longer to answer than 15 s")
        .long(),
        case("N18", "the reply comes before the request was read", (0, "-"), || {
            replies::hasty(ok(GOOD.as_bytes()).leak())
        })
        .between(0..=1, 0..=1),
        sends(
            "N18",
            "two replies on one connection",
            (0, "-"),
            [ok(GOOD.as_bytes()), ok(b"{\"status\":\"error\",\"code\":1039}")].concat(),
        ),
    ];
    for (what, head, body) in [
        ("a size that is no number", "Transfer-Encoding: chunked", "xyz\r\n{}"),
        ("a size beyond 64 bits", "Transfer-Encoding: chunked", "fffffffffffffffff\r\n{}"),
        ("a negative size", "Transfer-Encoding: chunked", "-1\r\n{}"),
    ] {
        cases.push(sends("N10", what, PROTOCOL, with_head(head, body)));
    }
    for (what, head) in [
        ("negative", "Content-Length: -1"),
        ("no number", "Content-Length: many"),
        ("beyond 64 bits", "Content-Length: 99999999999999999999999"),
        ("two that differ", "Content-Length: 58\r\nContent-Length: 3"),
        ("a list that differs", "Content-Length: 58, 3"),
        ("beside chunks", "Content-Length: 58\r\nTransfer-Encoding: chunked"),
    ] {
        cases.push(sends("N12", what, PROTOCOL, with_head(head, GOOD)));
    }
    cases
}
