//! What makes a break, a wrap-up, an agent or a notification the same one again. The rules and their reasons are in
//! `docs/architecture.md`, "What makes things the same".
//!
//! A server may compute anew, for each answer, what it reports about a thing that has not changed. So evidence over
//! time, at which polls something was already seen, comes before the values themselves.

pub(crate) mod comparison;
mod content;
pub mod fingerprint;
pub mod hidden;
mod known;
pub(crate) mod seen;
pub(crate) mod start;
pub(crate) mod value;

#[cfg(test)]
mod tests;
