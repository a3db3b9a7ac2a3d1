//! S, R, J and E: complete replies that are no answer, point elsewhere, cannot be read, or say no.

use std::time::Duration;

use super::matrix::{Case, GOOD, Scene, body, case, hold, says};
use crate::support::{FakeServer, Reply};

fn status(
    row: &'static str,
    line: &'static str,
    headers: &[&str],
    text: &'static str,
    wanted: (i32, &str),
) -> Case {
    let headers: Vec<String> = headers.iter().map(|header| (*header).to_owned()).collect();
    case(row, format!("{line} {} {text:.20}", headers.join(" ")), wanted, move || {
        let headers = headers.clone();
        Scene::server(move |_, _| {
            let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
            Reply::with_headers(line, &headers, text)
        })
    })
}

#[test]
fn s_statuses() {
    let mut cases = vec![];
    for line in ["500 x", "502 x", "503 x", "504 x"] {
        cases.push(status("S1", line, &[], "", (5, "server")).tried_again());
        cases.push(status("S1", line, &[], "<html>busy</html>", (5, "server")).tried_again());
    }
    for line in ["503 x", "429 x"] {
        let recovering = move || {
            Scene::server(move |_, earlier| match earlier {
                0 => Reply::with_headers(line, &["Retry-After: 2"], ""),
                _ => Reply::ok(GOOD),
            })
        };
        let told = case("S2", format!("{line} Retry-After: 2, then good"), (0, "-"), recovering);
        cases.push(told.arriving(2, 2).at_least(Duration::from_secs(2)).within(Duration::from_secs(4)));
    }
    for told in ["Wed, 21 Oct 2015 07:28:00 GMT", "-1", "abc", "99999999999", "99999999999999999999999", ""] {
        let header = format!("Retry-After: {told}");
        cases.push(status("S3", "503 x", &[&header], "", (5, "server")).tried_again());
    }
    let at_once = Duration::from_secs(2);
    cases.push(status("S4", "503 x", &["Retry-After: 600"], "", (5, "server")).within(at_once));
    for line in ["408 x", "425 x"] {
        cases.push(status("S5", line, &[], "", (5, "server")).tried_again());
    }
    for line in ["400 x", "404 x", "405 x", "413 x", "415 x"] {
        let refusal = r#"{"status":"error","code":9999,"message":"no"}"#;
        cases.push(status("S6", line, &[], refusal, (1, "refused")));
        cases.push(status("S6", line, &[], "<html>", (6, "not_json")));
    }
    cases.push(status("S7", "401 x", &[], "", (4, "sign_in")));
    cases.push(status("S7", "403 x", &[], "", (1, "forbidden")));
    cases.push(status("S7", "407 x", &[], "", (5, "proxy")).tried_again());
    for line in ["204 x", "206 x", "304 x", "300 x"] {
        cases.push(says("S8", line, (6, "protocol"), format!("HTTP/1.1 {line}\r\n\r\n")));
    }
    hold(cases);
}

#[test]
fn r_redirects() {
    let mut cases = vec![];
    for line in ["301 x", "302 x", "303 x", "307 x", "308 x"] {
        cases.push(case("R1", format!("{line} to another port"), (6, "redirect"), move || {
            let other = FakeServer::always(GOOD);
            let location = format!("Location: {}/api/v2/agentProfile/tags", other.url());
            let mut scene = Scene::server(move |_, _| Reply::with_headers(line, &[&location], GOOD));
            scene.untouched.push(other);
            scene
        }));
        for location in [
            "/",
            "?x",
            "https://elsewhere.example/",
            "http://127.0.0.1:1/",
            "file:///etc/passwd",
            "javascript:x",
            "",
            "http://[",
        ] {
            cases.push(status("R1", line, &[&format!("Location: {location}")], GOOD, (6, "redirect")));
        }
    }
    cases.push(case("R1", "302 with a location of 1 MiB", (6, "protocol"), || {
        let location = format!("Location: /{}", "x".repeat(1 << 20));
        Scene::server(move |_, _| Reply::with_headers("302 x", &[&location], ""))
    }));
    cases.push(status("R2", "302 x", &[], GOOD, (6, "redirect")));
    hold(cases);
}

