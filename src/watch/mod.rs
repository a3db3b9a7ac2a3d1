//! Follows profiles until the watch ends: source → difference → events → sinks.

#[cfg(test)]
mod checker;
mod kind_check;
pub(crate) mod recorder;
pub mod run;
pub(crate) mod schedule;
pub mod sinks;
pub mod source;
pub mod view;
