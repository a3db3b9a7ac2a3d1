//! What tests share: the fake DeepCall, a hermetic home with the real binary, the program in-process, a screen, a watch
//! under a clock of its own, and a scanner that looks for leaked secrets after every single run.

#[path = "../../../src/client/testing/fake_server.rs"]
pub mod fake_server;
pub mod in_process;
pub mod leaks;
pub mod overseer;
pub mod screen;
pub mod shift;
pub mod spacing_marks;
pub mod world;

pub use fake_server::{
    EXPIRED, FakeServer, IN_WRAPUP, NO_TAGS, NOT_IN_WRAPUP, NOT_ON_BREAK, ON_BREAK, PATIENCE, Reply,
    WRONG_PARAMETERS,
};
pub use in_process::InProcess;
pub use leaks::{CANARY_SSID, CANARY_TOKEN, assert_no_secret};
pub use screen::Screen;
pub use shift::{Poll, Shift};
pub use world::{Ran, Running, World};
