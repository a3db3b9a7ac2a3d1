//! One file per command, named as typed: its arguments and its function together.
//! A command returns what it has to say; it prints nothing and knows no format.

pub(crate) mod agent_state;
pub mod api;
pub mod break_status;
pub mod completions;
pub mod config;
pub mod doctor;
pub mod explain;
pub mod login;
pub mod logout;
pub mod ping;
pub mod profiles;
pub mod sandbox;
pub mod schema;
pub mod tags;
pub mod watch;
pub mod wrapup;

pub use crate::app::console::Outcome;
