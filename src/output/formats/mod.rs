//! One file per format, each a function of the same [`crate::report::Report`].

pub mod delimited;
pub mod json;
pub mod plain_table;
pub mod problem;
pub mod render;
#[cfg(test)]
pub(crate) mod sample;
pub mod schema;
pub mod sentence;
pub mod table;
