//! The call floor as the program knows it: answers, what changed between two of them, and the events that report it.
//! Pure: it is handed times and answers, and knows no clock, network or terminal.

pub mod alerts;
pub mod answer;
pub(crate) mod condition;
pub mod counters;
pub(crate) mod delivery_mode;
pub mod diff;
pub mod event;
pub mod health;
pub mod identity;
pub mod kind;
pub mod overview;
pub mod pause;
pub mod poll_result;
pub mod shift;
pub(crate) mod state;
pub mod timeline;

#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
pub(crate) mod simulated;
