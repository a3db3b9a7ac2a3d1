//! `deepcall serve`: the floor over HTTP, asked over raw sockets, so that nothing between puts a request in order.

mod guard;
mod keys;
mod metrics;
mod streams;
mod tls;
mod today;

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};

use serde_json::Value;

use crate::support::{CANARY_SSID, FakeServer, NOT_IN_WRAPUP, PATIENCE, Running, World, assert_no_secret};

/// A wall at work.
struct Wall {
    running: Running,
    address: SocketAddr,
    key: String,
}

impl Wall {
    fn start(world: &World, line: &str) -> Self {
        let line = format!("serve --listen 127.0.0.1:0 --json {line}");
        let mut running = world.start(world.command(line.split_whitespace()));
        let first = first_line(&mut running);
        let Ok(first) = serde_json::from_str::<Value>(&first) else { panic!("{first}\n{}", running.end()) };
        let url = first["url"].as_str().unwrap();
        let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap();
        let address = host.strip_suffix('/').unwrap().parse().unwrap();
        Self { running, address, key: first["key"].as_str().unwrap_or_default().to_owned() }
    }

    fn connect(&self) -> TcpStream {
        connect(self.address)
    }

    /// Sends these lines and this body as they are; nothing of the answer holds a secret.
    fn send(&self, lines: &[&str], body: &str) -> Answer {
        let mut stream = self.connect();
        // One who is refused may be gone before the last byte is sent.
        let _ = stream.write_all(format!("{}\r\n\r\n{body}", lines.join("\r\n")).as_bytes());
        Answer::read(&mut stream)
    }

    fn get(&self, path: &str, headers: &[&str]) -> Answer {
        let request = format!("GET {path} HTTP/1.1");
        let usual = [request.as_str(), "Host: localhost", "Connection: close"];
        self.send(&[&usual[..], headers].concat(), "")
    }

    fn bearer(&self) -> String {
        format!("Authorization: Bearer {}", self.key)
    }

    fn sign_in(&self, key: &str, headers: &[&str]) -> Answer {
        let form = format!("key={key}");
        let length = format!("Content-Length: {}", form.len());
        let usual = ["POST /session HTTP/1.1", "Host: localhost", "Connection: close", &length];
        self.send(&[&usual[..], headers].concat(), &form)
    }

    /// The stream of events as a browser at this address gets it, without chunks.
    fn stream_from(&self, source: Ipv4Addr) -> TcpStream {
        let mut stream = connect_from(source, self.address);
        let bearer = self.bearer();
        write!(stream, "GET /events HTTP/1.0\r\nHost: localhost\r\n{bearer}\r\n\r\n").unwrap();
        stream
    }
}

struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn read(stream: &mut impl Read) -> Self {
        let mut bytes = vec![];
        // A connection that is reset after the answer has said all it had to say.
        let _ = stream.read_to_end(&mut bytes);
        assert_no_secret("an answer", &bytes);
        let text = String::from_utf8(bytes).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text:?}"));
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Self { status, head: head.to_ascii_lowercase(), body: body.to_owned() }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

fn connect(address: SocketAddr) -> TcpStream {
    connect_from(Ipv4Addr::LOCALHOST, address)
}

