//! Completion: prints candidates for a shell. It reads the names of profiles from disk, and uses neither the network nor a
//! keyring.

use std::ffi::OsString;
use std::io::Write;

use clap::Command;
use clap_complete::env::Shells;

use crate::app::App;
use crate::app::journal::JournalUse;
use crate::cli::candidates::with_candidates;
use crate::commands::completions::VARIABLE;
use crate::failure::{ExitStatus, Failure};
use crate::store::Profiles;

/// The shell that requests candidates, if this run is for completion.
pub(crate) fn requesting_shell(app: &App) -> Option<&str> {
    app.variables.text(VARIABLE).ok().flatten()
}

/// Prints the candidates for the word at the cursor. The words of the line follow `--`; the script of the shell passes the
/// position of the cursor in variables of the completion library.
///
/// # Errors
/// If the shell is unknown: exit code 2.
pub(crate) fn complete(
    shell: &str,
    arguments: Vec<OsString>,
    definition: Command,
    app: &App,
) -> Result<ExitStatus, Failure> {
    let shells = Shells::builtins();
    let Some(completer) = shells.completer(shell) else {
        let known: Vec<_> = shells.names().collect();
        return Err(Failure::usage(format!("{VARIABLE}: the shell {shell:?} is unknown"))
            .hint(format!("known are {}", known.join(", "))));
    };
    let words: Vec<_> = arguments.into_iter().skip_while(|word| word != "--").skip(1).collect();
    let mut definition = with_candidates(definition, profiles(app), || recorded(app), &words);
    let mut candidates = Vec::new();
    let here = std::env::current_dir().ok();
    // A line that cannot be completed is no error: the shell then shows no candidates.
    let _ = completer.write_complete(&mut definition, words, here.as_deref(), &mut candidates);
    app.console.stdout().write_all(&candidates)?;
    Ok(ExitStatus::Done)
}

/// The names of stored profiles; none if the file cannot be read, because an error would disturb the line being typed.
fn profiles(app: &App) -> Vec<String> {
    let profiles = app.folders().ok().and_then(|folders| folders.profiles_file().read().ok());
    profiles.iter().flat_map(Profiles::list).map(|profile| profile.name.to_string()).collect()
}

/// The names of agents in the journal, likewise.
fn recorded(app: &App) -> Vec<String> {
    let open = || {
        let journal = JournalUse::of(app, false).ok()??.open(app.clock.now()).ok()??.journal;
        journal.agents().ok()
    };
    open().into_iter().flatten().map(|row| row.profile).collect()
}
