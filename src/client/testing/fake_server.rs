//! The fake DeepCall: a server on loopback that answers each request byte for byte as a test chooses, and keeps it.
//!
//! It serves the unit tests of `client` and, included by its path in `tests/it/support/mod.rs`, the tests of the whole
//! program. It is here because the package of the source has this folder alone. The sandbox cannot take its place: that
//! one is part of the program, and never misbehaves. `super::assert_no_secret` knows the secrets of whoever includes it.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "the unit tests need one part, those of the whole program another"
)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use super::assert_no_secret;

/// How long a test waits for what must happen before it fails. Where much else runs, a program needs many times its
/// time.
pub const PATIENCE: Duration = Duration::from_secs(120);

pub const NO_TAGS: &str = r#"{"data":[],"iconDetails":[],"status":"success","code":200}"#;
pub const ON_BREAK: &str = r#"{"status":"success","data":{"on_break":1,"breakDetail":{"reason":"Lunch"}}}"#;
pub const NOT_ON_BREAK: &str = r#"{"status":"error","errCode":1502,"message":"On break is : 0"}"#;
pub const IN_WRAPUP: &str = r#"{"status":"success","data":{"response":1,"currentDuration":30}}"#;
pub const NOT_IN_WRAPUP: &str = r#"{"status":"error","errCode":1504,"message":"Agent not in wrap time"}"#;
/// What a user id with a token gets for `tags`.
pub const WRONG_PARAMETERS: &str = r#"{"status":"error","code":1000,"message":"Invalid Parameters"}"#;
pub const EXPIRED: &str = r#"{"status":"error","code":1044,"message":"SSID file does not exist"}"#;

/// An address on loopback at which nobody listens, and that nobody else can take while this is there: a port that is
/// merely free may be given to another test meanwhile.
pub struct Nobody(tokio::net::TcpSocket);

impl Nobody {
    pub fn there() -> Self {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        Self(socket)
    }

    pub fn address(&self) -> SocketAddr {
        self.0.local_addr().unwrap()
    }
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Request {
    /// The same for each request on one connection.
    pub peer: SocketAddr,
    pub path: String,
    pub head: String,
    pub body: String,
}

impl Request {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// The one that belongs to the call: for the break, the wrap-up, the notifications.
    pub fn choose<T>(&self, [on_break, in_wrapup, tags]: [T; 3]) -> T {
        match self.path.rsplit('/').next() {
            Some("agentOnBreak") => on_break,
            Some("checkAgentInWrapUp") => in_wrapup,
            Some("tags") => tags,
            _ => panic!("{} is none of the three calls", self.path),
        }
    }
}

/// What to do with a request. A text is the JSON of a good reply.
#[derive(Clone)]
pub enum Reply {
    /// These bytes; the connection is kept.
    Kept(Vec<u8>),
    /// These bytes, then the connection is closed in order.
    Closed(Vec<u8>),
    /// These bytes, then the connection is reset.
    Reset(Vec<u8>),
    /// Whatever this writes, then the connection is closed.
    By(Arc<dyn Fn(&mut TcpStream) + Send + Sync>),
}

impl Reply {
    /// Nothing at all, until the client gives up.
    pub const SILENCE: Self = Self::Kept(vec![]);

    /// A body of JSON.
    pub fn ok(body: &str) -> Self {
        Self::Kept(response("200 OK", &["Content-Type: application/json"], body))
    }

