//! Following profiles until something ends it: source → difference → events → sinks.

#[cfg(test)]
mod checker;
pub mod run;
pub(crate) mod schedule;
pub mod sinks;
pub mod source;
pub mod view;
