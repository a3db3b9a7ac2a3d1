//! Answers a shell that asks what may be typed next. It reads the names of profiles from disk, and asks nobody else.

use std::ffi::OsString;

use clap_complete::env::Shells;

use crate::app::environment::Variables;
use crate::commands::completions;
use crate::dispatch::parts::config_folder;
use crate::failure::Failure;
use crate::help::candidates::completing;
use crate::store::{Profiles, ProfilesFile};

/// The shell that asks, if one does.
pub(crate) fn asking_shell(variables: &Variables) -> Option<&str> {
    variables.text(completions::VARIABLE).ok().flatten()
}

/// What may stand at the word where the cursor is. The words of the line stand behind `--`; where the cursor is, the
/// shell's script says in variables of the completion library.
///
/// # Errors
/// If the shell is not known: exit code 2.
pub(crate) fn complete(
    shell: &str,
    arguments: Vec<OsString>,
    variables: &Variables,
) -> Result<Vec<u8>, Failure> {
    let shells = Shells::builtins();
    let Some(completer) = shells.completer(shell) else {
        let known: Vec<_> = shells.names().collect();
        let variable = completions::VARIABLE;
        return Err(Failure::usage(format!("{variable}: no shell is called {shell:?}"))
            .hint(format!("known are {}", known.join(", "))));
    };
    let words: Vec<_> = arguments.into_iter().skip_while(|word| word != "--").skip(1).collect();
    let mut definition = completing(&profiles(variables));
    let mut candidates = Vec::new();
    let here = std::env::current_dir().ok();
    // Words that cannot be completed are no error: the shell offers nothing then.
    let _ = completer.write_complete(&mut definition, words, here.as_deref(), &mut candidates);
    Ok(candidates)
}

/// The names that are stored; none where the file cannot be read, for whoever presses Tab is in the middle of a line.
fn profiles(variables: &Variables) -> Vec<String> {
    let file = config_folder(variables).map(|folder| ProfilesFile::in_folder(&folder));
    let profiles = file.and_then(|file| file.read().ok());
    profiles.iter().flat_map(Profiles::list).map(|profile| profile.name.to_string()).collect()
}
