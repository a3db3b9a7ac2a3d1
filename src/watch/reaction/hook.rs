//! A command that is run at events: the event as JSON on its standard input, no credentials in its
//! environment, a limit on its time. It must not know which events there are.

use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use jiff::tz::TimeZone;
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};

use crate::floor::event::Event;
use crate::output::formats::json;
use crate::output::text::redact::Redactor;

/// How long a command may run.
pub(crate) const HOOK_LIMIT: Duration = Duration::from_secs(10);

/// A command that is run at events.
pub struct Hook {
    /// As it was typed.
    pub command: String,
    /// Variables that the command must not see: they hold credentials.
    pub hidden_variables: Vec<&'static str>,
    /// The zone of the times in the JSON.
    pub zone: TimeZone,
    /// Whether phone numbers are hidden in it.
    pub mask: bool,
    /// Hides secrets that the server echoed.
    pub redactor: Redactor,
}

impl Hook {
    /// What the command reads of an event.
    pub(crate) fn input(&self, event: &Event) -> Vec<u8> {
        let mut line = Vec::new();
        // Writing to memory does not fail.
        let _ = json::write_line(&event.row(), &self.zone, self.mask, &mut line);
        self.redactor.redact(&String::from_utf8_lossy(&line)).into_bytes()
    }

    /// Runs the command to its end, or to its limit; what went wrong, if anything did.
    pub(crate) fn run(&self, input: Vec<u8>) -> impl Future<Output = Option<String>> + use<> {
        let mut command = Command::new("sh");
        command.arg("-c").arg(&self.command);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        for variable in &self.hidden_variables {
            command.env_remove(variable);
        }
        // What the shell starts ends with it, and Ctrl-C is for the watch alone.
        #[cfg(unix)]
        command.process_group(0);
        async move {
            let mut running = match command.spawn() {
                Ok(child) => Running(child),
                Err(error) => return Some(format!("--exec: {error}")),
            };
            match tokio::time::timeout(HOOK_LIMIT, running.finish(&input)).await {
                Err(_) => Some(format!("--exec was stopped after {} s", HOOK_LIMIT.as_secs())),
                Ok(Err(error)) => Some(format!("--exec: {error}")),
                Ok(Ok(status)) => (!status.success()).then(|| format!("--exec ended with {status}")),
            }
        }
    }
}

/// A command that runs. Dropping it ends it, with all that it started.
struct Running(Child);

impl Running {
    async fn finish(&mut self, input: &[u8]) -> io::Result<ExitStatus> {
        if let Some(mut stdin) = self.0.stdin.take() {
            // A command that does not read its input is no failure.
            let _ = stdin.write_all(input).await;
        }
        self.0.wait().await
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Once it was waited for it has no id any more, and there is nothing to end.
        #[cfg(unix)]
        if let Some(group) = self.0.id().and_then(|id| rustix::process::Pid::from_raw(id.cast_signed())) {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        #[cfg(not(unix))]
        let _ = self.0.start_kill();
    }
}
