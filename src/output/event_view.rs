//! How every sink words an event and lays it out.

mod fold;
mod sentence;
mod table;

#[cfg(test)]
mod tests;

pub(crate) use fold::{Folded, LONGEST_ROUND, can_join, fold};
pub(crate) use sentence::{sentence, words};
pub(crate) use table::{STREAM, table};
