//! From a [`report::Report`] to the last byte on stdout or stderr. It must not know the network.

pub mod cell;
pub mod delimited;
pub mod fit;
pub mod grid;
pub mod jq;
pub mod json;
pub mod mask;
pub mod panics;
pub mod plain;
pub mod presentation;
pub mod problem;
pub mod progress;
pub mod raw_json;
pub mod redact;
pub mod render;
pub mod report;
pub mod sanitize;
pub mod schema;
pub mod select;
pub mod sentence;
pub mod streams;
pub mod style;
pub mod table;
pub mod times;
pub mod width;

#[cfg(test)]
pub(crate) mod payloads;
#[cfg(test)]
mod sample;
