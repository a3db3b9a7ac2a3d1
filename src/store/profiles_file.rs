//! `profiles.toml`: read whole, changed under a lock, replaced whole. What it has that this version does not know is
//! kept: a newer version may have written it.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use toml::{Spanned, Table};

use crate::store::private_file;
use crate::store::private_file::{Exclusive, FileError, OthersMay};
use crate::store::toml_text;
use crate::store::toml_text::Mistake;
use crate::store::{CredentialKind, PendingSecret, Profile, ProfileName, Profiles, ServerUrl, StoreKind};

/// The first line of the file, for a person who opens it.
const HEADING: &str = "# Written by `deepcall login` and `deepcall logout`. Secrets are kept elsewhere.\n";

/// How long a change waits for another. A login keeps the lock while it stores the secret, and a keyring may open a
/// dialog for each of its steps.
pub(crate) const LOCK_LIMIT: Duration = Duration::from_secs(6 * 60);

/// Some thousands of profiles; a file beyond it is not ours.
const LIMIT: u64 = 1024 * 1024;

/// Why the profiles could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum ProfilesError {
    /// The file itself cannot be used.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file was edited into something that is not understood.
    #[error("{}, line {line}: {detail}", path.display())]
    Syntax {
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong with it; never the line itself.
        detail: String,
    },
}

impl ProfilesError {
    /// Whether the file has its new content nevertheless.
    #[must_use]
    pub fn is_in_place(&self) -> bool {
        matches!(self, Self::File(FileError::NotSynced { .. }))
    }
}

/// The file in which the profiles are.
#[derive(Clone, Debug)]
pub struct ProfilesFile {
    path: PathBuf,
    lock_limit: Duration,
}

impl ProfilesFile {
    /// The file in that configuration folder. Neither needs to exist.
    #[must_use]
    pub fn in_folder(folder: &Path) -> Self {
        Self { path: folder.join("profiles.toml"), lock_limit: LOCK_LIMIT }
    }

    /// Where the file is or will be.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is stored; nothing where there is no file.
    ///
    /// # Errors
    /// When the file is not a regular one, is too large, is writable by others, or is not understood.
    pub fn read(&self) -> Result<Profiles, ProfilesError> {
        let Some(bytes) = private_file::read(&self.path, LIMIT, OthersMay::Read)? else {
            return Ok(Profiles::default());
        };
        from_toml(&bytes).map_err(|wrong| ProfilesError::Syntax {
            path: self.path.clone(),
            line: wrong.line,
            detail: wrong.detail,
        })
    }

    /// Reads, changes and replaces the file while no other process can. If `change` fails, nothing is written. `explain`
    /// is called once, with the path, if another process makes this wait.
    ///
    /// A secret that belongs to the change is removed inside `change`, so that no login comes between the two.
    ///
    /// # Errors
    /// Those of `change`; else when the lock was not free within [`LOCK_LIMIT`], or the file cannot be read or written.
    pub fn update<T, E: From<ProfilesError>>(
        &self,
        explain: impl FnOnce(&Path),
        change: impl FnOnce(&mut Profiles) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut open = self.open(explain)?;
        let answer = change(&mut open.profiles)?;
        open.write()?;
        Ok(answer)
    }

    /// Opens the file for changes in several steps, while all other processes that would change it wait. A secret
    /// that belongs to the change is stored in between, so that two logins at once cannot leave the profile of one
    /// with the secret of the other; prompts come before. `explain` as in [`ProfilesFile::update`].
    ///
    /// # Errors
    /// When the lock was not free within [`LOCK_LIMIT`], or the file cannot be read.
    pub fn open(&self, explain: impl FnOnce(&Path)) -> Result<OpenProfiles<'_>, ProfilesError> {
        let exclusive = Exclusive::of(&self.path, self.lock_limit, || explain(&self.path))?;
        let profiles = self.read()?;
        Ok(OpenProfiles { file: self, exclusive, profiles })
    }

    fn write(&self, exclusive: &Exclusive, profiles: &Profiles) -> Result<(), ProfilesError> {
        let text = to_toml(profiles).map_err(|error| FileError::at(&self.path)(io::Error::other(error)))?;
        if text.len() as u64 > LIMIT {
            return Err(FileError::TooLarge { path: self.path.clone(), limit: LIMIT }.into());
        }
        Ok(exclusive.replace(text.as_bytes())?)
    }
}

