//! What help shows beyond the definition itself, and what a shell offers at Tab.

pub mod candidates;
pub mod examples;
pub(crate) mod order;
pub(crate) mod shape;
