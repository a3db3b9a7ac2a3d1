//! `sh -c`.

use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Command, ExitStatus};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::Child;

/// Every Unix has it.
pub(crate) const USUAL_EDITOR: &str = "vi";

pub(crate) fn command(line: &str) -> Command {
    let mut command = Command::new("sh");
    command.arg("-c").arg(line);
    command
}

/// The name of the file is an argument and not part of the command, so nothing in it is run.
pub(crate) fn command_on(line: &str, file: &Path) -> Command {
    let mut command = command(&format!("{line} \"$1\""));
    command.arg("sh").arg(file);
    command
}

/// A line that sets a variable for the commands after it.
pub(crate) fn assignment(name: &str, value: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "/:._-".contains(letter);
    if value.chars().all(is_plain) {
        format!("export {name}={value}\n")
    } else {
        format!("export {name}='{}'\n", value.replace('\'', r"'\''"))
    }
}

/// So that its children can be ended with the shell, and Ctrl-C reaches only this program.
pub(crate) fn set_apart(command: &mut Command) {
    command.process_group(0);
}

/// A command that was set apart, with all that it started.
pub(crate) struct Group(Option<Pid>);

impl Group {
    pub(crate) fn of(command: &Child) -> Self {
        Self(command.id().and_then(|id| Pid::from_raw(id.cast_signed())))
    }

    /// Ends a command that runs, and its children.
    pub(crate) fn end(&self, command: &mut Child) {
        // A process that has been waited for has no id, and nothing needs to be ended.
        if let (Some(group), Some(_)) = (self.0, command.id()) {
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

/// How a command that failed has ended; `last` is the end of its stderr. Only the shell's own words show that 126 and 127
/// are the shell's.
pub(crate) fn ending(status: ExitStatus, last: &str) -> String {
    match (status.code(), status.signal()) {
        (Some(127), _) if last.contains("not found") => "failed: the command was not found".to_owned(),
        (Some(126), _) if last.to_lowercase().contains("permission denied") => {
            "failed: the command may not be run".to_owned()
        }
        (Some(code), _) => format!("ended with exit status {code}"),
        (None, Some(signal)) => format!("was ended by signal {signal}"),
        (None, None) => "ended without an exit status".to_owned(),
    }
}
