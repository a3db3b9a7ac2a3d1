//! Hosts, methods, paths, headers, and limits of one connection.

use std::io::{Read, Write};

use super::Wall;
use crate::support::World;

const PATHS: [&str; 5] = ["/", "/events", "/floor.json", "/healthz", "/session"];

#[test]
fn a_request_for_another_host_gets_nothing() {
    let world = World::new();
    let wall = Wall::start(&world, "--sandbox --host wall.example");
    let bearer = wall.bearer();
    let port = wall.address.port();
    let ask = |target: &str, hosts: &[&str]| {
        let request = format!("GET {target} HTTP/1.1");
        let lines = [&[request.as_str(), "Connection: close", &bearer][..], hosts].concat();
        wall.send(&lines, "")
    };
    for host in [
        "localhost",
        "LocalHost.",
        "127.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "wall.example",
        "WALL.example.",
    ] {
        for host in [format!("Host: {host}"), format!("Host: {host}:{port}"), format!("Host: {host}:1")] {
            assert_eq!(ask("/floor.json", &[&host]).status, 200, "{host}");
        }
    }
    let known = "Host: localhost";
    for (target, hosts) in [
        ("/", &[][..]),
        ("/", &["Host:"]),
        ("/", &["Host: evil.example"]),
        ("/healthz", &["Host: evil.example"]),
        ("/", &["Host: localhost.evil.example"]),
        ("/", &["Host: 127.0.0.2"]),
        ("/", &["Host: x@localhost"]),
        ("/", &["Host: [::1"]),
        ("/", &[known, known]),
        ("/", &[known, "Host: evil.example"]),
        ("http://evil.example/", &[known]),
        ("http://localhost/", &["Host: evil.example"]),
        ("http://x@localhost/", &[known]),
    ] {
        let answer = ask(target, hosts);
        assert_eq!((answer.status, answer.body.as_str()), (421, ""), "{target} {hosts:?}");
    }
    assert_eq!(ask("http://localhost/", &[known]).status, 200);
    let old = wall.send(&["GET / HTTP/1.0", &bearer], "");
    assert_eq!((old.status, old.body.as_str()), (421, ""), "no host in HTTP/1.0");
    wall.running.terminate().ended_with(143);

    // Whoever runs the wall reads which name it was, once.
    let wall = Wall::start(&world, "--sandbox");
    for host in ["Host: my\u{1b}[31mbox:8040", "Host: evil.example"] {
        let answer = wall.send(&["GET / HTTP/1.1", host, "Connection: close"], "");
        assert!([400, 421].contains(&answer.status) && answer.body.is_empty(), "{}", answer.head);
    }
    let ran = wall.running.terminate().ended_with(143);
    let line = "note: refused a request from 127.0.0.1 (421): it is for the host \"evil.example\"; if that is a name of the \
                wall, allow it with --host\n";
    assert!(ran.stderr.contains(line) && ran.stderr.matches("(421)").count() == 1, "{ran}");
}

#[test]
fn a_wrong_method_is_refused_and_head_is_get_without_a_body() {
    let world = World::new();
    let wall = Wall::start(&world, "--sandbox");
    let bearer = wall.bearer();
    let usual = ["Host: localhost", "Connection: close", "Content-Length: 0", &bearer];
    let ask = |method: &str, path: &str| {
        let request = format!("{method} {path} HTTP/1.1");
        wall.send(&[&[request.as_str()][..], &usual].concat(), "")
    };
    for path in PATHS {
        let allowed = if path == "/session" { "post" } else { "get, head" };
        for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"] {
            // Which has no end.
            if (method, path) == ("GET", "/events") {
                continue;
            }
            let answer = ask(method, path);
            let is_allowed = allowed.to_ascii_uppercase().split(", ").any(|it| it == method);
            assert_eq!(answer.status == 405, !is_allowed, "{method} {path}\n{}", answer.head);
            assert_eq!(answer.header("allow"), (!is_allowed).then_some(allowed), "{method} {path}");
            if !is_allowed && method != "HEAD" {
                let sentence = format!(
                    "this address takes {} and nothing else; the floor is at /\n",
                    allowed.to_uppercase()
                );
                assert_eq!(answer.body, sentence, "{method} {path}");
            }
        }
    }
    for path in ["/", "/floor.json", "/healthz", "/events"] {
        let head = ask("HEAD", path);
        assert_eq!((head.status, head.body.as_str()), (200, ""), "{path}");
    }
    assert_eq!(
        ask("GET", "/healthz").header("content-length"),
        ask("HEAD", "/healthz").header("content-length")
    );
}

