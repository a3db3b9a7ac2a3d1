//! `config` has parts of its own: the file as a person wrote it, and that person's editor.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;

use crate::app::console::Console;
use crate::app::options::{FleetOptions, ProfileOptions, SandboxOptions};
use crate::app::settings::config_file::ConfigFile;
use crate::app::settings::config_text::TextFile;
use crate::app::settings::who::CREDENTIAL_VARIABLES;
use crate::app::settings::{config_text as text, table, who};
use crate::commands::config;
use crate::commands::config::edit::{Editor, edit};
use crate::commands::config::{ConfigAction, SetArgs, ShowArgs, UnsetArgs, values};
use crate::dispatch::parts::{Parts, read_profiles};
use crate::failure::{ExitStatus, Failure};
use crate::store::Profile;

/// Shows or changes lasting choices.
///
/// # Errors
/// If a key or a value is wrong (exit code 2), or the file cannot be written (1).
pub(crate) fn configure(
    action: &ConfigAction,
    parts: &Parts,
    stdin: Box<dyn Read + Send>,
    console: &Console,
) -> Result<ExitStatus, Failure> {
    match action {
        ConfigAction::Path => {
            let mut line = parts.config_path()?.into_os_string().into_encoded_bytes();
            line.push(b'\n');
            console.stdout().write_all(&line)?;
            Ok(ExitStatus::Done)
        }
        ConfigAction::Show(args) => show(args, parts, console),
        ConfigAction::Set(args) => set(args, parts, console),
        ConfigAction::Unset(args) => unset(args, parts, console),
        ConfigAction::Edit(args) => {
            console.set_talk(args.talk);
            change_by_hand(parts, stdin, console)
        }
    }
}

fn show(args: &ShowArgs, parts: &Parts, console: &Console) -> Result<ExitStatus, Failure> {
    let renderer = parts.renderer(console, &args.output, &config::DOCUMENT)?;
    console.set_talk(args.talk);
    let profile = used_profile(parts)?;
    let outcome = config::show(parts.layers(), profile.as_ref(), &parts.config_path()?)?;
    console.answer(outcome, &renderer)
}

/// The stored profile that a command would use, were it typed without options.
fn used_profile(parts: &Parts) -> Result<Option<Profile>, Failure> {
    let (nobody, none, real) =
        (ProfileOptions::default(), FleetOptions::default(), SandboxOptions::default());
    let who::Who::Stored(choice) = who::who(&nobody, &none, &real, parts.layers())? else { return Ok(None) };
    let profiles = read_profiles(parts)?;
    let default = profiles.default_profile().map(|profile| profile.name.as_str());
    // Where nobody is signed in, no profile has a say.
    let chosen = choice.value.pick(profiles.list(), |profile| profile.name.as_str(), default);
    Ok(chosen.ok().and_then(|chosen| chosen.first().map(|profile| (*profile).clone())))
}

fn set(args: &SetArgs, parts: &Parts, console: &Console) -> Result<ExitStatus, Failure> {
    console.set_talk(args.talk);
    let SetArgs { key, value, .. } = args;
    config::known(key)?;
    values::check(key, value).map_err(|why| Failure::usage(format!("{key}: {why}")))?;
    let path = parts.config_path()?;
    TextFile::at(path.clone()).update(|before| {
        let after = text::set(before, key, value)?;
        ConfigFile::parse(&after, &path)?;
        Ok(after)
    })?;
    console.note(&format!("{key} is {value:?} in {}", path.display()));
    warn_of_variables(key, parts, console);
    Ok(ExitStatus::Done)
}

/// A value in the file has no effect where a variable says the same.
fn warn_of_variables(key: &str, parts: &Parts, console: &Console) {
    let variable = table::find(key).and_then(|(setting, _)| setting.key().variable);
    let credentials = (key == "profile").then_some(CREDENTIAL_VARIABLES).into_iter().flatten();
    if let Some(variable) = variable.into_iter().chain(credentials).find(|name| parts.variables().has(name)) {
        console.note(&format!("{variable} is set and wins over it"));
    }
}

fn unset(args: &UnsetArgs, parts: &Parts, console: &Console) -> Result<ExitStatus, Failure> {
    console.set_talk(args.talk);
    config::known(&args.key)?;
    let path = parts.config_path()?;
    let mut was_said = false;
    if path.exists() {
        TextFile::at(path.clone()).update(|before| {
            let after = text::unset(before, &args.key)?;
            was_said = after.is_some();
            Ok(after.unwrap_or_else(|| before.to_owned()))
        })?;
    }
    let told = if was_said { "is no longer said" } else { "was not said" };
    console.note(&format!("{} {told} in {}", args.key, path.display()));
    Ok(ExitStatus::Done)
}

fn change_by_hand(
    parts: &Parts,
    stdin: Box<dyn Read + Send>,
    console: &Console,
) -> Result<ExitStatus, Failure> {
    let path: PathBuf = parts.config_path()?;
    let can_ask = parts.terminals().stdin && parts.terminals().stderr;
    let mut answers = BufReader::new(stdin).lines();
    let mut again = |wrong: Failure| {
        if !can_ask {
            return Err(wrong);
        }
        console.error(&wrong.problem);
        console.stderr(|out| out.write_all(b"Edit it again? [Y/n] "));
        let answer = answers.next().and_then(Result::ok).unwrap_or_else(|| "n".to_owned());
        if matches!(answer.trim().to_lowercase().as_str(), "" | "y" | "yes") { Ok(()) } else { Err(wrong) }
    };
    let editor = Editor::of(parts.variables())?;
    let is_changed = edit(&TextFile::at(path.clone()), &editor, &mut again)?;
    let told = if is_changed { "is changed" } else { "is as it was" };
    console.note(&format!("{} {told}", path.display()));
    Ok(ExitStatus::Done)
}
