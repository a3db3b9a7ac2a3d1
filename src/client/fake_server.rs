//! A server on loopback that answers with the bytes that a test chooses, and records the requests.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::clock::Clock;
use crate::store::{Credentials, Secret, ServerUrl};

use crate::client::budget::Budget;
use crate::client::connection::{Connection, ConnectionOptions};
use crate::client::signed_in::SignedIn;

/// The secret that no log, error or second server may contain.
pub(crate) const SECRET: &str = "the-secret-ssid";

/// Serves until the test ends.
pub(crate) struct FakeServer {
    pub(crate) address: std::net::SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
}

impl FakeServer {
    /// `answer` is called for each request with its number from 0, and writes any bytes, or none.
    /// The connection is closed unless it returns `true`.
    pub(crate) fn start(answer: impl Fn(usize, &mut TcpStream) -> bool + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests: Arc<Mutex<Vec<String>>> = Arc::default();
        let log = requests.clone();
        let answer = Arc::new(answer);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (log, answer) = (log.clone(), answer.clone());
                let mut stream = stream.unwrap();
                std::thread::spawn(move || {
                    while let Some(request) = read_request(&mut stream) {
                        let number = {
                            let mut log = log.lock().unwrap();
                            log.push(request);
                            log.len() - 1
                        };
                        if !answer(number, &mut stream) {
                            return;
                        }
                    }
                });
            }
        });
        Self { address, requests }
    }

    /// Answers every request with the same bytes and closes the connection.
    pub(crate) fn answering(bytes: impl AsRef<[u8]> + Send + Sync + 'static) -> Self {
        Self::start(move |_, stream| {
            closes_with_its_last_byte(stream);
            let _ = stream.write_all(bytes.as_ref());
            false
        })
    }

    /// Answers with the replies in turn, then always with the last one.
    pub(crate) fn answering_in_turn(replies: Vec<String>) -> Self {
        Self::start(move |number, stream| {
            let reply = &replies[number.min(replies.len() - 1)];
            closes_with_its_last_byte(stream);
            let _ = stream.write_all(reply.as_bytes());
            false
        })
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    pub(crate) fn options(&self) -> ConnectionOptions {
        let mut options = ConnectionOptions::new(ServerUrl::parse(&self.origin()).unwrap(), Clock::system());
        options.budget = quick();
        options
    }

    pub(crate) fn sign_in(&self) -> SignedIn {
        sign_in(self.options(), Credentials::Ssid(Secret::new(SECRET.to_owned())))
    }
}

pub(crate) fn sign_in(options: ConnectionOptions, credentials: Credentials) -> SignedIn {
    let connection = Arc::new(Connection::open(options).unwrap());
    SignedIn { profile: "asha".to_owned(), connection, credentials }
}

/// A client that sees the last byte before the end of the connection may use the connection again. Where the system can,
/// both go out together.
fn closes_with_its_last_byte(stream: &TcpStream) {
    #[cfg(target_os = "linux")]
    let _ = rustix::net::sockopt::set_tcp_cork(stream, true);
    #[cfg(not(target_os = "linux"))]
    let _ = stream;
}

/// The standard budget with next to no waiting between attempts.
pub(crate) fn quick() -> Budget {
    Budget { back_off: Duration::from_millis(5), ..Budget::standard() }
}

/// A whole reply with the right length.
pub(crate) fn reply(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len())
}

/// A reply with status 200.
pub(crate) fn ok(body: &str) -> String {
    reply("200 OK", "", body)
}

/// Reads one request to the end of its body; `None` when the other side has closed.
pub(crate) fn read_request(stream: &mut impl Read) -> Option<String> {
    let mut request = Vec::new();
    let mut byte = [0];
    while !request.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        request.push(byte[0]);
    }
    let head = String::from_utf8(request).unwrap();
    let length =
        head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    Some(head + std::str::from_utf8(&body).unwrap())
}
