//! Opens sessions: reads credentials from variables and files, or from the store of each profile. Nothing is sent here.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::app::environment::{Folders, Variables};
use crate::app::fleet::Agent;
use crate::app::secret_text::{secret_from, secret_in_file, user_id_from};
use crate::app::settings::Settings;
use crate::app::settings::choice::server_of;
use crate::failure::Failure;
use crate::store::profiles_file;
use crate::store::{
    Credentials, FileStore, KeyringStore, OpenProfiles, Profile, Secret, SecretStore, ServerUrl, Session,
    StoreError, StoreKey, StoreKind,
};

/// For a call to a keyring that does not prompt for unlocking (`reliability.md` §2).
pub(crate) const KEYRING_LIMIT: Duration = Duration::from_secs(3);

/// For a person to unlock the keyring (`reliability.md` §2).
pub(crate) const UNLOCKING_LIMIT: Duration = Duration::from_secs(60);

/// A login makes at most five calls to a keyring while it locks the profiles: it reads the old secret, stores the new one,
/// perhaps restores the old one, and removes secrets that no profile names within two calls.
const _: () = assert!(profiles_file::LOCK_LIMIT.as_secs() > 5 * UNLOCKING_LIMIT.as_secs());

pub(crate) struct Stores {
    folder: PathBuf,
    keyring_limit: Duration,
}

impl Stores {
    /// `keyring_limit` is for one call to a keyring.
    pub(crate) fn new(folders: &Folders, keyring_limit: Duration) -> Self {
        Self { folder: folders.sessions(), keyring_limit }
    }

    /// Opens nothing yet.
    pub(crate) fn of_kind(&self, kind: StoreKind) -> Box<dyn SecretStore> {
        match kind {
            StoreKind::Keyring => Box::new(KeyringStore::new(self.keyring_limit)),
            StoreKind::File => Box::new(FileStore::in_folder(&self.folder)),
        }
    }

    /// Removes the secrets that no profile names: a login was interrupted, or a profile has moved. Other processes wait
    /// meanwhile, so what takes longer than one call is left for the next time.
    ///
    /// # Errors
    /// If a store cannot be opened, or the list not written (exit code 1): what is left is tried again the next time.
    pub(crate) fn clear_pending(&self, open: &mut OpenProfiles<'_>) -> Result<(), Failure> {
        let mut cleared = Ok(());
        let began = Instant::now();
        let places = open.profiles.pending().to_vec();
        for place in places.iter().take_while(|_| began.elapsed() < self.keyring_limit) {
            match self.of_kind(place.store()).remove(&place.key()) {
                Ok(_) => open.profiles.forget_pending(place),
                Err(error) => cleared = cleared.and(Err(error.into())),
            }
        }
        if open.profiles.pending().len() < places.len() {
            open.write()?;
        }
        cleared
    }
}

/// Opens the sessions of stored profiles, in their order, and each kind of store once. A failure belongs to its agent.
pub(crate) fn open_stored(
    profiles: &[&Profile],
    settings: Settings<'_>,
    stores: &Stores,
) -> Vec<Agent<Session>> {
    let servers: Vec<Result<ServerUrl, Failure>> = profiles
        .iter()
        .map(|profile| {
            let server = server_of(profile, settings)?;
            server.refuse_plain_http(profile.allow_http)?;
            Ok(server)
        })
        .collect();
    let mut loaded: Vec<Option<Result<Credentials, StoreError>>> = profiles.iter().map(|_| None).collect();
    for kind in [StoreKind::Keyring, StoreKind::File] {
        let wanted: Vec<usize> = (0..profiles.len())
            .filter(|&index| profiles.get(index).is_some_and(|profile| profile.store == kind))
            .filter(|&index| servers.get(index).is_some_and(Result::is_ok))
            .collect();
        if wanted.is_empty() {
            continue;
        }
        let keys: Vec<StoreKey> = wanted
            .iter()
            .filter_map(|&index| profiles.get(index))
            .map(|profile| profile.store_key())
            .collect();
        for (index, credentials) in wanted.into_iter().zip(stores.of_kind(kind).load_many(&keys)) {
            if let Some(slot) = loaded.get_mut(index) {
                *slot = Some(credentials);
            }
        }
    }
    profiles
        .iter()
        .zip(servers)
        .zip(loaded)
        .map(|((profile, server), credentials)| Agent {
            id_at_login: profile.agent_id.clone(),
            server: server.as_ref().ok().map(ServerUrl::to_string),
            sign_in_hint: Some(sign_in_hint(profile)),
            ..Agent::new(
                profile.name.to_string(),
                server.and_then(|server| session_of(profile, server, credentials)),
            )
        })
        .collect()
}

