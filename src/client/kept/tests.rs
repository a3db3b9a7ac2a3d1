use std::collections::HashSet;
use std::io::Write;
use std::net::TcpStream;
use std::sync::{Arc, Barrier, Mutex};
use std::time::Duration;

use serde_json::value::RawValue;

use crate::client::fake_server::{FakeServer, SECRET, ok, quick, reply, sign_in};
use crate::client::replies::moments::india;
use crate::client::{Answer, ErrorKind, PING_PATH, Reference, SignedIn, Tags};
use crate::store::{Credentials, Secret};

use super::ApiError;

const NO_TAGS: &str = r#"{"data":[],"iconDetails":[],"status":"success","code":200}"#;

async fn tags(agent: &SignedIn) -> Result<Answer<Tags>, ApiError> {
    agent.tags(&Reference::AsTrue, &india(), Some).await
}

/// How a server lets go of a connection that it has kept.
#[derive(Clone, Copy, Debug)]
enum Ending {
    /// It closes it as the next request arrives.
    Closed,
    /// It resets it as the next request arrives.
    Reset,
    /// It answers that it has waited too long for a request.
    TimedOut,
}

impl Ending {
    const ALL: [Self; 3] = [Self::Closed, Self::Reset, Self::TimedOut];

    fn of(self, stream: &mut TcpStream) {
        match self {
            Self::Closed => {}
            Self::Reset => {
                rustix::net::sockopt::set_socket_linger(&*stream, Some(Duration::ZERO)).unwrap();
            }
            Self::TimedOut => {
                let _ =
                    stream.write_all(reply("408 Request Timeout", "Connection: close\r\n", "").as_bytes());
            }
        }
    }
}

/// Answers the first request on each connection, and ends the connection as the next one arrives on it.
fn ends_kept_connections(ending: Ending, body: &'static str) -> FakeServer {
    let served = Mutex::new(HashSet::new());
    FakeServer::start(move |_, stream| {
        if served.lock().unwrap().insert(stream.peer_addr().unwrap()) {
            return stream.write_all(ok(body).as_bytes()).is_ok();
        }
        ending.of(stream);
        false
    })
}

/// One attempt for each call, as in a watch.
fn with_one_attempt(server: &FakeServer) -> SignedIn {
    let mut options = server.options();
    options.budget = quick().with_attempts(1);
    sign_in(options, Credentials::Ssid(Secret::new(SECRET.to_owned())))
}

#[tokio::test]
async fn a_read_whose_kept_connection_has_ended_is_sent_again_at_once_on_a_new_one() {
    const BODY: &str = r#"{"data":{"on_break":0,"response":0},"status":"success","code":200}"#;
    let zone = india();
    for ending in Ending::ALL {
        let agent = with_one_attempt(&ends_kept_connections(ending, BODY));
        for call in 0..6 {
            let shown = match call % 3 {
                0 => agent.break_status(&zone).await.map(|answer| (answer.was_resent, answer.lost_a_reply)),
                1 => agent.wrapup(&zone).await.map(|answer| (answer.was_resent, answer.lost_a_reply)),
                _ => agent.verify().await.map(|answer| (answer.was_resent, answer.lost_a_reply)),
            };
            assert!(matches!(shown, Ok((_, false))), "{ending:?}, call {call}: {shown:?}");
        }
        let agent = with_one_attempt(&ends_kept_connections(ending, NO_TAGS));
        assert!(!tags(&agent).await.unwrap().was_resent, "{ending:?}");
        let second = tags(&agent).await.unwrap();
        assert!(second.was_resent && !second.lost_a_reply && second.notes.is_empty(), "{ending:?}");
    }
}

#[tokio::test]
async fn a_request_is_sent_again_at_most_once_in_a_call_however_many_connections_have_ended() {
    for ending in Ending::ALL {
        // Three kept connections: nobody is answered before all three requests have arrived.
        let arrived = Arc::new(Barrier::new(3));
        let server = FakeServer::start(move |number, stream| match number {
            0..3 => {
                arrived.wait();
                stream.write_all(ok(NO_TAGS).as_bytes()).is_ok()
            }
            3 => {
                ending.of(stream);
                false
            }
            // Not even a new connection is answered.
            _ => false,
        });
        let agent = with_one_attempt(&server);
        for answer in <[_; 3]>::from(tokio::join!(tags(&agent), tags(&agent), tags(&agent))) {
            answer.unwrap();
        }
        let error = tags(&agent).await.unwrap_err();
        assert_eq!((error.kind().word(), error.was_sent()), ("reset", true), "{ending:?}");
        assert_eq!(server.requests().len(), 5, "{ending:?}");
    }
}

#[tokio::test]
async fn what_may_change_something_is_not_sent_again_when_a_kept_connection_has_ended() {
    let body: Box<RawValue> = serde_json::from_str("{}").unwrap();
    for ending in Ending::ALL {
        let server = ends_kept_connections(ending, NO_TAGS);
        let agent = with_one_attempt(&server);
        tags(&agent).await.unwrap();
        let kind = agent.ping(PING_PATH, &body).await.unwrap_err().kind();
        assert!(matches!(kind, ErrorKind::Reset | ErrorKind::Server), "{ending:?}: {kind:?}");
        assert_eq!(server.requests().len(), 2, "{ending:?}");
        tags(&agent).await.unwrap();
        match (agent.call("Agent/live", &body).await, ending) {
            (Ok(answer), Ending::TimedOut) => assert_eq!(answer.value.status, 408),
            (Err(error), _) => assert_eq!(error.kind(), ErrorKind::Reset, "{ending:?}"),
            (other, _) => panic!("{ending:?}: {other:?}"),
        }
        assert_eq!(server.requests().len(), 4, "{ending:?}");
    }
}
