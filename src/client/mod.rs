//! The door to the server, and the only place that names the HTTP library.
//! Tolerant of what comes in, exact in what it hands on. It must not know the terminal.
//!
//! A question travels down and its answer up again:
//!
//! ```text
//! signed_in    one method per call: parameters in, a domain type out
//!   request_body · tags · break_status · wrapup · ping · raw_call · reach
//!   connection   attempts, limits, one pinned origin
//!     proxies · tls · resolver · wire_fault
//!     retry      whether and when to ask again
//!   envelope     what a reply says about itself
//!     codes · lenient · moments · items · spellings · icons
//! ```

pub mod budget;
pub mod connection;
pub mod error;
#[cfg(test)]
mod fake_server;
pub mod ping;
pub mod proxies;
pub mod raw_call;
pub mod reach;
pub mod received;
pub mod replies;
pub mod request_body;
mod resolver;
pub mod retry;
pub mod signed_in;
pub mod tls;
mod wire_fault;

pub use budget::Budget;
pub use connection::{Connection, ConnectionOptions};
pub use error::{ApiError, Fault, Trouble};
pub use ping::Pong;
pub use proxies::Proxies;
pub use raw_call::RawReply;
pub use reach::{Reached, Sign};
pub use received::Received;
pub use replies::break_status::BreakStatus;
pub use replies::tags::{Notification, Reference, Tags};
pub use replies::wrapup::Wrapup;
pub use retry::RetryPolicy;
pub use signed_in::{Answer, SignedIn};
pub use tls::Certificate;