fn sign_in_hint(profile: &Profile) -> String {
    format!("run `deepcall login --profile {}`", profile.name)
}

fn session_of(
    profile: &Profile,
    server: ServerUrl,
    credentials: Option<Result<Credentials, StoreError>>,
) -> Result<Session, Failure> {
    let credentials = credentials.unwrap_or(Err(StoreError::Absent)).map_err(|error| match error {
        StoreError::Absent => {
            Failure::sign_in("the profile has no stored session any more").hint(sign_in_hint(profile))
        }
        error => error.into(),
    })?;
    Ok(Session { profile: profile.name.to_string(), server, allow_http: profile.allow_http, credentials })
}

/// # Errors
/// If both forms or only half of one are set, or a file cannot be read: exit code 2.
pub(crate) fn credentials_in_variables(variables: &Variables) -> Result<Credentials, Failure> {
    let ssid = secret_in(variables, "DEEPCALL_SSID", "DEEPCALL_SSID_FILE")?;
    let token = secret_in(variables, "DEEPCALL_TOKEN", "DEEPCALL_TOKEN_FILE")?;
    let user_id = variables.text("DEEPCALL_USER_ID")?;
    let user_id = user_id.map(|text| user_id_from(text, "DEEPCALL_USER_ID")).transpose()?;
    match (ssid, user_id, token) {
        (Some(ssid), None, None) => Ok(Credentials::Ssid(ssid)),
        (None, Some(user_id), Some(token)) => Ok(Credentials::UserToken { user_id, token }),
        (None, Some(_), None) => {
            Err(Failure::usage("DEEPCALL_USER_ID is set, but neither DEEPCALL_TOKEN nor DEEPCALL_TOKEN_FILE"))
        }
        (None, None, _) => Err(Failure::usage("DEEPCALL_TOKEN is set, but not DEEPCALL_USER_ID")),
        (Some(_), _, _) => Err(Failure::usage("both an ssid and a user id or token are set in variables")
            .hint("set either DEEPCALL_SSID, or DEEPCALL_USER_ID with DEEPCALL_TOKEN")),
    }
}

/// What to do when the server no longer accepts the session in variables.
pub(crate) fn sign_in_hint_for_variables(variables: &Variables) -> Option<String> {
    let secrets = ["DEEPCALL_SSID", "DEEPCALL_SSID_FILE", "DEEPCALL_TOKEN", "DEEPCALL_TOKEN_FILE"];
    let variable = secrets.into_iter().find(|name| variables.has(name))?;
    let place = if variable.ends_with("_FILE") { "the file that {} names" } else { "{}" };
    let place = place.replace("{}", variable);
    Some(format!("put a new one into {place}; or unset {variable} and run `deepcall login`"))
}

fn secret_in(
    variables: &Variables,
    text: &'static str,
    file: &'static str,
) -> Result<Option<Secret>, Failure> {
    match (variables.text(text)?, variables.path(file)) {
        (Some(_), Some(_)) => Err(Failure::usage(format!("both {text} and {file} are set"))),
        (Some(value), None) => secret_from(value.as_bytes(), text).map(Some),
        (None, Some(path)) => secret_in_file(&path, file).map(Some),
        (None, None) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(pairs: &[(&str, &str)]) -> Variables {
        Variables::new(pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())))
    }

    #[test]
    fn exactly_one_form_of_credentials_is_accepted() {
        let ssid = credentials_in_variables(&variables(&[("DEEPCALL_SSID", " abc \n")])).ok().unwrap();
        assert_eq!(ssid.secret().expose(), "abc");
        let pair = [("DEEPCALL_USER_ID", "1"), ("DEEPCALL_TOKEN", "t")];
        assert_eq!(credentials_in_variables(&variables(&pair)).ok().unwrap().user_id(), Some("1"));
        for wrong in [
            &[("DEEPCALL_USER_ID", "1")][..],
            &[("DEEPCALL_TOKEN", "t")],
            &[("DEEPCALL_SSID", "s"), ("DEEPCALL_USER_ID", "1"), ("DEEPCALL_TOKEN", "t")],
            &[("DEEPCALL_SSID", "s"), ("DEEPCALL_SSID_FILE", "/f")],
            &[("DEEPCALL_SSID", "   ")],
            &[("DEEPCALL_SSID", "a\u{7}b")],
            &[("DEEPCALL_SSID_FILE", "/nonexistent")],
        ] {
            let failure = credentials_in_variables(&variables(wrong)).err().unwrap();
            assert_eq!(failure.status.code(), 2, "for {wrong:?}");
        }
    }
}
