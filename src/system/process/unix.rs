//! Core dumps, limits and process ids as Unix has them.

use std::io;
use std::sync::Arc;

use rustix::io::Errno;
use rustix::process::{Pid, Signal, test_kill_process};

/// Prevents a core dump, which could contain a secret, and access of the same user's other processes to the memory. If
/// the system cannot do this, the program works nevertheless, and `-v` reports it.
#[cfg(target_os = "linux")]
pub(crate) fn forbid_core_dumps() -> io::Result<()> {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};
    Ok(set_dumpable_behavior(DumpableBehavior::NotDumpable)?)
}

/// Other systems have no such call.
#[cfg(not(target_os = "linux"))]
#[expect(clippy::unnecessary_wraps, reason = "Linux has one, and may refuse it")]
pub(crate) fn forbid_core_dumps() -> io::Result<()> {
    Ok(())
}

/// A process that exceeds the limit on file sizes is killed by a signal, unless it handles it; then the write fails.
pub(crate) fn outlive_file_size_limits() {
    let _ = signal_hook::flag::register(Signal::XFSZ.as_raw(), Arc::default());
}

/// Whether [`is_running`] knows.
pub(crate) const CAN_SEE_OTHERS: bool = true;

/// Whether there is a process with this id.
pub(crate) fn is_running(process: u32) -> bool {
    i32::try_from(process)
        .ok()
        .and_then(Pid::from_raw)
        .is_some_and(|process| test_kill_process(process) != Err(Errno::SRCH))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::process::{DumpableBehavior, dumpable_behavior};

    use super::*;

    #[test]
    fn a_process_that_may_hold_a_secret_leaves_no_core() {
        forbid_core_dumps().unwrap();
        assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
    }
}
