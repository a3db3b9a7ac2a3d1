//! Stores a session, so that an interruption at any moment leaves either the old session or the new one.

use jiff::Timestamp;

use crate::app::App;
use crate::app::console::Console;
use crate::app::owner::SameAgent;
use crate::app::settings::variables::credential_in;
use crate::app::sign_in::{Stores, UNLOCKING_LIMIT};
use crate::commands::logout;
use crate::failure::Failure;
use crate::store::{
    Credentials, OpenProfiles, PendingSecret, Profile, ProfileName, ProfilesFile, SecretStore, ServerUrl,
    Session, StoreError, StoreKey, StoreKind,
};
use crate::system::files;

pub(crate) fn plain_text() -> String {
    format!("the session is stored as plain text, {}", files::READERS_OF_PRIVATE_FILES)
}

/// Whether a secret could be stored now. A dialog of the keyring is explained.
///
/// # Errors
/// If the store cannot be used: exit code 1.
pub(crate) fn test_store(kind: StoreKind, stores: &Stores, console: &Console) -> Result<(), Failure> {
    let probe = || stores.of_kind(kind).probe();
    match kind {
        StoreKind::File => probe()?,
        StoreKind::Keyring => {
            let wait = format!(
                "waiting for the keyring, {} s at most: a dialog may ask for its password",
                UNLOCKING_LIMIT.as_secs()
            );
            console.explain_wait(&wait, probe)?;
        }
    }
    Ok(())
}

/// Whether a profile may use plain http to another machine: because it is allowed now, or was when the profile was stored for
/// the same server.
///
/// # Errors
/// If the server needs that, and it is not allowed: exit code 2.
pub(crate) fn may_use_http(
    is_allowed: bool,
    known: Option<&Profile>,
    server: &ServerUrl,
) -> Result<bool, Failure> {
    let is_allowed =
        is_allowed || known.is_some_and(|profile| profile.allow_http && profile.server == *server);
    server.refuse_plain_http(is_allowed)?;
    Ok(is_allowed)
}

/// The profile of a session. Whose it is, only the server knows.
pub(crate) fn profile_of(
    session: &Session,
    name: ProfileName,
    store: StoreKind,
    saved_at: Timestamp,
) -> Profile {
    let Session { server, allow_http, credentials, .. } = session;
    Profile {
        name,
        server: server.clone(),
        kind: credentials.kind(),
        user_id: credentials.user_id().map(str::to_owned),
        agent_id: None,
        store,
        saved_at,
        allow_http: *allow_http,
    }
}

/// Credentials in a variable override what is about to be stored.
pub(crate) fn note_variable(app: &App) {
    if let Some(variable) = credential_in(&app.variables) {
        app.console.note(&format!("{variable} is set and overrides stored sessions, unless --profile names one; unset it to use this session"));
    }
}

pub(crate) struct Storing<'a> {
    pub(crate) file: &'a ProfilesFile,
    pub(crate) stores: &'a Stores,
    pub(crate) console: &'a Console,
}

/// A profile as it was stored.
pub(crate) struct Stored {
    pub(crate) profile: Profile,
    pub(crate) is_default: bool,
    pub(crate) notes: Vec<String>,
}

