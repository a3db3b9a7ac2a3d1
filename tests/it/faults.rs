//! What the network and the server can do wrong: exit code, kind and number of attempts of each.

use std::time::Duration;

use crate::support::{CANARY_SSID, FakeServer, Reply, World};

fn world(url: &str) -> World {
    World::new().with("DEEPCALL_SERVER", url).with("DEEPCALL_SSID", CANARY_SSID)
}

/// Runs `tags` against a server that always does this.
#[track_caller]
fn expect(reply: impl Fn() -> Reply + Send + Sync + 'static, exit: i32, kind: &str, attempts: usize) {
    let server = FakeServer::answering(move |_, _| reply());
    let ran = world(&server.url()).run("tags --json --timeout 6s");
    assert_eq!(ran.code, exit, "{ran}");
    assert_eq!(ran.json_error()["kind"], kind, "{ran}");
    assert_eq!(ran.stdout, "");
    assert_eq!(server.arrivals().len(), attempts, "{ran}");
}

#[test]
fn nobody_listens() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let ran = world(&format!("http://{free}")).run("tags --json --timeout 6s").ended_with(5);
    assert_eq!(ran.json_error()["kind"], "connect");
}

#[test]
fn a_connection_that_is_reset_is_tried_again() {
    expect(|| Reply::RawThenReset(vec![]), 5, "reset", 3);
    expect(|| Reply::RawThenReset(b"HTTP/1.1 200 OK\r\nContent-Le".to_vec()), 5, "reset", 3);
}

#[test]
fn a_reply_that_is_cut_short_is_tried_again() {
    let half = b"HTTP/1.1 200 OK\r\nContent-Length: 58\r\n\r\n{\"data\":[],".to_vec();
    let bytes = half.clone();
    expect(move || Reply::Raw(bytes.clone()), 5, "cut_short", 3);
    expect(move || Reply::RawThenReset(half.clone()), 5, "cut_short", 3);
}

#[test]
fn a_server_in_trouble_is_asked_three_times() {
    for status in [500, 502, 503, 504, 408, 425] {
        expect(move || Reply::Json(status, String::new()), 5, "server", 3);
    }
    expect(
        || Reply::ok(r#"{"status":"error","code":1009,"message":"Something Went Wrong"}"#),
        5,
        "server",
        3,
    );
    expect(|| Reply::Json(500, r#"{"status":"success","data":[],"code":200}"#.into()), 5, "server", 3);
}

#[test]
fn a_redirect_is_never_followed() {
    for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"] {
        let other = FakeServer::always("{}");
        let location = format!("Location: {}/api/v2/agentProfile/tags", other.url());
        let server = FakeServer::answering(move |_, _| Reply::with_headers(status, &[&location], "{}"));
        let ran = world(&server.url()).run("tags --json").ended_with(6);
        assert_eq!(ran.json_error()["kind"], "redirect");
        assert_eq!((server.arrivals().len(), other.connections()), (1, 0), "{status}");
    }
}

#[test]
fn what_is_not_a_json_object_is_not_understood() {
    for body in ["<html>sign in to the hotel network</html>", "", "  ", "{\"data\":[]", "{} {}", "call({})"] {
        expect(move || Reply::ok(body), 6, "not_json", 1);
    }
    for body in ["null", "[]", "\"x\"", "1"] {
        let server = FakeServer::always(body);
        world(&server.url()).run("tags --json").ended_with(6);
    }
}

#[test]
fn a_compressed_reply_is_refused() {
    for coding in ["gzip", "br", "deflate", "zstd"] {
        let header = format!("Content-Encoding: {coding}");
        expect(move || Reply::with_headers("200 OK", &[&header], "xyz"), 6, "encoding", 1);
    }
}

#[test]
fn a_reply_beyond_the_limits_is_refused() {
    expect(|| Reply::Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n".to_vec()), 6, "too_large", 1);
    let items = format!(r#"{{"status":"success","data":[{}]}}"#, vec!["{}"; 20_001].join(","));
    expect(move || Reply::ok(&items), 6, "too_large", 1);
    let deep = format!(r#"{{"status":"success","data":[{{"x":{}{}}}]}}"#, "[".repeat(200), "]".repeat(200));
    let server = FakeServer::always(&deep);
    world(&server.url()).run("tags --json").ended_with(6);
}

#[test]
fn retry_after_is_obeyed_if_it_fits_and_told_if_it_does_not() {
    let server = FakeServer::answering(|_, earlier| {
        if earlier == 0 {
            Reply::with_headers("503 Busy", &["Retry-After: 1"], "")
        } else {
            Reply::ok(r#"{"data":[],"iconDetails":[],"status":"success","code":200}"#)
        }
    });
    let started = std::time::Instant::now();
    world(&server.url()).run("tags").ended_with(0);
    assert!(started.elapsed() >= Duration::from_secs(1));
    assert_eq!(server.arrivals().len(), 2);
    expect(|| Reply::with_headers("503 Busy", &["Retry-After: 600"], ""), 5, "server", 1);
}

#[test]
fn a_slow_reply_ends_in_time() {
    let server = FakeServer::answering(|_, _| {
        Reply::Trickle(
            b"HTTP/1.1 200 OK\r\nContent-Length: 5800\r\n\r\n".repeat(20),
            Duration::from_millis(50),
        )
    });
    let started = std::time::Instant::now();
    let ran = world(&server.url()).run("tags --timeout 1s --json");
    assert!(matches!(ran.code, 5 | 124), "{ran}");
    assert!(started.elapsed() < Duration::from_secs(3));
}

#[test]
fn a_config_file_that_is_wrong_is_named_with_its_line() {
    let world = World::new();
    std::fs::create_dir_all(world.config_folder()).unwrap();
    std::fs::write(world.config_folder().join("config.toml"), "mask = true\noutptu = 'json'\n").unwrap();
    let ran = world.run("tags --sandbox").ended_with(2);
    assert!(ran.stderr.contains("config.toml, line 2") && ran.stderr.contains("`output`"), "{ran}");
}
