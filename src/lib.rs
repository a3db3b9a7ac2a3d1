//! `deepcall`: notification tags, breaks and wrap-ups of DeepCall agents.
//!
//! Arrows only point down; `tests/it/layers.rs` holds them to it:
//!
//! ```text
//! main
//!   lib            run(arguments, Environment) -> ExitStatus
//!     dispatch     one match: hands each command its parts, renders what it returns
//!       cli        what can be typed
//!       commands   one file per command: its arguments and its function
//!         watch    poll → difference → events → sink
//!         fleet    one question to many profiles
//!         sign_in  opens stored sessions          prompt  asks a person
//!           settings     option > variable > profile > config file > default
//!           environment  what the process was given, read once
//!           config_file  config.toml              failure  message, hints, exit code
//!             api        the door to the server   output   from a report to the last byte
//!             session    credentials and stores   sandbox  a simulated server
//!               clock    moment    nearest    zones
//!               scan     goes over JSON once: checks it, finds its pieces
//!                 raw    JSON as the server wrote it
//!                   text    shared, never copied      eight    bytes at a time
//! ```

pub mod api;
pub mod cli;
pub mod clock;
pub mod commands;
pub mod config_file;
pub mod dispatch;
pub mod eight;
pub mod environment;
pub mod failure;
pub mod fleet;
pub mod moment;
pub mod nearest;
pub mod output;
pub mod prompt;
pub mod raw;
pub mod sandbox;
pub mod scan;
pub mod session;
pub mod settings;
pub mod sign_in;
pub mod text;
pub mod watch;
pub mod zones;

use std::ffi::OsString;

pub use environment::Environment;
pub use failure::ExitStatus;

/// Runs the program once: the whole of `deepcall`, callable from a test.
#[must_use]
pub fn run(arguments: impl IntoIterator<Item = OsString>, environment: Environment) -> ExitStatus {
    dispatch::dispatch(arguments.into_iter().collect(), environment)
}
