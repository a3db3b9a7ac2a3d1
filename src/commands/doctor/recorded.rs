//! Checks the journal, if there is one.

use crate::app::App;
use crate::app::journal::JournalUse;
use crate::commands::doctor::finding::Finding;
use crate::failure::Failure;
use crate::journal::{Journal, JournalError, Lease, Mode, library_version, obstacle};
use crate::size;

/// `None` with a simulated floor, which has none.
pub(super) fn journal(app: &App, is_sandbox: bool) -> Option<Finding> {
    if is_sandbox {
        return None;
    }
    let how = match JournalUse::of(app, false) {
        Ok(how) => how?,
        Err(failure) => return Some(Finding::failed("journal", &failure)),
    };
    let opened = match Journal::open(&how.path, Mode::ReadOnly, how.settings, app.clock.now()) {
        Ok(Some(opened)) => opened,
        Ok(None) => {
            let detail = format!("{}: there is none", how.path.display());
            return Some(match obstacle(&how.path) {
                Some(obstacle) => Finding::warn("journal", detail, obstacle),
                None => Finding::ok("journal", detail),
            });
        }
        Err(error) => return Some(Finding::failed("journal", &Failure::from(error))),
    };
    Some(match detail(&opened.journal, app) {
        Ok((detail, dangers)) if dangers.is_empty() => Finding::ok("journal", detail),
        Ok((detail, dangers)) => Finding::warn("journal", detail, dangers.join("; ")),
        Err(error) => Finding::failed("journal", &Failure::from(error)),
    })
}

/// With who else could touch it. Whatever is on a network disk could not be opened.
fn detail(journal: &Journal, app: &App) -> Result<(String, Vec<String>), JournalError> {
    let status = journal.status(app.clock.now())?;
    let live: Vec<&Lease> = status
        .agents
        .iter()
        .filter_map(|agent| agent.lease.as_ref().filter(|lease| lease.is_alive))
        .collect();
    let runs = journal.runs()?;
    let mut who: Vec<String> = runs
        .iter()
        .filter_map(|run| {
            let count = live.iter().filter(|lease| lease.run == run.run).count();
            let whom = counted(count as u64, "agent");
            (count > 0).then(|| format!("process {} ({}) records {whom}", run.process.pid, run.command))
        })
        .collect();
    if who.is_empty() {
        who.push("nobody records now".to_owned());
    }
    let detail = format!(
        "{} on a disk of this machine, {}, {} of {}, SQLite {}; {}",
        status.path.display(),
        size::shown(status.size),
        counted(status.events, "event"),
        counted(status.agents.len() as u64, "agent"),
        library_version(),
        who.join(", ")
    );
    Ok((detail, status.dangers))
}

fn counted(count: u64, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}
