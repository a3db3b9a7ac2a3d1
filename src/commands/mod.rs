//! One file or folder per command, named as it is typed: its arguments, its `run`, and its document.

pub(crate) mod api;
pub(crate) mod break_status;
pub mod completions;
pub mod config;
pub(crate) mod coverage;
pub(crate) mod doctor;
pub(crate) mod explain;
pub(crate) mod journal;
pub(crate) mod login;
pub(crate) mod logout;
pub(crate) mod ping;
pub(crate) mod profiles;
pub(crate) mod record;
pub(crate) mod recorded;
pub(crate) mod sandbox;
pub mod schema;
pub(crate) mod serve;
pub(crate) mod shift;
pub(crate) mod state_report;
pub(crate) mod status;
pub mod tags;
pub(crate) mod watch;
pub(crate) mod welcome;
pub(crate) mod window;
pub(crate) mod wrapup;
