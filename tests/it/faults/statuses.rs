//! S and R: HTTP statuses, `Retry-After`, and replies that point elsewhere.

use std::net::TcpListener;
use std::ops::RangeInclusive;
use std::time::{Duration, SystemTime};

use super::matrix::{Case, GOOD, Scene, answered, case, sends};
use crate::support::{FakeServer, Reply};

/// A server that always gives this status line, headers and body.
pub fn status(row: &'static str, line: &str, headers: &[&str], text: &str, wanted: (i32, &str)) -> Case {
    let headers: Vec<String> = headers.iter().map(|header| (*header).to_owned()).collect();
    let what = format!("{line} {} {text:.20}", headers.join(" "));
    let (line, text) = (line.to_owned(), text.to_owned());
    answered(row, what.trim_end(), wanted, move || {
        let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
        Reply::with_headers(&line, &headers, &text)
    })
}

pub fn cases() -> Vec<Case> {
    [trouble(), retry_after(), refusals(), redirects()].into_iter().flatten().collect()
}

fn trouble() -> Vec<Case> {
    let mut cases = vec![];
    for line in ["500 x", "502 x", "503 x", "504 x"] {
        cases.push(status("S1", line, &[], "", (5, "server")).tried_again().watched());
        cases.push(status("S1", line, &[], "<html>busy</html>", (5, "server")).tried_again().watched());
    }
    for line in ["408 x", "425 x"] {
        cases.push(status("S5", line, &[], "", (5, "server")).tried_again());
    }
    cases
}

/// Answers with these headers the first time, and well from then on.
fn once(line: &'static str, headers: impl Fn() -> Vec<String> + Send + Sync + 'static) -> Scene {
    Scene::server(move |_, earlier| {
        let headers = headers();
        let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
        if earlier == 0 { Reply::with_headers(line, &headers, "") } else { Reply::ok(GOOD) }
    })
}

/// The wait before the second attempt, as the log has it, is what the server asked for.
fn waiting(scene: Scene, milliseconds: RangeInclusive<u64>) -> Scene {
    scene.options("-vv").check(move |_, ran| {
        let wait = ran.stderr.split("again in ").nth(1).and_then(|rest| rest.split(' ').next());
        let is_asked_for =
            wait.is_some_and(|wait| wait.parse().is_ok_and(|wait| milliseconds.contains(&wait)));
        if is_asked_for {
            Ok(())
        } else {
            Err(format!("the wait is {wait:?} instead of {milliseconds:?} ms"))
        }
    })
}

fn retry_after() -> Vec<Case> {
    let mut cases = vec![];
    let obeyed = |row, what: &str, milliseconds: RangeInclusive<u64>, headers: fn() -> Vec<String>| {
        case(row, what, (0, "-"), move || waiting(once("503 x", headers), milliseconds.clone()))
            .arriving(2, 2)
            .long()
    };
    for line in ["503 x", "429 x"] {
        let recovering = move || once(line, || vec!["Retry-After: 2".to_owned()]);
        cases.push(
            case("S2", format!("{line} Retry-After: 2, then good"), (0, "-"), move || {
                waiting(recovering(), 2000..=2000)
            })
            .arriving(2, 2)
            .watched_in((0, "server"), 2..=2, recovering)
            .long(),
        );
    }
    // What the program waits on its own account is half a second at most.
    cases.push(obeyed("S3", "a date 10 s ahead", 501..=10_000, || {
        let at = SystemTime::now() + Duration::from_secs(10);
        vec![format!("Retry-After: {}", httpdate::fmt_http_date(at))]
    }));
    let by_its_clock = "a date 2 s ahead of the server's clock, years behind ours";
    cases.push(obeyed("S3", by_its_clock, 2000..=2000, || {
        let date = "Date: Wed, 21 Oct 2015 07:28:00 GMT";
        vec![date.to_owned(), "Retry-After: Wed, 21 Oct 2015 07:28:02 GMT".to_owned()]
    }));
    cases.push(obeyed("S3", "two headers, the longer counts", 2000..=2000, || {
        vec!["Retry-After: 0".to_owned(), "Retry-After: 2".to_owned()]
    }));
    for value in ["Wed, 21 Oct 2015 07:28:00 GMT", "-1", "abc", "99999999999", "99999999999999999999999", ""]
    {
        let header = format!("Retry-After: {value}");
        cases.push(status("S3", "503 x", &[&header], "", (5, "server")).tried_again());
    }
    for line in ["503 x", "429 x"] {
        let asked = status("S4", line, &["Retry-After: 600"], "", (5, "server"));
        cases.push(asked.with_message("try again in 10 min"));
    }
    cases
}

