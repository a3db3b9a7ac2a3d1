//! Processes as Windows has them.

use std::io;

/// Windows lets the same user read the memory of a process, and a program cannot refuse.
#[expect(clippy::unnecessary_wraps, reason = "Linux may refuse")]
pub(crate) fn forbid_core_dumps() -> io::Result<()> {
    Ok(())
}

/// There are none.
pub(crate) fn outlive_file_size_limits() {}

/// Whether [`is_running`] knows.
pub(crate) const CAN_SEE_OTHERS: bool = false;

/// Not known without a call that the standard library lacks.
pub(crate) fn is_running(_process: u32) -> bool {
    false
}