    /// What a proxy does that lets everything through to this address.
    pub fn tunnel(address: &str) -> Self {
        let address = address.to_owned();
        Self::By(Arc::new(move |client| {
            let mut server = TcpStream::connect(&address).unwrap();
            client.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").unwrap();
            let (mut from_client, mut to_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            thread::spawn(move || {
                let _ = std::io::copy(&mut from_client, &mut to_server);
                let _ = to_server.shutdown(Shutdown::Write);
            });
            let _ = std::io::copy(&mut server, client);
            let _ = client.shutdown(Shutdown::Write);
        }))
    }

    /// A response after which the connection is closed.
    pub fn with_headers(status: &str, headers: &[&str], body: impl AsRef<[u8]>) -> Self {
        Self::Closed(response(status, headers, body))
    }
}

impl<T: AsRef<str>> From<T> for Reply {
    fn from(body: T) -> Self {
        Self::ok(body.as_ref())
    }
}

/// A status line, header lines and a body of the right length.
pub fn response(status: &str, headers: &[&str], body: impl AsRef<[u8]>) -> Vec<u8> {
    let (headers, body) = (headers.iter().map(|line| format!("{line}\r\n")), body.as_ref());
    let headers: String = headers.collect();
    let head = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// The server. When it is dropped, it fails the test if a request arrived that is none of DeepCall's, or had a secret in
/// its head.
pub struct FakeServer {
    address: SocketAddr,
    log: Arc<Log>,
    expected: &'static str,
}

#[derive(Default)]
struct Log {
    arrivals: Mutex<Arrivals>,
    changed: Condvar,
}

#[derive(Default)]
struct Arrivals {
    requests: Vec<Request>,
    peers: Vec<SocketAddr>,
}

impl Log {
    /// Returns how many requests came before.
    fn add(&self, change: impl FnOnce(&mut Arrivals)) -> usize {
        let mut arrivals = self.arrivals.lock().unwrap();
        let earlier = arrivals.requests.len();
        change(&mut arrivals);
        self.changed.notify_all();
        earlier
    }

    #[track_caller]
    fn wait_until(&self, what: &str, is_so: impl Fn(&Arrivals) -> bool) {
        let arrivals = self.arrivals.lock().unwrap();
        let waited = self.changed.wait_timeout_while(arrivals, PATIENCE, |arrivals| !is_so(arrivals));
        assert!(!waited.unwrap().1.timed_out(), "{what} never came");
    }
}

impl FakeServer {
    /// Answers every request in the same way.
    pub fn always(reply: impl Into<Reply>) -> Self {
        Self::in_turn([reply])
    }

    /// Answers with one reply after the other, and on with the last one.
    pub fn in_turn<R: Into<Reply>>(replies: impl IntoIterator<Item = R>) -> Self {
        let replies: Vec<Reply> = replies.into_iter().map(Into::into).collect();
        Self::answering(move |_, earlier| replies[earlier.min(replies.len() - 1)].clone())
    }

    /// Answers each request; the number counts earlier arrivals.
    pub fn answering<R: Into<Reply>>(answer: impl Fn(&Request, usize) -> R + Send + Sync + 'static) -> Self {
        Self::listening(TcpListener::bind("127.0.0.1:0").unwrap(), answer)
    }

    /// The same on a socket of the test's own.
    pub fn listening<R: Into<Reply>>(
        listener: TcpListener,
        answer: impl Fn(&Request, usize) -> R + Send + Sync + 'static,
    ) -> Self {
        let address = listener.local_addr().unwrap();
        let log = Arc::new(Log::default());
        let (shared, answer) = (Arc::clone(&log), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { break };
                // A peer may have reset the connection already.
                let Ok(peer) = stream.peer_addr() else { continue };
                shared.add(|arrivals| arrivals.peers.push(peer));
                let (log, answer) = (Arc::clone(&shared), Arc::clone(&answer));
                thread::spawn(move || {
                    serve(stream, peer, |request| {
                        let earlier = log.add(|arrivals| arrivals.requests.push(request.clone()));
                        answer(&request, earlier).into()
                    });
                });
            }
        });
        Self { address, log, expected: "POST /api/v2/" }
    }

    /// Expects what is meant for a proxy, and nothing else.
    pub fn for_a_proxy(mut self) -> Self {
        self.expected = "CONNECT ";
        self
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn arrivals(&self) -> Vec<Request> {
        self.log.arrivals.lock().unwrap().requests.clone()
    }

    /// Waits until there are so many of them.
    #[track_caller]
    pub fn await_arrivals(&self, count: usize) {
        self.log.wait_until("a request", |arrivals| arrivals.requests.len() >= count);
    }

    /// How many connections were opened, whatever was sent on them.
    pub fn connections(&self) -> usize {
        self.log.arrivals.lock().unwrap().peers.len()
    }

    /// Whether nobody has connected. Connections are taken in order: when one of our own has come through,
    /// so has every one before it.
    pub fn is_untouched(&self) -> bool {
        let own = TcpStream::connect(self.address).unwrap().local_addr().unwrap();
        self.log.wait_until("a connection of the test's own", |arrivals| arrivals.peers.contains(&own));
        self.connections() == 1
    }
}

impl Drop for FakeServer {
    fn drop(&mut self) {
        if thread::panicking() {
            return;
        }
        for request in self.arrivals() {
            assert!(request.head.starts_with(self.expected), "nobody expected {}", request.head);
            // A secret travels in the body alone: addresses and headers are written to logs on the way.
            assert_no_secret("the head of a request", request.head.as_bytes());
        }
    }
}

fn serve(mut stream: TcpStream, peer: SocketAddr, answer: impl Fn(Request) -> Reply) {
    let mut incoming = BufReader::new(stream.try_clone().unwrap());
    while let Some(request) = read_request(&mut incoming, peer) {
        match answer(request) {
            Reply::Kept(bytes) => {
                if stream.write_all(&bytes).is_ok() {
                    continue;
                }
            }
            Reply::Closed(bytes) => {
                // The end goes out with the last byte: a client that sees the one before the other may use the
                // connection again.
                #[cfg(target_os = "linux")]
                let _ = rustix::net::sockopt::set_tcp_cork(&stream, true);
                let _ = stream.write_all(&bytes);
                let _ = stream.shutdown(Shutdown::Write);
                let _ = stream.read_to_end(&mut vec![]);
            }
            Reply::Reset(bytes) => {
                let _ = stream.write_all(&bytes);
                // Closing with a linger of zero sends RST instead of FIN.
                rustix::net::sockopt::set_socket_linger(&stream, Some(Duration::ZERO)).unwrap();
            }
            Reply::By(write) => write(&mut stream),
        }
        return;
    }
}

/// Reads one request to the end of its body; `None` when the other side has closed.
pub fn read_request(stream: &mut impl BufRead, peer: SocketAddr) -> Option<Request> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let lower = head.to_ascii_lowercase();
    let length = lower.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).ok()?;
    let path = head.split(' ').nth(1)?.to_owned();
    Some(Request { peer, path, head, body: String::from_utf8_lossy(&body).into_owned() })
}