fn refusals() -> Vec<Case> {
    let mut cases = vec![];
    for line in ["400 x", "404 x", "405 x", "413 x", "415 x"] {
        let refusal = r#"{"status":"error","code":9999,"message":"no"}"#;
        cases.push(status("S6", line, &[], refusal, (1, "refused")));
        for unreadable in ["<html>", ""] {
            let why = format!("HTTP {}", &line[..3]);
            cases.push(status("S6", line, &[], unreadable, (6, "not_json")).with_message(&why));
        }
    }
    for text in ["", "<html>", r#"{"status":"error","message":"no"}"#] {
        cases.push(status("S7", "401 x", &[], text, (4, "sign_in")));
        cases.push(status("S7", "403 x", &[], text, (1, "forbidden")));
        cases.push(status("S7", "407 x", &[], text, (5, "proxy")).tried_again());
    }
    for line in ["204 x", "206 x", "304 x", "300 x"] {
        cases.push(sends("S8", line, (6, "protocol"), format!("HTTP/1.1 {line}\r\n\r\n")));
        cases.push(status("S8", line, &[], GOOD, (6, "protocol")));
    }
    cases
}

/// Made from the other server's host and port.
type Words = fn(&str) -> String;

/// A server that points to another one, which must not get a byte.
fn pointing(line: &'static str, location: Words, hint: Words) -> Scene {
    let listener = TcpListener::bind("127.0.0.2:0").unwrap();
    let other = FakeServer::listening(listener, |_, _| GOOD);
    let there = other.url().replace("http://", "");
    let header = format!("Location: {}", location(&there));
    let hint = hint(&there);
    let mut scene =
        Scene::server(move |_, _| Reply::with_headers(line, &[&header], GOOD)).check(move |_, ran| {
            if ran.stderr.contains(&hint) { Ok(()) } else { Err(format!("no hint at {hint}")) }
        });
    scene.untouched.push(other);
    scene
}

fn redirects() -> Vec<Case> {
    let redirect = (6, "redirect");
    let mut cases = vec![];
    let named: Words = |there| format!("if http://{there} is the right server");
    let named_https: Words = |there| format!("if https://{there} is the right server");
    for line in ["301 x", "302 x", "303 x", "307 x", "308 x"] {
        let elsewhere: [(&str, Words, Words); 4] = [
            ("another host and port", |there| format!("http://{there}/api/v2/agentProfile/tags"), named),
            ("another scheme", |there| format!("https://{there}/api/v2/agentProfile/tags"), named_https),
            ("another host without a scheme", |there| format!("//{there}/"), named),
            ("another host with a user", |there| format!("http://u:p@{there}/"), named),
        ];
        for (what, location, hint) in elsewhere {
            let what = format!("{line} to {what}");
            cases.push(case("R1", what, redirect, move || pointing(line, location, hint)));
        }
        for location in [
            "/",
            "?x",
            "#x",
            "/api/v2/agentProfile/tags",
            "https://elsewhere.example/",
            "http://127.0.0.1:1/",
            "file:///etc/passwd",
            "javascript:x",
            "",
            "http://[",
        ] {
            cases.push(status("R1", line, &[&format!("Location: {location}")], GOOD, redirect));
        }
        cases.push(status("R1", line, &[], GOOD, redirect));
    }
    cases.push(case("R1", "302 to itself, for ever", redirect, || {
        Scene::server(|request, _| {
            let host = request.head.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
            Reply::with_headers("302 x", &[&format!("Location: http://{host}{}", request.path)], "")
        })
    }));
    cases.push(status("R1", "302 x", &["Location: /\u{7}\u{1b}[2J"], GOOD, (6, "protocol")));
    cases.push(answered("R1", "302 with a location of 1 MiB", (6, "protocol"), || {
        Reply::with_headers("302 x", &[&format!("Location: /{}", "x".repeat(1 << 20))], "")
    }));
    for (what, first_back) in [("a to b to a", true), ("a to b to b", false)] {
        cases.push(case("R2", what, redirect, move || chain(first_back)));
    }
    cases.push(status("R2", "302 x", &["Location: /"], GOOD, redirect));
    cases.push(status("R2", "307 x", &["Location: /"], GOOD, redirect));
    cases
}

/// A server whose neighbour points back, or to itself: it is never reached.
fn chain(is_back: bool) -> Scene {
    let listener = TcpListener::bind("127.0.0.2:0").unwrap();
    let there = format!("http://{}/", listener.local_addr().unwrap());
    let back = if is_back { "http://127.0.0.1/".to_owned() } else { there.clone() };
    let other = FakeServer::listening(listener, move |_, _| {
        Reply::with_headers("307 x", &[&format!("Location: {back}")], GOOD)
    });
    let mut scene =
        Scene::server(move |_, _| Reply::with_headers("307 x", &[&format!("Location: {there}")], GOOD));
    scene.untouched.push(other);
    scene
}
