//! Masks, redacts, sanitizes and measures text before it is shown.

pub(crate) mod figures;
pub(crate) mod mask;
pub(crate) mod profiles;
pub mod redact;
pub mod sanitize;
pub(crate) mod style;
pub mod terminal;
pub mod times;
pub mod width;
