//! What every command works with: the settings in force, the streams, the sessions that were chosen.

pub mod console;
pub mod environment;
pub mod fleet;
pub mod options;
pub mod panics;
pub mod progress;
pub mod prompt;
pub mod renderer;
pub mod settings;
pub mod sign_in;
pub mod streams;
