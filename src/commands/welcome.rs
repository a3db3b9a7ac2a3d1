//! `deepcall` alone: the first steps, for those who are signed in and for those who are not.
//! It opens neither the network nor the keyring.

use crate::app::App;
use crate::app::settings::variables::credential_in;
use crate::failure::ExitStatus;
use crate::output::text::sanitize::sanitize_lines;

const NEWCOMER: &str = "\
Nobody is signed in here. To look around without an account:

  deepcall --sandbox tags --since 1h
  deepcall --sandbox break-status --all

With a session of your own:

  deepcall login
";

const COMMANDS: &str = "\
Try:

  deepcall tags --since 1h
  deepcall break-status --all
  deepcall wrapup --all
";

/// A command is missing, so that this is a usage error.
pub(crate) fn run(app: &App) -> ExitStatus {
    let about = "deepcall shows what your DeepCall agents do: notification tags, breaks, wrap-ups.";
    let next = match signed_in(app) {
        Some(who) => format!("Signed in: {who}. {COMMANDS}"),
        None => NEWCOMER.to_owned(),
    };
    let words = format!(
        "{about}\n\n{next}\nAll commands: deepcall --help\nWhat does not work, and why: deepcall doctor\n"
    );
    app.console.stderr(|out| out.write_all(sanitize_lines(&words).as_bytes()));
    ExitStatus::Usage
}

/// Who is signed in, in words. A file that cannot be read is an error of the commands that need it.
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
