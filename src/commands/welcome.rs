//! `deepcall` without a command: the first steps, with and without a stored session. It uses neither the network nor the
//! keyring.

use crate::app::App;
use crate::app::settings::variables::credential_in;
use crate::failure::ExitStatus;
use crate::output::text::sanitize::sanitize_lines;

const NEWCOMER: &str = "\
No session is stored here. To look around without an account:

  deepcall --sandbox status
  deepcall --sandbox tags --since 1h
  deepcall --sandbox watch

With a session of your own:

  deepcall login
";

const COMMANDS: &str = "\
Try:

  deepcall status
  deepcall watch --all
  deepcall tags --since 1h
";

/// The exit code is that of a usage error, because a command is missing.
pub(crate) fn run(app: &App) -> ExitStatus {
    let about = "deepcall shows the notification tags, breaks and wrap-ups of DeepCall agents.";
    let next = match signed_in(app) {
        Some(sessions) => format!("Signed in: {sessions}. {COMMANDS}"),
        None => NEWCOMER.to_owned(),
    };
    let words = format!(
        "{about}\n\n{next}\nAll commands: deepcall --help\nIf something does not work: deepcall doctor\n"
    );
    app.console.stderr(|out| out.write_all(sanitize_lines(&words).as_bytes()));
    ExitStatus::Usage
}

/// The stored profiles, or the variable with the session, in words. A file that cannot be read counts as empty: the
/// commands that need it report the error.
fn signed_in(app: &App) -> Option<String> {
    if let Some(variable) = credential_in(&app.variables) {
        return Some(format!("the session in {variable}"));
    }
    let profiles = app.folders().ok()?.profiles_file().read().ok()?;
    let default = profiles.default_profile().map(|profile| &profile.name);
    let names = profiles.list().iter().take(10).map(|profile| {
        if Some(&profile.name) == default {
            format!("{} (default)", profile.name)
        } else {
            profile.name.to_string()
        }
    });
    let names: Vec<String> = names.collect();
    let more = profiles.list().len() - names.len();
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    (!names.is_empty()).then(|| format!("{}{more}", names.join(", ")))
}