impl Storing<'_> {
    /// Stores the secret, reads it back, and then adds the profile. Before that it lists the secret as pending, so that the
    /// secret of an interrupted login is found. The secret that the profile had in another store is removed last.
    ///
    /// # Errors
    /// If either cannot be written: exit code 1, and the old session stays.
    pub(crate) fn store(
        &self,
        mut profile: Profile,
        credentials: &Credentials,
        make_default: bool,
    ) -> Result<Stored, Failure> {
        let store = self.stores.of_kind(profile.store);
        let key = profile.store_key();
        let mut open = self.file.open(|path| self.console.waiting_for_change(path))?;
        let original = open.profiles.clone();
        let is_noted = open.profiles.note_pending(PendingSecret::of(&profile));
        if is_noted && let Err(error) = open.write() {
            if error.is_in_place() {
                open.profiles = original;
                let _ = open.write();
            }
            return Err(Failure::from(error).hint("nothing was stored"));
        }
        let previous = store.load(&key);
        // The same session again replaces nothing, and is for the same agent.
        let is_same = previous.as_ref().is_ok_and(|before| {
            before.user_id() == credentials.user_id()
                && before.secret().expose() == credentials.secret().expose()
        });
        if is_same && let Some(before) = open.profiles.find(&profile.name) {
            profile.agent_id = profile.agent_id.or_else(|| before.agent_id.clone());
            profile.user_id = profile.user_id.or_else(|| before.user_id.clone());
        }
        let undo = |open: &mut OpenProfiles<'_>| {
            if restore(&*store, &key, previous).is_ok() && is_noted {
                open.profiles = original;
                // The first failure is the one to report, and a superfluous pending entry does no harm.
                let _ = open.write();
            }
        };
        if let Err(error) = store.save(&key, credentials) {
            undo(&mut open);
            return Err(error.into());
        }
        let before = open.profiles.put(profile.clone());
        if let Some(before) = &before {
            open.profiles.note_pending(PendingSecret::of(before));
        }
        if make_default || open.profiles.default_profile().is_none() {
            open.profiles.make_default(&profile.name);
        }
        if let Err(error) = open.write() {
            if !error.is_in_place() {
                undo(&mut open);
            }
            return Err(error.into());
        }
        let is_default = open.profiles.default_profile().is_some_and(|default| default.name == profile.name);
        let cleared = self.stores.clear_pending(&mut open);
        let mut notes = vec![];
        notes.extend(before.filter(|_| !is_same).map(|before| replaced_note(&before, &profile)));
        notes.extend(cleared.err().map(|failure| logout::leftover_note(&failure)));
        Ok(Stored { profile, is_default, notes })
    }
}

/// Notes about profiles that are for the same agent as one that was stored.
///
/// # Errors
/// If the file cannot be read: exit code 1.
pub(crate) fn notes_of_same_agent<'p>(
    file: &ProfilesFile,
    stored: impl IntoIterator<Item = &'p Profile>,
) -> Result<Vec<String>, Failure> {
    let profiles = file.read()?;
    let stored: Vec<&str> = stored.into_iter().map(|profile| profile.name.as_str()).collect();
    let same = SameAgent::among(profiles.list(), []);
    let is_about_them = |same: &&SameAgent<'_>| stored.iter().any(|name| same.has(name));
    Ok(same.iter().filter(is_about_them).map(SameAgent::note).collect())
}

/// The server does not name the agent of every session, so the note falls back on the kind of the old one.
fn replaced_note(before: &Profile, after: &Profile) -> String {
    let owner = |profile: &Profile| match (&profile.agent_id, &profile.user_id) {
        (Some(agent_id), _) => format!("agent {agent_id}"),
        (None, Some(user_id)) => format!("user {user_id}"),
        (None, None) => "an ssid".to_owned(),
    };
    let (old, new, name) = (owner(before), owner(after), &after.name);
    let saved = before.saved_at.strftime("%Y-%m-%d %H:%M UTC");
    format!(
        "profile {name} already had a session ({old} at {}, saved {saved}); it is now replaced ({new} at {}). \
         For another agent, use another name: --profile NAME",
        before.server, after.server
    )
}

/// Restores the secret that the store had before.
fn restore(
    store: &dyn SecretStore,
    key: &StoreKey,
    previous: Result<Credentials, StoreError>,
) -> Result<(), StoreError> {
    match previous {
        Ok(credentials) => store.save(key, &credentials),
        Err(StoreError::Absent) => store.remove(key).map(drop),
        // A secret that could not be read before cannot be restored.
        Err(_) => Ok(()),
    }
}
