//! The streams of browsers.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::os::fd::OwnedFd;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Answer, Wall, connect_from, on_break_for};
use crate::support::{FakeServer, World};

struct Events(BufReader<TcpStream>);

impl Events {
    fn of(wall: &Wall) -> Self {
        let mut reader = BufReader::new(wall.stream_from(Ipv4Addr::LOCALHOST));
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(reader.read_line(&mut head).unwrap() > 0, "{head}");
        }
        assert!(
            head.starts_with("HTTP/1.0 200") && head.contains("content-type: text/event-stream"),
            "{head}"
        );
        Self(reader)
    }

    /// The lines of the next one.
    fn next(&mut self) -> Vec<String> {
        let mut lines = vec![];
        loop {
            let mut line = String::new();
            assert!(self.0.read_line(&mut line).unwrap() > 0, "the stream has ended");
            match line.trim_end() {
                "" => return lines,
                line => lines.push(line.to_owned()),
            }
        }
    }

    fn next_of(&mut self, name: &str) -> Vec<String> {
        let first = format!("event: {name}");
        loop {
            let event = self.next();
            if event[0] == first {
                return event;
            }
        }
    }
}

fn milliseconds(line: &str) -> i64 {
    line.strip_prefix("data: ").unwrap().parse().unwrap()
}

#[test]
fn a_stream_begins_with_the_floor_and_brings_changes_and_beats() {
    let has_changed = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&has_changed);
    let server = FakeServer::answering(move |request, _| {
        let reason = if flag.load(Ordering::SeqCst) { "Tea" } else { "Lunch" };
        request.choose(on_break_for(reason, "hello"))
    });
    let world = World::signed_in(&server);
    let wall = Wall::start(&world, "--interval 2s");
    let mut events = Events::of(&wall);
    assert_eq!(events.next(), ["retry: 2000"]);
    let floor = events.next();
    assert_eq!((floor.len(), floor[0].as_str()), (3, "event: floor"), "{floor:?}");
    assert!(floor[2].starts_with("data: <main") && floor[2].ends_with("</main>"), "{floor:?}");
    let now = jiff::Timestamp::now().as_millisecond();
    assert!((now - milliseconds(&floor[1])).abs() < 60_000, "{floor:?}");
    while !events.next_of("floor")[2].contains("on break") {}
    let beat = events.next_of("beat");
    assert!(beat.len() == 2 && milliseconds(&beat[1]) >= milliseconds(&floor[1]), "{beat:?}");
    // Whoever comes later gets what is so now.
    has_changed.store(true, Ordering::SeqCst);
    server.await_arrivals(server.arrivals().len() + 6);
    let mut later = Events::of(&wall);
    assert!(later.next_of("floor")[2].contains("on break"));
    wall.running.terminate().ended_with(143);
}

/// Prints what comes on the connection up to the first beat, unpacked.
const UNPACK: &str = r#"
import sys, zlib
stream, unpack, text = open(0, "rb", buffering=0), zlib.decompressobj(31), b""
head = b""
while not head.endswith(b"\r\n\r\n"):
    head += stream.read(1)
assert b"content-encoding: gzip" in head, head
while b"event: beat" not in text:
    text += unpack.decompress(stream.read(65536))
sys.stdout.buffer.write(text)
"#;

#[test]
fn a_browser_that_takes_gzip_gets_the_same_stream_packed() {
    let server = FakeServer::answering(|request, _| request.choose(on_break_for("Lunch", "hello")));
    let world = World::signed_in(&server);
    let wall = Wall::start(&world, "--interval 2s");
    let mut stream = wall.connect();
    let head = "GET /events HTTP/1.0\r\nHost: localhost\r\nAccept-Encoding: gzip, deflate, br\r\n";
    write!(stream, "{head}{}\r\n\r\n", wall.bearer()).unwrap();
    let python = Command::new("/usr/bin/python3").args(["-c", UNPACK]).stdin(OwnedFd::from(stream)).output();
    let python = python.unwrap();
    let text = String::from_utf8(python.stdout).unwrap();
    assert!(python.status.success(), "{}", String::from_utf8_lossy(&python.stderr));
    assert!(text.starts_with("retry: 2000\n\nevent: floor\ndata: "), "{text}");
    assert!(text.contains("<main") && text.contains("</main>\n\n"), "{text}");
    wall.running.terminate().ended_with(143);
}