#[test]
fn without_a_key_nothing_is_shown_and_paths_are_not_either() {
    let world = World::new();
    let wall = Wall::start(&world, "--sandbox");
    for path in ["/", "/events", "/floor.json", "/metrics/x", "/x", "/assets/x.css", "/../etc/passwd", "//"] {
        let answer = wall.get(path, &[]);
        assert_eq!(answer.status, 401, "{path}");
        assert_eq!(answer.header("www-authenticate"), Some("bearer"), "{path}");
        assert_eq!(answer.body.matches("<form").count(), 1, "{path}");
        for name in ["asha", "ravi", "meena"] {
            assert!(!answer.body.contains(name), "{path}\n{}", answer.body);
        }
    }
    for path in ["/x", "/assets/x.css", "/floor.json/", "/Floor.json"] {
        assert_eq!(wall.get(path, &[&wall.bearer()]).status, 404, "{path}");
    }
    assert_eq!(wall.get("/healthz", &[]).body, "ok\n");
    assert_eq!(wall.get("/?page=auto&rows=18", &[&wall.bearer()]).status, 200);
}

#[test]
fn every_answer_has_the_headers_that_protect_it() {
    let world = World::new();
    let wall = Wall::start(&world, "--sandbox");
    let bearer = wall.bearer();
    let page = wall.get("/", &[&bearer]);
    let style =
        page.body.split("href=\"").find_map(|rest| rest.split('"').next().filter(|it| it.ends_with(".css")));
    let style = style.expect("a page has a style").to_owned();
    let answers = [
        wall.get("/floor.json", &[&bearer]),
        wall.get("/healthz", &[]),
        wall.get("/", &[]),
        wall.get("/x", &[&bearer]),
        wall.sign_in(&wall.key, &[]),
        wall.send(&["PUT / HTTP/1.1", "Host: localhost", "Connection: close"], ""),
        wall.send(&["GET / HTTP/1.1", "Host: evil.example", "Connection: close"], ""),
        wall.get(&style, &[]),
        page,
    ];
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [200, 200, 401, 404, 303, 405, 421, 200, 200]);
    for answer in &answers {
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("cross-origin-resource-policy"), Some("same-origin"));
        assert_eq!(answer.header("cross-origin-opener-policy"), Some("same-origin"));
        assert_eq!((answer.header("server"), answer.header("access-control-allow-origin")), (None, None));
        let is_asset = answer.header("content-type") == Some("text/css; charset=utf-8");
        let kept = if is_asset { "public, max-age=31536000, immutable" } else { "no-store" };
        assert_eq!(answer.header("cache-control"), Some(kept), "{}", answer.head);
        // With another one, a browser would send its form without saying from where.
        let has_form = answer.body.contains("<form");
        let referrer = if has_form { "same-origin" } else { "no-referrer" };
        assert_eq!(answer.header("referrer-policy"), Some(referrer), "{}", answer.head);
    }
}

#[test]
fn a_connection_that_does_not_move_on_is_closed() {
    let world = World::new();
    let wall = Wall::start(&world, "--sandbox");
    let parts = [
        "",
        "GET / HT",
        "GET / HTTP/1.1\r\nHost: localhost\r\n",
        "POST /session HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nkey=",
    ];
    let mut slow: Vec<_> = parts
        .iter()
        .map(|part| {
            let mut stream = wall.connect();
            stream.write_all(part.as_bytes()).unwrap();
            stream
        })
        .collect();
    // Meanwhile, others are served.
    assert_eq!(wall.get("/healthz", &[]).status, 200);
    for (stream, part) in slow.iter_mut().zip(parts) {
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        let is_of_form = part.starts_with("POST");
        assert_eq!(answer.contains(" 408 "), is_of_form, "{part:?}\n{answer}");
    }
    let mut long = wall.connect();
    let _ = write!(long, "GET / HTTP/1.1\r\nHost: localhost\r\nX: {}\r\n\r\n", "x".repeat(64 << 10));
    let mut answer = vec![];
    let _ = long.read_to_end(&mut answer);
    assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 431"), "{}", String::from_utf8_lossy(&answer));
    wall.running.terminate().ended_with(143);
}