/// The profiles, with the file locked for writing until this is dropped.
pub struct OpenProfiles<'a> {
    file: &'a ProfilesFile,
    exclusive: Exclusive,
    /// As they will be written.
    pub profiles: Profiles,
}

impl OpenProfiles<'_> {
    /// Replaces the file by the profiles as they are now.
    ///
    /// # Errors
    /// When the file cannot be written. It is as it was before, unless the error
    /// [is one of what has been written](ProfilesError::is_in_place).
    pub fn write(&self) -> Result<(), ProfilesError> {
        self.file.write(&self.exclusive, &self.profiles)
    }
}

fn from_toml(bytes: &[u8]) -> Result<Profiles, Mistake> {
    let written: Written = toml_text::read(bytes)?;
    let mut profiles = Profiles::default();
    profiles.unknown = written.unknown;
    for (name, mut entry) in written.profiles {
        let unknown = std::mem::take(&mut entry.unknown);
        if !unknown.is_empty() {
            profiles.unknown_of.insert(name.clone(), unknown);
        }
        profiles.put(entry.named(name));
    }
    for place in written.pending {
        profiles.note_pending(place);
    }
    if let Some(default) = written.default
        && !profiles.make_default(default.get_ref())
    {
        let detail = format!("the default profile `{}` does not exist", default.get_ref());
        return Err(Mistake::at(bytes, default.span().start, detail));
    }
    Ok(profiles)
}

fn to_toml(profiles: &Profiles) -> Result<String, toml::ser::Error> {
    let entry = |profile: &Profile| {
        Entry::of(profile, profiles.unknown_of.get(&profile.name).cloned().unwrap_or_default())
    };
    let written = Written {
        default: profiles.default_profile().map(|profile| Spanned::new(0..0, profile.name.clone())),
        pending: profiles.pending().to_vec(),
        profiles: profiles.list().iter().map(|profile| (profile.name.clone(), entry(profile))).collect(),
        unknown: profiles.unknown.clone(),
    };
    Ok(format!("{HEADING}{}", toml::to_string(&written)?))
}

#[derive(Serialize, Deserialize)]
struct Written {
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<Spanned<ProfileName>>,
    #[serde(default, rename = "unlisted", skip_serializing_if = "Vec::is_empty")]
    pending: Vec<PendingSecret>,
    #[serde(default)]
    profiles: BTreeMap<ProfileName, Entry>,
    #[serde(flatten)]
    unknown: Table,
}

/// One table `[profiles.NAME]`.
#[derive(Serialize, Deserialize)]
struct Entry {
    server: ServerUrl,
    kind: CredentialKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    agent_id: Option<String>,
    store: StoreKind,
    #[serde(with = "timestamp")]
    saved_at: Timestamp,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    allow_http: bool,
    #[serde(flatten)]
    unknown: Table,
}

impl Entry {
    fn of(profile: &Profile, unknown: Table) -> Self {
        Self {
            server: profile.server.clone(),
            kind: profile.kind,
            user_id: profile.user_id.clone(),
            agent_id: profile.agent_id.clone(),
            store: profile.store,
            saved_at: profile.saved_at,
            allow_http: profile.allow_http,
            unknown,
        }
    }

    fn named(self, name: ProfileName) -> Profile {
        Profile {
            name,
            server: self.server,
            kind: self.kind,
            user_id: self.user_id,
            agent_id: self.agent_id,
            store: self.store,
            saved_at: self.saved_at,
            allow_http: self.allow_http,
        }
    }
}

mod timestamp {
    use jiff::Timestamp;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(instant: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(instant)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests;
