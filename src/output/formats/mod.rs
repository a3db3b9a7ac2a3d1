//! One file per format, each a function of the same [`crate::report::Report`].

pub mod delimited;
pub(crate) mod json;
pub(crate) mod plain_table;
pub(crate) mod problem;
pub mod render;
#[cfg(test)]
pub(crate) mod sample;
pub(crate) mod schema;
pub(crate) mod sentence;
pub(crate) mod table;
