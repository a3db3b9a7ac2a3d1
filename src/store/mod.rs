//! Profiles: their servers and credentials, and where those are stored.

pub mod blob;
pub mod bus;
pub mod credentials;
pub mod file_store;
pub mod keyring;
pub mod private_file;
pub mod profile;
pub mod profiles_file;
pub mod secret_store;
pub mod server_url;
pub mod toml_text;

pub use credentials::{CredentialKind, Credentials, Secret, Session};
pub use file_store::FileStore;
pub use keyring::KeyringStore;
pub use private_file::FileError;
pub use profile::{
    PendingSecret, Profile, ProfileName, ProfileNameError, Profiles, StoreKind, StoreKindError,
};
pub use profiles_file::{OpenProfiles, ProfilesError, ProfilesFile};
pub use secret_store::{SecretStore, StoreError, StoreKey};
pub use server_url::{PlainHttp, ServerUrl, ServerUrlError};
