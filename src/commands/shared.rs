//! What several commands do.

pub(crate) mod coverage;
pub(crate) mod journal_first;
pub(crate) mod state_report;
pub(crate) mod window;
