//! `deepcall profiles`: the stored profiles. It opens neither the network nor a secret store, except with `--check`.

use std::path::Path;

use clap::Args;

use crate::app::App;
use crate::app::console::{Console, Outcome};
use crate::app::fleet::{Answers, Fleet};
use crate::app::options::{ConnectionOptions, FleetOptions, OutputOptions, ProfileOptions, VerbosityOptions};
use crate::app::owner;
use crate::app::owner::SameAgent;
use crate::app::select::SelectedProfiles;
use crate::app::settings::choice;
use crate::app::settings::variables::credential_in;
use crate::failure::{ExitStatus, Failure};
use crate::output::formats::problem::{Alike, alike};
use crate::output::text::redact::Redactor;
use crate::report::{
    Document, Failures, Field, Meaning, Part, Report, Row, Sentence, Shape, Shown, Tone, Value,
};
use crate::store::{Profile, ProfileName, Profiles, ProfilesError, ProfilesFile};

/// List stored sessions
///
/// Shows each stored session, its store, when it was saved, and which one is the default. It uses neither the
/// network nor the keyring, except with --check.
///
/// The agent is shown if the server has named one: at login, or at the last --check. DeepCall may not name an agent who
/// is not on break. A note lists profiles that are for the same agent.
#[derive(Args, Clone, Debug)]
pub(crate) struct ProfilesArgs {
    /// Check each session with the server
    #[arg(long)]
    check: bool,
    /// Make this profile the default
    #[arg(long, value_name = "NAME", conflicts_with_all = ["check", "profile", "profiles", "all"])]
    default: Option<ProfileName>,
    #[command(flatten)]
    profile: ProfileOptions,
    #[command(flatten)]
    fleet: FleetOptions,
    #[command(flatten)]
    connection: ConnectionOptions,
    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    verbosity: VerbosityOptions,
}

pub(crate) fn run(args: &ProfilesArgs, app: &App) -> Result<ExitStatus, Failure> {
    let renderer = app.renderer(&args.output, args.verbosity, &DOCUMENT)?;
    let requests = ["--server", "--cacert", "--timeout", "--retries", "--jobs"];
    app.settings()?.typed.refuse_unused(&requests.map(|option| (option, args.check, "--check")))?;
    let file = app.folders()?.profiles_file();
    let outcome = match &args.default {
        Some(name) => make_default(name, &file, &app.console)?,
        None => list(args, &file, app)?,
    };
    app.console.answer(outcome, &renderer)
}

fn list(args: &ProfilesArgs, file: &ProfilesFile, app: &App) -> Result<Outcome, Failure> {
    let stored = file.read()?;
    let default = stored.default_profile().map(|profile| &profile.name);
    let chosen = match choice::listed(&args.fleet, app.settings()?)? {
        Some(choice) => choice.pick(stored.list(), |profile| profile.name.as_str(), None)?,
        None => stored.list().iter().collect(),
    };
    if let Some(variable) = credential_in(&app.variables) {
        app.console.note(&format!("the session in {variable} is in use, not a stored one"));
    }
    if !args.check || chosen.is_empty() {
        return Ok(profiles(&chosen, default));
    }
    let selected = SelectedProfiles::stored(app, &chosen, true, "")?;
    let (mut outcome, learned) =
        selected.query(app, async |fleet| check(&chosen, default, &fleet, &app.redactor).await)?;
    let kept = keep(&chosen, &learned, file, &app.console);
    outcome.report.notes.extend(kept.err().map(|error| format!("the agents could not be stored: {error}")));
    Ok(outcome)
}

/// Stores what the server has named, for those profiles that no login has changed meanwhile.
fn keep(
    before: &[&Profile],
    learned: &[Profile],
    file: &ProfilesFile,
    console: &Console,
) -> Result<(), ProfilesError> {
    let changed: Vec<_> =
        before.iter().zip(learned).filter(|(before, learned)| **before != *learned).collect();
    if changed.is_empty() {
        return Ok(());
    }
    file.update(
        |path| console.waiting_for_change(path),
        |profiles| {
            for (before, learned) in changed {
                if profiles.find(&before.name) == Some(*before) {
                    profiles.put(learned.clone());
                }
            }
            Ok(())
        },
    )
}

