//! Starts [`deepcall::run`] and returns its exit code; nothing else.

use std::process::ExitCode;

fn main() -> ExitCode {
    let status = deepcall::run(std::env::args_os(), deepcall::Environment::of_this_process());
    ExitCode::from(status.code())
}
