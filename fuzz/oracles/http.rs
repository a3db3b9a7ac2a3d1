//! The bytes of a reply on a real socket: a reply by the book arrives whole, nothing is sent twice, nothing waits.

use std::cell::RefCell;

use deepcall::client::error::ErrorKind;
use deepcall::client::replies::codes::Module;
use deepcall::client::replies::envelope::outcome;
use deepcall::client::request_body::RequestBody;
use deepcall::client::{ApiError, Budget, Connection, ConnectionOptions, Received, RetryPolicy};
use deepcall::clock::Clock;
use deepcall::store::{Credentials, Secret, ServerUrl};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

const SECRET: &str = "ssid-0123456789abcdef";
const BODY_LIMIT: usize = 8 << 20;

thread_local! {
    static WIRE: RefCell<Wire> = RefCell::new(Wire::new());
}

/// A client and its server, both on one thread.
struct Wire {
    runtime: Runtime,
    listener: TcpListener,
    connection: Connection,
    body: RequestBody,
}

impl Wire {
    fn new() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let mut options = ConnectionOptions::new(ServerUrl::parse(&origin).unwrap(), Clock::system());
        options.budget = Budget::standard().with_attempts(1);
        let credentials = Credentials::Ssid(Secret::new(SECRET.to_owned()));
        let body = RequestBody::new(&credentials, serde_json::from_str("{}").unwrap()).unwrap();
        let connection = runtime.block_on(async { Connection::open(options) }).unwrap();
        Self { runtime, listener, connection, body }
    }

    /// What the client makes of these bytes. A second connection would find no server and end as a timeout.
    fn answer(&self, bytes: &[u8]) -> Result<Received, ApiError> {
        let serve = async {
            let (mut stream, _) = self.listener.accept().await.unwrap();
            let mut request = vec![];
            // The body is an object, and the last thing in a request.
            while !request.ends_with(b"}") {
                assert_ne!(stream.read_buf(&mut request).await.unwrap(), 0, "half a request");
            }
            // The client may have seen enough and left.
            let _ = stream.write_all(bytes).await;
            let _ = stream.shutdown().await;
            // Until it has closed its side too, so that no later question finds this connection.
            let _ = stream.read_to_end(&mut request).await;
        };
        let request = self.connection.post("tags", &self.body, RetryPolicy::Read, Ok);
        self.runtime.block_on(async { tokio::join!(request, serve) }).0
    }
}

/// The input is what the server sends before it closes the connection.
pub fn check(input: &[u8]) {
    let answered = WIRE.with_borrow(|wire| wire.answer(input));
    if let Err(error) = &answered {
        assert_ne!(error.kind(), ErrorKind::Timeout, "it waited, or sent twice");
        assert!(!format!("{error:?}").contains(SECRET));
    }
    let by_the_book = by_the_book(input);
    match (answered, by_the_book) {
        (Ok(received), Some((status, body))) => {
            assert_eq!((received.status, received.body.as_bytes()), (status, body));
        }
        (Err(error), Some(_)) => panic!("a reply by the book was refused: {error:?}"),
        (Ok(received), None) => {
            let is_no_answer = matches!(received.status, 0..200 | 300..400);
            assert!(!is_no_answer || outcome(&received, Module::Tags).is_err(), "{}", received.status);
            assert!(!matches!(received.status, 301..=303 | 307 | 308), "{}", received.status);
            assert!(received.body.as_bytes().len() <= BODY_LIMIT);
            assert!(is_made_of(received.body.as_bytes(), input), "the body does not come from the server");
        }
        (Err(_), None) => {}
    }
}

/// Status and body of a reply in which everything is as simple as can be.
fn by_the_book(reply: &[u8]) -> Option<(u16, &[u8])> {
    let head_end = reply.windows(4).position(|window| window == b"\r\n\r\n")?;
    let (head, body) = (std::str::from_utf8(&reply[..head_end]).ok()?, &reply[head_end + 4..]);
    let mut lines = head.split("\r\n");
    let (status, reason) = lines.next()?.strip_prefix("HTTP/1.1 ")?.split_at_checked(3)?;
    let status: u16 = status.bytes().all(|digit| digit.is_ascii_digit()).then(|| status.parse().ok())??;
    let is_plain = |text: &str| text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if !matches!(status, 200..=203 | 206..=299 | 400..=599) || !reason.starts_with(' ') || !is_plain(reason) {
        return None;
    }
    let mut length = None;
    for line in lines.by_ref() {
        let (name, value) = line.split_once(": ")?;
        match name {
            "Content-Length" if length.is_none() => length = Some(value),
            "Content-Type" | "Date" | "ETag" | "Server" | "Retry-After" if is_plain(value) => {}
            _ => return None,
        }
    }
    (length? == body.len().to_string() && head.len() < 4096 && head.lines().count() < 50)
        .then_some((status, body))
}

/// Whether the bytes are in the input in this order, perhaps with others between them.
fn is_made_of(body: &[u8], input: &[u8]) -> bool {
    let mut rest = input.iter();
    body.iter().all(|byte| rest.any(|other| other == byte))
}
