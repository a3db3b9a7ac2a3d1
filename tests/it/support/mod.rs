//! What tests share: a hermetic home with the real binary, the program in-process, a fake server,
//! a screen, and a scanner that looks for leaked secrets after every single run.

pub mod fake_server;
pub mod in_process;
pub mod leaks;
pub mod overseer;
pub mod screen;
pub mod shift;
pub mod world;

pub use fake_server::{FakeServer, Reply};
pub use in_process::InProcess;
pub use screen::Screen;
pub use shift::{Poll, Shift};
pub use world::{Ran, Running, World};

/// How long a test waits for what must happen before it fails. Where much else runs, a program needs many times its
/// time.
pub const PATIENCE: std::time::Duration = std::time::Duration::from_secs(120);

/// A session id that looks different in every encoding, so that a leak in any of them is found.
pub const CANARY_SSID: &str = "ssid-CANARY\"7f\\3a/9c+e1%d5é-4b82-aa16-0c";
/// A token of the same sort.
pub const CANARY_TOKEN: &str = "token-CANARY\"b1\\8e/2d+f4%07é-93c5-5e7a";
