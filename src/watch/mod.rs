//! `deepcall watch`: poll → look → difference → events → sink.
//! What stands here is pure: it is handed times and answers, and knows no clock, network or terminal.
//!
//! For each profile there is one [`schedule::Schedule`] (when to poll), one [`health::Health`] (how the
//! polls fare), one [`diff::Memory`] (what was told) and one [`alerts::Told`] (which limits were told as crossed).

pub mod board;
#[cfg(test)]
mod checker;
pub mod followed;
pub mod reaction;
pub mod run;
pub mod schedule;
pub mod sink;
pub mod source;
pub mod stream;
