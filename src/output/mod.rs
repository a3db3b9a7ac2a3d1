//! Turns a [`crate::report::Report`] into bytes.

pub(crate) mod cell;
pub(crate) mod event_view;
pub mod formats;
pub(crate) mod jq;
#[cfg(test)]
pub(crate) mod payloads;
pub mod presentation;
pub(crate) mod shape;
pub mod table_view;
pub mod text;

#[cfg(test)]
use text::sanitize;
