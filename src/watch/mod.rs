//! `deepcall watch`: poll → look → difference → events → sink.
//! What stands here is pure: it is handed times and answers, and knows no clock, network or terminal.
//!
//! For each profile there is one [`schedule::Schedule`] (when to poll), one [`health::Health`] (how the
//! polls fare), one [`diff::Memory`] (what was told) and one [`alerts::Told`] (which limits were told as crossed).

pub mod alerts;
pub mod board;
pub mod diff;
pub mod event;
mod fingerprint;
pub mod followed;
pub mod health;
pub mod limit;
pub mod look;
pub mod pause;
pub mod poll;
pub mod reaction;
pub mod reading;
pub mod run;
pub mod schedule;
pub mod seen;
pub mod sink;
pub mod snapshot;
pub mod stream;
pub mod until;

#[cfg(test)]
mod checker;
#[cfg(test)]
mod samples;
