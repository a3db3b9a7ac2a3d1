//! `deepcall`: notification tags, breaks and wrap-ups of DeepCall agents.
//!
//! Arrows only point down; `tests/it/layers.rs` holds them to it:
//!
//! ```text
//! main
//!   lib            run(arguments, Environment) -> ExitStatus
//!     dispatch     one match: hands each command its parts, renders what it returns
//!       cli        what can be typed                 help     examples, completion at Tab
//!         commands one file per command: its arguments and its function
//!           app    options, settings, sessions, streams
//!             watch      poll → difference → events → sink
//!               failure  message, hints, exit code
//!                 client the door to the server      output   from a report to the last byte
//!                   floor    answers, what changed between two of them, events
//!                     report what there is to show   store    credentials and where they are kept
//!                       sandbox  a simulated server
//! ```

pub mod app;
pub mod cli;
pub mod client;
pub mod clock;
pub mod commands;
pub mod dispatch;
pub mod failure;
pub mod floor;
pub mod help;
pub mod json;
pub mod moment;
pub mod nearest;
pub mod output;
pub mod report;
pub mod sandbox;
pub mod store;
pub mod watch;

use std::ffi::OsString;

pub use app::environment::Environment;
pub use failure::ExitStatus;

/// Runs the program once: the whole of `deepcall`, callable from a test.
#[must_use]
pub fn run(arguments: impl IntoIterator<Item = OsString>, environment: Environment) -> ExitStatus {
    dispatch::dispatch(arguments.into_iter().collect(), environment)
}