/// All of 127.0.0.0/8 is this machine.
fn connect_from(source: Ipv4Addr, address: SocketAddr) -> TcpStream {
    use rustix::net::{AddressFamily, SocketType, bind, socket};
    let made = socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
    bind(&made, &SocketAddr::new(IpAddr::V4(source), 0)).unwrap();
    rustix::net::connect(&made, &address).unwrap();
    let stream = TcpStream::from(made);
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// Without what comes after it.
fn first_line(running: &mut Running) -> String {
    let stdout = running.child.stdout.as_mut().unwrap();
    let (mut line, mut byte) = (vec![], [0]);
    while stdout.read(&mut byte).unwrap() == 1 && byte != *b"\n" {
        line.push(byte[0]);
    }
    String::from_utf8(line).unwrap()
}

/// One agent on a break for this reason, with a notification that holds this text.
fn on_break_for(reason: &str, message: &str) -> [String; 3] {
    let detail = serde_json::json!({"reason": reason, "customer_number": "+919876543210"});
    let on_break = serde_json::json!({"status": "success", "data": {"on_break": 1, "breakDetail": detail}});
    let tag = serde_json::json!({"_id": "t1", "type": "missed", "message": message, "customer_number": "+919876543210"});
    let tags = serde_json::json!({"data": [tag], "iconDetails": [], "status": "success", "code": 200});
    [on_break.to_string(), NOT_IN_WRAPUP.to_owned(), tags.to_string()]
}

fn server(answers: [String; 3]) -> FakeServer {
    FakeServer::answering(move |request, _| request.choose(answers.clone()))
}

#[test]
fn the_first_line_is_the_address_and_nothing_else_is_written_to_stdout() {
    let world = World::new();
    let mut running = world.start(world.command("serve --sandbox --listen 127.0.0.1:0 -vvv".split(' ')));
    let line = first_line(&mut running);
    let (url, key) = line.split_once("/#k=").unwrap();
    let address: SocketAddr = url.strip_prefix("http://").unwrap().parse().unwrap();
    assert_eq!(key.len(), 32, "{line}");
    let wall = Wall { running, address, key: key.to_owned() };
    assert_eq!(wall.get("/", &[&wall.bearer()]).status, 200);
    while !wall.get("/floor.json", &[&wall.bearer()]).body.contains("\"last_tag\":{") {}
    let process = wall.running.child.id();
    for file in ["cmdline", "environ"] {
        let shown = std::fs::read(format!("/proc/{process}/{file}")).unwrap();
        assert!(!String::from_utf8_lossy(&shown).contains(key), "{file}");
    }
    let ran = wall.running.terminate().ended_with(143);
    assert_eq!(ran.stdout, "");
    assert!(!ran.stderr.contains(&key[..12]) && ran.stderr.contains("POST"), "{ran}");
}

#[test]
fn it_ends_as_a_watch_does() {
    let world = World::new();
    let wall = Wall::start(&world, "--sandbox");
    wall.running.signal(rustix::process::Signal::INT);
    wall.running.end().ended_with(130);
    let wall = Wall::start(&world, "--sandbox --timeout 1s");
    wall.running.end().ended_with(124);
    world.run("serve --listen 127.0.0.1:0").ended_with(4);

    let expired = FakeServer::always(crate::support::EXPIRED);
    let wall = Wall::start(&World::signed_in(&expired), "");
    let ran = wall.running.end().ended_with(4);
    assert!(ran.stderr.contains("deepcall login"), "{ran}");

    let silent = FakeServer::always(crate::support::Reply::SILENCE);
    let wall = Wall::start(&World::signed_in(&silent), "--interval 2s --max-stale 3s");
    let ran = wall.running.end().ended_with(5);
    assert!(ran.stderr.contains("--max-stale"), "{ran}");
}

#[test]
fn whoever_reads_the_address_may_leave() {
    let world = World::new();
    let mut wall = Wall::start(&world, "--sandbox");
    drop(wall.running.child.stdout.take());
    assert_eq!(wall.get("/healthz", &[]).body, "ok\n");
    wall.running.terminate().ended_with(143);
}

#[test]
fn the_document_is_that_of_status_with_numbers_masked() {
    let hostile = format!("<script>alert(1)</script> \u{1b}[31m +919876543210 {CANARY_SSID}");
    let server = server(on_break_for(&hostile, &hostile));
    let world = World::signed_in(&server);
    let wall = Wall::start(&world, "--interval 2s --alert break=1s");
    let bearer = wall.bearer();
    // Until the first answers are there.
    let document = loop {
        let answer = wall.get("/floor.json", &[&bearer]);
        assert_eq!(answer.header("content-type"), Some("application/json"));
        let document: Value = serde_json::from_str(&answer.body).unwrap();
        if document["agents"][0]["last_tag"].is_object() {
            break document;
        }
    };
    let status = world.run("status --json --mask --alert break=1s").ended_with(0).json();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&document), keys(&status));
    assert_eq!(keys(&document["tally"]), keys(&status["tally"]));
    let (agent, of_status) = (&document["agents"][0], &status["agents"][0]);
    assert_eq!(keys(agent), keys(of_status));
    for key in ["profile", "agent_id", "state", "reason", "limit_seconds", "customer", "last_tag"] {
        assert_eq!(agent[key], of_status[key], "{key}");
    }
    let text = document.to_string() + &wall.get("/", &[&bearer]).body;
    assert!(!text.contains("9876543") && text.contains("210"), "{text}");
    wall.running.terminate().ended_with(143);
}

