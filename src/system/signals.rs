//! How a process learns of signals and of a reader that has left.

use std::time::Duration;

#[cfg(unix)]
mod unix;
#[cfg(unix)]
pub(crate) use unix::*;
#[cfg(windows)]
mod windows;
#[cfg(windows)]
pub(crate) use windows::*;

/// What ends a command from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StopReason {
    Interrupted,
    /// By SIGTERM, or because the terminal hung up.
    Terminated,
    TimedOut(Duration),
    #[cfg_attr(windows, expect(dead_code, reason = "Windows shows it by the next write only"))]
    ReaderGone,
}
