//! `cmd /C`.

use std::os::windows::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use tokio::process::Child;

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

/// A command that was set apart, with all that it started.
pub(crate) struct Group;

impl Group {
    pub(crate) fn of(_: &Child) -> Self {
        Self
    }

    /// Ends a command that runs, and its children, by a program of Windows: a job would need a library that is no longer
    /// kept. A child whose parent has ended before is not found.
    #[expect(clippy::unused_self, reason = "on Unix it knows its number")]
    pub(crate) fn end(&self, command: &mut Child) {
        let Some(id) = command.id() else { return };
        let mut all = Command::new("taskkill");
        all.args(["/T", "/F", "/PID", &id.to_string()]);
        let _ = all.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
        let _ = command.start_kill();
    }
}

/// How a command that failed has ended.
pub(crate) fn ending(status: ExitStatus, _last: &str) -> String {
    match status.code() {
        Some(code) => format!("ended with exit status {code}"),
        None => "ended without an exit status".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_is_taken_as_it_is() {
        assert_eq!(command("exit 3").status().unwrap().code(), Some(3));
        let output = command("echo \"a b\"& echo c").output().unwrap();
        let lines: Vec<String> =
            String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect();
        assert_eq!(lines, ["\"a b\"", "c"]);
    }

    #[test]
    fn nothing_in_the_name_of_a_file_is_run() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a b&echo c.toml");
        std::fs::write(&file, "inside").unwrap();
        let output = command_on("type", &file).output().unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap().trim(), "inside");
    }
}
