//! Starts [`deepcall::run`] and returns its exit code; nothing else.

use std::panic::catch_unwind;
use std::process::ExitCode;

fn main() -> ExitCode {
    let run = || deepcall::run(std::env::args_os(), deepcall::Environment::of_this_process());
    // A panic has been told by then. It ends like every other failure of this program.
    let status = catch_unwind(run).unwrap_or(deepcall::ExitStatus::Failed);
    ExitCode::from(status.code())
}
