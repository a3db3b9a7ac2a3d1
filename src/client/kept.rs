//! Connections that are kept between requests. A server may end one at any moment, also while a request is on its way
//! to it; many do so after 5 s without a request. That is no failure of the server.

use std::cell::Cell;

use crate::client::error::{ApiError, ErrorKind};
use crate::client::received::Received;

tokio::task_local! {
    /// Whether the exchange under way has begun to open a connection.
    static OPENS_A_CONNECTION: Cell<bool>;
}

/// The library does not report whether it used a kept connection. A new one is opened within the exchange that needs it, so
/// the exchange can note that.
pub(crate) fn note_new_connection() {
    let _ = OPENS_A_CONNECTION.try_with(|opens| opens.set(true));
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
