//! A server on loopback that answers byte for byte as a test wants, and counts what arrives.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use rustix::net::sockopt::{set_socket_linger, set_tcp_cork};

use super::PATIENCE;

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub head: String,
    pub body: String,
}

impl Request {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// What to do with a request.
pub enum Reply {
    /// A JSON body with this HTTP status.
    Json(u16, String),
    /// These bytes, then the connection is closed in order.
    Raw(Vec<u8>),
    /// These bytes, then the connection is reset.
    RawThenReset(Vec<u8>),
    /// Nothing at all, until the client gives up.
    Silence,
    /// Whatever this writes, then the connection is closed.
    By(Box<dyn FnOnce(&mut TcpStream) + Send>),
}

impl Reply {
    pub fn ok(body: &str) -> Self {
        Self::Json(200, body.to_owned())
    }

    /// A raw reply from a status line, header lines and a body of the right length.
    pub fn with_headers(status: &str, headers: &[&str], body: &str) -> Self {
        let headers: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
        Self::Raw(
            format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len())
                .into_bytes(),
        )
    }
}

type Answering = dyn Fn(&Request, usize) -> Reply + Send + Sync;

/// The server. When it is dropped, it fails the test if anything but a POST below `/api/v2/` arrived.
pub struct FakeServer {
    address: SocketAddr,
    log: Arc<Log>,
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
    fn add(&self, change: impl FnOnce(&mut Arrivals)) {
        change(&mut self.arrivals.lock().unwrap());
        self.changed.notify_all();
    }

    /// Waits for the arrivals to be so.
    #[track_caller]
    fn wait_until(&self, what: &str, is_so: impl Fn(&Arrivals) -> bool) {
        let arrivals = self.arrivals.lock().unwrap();
        let waited = self.changed.wait_timeout_while(arrivals, PATIENCE, |arrivals| !is_so(arrivals));
        assert!(!waited.unwrap().1.timed_out(), "{what} never came");
    }
}

impl FakeServer {
    /// Answers each request; the number counts earlier arrivals.
    pub fn answering(answer: impl Fn(&Request, usize) -> Reply + Send + Sync + 'static) -> Self {
        Self::listening(TcpListener::bind("127.0.0.1:0").unwrap(), answer)
    }

    /// The same on a socket of the test's own.
    pub fn listening(
        listener: TcpListener,
        answer: impl Fn(&Request, usize) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let address = listener.local_addr().unwrap();
        let log = Arc::new(Log::default());
        let answer: Arc<Answering> = Arc::new(answer);
        let shared = Arc::clone(&log);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { break };
                // A peer may have reset the connection already.
                let Ok(peer) = stream.peer_addr() else { continue };
                shared.add(|arrivals| arrivals.peers.push(peer));
                let (answer, log) = (Arc::clone(&answer), Arc::clone(&shared));
                thread::spawn(move || serve(stream, &*answer, &log));
            }
        });
        Self { address, log }
    }

    /// Answers every request with the same JSON.
    pub fn always(body: &str) -> Self {
        let body = body.to_owned();
        Self::answering(move |_, _| Reply::ok(&body))
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

    /// Whether nobody has connected. Connections are taken in order: when one of our own has come through,
    /// so has every one before it.
    pub fn is_untouched(&self) -> bool {
        let own = TcpStream::connect(self.address).unwrap();
        let own = own.local_addr().unwrap();
        self.log.wait_until("a connection of the test's own", |arrivals| arrivals.peers.contains(&own));
        self.connections() == 1
    }

    /// How many connections were opened, whatever was sent on them.
    pub fn connections(&self) -> usize {
        self.log.arrivals.lock().unwrap().peers.len()
    }
}

impl Drop for FakeServer {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        for request in self.arrivals() {
            let is_expected = request.method == "POST" && request.path.starts_with("/api/v2/");
            assert!(is_expected, "nobody expected {} {}", request.method, request.path);
            // A secret travels in the body alone: addresses and headers are written to logs on the way.
            super::leaks::assert_no_secret("the head of a request", request.head.as_bytes());
        }
    }
}

fn serve(mut stream: TcpStream, answer: &Answering, log: &Log) {
    while let Some(request) = read_request(&mut stream) {
        let mut earlier = 0;
        log.add(|arrivals| {
            earlier = arrivals.requests.len();
            arrivals.requests.push(request.clone());
        });
        match answer(&request, earlier) {
            Reply::Json(status, body) => {
                let length = body.len();
                let head = format!(
                    "HTTP/1.1 {status} Status\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
                );
                if stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes())).is_err()
                {
                    return;
                }
            }
            Reply::Raw(bytes) => {
                // The end goes out with the last byte: a client that sees the one before the other may use the
                // connection again.
                let _ = set_tcp_cork(&stream, true);
                let _ = stream.write_all(&bytes);
                let _ = stream.shutdown(Shutdown::Write);
                let _ = stream.read_to_end(&mut vec![]);
                return;
            }
            Reply::RawThenReset(bytes) => {
                let _ = stream.write_all(&bytes);
                reset(&stream);
                return;
            }
            Reply::Silence => {
                let _ = stream.read_to_end(&mut vec![]);
                return;
            }
            Reply::By(write) => {
                write(&mut stream);
                return;
            }
        }
    }
}

/// Closing with a linger of zero sends RST instead of FIN.
fn reset(stream: &TcpStream) {
    set_socket_linger(stream, Some(Duration::ZERO)).unwrap();
}

fn read_request(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = vec![];
    let mut chunk = [0; 4096];
    let head_end = loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        match stream.read(&mut chunk) {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&chunk[..count]),
        }
    };
    let head = String::from_utf8_lossy(&bytes[..head_end]).into_owned();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    while bytes.len() < head_end + length.unwrap_or(0) {
        match stream.read(&mut chunk) {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&chunk[..count]),
        }
    }
    let mut words = head.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    Some(Request { method, path, head, body: String::from_utf8_lossy(&bytes[head_end..]).into_owned() })
}
