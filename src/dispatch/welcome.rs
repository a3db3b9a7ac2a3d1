//! What `deepcall` alone says: the way in, for those who are signed in and for those who are not.
//! It opens neither the network nor the keyring.

use crate::app::environment::Variables;
use crate::app::settings::who::CREDENTIAL_VARIABLES;
use crate::dispatch::parts::config_folder;
use crate::store::ProfilesFile;

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

/// The way in from here.
pub(crate) fn way_in(variables: &Variables) -> String {
    let about = "deepcall shows what your DeepCall agents do: notification tags, breaks, wrap-ups.";
    let next = match signed_in(variables) {
        Some(who) => format!("Signed in: {who}. {COMMANDS}"),
        None => NEWCOMER.to_owned(),
    };
    format!(
        "{about}\n\n{next}\nAll commands: deepcall --help\nWhat does not work, and why: deepcall doctor\n"
    )
}

/// Who is signed in, in words. A file that cannot be read is told by the commands that need it.
fn signed_in(variables: &Variables) -> Option<String> {
    if let Some(variable) = CREDENTIAL_VARIABLES.into_iter().find(|name| variables.has(name)) {
        return Some(format!("the session in {variable}"));
    }
    let profiles = ProfilesFile::in_folder(&config_folder(variables)?).read().ok()?;
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
