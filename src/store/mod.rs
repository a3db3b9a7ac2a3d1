//! Profiles: their servers and credentials, and where those are stored.

pub mod blob;
pub(crate) mod credentials;
pub(crate) mod file_store;
pub(crate) mod keyring;
pub(crate) mod private_file;
pub(crate) mod profile;
pub(crate) mod profiles_file;
pub(crate) mod secret_store;
pub(crate) mod server_url;
pub(crate) mod toml_text;

pub(crate) use credentials::Session;
pub use credentials::{CredentialKind, Credentials, Secret};
pub(crate) use file_store::FileStore;
pub(crate) use keyring::KeyringStore;
pub(crate) use private_file::FileError;
pub(crate) use profile::{PendingSecret, Profiles};
pub use profile::{Profile, ProfileName, StoreKind};
pub(crate) use profiles_file::{OpenProfiles, ProfilesError, ProfilesFile};
pub(crate) use secret_store::{SecretStore, StoreError, StoreKey};
pub use server_url::ServerUrl;
pub(crate) use server_url::{PlainHttp, ServerUrlError};
