//! `login`, `logout` and `profiles` have parts of their own: the file that lists profiles, and the
//! stores that keep their secrets.

use std::io::Read;
use std::time::Duration;

use crate::app::console::{Console, Side};
use crate::app::prompt::Manner;
use crate::app::settings::{Source, Sourced, who};
use crate::app::sign_in::KEYRING_LIMIT;
use crate::client::SignedIn;
use crate::commands::login::LoginArgs;
use crate::commands::logout::LogoutArgs;
use crate::commands::profiles::ProfilesArgs;
use crate::commands::{Outcome, login, logout, profiles};
use crate::dispatch::asking;
use crate::dispatch::parts::{Parts, read_profiles};
use crate::failure::Failure;
use crate::store::{Profile, Session};

/// How long a person may take to unlock the keyring during `login` (`reliability.md` §2).
const UNLOCKING_LIMIT: Duration = Duration::from_secs(60);

/// Takes a session, proves it and stores it.
///
/// # Errors
/// If the command line is wrong (exit code 2), the store cannot be used (1), or the server refuses it (4).
pub(crate) fn sign_in(
    args: &LoginArgs,
    parts: &Parts,
    stdin: Box<dyn Read + Send>,
    console: &Console,
) -> Result<Outcome, Failure> {
    let layers = parts.layers();
    let profiles = read_profiles(parts)?;
    let name = who::profile_name(&args.profile, &profiles, layers)?;
    let known = profiles.find(&name.value);
    let named = who::named_server(&args.connection, layers)?;
    let server = match (named, known) {
        (Some(named), _) => named,
        (None, Some(profile)) => {
            Sourced::new(profile.server.clone(), Source::Profile(profile.name.to_string()))
        }
        (None, None) => parts.server(&args.connection)?,
    };
    let store = who::store_kind(args.store, known, layers)?;
    console.detail(&format!(
        "profile {} ({}), server {} ({}), store {} ({})",
        name.value,
        name.source,
        server.value,
        server.source,
        store.value.word(),
        store.source
    ));
    let (name, server, store) = (name.value, server.value, store.value);
    let allow_http =
        args.allow_http || known.is_some_and(|profile| profile.allow_http && profile.server == server);
    who::refuse_plain_http(&server, allow_http)?;
    let stores = parts.stores(UNLOCKING_LIMIT)?;
    login::probe(&*stores.of_kind(store))?;
    if let Some(variable) = who::CREDENTIAL_VARIABLES.into_iter().find(|name| layers.variables.has(name)) {
        console.note(&format!("{variable} is set and wins over stored sessions, unless --profile names one; unset it to use this one"));
    }
    let manner = if parts.is_accessible() { Manner::Plain } else { Manner::Drawn };
    let credentials = login::credentials(args, stdin, manner)?;
    parts.hide(&credentials);
    let mut notes = vec![];
    if !args.no_verify {
        let wire = parts.wire(&args.connection)?;
        let session = Session {
            profile: name.to_string(),
            server: server.clone(),
            allow_http,
            credentials: credentials.clone(),
        };
        let connection = wire.connect(&session)?;
        let signed_in = SignedIn { profile: session.profile, connection, credentials: session.credentials };
        notes =
            console.log(Side::Client, || asking::run(wire.patience.timeout, login::verify(&signed_in)))?;
    }
    let profile = Profile {
        name,
        server,
        kind: credentials.kind(),
        user_id: credentials.user_id().map(str::to_owned),
        store,
        saved_at: parts.clock().now(),
        allow_http,
    };
    login::store(&profile, &credentials, args.default, notes, &parts.profiles_file()?, &stores)
}

/// Forgets sessions.
///
/// # Errors
/// If none is called that (exit code 4), or a store cannot be opened (1).
pub(crate) fn sign_out(args: &LogoutArgs, parts: &Parts, console: &Console) -> Result<Outcome, Failure> {
    let file = parts.profiles_file()?;
    let profiles = file.read()?;
    let stores = parts.stores(KEYRING_LIMIT)?;
    // Also where there is no profile to forget.
    let cleared = logout::clear(&file, &stores);
    let chosen: Vec<Profile> = if args.all {
        profiles.list().to_vec()
    } else {
        let name = who::profile_name(&args.profile, &profiles, parts.layers())?;
        console.detail(&format!("profile {} ({})", name.value, name.source));
        let found = profiles.find(&name.value).cloned();
        vec![found.ok_or_else(|| {
            if profiles.list().is_empty() {
                return Failure::sign_in("no session is stored: there is nothing to forget");
            }
            Failure::sign_in(format!("no profile is called {:?} ({})", name.value.as_str(), name.source))
                .hint("`deepcall profiles` lists what is stored")
        })?]
    };
    logout::logout(&chosen, &file, &stores, cleared)
}

/// Lists what is stored, or makes one of them the default.
///
/// # Errors
/// If the file that lists profiles is wrong (exit code 2), or the store cannot be opened for `--check` (1).
pub(crate) fn list_profiles(
    args: &ProfilesArgs,
    parts: &Parts,
    console: &Console,
) -> Result<Outcome, Failure> {
    if let Some(name) = &args.default {
        return profiles::make_default(name, &parts.profiles_file()?);
    }
    let stored = read_profiles(parts)?;
    let default = stored.default_profile().map(|profile| &profile.name);
    let choice = who::listed(&args.profile, &args.fleet);
    let chosen = match &choice {
        Some(choice) => choice.pick(stored.list(), |profile| profile.name.as_str(), None)?,
        None => stored.list().iter().collect(),
    };
    if let Some(variable) =
        who::CREDENTIAL_VARIABLES.into_iter().find(|name| parts.layers().variables.has(name))
    {
        console.note(&format!("in use is the session in {variable}, not a stored one"));
    }
    if !args.check || chosen.is_empty() {
        return Ok(profiles::profiles(&chosen, default));
    }
    let asking = parts.asking_by_profiles(&chosen, true, "", &args.connection)?;
    let wire = parts.wire(&args.connection)?;
    let jobs = parts.jobs(&args.fleet)?;
    console.log(Side::Client, || {
        asking::run(wire.patience.timeout, async {
            let (_, fleet) = crate::dispatch::open(asking, &wire, parts, jobs, console).await?;
            let progress = parts.progress(args.talk.quiet);
            asking::with_progress(fleet, progress, async |fleet| {
                profiles::check(&chosen, default, &fleet).await
            })
            .await
        })
    })
}
