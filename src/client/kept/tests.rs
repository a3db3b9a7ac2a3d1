use std::collections::HashSet;
use std::sync::{Arc, Barrier, Mutex};

use serde_json::value::RawValue;

use crate::client::replies::moments::india;
use crate::client::testing::{FakeServer, NO_TAGS, Reply, options, sign_in};
use crate::client::{Answer, ErrorKind, PING_PATH, Reference, SignedIn, Tags};

use super::ApiError;

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

    fn reply(self) -> Reply {
        match self {
            Self::Closed => Reply::Closed(vec![]),
            Self::Reset => Reply::Reset(vec![]),
            Self::TimedOut => Reply::with_headers("408 Request Timeout", &["Connection: close"], ""),
        }
    }
}

/// Answers the first request on each connection, and ends the connection as the next one arrives on it.
fn ends_kept_connections(ending: Ending, body: &'static str) -> FakeServer {
    let served = Mutex::new(HashSet::new());
    FakeServer::answering(move |request, _| {
        if served.lock().unwrap().insert(request.peer) { Reply::ok(body) } else { ending.reply() }
    })
}

/// One attempt for each call, as in a watch.
fn with_one_attempt(server: &FakeServer) -> SignedIn {
    let mut options = options(&server.url());
    options.budget = options.budget.with_attempts(1);
    sign_in(options)
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
        let server = FakeServer::answering(move |_, earlier| match earlier {
            0..3 => {
                arrived.wait();
                Reply::ok(NO_TAGS)
            }
            3 => ending.reply(),
            // Not even a new connection is answered.
            _ => Reply::Closed(vec![]),
        });
        let agent = with_one_attempt(&server);
        for answer in <[_; 3]>::from(tokio::join!(tags(&agent), tags(&agent), tags(&agent))) {
            answer.unwrap();
        }
        let error = tags(&agent).await.unwrap_err();
        assert_eq!((error.kind().word(), error.was_sent()), ("reset", true), "{ending:?}");
        assert_eq!(server.arrivals().len(), 5, "{ending:?}");
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
        assert_eq!(server.arrivals().len(), 2, "{ending:?}");
        tags(&agent).await.unwrap();
        match (agent.call("Agent/live", &body).await, ending) {
            (Ok(answer), Ending::TimedOut) => assert_eq!(answer.value.status, 408),
            (Err(error), _) => assert_eq!(error.kind(), ErrorKind::Reset, "{ending:?}"),
            (other, _) => panic!("{ending:?}: {other:?}"),
        }
        assert_eq!(server.arrivals().len(), 4, "{ending:?}");
    }
}
