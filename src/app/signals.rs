//! What ends a command from outside, as a failure; and the runtime of a command.

use crate::failure::Failure;
use crate::system::signals::look_for_descriptors;

pub(crate) use crate::system::signals::{
    Continued, HeldSignals, Poller, StopReason, Waker, may_be_stopped, stdout_reader_is_gone,
};

impl From<StopReason> for Failure {
    fn from(reason: StopReason) -> Self {
        match reason {
            StopReason::Interrupted => Self::interrupted(),
            StopReason::Terminated => Self::terminated(),
            StopReason::TimedOut(limit) => Self::timed_out(limit),
            StopReason::ReaderGone => Self::closed_pipe(),
        }
    }
}

/// Runs a future on this thread.
///
/// # Errors
/// The future's own failure, or that there is no runtime.
pub(crate) fn on_one_thread<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let cannot_start = |error: std::io::Error| Failure::failed("runtime", "cannot start").caused_by(&error);
    look_for_descriptors().map_err(cannot_start)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(cannot_start)?;
    let outcome = runtime.block_on(work);
    // A name look-up that hangs in a thread of its own must not hold up the exit.
    runtime.shutdown_background();
    outcome
}
