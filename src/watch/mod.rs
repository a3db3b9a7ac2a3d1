//! Follows profiles until the watch ends: source → difference → events → sinks.

#[cfg(test)]
mod checker;
pub mod run;
pub(crate) mod schedule;
pub mod sinks;
pub mod source;
pub mod view;
