//! Where this program keeps its files, and the stores that keep secrets.

use std::path::PathBuf;
use std::time::Duration;

use directories::ProjectDirs;

use crate::app::environment::Variables;
use crate::failure::Failure;
use crate::store::{FileStore, KeyringStore, OpenProfiles, ProfilesFile, SecretStore, StoreKind};

/// How long a keyring may take when nobody is asked to unlock it (`reliability.md` §2).
pub const KEYRING_LIMIT: Duration = Duration::from_secs(3);

/// The folders of this program.
#[derive(Clone, Debug)]
pub struct Folders {
    /// That of `config.toml` and `profiles.toml`.
    pub config: PathBuf,
    data: PathBuf,
}

impl Folders {
    /// # Errors
    /// If the system names none: exit code 2.
    pub fn of(variables: &Variables) -> Result<Self, Failure> {
        if let Some(both) = variables.path("DEEPCALL_CONFIG_DIR") {
            return Ok(Self { config: both.clone(), data: both });
        }
        let folders = project_folders(variables).ok_or_else(|| {
            Failure::config(
                "HOME is not set, or is no absolute path, so there is no folder for configuration",
            )
            .hint("set HOME, or DEEPCALL_CONFIG_DIR to a folder of your own")
        })?;
        Ok(Self { config: folders.config_dir().to_owned(), data: folders.data_local_dir().to_owned() })
    }

    /// Where `config.toml` is or will be.
    #[must_use]
    pub fn config_file(&self) -> PathBuf {
        self.config.join("config.toml")
    }

    /// The file that lists the profiles.
    #[must_use]
    pub fn profiles_file(&self) -> ProfilesFile {
        ProfilesFile::in_folder(&self.config)
    }

    /// Where secrets are kept. One call to a keyring may take `keyring_limit`.
    #[must_use]
    pub fn stores(&self, keyring_limit: Duration) -> Stores {
        Stores { folder: self.data.join("sessions"), keyring_limit }
    }
}

/// Only below a home that was named: the library would fall back on the system's list of users, or write
/// below a relative path, which is another folder for each place the program is started in.
fn project_folders(variables: &Variables) -> Option<ProjectDirs> {
    if cfg!(unix) && !variables.path("HOME").is_some_and(|home| home.is_absolute()) {
        return None;
    }
    ProjectDirs::from("", "", "deepcall")
}

/// Where secrets are kept.
pub struct Stores {
    folder: PathBuf,
    keyring_limit: Duration,
}

impl Stores {
    /// The store of this kind. Nothing is opened yet.
    #[must_use]
    pub fn of_kind(&self, kind: StoreKind) -> Box<dyn SecretStore> {
        match kind {
            StoreKind::Keyring => Box::new(KeyringStore::new(self.keyring_limit)),
            StoreKind::File => Box::new(FileStore::in_folder(&self.folder)),
        }
    }

    /// Removes the secrets that no profile names: a login was cut short, or a profile has moved.
    ///
    /// # Errors
    /// If a store cannot be opened, or the list not written (exit code 1): what is left is tried again the next time.
    pub fn clear_unlisted(&self, open: &mut OpenProfiles<'_>) -> Result<(), Failure> {
        let mut cleared = Ok(());
        let places = open.profiles.unlisted().to_vec();
        for place in &places {
            match self.of_kind(place.store()).remove(&place.key()) {
                Ok(_) => open.profiles.forget_unlisted(place),
                Err(error) => cleared = cleared.and(Err(error.into())),
            }
        }
        if open.profiles.unlisted().len() < places.len() {
            open.write()?;
        }
        cleared
    }
}
