//! `deepcall profiles`: what is stored, from where, since when, which is the default.
//! Opens neither network nor store, unless `--check` asks the server about each.

use clap::{Arg, Args};

use crate::app::App;
use crate::app::console::Outcome;
use crate::app::fleet::{Answers, Fleet};
use crate::app::options::{
    ConnectionOptions, FleetOptions, MANY, OutputOptions, ProfileOptions, TalkOptions,
};
use crate::app::select::SelectedProfiles;
use crate::app::settings::choice;
use crate::app::settings::variables::credential_in;
use crate::failure::{ExitStatus, Failure};
use crate::report::{Document, Field, Meaning, Report, Row, Shape, Shown, Value};
use crate::store::{Profile, ProfileName, Profiles, ProfilesFile};

/// List stored sessions
///
/// Shows each stored session, its store, when it was saved, and which one is the default. It uses neither the
/// network nor the keyring, unless --check is given.
#[derive(Args, Clone, Debug)]
#[command(mut_args(only_with_check))]
pub struct ProfilesArgs {
    /// Check each session with the server
    #[arg(long, group = MANY)]
    pub check: bool,
    /// Make this profile the default
    #[arg(long, value_name = "NAME", conflicts_with_all = ["check", "profile", "profiles", "all"])]
    pub default: Option<ProfileName>,
    /// Show only this one.
    #[command(flatten)]
    pub profile: ProfileOptions,
    /// Show only these.
    #[command(flatten)]
    pub fleet: FleetOptions,
    /// For `--check`.
    #[command(flatten)]
    pub connection: ConnectionOptions,
    /// How it looks.
    #[command(flatten)]
    pub output: OutputOptions,
    /// What is told beside it.
    #[command(flatten)]
    pub talk: TalkOptions,
}

pub(crate) fn run(args: &ProfilesArgs, app: &App) -> Result<ExitStatus, Failure> {
    let renderer = app.renderer(&args.output, args.talk, &DOCUMENT)?;
    let file = app.folders()?.profiles_file();
    let outcome = match &args.default {
        Some(name) => make_default(name, &file)?,
        None => list(args, &file.read()?, app)?,
    };
    app.console.answer(outcome, &renderer)
}

fn list(args: &ProfilesArgs, stored: &Profiles, app: &App) -> Result<Outcome, Failure> {
    let default = stored.default_profile().map(|profile| &profile.name);
    let chosen = match choice::listed(&args.fleet, app.settings()?)? {
        Some(choice) => choice.pick(stored.list(), |profile| profile.name.as_str(), None)?,
        None => stored.list().iter().collect(),
    };
    if let Some(variable) = credential_in(&app.variables) {
        app.console.note(&format!("in use is the session in {variable}, not a stored one"));
    }
    if !args.check || chosen.is_empty() {
        return Ok(profiles(&chosen, default));
    }
    let selected = SelectedProfiles::stored(app, &chosen, true, "")?;
    selected.ask(app, async |fleet| check(&chosen, default, &fleet).await)
}

/// What says how to ask the server has a meaning only where it is asked.
fn only_with_check(argument: Arg) -> Arg {
    match argument.get_id().as_str() {
        "server" | "cacert" | "timeout" | "retries" | "jobs" => argument.requires("check"),
        _ => argument,
    }
}

/// The document of `deepcall profiles`; `login` and `logout` say one row of it.
pub static DOCUMENT: Document = Document {
    name: "profiles",
    rows_key: "profiles",
    head: &[],
    fields: &[
        Field::new("name", "NAME", Meaning::Name, Shown::Always(1), "the profile's name"),
        Field::new("server", "SERVER", Meaning::Text, Shown::Always(3), "the server it signs in at"),
        Field::new(
            "kind",
            "KIND",
            Meaning::Text,
            Shown::Always(4),
            "ssid, or token for a user id with a token",
        ),
        Field::new("user_id", "USER", Meaning::Id, Shown::WhenPresent(6), "the user id, for a token"),
        Field::new("store", "STORE", Meaning::Text, Shown::Always(5), "where the secret is kept"),
        Field::new("saved_at", "SAVED", Meaning::Time, Shown::Always(7), "when it was stored"),
        Field::new(
            "default",
            "DEFAULT",
            Meaning::State,
            Shown::Always(2),
            "whether it is used when none is named",
        ),
        Field::new(
            "check",
            "CHECK",
            Meaning::Text,
            Shown::WhenPresent(2),
            "what the server says: ok, or what is wrong",
        ),
    ],
    tail: &[],
    shape: Shape::ListOrOne,
    has_failures: false,
    extra_fields: None,
    empty: "no profiles are stored: run `deepcall login`",
};

/// Lists profiles as they are stored.
fn profiles(chosen: &[&Profile], default: Option<&ProfileName>) -> Outcome {
    let rows = chosen.iter().map(|profile| row(profile, default, Value::Absent)).collect();
    Outcome::done(report(rows, false))
}

/// Asks the server about each profile. A session that is not good is an answer here, told in the
/// row; the exit code tells whether all are good.
///
/// # Errors
/// None of its own.
async fn check(
    chosen: &[&Profile],
    default: Option<&ProfileName>,
    fleet: &Fleet,
) -> Result<Outcome, Failure> {
    let Answers { given, failures, .. } =
        fleet.ask(|signed_in| async { Ok(signed_in.verify().await?) }).await?;
    let status = ExitStatus::of_many(
        given.iter().map(|_| ExitStatus::Done).chain(failures.iter().map(|failure| failure.status)),
    );
    let said = |profile: &Profile| {
        let is_wrong = |failure: &&Failure| failure.problem.profile.as_deref() == Some(profile.name.as_str());
        let wrong = failures.iter().find(is_wrong);
        wrong.map_or_else(|| "ok".to_owned(), |failure| failure.problem.kind.to_owned())
    };
    let rows = chosen.iter().map(|profile| row(profile, default, Value::Text(said(profile)))).collect();
    let mut report = report(rows, false);
    report.notes = failures.iter().map(told).collect();
    Ok(Outcome { report, status })
}

fn told(failure: &Failure) -> String {
    let profile = failure.problem.profile.as_deref().unwrap_or_default();
    let hint = failure.problem.hints.first().map_or_else(String::new, |hint| format!(" ({hint})"));
    format!("{profile}: {}{hint}", failure.problem.message)
}

/// Makes a stored profile the default.
///
/// # Errors
/// If no such profile is stored (exit code 2), or the file cannot be written.
fn make_default(name: &ProfileName, file: &ProfilesFile) -> Result<Outcome, Failure> {
    file.update(|profiles: &mut Profiles| {
        if profiles.make_default(name) {
            return Ok(());
        }
        Err(Failure::usage(format!("no profile is called {:?}", name.as_str())))
    })?;
    let stored = file.read()?;
    let chosen: Vec<&Profile> = stored.list().iter().collect();
    Ok(profiles(&chosen, Some(name)))
}

/// One profile as a row.
pub(crate) fn row(profile: &Profile, default: Option<&ProfileName>, check: Value) -> Row {
    Row::new(DOCUMENT.fields)
        .with("name", profile.name.to_string())
        .with("server", profile.server.to_string())
        .with("kind", profile.kind.word())
        .with("user_id", profile.user_id.clone())
        .with("store", profile.store.word())
        .with("saved_at", profile.saved_at)
        .with("default", default == Some(&profile.name))
        .with("check", check)
}

/// A report of such rows.
pub(crate) fn report(rows: Vec<Row>, single: bool) -> Report {
    Report { single, ..Report::new(&DOCUMENT, rows) }
}
