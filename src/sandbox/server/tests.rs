use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use jiff::Timestamp;

use super::BODY_LIMIT;
use crate::clock::Clock;
use crate::sandbox::{Sandbox, SandboxOptions};

/// Runs a sandbox at a fixed time while a client talks to it from another thread.
fn with_sandbox<T: Send + 'static>(talk: impl FnOnce(TcpStream) -> T + Send + 'static) -> (T, u64) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let clock = Clock::fixed(Timestamp::from_second(784_111_777).unwrap());
        let sandbox = Sandbox::start(SandboxOptions::new(clock)).await.unwrap();
        let address = sandbox.origin().strip_prefix("http://").unwrap().to_owned();
        let talk = move || talk(connect(&address));
        let heard = tokio::task::spawn_blocking(talk).await.unwrap();
        (heard, sandbox.requests_served())
    })
}

/// A connection on which a missing reply is a failure, not a wait.
fn connect(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream
}

fn request(path: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("POST {path} HTTP/1.1\r\nHost: x\r\n{headers}Content-Length: {length}\r\n\r\n{body}")
}

#[test]
fn one_connection_carries_several_requests() {
    let good = r#"{"ssid":"sandbox-dev"}"#;
    let sent = request("/api/v2/agentProfile/tags", "", good)
        + &request("/api/v2/agentProfile/tags?x=1", "", "")
        + &request("/nowhere", "Connection: close\r\n", "");
    let (heard, served) = with_sandbox(move |mut stream| {
        stream.write_all(sent.as_bytes()).unwrap();
        let mut heard = String::new();
        stream.read_to_string(&mut heard).unwrap();
        heard
    });
    assert_eq!(served, 3);
    let replies: Vec<_> = heard.split("HTTP/1.1 ").skip(1).collect();
    assert_eq!(replies.len(), 3, "{heard}");
    for (reply, status) in replies.iter().zip(["200 OK\r\n", "200 OK\r\n", "404 Not Found\r\n"]) {
        assert!(reply.starts_with(status), "{reply}");
        assert!(reply.contains("\r\ncontent-type: application/json; charset=utf-8\r\n"), "{reply}");
        assert!(reply.contains("\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"), "{reply}");
    }
    assert!(replies[0].contains("\r\ncontent-length: 58\r\n"), "{heard}");
    assert!(replies[1].ends_with(r#""code":1047}"#), "{heard}");
}

#[test]
fn many_connections_are_open_at_once() {
    let (statuses, served) = with_sandbox(|first| {
        let address = first.peer_addr().unwrap().to_string();
        let mut streams: Vec<_> = (0..200).map(|_| connect(&address)).collect();
        for stream in &mut streams {
            let sent = request("/api/v2/agentProfile/tags", "", r#"{"ssid":"sandbox-asha"}"#);
            stream.write_all(sent.as_bytes()).unwrap();
        }
        let status_of = |stream: &mut TcpStream| {
            let mut status = [0; 12];
            stream.read_exact(&mut status).unwrap();
            status
        };
        streams.iter_mut().map(status_of).collect::<Vec<_>>()
    });
    assert!(statuses.iter().all(|status| status == b"HTTP/1.1 200"));
    assert_eq!(served, 200);
}

#[test]
fn a_body_beyond_the_limit_is_refused() {
    // One byte too many, so that the server has read it all when it refuses.
    let sent = request("/api/v2/agentProfile/tags", "", &" ".repeat(BODY_LIMIT + 1));
    let (status, served) = with_sandbox(move |mut stream| {
        stream.write_all(sent.as_bytes()).unwrap();
        let mut status = [0; 13];
        stream.read_exact(&mut status).unwrap();
        status
    });
    assert_eq!(&status, b"HTTP/1.1 413 ");
    assert_eq!(served, 1);
}

#[test]
fn a_port_in_use_is_an_error() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let options = SandboxOptions::new(Clock::system());
        let first = Sandbox::start(options.clone()).await.unwrap();
        let port = first.origin().rsplit(':').next().unwrap().parse().unwrap();
        let second = Sandbox::start(SandboxOptions { port, ..options }).await;
        assert_eq!(second.err().map(|error| error.kind()), Some(std::io::ErrorKind::AddrInUse));
    });
}

#[test]
fn a_dropped_sandbox_closes_its_connections() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let sandbox = Sandbox::start(SandboxOptions::new(Clock::system())).await.unwrap();
        let address = sandbox.origin().strip_prefix("http://").unwrap().to_owned();
        let mut stream = tokio::task::spawn_blocking(move || {
            let mut stream = connect(&address);
            stream.write_all(request("/", "", "").as_bytes()).unwrap();
            let mut first = [0; 12];
            stream.read_exact(&mut first).unwrap();
            assert_eq!(&first, b"HTTP/1.1 404");
            stream
        })
        .await
        .unwrap();
        drop(sandbox);
        // The rest of the reply, then the end: without the drop this would wait for ever.
        let read_rest = move || stream.read_to_end(&mut Vec::new());
        assert!(tokio::task::spawn_blocking(read_rest).await.unwrap().is_ok());
    });
}
