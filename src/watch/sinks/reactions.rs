//! Reacts to single events by the bell, a notice or a command. None of them can hold up the watch or end it.

use std::time::Duration;

use crate::floor::condition::EventPattern;
use crate::floor::event::Event;
use crate::watch::sinks::exec::{Exec, HOOK_LIMIT};
use crate::watch::sinks::notify::Notify;

#[cfg(test)]
mod tests;

/// For reactions that are under way when the watch is to stop: less than the supervisor waits for the watch.
const IMPATIENT: Duration = Duration::from_millis(250);

pub(crate) struct Reactions {
    pub on: Vec<EventPattern>,
    pub notify: Option<Notify>,
    pub exec: Option<Exec>,
}

impl Reactions {
    #[must_use]
    pub(crate) fn none() -> Self {
        Self { on: vec![], notify: None, exec: None }
    }

    /// Starts the reactions to an event.
    pub(crate) fn to(&mut self, event: &Event) {
        if !self.on.iter().any(|pattern| pattern.matches(event)) {
            return;
        }
        if let Some(notify) = &mut self.notify {
            notify.to(event);
        }
        if let Some(exec) = &mut self.exec {
            exec.to(event);
        }
    }

    /// Waits until something has ended, or for ever if nothing is under way. Returns what went wrong, if anything did.
    pub(crate) async fn finished(&mut self) -> Option<String> {
        let Self { notify, exec, .. } = self;
        let notify = async {
            match notify {
                Some(notify) => notify.finished().await,
                None => std::future::pending().await,
            }
        };
        let exec = async {
            match exec {
                Some(exec) => exec.finished().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            complaint = notify => complaint,
            complaint = exec => complaint,
        }
    }

    /// Waits for all reactions, but not for ever: a command that still runs is ended when this is dropped.
    pub(crate) async fn finish(&mut self, is_in_a_hurry: bool, note: &dyn Fn(&str)) {
        let limit = if is_in_a_hurry { IMPATIENT } else { HOOK_LIMIT };
        let all = async {
            while self.are_running() {
                if let Some(complaint) = self.finished().await {
                    note(&complaint);
                }
            }
        };
        if tokio::time::timeout(limit, all).await.is_err() {
            match self.exec.as_ref().map_or(0, Exec::running) {
                0 => {}
                1 => note("--exec: a command was still running and was stopped"),
                running => note(&format!("--exec: {running} commands were still running and were stopped")),
            }
        }
    }

    fn are_running(&self) -> bool {
        let notify = self.notify.as_ref().map_or(0, Notify::running);
        let exec = self.exec.as_ref().map_or(0, Exec::running);
        notify + exec > 0
    }
}
