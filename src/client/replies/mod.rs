//! Readers of replies: the envelope, its code, and the answer in it.

pub mod agent_name;
pub mod break_status;
pub mod codes;
pub mod envelope;
pub mod icons;
pub mod items;
pub mod lenient;
pub mod moments;
pub mod spellings;
pub mod tags;
pub mod wrapup;
