//! How every sink words an event and lays it out.

mod sentence;
mod table;

#[cfg(test)]
mod tests;

pub use sentence::{sentence, words};
pub use table::{STREAM, table};
