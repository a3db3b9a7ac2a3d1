//! `deepcall logout`: removes one profile, or all. The secret is removed before the profile that names it, so that no
//! secret is left that no profile lists.

use std::path::Path;

use clap::Args;

use crate::app::App;
use crate::app::console::{Console, Outcome};
use crate::app::options::{OutputOptions, ProfileOptions, VerbosityOptions};
use crate::app::prompt;
use crate::app::settings::choice::Choice;
use crate::app::settings::table::PROFILE;
use crate::app::sign_in::{KEYRING_LIMIT, Stores};
use crate::commands::profiles;
use crate::failure::{ExitStatus, Failure};
use crate::report::{Part, Sentence, Tone, Value};
use crate::store::{Profile, Profiles, ProfilesFile, StoreKind};

/// Remove a stored session
///
/// Removes the secret from the keyring or file, then the profile. The session itself stays valid on the server
/// until it expires there. On a terminal, --all asks for confirmation if there are several; any answer other than yes exits
/// with 3.
#[derive(Args, Clone, Debug)]
pub(crate) struct LogoutArgs {
    /// Remove every profile
    #[arg(short, long, conflicts_with = "profile")]
    all: bool,
    /// With --all, do not ask for confirmation
    #[arg(short, long, requires = "all")]
    yes: bool,
    #[command(flatten)]
    profile: ProfileOptions,
    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    verbosity: VerbosityOptions,
}

pub(crate) fn run(args: &LogoutArgs, app: &App) -> Result<ExitStatus, Failure> {
    let renderer = app.renderer(&args.output, args.verbosity, &profiles::DOCUMENT)?;
    let folders = app.folders()?;
    let file = folders.profiles_file();
    let listed = file.read()?;
    if args.all && !args.yes && !is_wanted(listed.list().len(), app) {
        app.console.note("nothing was removed");
        return Ok(ExitStatus::No);
    }
    let stores = Stores::new(&folders, KEYRING_LIMIT);
    // Even if there is no profile to remove.
    let cleared = clear(&file, &stores, &app.console);
    let chosen = if args.all { listed.list().to_vec() } else { named(&listed, app)? };
    app.console.answer(logout(&chosen, &file, &stores, cleared, &app.console)?, &renderer)
}

/// Each session was looked up in a browser, and has to be again. A script that says --all means it.
fn is_wanted(sessions: usize, app: &App) -> bool {
    let is_asked = sessions > 1 && app.terminals.stdin && app.terminals.stderr;
    !is_asked || prompt::is_confirmed(&format!("Remove all {sessions} sessions?"), app)
}

/// The profile that is named, else the one that other commands use.
fn named(listed: &Profiles, app: &App) -> Result<Vec<Profile>, Failure> {
    if listed.list().is_empty() {
        return Err(Failure::sign_in("no session is stored, so there is nothing to remove"));
    }
    let name = app.settings()?.get(&PROFILE)?;
    let choice = name.value.map_or(Choice::Default, |name| Choice::Named(name.to_string()));
    let default = listed.default_profile().map(|profile| profile.name.as_str());
    let chosen = choice.pick(listed.list(), |profile| profile.name.as_str(), default)?;
    for profile in &chosen {
        app.console.detail(&format!("profile {} ({})", profile.name, name.source));
    }
    Ok(chosen.into_iter().cloned().collect())
}

/// Removes the chosen profiles, one after the other. `cleared` is the result of [`clear`].
///
/// # Errors
/// If a store cannot be opened (exit code 1): that profile and the ones after it stay.
fn logout(
    chosen: &[Profile],
    file: &ProfilesFile,
    stores: &Stores,
    cleared: Result<(), Failure>,
    console: &Console,
) -> Result<Outcome, Failure> {
    for profile in chosen {
        let explain = |path: &Path| console.waiting_for_change(path);
        file.update(explain, |profiles: &mut Profiles| {
            stores.of_kind(profile.store).remove(&profile.store_key())?;
            profiles.remove(&profile.name);
            Ok::<_, Failure>(())
        })
        .map_err(|failure| failure.of_profile(profile.name.as_str()))?;
    }
    let rows = chosen.iter().map(|profile| profiles::row(profile, None, Value::Absent)).collect();
    let mut report = profiles::report(rows, false);
    let mut parts =
        vec![Part::Words(if chosen.is_empty() { "There is nothing to remove" } else { "Removed: " })];
    let names: Vec<&str> = chosen.iter().map(|profile| profile.name.as_str()).collect();
    parts.push(Part::Name(names.join(", ")));
    report.sentence = Some(Sentence { tone: Tone::Usual, parts });
    report.is_action = true;
    if chosen.iter().any(|profile| profile.store == StoreKind::Keyring)
        && stores.of_kind(StoreKind::Keyring).recycles()
    {
        report.notes.push(
            "KeePassXC may keep the secret in its recycle bin: empty the bin to remove it for good"
                .to_owned(),
        );
    }
    report.notes.extend(cleared.err().map(|failure| leftover_note(&failure)));
    Ok(Outcome::done(report))
}

/// Removes secrets that an interrupted login has left. If there are none, nothing is written.
///
/// # Errors
/// If a store cannot be opened, or the list cannot be read or written (exit code 1).
fn clear(file: &ProfilesFile, stores: &Stores, console: &Console) -> Result<(), Failure> {
    if file.read()?.pending().is_empty() {
        return Ok(());
    }
    stores.clear_pending(&mut file.open(|path| console.waiting_for_change(path))?)
}

/// The note about a secret that no profile names and that could not be removed.
pub(crate) fn leftover_note(failure: &Failure) -> String {
    let cause = &failure.problem.message;
    format!("an old secret could not be removed ({cause}); the next login or logout tries again")
}
