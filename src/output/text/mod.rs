//! What happens to a text before it may be shown.

pub mod mask;
pub mod redact;
pub mod sanitize;
pub mod style;
pub mod times;
pub mod width;