/// The document of `deepcall profiles`; `login` and `logout` use it as well.
pub(crate) static DOCUMENT: Document = Document {
    name: "profiles",
    rows_key: "profiles",
    head: &[],
    fields: &[
        Field::new("name", "NAME", Meaning::Name, Shown::Always(1), "the profile's name"),
        Field::new("server", "SERVER", Meaning::Text, Shown::Always(3), "the server of the session"),
        Field::new("kind", "KIND", Meaning::Text, Shown::Always(4), "ssid, or token: a user id with a token"),
        Field::new(
            "user_id",
            "USER",
            Meaning::Id,
            Shown::WhenPresent(8),
            "the user id, of a token or as the server named it",
        ),
        Field::new(
            "agent_id",
            "AGENT",
            Meaning::Id,
            Shown::WhenPresent(2),
            "whose session it is, if the server has named the agent",
        ),
        Field::new("store", "STORE", Meaning::Text, Shown::Always(5), "where the secret is kept"),
        Field::new("saved_at", "SAVED", Meaning::Time, Shown::Always(7), "when it was stored"),
        Field::new(
            "default",
            "DEFAULT",
            Meaning::State,
            Shown::Always(2),
            "whether it is used when no profile is named",
        ),
        Field::new(
            "check",
            "CHECK",
            Meaning::Text,
            Shown::WhenPresent(2),
            "ok, or the kind of error that the server reported",
        ),
    ],
    tail: &[],
    shape: Shape::ListOrOne,
    has_failures: false,
    extra_fields: None,
    empty: "no profiles are stored: run `deepcall login`",
};

fn profiles(chosen: &[&Profile], default: Option<&ProfileName>) -> Outcome {
    let rows = chosen.iter().map(|profile| row(profile, default, Value::Absent)).collect();
    let mut report = report(rows, false);
    report.notes = SameAgent::among(chosen.iter().copied(), []).iter().map(SameAgent::note).collect();
    Outcome::done(report)
}

/// Checks each session with the server. An invalid session is an answer here: its row shows it, and so does the exit
/// code. Returns the profiles with what the server has named, too.
async fn check(
    chosen: &[&Profile],
    default: Option<&ProfileName>,
    fleet: &Fleet,
    redactor: &Redactor,
) -> Result<(Outcome, Vec<Profile>), Failure> {
    let Answers { answered, failures, .. } =
        fleet.query(|signed_in| async { Ok(signed_in.verify().await?) }).await?;
    let status = ExitStatus::of_many(
        answered.iter().map(|_| ExitStatus::Done).chain(failures.iter().map(|failure| failure.status)),
    );
    let mut learned: Vec<Profile> = chosen.iter().map(|profile| (*profile).clone()).collect();
    for (name, answer) in answered {
        if let Some(profile) = learned.iter_mut().find(|profile| profile.name.as_str() == name) {
            owner::learn(profile, answer.value, redactor);
        }
    }
    let verdict = |profile: &Profile| {
        let is_its_own =
            |failure: &&Failure| failure.problem.profile.as_deref() == Some(profile.name.as_str());
        let failure = failures.iter().find(is_its_own);
        failure.map_or_else(|| "ok".to_owned(), |failure| failure.problem.kind.to_owned())
    };
    let rows = learned.iter().map(|profile| row(profile, default, verdict(profile).into())).collect();
    let mut report = report(rows, false);
    let problems = failures.into_iter().map(|failure| *failure.problem).collect();
    report.notes = alike(&Failures { problems, queried: chosen.len() }).iter().map(Alike::note).collect();
    let opened = fleet.agents.iter().filter_map(|agent| agent.session.as_ref().ok());
    report.notes.extend(SameAgent::among(&learned, opened).iter().map(SameAgent::note));
    Ok((Outcome { report, status }, learned))
}

/// # Errors
/// If no such profile is stored (exit code 2; 4 if none is), or the file cannot be written.
fn make_default(name: &ProfileName, file: &ProfilesFile, console: &Console) -> Result<Outcome, Failure> {
    let explain = |path: &Path| console.waiting_for_change(path);
    file.update(explain, |profiles: &mut Profiles| {
        if profiles.make_default(name) {
            return Ok(());
        }
        let known = profiles.list().iter().map(|profile| profile.name.as_str());
        Err(choice::unknown(name.as_str(), known))
    })?;
    let stored = file.read()?;
    let chosen: Vec<&Profile> = stored.list().iter().collect();
    let mut outcome = profiles(&chosen, Some(name));
    let parts = vec![Part::Name(name.to_string()), Part::Words(" is the default profile now")];
    outcome.report.sentence = Some(Sentence { tone: Tone::Usual, parts });
    outcome.report.is_action = true;
    Ok(outcome)
}

pub(crate) fn row(profile: &Profile, default: Option<&ProfileName>, check: Value) -> Row {
    Row::new(DOCUMENT.fields)
        .with("name", profile.name.to_string())
        .with("server", profile.server.to_string())
        .with("kind", profile.kind.word())
        .with("user_id", profile.user_id.clone())
        .with("agent_id", profile.agent_id.clone())
        .with("store", profile.store.word())
        .with("saved_at", profile.saved_at)
        .with("default", default == Some(&profile.name))
        .with("check", check)
}

pub(crate) fn report(rows: Vec<Row>, single: bool) -> Report {
    Report { single, ..Report::new(&DOCUMENT, rows) }
}
