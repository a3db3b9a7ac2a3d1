//! E and U: replies that say no in DeepCall's own words, and server addresses that are none.

use super::matrix::{Case, GOOD, Scene, body, case};
use super::names::Names;
use super::statuses::status;
use crate::support::{CANARY_SSID, FakeServer, Reply};

const DONE: (i32, &str) = (0, "-");
const USAGE: (i32, &str) = (2, "usage");

pub fn cases() -> Vec<Case> {
    [codes(), contradictions(), addresses(), odd_addresses()].into_iter().flatten().collect()
}

fn error(code: &str) -> String {
    format!(r#"{{"status":"error",{code},"message":"x"}}"#)
}

fn spellings(code: u16) -> [String; 4] {
    [
        format!(r#""code":{code}"#),
        format!(r#""code":"{code}""#),
        format!(r#""errCode":{code}"#),
        format!(r#""errCode":"{code}""#),
    ]
}

fn codes() -> Vec<Case> {
    let mut cases = vec![];
    for (code, exit, kind) in [
        (1044, 4, "sign_in"),
        (1503, 4, "sign_in"),
        (1505, 2, "usage"),
        (1506, 1, "refused"),
        (1501, 1, "forbidden"),
        (9999, 1, "refused"),
    ] {
        for spelt in spellings(code) {
            let case = body("E1", &spelt, (exit, kind), error(&spelt));
            cases.push(match kind {
                // One more poll confirms that the session is over, or that the call is not permitted.
                "sign_in" => case.ends_watch((4, "session_expired"), 2),
                "refused" => case.watched(),
                _ => case.ends_watch((1, "failed"), 2),
            });
        }
    }
    for spelt in spellings(1000) {
        cases.push(
            body("E1", &spelt, (4, "sign_in"), error(&spelt))
                .but_ping(2, "usage", 1)
                .ends_watch((4, "session_expired"), 2),
        );
    }
    for code in [1009, 1032] {
        for spelt in spellings(code) {
            cases.push(body("E1", &spelt, (5, "server"), error(&spelt)).tried_again().watched());
        }
    }
    for (code, command, answer) in
        [(1502, "break-status", r#""on_break":false"#), (1504, "wrapup", r#""in_wrapup":false"#)]
    {
        for spelt in spellings(code) {
            cases.push(body("E1", &spelt, DONE, error(&spelt)).of(command).printing(answer));
            cases.push(
                body("E1", format!("{spelt}, to another question"), (6, "protocol"), error(&spelt)).watched(),
            );
        }
    }
    cases
}

fn contradictions() -> Vec<Case> {
    let refused = (1, "refused");
    vec![
        status("E2", "500 x", &[], GOOD, (5, "server")).tried_again(),
        status("E2", "503 x", &[], GOOD, (5, "server")).tried_again(),
        body("E3", "success with code 1044", (4, "sign_in"), r#"{"status":"success","code":1044,"data":[]}"#),
        body(
            "E3",
            "success with two codes",
            (4, "sign_in"),
            r#"{"status":"success","code":200,"errCode":1044,"data":[]}"#,
        ),
        body("E3", "error with code 200", refused, error(r#""code":200"#)),
        body("E3", "error without a code", refused, r#"{"status":"error","message":"because"}"#)
            .with_message("because"),
        body("E3", "no status, code 1044", (4, "sign_in"), r#"{"code":1044}"#),
        body("E3", "no status, code 200", DONE, r#"{"code":200,"data":[]}"#),
        body("E3", "no status, no code, but data", DONE, r#"{"data":[]}"#),
        status("E3", "404 x", &[], r#"{"data":[]}"#, refused),
        body("E3", "code 9999", refused, error(r#""code":9999"#)).with_message("the server answered"),
    ]
}

/// The address, made from that of a server which must not get a connection.
fn refused(what: &'static str, address: fn(&str) -> String) -> Case {
    case("U1", what, USAGE, move || {
        let server = FakeServer::always(GOOD);
        let mut scene = Scene::at(address(&server.url()["http://".len()..]));
        scene.arrivals = Some(Box::new(|| 0));
        scene.untouched.push(server);
        scene
    })
    .arriving(0, 0)
}

fn addresses() -> Vec<Case> {
    // The password is the canary: no output may hold it.
    vec![
        refused("user and password", |host| format!("http://user:{}@{host}", CANARY_SSID)),
        refused("a user", |host| format!("http://user@{host}")),
        refused("an @ in the path", |host| format!("http://{host}/@x")),
        refused("a query", |host| format!("http://{host}/?key={}", CANARY_SSID)),
        refused("a fragment", |host| format!("http://{host}/#x")),
        refused("CR and LF", |host| format!("http://{host}/\r\nHost: other")),
        refused("LF in the host", |host| format!("http://other\n.{host}")),
        refused("a space", |host| format!("http://{host}/a b")),
        refused("..", |host| format!("http://{host}/../x")),
        refused(".. in another spelling", |host| format!("http://{host}/%2E%2e/x")),
        refused("a backslash", |host| format!("http://{host}\\@other")),
        refused("port 0", |_| "http://127.0.0.1:0".to_owned()),
        refused("port 65536", |_| "http://127.0.0.1:65536".to_owned()),
        refused("another scheme", |host| format!("ftp://{host}")),
        refused("no host", |_| "http://".to_owned()),
        refused("an empty label", |_| "https://a..b".to_owned()),
        refused("plain http to another machine", |_| "http://192.0.2.1".to_owned()),
    ]
}

/// Addresses that are normalised once: the server sees the same request.
fn odd_addresses() -> Vec<Case> {
    let odd = |what: &'static str, address: fn(&str) -> String| {
        case("U1", what, DONE, move || {
            let mut scene = Scene::server(|request, _| {
                let is_as_always = ["tags", "setWebPingTime"]
                    .iter()
                    .any(|call| request.path == format!("/api/v2/agentProfile/{call}"));
                if is_as_always { Reply::ok(GOOD) } else { Reply::with_headers("404 x", &[], "") }
            });
            scene.address = address(&scene.address["http://127.0.0.1:".len()..]);
            scene
        })
    };
    vec![
        odd("//api/v2/api/v2", |port| format!("http://127.0.0.1:{port}//api/v2/api/v2/")),
        odd("upper case", |port| format!("HTTP://LOCALHOST:{port}/API/V2")),
        odd("a dot after the host", |port| format!("http://localhost.:{port}")),
        odd("an address in other digits", |port| format!("http://0x7f.1:{port}")),
        case("U1", "a host in other letters is asked for in the letters of DNS", (5, "dns"), || {
            Names::known("").surround(Scene::at("https://Bücher.test."))
        })
        .tried_again()
        .with_message("https://xn--bcher-kva.test has no address"),
    ]
}
