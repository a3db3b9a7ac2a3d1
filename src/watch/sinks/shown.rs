//! What the board and the wall both show, as harmless text: which words, marks and figures, but not where.

pub(crate) mod agent;
pub(crate) mod event;
pub(crate) mod names;
pub(crate) mod summary;
pub(crate) mod today;
pub(crate) mod wording;
