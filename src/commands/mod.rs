//! One file or folder per command, named as it is typed: its arguments, its `run`, and its document; in `shared`, what several of
//! them do.

pub(crate) mod api;
pub(crate) mod break_status;
pub mod completions;
pub mod config;
pub(crate) mod doctor;
pub(crate) mod explain;
pub(crate) mod journal;
pub(crate) mod login;
pub(crate) mod logout;
pub(crate) mod ping;
pub(crate) mod profiles;
pub(crate) mod record;
pub(crate) mod sandbox;
pub mod schema;
pub(crate) mod serve;
pub(crate) mod shared;
pub(crate) mod shift;
pub(crate) mod status;
pub mod tags;
pub(crate) mod watch;
pub(crate) mod welcome;
pub(crate) mod wrapup;
