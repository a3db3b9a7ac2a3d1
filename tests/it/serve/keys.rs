//! Who is let in.

use std::fs::{self, Permissions};
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;

use super::{Wall, first_line};
use crate::support::World;

/// What a browser keeps after it has signed in, with its capitals.
fn session(wall: &Wall) -> String {
    let form = format!("key={}", wall.key);
    let mut stream = wall.connect();
    let head = "POST /session HTTP/1.1\r\nHost: localhost\r\nConnection: close";
    write!(stream, "{head}\r\nContent-Length: {}\r\n\r\n{form}", form.len()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let set = answer.split_once("set-cookie: ").unwrap().1;
    set.split_once('=').unwrap().1.split(';').next().unwrap().to_owned()
}

/// As a browser sends it, among others.
fn cookie(wall: &Wall, session: &str) -> String {
    format!("Cookie: a=b; deepcall-{}={session}; c=d", wall.address.port())
}

#[test]
fn the_form_gives_a_cookie_that_is_not_the_key() {
    let world = World::new();
    let wall = Wall::start(&world, "--sandbox");
    let answer = wall
        .sign_in(&wall.key, &["Origin: http://localhost", "Content-Type: application/x-www-form-urlencoded"]);
    assert_eq!((answer.status, answer.header("location")), (303, Some("/")));
    let set = answer.header("set-cookie").unwrap();
    let (pair, rest) = set.split_once("; ").unwrap();
    assert_eq!(rest, "httponly; samesite=strict; path=/");
    assert!(pair.starts_with(&format!("deepcall-{}=", wall.address.port())), "{pair}");
    assert!(!pair.contains(&wall.key.to_ascii_lowercase()), "{pair}");

    let value = session(&wall);
    for path in ["/", "/floor.json"] {
        assert_eq!(wall.get(path, &[&cookie(&wall, &value)]).status, 200, "{path}");
    }
    // A key is no cookie, and a cookie is no key; that of another wall is for another port.
    let port = wall.address.port();
    for header in [
        format!("Cookie: deepcall-{port}={}", wall.key),
        format!("Cookie: deepcall-1={value}"),
        format!("Cookie: deepcall-{port}="),
        format!("Cookie: deepcall-{port}={value}x"),
        format!("Authorization: Bearer {value}"),
        format!("Authorization: Basic {}", wall.key),
    ] {
        assert_eq!(wall.get("/", &[&header]).status, 401, "{header}");
    }
    assert_eq!(wall.get("/", &[&format!("authorization: bearer {}", wall.key)]).status, 200);
}

#[test]
fn a_form_of_somebody_else_or_with_another_key_is_refused() {
    let world = World::new();
    let wall = Wall::start(&world, "--sandbox");
    let port = wall.address.port();
    for origin in
        ["null", "http://evil.example", "http://localhost:1", "https://localhost.evil.example", "file://"]
    {
        let answer = wall.sign_in(&wall.key, &[&format!("Origin: {origin}")]);
        assert_eq!((answer.status, answer.header("set-cookie")), (403, None), "{origin}");
        assert!(
            answer.body.ends_with("open the address of the wall, and enter it there\n"),
            "{}",
            answer.body
        );
    }
    let two = ["Origin: http://localhost", "Origin: http://localhost"];
    assert_eq!(wall.sign_in(&wall.key, &two).status, 403);
    let at_port = [
        &format!("Host: localhost:{port}"),
        "Connection: close",
        &format!("Origin: http://localhost:{port}"),
        "Content-Length: 5",
    ];
    assert_eq!(wall.send(&[&["POST /session HTTP/1.1"][..], &at_port].concat(), "key=x").status, 401);

    for form in ["", "key=", "key=wrong", "Key=x", "x"] {
        let length = format!("Content-Length: {}", form.len());
        let lines = ["POST /session HTTP/1.1", "Host: localhost", "Connection: close", &length];
        let answer = wall.send(&lines, form);
        assert_eq!((answer.status, answer.header("set-cookie")), (401, None), "{form}");
        assert_eq!(answer.body.matches("<form").count(), 1, "{form}");
    }
    let long = "x".repeat(2_000);
    let answer = wall.sign_in(&long, &[]);
    let sentence =
        "this is too long for a key; enter the part after #k= of the address that deepcall serve prints\n";
    assert_eq!((answer.status, answer.body.as_str()), (413, sentence));
    // One that says that it is long need not be sent.
    let head = ["POST /session HTTP/1.1", "Host: localhost", "Connection: close", "Content-Length: 2000"];
    assert_eq!(wall.send(&[&head[..], &["Expect: 100-continue"]].concat(), "").status, 413);
    let chunked =
        ["POST /session HTTP/1.1", "Host: localhost", "Connection: close", "Transfer-Encoding: chunked"];
    assert_eq!(wall.send(&chunked, &format!("7d0\r\n{long}\r\n0\r\n\r\n")).status, 413);
    let ran = wall.running.terminate().ended_with(143);
    let line = "note: refused a key from 127.0.0.1 (403): the page is of \"null\", and the request for the host \"localhost\"";
    assert!(ran.stderr.contains(line) && ran.stderr.matches("(403)").count() == 1, "{ran}");
}

#[test]
fn ten_wrong_keys_are_enough_for_a_while() {
    let world = World::new();
    let wall = Wall::start(&world, "--sandbox");
    let cookie = cookie(&wall, &session(&wall));
    // Five of each sort.
    for number in 0..5 {
        assert_eq!(wall.sign_in(&format!("wrong{number}"), &[]).status, 401);
        assert_eq!(wall.get("/floor.json", &[&format!("Authorization: Bearer wrong{number}")]).status, 401);
    }
    for answer in [wall.sign_in(&wall.key, &[]), wall.get("/", &[&wall.bearer()])] {
        assert_eq!(answer.status, 429);
        let wait: u64 = answer.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait), "{wait}");
        assert!(!answer.body.contains("asha"));
    }
    // Who is signed in, and who sends no key, is no guesser.
    assert_eq!(wall.get("/", &[&cookie]).status, 200);
    assert_eq!(wall.get("/", &[]).status, 401);
    assert_eq!(wall.get("/healthz", &[]).status, 200);
    let ran = wall.running.terminate().ended_with(143);
    for line in [
        "note: refused a wrong key from 127.0.0.1 (401); wrong keys in the last minute: 1\n",
        "note: refused to try a key from 127.0.0.1 (429): too many were wrong; it is tried again in ",
    ] {
        assert_eq!(ran.stderr.matches(line).count(), 1, "{ran}");
    }
    assert!(!ran.stderr.contains("wrong0"), "{ran}");
}

