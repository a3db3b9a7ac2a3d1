//! The configuration folder of `deepcall sandbox --profiles`: the sessions of its agents, for other terminals.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::failure::Failure;
use crate::sandbox::{Agent, Sandbox};
use crate::store::{
    CredentialKind, Credentials, FileStore, Profile, ProfileName, ProfilesFile, Secret, SecretStore,
    ServerUrl, StoreKind,
};
use crate::system::files;

/// It makes a folder ours. No folder of a person's own sessions has it, so none is overwritten.
const MARK: &str = ".deepcall-sandbox";

const MARK_TEXT: &[u8] =
    b"Written by `deepcall sandbox --profiles`, which replaces the profiles in this folder.\n";

/// Writes a profile with its session for each agent, and removes those of an earlier sandbox that had more agents. What
/// else is in the folder, such as a `config.toml`, stays. Returns the folder's absolute path.
///
/// # Errors
/// If the folder has something else in it (exit code 2), or cannot be written (1).
pub(crate) fn write(folder: &Path, sandbox: &Sandbox, now: Timestamp) -> Result<PathBuf, Failure> {
    let failed = |error: &io::Error| {
        Failure::failed("sandbox", format!("cannot use the folder {}", folder.display())).caused_by(error)
    };
    let folder = std::path::absolute(folder).map_err(|error| failed(&error))?;
    make_ours(&folder).map_err(|error| failed(&error))?.then_some(()).ok_or_else(|| {
        Failure::usage(format!("--profiles {}: the folder has other files in it", folder.display()))
            .hint("name a new or an empty folder, or one of an earlier `deepcall sandbox --profiles`")
    })?;
    let server = ServerUrl::parse(sandbox.origin())?;
    let profiles = sandbox.agents().iter().map(|agent| profile(agent, &server, now));
    let profiles = profiles.collect::<Result<Vec<_>, _>>()?;
    let store = FileStore::in_folder(&folder.join("sessions"));
    ProfilesFile::in_folder(&folder).update(
        |_| (),
        |stored| {
            for old in stored.list().to_vec() {
                store.remove(&old.store_key())?;
                if profiles.iter().all(|profile| profile.name != old.name) {
                    stored.remove(&old.name);
                }
            }
            for (profile, agent) in profiles.iter().zip(sandbox.agents()) {
                store.save(&profile.store_key(), &Credentials::Ssid(Secret::new(agent.ssid.clone())))?;
                stored.put(profile.clone());
            }
            if stored.default_profile().is_none()
                && let Some(first) = profiles.first()
            {
                stored.make_default(&first.name);
            }
            Ok::<_, Failure>(())
        },
    )?;
    Ok(folder)
}

/// Creates or marks the folder; `false` if it is not empty and not ours.
fn make_ours(folder: &Path) -> io::Result<bool> {
    let mark = folder.join(MARK);
    if !mark.try_exists()? {
        match fs::read_dir(folder) {
            Ok(mut entries) => {
                if entries.next().transpose()?.is_some() {
                    return Ok(false);
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => fs::create_dir_all(folder)?,
            Err(error) => return Err(error),
        }
        fs::write(&mark, MARK_TEXT)?;
    }
    files::close_to_others(folder)?;
    Ok(true)
}

fn profile(agent: &Agent, server: &ServerUrl, now: Timestamp) -> Result<Profile, Failure> {
    Ok(Profile {
        name: ProfileName::parse(&agent.profile).map_err(|error| Failure::usage(error.to_string()))?,
        server: server.clone(),
        kind: CredentialKind::Ssid,
        user_id: Some(agent.user_id.clone()),
        agent_id: Some(agent.agent_id.clone()),
        store: StoreKind::File,
        saved_at: now,
        allow_http: false,
    })
}
