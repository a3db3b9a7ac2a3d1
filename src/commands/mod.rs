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

use crate::failure::ExitStatus;
use crate::report::Report;

/// What a command has to say, and how the program ends.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What it has to say.
    pub report: Report,
    /// How the program ends.
    pub status: ExitStatus,
}

impl Outcome {
    /// Said and done.
    #[must_use]
    pub fn done(report: Report) -> Self {
        Self { report, status: ExitStatus::Done }
    }
}