#[test]
fn a_key_in_a_file_is_made_once_and_not_printed() {
    let world = World::new();
    let file = world.home().join("wall.key");
    let start = || {
        let mut wall = Wall::start(&world, "--sandbox --key-file wall.key");
        assert_eq!(wall.key, "", "it is null");
        wall.key = fs::read_to_string(&file).unwrap().trim().to_owned();
        wall
    };
    let wall = start();
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(wall.key.len(), 32);
    assert_eq!(
        fs::read_dir(world.home())
            .unwrap()
            .filter(|it| it.as_ref().unwrap().file_name().to_string_lossy().contains("wall"))
            .count(),
        1
    );
    let (first, value) = (wall.key.clone(), session(&wall));
    let ran = wall.running.terminate().ended_with(143);
    assert!(!ran.stderr.contains(&first[..12]) && ran.stdout.is_empty(), "{ran}");

    let wall = start();
    assert_eq!(wall.key, first);
    assert_eq!(wall.get("/", &[&cookie(&wall, &value)]).status, 200, "browsers stay signed in");
    wall.running.terminate().ended_with(143);

    let mut running =
        world.start(world.command("serve --sandbox --listen 127.0.0.1:0 --key-file wall.key".split(' ')));
    let printed = first_line(&mut running);
    assert!(printed.starts_with("http://127.0.0.1:") && printed.ends_with('/'), "{printed}");
    running.terminate().ended_with(143);
}

#[test]
fn a_key_file_that_others_may_read_or_that_holds_none_is_refused() {
    let world = World::new();
    let file = world.home().join("wall.key");
    let refused = |content: &str, mode: u32, code: i32| {
        fs::write(&file, content).unwrap();
        fs::set_permissions(&file, Permissions::from_mode(mode)).unwrap();
        let ran = world.run("serve --sandbox --listen 127.0.0.1:0 --key-file wall.key").ended_with(code);
        assert!(ran.stderr.contains("wall.key") && ran.stdout.is_empty(), "{ran}");
        assert_eq!(fs::read_to_string(&file).unwrap(), content, "it stays");
        ran
    };
    let key = "0123456789abcdefghijklmnopqrstuv";
    let ran = refused(key, 0o644, 2);
    assert!(ran.stderr.contains("chmod") && !ran.stderr.contains(&key[..12]), "{ran}");
    for wrong in ["", "short", "twenty-three characters", "a\nb"] {
        refused(wrong, 0o600, 2);
    }
    fs::remove_file(&file).unwrap();
    std::os::unix::fs::symlink("nowhere", world.home().join("link")).unwrap();
    for (path, message) in [
        (".", "hint: name a file in it, for example ./wall.key"),
        ("no/wall.key", "the folder no does not exist"),
        ("link", "link is a link to a file that does not exist"),
    ] {
        let ran = world.run(&format!("serve --sandbox --listen 127.0.0.1:0 --key-file {path}")).ended_with(2);
        assert!(ran.stderr.contains(message) && ran.stdout.is_empty(), "{ran}");
    }
}
