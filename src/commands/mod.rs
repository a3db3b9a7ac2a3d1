//! One file or folder per command, named as it is typed: its arguments, its `run`, and its document.

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
pub(crate) mod welcome;
pub mod wrapup;
