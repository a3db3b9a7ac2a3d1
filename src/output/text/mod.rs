//! Masks, redacts, sanitizes and measures text before it is shown.

pub mod mask;
pub mod redact;
pub mod sanitize;
pub mod style;
pub mod times;
pub mod width;
