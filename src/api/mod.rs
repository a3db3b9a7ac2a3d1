//! The door to the server, and the only place that names the HTTP library.
//! Tolerant of what comes in, exact in what it hands on. It must not know the terminal.

pub mod break_status;
pub mod budget;
pub mod codes;
pub mod envelope;
pub mod error;
pub mod icons;
pub mod items;
pub mod lenient;
pub mod moments;
pub mod received;
pub mod retry;
pub mod spellings;
pub mod tags;
pub mod well_formed;
pub mod wrapup;

pub use budget::Budget;
pub use error::{ApiError, Fault, Trouble};
pub use received::Received;
pub use retry::RetryPolicy;
