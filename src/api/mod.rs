//! The door to the server, and the only place that names the HTTP library.
//! Tolerant of what comes in, exact in what it hands on. It must not know the terminal.

pub mod budget;
pub mod codes;
pub mod error;
pub mod lenient;
pub mod moments;
pub mod retry;
pub mod well_formed;

pub use budget::Budget;
pub use error::{ApiError, Fault, Trouble};
pub use retry::RetryPolicy;
