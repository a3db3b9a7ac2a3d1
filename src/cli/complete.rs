//! What a shell may offer at Tab. It reads the names of profiles from disk, and asks neither network nor keyring.

use std::ffi::OsString;
use std::io::Write;

use clap::Command;
use clap_complete::env::Shells;

use crate::app::App;
use crate::cli::candidates::with_candidates;
use crate::commands::completions::VARIABLE;
use crate::failure::{ExitStatus, Failure};
use crate::store::Profiles;

/// The shell that asks, if one does.
pub(crate) fn asking_shell(app: &App) -> Option<&str> {
    app.variables.text(VARIABLE).ok().flatten()
}

/// Prints what may stand at the word where the cursor is. The words of the line stand behind `--`; where the cursor is,
/// the shell's script says in variables of the completion library.
///
/// # Errors
/// If the shell is not known: exit code 2.
pub(crate) fn complete(
    shell: &str,
    arguments: Vec<OsString>,
    definition: Command,
    app: &App,
) -> Result<ExitStatus, Failure> {
    let shells = Shells::builtins();
    let Some(completer) = shells.completer(shell) else {
        let known: Vec<_> = shells.names().collect();
        return Err(Failure::usage(format!("{VARIABLE}: no shell is called {shell:?}"))
            .hint(format!("known are {}", known.join(", "))));
    };
    let words: Vec<_> = arguments.into_iter().skip_while(|word| word != "--").skip(1).collect();
    let mut definition = with_candidates(definition, &profiles(app));
    let mut candidates = Vec::new();
    let here = std::env::current_dir().ok();
    // Words that cannot be completed are no error: the shell offers nothing then.
    let _ = completer.write_complete(&mut definition, words, here.as_deref(), &mut candidates);
    app.console.stdout().write_all(&candidates)?;
    Ok(ExitStatus::Done)
}

/// The names that are stored; none where the file cannot be read, for whoever presses Tab is in the middle of a line.
fn profiles(app: &App) -> Vec<String> {
    let profiles = app.folders().ok().and_then(|folders| folders.profiles_file().read().ok());
    profiles.iter().flat_map(Profiles::list).map(|profile| profile.name.to_string()).collect()
}
