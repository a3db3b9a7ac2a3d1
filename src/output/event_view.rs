//! How an event is worded and laid out, for every sink alike.

mod sentence;
mod table;

#[cfg(test)]
mod tests;

pub use sentence::{sentence, words};
pub use table::{STREAM, table};
