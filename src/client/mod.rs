//! The door to the server, and the only place that names the HTTP library.
//! Tolerant of what comes in, exact in what it returns.
//!
//! A request travels down and its reply up again:
//!
//! ```text
//! signed_in    one method per call: parameters in, a domain type out
//!   request_body · tags · break_status · wrapup · reach
//!   connection   attempts, limits, one pinned origin
//!     requests   how many there were, and how they ended
//!     connector  opens connections, through a proxy if there is one
//!       kept · proxies · tunnels · resolver · tls
//!     network_error  what a failure means
//!       error · handshakes · alerts
//!     reply_head · retry  whether a reply is refused, whether and when to retry
//!   envelope     whether a reply reports success
//!     codes · lenient · moments · items · spellings · icons
//! tag_filter   which notifications are wanted
//! ```

mod alerts;
pub mod budget;
pub mod connection;
mod connector;
pub mod error;
mod handshakes;
mod kept;
mod network_error;
pub mod proxies;
pub mod reach;
pub mod received;
pub mod replies;
mod reply_head;
pub mod request_body;
pub mod requests;
mod resolver;
pub mod retry;
pub mod signed_in;
pub mod tag_filter;
#[cfg(test)]
mod testing;
pub mod tls;
mod tunnels;

pub use budget::Budget;
pub use connection::{Connection, ConnectionOptions};
pub use error::{ApiError, ErrorClass, ErrorKind};
pub use proxies::Proxies;
pub use reach::{Reached, Sign};
pub use received::Received;
pub use replies::tags::{Reference, Tags};
pub use requests::Requests;
pub use retry::RetryPolicy;
pub use signed_in::{Answer, PING_PATH, Pong, RawReply, SignedIn};
pub use tag_filter::TagFilter;
pub use tls::Certificate;
pub use tunnels::ProxySource;