#[test]
fn an_agent_without_an_answer_is_unknown_and_says_why() {
    let server = FakeServer::always(crate::support::Reply::SILENCE);
    let world = World::signed_in(&server);
    let wall = Wall::start(&world, "");
    let document: Value = serde_json::from_str(&wall.get("/floor.json", &[&wall.bearer()]).body).unwrap();
    assert_eq!(document["agents"][0]["state"], "unknown");
    assert_eq!(document["tally"]["unknown"], 1);
    assert!(document["agents"][0]["as_of"].is_null());
}

#[test]
fn what_cannot_be_served_is_an_error_before_anybody_is_signed_in() {
    let world = World::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap();
    let ran = world.run(&format!("serve --sandbox --listen {taken}")).ended_with(1);
    assert!(
        ran.stderr.contains(&format!("cannot listen on {taken}")) && ran.stderr.contains("--listen"),
        "{ran}"
    );
    for (line, named) in [
        ("--listen 0.0.0.0:0", "--allow-http"),
        ("--listen [::]:0", "--tls-cert"),
        ("--listen 8040", "127.0.0.1:8040"),
        ("--listen mybox:8040", "names are not looked up"),
        ("--allow-http --tls-key wall.pem", "cannot be used with"),
        ("--key-file=", "name a file"),
        ("--allow-http", "--listen"),
        ("--host wall.example:80", "without port"),
        ("--tls-cert wall.pem", "--tls-key"),
        ("--tls-cert wall.pem --tls-key wall.pem", "cannot read wall.pem"),
        ("--retries 3", "another command"),
        ("--ref off --only breaks", "--only must include tags"),
        ("--alert wrapup=60s --only breaks", "wrapups to be followed"),
        ("--max-stale 2s", "not longer than the interval"),
        ("--record", "sandbox"),
    ] {
        let ran = world.run(&format!("serve --sandbox {line}")).ended_with(2);
        assert!(ran.stderr.contains(named) && ran.stdout.is_empty(), "{line}\n{ran}");
    }
}

#[test]
fn choices_last_in_the_config_file() {
    let world = World::new();
    world.run("config set serve.listen 127.0.0.1:0").ended_with(0);
    world.run("config set serve.host wall.example,192.0.2.1").ended_with(0);
    let file = world.home().join("wall.key");
    world.run(&format!("config set serve.key_file {}", file.display())).ended_with(0);
    world.run("config set serve.host wall.example:1").ended_with(2);
    let mut running = world.start(world.command(["serve", "--sandbox"]));
    let line = first_line(&mut running);
    let address = line.strip_prefix("http://").and_then(|it| it.strip_suffix('/')).unwrap().parse().unwrap();
    let wall = Wall { running, address, key: std::fs::read_to_string(file).unwrap().trim().to_owned() };
    for host in ["wall.example", "192.0.2.1:9"] {
        let host = format!("Host: {host}");
        let lines = ["GET / HTTP/1.1", &host, "Connection: close", &wall.bearer()];
        assert_eq!(wall.send(&lines, "").status, 200, "{host}");
    }
    wall.running.terminate().ended_with(143);
}
