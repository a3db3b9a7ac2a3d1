//! `profiles.toml`: read whole, changed under a lock, replaced whole.
//! It must not know where the configuration folder is, nor open a store of secrets.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::store::Profiles;
use crate::store::private_file;
use crate::store::private_file::{Exclusive, FileError, LOCK_LIMIT, OthersMay};

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
        /// Which.
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
        Profiles::from_toml(&bytes).map_err(|wrong| ProfilesError::Syntax {
            path: self.path.clone(),
            line: wrong.line,
            detail: wrong.detail,
        })
    }

    /// Reads, changes and replaces the file while no other process can. If `change` fails, nothing is written.
    ///
    /// A secret that belongs to the change is removed inside `change`, so that no login comes between the two.
    ///
    /// # Errors
    /// Those of `change`; else when the lock was not free within two seconds, or the file cannot be read or written.
    pub fn update<T, E: From<ProfilesError>>(
        &self,
        change: impl FnOnce(&mut Profiles) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut open = self.open()?;
        let answer = change(&mut open.profiles)?;
        open.write()?;
        Ok(answer)
    }

    /// Opens the file for changes in several steps, while all other processes that would change it wait. A secret
    /// that belongs to the change is stored in between, so that two logins at once cannot leave the profile of one
    /// with the secret of the other; what waits for a person comes before.
    ///
    /// # Errors
    /// When the lock was not free within two seconds, or the file cannot be read.
    pub fn open(&self) -> Result<OpenProfiles<'_>, ProfilesError> {
        let exclusive = Exclusive::of(&self.path, self.lock_limit)?;
        let profiles = self.read()?;
        Ok(OpenProfiles { file: self, exclusive, profiles })
    }

    fn write(&self, exclusive: &Exclusive, profiles: &Profiles) -> Result<(), ProfilesError> {
        let text = profiles.to_toml().map_err(|error| FileError::at(&self.path)(io::Error::other(error)))?;
        if text.len() as u64 > LIMIT {
            return Err(FileError::TooLarge { path: self.path.clone(), limit: LIMIT }.into());
        }
        Ok(exclusive.replace(text.as_bytes())?)
    }
}

/// The profiles, with the file held for writing until this is dropped.
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

#[cfg(test)]
mod tests;
