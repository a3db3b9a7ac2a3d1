//! Connections that are kept between requests. A server may end one at any moment, also while a request is on its way
//! to it; many do so after 5 s without a request. That is no failure of the server.

use std::cell::Cell;
use std::sync::LazyLock;

use reqwest::{Client, ClientBuilder};
use tower::util::MapRequestLayer;

use crate::client::error::{ApiError, ErrorKind};
use crate::client::received::Received;

/// Two clients of one server.
pub(crate) struct Clients {
    /// Keeps connections for the next request.
    pub(crate) keeping: Client,
    /// Opens a connection for each request. Most commands never need it, so it is set up when one does.
    fresh: LazyLock<Option<Client>, Box<dyn FnOnce() -> Option<Client> + Send>>,
}

tokio::task_local! {
    /// Whether the exchange under way has begun to open a connection.
    static OPENS_A_CONNECTION: Cell<bool>;
}

impl Clients {
    pub(crate) fn build(builder: impl Fn() -> ClientBuilder + Send + 'static) -> reqwest::Result<Self> {
        // The library does not report whether it used a kept connection. A new one is opened within the exchange that
        // needs it, so the exchange can note that.
        let noting = MapRequestLayer::new(|destination| {
            let _ = OPENS_A_CONNECTION.try_with(|opens| opens.set(true));
            destination
        });
        let keeping = builder().connector_layer(noting).build()?;
        let fresh = move || builder().pool_max_idle_per_host(0).build().ok();
        Ok(Self { keeping, fresh: LazyLock::new(Box::new(fresh)) })
    }

    /// The client that opens a connection for each request, if one can be set up.
    pub(crate) fn fresh(&self) -> Option<&Client> {
        self.fresh.as_ref()
    }
}

/// Runs an exchange. Returns with its outcome whether a kept connection ended before the answer began.
pub(crate) async fn exchange(
    exchange: impl Future<Output = Result<Received, ApiError>>,
) -> (Result<Received, ApiError>, bool) {
    let observed = async {
        let outcome = exchange.await;
        (outcome, OPENS_A_CONNECTION.with(Cell::get))
    };
    let (outcome, is_new) = OPENS_A_CONNECTION.scope(Cell::new(false), observed).await;
    let has_ended = match &outcome {
        Err(error) => error.kind() == ErrorKind::Reset,
        // Some servers say so before they close it, whatever arrives meanwhile (RFC 9110, section 15.5.9).
        Ok(received) => received.status == 408,
    };
    (outcome, has_ended && !is_new)
}

#[cfg(test)]
mod tests;