#[test]
fn streams_end_with_the_watch_however_many_there_are() {
    let world = World::new();
    let wall = Wall::start(&world, "--sandbox");
    let mut streams: Vec<TcpStream> =
        (0..20).map(|number| wall.stream_from(Ipv4Addr::new(127, 0, 1, 1 + number / 7))).collect();
    for stream in &mut streams {
        stream.read_exact(&mut [0; 64]).unwrap();
    }
    wall.running.terminate().ended_with(143);
    for mut stream in streams {
        let _ = stream.read_to_end(&mut vec![]);
    }
}

#[test]
fn there_are_64_streams_and_half_of_one_address_of_this_machine() {
    let world = World::new();
    let wall = Wall::start(&world, "--sandbox");
    let address = |number: u8| Ipv4Addr::new(127, 0, 2, number);
    let open = |number: u8| {
        let mut stream = wall.stream_from(address(number));
        let mut begin = [0; 12];
        stream.read_exact(&mut begin).unwrap();
        (stream, String::from_utf8(begin[9..].to_vec()).unwrap())
    };
    let mut seated = vec![];
    for number in 1..=2 {
        for _ in 0..32 {
            let (stream, status) = open(number);
            assert_eq!(status, "200");
            seated.push(stream);
        }
        if number == 1 {
            let (_, status) = open(1);
            assert_eq!(status, "503", "the 33rd of one address");
        }
    }
    let answer = Answer::read(&mut wall.stream_from(address(9)));
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("30")), "the 65th");
    // The page is served all the same, and a seat that is left is free again.
    assert_eq!(wall.get("/", &[&wall.bearer()]).status, 200);
    drop(seated.pop());
    while open(9).1 != "200" {}
    let ran = wall.running.terminate().ended_with(143);
    let line = "note: refused a stream to 127.0.2.1 (503): it has the 32 that it may have";
    assert!(ran.stderr.contains(line) && ran.stderr.matches("(503)").count() == 1, "{ran}");
}

#[test]
fn a_browser_that_reads_nothing_holds_up_nobody() {
    let server = FakeServer::answering(|request, earlier| {
        // Each look shows other notifications, so that each frame is another one.
        request.choose(on_break_for("Lunch", &format!("{earlier} {}", "x".repeat(50_000))))
    });
    let world = World::signed_in(&server);
    let wall = Wall::start(&world, "--interval 2s");
    let idle: Vec<TcpStream> = (0..5).map(|_| wall.stream_from(Ipv4Addr::new(127, 0, 3, 1))).collect();
    let mut events = Events::of(&wall);
    for _ in 0..2 {
        let before = server.arrivals().len();
        server.await_arrivals(before + 3);
        events.next_of("beat");
    }
    assert_eq!(wall.get("/healthz", &[]).body, "ok\n");
    wall.running.terminate().ended_with(143);
    drop(idle);
}

#[test]
fn many_requests_may_follow_each_other_on_one_connection() {
    let world = World::new();
    let wall = Wall::start(&world, "--sandbox");
    let mut stream = wall.connect();
    let request = |more: &str| {
        format!("GET /floor.json HTTP/1.1\r\nHost: localhost\r\n{more}{}\r\n\r\n", wall.bearer())
    };
    // A client that closes its side is taken to have left, whatever it still waits for.
    stream.write_all((request("").repeat(4) + &request("Connection: close\r\n")).as_bytes()).unwrap();
    let mut answers = String::new();
    stream.read_to_string(&mut answers).unwrap();
    // On a busy machine the watch may be late, and its state no news: that is an answer too.
    assert_eq!(answers.matches("HTTP/1.1 ").count(), 5, "{answers}");
}

#[test]
fn one_address_cannot_have_all_connections() {
    let world = World::new();
    let wall = Wall::start(&world, "--sandbox");
    let greedy = Ipv4Addr::new(127, 0, 4, 1);
    let mut connections: Vec<TcpStream> = (0..200).map(|_| connect_from(greedy, wall.address)).collect();
    assert_eq!(wall.get("/healthz", &[]).status, 200, "another one is served");
    let is_served = |stream: &mut TcpStream| {
        let mut begin = [0; 12];
        let _ = stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
        stream.read_exact(&mut begin).is_ok() && begin == *b"HTTP/1.1 200"
    };
    let served = connections.iter_mut().map(is_served).filter(|it| *it).count();
    assert!(served <= 128, "{served}");
    let ran = wall.running.terminate().ended_with(143);
    let line = "note: closed a connection from 127.0.4.1: it has the 128 that one address may have";
    assert_eq!(ran.stderr.matches(line).count(), 1, "{ran}");
}
