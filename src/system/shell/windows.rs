//! `cmd /C`.

use std::os::windows::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitStatus};

use tokio::process::Child;
use win32job::Job;

/// Every Windows has it.
pub(crate) const USUAL_EDITOR: &str = "notepad";

/// Ctrl-C of the console does not reach a group of its own.
const CREATE_NEW_PROCESS_GROUP: u32 = 0x0200;

/// The variable that names the file of [`command_on`].
const FILE: &str = "EDITED_FILE";

/// `/D` runs nothing that a registry key names, and `/S` takes the line as it is between two quotes.
pub(crate) fn command(line: &str) -> Command {
    let mut command = Command::new("cmd");
    command.raw_arg(format!("/D /S /C \"{line}\""));
    command
}

/// The name of the file is in a variable: `cmd` would read a `%` in its command.
pub(crate) fn command_on(line: &str, file: &Path) -> Command {
    let mut command = command(&format!("{line} \"%{FILE}%\""));
    command.env(FILE, file);
    command
}

/// A line that sets a variable for the commands after it.
pub(crate) fn assignment(name: &str, value: &str) -> String {
    format!("set \"{name}={value}\"\n")
}

/// So that Ctrl-C reaches only this program.
pub(crate) fn set_apart(command: &mut Command) {
    command.creation_flags(CREATE_NEW_PROCESS_GROUP);
}

/// A command with all that it started. `None` where the system gives no job; then only the shell is ended.
pub(crate) struct Group(Option<Job>);

impl Group {
    pub(crate) fn of(command: &Child) -> Self {
        let in_job = || {
            let job = Job::create().ok()?;
            let mut limits = job.query_extended_limit_info().ok()?;
            job.set_extended_limit_info(limits.limit_kill_on_job_close()).ok()?;
            job.assign_process(command.raw_handle()? as isize).ok()?;
            Some(job)
        };
        Self(in_job())
    }

    /// Ends a command that runs, and its children.
    pub(crate) fn end(&mut self, command: &mut Child) {
        let has_ended = command.id().is_none();
        let Some(job) = self.0.take() else {
            let _ = command.start_kill();
            return;
        };
        // What a command that has ended left running goes on. Otherwise all ends with the job, which is closed here.
        if has_ended && let Ok(mut limits) = job.query_extended_limit_info() {
            let _ = job.set_extended_limit_info(limits.clear_limits());
        }
    }
}

/// How a command that failed has ended.
pub(crate) fn ending(status: ExitStatus, _last: &str) -> String {
    match status.code() {
        Some(code) => format!("ended with exit status {code}"),
        None => "ended without an exit status".to_owned(),
    }
}
