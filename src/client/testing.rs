//! Sessions at the fake server, for the tests of requests.

use std::sync::Arc;
use std::time::Duration;

use crate::client::budget::Budget;
use crate::client::connection::{Connection, ConnectionOptions};
use crate::client::signed_in::SignedIn;
use crate::clock::Clock;
use crate::store::{Credentials, Secret, ServerUrl};

pub(crate) mod fake_server;
pub(crate) mod tls_server;

pub(crate) use fake_server::{FakeServer, NO_TAGS, Nobody, Reply, WRONG_PARAMETERS, response};

/// The secret that no log, error, head of a request or second server may contain.
pub(crate) const SECRET: &str = "the-secret-ssid";

pub(crate) fn assert_no_secret(what: &str, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    assert!(!text.contains(SECRET), "{what} holds the secret: {text}");
}

/// Connections to this address, with next to no waiting between attempts.
pub(crate) fn options(url: &str) -> ConnectionOptions {
    let mut options = ConnectionOptions::new(ServerUrl::parse(url).unwrap(), Clock::system());
    options.budget = Budget { back_off: Duration::from_millis(5), ..Budget::standard() };
    options
}

pub(crate) fn sign_in(options: ConnectionOptions) -> SignedIn {
    let credentials = Credentials::Ssid(Secret::new(SECRET.to_owned()));
    let connection = Arc::new(Connection::open(options).unwrap());
    SignedIn { profile: "asha".to_owned(), connection, credentials }
}

impl FakeServer {
    pub(crate) fn sign_in(&self) -> SignedIn {
        sign_in(options(&self.url()))
    }
}