#[test]
fn j_bodies() {
    let not_json = (6, "not_json");
    let mut cases = vec![];
    for text in ["<html>hotel</html>", "hello", "<?xml version='1.0'?><a/>"] {
        cases.push(body("J1", text, not_json, text));
    }
    for text in ["", "  "] {
        cases.push(body("J2", format!("{text:?}"), not_json, text));
    }
    for text in ["null", "[]", "\"x\"", "1"] {
        cases.push(body("J2", text, (6, "protocol"), text));
    }
    for text in ["{} x", "{} {}", "call({})", "{} // x"] {
        cases.push(body("J3", text, not_json, text));
    }
    for coding in ["gzip", "deflate", "br", "zstd", "gzip, gzip"] {
        cases.push(status("J4", "200 OK", &[&format!("Content-Encoding: {coding}")], "xyz", (6, "encoding")));
    }
    cases.push(body(
        "J5",
        "bad UTF-8 in a value",
        not_json,
        b"{\"status\":\"success\",\"data\":[{\"a\":\"\xff\"}]}",
    ));
    cases.push(body("J5", "bad UTF-8 in a key", not_json, b"{\"status\":\"success\",\"\xff\":1}"));
    cases.push(body(
        "J5",
        "UTF-16",
        not_json,
        GOOD.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>(),
    ));
    cases.push(body("J5", "byte order mark", not_json, format!("\u{feff}{GOOD}")));
    cases.push(body(
        "J6",
        "nested 100,000 deep",
        (6, "protocol"),
        format!(r#"{{"status":"success","data":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000)),
    ));
    cases.push(says(
        "J7",
        "announced as 100 MB",
        (6, "too_large"),
        "HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n",
    ));
    let items = |item: &str, count: usize| {
        format!(r#"{{"status":"success","data":[{}]}}"#, vec![item; count].join(","))
    };
    cases.push(body("J7", "8 MiB of small items", (6, "too_large"), items(r#"{"":0}"#, 1_190_000)).of_tags());
    cases.push(body("J7", "20,001 items", (6, "too_large"), items("{}", 20_001)).of_tags());
    for text in ["false", "0", "1.5"] {
        let what = format!("data is {text}");
        cases.push(
            body("J8", what, (6, "protocol"), format!(r#"{{"status":"success","data":{text}}}"#)).of_tags(),
        );
    }
    for text in ["null", "[]", "{}", "\"\""] {
        cases.push(
            body(
                "J8",
                format!("data is {text}"),
                (0, "-"),
                format!(r#"{{"status":"success","data":{text}}}"#),
            )
            .of_tags(),
        );
    }
    for text in
        [r#"{"status":"success","code":"200","data":[]}"#, r#"{"status":"success","code":200.0,"data":[]}"#]
    {
        cases.push(body("J9", text, (0, "-"), text));
    }
    cases.push(body(
        "J11",
        "code twice",
        (6, "protocol"),
        r#"{"status":"success","code":200,"code":1044,"data":[]}"#,
    ));
    for text in ["NaN", "Infinity"] {
        cases.push(body("J12", text, not_json, format!(r#"{{"status":"success","data":[{{"a":{text}}}]}}"#)));
    }
    hold(cases);
}

#[test]
fn e_refusals() {
    let mut cases = vec![];
    let error = |code: &str| format!(r#"{{"status":"error",{code},"message":"x"}}"#);
    for (code, exit, kind) in [
        (1044, 4, "sign_in"),
        (1503, 4, "sign_in"),
        (1505, 2, "usage"),
        (1506, 1, "refused"),
        (1501, 1, "forbidden"),
        (9999, 1, "refused"),
    ] {
        for spelt in
            [format!(r#""code":{code}"#), format!(r#""code":"{code}""#), format!(r#""errCode":{code}"#)]
        {
            cases.push(body("E1", &spelt, (exit, kind), error(&spelt)));
        }
    }
    cases.push(body("E1", "code 1000", (4, "sign_in"), error(r#""code":1000"#)).but_ping(2, "usage", 1));
    for code in [1009, 1032] {
        cases.push(
            body("E1", format!("code {code}"), (5, "server"), error(&format!(r#""code":{code}"#)))
                .tried_again(),
        );
    }
    cases.push(status("E2", "500 x", &[], GOOD, (5, "server")).tried_again());
    cases.push(body(
        "E3",
        "success with code 1044",
        (4, "sign_in"),
        r#"{"status":"success","code":1044,"data":[]}"#,
    ));
    cases.push(body("E3", "error with code 200", (1, "refused"), error(r#""code":200"#)));
    hold(cases);
}
